"""The reference engine over every small world: the invariants I1–I7, I10, and the findings."""

from collections import Counter
from datetime import date, timedelta
from functools import cache

import pytest
from attrs import evolve

from chfw_core.consent.model import ActivationBasis
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import ReferencePlan, plan_reference
from chfw_core.errors import InputError, UsageError
from chfw_core.model.guid import Guid, hash_key, keyed_hash
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import DCC
from chfw_core.model.periods import london_date
from chfw_core.model.products import CentralProductsList, CplEntry, CplStatus
from chfw_core.planning.model import HubStatus, ScheduledHub
from chfw_core.planning.release_state import earliest_day
from chfw_core.rules.model import At, DecideThen, UntilDate
from chfw_core.testing.worlds import (
    AUTOMATIC,
    MODEL,
    MOMENTS,
    VERSION,
    A,
    B,
    World,
    base,
    decide,
    features,
    hold,
    is_,
    named_worlds,
    on,
    pilot,
)
from tests.core.engines.columnar.agreement import assert_agree

NAMES = tuple(f"{name}, {moment}" for name in features() for moment in MOMENTS)


@cache
def worlds() -> dict[str, World]:
    return dict(named_worlds())


@cache
def plan_of(name: str) -> ReferencePlan:
    return plan(worlds()[name])


def plan(world: World) -> ReferencePlan:
    return plan_reference(*world, solve_flow)


def by_guid(found: ReferencePlan) -> dict[Guid, ScheduledHub]:
    return {row.guid: row for row in found.rows}


@pytest.mark.parametrize("name", NAMES)
def test_every_hub_has_one_row_with_a_reason(name: str) -> None:
    """I6; contracts: which columns of which status are empty; times lie on their day."""
    inputs, hubs, _ = worlds()[name]
    rows = plan_of(name).rows
    assert [row.guid for row in rows] == [hub.guid for hub in hubs]
    for row, hub in zip(rows, hubs, strict=True):
        assert row.reason
        assert f"{hub.guid:016X}" not in row.reason.replace("-", "")
        planned = row.status is HubStatus.PLANNED
        assert (row.basis is not None) is planned
        assert (row.day is not None) is planned
        if row.status in (HubStatus.HELD, HubStatus.INELIGIBLE):
            assert (row.import_rule, row.gas_rule, row.batch_id) == (None, None, None)
        if row.day is None or row.window_opens is None or row.window_closes is None:
            continue
        assert row.day >= earliest_day(inputs)
        assert london_date(row.window_opens) == row.day
        assert row.window_opens < row.window_closes


@pytest.mark.parametrize("name", NAMES)
def test_never_earlier_than_any_responsible_supplier_agreed(name: str) -> None:
    """I1, I2, BR4.2, BR4.3: from the trace's own decisions, by the words of the clauses."""
    found = plan_of(name)
    for row in found.rows:
        if row.basis is None or row.window_opens is None or row.window_closes is None:
            continue
        trace = found.traces[row.guid]
        consents = [d.consent for d in trace.decisions]
        responsible = trace.match.hub.suppliers.parties
        if row.basis is ActivationBasis.DCC_DEFAULT:
            assert row.window_opens >= trace.match.dcc.automatic_at
            continue
        assert len(consents) == len(responsible) > 0
        for consent in consents:
            assert consent is not None
            assert row.window_opens >= consent.period.opens
        last = max(c.period.closes for c in consents if c is not None)
        assert row.window_closes <= last <= trace.match.dcc.automatic_at
        if row.basis is ActivationBasis.SOLE_SUPPLIER:
            assert len(responsible) == 1
        else:
            assert len(responsible) == 2


@pytest.mark.parametrize("name", NAMES)
def test_no_pool_is_over_its_capacity(name: str) -> None:
    """I5, G5."""
    inputs, hubs, _ = worlds()[name]
    if inputs.release.capacity is None:
        return
    region = {hub.guid: hub.csp_region for hub in hubs}
    load = Counter((region[row.guid], row.day) for row in plan_of(name).rows if row.day)
    for (pool, day), hubs_there in load.items():
        assert day is not None
        limit = inputs.capacity_overrides.get((pool, day), inputs.release.capacity[pool])
        assert hubs_there <= limit


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_hubs_and_rows_never_counts(name: str) -> None:
    """I7."""
    inputs, hubs, instructions = worlds()[name]
    turned = plan((inputs, hubs[::-1], instructions[::-1]))
    assert turned.rows == plan_of(name).rows[::-1]
    assert turned.findings == plan_of(name).findings
    assert turned.refusals == plan_of(name).refusals[::-1]
    assert set(turned.own_instructions) == set(plan_of(name).own_instructions)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("early")])
