"""Holds and what ends them: RU1, RU5; the whole table of kinds × events × owners."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from chfw_core.model.guid import Guid
from chfw_core.model.parties import DCC, Party
from chfw_core.planning.decision import HoldState, all_over_by, latest_end, open_hold
from chfw_core.planning.holds import HoldOver, OverBecause, guid_sensitive, hold_fields, judge_hold
from chfw_core.planning.release_state import context_for, release_state
from chfw_core.rules.model import (
    HoldRule,
    Until,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
    UntilManual,
)
from chfw_core.testing.features import CS1
from chfw_core.testing.worlds import AUTOMATIC, CUTOFF, A, B, Draft, hold, on

GUID = Guid(7)
CS_A = "CS-0112"
VALUES: dict[str, object] = {
    "csp_region": "North",
    "configuration_set": CS_A,
    "installed_on": date(2026, 1, 20),
    "flags": frozenset({"triage"}),
}
TESTED = UntilEvent(type="test_passed", at_latest=on("cutoff", -5))
PER_SET = UntilEvent(type="test_passed", per="configuration_set", at_latest=on("cutoff", -5))
CLOSED = UntilEvent(type="incident_closed", ref="INC-1", at_latest=on("cutoff"))
PER_HUB = UntilEvent(type="meter_read_received", per="hub", at_latest=on("cutoff"))
TRIAGE = UntilFlagCleared(flag="triage")
Told = tuple[str, dict[str, Any]]


def rule(until: Until) -> HoldRule:
    return hold("wait", CS1, until)


def state_of(until: Until, *told: Told, **more: Any) -> HoldState | None:
    found = judged(until, *told, **more)
    return None if isinstance(found, HoldOver) else found


def judged(
    until: Until,
    *told: Told,
    owner: str = A,
    as_of: datetime | None = None,
    values: dict[str, object] | None = None,
    guid: int | None = GUID,
) -> HoldState | HoldOver:
    draft = Draft()
    if as_of is not None:
        draft.inputs = evolve(draft.inputs, as_of=as_of)
    for at, (type_, fields) in enumerate(told):
        draft.tell(type_, day=1 + at, **fields)
    state = release_state(draft.inputs)
    return judge_hold(
        rule(until),
        owner=owner,
        hub_values=VALUES if values is None else values,
        guid=guid,
        events_index=state.events,
        context=context_for(draft.inputs, state.phases.for_all, AUTOMATIC),
    )


@pytest.mark.parametrize(
    ("until", "told", "owner", "released"),
    [
        (TESTED, [], A, False),
        (TESTED, [("test_passed", {})], A, True),
        (TESTED, [("test_passed", {"party": A})], A, True),
        (TESTED, [("test_passed", {"party": B})], A, False),
        (TESTED, [("test_passed", {"party": A})], DCC, False),
        (TESTED, [("test_passed", {"party": DCC})], A, True),
        (TESTED, [("test_passed", {"party": Party("CSP:North")})], A, True),
        (TESTED, [("test_passed", {"csp_region": "South"})], A, False),
        (TESTED, [("test_passed", {"guid": Guid(8)})], A, False),
        (TESTED, [("test_passed", {"guid": GUID})], A, True),
        (TESTED, [("test_passed", {"release": "another"})], A, False),
        (PER_SET, [("test_passed", {})], A, False),
        (PER_SET, [("test_passed", {"configuration_set": "CS-0151"})], A, False),
        (PER_SET, [("test_passed", {"configuration_set": CS_A})], A, True),
        (PER_SET, [("test_passed", {"configuration_set": CS_A, "guid": GUID})], A, True),
        (CLOSED, [("incident_closed", {"ref": "INC-2"})], A, False),
        (CLOSED, [("incident_closed", {})], A, False),
        (CLOSED, [("incident_closed", {"ref": "INC-1"})], A, True),
        (PER_HUB, [("meter_read_received", {})], A, False),
        (PER_HUB, [("meter_read_received", {"guid": GUID})], A, True),
        (TRIAGE, [], A, False),
        (TRIAGE, [("flag_cleared", {"flag": "triage"})], A, True),
        (TRIAGE, [("flag_cleared", {"flag": "other"})], A, False),
        (TRIAGE, [("flag_cleared", {"flag": "triage", "party": B})], A, False),
        (TRIAGE, [("flag_cleared", {"flag": "triage", "guid": Guid(8)})], A, False),
        (
            TRIAGE,
            [("flag_cleared", {"flag": "triage"}), ("defect_flagged", {"flag": "triage"})],
            A,
            False,
        ),
        (
            TRIAGE,
            [("defect_flagged", {"flag": "triage"}), ("flag_cleared", {"flag": "triage"})],
            A,
            True,
        ),
        (UntilManual(), [("release_paused", {})], A, False),
        (UntilManual(), [("release_resumed", {})], A, True),
        (UntilManual(), [("release_resumed", {"party": B})], A, False),
        (UntilManual(), [("release_resumed", {"party": A})], DCC, False),
        (UntilManual(), [("flag_cleared", {"flag": "triage"})], A, False),
        (UntilManual(), [("flag_cleared", {"flag": "wait"})], A, True),
        (UntilManual(), [("flag_cleared", {"guid": GUID})], A, True),
    ],
)
def test_what_releases_a_hold(until: Until, told: list[Told], owner: str, released: bool) -> None:
    state = state_of(until, *told, owner=owner)
    assert (state is None) is released
    if state is not None:
        assert state.ends is None
        assert state.awaits


def test_a_hold_on_a_date_ends_at_its_midnight() -> None:
    until = UntilDate(date=on("installed_on", 28))
    ends = datetime(2026, 2, 17, tzinfo=UTC)
    state = state_of(until)
    assert state is not None
    assert state.ends == ends
    assert state_of(until, as_of=ends - timedelta(seconds=1)) is not None
    assert state_of(until, as_of=ends) is None


def test_a_hold_whose_date_reads_a_missing_value_is_open() -> None:
    state = state_of(UntilDate(date=on("installed_on", 28)), values={})
    assert state is not None
    assert state.ends is None
    assert state.awaits == "it has a value of `installed_on`"


def test_at_latest_ends_it_all_the_same() -> None:
    limit = datetime(2026, 5, 31, 8, tzinfo=UTC)
    for until in (TESTED, UntilFlagCleared(flag="triage", at_latest=on("cutoff", -5))):
        state = state_of(until)
        assert state is not None
        assert state.at_latest == limit
        assert state_of(until, as_of=limit) is None


def test_a_hold_on_a_flag_ends_when_the_flag_is_gone() -> None:
    assert state_of(TRIAGE, values={"flags": frozenset()}) is None
    assert state_of(TRIAGE, values={}) is None


@pytest.mark.parametrize("until", [TRIAGE, UntilManual()])
def test_a_suppliers_hold_never_reaches_past_the_automatic_time(until: Until) -> None:
    assert state_of(until, as_of=AUTOMATIC - timedelta(seconds=1)) is not None
    assert state_of(until, as_of=AUTOMATIC) is None
    assert state_of(until, as_of=AUTOMATIC, owner=DCC) is not None


@pytest.mark.parametrize(
    ("until", "over_by"),
    [
        (UntilManual(), AUTOMATIC),
        (TRIAGE, AUTOMATIC),
        (TESTED, CUTOFF - timedelta(days=5)),
        (UntilEvent(type="test_passed", at_latest=on("release.automatic_on", 9)), AUTOMATIC),
        (UntilDate(date=on("installed_on", 28)), datetime(2026, 2, 17, tzinfo=UTC)),
        (UntilDate(date=on("release.automatic_on", 9)), AUTOMATIC),
    ],
)
def test_when_a_suppliers_hold_is_over_at_the_latest(until: Until, over_by: datetime) -> None:
    """Contracts, Holds: a Supplier's hold ends at the automatic time too; a DCC's reaches past it."""
    state = state_of(until)
    assert state is not None
    assert state.over_by == over_by
    of_the_dcc = state_of(until, owner=DCC)
    assert of_the_dcc is not None
    own = of_the_dcc.ends or of_the_dcc.at_latest
    assert of_the_dcc.over_by == own
    assert state.over_by == min(filter(None, (own, AUTOMATIC)))


@pytest.mark.parametrize(
    ("until", "told", "more", "why"),
    [
        (TRIAGE, [], {"values": {}}, OverBecause.NO_FLAG),
        (TRIAGE, [("flag_cleared", {"flag": "triage"})], {}, OverBecause.FLAG_CLEARED),
        (TESTED, [("test_passed", {})], {}, OverBecause.EVENT),
        (TESTED, [], {"as_of": CUTOFF}, OverBecause.AT_LATEST),
        (UntilDate(date=on("installed_on", 28)), [], {"as_of": CUTOFF}, OverBecause.DATE),
        (UntilManual(), [("release_resumed", {})], {}, OverBecause.RELEASED),
        (UntilManual(), [], {"as_of": AUTOMATIC}, OverBecause.AUTOMATIC_TIME),
    ],
)
def test_why_a_hold_is_not_on(until: Until, told: list[Told], more: dict[str, Any], why: OverBecause) -> None:
    """NF1: the true cause, not just that it is over."""
    found = judged(until, *told, **more)
    assert isinstance(found, HoldOver)
    assert found.why is why
    assert found.text
    assert state_of(until, *told, **more) is None


def test_all_holds_must_be_released() -> None:
    """Rules language: the latest end wins; one without a known end leaves the whole without one."""
    soon, late, never = held("soon", CUTOFF), held("late", ends=AUTOMATIC), held("never")
    assert all_over_by((soon, late)) == AUTOMATIC
    assert all_over_by((soon,)) == CUTOFF
    assert all_over_by((soon, never, late)) is None


def test_what_a_class_of_hubs_must_share() -> None:
    """`hold_fields` and `guid_sensitive` name all that the answer depends on."""
    draft = Draft()
    draft.tell("test_passed", csp_region="North")
    draft.tell("test_passed", guid=GUID, party=A, manufacturer="106C")
    draft.tell("flag_cleared", guid=Guid(8), flag="triage")
    events = release_state(draft.inputs).events
    assert hold_fields(rule(PER_SET), events) == ("configuration_set", "csp_region")
    assert hold_fields(rule(PER_HUB), events) == ()
    assert hold_fields(rule(TRIAGE), events) == ("flags",)
    assert hold_fields(rule(UntilManual()), events) == ()
    assert hold_fields(rule(UntilDate(date=on("installed_on"))), events) == ("installed_on",)
    assert guid_sensitive(rule(PER_SET), events) == {GUID}
    assert guid_sensitive(rule(PER_SET), events, owner=B) == frozenset()
    assert guid_sensitive(rule(PER_SET), events, owner=A) == {GUID}
    assert guid_sensitive(rule(TRIAGE), events) == {8}
    assert guid_sensitive(rule(UntilDate(date=on("installed_on"))), events) == frozenset()


def held(name: str, at_latest: datetime | None = None, ends: datetime | None = None) -> HoldState:
    return HoldState(rule=name, because="x", ends=ends, at_latest=at_latest)


def test_of_several_holds_the_one_that_can_last_longest_is_named() -> None:
    """None counts as latest; then file order."""
    soon, late = held("soon", CUTOFF), held("late", AUTOMATIC)
    also, never = held("also", AUTOMATIC), held("never")
    assert open_hold((soon, late, also)) == late
    assert open_hold((soon, never, late, held("second"))) == never
    assert open_hold((held("dated", ends=CUTOFF),)) is None
    dated = (held("a", ends=CUTOFF), held("b", ends=AUTOMATIC), held("c", ends=AUTOMATIC), never)
    assert latest_end(dated) == dated[1]
    assert latest_end((never,)) is None
