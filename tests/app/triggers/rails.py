"""What could crash or mislead durable_rules, played in a process of its own: `python -m tests.app.triggers.rails NAME`.

Each prints one line where all is well. A wrong answer raises; a crash ends the process.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from chfw_app.triggers.choosing import Stepper, engines
from chfw_app.triggers.durable import host as durable_host
from chfw_app.triggers.durable.host import SHARDS, DurableError, DurableHost, Meeting, Waiting, hash_of
from chfw_core.testing.trigger_streams import compiled
from chfw_core.triggers.engine import Run, automaton_for
from chfw_core.triggers.model import Moment, Seen, TriggerSet
from chfw_core.triggers.records import Firing
from chfw_core.triggers.seeing import arrival_at
from chfw_core.triggers.state import State

START = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = """rules: v1
owner: DCC
events:
  - id: burst
    because: An example
    per: [release, csp_region]
    on: hub_update_failed
    count: 3
    within: 6 hours
    do: {hold: everything}
  - id: steps
    because: An example
    per: release
    steps:
      - on: hub_update_failed
      - on: incident_closed
        within: 1 days
        otherwise: {notify: team}
    do: {notify: team}
"""


def two_thousand_scopes() -> str:
    """Far more scopes than the library has room for sids: none is lost, none fires for another."""
    triggers = compiled(TEXT)
    ledger = [
        Seen(
            seq=number + 1,
            id=f"e{number}",
            at=START + timedelta(seconds=number * 3 - (number % 7) * 500),
            type="incident_closed" if number % 10 == 9 else "hub_update_failed",
            private=False,
            release=f"R{(number * 7919) % 2_000}",
            fields={"csp_region": "North"},
        )
        for number in range(20_000)
    ]
    durable, automaton = (_fired(triggers, ledger, made) for made in (engines(durable=True), automaton_for))
    assert durable == automaton
    scopes = {firing.scope_key for firing in durable}
    assert len(scopes) > 1_500
    return f"{len(durable):,} firings"


def _fired(triggers: TriggerSet, ledger: list[Seen], made: Callable[..., object]) -> list[Firing]:
    run = Run(triggers=(triggers,), engine_for=made)  # type: ignore[arg-type]
    found: list[Firing] = []
    for number, seen in enumerate(ledger):
        found += run.see(seen).firings
        if number % 4_000 == 0:
            found += run.tick(Moment(at=seen.at)).firings
    found += run.tick(Moment(at=START + timedelta(days=9))).firings
    return found


COLLIDING = ((2442629759751, 649241333255), (964115728391, 1578096138503), (497759629319, 923989952007))
"""Of one hash, and of one shard."""


def colliding_ids() -> str:
    """Messages whose ids the library cannot tell apart both wait, and both are met."""
    for first, second in COLLIDING:
        assert hash_of(str(first)) == hash_of(str(second))
        meeting = DurableHost().open_meeting(1)
        meeting._last = first - 1
        meeting.wait(Waiting(pair=0, scope="A", name=1))
        meeting._last = second - 1
        meeting.wait(Waiting(pair=0, scope="A", name=2))
        assert meeting._last == second + 1  # the library took the first number for one that it had seen
        assert len(meeting) == 2
        assert sorted(meeting.meet(0, "A")) == [1, 2]
    return "all met"


def colliding_scopes() -> str:
    """Scopes that wait bear no two names that the library cannot tell apart: it can crash where it finds out late."""
    for first, second in COLLIDING:
        assert hash_of(str(first)) == hash_of(str(second))
        assert first % SHARDS == second % SHARDS
        for one, other in (("A", "B"), ("B", "A")):
            meeting = DurableHost().open_meeting(1)
            meeting._named = first - 1
            meeting.wait(Waiting(pair=0, scope=one, name=1))
            meeting._named = second - 1
            assert meeting.meet(0, other) == ()
            meeting.wait(Waiting(pair=0, scope=other, name=2))
            assert meeting._scopes == {one: str(first), other: str(second + 1)}
            assert meeting.meet(0, one) == (1,)
            meeting._named = second - 1  # the first of that hash is free again
            meeting.wait(Waiting(pair=0, scope="C", name=3))
            assert meeting._scopes["C"] == str(second)
            assert meeting.meet(0, other) == (2,)
            assert meeting.meet(0, "C") == (3,)
            assert meeting._hashes == set()
    return "all apart"


def nothing_at_all() -> str:
    """An empty run, an empty meeting, taking back what never waited."""
    run = Run(triggers=(compiled(TEXT),), engine_for=engines(durable=True))
    assert run.tick(Moment(at=START)).firings == ()
    meeting = DurableHost().open_meeting(1)
    assert meeting.meet(0, "A") == ()
    meeting.take_back(7)
    assert len(meeting) == 0
    return "nothing"


def failing_action() -> str:
    """An error in an action is not swallowed: the run is built again, and the answer is the automaton's."""

    def action(match: object) -> None:
        raise OSError("no room")

    sound = durable_host._rule
    durable_host._rule = lambda pair, outbox: {**sound(pair, outbox), "run": action}
    meeting = DurableHost().open_meeting(1)
    meeting.wait(Waiting(pair=0, scope="A", name=1))
    try:
        meeting.meet(0, "A")
    except DurableError as problem:
        return str(problem)
    raise AssertionError("the error was swallowed")


_ONE = Stepper(use_durable=True)


def a_thousand_reloads() -> str:
    """A new host for each version of rule files: each answers, and a version costs little."""
    size = 0
    for number in range(1_000):
        triggers = compiled(TEXT + f"# version {number}\n")
        trigger = triggers.triggers[0]
        state: State | None = None
        firings: tuple[Firing, ...] = ()
        for hour in range(3):
            at = START + timedelta(hours=hour)
            fields = {"csp_region": "North"}
            seen = Seen(
                seq=hour + 1, id=f"e{hour}", at=at, type="hub_update_failed", private=False, release="R", fields=fields
            )
            arrival = arrival_at(trigger, seen)
            assert arrival is not None
            outcome = _ONE.step(arrival, state)
            state, firings = outcome.state, outcome.firings
        assert len(firings) == 1
        assert firings[0].version == triggers.version
        if number == 99:
            size = resident()
    grown = (resident() - size) / 900
    assert grown < 700, f"{grown:.0f} KiB a version"
    return f"{grown:.0f} KiB a version"


def level_memory() -> str:
    """What has met or is over is gone from the library: a long run needs no more than a short one."""
    meeting = DurableHost().open_meeting(1)
    _churn(meeting, 0, 30_000)
    size = resident()
    _churn(meeting, 30_000, 150_000)
    grown = resident() - size
    assert len(meeting) == 0
    assert grown < 4_096, f"{grown} KiB"
    return "level"


def _churn(meeting: Meeting, first: int, last: int) -> None:
    for name in range(first, last):
        scope = f"s{name}"  # as the places of a count: never the same again
        meeting.wait(Waiting(pair=0, scope=scope, name=name))
        if name % 3:
            assert meeting.meet(0, scope) == (name,)
        else:
            meeting.take_back(name)


def resident() -> int:
    """KiB of this process."""
    import psutil

    return int(psutil.Process().memory_info().rss) // 1_024


if __name__ == "__main__":
    print(globals()[sys.argv[1]]())  # noqa: T201 # its answer
