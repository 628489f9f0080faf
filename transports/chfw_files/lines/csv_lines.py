"""The lines of one piece of a CSV file: which number each has, and which cannot be rows."""

import csv

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_LINE_END, _RETURN, _QUOTE = 10, 13, 34


class ChunkLines:
    """Lines counted from 1 inside the piece. Empty lines are no rows; others can be dropped.

    `data` is what the parser is to read: the piece without the lines that were dropped.
    """

    def __init__(self, data: bytes) -> None:
        if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self.data = data
        self.quoted = b'"' in data
        self.dropped: list[tuple[int, str]] = []
        self._whole = data
        self._gone: set[int] = set()
        self._skipped: Ints = np.zeros(0, dtype=np.int64)
        self._bounds: tuple[Ints, Ints] | None = None

    def numbers(self) -> Ints:
        """The numbers of the lines that are rows, in order."""
        starts, ends = self._lines()
        letters = np.frombuffer(self._whole, dtype=np.uint8)
        lengths = ends - starts
        empty = lengths == 0
        single = np.flatnonzero(lengths == 1)
        empty[single[letters[starts[single]] == _RETURN]] = True
        if self._gone:
            empty[np.array(sorted(self._gone))] = True
        rows = np.flatnonzero(~empty)
        return np.delete(rows, self._skipped) + 1

    @property
    def count(self) -> int:
        """How many rows the parser ought to find."""
        return len(self.numbers())

    def skip(self, ordinals: Ints) -> None:
        """Leave out rows, given by their place among the rows, from now on."""
        self._skipped = ordinals

    def drop(self, lines: Ints) -> None:
        """Take lines (counted from 0) out of `data`."""
        if not len(lines):
            return
        starts, ends = self._lines()
        self._gone |= {int(line) for line in lines}
        for line in lines:
            text = self._whole[starts[line] : ends[line]].decode(errors="replace").rstrip("\r")
            self.dropped.append((int(line) + 1, text))
        pieces, after = [], 0
        for line in sorted(self._gone):
            pieces.append(self._whole[after : starts[line]])
            after = int(ends[line]) + 1
        self.data = b"".join([*pieces, self._whole[after:]])

    def odd_quotes(self) -> Ints:
        """The lines with an odd number of quotation marks: the marks of these never close."""
        starts, ends = self._lines()
        quotes = np.flatnonzero(np.frombuffer(self._whole, dtype=np.uint8) == _QUOTE)
        per_line = np.searchsorted(quotes, ends) - np.searchsorted(quotes, starts)
        return np.flatnonzero(per_line % 2)

    def unclosed(self) -> Ints:
        """The lines that a strict reader refuses; slow, so asked only where rows are amiss."""
        starts, ends = self._lines()
        refused = []
        for line, (start, end) in enumerate(zip(starts, ends, strict=True)):
            text = self._whole[start:end].decode(errors="replace").rstrip("\r")
            try:
                list(csv.reader([text], strict=True))
            except csv.Error:
                refused.append(line)
        return np.array([line for line in refused if line not in self._gone], dtype=np.int64)

    def _lines(self) -> tuple[Ints, Ints]:
        if self._bounds is None:
            ends = np.flatnonzero(np.frombuffer(self._whole, dtype=np.uint8) == _LINE_END)
            if self._whole and not self._whole.endswith(b"\n"):
                ends = np.append(ends, len(self._whole))
            starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
            self._bounds = starts.astype(np.int64), ends.astype(np.int64)
        return self._bounds
