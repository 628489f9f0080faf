"""Conditions by boolean algebra: every leaf once per distinct value, then arrays of truth.

What a leaf means is in `meaning` (`dated` for lists of days), what And, Or and Not mean is here: both written a
second time, on purpose. Truths of a leaf are kept per domain and extended when new values are met, so that a leaf is
asked once per value over the whole estate.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, assert_never

import numpy as np

from chfw_core.engines.verify.arrays import (
    FOREVER,
    NO_TIME,
    Bools,
    Domain,
    Ints,
    Longs,
    distinct,
    micros,
)
from chfw_core.engines.verify.dated import leaf_over, number_of
from chfw_core.engines.verify.frames import Frame
from chfw_core.engines.verify.kinds import closing, opening
from chfw_core.engines.verify.meaning import date_of, question
from chfw_core.engines.verify.world import Moment
from chfw_core.rules.model import Always, And, Condition, DateExpr, Leaf, Not, Or


class Truths:
    """Answers per distinct value: `table` for a function of one field, kept by what was asked."""

    def __init__(self) -> None:
        self._kept: dict[object, Any] = {}
        self._domains: dict[int, Domain[Any]] = {}  # an id is a key only while its object lives
        self._numbers: dict[object, int] = {}
        self._by_id: dict[int, tuple[object, int]] = {}

    def table(self, asked: tuple[object, ...], domain: Domain[Any], tell: Callable[[Any], Any], kind: Any) -> Any:
        """`tell(value)` for every value of the domain, by code."""
        return self._extended(asked, domain, lambda known: [tell(value) for value in domain.values[known:]], kind)

    def _extended(self, asked: tuple[object, ...], domain: Domain[Any], fresh: Callable[[int], Any], kind: Any) -> Any:
        key = (*asked, id(domain))
        if key not in self._kept:
            self._domains[id(domain)] = domain
            self._kept[key] = np.zeros(0, kind)
        told = self._kept[key]
        if len(told) < len(domain.values):
            told = self._kept[key] = np.concatenate([told, np.array(fresh(len(told)), kind)])
        return told

    def _number(self, asked: Leaf | DateExpr) -> int:
        """The same question has the same number, whoever's rule it stands in."""
        known = self._by_id.get(id(asked))
        if known is None:
            number = self._numbers.setdefault(asked, len(self._numbers))
            known = self._by_id[id(asked)] = asked, number
        return known[1]

    def leaf_table(self, leaf: Leaf, domain: Domain[Any], moment: Moment) -> Bools:
        """The truth of a leaf of one field, by code."""
        days: Ints = self.table(("day",), domain, number_of, np.int32)
        table: Bools = self._extended(
            ("leaf", self._number(leaf), moment.number),
            domain,
            lambda known: leaf_over(leaf, domain.values[known:], days[known:], moment.facts),
            np.bool_,
        )
        return table

    def date_table(self, expr: DateExpr, domain: Domain[Any], moment: Moment, read: Callable[[Any], datetime]) -> Longs:
        """The instants of a date expression of one field, by code; NO_TIME where it has none."""

        def tell(value: object) -> int:
            found = date_of(expr, dict.fromkeys(expr.fields, value), moment.facts)
            return NO_TIME if found is None else micros(read(found))

        table: Longs = self.table((read.__name__, self._number(expr), moment.number), domain, tell, np.int64)
        return table


def leaves_of(condition: Condition | None) -> Iterator[Leaf]:
    """Every leaf of a condition."""
    match condition:
        case None | Always():
            return
        case Leaf():
            yield condition
        case Not():
            yield from leaves_of(condition.item)
        case And() | Or():
            for item in condition.items:
                yield from leaves_of(item)
        case _:
            assert_never(condition)


def condition_mask(condition: Condition, frame: Frame, moment: Moment, truths: Truths) -> Bools:
    """The rows of the frame on which a condition holds."""
    match condition:
        case Always():
            return np.ones(frame.size, np.bool_)
        case Leaf():
            return _leaf_mask(condition, frame, moment, truths)
        case Not():
            return ~condition_mask(condition.item, frame, moment, truths)
        case And():
            mask = np.ones(frame.size, np.bool_)
            for item in condition.items:
                mask = mask & condition_mask(item, frame, moment, truths)
            return mask
        case Or():
            mask = np.zeros(frame.size, np.bool_)
            for item in condition.items:
                mask = mask | condition_mask(item, frame, moment, truths)
            return mask
        case _:
            assert_never(condition)


def _leaf_mask(leaf: Leaf, frame: Frame, moment: Moment, truths: Truths) -> Bools:
    if not leaf.fields:
        return np.full(frame.size, question(leaf, moment.facts)(()), np.bool_)
    columns = [frame.column(name) for name in leaf.fields]
    if len(columns) == 1:
        return truths.leaf_table(leaf, columns[0].domain, moment)[columns[0].codes]
    rows, inverse = distinct([(c.codes, len(c.domain)) for c in columns])
    asked = question(leaf, moment.facts)
    held = [asked(tuple(c.domain.values[c.codes[row]] for c in columns)) for row in rows]
    return np.array(held, np.bool_)[inverse]


def opening_of(expr: DateExpr | None, frame: Frame, moment: Moment, truths: Truths) -> Longs:
    """The instants at which a date expression opens, row by row; NO_TIME where it has none."""
    return _instants(expr, frame, moment, truths, opening)


def closing_of(expr: DateExpr | None, frame: Frame, moment: Moment, truths: Truths) -> Longs:
    """The instants at which it closes: a bare date includes that day."""
    return _instants(expr, frame, moment, truths, closing)


def _instants(
    expr: DateExpr | None,
    frame: Frame,
    moment: Moment,
    truths: Truths,
    read: Callable[[Any], datetime],
) -> Longs:
    if expr is None:
        return np.full(frame.size, NO_TIME, np.int64)
    if not expr.fields:
        found = date_of(expr, {}, moment.facts)
        value = NO_TIME if found is None else micros(read(found))
        return np.full(frame.size, value, np.int64)
    column = frame.column(expr.fields[0])
    return truths.date_table(expr, column.domain, moment, read)[column.codes]


def first_of(masks: list[Bools], size: int) -> Ints:
    """For each row the number of the first mask that holds; -1 where none does."""
    first = np.full(size, -1, np.int32)
    for number in range(len(masks) - 1, -1, -1):
        first[masks[number]] = number
    return first


def latest_of(values: list[tuple[Bools, Longs]], size: int) -> tuple[Ints, Longs]:
    """For each row the number of the mask with the latest value, the first of equals; -1 if none.

    A value of NO_TIME counts as later than all: it has no known end.
    """
    number = np.full(size, -1, np.int32)
    best = np.full(size, NO_TIME, np.int64)
    for at, (mask, value) in enumerate(values):
        late = np.where(value == NO_TIME, FOREVER, value)
        better = mask & ((number < 0) | (late > best))
        number[better] = at
        best[better] = late[better]
    return number, best