def test_the_roles_are_symmetric(name: str) -> None:
    """I3: swap the two roles of every hub, of every change and of every row."""
    inputs, hubs, instructions = worlds()[name]
    swap = {"import": "gas", "gas": "import"}
    events = tuple(
        evolve(e, fields={**e.fields, "role": swap[str(e.fields["role"])]}) if "role" in e.fields else e
        for e in inputs.events
    )
    roles = {hub.guid: hub.suppliers for hub in hubs}
    both = tuple(evolve(hub, import_supplier=hub.gas_supplier, gas_supplier=hub.import_supplier) for hub in hubs)
    rows = tuple(
        evolve(row, role=type(row.role)(swap[row.role.value])) if row.guid in roles else row for row in instructions
    )
    swapped = plan((evolve(inputs, events=events), both, rows))
    keys = plan_of(name)
    for one, other in zip(keys.rows, swapped.rows, strict=True):
        assert (one.import_rule, one.gas_rule) == (other.gas_rule, other.import_rule)
        if any(row.batch_id for row in keys.rows):
            continue  # a batch is named by its import side first, so hubs group otherwise
        times = ("status", "basis", "window_opens", "window_closes", "day")
        assert [getattr(one, t) for t in times] == [getattr(other, t) for t in times]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_planned_that_is_stopped_or_held(name: str) -> None:
    """I4."""
    found = plan_of(name)
    for row in found.rows:
        match = found.traces[row.guid].match
        assert (row.status is HubStatus.INELIGIBLE) is (match.ineligible is not None)
        if match.ineligible is None:
            assert (row.status is HubStatus.HELD) is (match.dcc.held is not None)


@pytest.mark.parametrize("name", NAMES)
def test_pilots_keep_their_limit_and_take_nobody_excluded(name: str) -> None:
    """I10, G2."""
    inputs, _, _ = worlds()[name]
    found = plan_of(name)
    assert sum(len(p.group.guids) for p in found.pilots) <= inputs.release.pilot_limit
    for group in found.pilots:
        for guid in group.group.guids:
            match = found.traces[Guid(guid)].match
            own = next(p for p in match.parties if p.matched.party == group.party)
            assert own.matched.exclude is None
            assert own.matched.holds == ()
            assert match.dcc.held is None


@pytest.mark.parametrize("name", NAMES)
def test_what_the_rules_instructed_can_be_passed_back(name: str) -> None:
    """Up to the cut-off today's rules speak for themselves: the same plan again."""
    inputs, hubs, instructions = worlds()[name]
    found = plan_of(name)
    assert all(row.rule and row.received_at == inputs.as_of for row in found.own_instructions)
    again = plan((inputs, hubs, (*instructions, *found.own_instructions)))
    assert again.rows == found.rows
    assert again.refusals == found.refusals


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("early")])
def test_a_day_fills_in_hash_order(name: str) -> None:
    """Section 10: within a class, hubs take days in hash order, and the last are left out."""
    inputs, _, _ = worlds()[name]
    found = plan_of(name)
    key = hash_key(inputs.release.id)
    classes: dict[object, list[tuple[int, date]]] = {}
    for row in found.rows:
        trace = found.traces[row.guid]
        if trace.days:
            same = (trace.match.hub.csp_region, tuple(trace.days), trace.match.priority)
            classes.setdefault(same, []).append((keyed_hash(row.guid, key), row.day or date.max))
    for members in classes.values():
        days = [day for _, day in sorted(members)]
        assert days == sorted(days)


