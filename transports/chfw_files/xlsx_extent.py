"""How far the cells of a worksheet reach, read from its XML without a reader of worksheets."""

import re

_PLAIN_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"')
_PLAIN_ROW = re.compile(rb'<row r="([0-9]+)"')
_ANY_CELL = re.compile(rb"<(?:[A-Za-z]\w*:)?c[\s/>]")
_ANY_ROW = re.compile(rb"<(?:[A-Za-z]\w*:)?row[\s/>]")
_ADDRESS = re.compile(rb"<(?:[A-Za-z]\w*:)?c\s[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,4})([0-9]{1,9})[\"']")
_ROW_NUMBER = re.compile(rb"<(?:[A-Za-z]\w*:)?row\s[^>]*?\br\s*=\s*[\"']([0-9]{1,9})[\"']")


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
    """How far the cells of a sheet reach: by their addresses, and by their number where some bear none."""

    def __init__(self) -> None:
        self.cells = 0
        self._addressed = self._rows = self._numbered = self._lowest = 0
        self._letters: set[bytes] = set()

    @property
    def rows(self) -> int:
        """The last row, at most."""
        return self._lowest + self._rows - self._numbered

    @property
    def columns(self) -> int:
        """The last column, at most."""
        return max((column_number(one.decode()) for one in self._letters), default=0) + self.cells - self._addressed

    def take(self, piece: bytes) -> None:
        """Count the tags of a piece, quickly where all are written as usual."""
        cells, rows = _PLAIN_CELL.findall(piece), _PLAIN_ROW.findall(piece)
        if len(cells) != piece.count(b"<c ") or len(rows) != piece.count(b"<row ") or _unusual(piece):
            cells, rows = _ADDRESS.findall(piece), _ROW_NUMBER.findall(piece)
            self.cells += len(_ANY_CELL.findall(piece))
            self._rows += len(_ANY_ROW.findall(piece))
        else:
            self.cells += len(cells)
            self._rows += len(rows)
        self._addressed += len(cells)
        self._numbered += len(rows)
        if cells:
            letters, numbers = zip(*cells, strict=True)
            self._letters.update(letters)
            self._lowest = max(self._lowest, max(map(int, set(numbers))))
        self._lowest = max(self._lowest, max(map(int, rows), default=0))


def _unusual(text: bytes) -> bool:
    """Whether tags may be written in another way than all tools known here write them."""
    return b":sheetData" in text or any(tag in text for tag in _UNUSUAL)


_UNUSUAL = (
    b":c ",
    b":row ",
    *(b"<" + tag + after for tag in (b"c", b"row") for after in (b">", b"/", b"\t", b"\n", b"\r")),
)
