"""Rows of a table that are alike in all but the hub, as values with a list of hubs: what commands are made of."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from attrs import frozen

from chfw_core.model.guid_list import GuidList
from chfw_files.guids import are_among, numbers_of

if TYPE_CHECKING:
    import pyarrow as pa


@frozen(kw_only=True, eq=False)
class Places:
    """Where hubs stand in a file: GUIDs (uint64) and the places of their rows (int64), in the file's order."""

    guids: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.int64]

    def of(self, guids: GuidList) -> list[int]:
        """The places of these hubs' rows."""
        found: list[int] = self.rows[are_among(self.guids, numbers_of(guids))].tolist()
        return found


def alike(table: "pa.Table", columns: Sequence[str]) -> Iterator[tuple[tuple[object, ...], GuidList]]:
    """The values of `columns` and the hubs (column `guid`, uint64) that share them, in order of first rows."""
    for key, grouped in _grouped(table, columns, ("guid",)):
        yield key, GuidList(grouped[0].tolist())


def alike_in_places(table: "pa.Table", columns: Sequence[str]) -> Iterator[tuple[tuple[object, ...], GuidList, Places]]:
    """The same with the places of the rows (column `row`, int64)."""
    for key, (guids, rows) in _grouped(table, columns, ("guid", "row")):
        yield key, GuidList(guids.tolist()), Places(guids=guids, rows=rows)


def each_hub_once(table: "pa.Table") -> "Iterator[pa.Table]":
    """The first rows of all hubs (column `guid`), then the second ones, and so on; each in the table's order."""
    guids = table.column("guid").to_numpy()
    order = np.argsort(guids, kind="stable")
    begins = np.flatnonzero(np.concatenate([[True], guids[order][1:] != guids[order][:-1]])) if len(guids) else order
    before = np.zeros(len(guids), np.int64)
    before[order] = np.arange(len(guids)) - np.repeat(begins, np.diff(np.append(begins, len(guids))))
    for nth in range(int(before.max(initial=-1)) + 1):
        yield table if not before.any() else table.filter(before == nth)


def _grouped(
    table: "pa.Table", columns: Sequence[str], wanted: Sequence[str]
) -> "Iterator[tuple[tuple[object, ...], list[np.ndarray]]]":
    import pyarrow as pa

    if not table.num_rows:
        return
    plain = [_plain(table.column(name)) for name in columns]
    whole = pa.table([*plain, *map(table.column, wanted)], names=[*columns, *wanted])
    if not columns:
        yield (), [table.column(name).to_numpy() for name in wanted]
        return
    grouped = whole.group_by(list(columns), use_threads=False).aggregate([(name, "list") for name in wanted])
    values = [grouped.column(name).to_pylist() for name in columns]
    lists = [grouped.column(f"{name}_list") for name in wanted]
    for place, key in enumerate(zip(*values, strict=True)):
        yield key, [one[place].values.to_numpy() for one in lists]


def _plain(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """A dictionary's texts themselves: groups are formed of them."""
    import pyarrow as pa

    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
