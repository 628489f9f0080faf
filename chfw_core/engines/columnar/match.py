"""Which of an owner's rules hold, for every code that its hubs can have.

A code is a number for a combination of classes, one class per axis. Per code the words of its
classes are ANDed; the first match of a block is the lowest set bit among the block's bits. Codes
with the same answers, and the same values where the answers read any, are one *match*.
"""

from collections.abc import Sequence

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.engines.columnar.compile import ANY_RULE, Classes, Compiled, Needs, Words, combine, fold
from chfw_core.engines.columnar.owner import Block, OwnerRules
from chfw_core.engines.columnar.views import AxisView, Truth
from chfw_core.rules.model import Leaf

Ints = NDArray[np.int64]


@define(kw_only=True)
class Matches:
    """The distinct matches of one owner: parallel arrays, one entry per match.

    `exclude`, `decide`, `ranked` (prioritise): the number of the rule in its block, or -1.
    `priority`: the value of `ranked`, or -1.
    `holds`, `pilots`, `prefers`: words of bits by number in the block. `samples[m][axis]` is an
    index of the view that stands for the hubs of match m. `deciding[m]`: the first match that
    differs from m in no more than pilots and priorities.
    """

    exclude: Ints
    decide: Ints
    ranked: Ints
    priority: Ints
    holds: Words
    pilots: Words
    prefers: Words
    samples: Ints
    deciding: Ints

    def __len__(self) -> int:
        return len(self.exclude)

    def hold_numbers(self, match: int) -> list[int]:
        """The holds that match, in file order."""
        return bits(self.holds[match])