def test_the_worlds_reach_every_outcome() -> None:
    """What the enumeration makes, looked at: no corner of the table may be rare."""
    reached: Counter[object] = Counter()
    for name in NAMES:
        reached.update((row.status, row.basis) for row in plan_of(name).rows)
    outcomes = {
        (HubStatus.PLANNED, ActivationBasis.SOLE_SUPPLIER): 400,
        (HubStatus.PLANNED, ActivationBasis.BOTH_SUPPLIERS): 150,
        (HubStatus.PLANNED, ActivationBasis.DCC_DEFAULT): 400,
        (HubStatus.HELD, None): 100,
        (HubStatus.INELIGIBLE, None): 400,
        (HubStatus.INFEASIBLE, None): 100,
    }
    assert set(reached) == set(outcomes)
    assert all(reached[outcome] >= least for outcome, least in outcomes.items())


def test_the_worlds_raise_every_finding() -> None:
    codes = {finding.code for name in NAMES for finding in plan_of(name).findings}
    assert codes == {
        "cpl-not-checked",
        "csp-windows",
        "instruction-refused",
        "no-day",
        "over-capacity",
        "pilot-short",
        "pilot-spread-short",
        "windows-disjoint",
        "batch-late",
        "change-contradicts",
        "decision-late",
        "decision-owed",
        "unknown-owner",
        "window-lost",
    }


def test_a_release_that_is_not_current_on_the_cpl_is_a_finding() -> None:
    """G6: what leaves out a whole device model is said beside the rows, alike by both engines."""
    draft = base()
    draft.inputs = evolve(draft.inputs, cpl=CentralProductsList([]))
    wanted, _ = assert_agree(draft.world())
    (found,) = (f for f in wanted.findings if f.code == "cpl-not-current")
    reason = f"{VERSION} is not Current on the CPL for device model {MODEL}"
    hubs = sum(row.reason == reason for row in wanted.rows)
    assert hubs > 1
    assert (found.message, found.count) == (f"{reason}: {hubs} hubs ineligible", hubs)
    entry = CplEntry(
        number=1,
        status=CplStatus.CURRENT,
        device_type="Communications Hub",
        manufacturer="106C",
        device_model=MODEL,
        firmware_version=VERSION,
    )
    draft.inputs = evolve(draft.inputs, cpl=CentralProductsList([entry]))
    assert "cpl-not-current" not in {f.code for f in plan(draft.world()).findings}


def test_a_rule_in_the_wrong_year_is_a_finding() -> None:
    """Section 13: its period never comes, and its hubs would go to the DCC's date without a word."""
    draft = base()
    for rule, opens, closes in (
        ("last-year", date(2025, 3, 2), date(2025, 5, 2)),
        ("next-year", date(2027, 3, 2), date(2027, 5, 2)),
        ("backwards", date(2026, 5, 2), date(2026, 3, 2)),
        ("over-by-now", date(2026, 1, 20), date(2026, 1, 25)),
    ):
        draft.add(A, decides=(decide(rule, is_("csp_region", "North"), opens=on(opens), closes=on(closes)),))
    draft.add(A, pilots=(pilot("late", is_("csp_region", "North"), 1, at=At(opens=on(date(2026, 8, 1)))),))
    wanted, _ = assert_agree(draft.world())
    found = {f.message.split("`")[1]: f for f in wanted.findings if f.code == "rule-never"}
    assert list(found) == ["late", "backwards", "next-year", "last-year"]
    assert found["last-year"].message == (
        "the rule `last-year` never instructs in this release: its period is over at 2025-05-02T23:00:00Z, "
        "before the notice at 2026-01-05T09:00:00Z"
    )
    assert "not before the automatic time at 2026-07-05T08:00:00Z" in found["next-year"].message
    assert found["backwards"].message.endswith("its period closes before it opens")
    assert {f.party for f in found.values()} == {A}
    draft.add(
        DCC,
        decides=(
            decide("later", is_("csp_region", "North"), then=DecideThen.MOVE_AUTOMATIC_DATE, to=on(AUTOMATIC, 400)),
        ),
    )
    codes = [f.message for f in plan(draft.world()).findings if f.code == "rule-never"]
    assert not any("next-year" in message for message in codes)  # BR1.3: for hubs of the North it comes


def test_windows_that_do_not_meet_say_what_was_done() -> None:
    """BR4.2: the finding says which windows apply, for it is planned all the same."""
    messages = {f.message for name in NAMES for f in plan_of(name).findings if f.code == "windows-disjoint"}
    assert messages
    assert all(message.endswith(" do not meet: those of the later one apply") for message in messages)


