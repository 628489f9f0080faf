"""Corners of a plan's meaning, each on a world of a hub or two; both engines and the verifier are held to them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from chfw_core.consent.model import InstructionAction
from chfw_core.engines.columnar import MemoryEstate, instruction_table
from chfw_core.engines.reference import ReferencePlan
from chfw_core.engines.verify import verify_schedule
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import DCC, Party
from chfw_core.model.releases import Participation
from chfw_core.planning.model import HubStatus
from chfw_core.reports.explain import explain_hub
from chfw_core.rules.model import Always, BatchSpec, DecideThen, Duration
from chfw_core.testing.worlds import (
    CUTOFF,
    OLD,
    OLDER,
    A,
    B,
    Draft,
    decide,
    exclude,
    hubs,
    inputs,
    on,
    pilot,
    window,
)
from tests.core.engines.columnar.agreement import assert_agree, attribute_tables

AFTER = CUTOFF + timedelta(seconds=1)
JUNE: Mapping[str, Any] = {
    "opens": datetime(2026, 6, 8, 8, tzinfo=UTC),
    "closes": datetime(2026, 7, 1, tzinfo=UTC),
}
C = Party("CHLI")


def a_hub(number: int, imports: Party | None, gas: Party | None, **changes: Any) -> CommsHub:
    """An eligible hub of these Suppliers; its GUID ends with the number."""
    plain = next(hub for hub in hubs() if hub.firmware_version == OLD and not hub.private)
    given = {"guid": plain.guid + number, "import_supplier": imports, "gas_supplier": gas, **changes}
    return evolve(plain, **given)


def draft_of(*estate: CommsHub, as_of: datetime | None = None) -> Draft:
    draft = Draft(hubs=estate)
    if as_of is not None:
        draft.inputs = inputs(as_of=as_of)
    return draft


def planned(draft: Draft) -> ReferencePlan:
    """The plan, once both engines and the verifier agree on it."""
    wanted, found = assert_agree(draft.world())
    table = instruction_table(draft.instructions)
    estate = MemoryEstate(draft.hubs, chunk=10)
    verdict = verify_schedule(draft.inputs, estate, found.schedule(), table, attribute_tables(draft.hubs))
    assert not verdict.violations
    return wanted


def codes(plan: ReferencePlan) -> dict[tuple[str, str | None], int]:
    """The findings by code and party; that no CPL was given is one of every world here."""
    return {(found.code, found.party): found.count for found in plan.findings if found.code != "cpl-not-checked"}


def passed_back(rule: str) -> Draft:
    """After the cut-off: a row that a rule wrote, passed back."""
    draft = draft_of(a_hub(1, A, A), as_of=AFTER)
    twos = BatchSpec(size=2, pause=Duration(days=7))
    fridays = window("fridays", "4", 22, 5)
    draft.add(A, decides=(decide("fridays", windows=fridays, batch=twos), decide("left", then=DecideThen.LEAVE_TO_DCC)))
    draft.add(A, pilots=(pilot("p", Always(), 2, at=evolve(pilot("q", Always(), 1).at, windows=fridays)),))
    draft.instruct(draft.hubs[0], A, rule=rule, **JUNE)
    return draft


@pytest.mark.parametrize(("rule", "batch"), [("fridays", "ALFA.fridays/0"), ("p", None)])
def test_a_row_passed_back_keeps_the_windows_and_the_batch_of_its_rule(rule: str, batch: str | None) -> None:
    plan = planned(passed_back(rule))
    (row,) = plan.rows
    assert (row.window_opens, row.batch_id) == (datetime(2026, 6, 12, 21, tzinfo=UTC), batch)
    assert (row.import_rule, row.gas_rule) == (rule, rule)
    # Nothing is said of the pilot: after the cut-off it asks for no hubs.
    assert codes(plan) == {}


@pytest.mark.parametrize("rule", ["gone", "left"])
def test_a_row_whose_rule_is_gone_stands_without_windows(rule: str) -> None:
    plan = planned(passed_back(rule))
    (row,) = plan.rows
    assert (row.window_opens, row.batch_id) == (JUNE["opens"], None)
    assert codes(plan) == {("window-lost", A): 1}
    assert "whose windows are lost" in row.reason


def test_a_pilot_that_is_over_is_not_short_of_hubs() -> None:
    said = {}
    for as_of in (datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC), AFTER):
        draft = draft_of(a_hub(1, A, A), as_of=as_of)
        draft.add(A, pilots=(pilot("p", Always(), 2),), decides=(decide("rest"),))
        said[as_of] = ("pilot-short", A) in codes(planned(draft))
    assert list(said.values()) == [True, False, False]


@pytest.mark.parametrize("gas", [A, B])
def test_a_night_that_began_before_the_period_is_lost_whoever_else_agrees(gas: Party) -> None:
    """7 March 2026 is a Saturday: the night that reaches into it began on Friday."""
    draft = draft_of(a_hub(1, A, gas))
    may: dict[str, Any] = {"opens": on(date(2026, 3, 7)), "closes": on(date(2026, 3, 20))}
    draft.add(A, decides=(decide("fridays", windows=window("fridays", "4", 22, 5), **may),))
    draft.add(B, decides=(decide("weekend", windows=window("weekend", "456", 0, 24), **may),))
    (row,) = planned(draft).rows
    assert row.window_opens == datetime(2026, 3, 13, 22, tzinfo=UTC)


def test_a_night_within_the_period_still_meets_a_window_of_the_day_after() -> None:
    draft = draft_of(a_hub(1, A, B))
    may: dict[str, Any] = {"opens": on(date(2026, 3, 6)), "closes": on(date(2026, 3, 20))}
    draft.add(A, decides=(decide("fridays", windows=window("fridays", "4", 22, 5), **may),))
    draft.add(B, decides=(decide("saturdays", windows=window("saturdays", "5", 0, 24), **may),))
    (row,) = planned(draft).rows
    assert (row.window_opens, row.day) == (datetime(2026, 3, 7, tzinfo=UTC), date(2026, 3, 7))


@pytest.mark.parametrize(
    ("version", "reason"),
    [("0D040000", "no permitted path from 0D040000 is known"), ("0D020001", f"needs {OLD} first")],
)
def test_no_downgrade_is_asked_for(version: str, reason: str) -> None:
    draft = draft_of(a_hub(1, A, A, firmware_version=version))
    draft.release(upgrade_from=(OLDER, OLD))
    (row,) = planned(draft).rows
    assert (row.status, row.reason) == (HubStatus.INELIGIBLE, reason)


def test_the_batch_of_a_split_hub_does_not_say_who_the_other_is() -> None:
    """NF7: hubs of all pairs of Suppliers with these rules and these batches are counted together."""
    pairs = ((A, B), (B, A), (A, C), (A, A), (A, None))
    draft = draft_of(*(a_hub(at, *pair) for at, pair in enumerate(pairs)))
    two = BatchSpec(size=2, pause=Duration(days=1))
    for party in (A, B, C):
        draft.add(party, decides=(decide("ours", batch=two),))
    plan = planned(draft)
    split = sorted(str(row.batch_id) for row in plan.rows[:3])
    assert split == ["ours+ours@2.1d/0", "ours+ours@2.1d/0", "ours+ours@2.1d/1"]
    assert [row.batch_id for row in plan.rows[3:]] == ["ALFA.ours/0", "ALFA.ours/0"]


def mandatory(as_of: datetime | None = None) -> Draft:
    draft = draft_of(a_hub(1, A, B), a_hub(2, B, B), a_hub(3, B, B, firmware_version="0D050002"), as_of=as_of)
    draft.release(participation=Participation.MANDATORY)
    draft.add(A, decides=(decide("all"),))
    draft.add(C, excludes=(exclude("none", Always()),))
    return draft


def test_a_mandatory_release_is_owed_a_decision() -> None:
    plan = planned(mandatory())
    assert codes(plan)["decision-owed", B] == 2
    (owed,) = (found for found in plan.findings if found.code == "decision-owed")
    assert owed.message == "BRVO owes a decision for 2 hubs by the cut-off at 2026-06-05T08:00:00Z"
    late = codes(planned(mandatory(AFTER)))
    assert (late["decision-late", B], ("decision-owed", B) in late) == (2, False)
    draft = mandatory()
    draft.release(participation=Participation.VOLUNTARY)
    assert ("decision-owed", B) not in codes(planned(draft))
    draft = mandatory()
    for hub in draft.hubs[:2]:
        draft.instruct(hub, B)
    assert ("decision-owed", B) not in codes(planned(draft))


@pytest.mark.parametrize(
    ("as_of", "said"), [(None, "owes a decision by"), (AFTER, "was late with its decision, owed by")]
)
def test_explain_says_who_owes_a_decision(as_of: datetime | None, said: str) -> None:
    draft = mandatory(as_of)
    for reader in (None, B):
        told = explain_hub(draft.inputs, draft.hubs[0], (), None, reader).lines()
        assert [line.strip() for line in told if said in line] == [f"BRVO {said} {'2026-06-05T08:00:00Z'}"]
    assert not any(said in line for line in explain_hub(draft.inputs, draft.hubs[0], (), None, A).lines())


def test_an_instruction_that_stood_is_not_refused_when_the_date_moves_before_it() -> None:
    draft = draft_of(a_hub(1, A, A))
    move = DecideThen.MOVE_AUTOMATIC_DATE
    draft.add(DCC, decides=(decide("sooner", then=move, to=on(date(2026, 5, 10))),))
    draft.instruct(draft.hubs[0], A, opens=datetime(2026, 5, 20, tzinfo=UTC), closes=datetime(2026, 5, 25, tzinfo=UTC))
    plan = planned(draft)
    (row,) = plan.rows
    assert not plan.refusals
    assert row.reason == (
        "the DCC's date (`sooner`): ALFA's instruction opens at 2026-05-20T00:00:00Z, "
        "and the automatic time was moved to 2026-05-09T23:00:00Z, which comes before it"
    )
    assert row.day == date(2026, 5, 10)


@pytest.mark.parametrize(
    ("first", "applies"),
    [({"from": "ALFA", "to": "CHLI"}, True), ({"from": "BRVO", "to": "CHLI"}, False), ({}, True)],
)
def test_a_change_from_somebody_who_does_not_hold_the_role_is_not_applied(first: dict[str, Any], applies: bool) -> None:
    draft = draft_of(a_hub(1, A, B))
    week: dict[str, Any] = {"opens": on(date(2026, 4, 10)), "closes": on(date(2026, 4, 12))}
    draft.add(A, decides=(decide("all", **week),))
    draft.add(B, decides=(decide("all", **week),))
    told: dict[str, Any] = {"guid": draft.hubs[0].guid, "role": "import"}
    draft.tell("change_of_supplier_started", effective="2026-04-10", **told, **first)
    # Who takes over may hand on; what is past is not held against the holder of today.
    second: dict[str, Any] = {"from": "CHLI"} if applies else {}
    draft.tell("change_of_supplier_started", effective="2026-06-10", **told, **second)
    past: dict[str, Any] = {"from": "BRVO"}
    draft.tell("change_of_supplier_started", effective="2026-01-10", **told, **past)
    plan = planned(draft)
    (row,) = plan.rows
    assert (row.day != date(2026, 4, 10)) is applies
    assert codes(plan) == ({} if applies else {("change-contradicts", None): 1})


@pytest.mark.parametrize("ruled", [False, True])
def test_a_refused_instruction_leaves_a_trace_in_the_reason(ruled: bool) -> None:
    draft = draft_of(a_hub(1, A, A), a_hub(2, A, A), as_of=AFTER + timedelta(days=1))
    if ruled:
        draft.add(A, excludes=(exclude("never", Always()),))
    for hub, received in zip(draft.hubs, (AFTER, AFTER), strict=True):
        draft.instruct(hub, A, received_at=received, **JUNE)
    draft.instruct(draft.hubs[1], A, action=InstructionAction.WITHDRAW, opens=None, closes=None)
    one, two = planned(draft).rows
    head = "ALFA excludes it by `never`: because of never" if ruled else "no rule of ALFA instructs"
    assert one.reason == f"the DCC's date: {head} (its instruction was refused: after cutoff)"
    assert "refused" not in two.reason  # a withdrawal stands


def test_a_hub_whose_instruction_was_refused_may_still_be_in_a_pilot() -> None:
    draft = draft_of(a_hub(1, A, A))
    draft.add(A, pilots=(pilot("p", Always(), 1),))
    draft.instruct(draft.hubs[0], A, opens=datetime(2026, 8, 1, tzinfo=UTC), closes=datetime(2026, 8, 2, tzinfo=UTC))
    (row,) = planned(draft).rows
    assert row.import_rule == "p"
    assert row.reason.endswith("ALFA instructs by `p` (its instruction was refused: not earlier)")


def test_where_neither_supplier_has_a_moment_of_its_own_the_windows_of_the_later_count() -> None:
    # A's Monday and Tuesday hold no Sunday, B's Saturday and Sunday no Tuesday: A's Sundays are not B's to use (I1).
    draft = draft_of(a_hub(1, A, B))
    for owner, windows, first in (
        (A, window("last-by-name", "6", 9, 12), date(2026, 3, 2)),
        (B, window("first-by-name", "1", 9, 12), date(2026, 3, 7)),
    ):
        going = decide("go", windows=windows, opens=on(first), closes=on(first + timedelta(days=1)))
        draft.add(owner, decides=(going,))
    (row,) = planned(draft).rows
    assert row.status is HubStatus.INFEASIBLE
