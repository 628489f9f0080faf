"""CS3: what an owner previews is what the plan makes of its rules, announced changes of Supplier and all."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chfw_core.engines.flow import solve_flow
from chfw_core.engines.matching import Matcher
from chfw_core.engines.owned import Known, decide_own
from chfw_core.engines.reference import HubTrace, plan_reference
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import (
    Outcome,
    OwnDecision,
    ineligible_decision,
    owns,
    stopped_decision,
    supplier_decision,
)
from chfw_core.rules.model import BatchSpec, Duration, RuleSet, UntilDate
from chfw_core.testing.features import CS1
from chfw_core.testing.strategies import drawn_worlds
from chfw_core.testing.worlds import A, B, Draft, World, base, decide, hold, is_, on, pilot
from tests.core.engines.columnar.test_preview import NAMES, alone, previewed, row_of, worlds

C = Party("CHLI")
DAYS = ("2026-02-10", "2026-03-10", "2026-04-03", "2026-04-30", "2026-07-08", "2026-01-31")


def in_the_plan(rules: RuleSet, trace: HubTrace, priority: int) -> OwnDecision:
    """What the plan of these rules alone makes of a hub of their owner."""
    if trace.match.ineligible is not None:
        return ineligible_decision(trace.match.ineligible)
    if trace.plan is None:
        assert trace.match.dcc.held is not None
        return stopped_decision(trace.match.dcc.held)
    (own,) = (decision for decision in trace.plan.decisions if decision.party == rules.owner)
    return supplier_decision(rules, own, priority)


def assert_as_planned(inputs: PlanInputs, hubs: tuple[CommsHub, ...], owner: str) -> Counter[Outcome]:
    """The preview, and the reference of `rules explain`, hub for hub; how often each outcome occurred."""
    own = alone(inputs, owner)
    (rules,) = own.rulesets
    plan, found = plan_reference(own, hubs, (), solve_flow), previewed(inputs, hubs, owner)
    rows = {row["guid"]: row for batch in found.batches() for row in batch.to_pylist()}
    mine = [hub for hub in hubs if owns(owner, hub)]
    wanted = [(hub, in_the_plan(rules, plan.traces[hub.guid], rows[hub.guid]["priority"])) for hub in mine]
    unlike = {Outcome.INELIGIBLE, Outcome.STOPPED}  # no rule is asked: a priority says nothing there
    for hub, decision in wanted:
        row = rows[hub.guid]
        if decision.outcome in unlike:
            row["priority"] = decision.priority
        assert row == row_of(hub, owner, decision)
    matcher = Matcher(own)
    pilot_of = {guid: group.rule for group in plan.pilots for guid in group.group.guids}
    explained = [decide_own(matcher, owner, hub, Known(pilot=pilot_of.get(hub.guid))).decision for hub in mine]
    assert [one.meaning[:-1] for one in explained] == [decision.meaning[:-1] for _, decision in wanted]
    return Counter(decision.outcome for _, decision in wanted)


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_at_every_moment(name: str) -> None:
    inputs, hubs, _ = worlds()[name]
    for owner in (A, B):
        assert_as_planned(inputs, hubs, owner)


def rules_of(draft: Draft) -> Draft:
    """Batches, a hold that delays, a pilot and a period of some weeks: each of them is cut by some change."""
    weeks: dict[str, Any] = {"opens": on(date(2026, 3, 20)), "closes": on(date(2026, 5, 10))}
    draft.inputs = evolve(draft.inputs, rulesets=())
    for owner in (A, B):
        draft.add(
            owner,
            holds=(hold("until-april", is_("csp_region", "North"), UntilDate(date=on(date(2026, 4, 1)))),),
            pilots=(pilot("first", CS1, 4),),
            decides=(decide("in-threes", **weeks, batch=BatchSpec(size=3, pause=Duration(days=1))),),
        )
    return draft


def announced(draft: Draft, told: list[tuple[int, int, int, int]]) -> World:
    """Changes of some hubs: (day, role, who leaves, who joins), in the order of the hubs."""
    for hub, (day, role, leaves, joins) in zip(draft.hubs, told, strict=False):
        holders = (hub.suppliers.import_supplier, hub.suppliers.gas_supplier)
        left, joined = (holders[role], None, C)[leaves], (A, B, C, None)[joins]
        said = {"from": left} if left is not None else {}
        said |= {"to": joined} if joined is not None else {}
        roles = ("import", "gas")
        draft.tell("change_of_supplier_started", day=2, guid=hub.guid, role=roles[role], effective=DAYS[day], **said)
    return draft.world()


CHANGES = st.lists(
    st.tuples(st.integers(0, len(DAYS) - 1), st.integers(0, 1), st.integers(0, 2), st.integers(0, 3)),
    min_size=12,
    max_size=60,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(CHANGES)
def test_changes_are_applied_as_the_plan_applies_them(told: list[tuple[int, int, int, int]]) -> None:
    inputs, hubs, _ = announced(rules_of(base()), told)
    for owner in (A, B):
        assert_as_planned(inputs, hubs, owner)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(drawn_worlds())
def test_drawn_worlds(world: World) -> None:
    inputs, hubs, _ = world
    if any(owns(A, hub) for hub in hubs):
        assert_as_planned(inputs, hubs, A)


def test_an_instruction_is_cut_or_lost_by_a_change() -> None:
    """A period that a change cuts ends before its freeze; what is lost has no batch and no delay left."""
    plain, changing = rules_of(base()), rules_of(base())
    before = assert_as_planned(*plain.world()[:2], A)
    told = [(2 if at % 2 else 0, 0, 0, 1) for at, _ in enumerate(changing.hubs)]
    world = announced(changing, told)
    after = assert_as_planned(*world[:2], A)
    assert after[Outcome.INSTRUCT] < before[Outcome.INSTRUCT]
    assert after[Outcome.LEAVE_TO_DCC] > before[Outcome.LEAVE_TO_DCC]
    rows = [row for batch in previewed(*world[:2], A).batches() for row in batch.to_pylist()]
    lost = [row for row in rows if "responsibility ends" in row["reason"] and row["opens"] is None]
    cut = [row for row in rows if "responsibility ends" in row["reason"] and row["opens"] is not None]
    assert lost
    assert cut
    assert {row["batch"] for row in lost} == {None}


def _others(hub: CommsHub, other: Party) -> CommsHub:
    """The hub with somebody else in the roles that are not A's."""
    roles = (hub.suppliers.import_supplier, hub.suppliers.gas_supplier)
    ours = [role if role in (A, None) else other for role in roles]
    return evolve(hub, import_supplier=ours[0], gas_supplier=ours[1])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
@given(CHANGES)
def test_it_does_not_vary_with_who_the_other_supplier_is(told: list[tuple[int, int, int, int]]) -> None:
    """NF7: neither with its name nor with the changes of its role; only the other's data is changed."""
    seen = []
    for other, busy in ((B, False), (Party("ZULU"), True)):
        draft = rules_of(base())
        draft.hubs = tuple(_others(hub, other) for hub in draft.hubs)
        kept = []
        for hub, one in zip(draft.hubs, told, strict=False):
            holder = (hub.suppliers.import_supplier, hub.suppliers.gas_supplier)[one[1]]
            kept.append(one if holder == A or not busy else (one[0], one[1], 2, 2))
        inputs, hubs, _ = announced(draft, kept)
        seen.append([row for batch in previewed(inputs, hubs, A).batches() for row in batch.to_pylist()])
    assert seen[0] == seen[1]
