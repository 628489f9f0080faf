"""Sheets made into lists: what can be read goes on, and each cell that cannot is named by its address (BR5.2, TR4)."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve, field, frozen

from chfw_core.documents.rows import read_cells
from chfw_core.documents.tables import Kind, TableColumn
from chfw_core.errors import InputError
from chfw_files.documents.lists import COLUMNS, ListKind, owed_by
from chfw_files.hypercare.cells import Cell, Settings, read_cell
from chfw_files.hypercare.finding import headings
from chfw_files.hypercare.mapping import SKIP, DateOrder, SheetMapping, SpreadsheetMapping, Yes
from chfw_files.hypercare.names import NOT_YET, plain
from chfw_files.hypercare.sheets import Sheet


@frozen(kw_only=True)
class RefusedCell:
    """A cell that keeps its row out: where it is, what it says, why that is not used."""

    address: str
    column: str
    text: str
    reason: str


@frozen(kw_only=True)
class MendedCell:
    """A GUID that a spreadsheet had changed, and what it was."""

    address: str
    text: str
    became: str


@frozen(kw_only=True)
class ImportedRow:
    """A row of a list: its cells by column, as text, and the address of its GUID."""

    address: str
    cells: Mapping[str, str]


@frozen(kw_only=True)
class SheetImported:
    """What became of one sheet. `waiting`: rows that have no result yet.

    `unread`: what could be read of the rows that were refused, where their hub is known.
    """

    sheet: str
    kind: ListKind
    header_row: int
    columns: Mapping[str, str]
    rows: tuple[ImportedRow, ...]
    refused: tuple[RefusedCell, ...]
    refused_rows: int
    mended: tuple[MendedCell, ...]
    waiting: int
    repeated: int = 0
    unread: tuple[ImportedRow, ...] = ()


@frozen(kw_only=True)
class Imported:
    """All sheets that were read, and the names of those that were passed over."""

    sheets: tuple[SheetImported, ...]
    passed_over: tuple[str, ...]

    def rows(self, kind: ListKind) -> Iterator[Mapping[str, str]]:
        """The rows of one list, in the order of sheets and rows."""
        return (row.cells for sheet in self.sheets if sheet.kind is kind for row in sheet.rows)

    @property
    def kinds(self) -> tuple[ListKind, ...]:
        """The lists that there are rows for, in order."""
        return tuple(kind for kind in ListKind if any(s.kind is kind and s.rows for s in self.sheets))

    @property
    def refused(self) -> tuple[RefusedCell, ...]:
        """Every cell that keeps a row out."""
        return tuple(cell for sheet in self.sheets for cell in sheet.refused)


def import_sheets(sheets: Sequence[Sheet], mapping: SpreadsheetMapping) -> Imported:
    """Make lists of sheets. Raises InputError where sheets and mapping do not fit, with all that does not."""
    named = {one.sheet: one for one in mapping.sheets}
    _check_sheets(sheets, named)
    done = [
        _import(sheet, named[sheet.name], mapping.dates)
        for sheet in sheets
        if sheet.name in named and named[sheet.name].skip is Yes.NO
    ]
    passed = tuple(one.sheet for one in mapping.sheets if one.skip is Yes.YES)
    return Imported(sheets=tuple(_without_repeated(done)), passed_over=passed)


def _check_sheets(sheets: Sequence[Sheet], named: Mapping[str, SheetMapping]) -> None:
    have = [sheet.name for sheet in sheets]
    for name in named:
        if name not in have and named[name].skip is Yes.NO:
            near = get_close_matches(name, have, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(f'`{one}`' for one in have)}"
            raise InputError(f"there is no sheet `{name}` with cells", hint=hint)
    unseen = [name for name in have if name not in named]
    if unseen:
        listed = ", ".join(f"`{name}`" for name in unseen)
        raise InputError(f"the mapping says nothing of {listed}", hint="name the sheet, or write `skip: yes` for it")


@frozen(kw_only=True)
class _Column:
    """A column of a list: where it is on the sheet (None: all rows have `fixed`), and the words used there."""

    declared: TableColumn
    number: int | None
    fixed: str = ""
    words: Mapping[str, str] = field(factory=dict)


def _import(sheet: Sheet, one: SheetMapping, dates: DateOrder) -> SheetImported:
    columns = _places(sheet, one)
    settings = Settings(month_first=dates is DateOrder.MONTH_FIRST, since_1904=sheet.since_1904)
    cells = {c.declared.name: list(sheet.column(c.number)) for c in columns if c.number is not None}
    rows: list[ImportedRow] = []
    refused: list[RefusedCell] = []
    mended: list[MendedCell] = []
    unread: list[ImportedRow] = []
    refused_rows = waiting = 0
    guid_at = next(column.number for column in columns if column.declared.name == "guid")
    for row in range(one.header_row + 1, sheet.last_row + 1):
        here = {name: column[row - 1] for name, column in cells.items()}
        if not any(cell.text for cell in here.values()):
            continue
        made, wrong, skipped = _row(sheet, row, columns, here, settings)
        address = sheet.address(row, guid_at or 1)
        if skipped:
            waiting += 1
        elif wrong:
            refused_rows += 1
            refused += wrong
            bad = {cell.column for cell in wrong}
            unread.append(ImportedRow(address=address, cells={k: v for k, v in made.items() if k not in bad}))
        else:
            written = here["guid"]
            if written.is_number or made["guid"] != written.text.upper():
                mended.append(MendedCell(address=address, text=written.text, became=made["guid"]))
            rows.append(ImportedRow(address=address, cells=made))
    owed = _owed(one.kind, rows)
    refused += [cell for cells in owed.values() for cell in cells]
    refused_rows += len(owed)
    return SheetImported(
        sheet=sheet.name,
        kind=one.kind,
        header_row=one.header_row,
        columns=one.columns,
        rows=tuple(row for at, row in enumerate(rows) if at not in owed),
        refused=tuple(refused),
        refused_rows=refused_rows,
        mended=tuple(mended),
        waiting=waiting,
        unread=tuple(row for row in (*unread, *(rows[at] for at in owed)) if row.cells.get("guid")),
    )


def _owed(kind: ListKind, rows: Sequence[ImportedRow]) -> dict[int, list[RefusedCell]]:
    """What rows of the list lack, cell by cell good as they are; by the row's number."""
    names = [column.name for column in COLUMNS[kind]]
    table = pa.table({name: pa.array([row.cells.get(name) or None for row in rows], pa.string()) for name in names})
    found: dict[int, list[RefusedCell]] = {}
    for mask, column, reason in owed_by(kind, table):
        for at in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist():
            cell = RefusedCell(address=rows[at].address, column=column, text="", reason=reason)
            found.setdefault(at, []).append(cell)
    return found


