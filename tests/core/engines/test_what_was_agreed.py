"""What two Suppliers agreed to lapses as a whole: engines, verifier and roll-out say the same (BR4.3, I14).

Every order in which the two may have spoken, by hand or by rules that still say so, changed or are gone, before,
between and after their periods.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from attrs import evolve

from chfw_core.consent.model import ActivationBasis, Instruction
from chfw_core.consent.standing import HubFacts, judge_rows, kept_by
from chfw_core.model.guid import Guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party
from chfw_core.model.periods import Period, london_midnight
from chfw_core.reports.explain import explain_hub
from chfw_core.rollout.agreement import resolution
from chfw_core.rollout.records import HubConsent, HubRecord, ReleaseRecord
from chfw_core.rollout.states import HubState
from chfw_core.testing.worlds import CUTOFF, Draft, World, decide, is_, on
from tests.core.engines.columnar.agreement import assert_agree
from tests.core.verify.test_engines_pass import violations

A, B = Party("ALFA"), Party("BRVO")
MARCH, APRIL = (date(2026, 3, 2), date(2026, 3, 8)), (date(2026, 4, 1), date(2026, 4, 20))
SOON, LATE = datetime(2026, 2, 10, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC)
BETWEEN = datetime(2026, 3, 20, 12, tzinfo=UTC)
MOMENTS = (datetime(2026, 3, 1, tzinfo=UTC), BETWEEN, datetime(2026, 4, 22, tzinfo=UTC), CUTOFF + timedelta(days=1))
BY_HAND, BY_RULE, NOT = "by hand", "by rule", "not"
THE_SAME, ANOTHER, GONE, MOVED = "the same", "another rule", "gone", "another end"


def world(as_of: datetime, first: str, second: str, received: datetime, rules: tuple[str, str]) -> World:
    """ALFA said the first week of March, BRVO April, on record and by rules that are as told by now."""
    draft = Draft()
    draft.inputs = evolve(draft.inputs, as_of=as_of)
    split = [hub for hub in draft.hubs if hub.suppliers.split]
    draft.hubs = (*split[:4], *split[-4:], *(hub for hub in draft.hubs if hub.suppliers.parties == (A,)))
    for party, days, now in ((A, MARCH, rules[0]), (B, APRIL, rules[1])):
        closes = on(days[1], 14) if now == MOVED else on(days[1])
        rule = decide("second" if now == ANOTHER else "first", opens=on(days[0]), closes=closes)
        leave = decide("nobody", is_("csp_region", "Nowhere"), opens=on(days[0]), closes=on(days[1]))
        draft.add(party, decides=(leave if now == GONE else rule,))
    for hub in draft.hubs:
        for party, days, how, at in ((A, MARCH, first, SOON), (B, APRIL, second, received)):
            if party in hub.suppliers.parties and how != NOT:
                first_of, end = london_midnight(days[0]), london_midnight(days[1] + timedelta(days=1))
                wrote = "first" if how == BY_RULE else None
                draft.instruct(hub, party, opens=first_of, closes=end, received_at=at, rule=wrote)
    return draft.world()


CASES = list(
    product(
        MOMENTS,
        (BY_HAND, BY_RULE),
        (BY_HAND, BY_RULE, NOT),
        (SOON, LATE),
        product((THE_SAME, ANOTHER, GONE, MOVED), (THE_SAME, MOVED, GONE)),
    )
)


def bases(made: World) -> Counter[ActivationBasis]:
    """Of the split hubs, as both engines have them and the verifier lets them pass."""
    wanted, found = assert_agree(made)
    assert not violations(made, wanted.rows, next(iter(found.schedule())).schema)
    split = {hub.guid for hub in made[1] if hub.suppliers.split}
    return Counter(row.basis for row in wanted.rows if row.guid in split and row.basis is not None)


@pytest.mark.parametrize("as_of", MOMENTS)
def test_the_engines_and_the_verifier_agree_on_what_was_agreed(as_of: datetime) -> None:
    """I14, NF4: 288 worlds."""
    met: Counter[ActivationBasis] = Counter()
    for case in CASES:
        if case[0] == as_of:
            met += bases(world(*case))
    assert met[ActivationBasis.DCC_DEFAULT] > 50
    assert (met[ActivationBasis.BOTH_SUPPLIERS] > 50) is (as_of in MOMENTS[:2])


@pytest.mark.parametrize(
    ("first", "second", "received", "rules", "agreed"),
    [
        (BY_HAND, BY_HAND, SOON, (GONE, GONE), True),
        (BY_HAND, BY_HAND, LATE, (GONE, GONE), False),  # ALFA's was over before BRVO spoke
        (BY_HAND, BY_RULE, SOON, (GONE, THE_SAME), True),
        (BY_HAND, NOT, SOON, (GONE, THE_SAME), False),
        (BY_HAND, BY_RULE, SOON, (GONE, MOVED), False),  # another period is another agreement
        (BY_HAND, BY_RULE, SOON, (GONE, GONE), False),
        (BY_RULE, BY_RULE, SOON, (THE_SAME, THE_SAME), True),
        (BY_RULE, BY_HAND, SOON, (THE_SAME, GONE), True),
        (BY_RULE, BY_HAND, SOON, (GONE, GONE), False),  # today's rules replace what they wrote
        (BY_RULE, BY_HAND, SOON, (ANOTHER, GONE), False),
        (BY_RULE, BY_HAND, LATE, (THE_SAME, GONE), False),
    ],
)
def test_between_the_two_periods(
    first: str, second: str, received: datetime, rules: tuple[str, str], agreed: bool
) -> None:
    """BR4.2, BR4.3."""
    found = bases(world(BETWEEN, first, second, received, rules))
    assert set(found) == {ActivationBasis.BOTH_SUPPLIERS if agreed else ActivationBasis.DCC_DEFAULT}


def test_a_sole_suppliers_period_lapses_by_itself_whatever_was_said_elsewhere() -> None:
    made = world(BETWEEN, BY_HAND, BY_HAND, SOON, (GONE, GONE))
    wanted, _ = assert_agree(made)
    sole = {hub.guid for hub in made[1] if hub.suppliers.parties == (A,)}
    assert sole
    assert {row.basis for row in wanted.rows if row.guid in sole} - {None} == {ActivationBasis.DCC_DEFAULT}


@pytest.mark.parametrize("received", [SOON, LATE])
def test_the_roll_out_says_what_the_planner_says(received: datetime) -> None:
    """BR4.3: of what is on record, by instants a day apart; the planner's first moment is the roll-out's now."""
    inputs, hubs, instructions = world(BETWEEN, BY_HAND, BY_HAND, received, (GONE, GONE))
    hub = next(hub for hub in hubs if hub.suppliers.split)
    rows = [row for row in instructions if row.guid == hub.guid]
    record = ReleaseRecord(id=inputs.release.id, firmware=inputs.release)
    met = set()
    for days in range(70):
        now = SOON + timedelta(days=days + 31)
        in_force = resolution(record, _recorded(hub, rows), now).basis
        judged = [
            judge_rows([row for row in rows if row.party == p], _facts(hub, inputs.release.automatic_at), now)
            for p in (A, B)
        ]
        stands = [kept_by(one, other, now).standing for one, other in (judged, judged[::-1])]
        both = all(row is not None and row.instructs(now) for row in stands)
        assert (in_force is ActivationBasis.BOTH_SUPPLIERS) is both
        met.add(in_force)
    assert len(met) == (2 if received is SOON else 1)


def _recorded(hub: CommsHub, rows: list[Instruction]) -> HubRecord:
    def consent(row: Instruction) -> HubConsent:
        assert row.opens is not None
        assert row.closes is not None
        period = Period(opens=row.opens, closes=row.closes)
        return HubConsent(party=row.party, role=row.role, period=period, received_at=row.received_at)

    return HubRecord(
        guid=Guid(hub.guid),
        state=HubState.PLANNED,
        region=hub.csp_region,
        suppliers=hub.suppliers,
        firmware_version=hub.firmware_version,
        consents=tuple(consent(row) for row in rows),
    )


def _facts(hub: CommsHub, automatic: datetime) -> HubFacts:
    return HubFacts(
        suppliers=hub.suppliers,
        automatic_at=automatic,
        cutoff=CUTOFF,
        former_automatic_at=automatic,
        former_cutoff=CUTOFF,
    )


@pytest.mark.parametrize("first", [BY_HAND, BY_RULE])
def test_the_explanation_is_of_the_plan_that_was_made(first: str) -> None:
    """NF1, NF7: it says that what both agreed to stands, to the Supplier of the earlier act too, and not until when."""
    made = world(BETWEEN, first, BY_HAND, SOON, (THE_SAME, GONE))
    inputs, hubs, instructions = made
    wanted, _ = assert_agree(made)
    row = next(row for row in wanted.rows if row.basis is ActivationBasis.BOTH_SUPPLIERS)
    hub = next(hub for hub in hubs if hub.guid == row.guid)
    for reader in (None, A):
        found = explain_hub(inputs, hub, instructions, row, reader)
        assert found.other == ()
        said = "\n".join(found.lines())
        assert f"{A} has instructed" in said
        assert "what both agreed to is not over" in said
    assert B not in said
