"""Fold the values of each axis into the classes that one owner's rules tell apart.

Two values of an axis are in one class where every condition, date and event of the owner's rules
gives the same answer for both. A condition that is a conjunction of parts, each on one axis, is
one bit per axis and class, and holds where all axes have the bit. Any other condition is worked
out per code from its leaves.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.records import distinct_columns
from chfw_core.engines.columnar.views import AxisView, Truth
from chfw_core.rules.evaluate import RuleContext, leaf_holds
from chfw_core.rules.leaves import leaves
from chfw_core.rules.model import Always, And, Condition, Leaf, LeafOp, Not, Or

Words = NDArray[np.uint64]
PRIVATE_FLAGS = "flags@private"
LeafTruth = Callable[[Leaf], Truth]


ANY_RULE = -1
Label = Callable[[object], object]


@frozen(kw_only=True)
class Needs:
    """The values that a rule reads where it holds: date fields, event scopes, pilot strata.

    `rule`: the number of its condition; ANY_RULE = the values matter whatever rules hold.
    `labels[field]`: what of the value matters; values with one label are not told apart.
    """

    rule: int
    labels: Mapping[str, Label]


@define
class Classes:
    """One axis, folded for one owner: `of[i]` is the class of the view's i-th number.

    `sample[k]`: an index of the view that stands for class k. `words[k]`: bit r = every part of
    condition r on this axis holds. `truth`: answers per class of leaves in other conditions.
    """

    fields: frozenset[str]
    of: NDArray[np.int64]
    sample: NDArray[np.int64]
    words: Words
    truth: dict[Leaf, Truth] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.sample)


@define
class Compiled:
    """An owner's conditions over all axes. `mixed[r]`: condition r, where it is no conjunction."""

    classes: list[Classes]
    conditions: tuple[Condition, ...]
    mixed: dict[int, Condition]
    never: frozenset[int]


def public_and_private_flags(condition: Condition) -> Condition:
    """The same condition where a hub's flags lie on two axes: the public ones and the owner's own."""
    match condition:
        case And():
            return And(items=tuple(map(public_and_private_flags, condition.items)))
        case Or():
            return Or(items=tuple(map(public_and_private_flags, condition.items)))
        case Not():
            return Not(item=public_and_private_flags(condition.item))
        case Leaf(op=LeafOp.HAS_ANY, fields=("flags",)):
            return Or(items=(condition, _private(condition)))
        case Leaf(op=LeafOp.HAS_ALL, fields=("flags",)):
            each = [evolve(condition, op=LeafOp.HAS_ANY, args=(arg,)) for arg in condition.args]
            return And(items=tuple(Or(items=(leaf, _private(leaf))) for leaf in each))
        case _:
            return condition


def _private(leaf: Leaf) -> Leaf:
    return evolve(leaf, left=evolve(leaf.left, field=PRIVATE_FLAGS), fields=(PRIVATE_FLAGS,))


def compile_rules(
    conditions: Sequence[Condition],
    needs: Sequence[Needs],
    views: Sequence[AxisView],
    context: RuleContext,
    constants: Mapping[str, object],
) -> Compiled:
    """Fold every axis for these conditions. `constants`: fields with one value for all these hubs."""
    axis_of = {name: number for number, view in enumerate(views) for name in view.fields}
    parts: list[dict[int, list[Condition]]] = []
    mixed: dict[int, Condition] = {}
    never: set[int] = set()
    for number, condition in enumerate(conditions):
        simple = _with_constants(condition, constants, context)
        by_axis, rest = _split(simple, axis_of)
        parts.append(by_axis)
        if rest is not None:
            if isinstance(rest, Or) and not rest.items:
                never.add(number)
            else:
                mixed[number] = rest
    return Compiled(
        classes=[_fold(axis, view, parts, mixed, needs, context) for axis, view in enumerate(views)],
        conditions=tuple(conditions),
        mixed=mixed,
        never=frozenset(never),
    )


FALSE = Or(items=())
TRUE = And(items=())


