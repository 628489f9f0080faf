"""Explicit instructions: every reason to refuse (BR5.2), and which valid row stands."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations, product
from typing import Any

import pytest
from attrs import evolve

from chfw_core.consent.model import Instruction, InstructionAction
from chfw_core.consent.standing import HubFacts, Standing, judge_rows, refusal_of
from chfw_core.errors import ChfwError, InputError, UsageError
from chfw_core.model.guid import Guid
from chfw_core.model.parties import ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period
from chfw_core.testing.worlds import AUTOMATIC, CUTOFF, A, B

LATER = CUTOFF + timedelta(days=2)
ROW = Instruction(
    guid=Guid(7),
    party=A,
    role=SupplierRole.IMPORT,
    opens=datetime(2026, 5, 4, tzinfo=UTC),
    closes=datetime(2026, 5, 9, tzinfo=UTC),
    received_at=CUTOFF,
)
FACTS = HubFacts(
    suppliers=ResponsibleSuppliers(import_supplier=A, gas_supplier=B),
    automatic_at=AUTOMATIC,
    cutoff=CUTOFF,
    former_automatic_at=AUTOMATIC,
    former_cutoff=CUTOFF,
)
WITHDRAWAL: dict[str, Any] = {
    "action": InstructionAction.WITHDRAW,
    "opens": None,
    "closes": None,
}
MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"guid": "88-73-84-90-6A-10-02-DB"}, UsageError, "is `88-73-84-90-6A-10-02-DB` (str), not a number"),
        ({"role": "gas"}, UsageError, "is `gas` (str), not a SupplierRole"),
        (
            {"opens": datetime(2026, 5, 4, tzinfo=UTC).replace(tzinfo=None)},
            InputError,
            "`2026-05-04T00:00:00` has no offset",
        ),
        (
            {"closes": datetime(2026, 5, 9, tzinfo=UTC).replace(tzinfo=None)},
            InputError,
            "`2026-05-09T00:00:00` has no offset",
        ),
        ({"opens": date(2026, 5, 4)}, UsageError, "`2026-05-04` (date) is not a datetime"),
    ],
)
def test_an_instruction_made_in_python_says_what_cannot_be_used(
    changes: dict[str, Any], error: type[ChfwError], says: str
) -> None:
    with pytest.raises(error) as told:
        evolve(ROW, **changes)
    assert says in str(told.value)
    assert told.value.hint


@pytest.mark.parametrize(
    ("changes", "facts", "code"),
    [
        ({}, None, "unknown_guid"),
        ({}, evolve(FACTS, ineligible="already runs it"), "not_eligible"),
        ({"role": SupplierRole.GAS}, FACTS, "not_responsible"),
        ({"party": "CHLY"}, FACTS, "not_responsible"),
        ({"party": "CHLY"}, evolve(FACTS, ineligible="secret"), "not_responsible"),
        ({"opens": None}, FACTS, "no_period"),
        ({"closes": None}, FACTS, "no_period"),
        ({"closes": ROW.opens}, FACTS, "no_period"),
        ({"opens": AUTOMATIC, "closes": LATER + timedelta(days=90)}, FACTS, "not_earlier"),
        ({"received_at": CUTOFF + MICROSECOND}, FACTS, "after_cutoff"),
        ({}, evolve(FACTS, excluded={A: ("vulnerable", "on the register")}), "excluded"),
    ],
)
def test_a_row_is_refused_for(changes: dict[str, Any], facts: HubFacts | None, code: str) -> None:
    row = evolve(ROW, **changes)
    judged = judge_rows([row], facts, LATER)
    assert judged.standing is None
    assert [(refusal.code, refusal.instruction) for refusal in judged.refusals] == [(code, row)]
    assert judged.refusals[0].reason
    assert "secret" not in judged.refusals[0].reason  # nothing about a hub that is not its own


def test_at_the_cutoff_and_just_before_the_automatic_time_still_count() -> None:
    """BR3.4: the instant itself counts; the close is cut at the automatic time (I1)."""
    row = evolve(ROW, opens=AUTOMATIC - MICROSECOND, closes=AUTOMATIC + timedelta(days=9))
    standing = judge_rows([row], FACTS, LATER).standing
    assert standing == Standing(period=Period(opens=AUTOMATIC - MICROSECOND, closes=AUTOMATIC))


def test_what_the_other_supplier_excludes_is_no_reason() -> None:
    facts = evolve(FACTS, excluded={B: ("x", "y")})
    assert refusal_of(ROW, facts) is None


def test_a_withdrawal_needs_the_hub_and_the_responsibility_only() -> None:
    """Also for an ineligible, excluded hub, and long after the cut-off."""
    facts = evolve(FACTS, ineligible="x", excluded={A: ("x", "y")})
    row = evolve(ROW, received_at=LATER, **WITHDRAWAL)
    assert judge_rows([row], facts, LATER).standing == Standing(period=None)
    assert refusal_of(row, None) is not None
    assert refusal_of(evolve(row, role=SupplierRole.GAS), facts) is not None


def test_a_refused_amendment_leaves_the_former_standing() -> None:
    """Design 3: an amendment obeys the cut-off itself; refused, the former stands."""
    amended = evolve(ROW, received_at=LATER, opens=datetime(2026, 6, 20, tzinfo=UTC), closes=LATER)
    late = evolve(ROW, received_at=LATER, closes=AUTOMATIC)
    judged = judge_rows([ROW, amended, late], FACTS, LATER)
    assert judged.standing == judge_rows([ROW], FACTS, LATER).standing
    assert [refusal.code for refusal in judged.refusals] == ["no_period", "after_cutoff"]


def test_rows_received_after_the_plan_are_not_there_yet() -> None:
    judged = judge_rows([evolve(ROW, received_at=LATER + MICROSECOND)], FACTS, LATER)
    assert judged == judge_rows([], FACTS, LATER)


def test_a_party_in_both_roles_may_name_either() -> None:
    """BR3.2: the rows of both roles are rows of one Party, and the latest of all stands."""
    facts = evolve(FACTS, suppliers=ResponsibleSuppliers(import_supplier=A, gas_supplier=A))
    early = evolve(ROW, received_at=CUTOFF - timedelta(days=9))
    gas = evolve(ROW, role=SupplierRole.GAS, closes=AUTOMATIC)
    standing = judge_rows([gas, early], facts, LATER).standing
    assert standing is not None
    assert standing.period is not None
    assert standing.period.closes == AUTOMATIC


def test_the_order_of_rows_never_counts_and_ties_go_as_written() -> None:
    """At equal times a withdrawal, then the later opening, then the later close; explicit first."""
    first = datetime(2026, 5, 1, tzinfo=UTC)
    rows = [
        evolve(ROW, opens=first + timedelta(days=o), closes=first + timedelta(days=c), rule=rule)
        for o, c, rule in ((0, 9, None), (1, 3, None), (1, 4, "r"), (1, 4, None), (1, 4, "s"))
    ]
    winner = Standing(period=Period(opens=first + timedelta(days=1), closes=first + timedelta(days=4)))
    for order in permutations(rows):
        assert judge_rows(order, FACTS, LATER).standing == winner
    rows.append(evolve(ROW, **WITHDRAWAL))
    for shift in range(len(rows)):
        turned = rows[shift:] + rows[:shift]
        assert judge_rows(turned, FACTS, LATER).standing == Standing(period=None)


def test_a_rules_row_waits_for_the_cutoff() -> None:
    """Up to the cut-off today's rules speak for themselves; afterwards the row stands."""
    row = evolve(ROW, rule="approved-sets")
    before = judge_rows([row], FACTS, CUTOFF)
    assert (before.standing, before.refusals, before.kept) == (None, (), None)
    assert before.act is not None  # on record all the same: it may be part of what two agreed to
    assert before.on_record is not None
    assert before.on_record.rule == "approved-sets"
    standing = judge_rows([row], FACTS, CUTOFF + MICROSECOND).standing
    assert standing is not None
    assert standing.rule == "approved-sets"


@pytest.mark.parametrize("moved", [timedelta(days=40), timedelta(days=-40)])
def test_what_stood_stays_when_the_automatic_date_moves(moved: timedelta) -> None:
    """BR1.3: a row counts that met the former or the moved cut-off, whichever way it moved."""
    facts = evolve(FACTS, automatic_at=AUTOMATIC + moved, cutoff=CUTOFF + moved)
    last = max(CUTOFF, CUTOFF + moved)
    as_of = last + timedelta(days=1)
    assert judge_rows([evolve(ROW, received_at=last)], facts, as_of).standing is not None
    assert judge_rows([evolve(ROW, received_at=last + MICROSECOND)], facts, as_of).refusals


def test_a_standing_period_lapses_before_the_first_moment() -> None:
    period = Period(opens=ROW.received_at, closes=LATER)
    for shift, instructs in product((0, 1), (True,)):
        first = LATER - timedelta(microseconds=shift)
        assert Standing(period=period).instructs(first) is (instructs and shift == 1)
    assert not Standing(period=None).instructs(CUTOFF)
