"""The reference page of the lists that go in and out, drawn from the tables that they are read and written by."""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from chfw_core.documents.tables import ATTRIBUTES, CAPACITY, ESTATE, SCHEDULE, Kind, TableColumn
from chfw_core.messages import MESSAGES
from chfw_core.model.later_fields import later_fields
from chfw_files import limits
from chfw_files.documents.lists import COLUMNS, ListKind
from chfw_files.documents.messages_out import message_schema
from chfw_files.tables.writing import INSTANT

PAGE = "docs/reference/files.md"

_OPENING = f"""\
# Lists as files

What may be in a list that somebody sends in, and what is in a list that is sent out. This page is drawn from the tables by which
files are read and written; `python tools/make_files_page.py` writes it. [How to take in spreadsheets](../how-to/import-spreadsheets.md).

## Formats

The extension chooses the format, wherever a command takes or writes a table.

| | what it is | text | GUIDs | missing |
|---|---|---|---|---|
| `.csv` | UTF-8, a header row, a line for each row | as it is, see [formulas](#formulas) | text | empty |
| `.jsonl` | an object in each line, its keys are the columns | as it is; a number is the digits that are written; a list of texts is a set | text | `null`, or no such key |
| `.parquet` | columns with types | text, a dictionary of text, or lists of text for sets | uint64, or text | null |
| `.xlsx` | one sheet with cells; its first row that is not empty has the names | as it is; dates and times as such or as text; formulas by their value | text | empty |

`.xlsx` needs the extra: `pip install 'chfw[files]'`. GUIDs are written in upper case with hyphens and read in either case. Times are
ISO 8601 with `Z` or an offset, a bare date is 00:00 in London (as the end of a period, the end of that day).

## Bad rows

A row that cannot be read keeps nothing else from being read. It is named by its place (the line of a `.csv` or `.jsonl` file, the row as
the spreadsheet numbers it, the number of the row in `.parquet`) with every reason at once. Rows go back in the format and the order that
they came in, with `refused_because` as the first column and all others as they were sent; `as_sent` holds the whole text of a row
that could not be cut into columns. Mend the rows and send the file again as it is: nobody reads the first column.

A column whose name is nearly that of one that the list lacks is refused, with the name that may be meant. Any other column that is not in
the tables below is not read, and that is said (a note of the command or of the plan, a remark of the receipt) with the nearest column that the
list lacks. Of a list of hubs nothing is said: any table with a column `guid` will do. An estate's are named by `chfw estate check`, and
every column of private attributes is the Supplier's own.

## Formulas

A text in `.csv` that begins with one of `= + - @`, a tab, a carriage return, or the full-width form of one of those, is written with an
apostrophe in front, so that a spreadsheet shows it and does not run it. A text that has such apostrophes already gets one more. Reading
takes one away again from a text of that form, so that what was written is what is read. In `.xlsx` a text is a text, never a formula or a link, and
needs no mark. Numbers and dates are never marked.

## Hours of the week

An instruction may say in which hours of the week it is meant: `mon-fri 10:00-16:00`. They are one window, with the days, hours and
exceptions of [the rule language](rule-language.md), by London time whatever the times beside it are written in.

| written | means |
|---|---|
| `22:00-05:00` | every night; it belongs to the day on which it begins |
| `mon-fri 10:00-16:00`, `Mon, Tue 10:00-16:00` | on these days; either case, with spaces or commas between them |
| `sat sun 00:00-24:00` | all of Saturday and Sunday |
| `mon-thu 22:00-05:00 not on bank_holidays 2026-12-24` | not on nights that begin on these days; bank holidays are those of the hub's division |

It applies within `opens` and `closes`. Without it every hour will do. What cannot be read makes a bad row: it is never taken for every
hour. How the hours of two Suppliers come together, and what becomes of rows that rules wrote, says
[how a plan is made](planning.md#6-consent-br3-br4-design-3).

## Limits

A file that asks for more memory than any list needs is refused before it is unpacked.

| | at most |
|---|---|
| columns of a table | {limits.MAX_COLUMNS:,} |
| a line of `.csv` or `.jsonl` | {limits.MAX_LINE >> 20} MiB, the first one of `.csv` {limits.MAX_HEADER >> 20} MiB |
| brackets inside each other in a line of `.jsonl` | {limits.MAX_DEPTH_OF_JSON} |
| rows of a row group of `.parquet` | {limits.MAX_GROUP_ROWS:,}, and {limits.MAX_GROUP_TEXT >> 30} GiB of text in a column |
| `.xlsx`, packed and unpacked | {limits.BOOK_BYTES >> 20} MiB and {limits.BOOK_UNPACKED >> 30} GiB; no part {limits.BOOK_RATIO} times its packed size |
| cells of a sheet, from the first one used to the last | {limits.BOOK_CELLS:,}, with {limits.BOOK_TEXT >> 30} GiB of text |
| rows of a sheet that is written | {limits.SHEET_ROWS:,}, the header included; texts of {limits.CELL_TEXT:,} characters |
"""