@define
class CodeSpace:
    """How an owner's codes are mixed: a class of an axis counts as often as its radix says."""

    rules: OwnerRules
    compiled: Compiled
    needs: tuple[Needs, ...]
    radices: list[int] = field(init=False)
    size: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.radices, self.size = [], 1
        for classes in self.compiled.classes:
            self.radices.append(self.size)
            self.size *= len(classes)

    def table(self, axis: int, view: AxisView) -> NDArray[np.int32]:
        """The class of each number of the axis."""
        table = np.zeros(view.size, dtype=np.int32)
        table[view.numbers] = self.compiled.classes[axis].of
        return table

    def matches(self, codes: Ints) -> tuple[Ints, Matches]:
        """The match of each code, and the distinct matches."""
        per_axis = self._classes(codes)
        words = _words(self.compiled, per_axis, len(codes))
        exclude, holds, decide, pilots, prefers, priority = self.rules.spans()
        first_exclude = first_match(words, exclude)
        excluded = first_exclude >= 0
        first_decide = np.where(excluded, -1, first_match(words, decide))
        hold_words = np.where(excluded[:, None], np.uint64(0), block_words(words, holds))
        pilot_words = np.where(excluded[:, None], np.uint64(0), block_words(words, pilots))
        prefer_words = block_words(words, prefers) & self._asking(pilot_words, prefers.last - prefers.first)
        first_priority = first_match(words, priority)
        deciding = [first_exclude, first_decide, *hold_words.T]
        columns = [*deciding, first_priority, *pilot_words.T, *prefer_words.T]
        columns += self._read(per_axis, first_decide, hold_words, pilot_words)
        of, sample = fold([_signed(column) for column in columns], len(codes))
        deciding += self._read(per_axis, first_decide, hold_words, np.zeros_like(pilot_words))
        alike, first = fold([_signed(column)[sample] for column in deciding], len(sample))
        values = np.array([rule.priority for rule in self.rules.priorities] or [0], dtype=np.int64)
        chosen = first_priority[sample]
        samples = [c.sample[k[sample]] for c, k in zip(self.compiled.classes, per_axis, strict=True)]
        return of, Matches(
            exclude=first_exclude[sample],
            decide=first_decide[sample],
            ranked=chosen,
            priority=np.where(chosen >= 0, values[chosen], -1),
            holds=hold_words[sample],
            pilots=pilot_words[sample],
            prefers=prefer_words[sample],
            samples=np.stack(samples, axis=1) if samples else np.zeros((len(sample), 0), dtype=np.int64),
            deciding=first[alike],
        )

    def words(self, codes: Ints) -> Words:
        """Which conditions hold for each code: one bit each, by number."""
        return _words(self.compiled, self._classes(codes), len(codes))

    def _classes(self, codes: Ints) -> list[Ints]:
        """The class of each code on each axis."""
        return [
            (codes // radix) % len(classes) for radix, classes in zip(self.radices, self.compiled.classes, strict=True)
        ]

    def _asking(self, pilots: Words, count: int) -> Words:
        """By `prefer` condition, whether its pilot's own condition holds: else nobody asks for it."""
        found = np.zeros((len(pilots), (count + 63) // 64), dtype=np.uint64)
        having = [at for at, rule in enumerate(self.rules.rules.pilots) if rule.prefer is not None]
        for number, at in enumerate(having):
            found[:, number // 64] |= bit_of(pilots, at).astype(np.uint64) << np.uint64(number % 64)
        return found

    def _read(self, per_axis: Sequence[Ints], decide: Ints, holds: Words, pilots: Words) -> list[Ints]:
        """What the rules that count read, each where it counts: with the same values they come to the same."""
        spans = self.rules.spans()
        columns: list[Ints] = []
        for classes, numbers in zip(self.compiled.classes, per_axis, strict=True):
            for rule, values in classes.read:
                counts = self._counts(rule, spans, decide, holds, pilots)
                columns.append(values[numbers] + 1 if counts is None else np.where(counts, values[numbers] + 1, 0))
        return columns

    def _counts(
        self, rule: int, spans: Sequence[Block], decide: Ints, holds: Words, pilots: Words
    ) -> NDArray[np.bool_] | None:
        """Where a rule counts; None = everywhere."""
        if rule == ANY_RULE:
            return None
        if rule < spans[1].last:
            return bit_of(holds, rule - spans[1].first).astype(np.bool_)
        if rule < spans[2].last:
            return np.asarray(decide == rule - spans[2].first)
        return bit_of(pilots, rule - spans[3].first).astype(np.bool_)

    def reads(self, axis: int) -> list[int]:
        """The conditions whose rules read values of an axis, by number; ANY_RULE = whatever rule holds."""
        view_fields = self.compiled.classes[axis].fields
        return [need.rule for need in self.needs if view_fields & need.labels.keys()]


def _words(compiled: Compiled, per_axis: Sequence[Ints], count: int) -> Words:
    words = np.full((count, compiled.width), ~np.uint64(0), dtype=np.uint64)
    for classes, numbers in zip(compiled.classes, per_axis, strict=True):
        words &= classes.words[numbers]
    compiled.choose(words)
    for number, condition in compiled.mixed.items():
        truth = combine(condition, lambda leaf: leaf_truth(leaf, compiled.classes, per_axis), count)
        words[~truth, number // 64] &= ~(np.uint64(1) << np.uint64(number % 64))
    for number in compiled.never:
        words[:, number // 64] &= ~(np.uint64(1) << np.uint64(number % 64))
    return words


def leaf_truth(leaf: Leaf, classes: Sequence[Classes], per_axis: Sequence[Ints]) -> Truth:
    """Whether a leaf holds, for the classes of some combinations."""
    for axis, numbers in zip(classes, per_axis, strict=True):
        if leaf in axis.truth:
            return axis.truth[leaf][numbers]
    raise KeyError(leaf.text)


def block_words(words: Words, block: Block) -> Words:
    """The bits of one block, moved to start at bit 0."""
    count = block.last - block.first
    width = (count + 63) // 64
    found = np.zeros((len(words), width), dtype=np.uint64)
    for word in range(width):
        at, shift = divmod(block.first + 64 * word, 64)
        found[:, word] = words[:, at] >> np.uint64(shift)
        if shift and at + 1 < words.shape[1]:
            found[:, word] |= words[:, at + 1] << np.uint64(64 - shift)
    if count % 64:
        found[:, -1] &= np.uint64((1 << (count % 64)) - 1)
    return found


def first_match(words: Words, block: Block) -> Ints:
    """The number within the block of the first condition that holds, or -1."""
    found = np.full(len(words), -1, dtype=np.int64)
    own = block_words(words, block)
    for word in reversed(range(own.shape[1])):
        column = own[:, word]
        lowest = np.bitwise_count((column & (~column + np.uint64(1))) - np.uint64(1))
        found = np.where(column != 0, lowest.astype(np.int64) + 64 * word, found)
    return found


def bit_of(words: Words, number: int) -> Ints:
    """Whether a bit is set in each row of words: 0 or 1."""
    return (words[:, number // 64] >> np.uint64(number % 64) & np.uint64(1)).astype(np.int64)


def bits(words: Words) -> list[int]:
    """The numbers of the set bits, ascending."""
    found = []
    for at, word in enumerate(words.tolist()):
        while word:
            low = word & -word
            found.append(64 * at + low.bit_length() - 1)
            word ^= low
    return found


def _signed(column: NDArray[np.generic]) -> Ints:
    """Words as signed numbers: only whether they are equal matters."""
    return np.ascontiguousarray(column).view(np.int64)


def _mask(numbers: Sequence[int], width: int) -> NDArray[np.uint64]:
    mask = [0] * width
    for number in numbers:
        mask[number // 64] |= 1 << (number % 64)
    return np.array(mask, dtype=np.uint64)
