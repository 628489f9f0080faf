"""Many days at once against the meaning of a leaf, day by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.engines.verify.dated import leaf_over, number_of
from chfw_core.engines.verify.meaning import facts_of
from chfw_core.model.releases import Phase
from chfw_core.rules.meaning.evaluate import leaf_holds, make_context
from chfw_core.rules.model import DateExpr, Duration, Leaf, LeafOp, Operand
from tests.core.verify.worlds import AS_OF, AUTOMATIC, leaf, release

FIELD = "installed_on"
TODAY = AS_OF.date()
ONE = (LeafOp.EQ, LeafOp.NE, LeafOp.LT, LeafOp.LE, LeafOp.GT, LeafOp.GE)
# Around the nights on which the clock changes too.
DAYS = [day + timedelta(days=n) for day in (TODAY, date(2026, 3, 29), date(2026, 10, 25)) for n in range(-3, 4)]
VALUES: list[object] = [None, *DAYS, date.min, date.max]
CUTOFF = AUTOMATIC - timedelta(days=30)
FACTS = facts_of(release(), as_of=AS_OF, phase=Phase.NOTIFIED, automatic_at=AUTOMATIC, cutoff=CUTOFF)
CONTEXT = make_context(release(), as_of=AS_OF, phase=Phase.NOTIFIED, automatic_at=AUTOMATIC, cutoff=CUTOFF)


def instants() -> st.SearchStrategy[datetime]:
    # Midnights in London and moments just beside them, in summer and in winter.
    around = st.sampled_from([datetime(day.year, day.month, day.day, tzinfo=UTC) for day in DAYS])
    beside = st.sampled_from([timedelta(hours=h, microseconds=m) for h in (-1, 0, 1, 12) for m in (-1, 0, 1)])
    return st.builds(lambda instant, by: instant + by, around, beside)


def operands() -> st.SearchStrategy[Operand]:
    values = st.one_of(st.sampled_from(DAYS), instants(), st.sampled_from([None, "2026-01-15", "soon", 7, True]))
    bases = st.one_of(
        st.sampled_from(["today", "cutoff", "release.notified_on", FIELD]), st.sampled_from(DAYS), instants()
    )
    offsets = st.builds(Duration, days=st.integers(-3, 3), seconds=st.sampled_from([0, 0, 3600]))
    dates = st.builds(DateExpr, base=bases, offset=offsets)
    return st.one_of(
        st.builds(Operand, value=values),
        st.builds(Operand, date=dates),
        st.just(Operand(field="release.automatic_on")),
    )


def leaves() -> st.SearchStrategy[Leaf]:
    def made(op: LeafOp, *args: Operand) -> Leaf:
        return Leaf(op=op, left=Operand(field=FIELD), args=args, fields=(FIELD,))

    span = st.builds(Duration, days=st.integers(-1, 5), seconds=st.sampled_from([0, 0, 3600]))
    return st.one_of(
        st.builds(made, st.sampled_from(ONE), operands()),
        st.builds(made, st.just(LeafOp.BETWEEN), operands(), operands()),
        st.builds(made, st.just(LeafOp.WITHIN_LAST), st.builds(Operand, value=span)),
        st.builds(made, st.just(LeafOp.IN), operands(), operands()),
        st.builds(made, st.sampled_from([LeafOp.MISSING, LeafOp.NOT_MISSING])),
    )


def answers(asked: Leaf, values: list[object]) -> list[bool]:
    days = np.array([number_of(value) for value in values], np.int32)
    told: list[bool] = leaf_over(asked, values, days, FACTS).tolist()
    return told


@given(leaves())
def test_many_days_at_once_are_answered_as_each_alone(asked: Leaf) -> None:
    assert answers(asked, VALUES) == [leaf_holds(asked, (value,), CONTEXT) for value in VALUES]


@given(leaves(), st.lists(st.one_of(st.sampled_from(VALUES), instants(), st.sampled_from(["2026-01-15", 7, True]))))
def test_values_that_are_no_days_are_asked_one_by_one(asked: Leaf, values: list[object]) -> None:
    assert answers(asked, values) == [leaf_holds(asked, (value,), CONTEXT) for value in values]


@pytest.mark.parametrize(
    ("op", "args", "held"),
    [
        (LeafOp.LT, (TODAY,), [TODAY - timedelta(days=1)]),
        (LeafOp.GE, (TODAY,), [TODAY, TODAY + timedelta(days=1)]),
        (LeafOp.NE, (TODAY,), [TODAY - timedelta(days=1), TODAY + timedelta(days=1)]),
        (LeafOp.LT, (AS_OF,), [TODAY - timedelta(days=1), TODAY]),  # 00:00 of the day is before 9 o'clock
        (LeafOp.BETWEEN, (TODAY, TODAY), [TODAY]),
        (LeafOp.WITHIN_LAST, (Duration(days=1),), [TODAY - timedelta(days=1), TODAY]),
    ],
)
def test_what_comparisons_of_days_mean(op: LeafOp, args: tuple[Any, ...], held: list[date]) -> None:
    near: list[object] = [None, *(TODAY + timedelta(days=n) for n in (-1, 0, 1))]
    assert [value for value, told in zip(near, answers(leaf(FIELD, op, *args), near), strict=True) if told] == held