def test_an_owner_that_the_estate_does_not_name() -> None:
    draft = base()
    for owner in ("ALFFA", "CSP:Nroth", DCC, "CSP:Central", "9Q"):
        draft.add(owner, decides=())
    found = [f for f in plan(draft.world()).findings if f.code == "unknown-owner"]
    assert [f.message for f in found] == [
        "the estate names no Supplier `9Q`: its rules decide nothing",
        "the estate names no Supplier `ALFFA`: its rules decide nothing (did you mean `ALFA`?)",
        "the estate names no CSP region `CSP:Nroth`: its rules decide nothing (did you mean `CSP:North`?)",
    ]


def one_hub(**changes: object) -> CommsHub:
    plain = CommsHub(guid=Guid(5), csp_region="North", device_model=MODEL, firmware_version="0D020000")
    return evolve(plain, **{"import_supplier": A, **changes})  # type: ignore[arg-type]


def test_a_region_of_the_estate_without_a_capacity_is_an_error() -> None:
    draft = base()
    draft.release(capacity={"North": 5})
    with pytest.raises(InputError, match="Central"):
        plan(draft.world())
    draft.hubs = (one_hub(firmware_version=VERSION, csp_region="South"),)
    with pytest.raises(InputError, match="South"):
        plan(draft.world())


def test_two_hubs_with_one_guid_are_a_mistake_of_the_caller() -> None:
    draft = base()
    draft.hubs = (one_hub(), one_hub())
    with pytest.raises(UsageError):
        plan(draft.world())


def test_a_hub_nobody_is_responsible_for_goes_with_the_dcc() -> None:
    draft = base()
    draft.hubs = (one_hub(import_supplier=None),)
    row = plan(draft.world()).rows[0]
    assert (row.basis, row.window_opens) == (ActivationBasis.DCC_DEFAULT, AUTOMATIC)
    assert row.reason == "the DCC's date: no Supplier is responsible"


def test_a_pilot_that_is_over_leaves_its_hubs_to_decide() -> None:
    """Section 4; one with a dated hold is no candidate either."""
    draft = base()
    draft.hubs = (one_hub(),)
    draft.add(A, pilots=(pilot("first", is_("csp_region", "North"), 1),))
    assert plan(draft.world()).rows[0].import_rule == "first"
    held = base()
    held.hubs = draft.hubs
    held.inputs = draft.inputs
    until = UntilDate(date=on(date(2026, 3, 5)))
    held.add(A, holds=(hold("wait", is_("csp_region", "North"), until),))
    assert plan(held.world()).rows[0].import_rule == "all-of-ours"
    draft.inputs = evolve(draft.inputs, as_of=MOMENTS["early"] + timedelta(days=60))
    assert plan(draft.world()).rows[0].import_rule == "all-of-ours"


def test_a_split_hub_in_one_pilot_still_needs_the_other() -> None:
    """BR4.1: a pilot is that Supplier's instruction and gates nothing for others."""
    draft = base()
    draft.hubs = (one_hub(gas_supplier=B),)
    draft.add(A, pilots=(pilot("first", is_("csp_region", "North"), 1),))
    row = plan(draft.world()).rows[0]
    assert (row.basis, row.import_rule) == (ActivationBasis.BOTH_SUPPLIERS, "first")
    assert row.day == date(2026, 4, 7)
    draft.inputs = evolve(draft.inputs, rulesets=tuple(r for r in draft.inputs.rulesets if r.owner == A))
    row = plan(draft.world()).rows[0]
    assert (row.basis, row.import_rule, row.gas_rule) == (
        ActivationBasis.DCC_DEFAULT,
        "first",
        None,
    )
    assert "no rule of BRVO instructs" in row.reason


def test_the_spring_night_is_an_hour_short() -> None:
    """A window across the change is there; one inside the hour that is skipped is not."""
    from chfw_core.testing.worlds import window

    for hours, expected in (((0, 5), date(2026, 3, 29)), ((1, 2), None)):
        draft = base()
        draft.hubs = (one_hub(),)
        rule = decide(
            "spring",
            opens=on(date(2026, 3, 29)),
            closes=on(date(2026, 3, 29)),
            windows=window("w", "6", *hours),
        )
        draft.add(A, decides=(rule,))
        row = plan(draft.world()).rows[0]
        assert row.day == expected
        if expected and row.window_opens and row.window_closes:
            assert row.window_closes - row.window_opens == timedelta(hours=4)