def _places(sheet: Sheet, one: SheetMapping) -> list[_Column]:
    """Where each column of the list is. Raises InputError for a heading that is not there, or there twice."""
    said = headings(sheet, one.header_row)
    have = {*one.columns, *one.fixed}
    missing = [f"`{column.name}`" for column in COLUMNS[one.kind] if column.required and column.name not in have]
    if missing:
        raise InputError(
            f"`{sheet.name}` has no column for {', '.join(missing)}, which `{one.kind}` needs",
            hint="--save-mapping writes a mapping: say the column there, or a value for all rows under `fixed`",
        )
    columns = []
    for declared in COLUMNS[one.kind]:
        words = {plain(written): word for written, word in one.words.get(declared.name, {}).items()}
        if declared.name in one.fixed:
            fixed = one.fixed[declared.name]
            _, wrong = read_cells({declared.name: fixed}, [declared])
            if wrong:
                raise InputError(f"`fixed` of `{sheet.name}`: {wrong[declared.name]}")
            columns.append(_Column(declared=declared, number=None, fixed=fixed))
        elif declared.name in one.columns:
            wanted = one.columns[declared.name]
            places = [number for number, text in said.items() if plain(text) == plain(wanted)]
            if len(places) != 1:
                by_plain = {plain(text): text for text in said.values()}
                near = get_close_matches(plain(wanted), by_plain, n=1)
                hint = (
                    f"did you mean `{by_plain[near[0]]}`?"
                    if near
                    else f"row {one.header_row} has {', '.join(said.values())}"
                )
                what = "is not there" if not places else "is there more than once"
                raise InputError(f"the heading `{wanted}` {what} in row {one.header_row} of `{sheet.name}`", hint=hint)
            columns.append(_Column(declared=declared, number=places[0], words=words))
    return columns


