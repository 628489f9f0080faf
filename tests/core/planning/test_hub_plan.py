"""A hub's plan before capacity: DCC holds, changes of Supplier (CS3), CSP windows, batches (BR3.7)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from chfw_core.consent.model import ActivationBasis, Consent
from chfw_core.errors import InputError
from chfw_core.model.guid import Guid
from chfw_core.model.occurrences import possible_days
from chfw_core.model.parties import ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period
from chfw_core.model.windows import Windows
from chfw_core.planning.batch_terms import smallest_and_slowest
from chfw_core.planning.batches import (
    batch_id,
    batch_number,
    batch_opens,
    batch_period,
    cut_batches,
    specs_by_key,
)
from chfw_core.planning.dcc import dcc_terms
from chfw_core.planning.decision import Decision, HoldState
from chfw_core.planning.hub_plan import (
    DccTerms,
    Freeze,
    HubPlan,
    SupplierChange,
    day_rules,
    plan_hub,
)
from chfw_core.planning.release_state import release_state
from chfw_core.planning.supplier_changes import changes_by_guid
from chfw_core.rules.meaning.evaluate import as_opening
from chfw_core.rules.model import BatchSpec, DateExpr, DecideRule, DecideThen, Duration
from chfw_core.testing.worlds import AUTOMATIC, A, B, Draft, decide, inputs, on, window

TODAY = date(2026, 2, 2)
MAY = Period(opens=datetime(2026, 5, 4, 8, tzinfo=UTC), closes=datetime(2026, 5, 20, 8, tzinfo=UTC))
SPLIT = ResponsibleSuppliers(import_supplier=A, gas_supplier=B)
SOLE = ResponsibleSuppliers(import_supplier=A, gas_supplier=A)
NOON, MIDNIGHT = window("noon", "0123456", 11, 13), window("midnight", "0123456", 23, 1)


def read_date(expr: DateExpr) -> date | datetime | None:
    return expr.base if isinstance(expr.base, date) else None


def dcc(rule: DecideRule | None = None, *holds: HoldState, release_held: str | None = None) -> DccTerms:
    return dcc_terms(
        release_held=release_held,
        holds=holds,
        decide=rule,
        inputs=inputs(),
        read_date=read_date,
    )


def agrees(party: str = A, **changes: Any) -> Decision:
    consent = Consent(period=changes.pop("period", MAY), windows=changes.pop("windows", Windows()))
    return Decision(party=party, consent=consent, reason=f"{party} agrees", rule="r", **changes)


def plan(*decisions: Decision, suppliers: ResponsibleSuppliers = SOLE, **changes: Any) -> HubPlan:
    given: dict[str, Any] = {
        "suppliers": suppliers,
        "decisions": decisions,
        "dcc": dcc(),
        "changes": (),
        "freeze": Freeze(before=5, after=1),
        "today": TODAY,
        "csp_windows": Windows(),
        "csp_batch": None,
        "closed": frozenset(),
    }
    return plan_hub(**{**given, **changes})


def days_of(found: HubPlan) -> list[date]:
    rules = day_rules(found, TODAY + timedelta(days=1), ())
    windows = found.resolution.windows
    return [day for day, _ in possible_days(found.resolution.period, windows, frozenset(), rules)]


def dated(until: datetime) -> HoldState:
    return HoldState(rule="INC-1", because="x", ends=until)


def test_a_dated_hold_of_the_dcc_is_an_opening_like_any_other() -> None:
    until = MAY.opens + timedelta(days=3)
    found = plan(agrees(), dcc=dcc(None, dated(MAY.opens), dated(until)))
    assert found.resolution.period == Period(opens=until, closes=MAY.closes)
    assert f"not before {until:%Y-%m-%dT%H:%M:%SZ} (the DCC's hold `INC-1`)" in found.reason
    assert plan(agrees(), dcc=dcc(None, dated(MAY.opens))).resolution.period == MAY
    late = AUTOMATIC + timedelta(days=2)
    assert plan(dcc=dcc(None, dated(late))).resolution.period.opens == late


@pytest.mark.parametrize("decisions", [(agrees(),), ()])
def test_a_dated_hold_that_outlasts_the_period_leaves_no_day(decisions: tuple[Decision, ...]) -> None:
    """Early or default: nothing is silently moved."""
    found = plan(*decisions, dcc=dcc(None, dated(AUTOMATIC + timedelta(days=28))))
    assert days_of(found) == []
    early = ActivationBasis.SOLE_SUPPLIER if decisions else ActivationBasis.DCC_DEFAULT
    assert found.resolution.basis is early
    assert days_of(plan(*decisions))


def test_an_open_hold_or_a_stop_holds_the_hub() -> None:
    """I4: the stop is named before the hold."""
    hold = HoldState(rule="INC-1", because="x", ends=None, awaits="incident_closed")
    assert dcc(None, dated(AUTOMATIC), hold).held == ("the DCC holds it by `INC-1` until incident_closed: x")
    limited = evolve(hold, at_latest=AUTOMATIC)
    assert dcc(None, limited).held == (
        "the DCC holds it by `INC-1` until incident_closed, at the latest 2026-07-05T08:00:00Z: x"
    )
    assert dcc(None, hold, release_held="stopped").held == "stopped"
    assert dcc(None, dated(AUTOMATIC)).held is None


def test_the_dcc_moves_the_date_and_all_that_hangs_on_it() -> None:
    """BR1.3; without a value for its date the rule moves nothing."""
    moved = decide("m", then=DecideThen.MOVE_AUTOMATIC_DATE, to=on(date(2026, 10, 1)))
    found = dcc(moved)
    assert found.automatic_at == datetime(2026, 9, 30, 23, tzinfo=UTC)
    assert found.cutoff == datetime(2026, 8, 31, 23, tzinfo=UTC)
    assert found.default.period.opens == found.automatic_at
    assert found.default.period.closes == datetime(2026, 10, 29, 0, tzinfo=UTC)
    assert found.rule == "m"
    for to in (on("installed_on"), None):
        assert dcc(evolve(moved, to=to)).automatic_at == AUTOMATIC


def test_the_dcc_narrows_its_own_period_and_never_opens_before_it() -> None:
    """I1: `from` before the automatic time changes nothing."""
    rule = decide("n", opens=on(date(2026, 7, 10)), closes=on(date(2026, 7, 12)), windows=NOON)
    found = dcc(rule).default
    assert found.period == Period(
        opens=datetime(2026, 7, 9, 23, tzinfo=UTC), closes=datetime(2026, 7, 12, 23, tzinfo=UTC)
    )
    assert found.windows == NOON
    whole = dcc().default.period
    early = decide("e", opens=on(date(2026, 1, 1)))
    assert dcc(early).default.period == whole
    assert dcc(decide("gone", closes=on(date(2026, 2, 1)), windows=NOON)).default.period == whole
    assert dcc(decide("no value", opens=on("x"), closes=on("x"))).default.period == whole
    assert dcc(evolve(early, at=None)).default == dcc().default


@pytest.mark.parametrize(
    ("effective", "closes"),
    [
        (date(2026, 5, 12), datetime(2026, 5, 6, 23, tzinfo=UTC)),
        (date(2026, 5, 9), None),
        (date(2026, 6, 9), MAY.closes),
        (TODAY, MAY.closes),
    ],
)
def test_an_instruction_ends_with_the_responsibility(effective: date, closes: datetime | None) -> None:
    """CS3: cut at the start of the freeze; where nothing is left, the DCC's date."""
    change = SupplierChange(role=SupplierRole.GAS, effective=effective)
    found = plan(agrees(), changes=(change,))
    if closes is None:
        assert found.resolution.basis is ActivationBasis.DCC_DEFAULT
        assert "opens in the freeze from 2026-05-04 on" in found.reason
    else:
        assert found.resolution.period == Period(opens=MAY.opens, closes=closes)
    frozen = {effective + timedelta(days=n) for n in range(-5, 2)}
    assert found.frozen == frozen
    assert frozen.isdisjoint(days_of(found))