_LISTS: Mapping[str, tuple[str, Sequence[TableColumn]]] = {
    "estate": ("every hub, for a plan", ESTATE),
    "attributes": (
        "what one Supplier alone knows of its hubs; any other column is `my.<column>` in its rules",
        ATTRIBUTES,
    ),
    "hubs": ("hubs, such as a pilot list (BR2.3); other columns are not read", COLUMNS[ListKind.HUBS]),
    "instructions": (
        "what Suppliers instruct (BR3.1, BR3.7); in a roll-out `received_at` is when the ledger has it, whatever is written",
        COLUMNS[ListKind.INSTRUCTIONS],
    ),
    "withdrawals": ("instructions that a Supplier takes back", COLUMNS[ListKind.WITHDRAWALS]),
    "pilot_progress": (
        "how the pilot went on each device (BR2.4): `chfw rollout progress`",
        COLUMNS[ListKind.PILOT_PROGRESS],
    ),
    "outcomes": ("what a CSP reports of each hub (CS2): `chfw rollout outcomes`", COLUMNS[ListKind.OUTCOMES]),
    "inventory": (
        "what the Smart Metering Inventory shows (BR5.6): `chfw rollout inventory`",
        COLUMNS[ListKind.INVENTORY],
    ),
    "supplier_changes": ("what the registration systems say (CS3)", COLUMNS[ListKind.SUPPLIER_CHANGES]),
    "capacity": ("hubs per region on single days, over the release's figure (G5)", CAPACITY),
    "schedule": ("the plan: a row for each hub, in the estate's order", SCHEDULE),
}

_DUTIES: Mapping[str, str] = {
    "attributes": "A flag is heard of by rules that name it just so: `PSR` is not `psr`, and `psr, medical` is one flag. A column that is nearly `flags`, where there is none of that name, is refused.",
    "instructions": "In a roll-out a row that instructs needs `opens` and `closes`.",
    "outcomes": "An activated hub needs a `firmware_version`, a failed one a `reason`.",
    "supplier_changes": "A change that is announced or completed needs `joins`, or `yes` in `vacant`: a role stays empty only where that is said.",
}


def page() -> str:
    """The page as it has to be."""
    parts = [_OPENING, "## Lists in\n"]
    for name, (what, columns) in _LISTS.items():
        duty = f"\n{_DUTIES[name]}\n" if name in _DUTIES else ""
        parts.append(f"### {name}\n\n{what[:1].upper()}{what[1:]}.\n{duty}\n{_columns(columns)}")
    parts.append(_out())
    return "\n".join(parts)


def _columns(columns: Iterable[TableColumn]) -> str:
    lines = ["| column | what is in it | |", "|---|---|---|"]
    for column in columns:
        may = "" if not column.nullable else "may be empty" if column.required else "may be left out"
        lines.append(f"| `{column.name}` | {_kind(column)} | {may} |")
    return "\n".join(lines) + "\n"


def _kind(column: TableColumn) -> str:
    match column.kind:
        case Kind.WORD:
            return ", ".join(f"`{word}`" for word in column.words)
        case Kind.HEX:
            return f"{column.digits} hex digits"
        case Kind.GUID:
            return "a GUID"
        case Kind.DATE:
            return "a date"
        case Kind.INSTANT:
            return "a time, or a date"
        case Kind.PERIOD_END:
            return "a time, or the last day"
        case Kind.SET:
            return "names joined by `\\|`"
        case Kind.WHOLE:
            return "a whole number"
        case Kind.WINDOW:
            return "hours of the week, such as `mon-fri 10:00-16:00`: [above](#hours-of-the-week)"
        case Kind.TEXT:
            return "text"


def _out() -> str:
    lines = [
        "## Messages out",
        "",
        "What the roll-out tells a party, as a table: a row for each hub. `guid` is empty in the one row of a message about no hub.",
        "Reports have [a page of their own](reports.md).",
        "",
        "| table | what it tells | columns |",
        "|---|---|---|",
    ]
    for kind in sorted(MESSAGES, key=lambda one: one.__name__):
        said = " ".join((kind.__doc__ or "").split("\n\n")[0].split()).replace("|", "\\|")
        seldom = later_fields(kind)
        columns = ", ".join(
            f"`{entry.name}`{_type(entry.type)}{' (where there is one)' if entry.name in seldom else ''}"
            for entry in message_schema(kind)
        )
        lines.append(f"| `{kind.__name__}` | {said} | {columns} |")
    return "\n".join(lines) + "\n"


def _type(kind: pa.DataType) -> str:
    return " (time)" if kind == INSTANT else " (date)" if pa.types.is_date(kind) else ""