def _row(
    sheet: Sheet, row: int, columns: Sequence[_Column], here: Mapping[str, Cell], settings: Settings
) -> tuple[dict[str, str], list[RefusedCell], bool]:
    """The row's cells for the list, those that keep it out, and whether it says that there is nothing yet."""
    made: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for column in columns:
        name = column.declared.name
        cell = here.get(name, Cell(text=column.fixed))
        if column.declared.kind is Kind.WORD and _says_nothing_yet(cell.text, column):
            return {}, [], True
        if not cell.text:
            made[name] = ""
            continue
        try:
            made[name] = read_cell(cell, column.declared, settings, column.words)
        except InputError as problem:
            wrong[name] = problem.with_hint
    declared = [column.declared for column in columns if column.declared.name not in wrong]
    _, more = read_cells(made, declared)
    wrong |= {name: reason.removeprefix(f"{name}: ") for name, reason in more.items()}
    return made, [_refused(sheet, row, columns, here, name, reason) for name, reason in wrong.items()], False


def _says_nothing_yet(text: str, column: _Column) -> bool:
    said = plain(text)
    own = column.words.get(said)
    if own is not None or column.declared.name not in ("result", "outcome"):
        return own == SKIP
    return not said or said in NOT_YET


def _refused(
    sheet: Sheet, row: int, columns: Sequence[_Column], here: Mapping[str, Cell], name: str, reason: str
) -> RefusedCell:
    # What is fixed was judged before: only cells of the sheet can be wrong.
    number = next(column.number for column in columns if column.declared.name == name)
    return RefusedCell(address=sheet.address(row, number or 1), column=name, text=here[name].text, reason=reason)


def _without_repeated(sheets: Sequence[SheetImported]) -> Iterator[SheetImported]:
    """A row that says the same again is left out, and counted; rows that contradict each other are all refused.

    What a row that was refused says of its hub is not known: it may contradict every other row of that hub.
    """
    said: dict[tuple[ListKind, str, str], list[ImportedRow]] = {}
    unread: dict[tuple[ListKind, str], list[ImportedRow]] = {}
    for sheet in sheets:
        for row in sheet.rows:
            said.setdefault(_about(sheet.kind, row), []).append(row)
        for row in sheet.unread:
            unread.setdefault((sheet.kind, row.cells["guid"]), []).append(row)
    met: set[tuple[ListKind, str, str]] = set()
    for sheet in sheets:
        rows, refused, repeated = [], list(sheet.refused), 0
        for row in sheet.rows:
            about = _about(sheet.kind, row)
            others = [other for other in said[about] if other.cells != row.cells]
            unclear = [other for other in unread.get((sheet.kind, row.cells["guid"]), ()) if _may_be_about(other, row)]
            if others or unclear:
                reason = (
                    f"{others[0].address} says otherwise of the same hub"
                    if others
                    else f"{unclear[0].address} is about the same hub and cannot be read: put it right, or take it out"
                )
                refused.append(RefusedCell(address=row.address, column="guid", text=row.cells["guid"], reason=reason))
            elif about in met:
                repeated += 1
            else:
                met.add(about)
                rows.append(row)
        contradicted = len(refused) - len(sheet.refused)
        yield evolve(
            sheet,
            rows=tuple(rows),
            refused=tuple(refused),
            refused_rows=sheet.refused_rows + contradicted,
            repeated=repeated,
        )


def _may_be_about(unread: ImportedRow, row: ImportedRow) -> bool:
    """Whether both may be about the same role of a hub, as far as the one could be read."""
    return unread.cells.get("role") in (None, "", row.cells.get("role"))


def _about(kind: ListKind, row: ImportedRow) -> tuple[ListKind, str, str]:
    """What a row is about: a hub in a role; in an inventory or of outcomes, at a time."""
    more = [row.cells.get(name, "") for name in ("role", "step", "effective", "outcome", "occurred_at", "observed_at")]
    return kind, row.cells["guid"], "|".join(more)