@pytest.mark.parametrize(
    ("effective", "said"),
    [
        (date(2026, 5, 4), f"{A}'s responsibility ends on 2026-05-04, before its period opens"),
        (
            date(2026, 5, 5),
            f"{A}'s period opens in the freeze from 2026-04-30 on, for its change of Supplier on 2026-05-05",
        ),
        (
            date(2026, 5, 9),
            f"{A}'s period opens in the freeze from 2026-05-04 on, for its change of Supplier on 2026-05-09",
        ),
    ],
)
def test_what_ends_an_instruction_before_it_opens_is_named(effective: date, said: str) -> None:
    """CS3, NF1: the end of the responsibility where the period opens after it; the freeze where it opens before."""
    change = SupplierChange(role=SupplierRole.GAS, effective=effective)
    assert plan(agrees(), changes=(change,)).reason.endswith(said)


def test_the_other_roles_instruction_stays() -> None:
    change = SupplierChange(role=SupplierRole.GAS, effective=date(2026, 5, 9))
    mine = ResponsibleSuppliers(import_supplier=A)
    assert plan(agrees(), suppliers=mine, changes=(change,)).resolution.period == MAY


def test_windows_of_the_two_meet_or_the_later_ones_apply() -> None:
    both = plan(agrees(windows=NOON), agrees(B), suppliers=SPLIT).resolution
    assert (both.windows, both.windows_disjoint) == (NOON, False)
    later = evolve(MAY, opens=MAY.opens + timedelta(days=2))
    for first, second in ((MAY, later), (later, MAY)):
        a, b = agrees(windows=NOON, period=first), agrees(B, windows=MIDNIGHT, period=second)
        found = plan(a, b, suppliers=SPLIT)
        assert found.resolution.windows_disjoint
        assert found.resolution.windows == (NOON if first == later else MIDNIGHT)
        assert "their windows do not meet" in found.reason
        swapped = ResponsibleSuppliers(import_supplier=B, gas_supplier=A)
        assert plan(b, a, suppliers=swapped).resolution == found.resolution  # I3


