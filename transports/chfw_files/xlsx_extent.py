"""How far the cells of a worksheet reach, read from its XML without a reader of worksheets."""

import re

_PLAIN_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"')
_PLAIN_ROW = re.compile(rb'<row r="([0-9]+)"')
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
    """The last row and the last column that the cells of a sheet reach, and how many cells it writes down."""

    def __init__(self) -> None:
        self.cells = self.rows = self.columns = 0
        self._row = self._column = 0
        self._letters: set[bytes] = set()

    def take(self, piece: bytes) -> None:
        """Look at the tags of a piece, quickly where all are written as usual."""
        cells, rows = _PLAIN_CELL.findall(piece), _PLAIN_ROW.findall(piece)
        if not _as_usual(piece, len(cells), len(rows)):
            self._take_one_by_one(piece)
            return
        self.cells += len(cells)
        if cells:
            letters, numbers = zip(*cells, strict=True)
            for one in set(letters) - self._letters:
                self._letters.add(one)
                self.columns = max(self.columns, column_number(one.decode()))
            self._row = max(map(int, set(numbers)))
            self._column = self.columns
        self.rows = max(self.rows, self._row, max(map(int, rows), default=0))

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


def _as_usual(piece: bytes, cells: int, rows: int) -> bool:
    """Whether all tags of cells and rows are written as all tools known here write them: those that were found."""
    if b":c" in piece or b":row" in piece:
        return False
    return piece.count(b"<row") == rows and piece.count(b"<c") - piece.count(b"<col") == cells
