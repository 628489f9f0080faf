"""What an axis looks like to the questions of rules: distinct values per field, asked once each."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import cast

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import NO_DATE, Axis, Chunk, day_value
from chfw_core.engines.columnar.vocabulary import Codes
from chfw_core.model.parties import SUPPLIER_FIELDS, Party, ResponsibleSuppliers
from chfw_core.model.periods import london_date
from chfw_core.rules.meaning.evaluate import RuleContext, leaf_answers, leaf_holds, operand_value
from chfw_core.rules.model import Duration, Leaf

Truth = NDArray[np.bool_]
FEW = 64
"""Up to so many days are asked about one by one."""


@frozen
class FieldValues:
    """One field on an axis: `values[codes[i]]` is its value at the i-th number of the view.

    `ascending`: the values after the first are sorted, the first is the missing value.
    """

    codes: Codes
    values: Sequence[object]
    ascending: bool = False


@define
class AxisView:
    """An axis as rules see it: `numbers` are the axis numbers that occur, `size` is one past the last."""

    numbers: NDArray[np.int64]
    size: int
    fields: dict[str, FieldValues]
    _answers: dict[tuple[Leaf, int], Truth] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def value(self, name: str, index: int) -> object:
        """The field's value at the index-th number of the view."""
        column = self.fields[name]
        return column.values[column.codes[index]]

    def codes_of(self, name: str, numbers: NDArray[np.integer]) -> Codes:
        """The codes of a field, for some numbers of the axis."""
        codes = np.zeros(self.size, dtype=np.int32)
        codes[self.numbers] = self.fields[name].codes
        return np.take(codes, numbers, mode="clip")

    def truth(self, leaf: Leaf, context: RuleContext) -> Truth:
        """Per number of the view: does the leaf hold?"""
        if len(leaf.fields) == 1:
            return self.answers(leaf, context)[self.fields[leaf.fields[0]].codes]
        one, other = (self.fields[name] for name in leaf.fields)
        pairs = one.codes.astype(np.int64) * len(other.values) + other.codes
        distinct, inverse = np.unique(pairs, return_inverse=True)
        answers = [
            leaf_holds(leaf, (one.values[p // len(other.values)], other.values[p % len(other.values)]), context)
            for p in distinct.tolist()
        ]
        return np.array(answers, dtype=np.bool_)[inverse]

    def answers(self, leaf: Leaf, context: RuleContext) -> Truth:
        """Per value of its one field: does the leaf hold?"""
        key = (leaf, id(context))
        if key not in self._answers:
            self._answers[key] = _one_field(leaf, self.fields[leaf.fields[0]], context)
        return self._answers[key]


def _one_field(leaf: Leaf, column: FieldValues, context: RuleContext) -> Truth:
    values = column.values
    turns = _turns(leaf, context) if column.ascending and len(values) > FEW else None
    if turns is None:
        return np.array(leaf_answers(leaf, values, context), dtype=np.bool_)
    answers = np.empty(len(values), dtype=np.bool_)
    answers[0] = leaf_holds(leaf, (values[0],), context)  # the missing value
    known = cast("Sequence[date]", values[1:])
    edges = sorted({0, *(bisect_left(known, turn) for turn in turns), len(known)})
    for start, end in pairwise(edges):
        answers[start + 1 : end + 1] = leaf_holds(leaf, (known[start],), context)
    return answers


def _turns(leaf: Leaf, context: RuleContext) -> list[date] | None:
    """The days on which a leaf's answer can change along ascending days; None = perhaps any day."""
    if leaf.left.field is None:
        return None
    days: list[date] = []
    for arg in leaf.args:
        value = operand_value(arg, {}, context) if arg.field is None else None
        if isinstance(value, Duration) and not value.seconds:
            days += [context.today, context.today - timedelta(days=value.days)]
        elif isinstance(value, datetime):
            days.append(london_date(value))
        elif isinstance(value, date):
            days.append(value)
        else:
            return None
    return [turn for day in days for turn in (day, day + timedelta(days=1))]


def view_of(axis: Axis, chunks: Sequence[Chunk], number: int) -> AxisView:
    """The view of an axis that was read from the estate."""
    if axis.columns == ("installed_on",):
        return _day_view(chunks, number)
    combinations = axis.fusion.combinations()
    size = len(combinations[0])
    return AxisView(
        numbers=np.arange(size),
        size=size,
        fields={
            name: FieldValues(codes, vocabulary.values)
            for name, codes, vocabulary in zip(axis.columns, combinations, axis.vocabularies, strict=True)
        },
    )


def _day_view(chunks: Sequence[Chunk], number: int) -> AxisView:
    seen = np.zeros(NO_DATE + 1, dtype=np.bool_)
    for chunk in chunks:
        seen[chunk.axes[number]] = True
    days = [int(code) for code in np.flatnonzero(seen[:NO_DATE])]
    numbers = np.array([NO_DATE, *days], dtype=np.int64)
    values = FieldValues(np.arange(len(numbers), dtype=np.int32), [None, *map(day_value, days)], ascending=True)
    return AxisView(numbers=numbers, size=NO_DATE + 1, fields={"installed_on": values})


def pairs_of(view: AxisView) -> list[ResponsibleSuppliers]:
    """The responsible Suppliers of each number of the pair axis."""
    imports, gases = view.fields["import_supplier"], view.fields["gas_supplier"]
    return [
        ResponsibleSuppliers(import_supplier=_party(imports.values[i]), gas_supplier=_party(gases.values[g]))
        for i, g in zip(imports.codes.tolist(), gases.codes.tolist(), strict=True)
    ]


def _party(value: object) -> Party | None:
    return None if value is None else Party(str(value))


def with_split(view: AxisView, pairs: Sequence[ResponsibleSuppliers]) -> AxisView:
    """The pair axis with `split`, which is the same for every owner."""
    split = FieldValues(np.array([pair.split for pair in pairs], dtype=np.int32), [False, True])
    return AxisView(numbers=view.numbers, size=view.size, fields={**view.fields, "split": split})


def with_role(view: AxisView, pairs: Sequence[ResponsibleSuppliers], owner: str) -> AxisView:
    """The pair axis as one owner sees it: with `my_role` (BR1.4), asked once per kind of pair."""
    kind = sum(
        (_is(view.fields[name], owner) << at for at, name in enumerate(SUPPLIER_FIELDS)),
        start=np.zeros(len(view), dtype=np.int32),
    )
    _, sample, codes = np.unique(kind, return_index=True, return_inverse=True)
    roles = [_role(pairs[at], owner) for at in sample.tolist()]
    role = FieldValues(codes.astype(np.int32), roles)
    return AxisView(numbers=view.numbers, size=view.size, fields={**view.fields, "my_role": role})


def _is(column: FieldValues, value: str) -> NDArray[np.int32]:
    """1 where the column has this value."""
    known = np.array([one == value for one in column.values], dtype=np.int32)
    return known[column.codes]


def _role(pair: ResponsibleSuppliers, owner: str) -> str | None:
    roles = pair.roles_of(owner)
    return "both" if len(roles) == 2 else roles[0].value if roles else None