def test_a_window_that_never_opens_in_its_own_period_counts_as_last() -> None:
    short = Period(opens=MAY.opens, closes=MAY.opens + timedelta(hours=1))
    a, b = agrees(windows=NOON, period=MAY), agrees(B, windows=MIDNIGHT, period=short)
    assert plan(a, b, suppliers=SPLIT).resolution.windows == MIDNIGHT


def test_a_csps_windows_narrow_early_and_default_periods_alike() -> None:
    for decisions in ((agrees(),), ()):
        found = plan(*decisions, csp_windows=NOON)
        assert found.resolution.windows == NOON
        assert not found.csp_blocked
    assert plan(agrees(windows=MIDNIGHT), csp_windows=NOON).csp_blocked
    # Nothing was left before the CSP was asked: not its doing.
    short = Period(opens=MAY.opens, closes=MAY.opens + timedelta(hours=1))
    assert not plan(agrees(windows=MIDNIGHT, period=short), csp_windows=NOON).csp_blocked


def spec(size: int, days: int = 0, seconds: int = 0) -> BatchSpec:
    return BatchSpec(size=size, pause=Duration(days=days, seconds=seconds))


def test_the_smallest_size_and_the_longest_pause_of_all_who_say() -> None:
    """BR3.7."""
    limits: dict[str, Any] = {
        "dcc": dcc(decide("d", then=DecideThen.LEAVE_TO_DCC, batch=spec(7, seconds=90_000))),
        "csp_batch": spec(20, days=1),
    }
    found = plan(agrees(batch=spec(9)), agrees(B), suppliers=SPLIT, **limits)
    assert found.batch == spec(7, seconds=90_000)
    assert found.batch_key == ("r", "r@7.25h")
    assert plan(agrees(batch=spec(9)), **limits).batch_key == (f"{A}.r",)
    # The DCC or a CSP alone makes no batches of early hubs.
    assert plan(agrees(), **limits).batch is None
    late = plan(Decision(party=A, consent=None, reason="x", batch=spec(1)), **limits)
    assert (late.batch, late.batch_key) == (spec(7, seconds=90_000), ("DCC.d",))
    explicit = evolve(agrees(B), rule=None)
    assert plan(agrees(batch=spec(9)), explicit, suppliers=SPLIT).batch_key == ("r", "@9")


