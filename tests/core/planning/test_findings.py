"""A finding says what to do about it: whose rule it is, what it asks for and what stands in its way (NF1)."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve

from chfw_core.engines.matching import Matcher
from chfw_core.model.releases import Blackout, Participation
from chfw_core.planning.batch_terms import batches_said
from chfw_core.planning.pilot_reach import Barred
from chfw_core.rules.model import Always, At, BatchSpec, DecideThen, Duration, UntilDate
from chfw_core.rules.problems.problem import counted
from chfw_core.testing.worlds import A, B, Draft, base, decide, exclude, features, hold, is_, on, pilot
from tests.core.engines.columnar.agreement import assert_agree

CURE = ": larger ones or a shorter pause would leave them a day"


def messages(draft: Draft, code: str) -> list[str]:
    plan, _ = assert_agree(draft.world())
    return [found.message for found in plan.findings if found.code == code]


def test_batches_that_open_too_late_are_named_with_their_size_and_pause() -> None:
    """BR3.7: of each rule whose batches do, in the finding and in the rows."""
    draft = base()
    week: dict[str, Any] = {"opens": on(date(2026, 4, 1)), "closes": on(date(2026, 4, 5))}
    twos, ones = BatchSpec(size=2, pause=Duration(days=2)), BatchSpec(size=1, pause=Duration(days=4, seconds=3_600))
    draft.add(A, decides=(decide("in-twos", is_("split", False), **week, batch=twos),))
    draft.add(B, decides=(decide("one-by-one", is_("split", False), **week, batch=ones),))
    plan, _ = assert_agree(draft.world())
    late = [row.reason for row in plan.rows if "has no possible day" in row.reason]
    found = [f for f in plan.findings if f.code == "batch-late"]
    keys = {f"{A}.in-twos": "2 hubs, 2 days apart", f"{B}.one-by-one": "1 hub, 4 days 1 hour apart"}
    own = {
        key: [why for why in late if re.match(rf"batch `{key}/\d+` \({said}\) has", why)] for key, said in keys.items()
    }
    assert sum(map(len, own.values())) == len(late)
    assert [(f.count, f.message) for f in found] == [
        (
            len(own[key]),
            f"batches of `{key}` ({said}) open too late for {counted(len(own[key]), 'hub')}{CURE}",
        )
        for key, said in keys.items()
    ]


@pytest.mark.parametrize(
    ("pause", "said"),
    [
        (Duration(), "10 hubs"),
        (Duration(seconds=300), "10 hubs, 5 minutes apart"),
        (Duration(days=1, seconds=7_201), "10 hubs, 1 day 2 hours 1 second apart"),
    ],
)
def test_batches_in_words(pause: Duration, said: str) -> None:
    assert batches_said(BatchSpec(size=10, pause=pause)) == said


def test_periods_without_a_day_are_said_to_have_a_cause_in_their_rows() -> None:
    draft = base()
    features()["no rules"](draft)
    summer = Blackout(opens=datetime(2026, 6, 1, tzinfo=UTC), closes=datetime(2026, 10, 1, tzinfo=UTC))
    draft.release(blackouts=(summer,))
    plan, _ = assert_agree(draft.world())
    rows = [row for row in plan.rows if "the black-out from 2026-06-01T00:00:00Z" in row.reason]
    (found,) = (f for f in plan.findings if f.code == "no-day")
    assert found.count == len(rows) > 1
    assert found.message == (
        f"no possible day in their period: {len(rows)} hubs; "
        "the reason of each row in the schedule names what leaves none"
    )


def test_a_decision_is_owed_by_each_cut_off() -> None:
    """BR1.3: where the DCC moves the date of some hubs, the first cut-off is not that of all."""
    draft = base()
    features()["no rules"](draft)
    draft.release(participation=Participation.MANDATORY)
    to = on(date(2026, 8, 3))
    moved = decide("north", is_("csp_region", "North"), then=DecideThen.MOVE_AUTOMATIC_DATE, to=to)
    draft.add("DCC", decides=(moved,))
    (said,) = (one for one in messages(draft, "decision-owed") if one.startswith(A))
    _, _, whens = said.partition(" by the cut-off at ")
    parts = whens.removesuffix(")").split("), ")
    assert len(parts) == 2
    hubs = [int(part.rsplit("(", 1)[1].split()[0]) for part in parts]
    assert said.startswith(f"{A} owes a decision for {sum(hubs)} hubs by")
    assert sorted(part.split(" ")[0] for part in parts) == [part.split(" ")[0] for part in parts]


def test_a_pilot_that_is_short_says_what_it_could_choose_from() -> None:
    """G2, I10."""
    draft = base()
    draft.release(pilot_limit=7)
    draft.add(A, excludes=(exclude("never", Always()),), pilots=(pilot("first", Always(), 5),))
    draft.add(B, pilots=(pilot("one", is_("split", False), 6), pilot("two", is_("split", False), 6)))
    plan, _ = assert_agree(draft.world())
    of_a = sum(A in hub.suppliers.parties for hub in draft.hubs)
    of_b = [result for result in plan.pilots if result.party == B]
    none, one, two = (f.message for f in plan.findings if f.code == "pilot-short")
    assert none == (
        f"the pilot `first` asked for 5 hubs and got 0: {of_a} of {A}'s {of_a} hubs are excluded, and its `from` holds "
        "for 0 of the others"
    )
    for result, message in zip(of_b, (one, two), strict=True):
        assert result.reach is not None
        rest = result.candidates - result.reach.taken - len(result.group.guids)
        seats = f"; {rest} have no seat, since the release's limit of 7 is shared" if rest else "in an earlier pilot"
        assert message.endswith(seats)
        assert f"; {result.candidates} hubs could be in it" in message
    assert "have no seat" in one
    assert of_b[1].reach is not None
    assert of_b[1].reach.taken == len(of_b[0].group.guids)
    assert f", {of_b[1].reach.taken} of them in an earlier pilot" in two


def test_each_thing_that_keeps_hubs_out_of_a_pilot_is_counted() -> None:
    """NF1, BR2.2: no hub is counted twice, and none is lost."""
    draft = base()
    draft.inputs = evolve(draft.inputs, rulesets=())
    draft.hubs = tuple(evolve(hub, installed_on=date(2026, 5, 1)) for hub in draft.hubs)
    may = [hub for hub in draft.hubs if A in hub.suppliers.parties and hub.csp_region != "North"]
    held, stopped, instructed, new, *_ = (hub for hub in may if Matcher(draft.inputs).ineligible(hub) is None)
    draft.hubs = tuple(evolve(hub, installed_on=None) if hub == new else hub for hub in draft.hubs)
    soon = At(opens=on(date(2026, 2, 3)), closes=on("installed_on", 30))
    draft.add(
        A,
        excludes=(exclude("north", is_("csp_region", "North")),),
        holds=(hold("one", is_("guid", held.guid), UntilDate(date=on(date(2026, 5, 1)))),),
        pilots=(pilot("all", Always(), 200, at=soon),),
    )
    draft.tell("release_stopped", guid=stopped.guid)
    draft.instruct(instructed, A)
    plan, _ = assert_agree(draft.world())
    (result,) = plan.pilots
    reach = result.reach
    assert reach is not None
    of_a = [match for match in (trace.match for trace in plan.traces.values()) if A in match.hub.suppliers.parties]
    north = [match for match in of_a if match.hub.csp_region == "North"]
    assert (reach.hubs, reach.excluded) == (len(of_a), len(north))
    assert reach.met == len(of_a) - len(north)
    assert set(reach.barred) == set(Barred)
    assert reach.met - sum(reach.barred.values()) == result.candidates
    (message,) = (f.message for f in plan.findings if f.code == "pilot-short")
    said = [f"{hubs} {bar.value.format(party=A)}" for bar in Barred if (hubs := reach.barred.get(bar))]
    assert f" of the others ({', '.join(said)}); {result.candidates} hub" in message


def test_a_condition_that_no_hub_meets_is_said_to_be_that() -> None:
    draft = base()
    draft.add(A, pilots=(pilot("nowhere", is_("configuration_set", "CS-9"), 3),))
    plan, _ = assert_agree(draft.world())
    of_a = sum(A in hub.suppliers.parties for hub in draft.hubs)
    (message,) = (f.message for f in plan.findings if f.code == "pilot-short")
    assert message == f"the pilot `nowhere` asked for 3 hubs and got 0: its `from` holds for 0 of {A}'s {of_a} hubs"


def test_a_pilot_is_short_of_hubs_that_are_in_an_earlier_one() -> None:
    draft = base()
    split = is_("split", False)
    draft.add(B, pilots=(pilot("all", split, 250), pilot("same", split, 3)))
    plan, _ = assert_agree(draft.world())
    all_of_them, same = (result for result in plan.pilots if result.party == B)
    assert len(all_of_them.group.guids) == all_of_them.candidates == same.candidates
    first, second = (f.message for f in plan.findings if f.code == "pilot-short")
    assert first.endswith(f"; {same.candidates} hubs could be in it")
    assert second.endswith(f"; {same.candidates} hubs could be in it, {same.candidates} of them in an earlier pilot")
