"""A formula as boxes: alternatives, each with the cells it allows of every variable it names.

Where there would be too many boxes the answer is None, never a guess.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias, assert_never

from attrs import define, field

from chfw_core.rules.analysis.formula import Atom, Every, Formula, Some
from chfw_core.rules.analysis.variables import Variable

Box: TypeAlias = dict[int, int]
"""Cells by variable; a variable that is not named may lie anywhere, so `{}` is everything."""

MOST_BOXES = 64
MOST_CANDIDATES = 64
_NARROW = 8


def boxes_of(formula: Formula, variables: Sequence[Variable]) -> list[Box] | None:
    """The alternatives, none of them empty. None: more than `MOST_BOXES`."""
    match formula:
        case Atom():
            if formula.mask == variables[formula.variable].full:
                return [{}]
            return [{formula.variable: formula.mask}] if formula.mask else []
        case Some():
            return _some(formula.items, variables)
        case Every():
            return _every(formula.items, variables)
        case _:
            assert_never(formula)


def _some(items: Sequence[Formula], variables: Sequence[Variable]) -> list[Box] | None:
    found: list[Box] = []
    single: dict[int, Box] = {}
    too_many = False
    for item in items:
        boxes = boxes_of(item, variables)
        if boxes is None:
            too_many = True
            continue
        for box in boxes:
            if not box:
                return [{}]
            if len(box) > 1:
                found.append(box)
                continue
            # Alternatives on one variable are one box.
            ((number, mask),) = box.items()
            if number in single:
                single[number][number] |= mask
                if single[number][number] == variables[number].full:
                    return [{}]
            else:
                single[number] = {number: mask}
    found += single.values()
    return None if too_many or len(found) > MOST_BOXES else found


def _every(items: Sequence[Formula], variables: Sequence[Variable]) -> list[Box] | None:
    found: list[Box] = [{}]
    too_many = False
    for item in sorted(items, key=lambda item: not isinstance(item, Atom)):
        boxes = boxes_of(item, variables)
        if boxes is None:
            too_many = True
            continue
        found = [both for one in found for other in boxes if (both := intersect(one, other)) is not None]
        if not found:
            return []
        if len(found) > MOST_BOXES:
            return None
    return None if too_many else found


def intersect(one: Box, other: Box) -> Box | None:
    """Both; None where they have nothing in common."""
    both = dict(one)
    for number, mask in other.items():
        mask &= both.get(number, mask)
        if not mask:
            return None
        both[number] = mask
    return both


def contains(outer: Box, inner: Box) -> bool:
    """Whether all of `inner` lies in `outer`."""
    return all(number in inner and not inner[number] & ~mask for number, mask in outer.items())


def subtract(box: Box, other: Box, variables: Sequence[Variable]) -> Iterator[Box]:
    """What is left of a box outside another, in pieces that do not overlap."""
    if intersect(box, other) is None:
        yield box
        return
    left = dict(box)
    for number, mask in other.items():
        here = left.get(number, variables[number].full)
        if here & ~mask:
            yield {**left, number: here & ~mask}
        left[number] = here & mask


def remaining(boxes: Iterable[Box], others: Iterable[Box], variables: Sequence[Variable]) -> list[Box] | None:
    """What is left of the boxes outside all others. None: more than `MOST_BOXES` pieces on the way."""
    left = list(boxes)
    for other in others:
        left = [piece for box in left for piece in subtract(box, other, variables)]
        if len(left) > MOST_BOXES:
            return None
    return left


@define(eq=False)
class Earlier:
    """The boxes of earlier rules, to be found by what they have in common with a later one.

    Each is kept under the variable of which it allows the smallest part. No more than `MOST_CANDIDATES`
    are looked at: whoever finds nothing has not shown that there is nothing.
    """

    variables: Sequence[Variable]
    everything: int | None = None
    _all: list[tuple[Box, int]] = field(factory=list)
    _narrow: dict[tuple[int, int], list[tuple[Box, int]]] = field(factory=dict)
    _wide: dict[int, list[tuple[Box, int]]] = field(factory=dict)
    _sizes: list[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._sizes = [variable.full.bit_count() for variable in self.variables]

    def add(self, box: Box, rule: int) -> None:
        """Keep a box of this rule."""
        entry = (box, rule)
        self._all.append(entry)
        if not box:
            self.everything = rule if self.everything is None else self.everything
            return
        number = min(box, key=lambda number: box[number].bit_count() / self._sizes[number])
        if box[number].bit_count() > _NARROW:
            self._wide.setdefault(number, []).append(entry)
        else:
            for bit in _bits(box[number]):
                self._narrow.setdefault((number, bit), []).append(entry)

    def containing(self, box: Box) -> int | None:
        """The first rule found that has a box around this one."""
        if self.everything is not None:
            return self.everything
        for outer, rule in islice(self._around(box), MOST_CANDIDATES):
            if contains(outer, box):
                return rule
        return None

    def _around(self, box: Box) -> Iterator[tuple[Box, int]]:
        """Whatever contains the box contains each of its cells: one is enough to look under."""
        for number, mask in box.items():
            lowest = (mask & -mask).bit_length() - 1
            yield from self._narrow.get((number, lowest), ())
            yield from self._wide.get(number, ())

    def touching(self, box: Box) -> list[tuple[Box, int]]:
        """Boxes that have something in common with this one: all where there are few, else the likeliest."""
        near = self._all if len(self._all) <= MOST_CANDIDATES else self._near(box)
        return [entry for entry in islice(near, MOST_CANDIDATES) if intersect(box, entry[0]) is not None]

    def _near(self, box: Box) -> Iterator[tuple[Box, int]]:
        """Those kept under a variable of which this one allows little, by little."""
        for number in sorted(box, key=lambda number: box[number].bit_count() / self._sizes[number]):
            if box[number].bit_count() <= _NARROW:
                for bit in _bits(box[number]):
                    yield from self._narrow.get((number, bit), ())
            yield from self._wide.get(number, ())


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
