"""Instructions in and out, a few or millions (BR3.1, BR3.7).

The columns are judged per distinct value, like an estate's. `table` keeps them as columns for the
columnar engine, `instructions` makes values of them. A row that cannot be read is set aside with
its reason (BR5.2); whether an instruction counts is for consent to say.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from chfw_core.consent.model import Instruction
from chfw_core.documents.instructions import instruction_of
from chfw_core.documents.tables import INSTRUCTIONS
from chfw_files.columns import TEXTS
from chfw_files.documents.not_read import not_read
from chfw_files.tables.quarantine import BadRow
from chfw_files.tables.typed import read_typed_table, schema_of
from chfw_files.tables.writing import INSTANT, write_table

INSTRUCTIONS_SCHEMA = schema_of([column for column in INSTRUCTIONS if not column.seldom])
"""The columns of `--instructions-out`: what rules write has no window of its own."""
_WHOLE_SCHEMA = schema_of(INSTRUCTIONS)


@frozen(kw_only=True, eq=False)
class InstructionsFile:
    """The good rows in the file's order (all columns of INSTRUCTIONS, and `row` int64: its place), and the others.

    `not_read`: the file's other columns, in words.
    """

    table: pa.Table
    quarantine: tuple[BadRow, ...]
    not_read: tuple[str, ...] = ()

    def received_after(self, instant: datetime) -> int:
        """How many rows had not been received by then."""
        later = pc.greater(self.table.column("received_at"), pa.scalar(instant, INSTANT))
        return int(pc.sum(later).as_py() or 0)

    def rules(self) -> frozenset[str]:
        """The rules that wrote any of the rows."""
        return frozenset(rule for rule in pc.unique(self.table.column("rule")).to_pylist() if rule is not None)

    def instructions(self) -> Iterator[Instruction]:
        """Every row as a value."""
        for batch in self.table.to_batches(max_chunksize=1 << 16):
            columns = batch.to_pydict()
            for values in zip(*columns.values(), strict=True):
                row: dict[str, Any] = dict(zip(columns, values, strict=True))
                yield instruction_of(row, row.pop("row"))


def read_instructions(path: str | Path) -> InstructionsFile:
    """Read the whole file. Raises InputError for what is no table or lacks a column."""
    read = read_typed_table(path, INSTRUCTIONS)
    return InstructionsFile(table=read.table, quarantine=read.quarantine, not_read=not_read(read))


def write_instructions(
    path: str | Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema = INSTRUCTIONS_SCHEMA
) -> int:
    """Write batches of a schema (`--instructions-out`); how many rows. Raises OutputError."""
    return write_table(path, schema, batches)


def as_batch(instructions: Iterable[Instruction]) -> pa.RecordBatch:
    """Instructions as one batch: of INSTRUCTIONS_SCHEMA, with `window` where one of them has one."""
    rows = list(instructions)
    schema = INSTRUCTIONS_SCHEMA if all(row.window is None for row in rows) else _WHOLE_SCHEMA
    arrays = []
    for entry in schema:
        values = [getattr(row, entry.name) for row in rows]
        if entry.type == TEXTS:
            texts = [None if value is None else str(value) for value in values]
            arrays.append(pa.array(texts, pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(values, entry.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
