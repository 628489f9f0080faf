"""The header of a sheet and the list that its columns make, found by what people call them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from attrs import frozen

from chfw_core.documents.kinds import Count
from chfw_core.errors import InputError
from chfw_files.documents.lists import COLUMNS, ListKind
from chfw_files.hypercare.cells import Cell, read_guid
from chfw_files.hypercare.mapping import SheetMapping, SpreadsheetMapping, Yes
from chfw_files.hypercare.names import COLUMNS as NAMES
from chfw_files.hypercare.names import column_called, kind_of, nearly_called
from chfw_files.hypercare.sheets import Sheet
from chfw_files.xlsx.extent import column_name

LOOKED_AT = 50
"""Rows in which a header is looked for."""

_SAMPLE = 200


@frozen(kw_only=True)
class Found:
    """What a look at the sheets gave. `notes`: headings that are not read, and names that are nearly known."""

    mapping: SpreadsheetMapping
    notes: tuple[str, ...]


def find_mapping(sheets: Sequence[Sheet], kind: ListKind | None) -> Found:
    """Which sheet makes which list. A sheet without GUIDs is passed over, and that is said.

    Raises InputError where no sheet has a column of GUIDs, or one lacks what `kind` needs.
    """
    made: list[SheetMapping] = []
    notes: list[str] = []
    for sheet in sheets:
        if sheet.hidden:
            notes.append(f"`{sheet.name}` is a hidden sheet")
        row = _header_row(sheet)
        if row is None:
            made.append(SheetMapping(sheet=sheet.name, skip=Yes.YES))
            notes.append(f"`{sheet.name}` has no column of GUIDs: it is passed over")
            continue
        made.append(_mapped(sheet, row, kind, notes))
    if all(one.skip is Yes.YES for one in made):
        raise InputError(
            "no sheet has a column of GUIDs", hint="a mapping can say which column it is: `--mapping FILE`"
        )
    return Found(mapping=SpreadsheetMapping(sheets=tuple(made)), notes=tuple(notes))


def headings(sheet: Sheet, row: int) -> Mapping[int, str]:
    """The headings of a row, by column."""
    return {column: sheet.text(row, column) for column in sheet.columns if sheet.text(row, column)}


def _header_row(sheet: Sheet) -> int | None:
    """The row that names most columns, GUIDs among them; else the one above the first GUID."""
    best, most = None, 0
    for row in range(1, min(sheet.last_row, LOOKED_AT) + 1):
        names = [column_called(text, NAMES) for text in headings(sheet, row).values()]
        if "guid" in names and len([name for name in names if name]) > most:
            best, most = row, len([name for name in names if name])
    if best is not None:
        return best
    for row in range(2, min(sheet.last_row, LOOKED_AT) + 1):
        if any(_is_guid(sheet, row, column) for column in sheet.columns) and headings(sheet, row - 1):
            return row - 1
    return None


def _is_guid(sheet: Sheet, row: int, column: int) -> bool:
    text = sheet.text(row, column)
    with suppress(InputError):
        # Digits alone are no proof of a column of GUIDs.
        return not text.isdecimal() and bool(read_guid(Cell(text=text)))
    return False


def _mapped(sheet: Sheet, row: int, kind: ListKind | None, notes: list[str]) -> SheetMapping:
    said = headings(sheet, row)
    everything = {column_called(text, NAMES) for text in said.values()} - {None}
    chosen = kind or kind_of(name for name in everything if name is not None)
    wanted = [column.name for column in COLUMNS[chosen]]
    called = {number: column_called(text, wanted) for number, text in said.items()}
    guids = None if "guid" in called.values() else _guid_column(sheet, row, said)
    columns: dict[str, str] = {}
    for number, text in said.items():
        name = called[number]
        place = f"`{sheet.name}` column {column_name(number)}, `{text}`"
        if number == guids:
            columns["guid"] = text
            notes.append(f"{place}: read as `guid`, by what is below it")
        elif name is not None and name not in columns:
            columns[name] = text
        elif name is not None:
            notes.append(f"{place}: `{columns[name]}` is read as `{name}`, this is not")
        else:
            near = nearly_called(text, [one for one in wanted if one not in columns])
            notes.append(f"{place}: not read" + (f"; did you mean `{near}`?" if near else ""))
    return SheetMapping(sheet=sheet.name, header_row=Count(row), kind=chosen, columns=columns)


def _guid_column(sheet: Sheet, header: int, said: Mapping[int, str]) -> int:
    """The column of the heading above the most GUIDs."""
    rows = range(header + 1, min(sheet.last_row, header + _SAMPLE) + 1)
    return max(said, key=lambda column: sum(_is_guid(sheet, row, column) for row in rows))
