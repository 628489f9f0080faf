"""The lists that parties send in, each kind with what its rows owe beside their single cells (TR4, BR5.2).

Good rows come as columns, the others with their place and every reason at once. What a good row means is for the
roll-out to say: here a file is read, nothing is decided.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve

from chfw_core.documents.tables import (
    HANDED_IN_INSTRUCTIONS,
    HUBS,
    INSTRUCTIONS,
    INVENTORY,
    OUTCOMES,
    PILOT_PROGRESS,
    SUPPLIER_CHANGES,
    WITHDRAWALS,
    TableColumn,
)
from chfw_core.model.guid import format_guid
from chfw_files.tables.quarantine import BadRow
from chfw_files.tables.typed import TypedTable, read_typed_table

Owed = tuple[pa.Array, str, str]
"""Which rows are wrong, in which column, and why."""


class ListKind(StrEnum):
    """A list that a party sends in, by its name in the reference and in `chfw schema`."""

    HUBS = "hubs"
    INSTRUCTIONS = "instructions"
    WITHDRAWALS = "withdrawals"
    PILOT_PROGRESS = "pilot_progress"
    OUTCOMES = "outcomes"
    INVENTORY = "inventory"
    SUPPLIER_CHANGES = "supplier_changes"


COLUMNS: Mapping[ListKind, tuple[TableColumn, ...]] = {
    ListKind.HUBS: HUBS,
    ListKind.INSTRUCTIONS: INSTRUCTIONS,
    ListKind.WITHDRAWALS: WITHDRAWALS,
    ListKind.PILOT_PROGRESS: PILOT_PROGRESS,
    ListKind.OUTCOMES: OUTCOMES,
    ListKind.INVENTORY: INVENTORY,
    ListKind.SUPPLIER_CHANGES: SUPPLIER_CHANGES,
}


def read_list(kind: ListKind, path: str | Path) -> TypedTable:
    """Read the whole file. Raises InputError for what is no table or lacks a column."""
    return _checked(kind, read_typed_table(path, COLUMNS[kind]))


def owed_by(kind: ListKind, table: pa.Table) -> Iterator[Owed]:
    """What rows owe beside their single cells, of a table with all columns of the kind, whatever their types."""
    check = _CHECKS.get(kind)
    return iter(()) if check is None else check(table)


def read_instructions_of_one(path: str | Path) -> TypedTable:
    """Instructions where it is known whose they are, such as those of a drop folder. Raises InputError as above."""
    return _checked(ListKind.INSTRUCTIONS, read_typed_table(path, HANDED_IN_INSTRUCTIONS))


def _checked(kind: ListKind, read: TypedTable) -> TypedTable:
    wrong: dict[int, list[tuple[str, str]]] = {}
    for mask, column, reason in owed_by(kind, read.table):
        for row in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist():
            wrong.setdefault(row, []).append((column, reason))
    if not wrong:
        return read
    rows = sorted(wrong)
    places, guids = (read.table.column(name).take(pa.array(rows)).to_pylist() for name in ("row", "guid"))
    bad = [
        BadRow(
            line=place,
            guid_text=format_guid(guid),
            column="|".join(column for column, _ in wrong[row]),
            reason="; ".join(reason for _, reason in wrong[row]),
        )
        for row, place, guid in zip(rows, places, guids, strict=True)
    ]
    keep = pa.array([row not in wrong for row in range(read.table.num_rows)])
    return evolve(read, table=read.table.filter(keep), quarantine=tuple(sorted([*read.quarantine, *bad])))


def _is(table: pa.Table, column: str, word: str) -> pa.Array:
    return pc.equal(table.column(column).cast(pa.string()), word)


def _instructions(table: pa.Table) -> Iterator[Owed]:
    instructs = pc.fill_null(_is(table, "action", "instruct"), True)  # what a list of instructions says by itself
    for name in ("opens", "closes"):
        yield pc.and_(instructs, pc.is_null(table.column(name))), name, f"{name} is empty: an instruction needs it"


def _outcomes(table: pa.Table) -> Iterator[Owed]:
    for outcome, name in (("activated", "firmware_version"), ("failed", "reason")):
        missing = pc.is_null(table.column(name).cast(pa.string()))
        yield pc.and_(_is(table, "outcome", outcome), missing), name, f"{name} is empty: `{outcome}` needs it"


def _supplier_changes(table: pa.Table) -> Iterator[Owed]:
    nobody = pc.is_null(table.column("joins").cast(pa.string()))
    vacant = pc.fill_null(_is(table, "vacant", "yes"), False)
    lasts = pc.invert(_is(table, "step", "cancelled"))
    reason = "joins is empty: name who gets the role, or write `yes` into `vacant`"
    yield pc.and_(lasts, pc.and_(nobody, pc.invert(vacant))), "joins", reason
    yield pc.and_(vacant, pc.invert(nobody)), "vacant", "vacant: a role that somebody gets is not vacant"


_CHECKS: Mapping[ListKind, Callable[[pa.Table], Iterator[Owed]]] = {
    ListKind.INSTRUCTIONS: _instructions,
    ListKind.OUTCOMES: _outcomes,
    ListKind.SUPPLIER_CHANGES: _supplier_changes,
}
