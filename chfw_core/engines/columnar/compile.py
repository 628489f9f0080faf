"""Fold the values of each axis into the classes that one owner's rules tell apart.

Two values of an axis are in one class where every condition, date and event of the owner's rules
gives the same answer for both. A condition that is a conjunction of parts, each on one axis, is
one bit per axis and class, and holds where all axes have the bit. Each alternative of an `or` over
several axes has a bit of its own (`apart` takes conditions apart). Any other condition is worked out
per code from its leaves. Within an axis the same is done field by field.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.apart import Apart, Choice, take_apart, with_constants
from chfw_core.engines.columnar.records import distinct_columns
from chfw_core.engines.columnar.views import AxisView, Truth
from chfw_core.engines.columnar.vocabulary import numbered
from chfw_core.rules.meaning.evaluate import RuleContext
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import Always, And, Condition, Leaf, Not, Or

Words = NDArray[np.uint64]
ALL = ~np.uint64(0)
LeafTruth = Callable[[Leaf], Truth]


ANY_RULE = -1
Label = Callable[[object], object]


def itself(value: object) -> object:
    """The label where every value matters."""
    return value


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

    `sample[k]`: an index of the view that stands for class k. `words[k]`: bit b = every part of
    conjunction b on this axis holds. `truth`: answers per class of leaves in other conditions. `read`: rules that
    read a value on this axis, and per class what each of them reads, as numbers.
    """

    fields: frozenset[str]
    of: NDArray[np.int64]
    sample: NDArray[np.int64]
    words: Words
    truth: dict[Leaf, Truth] = field(factory=dict)
    read: list[tuple[int, NDArray[np.int64]]] = field(factory=list)

    def __len__(self) -> int:
        return len(self.sample)


@define
class Compiled:
    """An owner's conditions over all axes: condition r is bit r, bits of alternatives come after.

    `mixed[r]`: what of condition r is no conjunction and no choice of conjunctions.
    """

    classes: list[Classes]
    conditions: tuple[Condition, ...]
    choices: tuple[Choice, ...]
    mixed: dict[int, Condition]
    never: frozenset[int]

    @property
    def width(self) -> int:
        """How many words the bits take."""
        return int(self.classes[0].words.shape[1])

    def choose(self, words: Words) -> None:
        """Clear the bits of conditions of which no alternative holds, in place."""
        for choice in self.choices:
            holds = np.zeros(len(words), dtype=np.bool_)
            for word, mask in choice.masks:
                holds |= (words[:, word] & mask) != 0
            word, bit = _word_and_bit(choice.condition)
            words[:, word] &= np.where(holds, ALL, ~bit)


def compile_rules(
    conditions: Sequence[Condition],
    needs: Sequence[Needs],
    views: Sequence[AxisView],
    context: RuleContext,
    constants: Mapping[str, object],
) -> Compiled:
    """Fold every axis for these conditions. `constants`: fields with one value for all these hubs."""
    axis_of = {name: number for number, view in enumerate(views) for name in view.fields}
    taken = take_apart([with_constants(one, constants, context) for one in conditions], axis_of)
    return Compiled(
        classes=[_fold(axis, view, taken, needs, context) for axis, view in enumerate(views)],
        conditions=tuple(conditions),
        choices=taken.choices,
        mixed=taken.mixed,
        never=taken.never,
    )


def _fold(axis: int, view: AxisView, taken: Apart, needs: Sequence[Needs], context: RuleContext) -> Classes:
    asked = {number: by_axis[axis] for number, by_axis in enumerate(taken.parts) if axis in by_axis}
    words = _words_of(view, asked, len(taken.parts), context)
    odd = {
        leaf: view.truth(leaf, context)
        for condition in taken.mixed.values()
        for leaf in leaves(condition)
        if leaf.fields[0] in view.fields
    }
    labels: list[NDArray[np.int64]] = [*words.T.view(np.int64), *_packed([*odd.values()])]
    read = [
        (need.rule, values)
        for need in needs
        for values in _read_values(view, need, _bit(words, need.rule) if need.rule in asked else None)
    ]
    of, sample = fold([*labels, *(values for _, values in read)], len(view))
    return Classes(
        fields=frozenset(view.fields),
        of=of,
        sample=sample,
        words=words[sample],
        truth={leaf: truth[sample] for leaf, truth in odd.items()},
        read=[(rule, values[sample]) for rule, values in read],
    )


def _words_of(view: AxisView, asked: Mapping[int, Sequence[Condition]], bits: int, context: RuleContext) -> Words:
    """The bits of each number of a view: what lies on one field is asked of its values alone."""
    width = (bits + 63) // 64 or 1
    by_field: dict[str, list[tuple[int, Condition]]] = {}
    words = np.full((len(view), width), ALL, dtype=np.uint64)
    for number, items in asked.items():
        for item in items:
            names = {name for leaf in leaves(item) for name in leaf.fields}
            if len(names) == 1:
                by_field.setdefault(names.pop(), []).append((number, item))
            else:
                truth = combine(item, lambda leaf: view.truth(leaf, context), len(view))
                _clear(words, number, truth)
    for name, own in by_field.items():
        column = view.fields[name]
        of_value = np.full((len(column.values), width), ALL, dtype=np.uint64)
        for number, item in own:
            _clear(of_value, number, combine(item, lambda leaf: view.answers(leaf, context), len(of_value)))
        words &= of_value[column.codes]
    return words


def _clear(words: Words, number: int, holds: Truth) -> None:
    """Clear a bit where something does not hold."""
    word, bit = _word_and_bit(number)
    words[~holds, word] &= ~bit


def _bit(words: Words, number: int) -> Truth:
    word, bit = _word_and_bit(number)
    return np.asarray(words[:, word] & bit, dtype=np.bool_)


def _word_and_bit(number: int) -> tuple[int, np.uint64]:
    return number // 64, np.uint64(1) << np.uint64(number % 64)


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
        if label is itself:
            codes = column.codes.astype(np.int64) + 1
        else:
            codes = numbered([label(value) for value in column.values])[column.codes] + 1
        yield codes if holds is None else np.where(holds, codes, 0)


def fold(labels: Sequence[NDArray[np.int64]], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct rows of some columns; with them, a row that stands for each."""
    sample, of = distinct_columns(labels, count)
    return of, sample
