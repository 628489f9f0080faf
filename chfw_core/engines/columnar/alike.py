"""Which combinations of classes no rule can tell apart, for all speakers of a side at once.

A combination's *answer* is the words of its conditions, less all that comes to nothing: later
matches of a block in which the first decides, what an exclude overrules, what a pilot prefers that
takes nobody. Combinations with one answer, and the same classes where the answer reads values, have
the same match. An answer may tell more apart than a match does, never less.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.engines.columnar.compile import ALL, ANY_RULE, Words, combine
from chfw_core.engines.columnar.match import CodeSpace, leaf_truth
from chfw_core.engines.columnar.owner import Block
from chfw_core.engines.columnar.records import distinct_columns

Ints = NDArray[np.int64]
Masks = NDArray[np.uint64]


@define
class Answers:
    """The conditions of a side's speakers, stacked: entry 0 of each first dimension is nobody.

    `words[axis]` are those of the classes of all speakers, from `starts[axis][row]` on. `blocks[b][row]`:
    the bits of a block of rules. `reads[axis][row]`: the bits of rules that read the axis' values, and
    `always[axis][row]`: whether the values matter whatever rules hold. `choices`: by row the bits of some
    alternatives, and all bits but that of the condition that asks for one of them, where one word holds them all.
    `preferring`: by row the bit of a pilot, and of what it prefers. `over_axes`: rows for which that is not enough.
    """

    spaces: Sequence[CodeSpace]
    words: list[Words] = field(init=False)
    starts: list[Ints] = field(init=False)
    blocks: list[Masks] = field(init=False)
    reads: list[Masks] = field(init=False)
    always: list[NDArray[np.bool_]] = field(init=False)
    preferring: list[tuple[Masks, Masks]] = field(init=False)
    choices: list[tuple[Masks, Masks]] = field(init=False)
    over_axes: list[int] = field(init=False)
    _width: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        spaces, axes = self.spaces, range(len(self.spaces[0].compiled.classes))
        self._width = max(space.compiled.width for space in spaces)
        self.words = [self._stacked(axis) for axis in axes]
        self.starts = [
            np.cumsum([0, 1, *(len(space.compiled.classes[axis]) for space in spaces[:-1])], dtype=np.int64)
            for axis in axes
        ]
        spans = [space.rules.spans() for space in spaces]
        self.blocks = [
            self._masks([range(own[block].first, own[block].last) for own in spans]) for block in range(len(spans[0]))
        ]
        self.reads = [self._masks([[r for r in s.reads(axis) if r != ANY_RULE] for s in spaces]) for axis in axes]
        self.always = [np.array([False, *(ANY_RULE in s.reads(axis) for s in spaces)]) for axis in axes]
        self.preferring = list(self._preferring(spans))
        self.choices = list(self._choices())
        self.over_axes = [
            row
            for row, space in enumerate(spaces, 1)
            if space.compiled.mixed or (space.compiled.choices and not self.choices)
        ]

    def alike(self, rows: Ints, classes: Sequence[Ints | None]) -> tuple[Ints, Ints]:
        """A combination that stands for each answer, and for each combination which answer it has.

        `rows` ascend. `classes[axis]` None: every speaker has one class there.
        """
        known = [np.zeros(len(rows), dtype=np.int64) if own is None else own for own in classes]
        answer = self._answer(rows, known)
        columns: list[NDArray[np.integer]] = [rows, *answer.T.view(np.int64)]
        for axis, own in enumerate(known):
            if self.always[axis].any() or self.reads[axis].any():
                used = self.always[axis][rows] | ((answer & self.reads[axis][rows]) != 0).any(axis=1)
                columns.append(np.where(used, own + 1, 0))
        return distinct_columns(columns, len(rows))

    def _answer(self, rows: Ints, classes: Sequence[Ints]) -> Words:
        words = np.full((len(rows), self._width), ALL, dtype=np.uint64)
        for stacked, start, numbers in zip(self.words, self.starts, classes, strict=True):
            words &= stacked[start[rows] + numbers]
        for alternatives, without in self.choices:
            words &= np.where(words & alternatives[rows], ALL, without[rows])
        for row in self.over_axes:
            self._over_axes(row, slice(*np.searchsorted(rows, (row, row + 1))), classes, words)
        excludes, holds, decides, pilots, _, priorities = (mask[rows] for mask in self.blocks)
        first_exclude = _lowest(words & excludes)
        decided = _lowest(words & decides) | (words & (holds | pilots))
        decided[first_exclude.any(axis=1)] = 0
        answer: Words = first_exclude | decided | _lowest(words & priorities)
        for pilot, prefer in self.preferring:
            asked = (answer & pilot[rows]).any(axis=1, keepdims=True)
            answer |= np.where(asked, words & prefer[rows], np.uint64(0))
        return answer

    def _over_axes(self, row: int, own: slice, classes: Sequence[Ints], words: Words) -> None:
        """The conditions of one speaker that are no conjunctions of parts on one axis each; `own`: its combinations."""
        compiled = self.spaces[row - 1].compiled
        if not self.choices:
            compiled.choose(words[own])
        numbers = [column[own] for column in classes]
        for number, condition in compiled.mixed.items():
            truth = combine(condition, lambda leaf: leaf_truth(leaf, compiled.classes, numbers), len(numbers[0]))
            bit = np.uint64(1) << np.uint64(number % 64)
            words[own, number // 64] &= np.where(truth, ALL, ~bit)

    def _stacked(self, axis: int) -> Words:
        parts = [np.zeros((1, self._width), dtype=np.uint64)]
        for space in self.spaces:
            own = space.compiled.classes[axis].words
            words = np.full((len(own), self._width), ALL, dtype=np.uint64)
            words[:, : own.shape[1]] = own
            for number in space.compiled.never:
                words[:, number // 64] &= ~(np.uint64(1) << np.uint64(number % 64))
            parts.append(words)
        return np.concatenate(parts)

    def _choices(self) -> Iterator[tuple[Masks, Masks]]:
        """One choice of each speaker at a time; where it has no more, the alternatives are all bits."""
        if self._width > 1:
            return  # most words would be looked at in vain
        for taken in zip_longest(*(space.compiled.choices for space in self.spaces)):
            masks = [ALL if choice is None else choice.masks[0][1] for choice in taken]
            without = [ALL if choice is None else ~(np.uint64(1) << np.uint64(choice.condition)) for choice in taken]
            yield np.array([[ALL], *([m] for m in masks)]), np.array([[ALL], *([m] for m in without)])

    def _masks(self, bits: Sequence[Sequence[int]]) -> Masks:
        """Words with these bits, by row; row 0 has none."""
        found = [[0] * self._width for _ in range(len(bits) + 1)]
        for row, own in enumerate(bits, 1):
            for bit in own:
                found[row][bit // 64] |= 1 << (bit % 64)
        return np.array(found, dtype=np.uint64)

    def _preferring(self, spans: Sequence[tuple[Block, ...]]) -> Iterator[tuple[Masks, Masks]]:
        """One pilot of each speaker at a time: nobody asks for what it prefers where it does not hold itself."""
        having = [[at for at, rule in enumerate(s.rules.rules.pilots) if rule.prefer is not None] for s in self.spaces]
        for number in range(max(map(len, having))):
            left = [(own, pilots[number : number + 1]) for own, pilots in zip(spans, having, strict=True)]
            yield (
                self._masks([[own[3].first + at for at in one] for own, one in left]),
                self._masks([[own[4].first + number for _ in one] for own, one in left]),
            )


def _lowest(words: Words) -> Words:
    """The lowest of the bits that are set, alone."""
    found = words & (~words + np.uint64(1))
    for word in range(1, words.shape[1]):
        found[:, word][found[:, :word].any(axis=1)] = 0
    return found
