"""Design 3's table, enumerated completely: BR3.2, BR3.6, BR4.1–BR4.3, I1, I2, I3.

Six Supplier pairs × every order (ties included) of five dates, the two openings, the two closes
and the automatic time, × each Party's row received before, at or after the cut-off or never ×
both role orders. The oracle below is the table and nothing else, on whole numbers of days.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from chfw_core.consent.model import ActivationBasis, Consent, Instruction, Resolution
from chfw_core.consent.resolve import later_of, resolve_activation
from chfw_core.consent.standing import HubFacts, judge_rows
from chfw_core.model.guid import Guid
from chfw_core.model.parties import Party, ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period
from chfw_core.model.windows import Windows
from chfw_core.planning.decision import Matched, Terms, decide_supplier
from chfw_core.planning.hub_plan import DccTerms, Freeze, HubPlan, plan_hub
from chfw_core.testing.worlds import A, B

START = datetime(2026, 3, 1, tzinfo=UTC)
CUTOFF = START - timedelta(days=20)
AS_OF = CUTOFF + timedelta(days=1)
RECEIVED = {
    "before": CUTOFF - timedelta(days=1),
    "at": CUTOFF,
    "after": CUTOFF + timedelta(seconds=1),
    "never": None,
}
PAIRS = ((None, None), (A, None), (None, A), (A, A), (A, B), (None, B))
SEC_BASES = {0: ActivationBasis.DCC_DEFAULT, 1: ActivationBasis.SOLE_SUPPLIER}

Plan = tuple[ActivationBasis, int, int]
Ends = tuple[int, int]


def weak_orders(size: int) -> Iterator[tuple[int, ...]]:
    """Every order of so many things, ties included: ranks without gaps."""
    for ranks in product(range(size), repeat=size):
        if set(ranks) == set(range(max(ranks) + 1)):
            yield ranks


def oracle(
    pair: tuple[Party | None, Party | None],
    ends: dict[Party, Ends],
    received: dict[Party, str],
    automatic: int,
) -> Plan:
    """The table in words of its own: whole days, no periods, no roles."""
    default = (ActivationBasis.DCC_DEFAULT, automatic, automatic + 28)
    responsible = {party for party in pair if party is not None}
    agreed = []
    for party in responsible:
        opens, closes = ends[party]
        valid = received[party] in ("before", "at") and opens < closes and opens < automatic
        if valid:
            agreed.append((opens, min(closes, automatic)))
    if not responsible or len(agreed) < len(responsible):
        return default
    if len(agreed) == 1:
        return (ActivationBasis.SOLE_SUPPLIER, *agreed[0])
    opens = max(opens for opens, _ in agreed)
    closes = min(closes for _, closes in agreed)
    if closes <= opens:
        closes = max(agreed)[1]
    return (ActivationBasis.BOTH_SUPPLIERS, opens, closes)


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def planned(
    pair: tuple[Party | None, Party | None],
    ends: dict[Party, Ends],
    received: dict[Party, str],
    automatic: int,
) -> tuple[Plan, HubPlan]:
    """The same through validation, decision and resolution."""
    suppliers = ResponsibleSuppliers(import_supplier=pair[0], gas_supplier=pair[1])
    facts = HubFacts(
        suppliers=suppliers,
        automatic_at=at(automatic),
        cutoff=CUTOFF,
        former_automatic_at=at(automatic),
        former_cutoff=CUTOFF,
    )
    terms = Terms(as_of=AS_OF, first_moment=AS_OF, automatic_at=at(automatic), cutoff=CUTOFF)
    decisions = []
    for party in suppliers.parties:
        rows = []
        if (when := RECEIVED[received[party]]) is not None:
            rows.append(
                Instruction(
                    guid=Guid(1),
                    party=party,
                    role=suppliers.roles_of(party)[-1],
                    opens=at(ends[party][0]),
                    closes=at(ends[party][1]),
                    received_at=when,
                )
            )
        standing = judge_rows(rows, facts, AS_OF).standing
        matched = Matched(party=party, standing=standing)
        decisions.append(decide_supplier(matched, terms, lambda _: None))
    plan = plan_hub(
        suppliers=suppliers,
        decisions=tuple(decisions),
        dcc=DccTerms(
            automatic_at=at(automatic),
            cutoff=CUTOFF,
            default=Resolution(
                basis=ActivationBasis.DCC_DEFAULT,
                period=Period(opens=at(automatic), closes=at(automatic + 28)),
                windows=Windows(),
            ),
        ),
        changes=(),
        freeze=Freeze(before=5, after=1),
        today=AS_OF.date(),
        csp_windows=Windows(),
        csp_batch=None,
        closed=frozenset(),
    )
    period = plan.resolution.period
    days = [(moment - START) // timedelta(days=1) for moment in (period.opens, period.closes)]
    return (plan.resolution.basis, days[0], days[1]), plan


def cases() -> Iterator[tuple[dict[Party, Ends], int]]:
    for open_a, close_a, open_b, close_b, automatic in weak_orders(5):
        yield {A: (open_a, close_a), B: (open_b, close_b)}, automatic


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_every_row_of_the_table(pair: tuple[Party | None, Party | None]) -> None:
    """BR3.2, BR3.4, BR3.6, BR4.1, BR4.2, BR4.3; I1; I2; I3 (both role orders)."""
    seen: Counter[ActivationBasis] = Counter()
    for ends, automatic in cases():
        for of_a, of_b in product(RECEIVED, repeat=2):
            received = {A: of_a, B: of_b}
            expected = oracle(pair, ends, received, automatic)
            found, plan = planned(pair, ends, received, automatic)
            assert found == expected, (ends, received, automatic)
            swapped, other = planned((pair[1], pair[0]), ends, received, automatic)
            assert swapped == found  # I3
            assert len(plan.reason) == len(other.reason)
            seen[found[0]] += 1
            for party in {p for p in pair if p is not None}:  # I1
                if found[0] is not ActivationBasis.DCC_DEFAULT:
                    assert found[1] >= ends[party][0]
                    assert found[1] < automatic
    responsible = len({p for p in pair if p is not None})
    early = sum(n for basis, n in seen.items() if basis is not ActivationBasis.DCC_DEFAULT)
    assert sum(seen.values()) == 541 * 16
    assert early > 150 if responsible else early == 0


def test_the_enumeration_has_enough_of_what_random_draws_missed() -> None:
    """Split hubs where both validly instructed, and of those the ones whose periods do not meet."""
    both = apart = 0
    for ends, automatic in cases():
        received = {A: "before", B: "at"}
        basis, *_ = oracle((A, B), ends, received, automatic)
        if basis is ActivationBasis.BOTH_SUPPLIERS:
            both += 1
            apart += min(ends[A][1], ends[B][1], automatic) <= max(ends[A][0], ends[B][0])
    assert both == 51
    assert apart >= 5


def test_the_later_of_two_is_the_same_in_either_order() -> None:
    """BR4.3, I3: equal openings, touching and nested periods included."""
    periods = [
        Period(opens=at(opens), closes=at(closes)) for opens, closes in product(range(4), repeat=2) if opens < closes
    ]
    for one, other in product(periods, repeat=2):
        later = later_of(one, other)
        assert later == later_of(other, one)
        assert later.opens == max(one.opens, other.opens)
        assert later.closes in (one.closes, other.closes)


def test_one_consent_of_two_is_the_default() -> None:
    """I2, whoever the missing one is."""
    default = Resolution(
        basis=ActivationBasis.DCC_DEFAULT,
        period=Period(opens=at(30), closes=at(58)),
        windows=Windows(),
    )
    consent = Consent(period=Period(opens=at(1), closes=at(2)))
    for responsible, consents in ((0, ()), (1, ()), (2, ()), (2, (consent,))):
        found = resolve_activation(
            responsible=responsible, consents=consents, default=default, closed=frozenset[date]()
        )
        assert found == default


def test_the_roles_are_two() -> None:
    assert [role.value for role in SupplierRole] == ["import", "gas"]
