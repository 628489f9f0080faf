"""A hub's *mark* on one side: one number that says all that the side's rules can see of it.

Each axis has a number for what it says: the conditions that it leaves open, one bit each, and in bits of
its own what else its classes tell apart (values that rules read, leaves of conditions over several axes). In the
bits of another axis it has ones. So a mark is the AND of four looked-up numbers, and only marks need to be hashed.
"""

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.compile import Classes
from chfw_core.engines.columnar.match import CodeSpace
from chfw_core.engines.columnar.records import distinct_columns
from chfw_core.engines.columnar.views import AxisView

Ints = NDArray[np.int64]
Numbers = NDArray[np.integer]
MARK_BITS = 63
"""Bits of a mark at the most."""


@frozen(eq=False)
class Marks:
    """`tables[axis][row * size + number]`: what a number of the axis says to the speaker of the row; row 0 is nobody.

    None: the axis says the same to every hub of a row.
    """

    tables: Sequence[Ints | None]
    sizes: Sequence[int]

    def of(self, rows: Numbers, axes: Sequence[Numbers]) -> Ints:
        """The mark of each hub, given the row that speaks for it."""
        found = np.full(len(rows), -1, dtype=np.int64)
        for table, size, axis in zip(self.tables, self.sizes, axes, strict=True):
            if table is not None:
                at: Numbers = rows.astype(np.int32) if len(table) < 2**31 else rows.astype(np.int64)
                at *= size
                at += axis
                found &= np.take(table, at, mode="clip")
        return found


def marks_of(spaces: Sequence[CodeSpace], views: Sequence[Sequence[AxisView]]) -> Marks | None:
    """The marks of the hubs of some speakers; None where their bits do not suffice. `views`: each one's axes."""
    row_bits = len(spaces).bit_length()
    layouts = [_Layout.of(space, row_bits) for space in spaces]
    if any(layout.bits > MARK_BITS for layout in layouts):
        return None
    sizes = [view.size for view in views[0]]
    tables: list[Ints | None] = []
    for axis, size in enumerate(sizes):
        # The row itself stands in the lowest bits of what the first axis says.
        if axis and all(len(space.compiled.classes[axis]) == 1 for space in spaces):
            tables.append(None)
            continue
        table = np.zeros((len(spaces) + 1, size), dtype=np.int64)
        for row, (layout, own) in enumerate(zip(layouts, views, strict=True), 1):
            said = layout.said(axis)
            if not axis:
                said = said & (row - (1 << row_bits))
            table[row, own[axis].numbers] = said[layout.space.compiled.classes[axis].of]
        tables.append(table.ravel())
    return Marks(tables, sizes)


@frozen(eq=False)
class _Layout:
    """Where in a mark one speaker's conditions lie, and what each axis' classes tell apart besides: from bit `starts`
    on `labels` of each axis. `bits`: how many there are in all.
    """

    space: CodeSpace
    first: int
    labels: Sequence[Ints]
    starts: Sequence[int]
    bits: int

    @classmethod
    def of(cls, space: CodeSpace, first: int) -> "_Layout":
        axes = space.compiled.classes
        closed = [int(np.bitwise_or.reduce(~words)) for words in np.concatenate([own.words for own in axes]).T]
        conditions = max((64 * at + word.bit_length() for at, word in enumerate(closed)), default=0)
        labels = [_labels(own) for own in axes]
        starts = [first + conditions]
        for own in labels:
            starts.append(starts[-1] + int(own.max(initial=0)).bit_length())
        return cls(space, first, labels, starts[:-1], starts[-1])

    def said(self, axis: int) -> Ints:
        """What each class of an axis says."""
        label, start = self.labels[axis], self.starts[axis]
        of_others = ~(((1 << int(label.max(initial=0)).bit_length()) - 1) << start)
        words = self.space.compiled.classes[axis].words[:, 0]
        conditions = np.asarray(~(~words << np.uint64(self.first))).view(np.int64)
        return (conditions & of_others) | (label << start)


def _labels(classes: Classes) -> Ints:
    """What tells classes of an axis apart besides conditions, as a number of each."""
    columns = [*(truth.astype(np.int64) for truth in classes.truth.values()), *(values for _, values in classes.read)]
    return distinct_columns(columns, len(classes))[1]
