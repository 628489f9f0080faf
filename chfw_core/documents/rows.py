"""Rows of small tables as values: every cell that is wrong is told of, the good rows stay."""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from attrs import frozen

from chfw_core.documents import kinds
from chfw_core.documents.bad_lines import BadLine
from chfw_core.documents.tables import Kind, TableColumn
from chfw_core.errors import InputError
from chfw_core.model.estate import parse_set


@frozen(kw_only=True)
class Row:
    """One row as a file has it: its line, and the text of each cell by column."""

    line: int
    cells: Mapping[str, str | None]


def read_rows(
    rows: Iterable[Row], columns: Sequence[TableColumn]
) -> tuple[list[tuple[int, dict[str, object]]], list[BadLine]]:
    """Each good row with its line and typed values (None = missing), and the rows set aside."""
    good: list[tuple[int, dict[str, object]]] = []
    bad: list[BadLine] = []
    for row in rows:
        values, wrong = read_cells(row.cells, columns)
        if wrong:
            bad.append(
                BadLine(
                    line=row.line,
                    guid_text=(row.cells.get("guid") or "").strip(),
                    column="|".join(wrong),
                    reason="; ".join(wrong.values()),
                )
            )
        else:
            good.append((row.line, values))
    return good, bad


def read_cells(
    cells: Mapping[str, str | None], columns: Sequence[TableColumn]
) -> tuple[dict[str, object], dict[str, str]]:
    """The values of one row by column, and for each column that is wrong the reason."""
    values: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for column in columns:
        written = (cells.get(column.name) or "").strip()
        values[column.name] = None
        if not written:
            if not column.nullable:
                wrong[column.name] = f"{column.name} is empty"
            continue
        try:
            values[column.name] = _read(written, column)
        except InputError as problem:
            wrong[column.name] = f"{column.name}: {problem.with_hint}"
    return values, wrong


def _read(written: str, column: TableColumn) -> object:
    match column.kind:
        case Kind.GUID:
            return kinds.guid(written)
        case Kind.WORD:
            return kinds.word(written, column.words)
        case Kind.HEX:
            return kinds.hex_text(written, column.digits)
        case Kind.DATE:
            return kinds.day(written)
        case Kind.INSTANT:
            return kinds.instant(written)
        case Kind.PERIOD_END:
            return kinds.period_end(written)
        case Kind.SET:
            return parse_set(written)
        case Kind.WHOLE:
            return kinds.whole(written, 0)
        case Kind.WINDOW:
            return kinds.window(written)
        case Kind.TEXT:
            return written
        case _:
            assert_never(column.kind)
