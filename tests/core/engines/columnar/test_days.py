"""A leaf on days is asked at its turns only: the answer is the same as for every day."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from chfw_core.engines.columnar.views import AxisView, FieldValues
from chfw_core.model.releases import Phase
from chfw_core.rules.meaning.evaluate import leaf_holds, make_context
from chfw_core.rules.model import DateExpr, Duration, Leaf, LeafOp, Operand
from chfw_core.testing.worlds import AUTOMATIC, CUTOFF, inputs

AS_OF = datetime(2026, 2, 2, 23, 30, tzinfo=UTC)
CONTEXT = make_context(inputs().release, as_of=AS_OF, phase=Phase.NOTIFIED, automatic_at=AUTOMATIC, cutoff=CUTOFF)
DAYS = [date(2025, 6, 1) + timedelta(days=n) for n in range(0, 500, 2)]


def operand(value: object) -> Operand:
    return Operand(date=value) if isinstance(value, DateExpr) else Operand(value=value)


@pytest.mark.parametrize("op", [LeafOp.EQ, LeafOp.NE, LeafOp.LT, LeafOp.LE, LeafOp.GT, LeafOp.GE])
@pytest.mark.parametrize(
    "value",
    [
        date(2025, 12, 1),
        date(2025, 12, 2),
        date(2020, 1, 1),
        date(2030, 1, 1),
        datetime(2025, 12, 1, 12, tzinfo=UTC),
        DateExpr(base="today", offset=Duration(days=-28)),
        DateExpr(base="cutoff", offset=Duration(days=-5)),
    ],
)
def test_comparisons(op: LeafOp, value: object) -> None:
    check(Leaf(op=op, left=Operand(field="installed_on"), args=(operand(value),), fields=("installed_on",)))


@pytest.mark.parametrize(
    ("op", "values"),
    [
        (LeafOp.BETWEEN, (date(2025, 8, 1), date(2025, 9, 2))),
        (LeafOp.BETWEEN, (date(2025, 9, 1), date(2025, 8, 1))),
        (LeafOp.IN, tuple(DAYS[::7])),
        (LeafOp.MISSING, ()),
        (LeafOp.NOT_MISSING, ()),
        (LeafOp.WITHIN_LAST, (Duration(days=28),)),
        (LeafOp.WITHIN_LAST, (Duration(days=28, seconds=60),)),
        (LeafOp.WITHIN_LAST, (Duration(days=4000),)),
    ],
)
def test_other_questions(op: LeafOp, values: tuple[object, ...]) -> None:
    args = tuple(map(operand, values))
    check(Leaf(op=op, left=Operand(field="installed_on"), args=args, fields=("installed_on",)))


def test_a_date_worked_out_from_the_field() -> None:
    later = DateExpr(base="installed_on", offset=Duration(days=28))
    leaf = Leaf(
        op=LeafOp.GT, left=Operand(date=later), args=(operand(DateExpr(base="today")),), fields=("installed_on",)
    )
    check(leaf)


def check(leaf: Leaf) -> None:
    values = [None, *DAYS]
    numbers = np.arange(len(values), dtype=np.int32)
    view = AxisView(
        numbers=numbers.astype(np.int64),
        size=len(values),
        fields={"installed_on": FieldValues(numbers, values, ascending=True)},
    )
    assert view.truth(leaf, CONTEXT).tolist() == [leaf_holds(leaf, (value,), CONTEXT) for value in values]