def test_a_day_and_24_hours_are_as_long_in_either_order() -> None:
    """I3."""
    one, other = spec(5, days=1), spec(4, seconds=86_400)
    assert smallest_and_slowest((one, other)) == smallest_and_slowest((other, one)) == spec(4, 1)


def test_batches_are_cut_so_many_at_a_time() -> None:
    for hubs in range(30):
        for size in (1, 3, 10):
            ranges = cut_batches(hubs, size)
            assert [place for r in ranges for place in r] == list(range(hubs))
            assert all(len(r) == size for r in ranges[:-1])
            assert all(batch_number(p, size) == n for n, r in enumerate(ranges) for p in r)
    assert batch_id(("A.x", "B.y"), 3) == "A.x+B.y/3"
    keys = [(("k",), spec(5, days=2)), (("k",), spec(3)), (("l",), spec(9))]
    assert specs_by_key(keys) == {("k",): spec(3, days=2), ("l",): spec(9)}


def test_a_batch_opens_so_many_pauses_after_the_period() -> None:
    """Days on the London clock, seconds as they are: across the spring night."""
    start = datetime(2026, 3, 28, 9, tzinfo=UTC)
    assert batch_opens(start, 2, Duration(days=1)) == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert batch_opens(start, 2, Duration(seconds=86_400)) == start + timedelta(days=2)
    period = Period(opens=start, closes=start + timedelta(days=3))
    assert batch_period(period, 0, Duration(days=1)) == period
    assert batch_period(period, 9, Duration(days=1)) is None
    assert batch_period(period, 10**7, Duration(days=1)) is None


def test_changes_are_read_from_what_is_public() -> None:
    draft = Draft()
    told: dict[str, Any] = {"guid": Guid(7), "role": "gas"}
    draft.tell("change_of_supplier_started", effective="2026-05-12", **told)
    draft.tell("change_of_supplier_started", effective="2026-05-11T23:30:00Z", **told)
    draft.tell("change_of_supplier_started", effective="2026-03-01", guid=Guid(7), role="import")
    draft.tell("change_of_supplier_started", effective="2026-05-12", guid=Guid(8), party=A, role="gas")
    found = changes_by_guid(release_state(draft.inputs).events)
    assert found == {
        7: (
            SupplierChange(role=SupplierRole.IMPORT, effective=date(2026, 3, 1)),
            SupplierChange(role=SupplierRole.GAS, effective=date(2026, 5, 12)),
        )
    }


@pytest.mark.parametrize("fields", [{"effective": "2026-05-12"}, {"role": "gas"}])
def test_a_change_that_lacks_a_role_or_a_day_is_an_error(fields: dict[str, Any]) -> None:
    draft = Draft()
    draft.tell("change_of_supplier_started", guid=Guid(7), **fields)
    with pytest.raises(InputError, match="event 1"):
        changes_by_guid(release_state(draft.inputs).events)


def test_the_opening_of_a_bare_date_is_its_london_midnight() -> None:
    assert as_opening(date(2026, 7, 10)) == datetime(2026, 7, 9, 23, tzinfo=UTC)


def test_nothing_is_early_for_a_time_at_which_an_agreeing_supplier_has_lost_the_hub() -> None:
    """CS3, I1: the later period of two may lie wholly after the earlier one's responsibility ends."""
    loses = SupplierChange(role=SupplierRole.GAS, effective=date(2026, 5, 15))
    march = Period(opens=datetime(2026, 3, 2, tzinfo=UTC), closes=datetime(2026, 7, 1, tzinfo=UTC))
    after = Period(opens=datetime(2026, 5, 16, tzinfo=UTC), closes=datetime(2026, 5, 20, tzinfo=UTC))
    around = Period(opens=datetime(2026, 5, 4, tzinfo=UTC), closes=datetime(2026, 5, 20, tzinfo=UTC))
    for period, basis in ((after, ActivationBasis.DCC_DEFAULT), (around, ActivationBasis.BOTH_SUPPLIERS)):
        found = plan(agrees(period=period), agrees(B, period=march), suppliers=SPLIT, changes=(loses,))
        assert found.resolution.basis is basis
    assert found.resolution.period.closes == datetime(2026, 5, 9, 23, tzinfo=UTC)
