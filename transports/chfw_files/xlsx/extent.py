"""How far the cells of a worksheet reach, read from its XML without a reader of worksheets."""

import re

import numpy as np
import numpy.typing as npt
from attrs import frozen

_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]

_PADDING = bytes(32)
_ENDS_A_NAME = np.isin(np.arange(256), np.frombuffer(b" \t\n\r\x0b\x0c/>", np.uint8))
_LETTERS, _DIGITS = 3, 7
_TAG = re.compile(rb"<(?:[A-Za-z]\w*:)?(row|c)(?=[\s/>])([^>]*)>")
_NUMBER = re.compile(rb"\br\s*=\s*[\"']([0-9]{1,9})[\"']")
_ADDRESS = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,4})([0-9]{1,9})[\"']")


def column_name(number: int) -> str:
    """1 → `A`, 28 → `AB`."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """`A` → 1, `AB` → 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


class Extent:
    """The last row and the last column that the cells of a sheet reach, and how many cells it writes down.

    `as_usual`: all its rows and cells are tags that begin `<row r="2"` and `<c r="A2"`.
    """

    def __init__(self) -> None:
        self.cells = self.rows = self.columns = 0
        self.as_usual = True
        self._row = self._column = 0

    def take(self, piece: bytes) -> None:
        """Look at the tags of a piece, quickly where all are written as usual."""
        text = np.frombuffer(piece + _PADDING, dtype=np.uint8)
        opened = text == ord("<")
        cells, rows = _addresses(text, opened, b"c", _LETTERS), _addresses(text, opened, b"row", 0)
        if cells is None or rows is None or _prefixed(piece):
            self.as_usual = False
            self._take_one_by_one(piece)
            return
        self.cells += cells.count
        self.rows, self.columns = max(self.rows, cells.row, rows.row), max(self.columns, cells.column)
        self._row, self._column = self.rows, self.columns  # at the furthest, for a piece that goes on without addresses

    def _take_one_by_one(self, piece: bytes) -> None:
        """A row or a cell without an address is the next one."""
        for tag, attributes in _TAG.findall(piece):
            if tag == b"row":
                number = _NUMBER.search(attributes)
                self._row = int(number[1]) if number else self._row + 1
                self._column = 0
            else:
                address = _ADDRESS.search(attributes)
                self._column = column_number(address[1].decode()) if address else self._column + 1
                self._row = int(address[2]) if address else self._row
                self.cells += 1
            self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)


@frozen
class _Reach:
    """Of all tags of a name: how many they are, and the largest column and row of their addresses."""

    count: int
    column: int
    row: int


def _addresses(text: _Bytes, opened: npt.NDArray[np.bool_], name: bytes, letters: int) -> _Reach | None:
    """How far tags reach; None where one has an address that is not written as usual, at once behind its name.

    `opened`: where `text` has a `<`. `text` ends with padding.
    """
    at: _Places = np.flatnonzero(opened[:-1] & (text[1:] == name[0])) + 1
    for letter in name[1:]:
        at = at[text[at + 1] == letter] + 1
    at = at[_ENDS_A_NAME[text[at + 1]]] + 1
    for character in b' r="':
        if not (text[at] == character).all():
            return None
        at = at + 1
    column, behind = _read(text, at, ord("A") - 1, 26, letters)
    if letters and (behind == at).any():
        return None
    row, end = _read(text, behind, ord("0"), 10, _DIGITS)
    if (end == behind).any() or (text[end] != ord('"')).any():
        return None
    return _Reach(len(at), int(column.max(initial=0)), int(row.max(initial=0)))


def _read(text: _Bytes, at: _Places, zero: int, base: int, most: int) -> tuple[_Places, _Places]:
    """Numbers of at most so many figures at places, and the places behind them. `zero`: the character that is 0.

    Letters count from `A` = 1 to `Z` = 26, without a nought.
    """
    low, high = (1, 26) if base == 26 else (0, 9)
    number: _Places = np.zeros(len(at), dtype=np.int64)
    for _ in range(most):
        figure = text[at].astype(np.int64) - zero
        more = (figure >= low) & (figure <= high)
        if not more.any():
            break
        number = np.where(more, number * base + figure, number)
        at = at + more
    return number, at


def _prefixed(piece: bytes) -> bool:
    """Whether there may be tags with a namespace, such as `<x:c>`: without a colon there are none."""
    return b":" in piece and (b":c" in piece or b":row" in piece)