def _with_constants(condition: Condition, constants: Mapping[str, object], context: RuleContext) -> Condition:
    """Put in the answers of leaves that read no axis; And() is true, Or() is false."""
    match condition:
        case And():
            items = [_with_constants(item, constants, context) for item in condition.items]
            flat = [part for item in items for part in (item.items if isinstance(item, And) else (item,))]
            return FALSE if FALSE in flat else And(items=tuple(flat)) if len(flat) != 1 else flat[0]
        case Or():
            items = [_with_constants(item, constants, context) for item in condition.items]
            left = tuple(item for item in items if item != FALSE)
            return TRUE if TRUE in left else Or(items=left) if len(left) != 1 else left[0]
        case Not():
            item = _with_constants(condition.item, constants, context)
            return TRUE if item == FALSE else FALSE if item == TRUE else Not(item=item)
        case Always():
            return TRUE
        case Leaf():
            if len(condition.fields) == 2 and any(constants.get(n, n) is None for n in condition.fields):
                return FALSE  # a comparison with a missing value
            if any(name not in constants for name in condition.fields):
                return condition
            values = tuple(constants[name] for name in condition.fields)
            return TRUE if leaf_holds(condition, values, context) else FALSE


def _split(condition: Condition, axis_of: Mapping[str, int]) -> tuple[dict[int, list[Condition]], Condition | None]:
    """The conjuncts that lie on one axis each, and what is left (a condition over several)."""
    items = condition.items if isinstance(condition, And) else (condition,)
    by_axis: dict[int, list[Condition]] = {}
    rest: list[Condition] = []
    for item in items:
        touched = {axis_of[name] for leaf in leaves(item) for name in leaf.fields}
        if len(touched) == 1:
            by_axis.setdefault(touched.pop(), []).append(item)
        else:
            rest.append(item)
    if not rest:
        return by_axis, None
    return by_axis, rest[0] if len(rest) == 1 else And(items=tuple(rest))


def _fold(
    axis: int,
    view: AxisView,
    parts: Sequence[Mapping[int, list[Condition]]],
    mixed: Mapping[int, Condition],
    needs: Sequence[Needs],
    context: RuleContext,
) -> Classes:
    asked = {number: _all(view, by_axis[axis], context) for number, by_axis in enumerate(parts) if axis in by_axis}
    odd = {
        leaf: view.truth(leaf, context)
        for condition in mixed.values()
        for leaf in leaves(condition)
        if leaf.fields[0] in view.fields
    }
    labels: list[NDArray[np.int64]] = [*_packed([*asked.values(), *odd.values()])]
    for need in needs:
        labels += _read_values(view, need, asked.get(need.rule))
    of, sample = fold(labels, len(view))
    words = np.full((len(sample), (len(parts) + 63) // 64 or 1), ~np.uint64(0), dtype=np.uint64)
    for number, truth in asked.items():
        bit = np.uint64(1) << np.uint64(number % 64)
        words[~truth[sample], number // 64] &= ~bit
    return Classes(
        fields=frozenset(view.fields),
        of=of,
        sample=sample,
        words=words,
        truth={leaf: truth[sample] for leaf, truth in odd.items()},
    )


def _all(view: AxisView, items: Sequence[Condition], context: RuleContext) -> Truth:
    return combine(And(items=tuple(items)), lambda leaf: view.truth(leaf, context), len(view))


def combine(condition: Condition, truth: LeafTruth, count: int) -> Truth:
    """A condition's answers from those of its leaves."""
    match condition:
        case And():
            found = np.ones(count, dtype=np.bool_)
            for item in condition.items:
                found &= combine(item, truth, count)
            return found
        case Or():
            found = np.zeros(count, dtype=np.bool_)
            for item in condition.items:
                found |= combine(item, truth, count)
            return found
        case Not():
            return np.logical_not(combine(condition.item, truth, count))
        case Always():
            return np.ones(count, dtype=np.bool_)
        case Leaf():
            return truth(condition)


def _packed(truths: Sequence[Truth]) -> Iterator[NDArray[np.int64]]:
    """Boolean columns, 62 to a number."""
    for first in range(0, len(truths), 62):
        packed = np.zeros(len(truths[0]), dtype=np.int64)
        for shift, truth in enumerate(truths[first : first + 62]):
            packed |= truth.astype(np.int64) << shift
        yield packed


def _read_values(view: AxisView, need: Needs, holds: Truth | None) -> Iterator[NDArray[np.int64]]:
    """The labels of the fields that a rule reads, where its part on this axis holds."""
    for name, label in need.labels.items():
        column = view.fields.get(name)
        if column is None:
            continue
        numbers: dict[object, int] = {}
        told = [numbers.setdefault(label(value), len(numbers) + 1) for value in column.values]
        codes = np.array(told, dtype=np.int64)[column.codes]
        yield codes if holds is None else np.where(holds, codes, 0)


def fold(labels: Sequence[NDArray[np.int64]], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct rows of some columns; with them, a row that stands for each."""
    sample, of = distinct_columns(labels, count)
    return of, sample
