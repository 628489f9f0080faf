"""Hubs in memory as an estate that the columnar engine reads, for the library's users and tests."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from attrs import Factory, field, frozen
from numpy.typing import NDArray

from chfw_core.consent.model import Instruction
from chfw_core.engines.hub_form import in_standard_form
from chfw_core.model.estate import ESTATE_COLUMNS, ColumnType, format_set
from chfw_core.model.hubs import CommsHub

_TEXT = pa.dictionary(pa.int32(), pa.string())
_INSTANT = pa.timestamp("us", tz="UTC")


@frozen
class MemoryEstate:
    """An EstateSource over hubs, `chunk` of them at a time.

    Raises UsageError for two hubs with one GUID and for a hub that is not in standard form, as `read_hub` makes one.
    """

    hubs: Sequence[CommsHub] = field(converter=in_standard_form)
    chunk: int = 1_000_000
    refused: set[int] = Factory(set)

    @property
    def chunk_count(self) -> int:
        """How many chunks there are."""
        return -(-len(self.hubs) // self.chunk)

    def read(self, index: int, columns: Sequence[str] | None = None) -> pa.RecordBatch:
        """The hubs of one chunk as columns."""
        rows = self.hubs[index * self.chunk : (index + 1) * self.chunk]
        hubs = [hub for hub in rows if hub.guid not in self.refused]
        names = [c.name for c in ESTATE_COLUMNS] if columns is None else list(columns)
        types = {column.name: column.type for column in ESTATE_COLUMNS}
        return pa.RecordBatch.from_arrays([_column(hubs, name, types[name]) for name in names], names=names)

    def set_aside(self) -> NDArray[np.uint64]:
        """None: every hub is good."""
        return np.array([], dtype=np.uint64)

    def refuse(self, guids: NDArray[np.uint64]) -> None:
        """Leave out these hubs from now on."""
        self.refused.update(guids.tolist())


def _column(hubs: Sequence[CommsHub], name: str, kind: ColumnType) -> pa.Array:
    values = [getattr(hub, name) for hub in hubs]
    match kind:
        case ColumnType.GUID:
            return pa.array(values, pa.uint64())
        case ColumnType.DATE:
            return pa.array(values, pa.date32())
        case ColumnType.SET:
            return pa.array([format_set(value) or None for value in values], pa.string()).cast(_TEXT)
        case _:
            return pa.array([None if v is None else str(v) for v in values], pa.string()).cast(_TEXT)


def instruction_table(rows: Sequence[Instruction]) -> pa.Table:
    """Instructions as the columns of the instructions file."""
    columns: Mapping[str, pa.Array] = {
        "guid": pa.array([row.guid for row in rows], pa.uint64()),
        "party": pa.array([row.party for row in rows], pa.string()),
        "role": pa.array([row.role.value for row in rows], pa.string()),
        "opens": pa.array([row.opens for row in rows], _INSTANT),
        "closes": pa.array([row.closes for row in rows], _INSTANT),
        "received_at": pa.array([row.received_at for row in rows], _INSTANT),
        "action": pa.array([row.action.value for row in rows], pa.string()),
        "group": pa.array([row.group and row.group.value for row in rows], pa.string()),
        "rule": pa.array([row.rule for row in rows], pa.string()),
        "window": pa.array([row.window for row in rows], pa.string()),
    }
    return pa.table(dict(columns))
