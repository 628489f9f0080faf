"""`chfw files import`: spreadsheets that people kept, made into lists that chfw reads (TR4)."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, print_json, say, say_note, show_table
from chfw_app.exits import Exit
from chfw_app.inputs.places import TABLES, check_apart, check_extension, check_writable
from chfw_app.problems import Failed, Problems

if TYPE_CHECKING:
    from chfw_files.documents.lists import ListKind
    from chfw_files.hypercare.importing import Imported, SheetImported
    from chfw_files.hypercare.mapping import SpreadsheetMapping
    from chfw_files.hypercare.sheets import Sheet

SHOWN = 10


def import_(
    book: Annotated[Path, Parameter(name="FILE")],
    /,
    *,
    kind: str | None = None,
    mapping: Path | None = None,
    save_mapping: Path | None = None,
    out: Path | None = None,
    as_: Annotated[str, Parameter(name="--format")] = "csv",
    json: Flag = False,
) -> int:
    """Make lists of a spreadsheet. Without --out nothing is written but what --save-mapping names: a first look.

    Parameters
    ----------
    book
        The spreadsheet: .xlsx. All its sheets are read.
    kind
        Which list every sheet is: hubs, instructions, withdrawals, pilot_progress, outcomes, inventory or
        supplier_changes. Else what its columns make.
    mapping
        Which column is which, from a file; else the headings say it.
    save_mapping
        Write that file: to look at, to mend, and to use again.
    out
        The folder for the lists, and for refused and mended cells.
    as_
        parquet, csv, jsonl or xlsx.
    json
        Print one object.
    """
    from chfw_core.errors import InputError
    from chfw_files.atomic import write_text
    from chfw_files.hypercare.finding import Found, find_mapping
    from chfw_files.hypercare.importing import import_sheets
    from chfw_files.hypercare.lists_out import list_paths, write_lists
    from chfw_files.hypercare.mapping import write_mapping
    from chfw_files.hypercare.sheets import read_sheets

    check_extension("FILE", book, (".xlsx",))
    check_extension("--format", Path(f"x.{as_}"), TABLES)
    if mapping is not None and kind is not None:
        raise InputError("the mapping says of every sheet which list it is", hint="give one of --mapping and --kind")
    outputs = [(f"--out, with `{path.name}`,", path) for path in ([] if out is None else list_paths(out, f".{as_}"))]
    if save_mapping is not None:
        check_writable(save_mapping)
        outputs.append(("--save-mapping", save_mapping))
    check_apart(outputs, [("the spreadsheet", book), *([] if mapping is None else [("the mapping", mapping)])])
    wanted = None if kind is None else _kind(kind)
    given = None if mapping is None else _read_mapping(mapping)
    sheets = read_sheets(book)
    found = find_mapping(sheets, wanted) if given is None else Found(mapping=given, notes=())
    if save_mapping is not None:
        write_text(save_mapping, write_mapping(found.mapping))
    imported = import_sheets(sheets, found.mapping)
    files: dict[str, tuple[Path, int]] = {}
    notes = found.notes
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        files = write_lists(imported, out, f".{as_}")
        written = [path for path, _ in files.values()]
        others = [path for path in list_paths(out, f".{as_}") if path not in written and path.exists()]
        notes += tuple(f"`{path}` is of another run: this one has no such list" for path in others)
    if json:
        print_json(_as_object(imported, notes, files))
    else:
        _show(sheets, imported, notes, files)
    return Exit.FINDINGS if imported.refused else Exit.DONE


def _kind(word: str) -> "ListKind":
    from chfw_core.errors import InputError
    from chfw_core.rules.problems.problem import did_you_mean
    from chfw_files.documents.lists import ListKind

    words = [kind.value for kind in ListKind]
    said = word.replace("-", "_")
    if said not in words:
        raise InputError(f"there is no list `{word}`", hint=did_you_mean(said, words) or f"one of {', '.join(words)}")
    return ListKind(said)


def _read_mapping(path: Path) -> "SpreadsheetMapping":
    from chfw_files.hypercare.mapping import read_mapping
    from chfw_files.texts import read_text

    read = read_mapping(read_text(path), str(path))
    if read.mapping is None:
        raise Failed(Problems(placed=list(read.problems)))
    return read.mapping


def _show(
    sheets: "tuple[Sheet, ...]", imported: "Imported", notes: tuple[str, ...], files: Mapping[str, tuple[Path, int]]
) -> None:
    for note in notes:
        say_note(note)
    by_name = {sheet.name: sheet for sheet in sheets}
    for done in imported.sheets:
        _show_sheet(by_name[done.sheet], done)
    cells = imported.refused
    more = f"and {len(cells) - SHOWN:,} more: --out and --json have all" if len(cells) > SHOWN else ""
    rows = [(cell.address, cell.column, cell.text, cell.reason) for cell in cells[:SHOWN]]
    show_table(counted(len(cells), "refused cell"), ("cell", "column", "text", "reason"), rows, note=more)
    for name, (path, rows_written) in files.items():
        say(f"{name}: {counted(rows_written, 'row')} in {path}")
    if not files:
        say("a first look: nothing was written; --out names the folder for the lists")


def _show_sheet(sheet: "Sheet", done: "SheetImported") -> None:
    first = done.rows[0].cells if done.rows else {}
    rows = [(name, heading, first.get(name, "")) for name, heading in done.columns.items()]
    title = f"{done.sheet}: {done.kind.value}, headings in row {done.header_row}"
    show_table(title, ("column", "heading", "first row becomes"), rows)
    said = [f"{counted(len(done.rows), 'row')} to be read"]
    for number, what in (
        (done.refused_rows, "refused"),
        (done.waiting, "without a result yet"),
        (done.repeated, "there more than once"),
        (len(done.mended), "with a GUID that was mended"),
    ):
        if number:
            said.append(f"{number:,} {what}")
    say("; ".join(said))


def _as_object(
    imported: "Imported", notes: tuple[str, ...], files: Mapping[str, tuple[Path, int]]
) -> dict[str, object]:
    return {
        "sheets": [
            {
                "sheet": done.sheet,
                "kind": done.kind.value,
                "header_row": done.header_row,
                "columns": dict(done.columns),
                "rows": len(done.rows),
                "refused_rows": done.refused_rows,
                "waiting": done.waiting,
                "repeated": done.repeated,
                "mended": [{"cell": cell.address, "text": cell.text, "became": cell.became} for cell in done.mended],
            }
            for done in imported.sheets
        ],
        "passed_over": list(imported.passed_over),
        "refused": [
            {"cell": cell.address, "column": cell.column, "text": cell.text, "reason": cell.reason}
            for cell in imported.refused
        ],
        "notes": list(notes),
        "files": {name: {"path": str(path), "rows": rows} for name, (path, rows) in files.items()},
    }
