"""The automaton says what the oracle says from all events at once: every firing, with its reason, and what it passed
over (rule language, Events)."""

from collections import Counter

from hypothesis import HealthCheck, event, given, settings

from chfw_core.model.periods import LONDON
from chfw_core.testing.trigger_oracle import foretold
from chfw_core.testing.trigger_streams import Case, cases
from chfw_core.triggers.model import Seen
from tests.core.triggers.runs import run_over


@given(cases())
def test_the_automaton_says_what_the_oracle_says(case: Case) -> None:
    told = run_over(case)
    for what in sorted({one.what.partition(" ")[0] for one in told}) or ["nothing"]:
        event(what)
    assert told == foretold(case.trigger, case.ledger)


def test_the_streams_are_hard_where_it_matters() -> None:
    """Most of them fire, and late, repeated and reordered events are in many."""
    found: Counter[str] = Counter()

    @settings(max_examples=400, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(cases())
    def look(case: Case) -> None:
        told = foretold(case.trigger, case.ledger)
        kinds = {one.what for one in told}
        seen = [item for item in case.ledger if isinstance(item, Seen)]
        found["cases"] += 1
        found["firing"] += any(what.startswith(("completed", "expired ")) for what in kinds)
        found["completed"] += any(what.startswith("completed") for what in kinds)
        found["otherwise"] += any(what.startswith("expired ") for what in kinds)
        found["several"] += len(told) > 2
        for what in ("at_most", "late", "expired"):
            found[what] += what in kinds
        found["repeated"] += len({one.id for one in seen}) < len(seen)
        found["reordered"] += [one.at for one in seen] != sorted(one.at for one in seen)
        found["clock change"] += len({one.at.astimezone(LONDON).utcoffset() for one in seen}) > 1
        found["count"] += case.trigger.count > 1
        found["steps"] += len(case.trigger.steps) > 1

    look()
    least = {
        "firing": 50,
        "completed": 35,
        "otherwise": 10,
        "several": 30,
        "at_most": 3,
        "late": 2,
        "expired": 10,
        "repeated": 25,
        "reordered": 25,
        "clock change": 20,
        "count": 10,
        "steps": 30,
    }
    assert found["cases"] >= 300
    shares = {what: round(100 * found[what] / found["cases"]) for what in least}
    assert all(shares[what] >= share for what, share in least.items()), shares
