"""The sheets of a spreadsheet as rows of cells, each with its address; merged cells have their text in every row."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from chfw_core.errors import InputError
from chfw_files.hypercare.cells import Cell
from chfw_files.xlsx.book import Area, open_book
from chfw_files.xlsx.cells import SheetCells, read_sheet
from chfw_files.xlsx.extent import column_name

_NUMBERS = frozenset({"Float", "Int"})


@frozen(kw_only=True, eq=False)
class Sheet:
    """One sheet with cells. Rows and columns are counted from 1, as spreadsheets count them."""

    name: str
    hidden: bool
    since_1904: bool
    cells: SheetCells
    texts: tuple[list[str | None], ...]

    @property
    def columns(self) -> range:
        """The columns that have cells."""
        return range(self.cells.first, self.cells.first + len(self.texts))

    @property
    def last_row(self) -> int:
        """The last row that has a cell."""
        return len(self.texts[0]) if self.texts else 0

    def text(self, row: int, column: int) -> str:
        """A cell's text, without blanks around it."""
        return (self.texts[column - self.cells.first][row - 1] or "").strip()

    def column(self, column: int) -> Iterator[Cell]:
        """The cells of a column from row 1 on, each with what it is."""
        at = column - self.cells.first
        kinds = self._kinds(at)
        for row, text in enumerate(self.texts[at]):
            yield Cell(text=(text or "").strip(), is_number=kinds.get(row) in _NUMBERS)

    def _kinds(self, at: int) -> Mapping[int, str]:
        """What the cells are: asked only where a text could be a number."""
        looks_so = any(text is not None and text.strip()[:1].isdigit() for text in self.texts[at])
        return self.cells.kinds(at) if looks_so else {}

    def address(self, row: int, column: int) -> str:
        """`Sheet1!B7`; a name with other than letters and digits in apostrophes, as spreadsheets write it."""
        plain = self.name.replace("_", "").isalnum()
        name = self.name if plain else "'" + self.name.replace("'", "''") + "'"
        return f"{name}!{column_name(column)}{row}"


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """All sheets with cells, hidden ones too. Raises InputError for what is no spreadsheet."""
    book = open_book(path)
    found = []
    for outline in book.sheets:
        if not outline.cells:
            continue
        cells = read_sheet(book, outline)
        texts = tuple(column.to_pylist() for column in cells.columns)
        height = len(texts[0]) if texts else 0
        if sum(max(min(area.last_row, height) - area.first_row + 1, 0) for area in outline.merged) > height * len(
            texts
        ):
            raise InputError(f"`{path}`: merged cells of `{outline.name}` overlap", hint="unmerge them")
        for area in outline.merged:
            _fill(texts, cells.first, area)
        found.append(
            Sheet(name=outline.name, hidden=outline.hidden, since_1904=book.since_1904, cells=cells, texts=texts)
        )
    return tuple(found)


def _fill(texts: tuple[list[str | None], ...], first: int, area: Area) -> None:
    """The text of a merged area in every row of its first column: a cell that is merged across stays one column's."""
    at = area.first_column - first
    if not 0 <= at < len(texts):
        return
    column = texts[at]
    text = column[area.first_row - 1] if area.first_row <= len(column) else None
    for row in range(area.first_row, min(area.last_row, len(column)) + 1):
        column[row - 1] = text
