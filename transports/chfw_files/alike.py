"""Rows of a table that are alike in all but the hub, as values with a list of hubs: what commands are made of."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from chfw_core.model.guid_list import GuidList

if TYPE_CHECKING:
    import pyarrow as pa


def alike(table: "pa.Table", columns: Sequence[str]) -> Iterator[tuple[tuple[object, ...], GuidList]]:
    """The values of `columns` and the hubs (column `guid`, uint64) that share them, in order of first rows."""
    import pyarrow as pa

    if not table.num_rows:
        return
    plain = [_plain(table.column(name)) for name in columns]
    whole = pa.table([*plain, table.column("guid")], names=[*columns, "guid"])
    grouped = whole.group_by(list(columns), use_threads=False).aggregate([("guid", "list")])
    values = [grouped.column(name).to_pylist() for name in columns]
    lists = grouped.column("guid_list")
    for place, key in enumerate(zip(*values, strict=True)):
        yield key, GuidList(lists[place].values.to_numpy().tolist())


def _plain(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """A dictionary's texts themselves: groups are formed of them."""
    import pyarrow as pa

    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
