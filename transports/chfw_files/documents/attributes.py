"""A Supplier's private attributes: flags and values of its own that only its rules may read.

`guid`, optional `flags`, and any other column, which rules read as `my.<column>`. A row is found by
GUID, so chunks come as the file has them and `lookup` answers for an estate's GUIDs.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from attrs import frozen

from chfw_core.engines.duplicates import find_duplicates
from chfw_core.errors import InputError
from chfw_core.model.estate import format_set, parse_set
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.hubs import PrivateAttributes
from chfw_core.model.parties import is_supplier
from chfw_files.column_names import check_names
from chfw_files.columns import is_list_of_text, is_text, standard_guids, standard_texts
from chfw_files.guids import Guids
from chfw_files.sources import open_source
from chfw_files.tables.quarantine import BadRow, guid_text

REPEATED = "the GUID is there more than once"


@frozen(kw_only=True, eq=False)
class Attributes:
    """All good rows in order of GUID. `table` has `flags` (if the file has) and the other columns.

    Texts are dictionary<int32, string>, typed Parquet columns stay as they are; the quarantine holds
    the rows without a good GUID and all rows of a repeated one.
    """

    party: str
    guids: Guids
    table: pa.Table
    quarantine: tuple[BadRow, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names that this Supplier's rules may read as `my.<name>`."""
        return tuple(name for name in self.table.column_names if name != "flags")

    @property
    def flag_names(self) -> frozenset[str]:
        """Every flag that some hub bears."""
        if "flags" not in self.table.column_names:
            return frozenset()
        texts = self.table.column("flags").unique().dictionary_decode().to_pylist()
        return frozenset(flag for text in texts for flag in parse_set(text))

    def rows_of(self, guids: Guids) -> np.ndarray:
        """For each GUID its row in `table`, -1 where there is none."""
        if not len(self.guids):
            return np.full(len(guids), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.guids, guids), len(self.guids) - 1)
        return np.where(self.guids[place] == guids, place, -1)

    def of(self, guid: int) -> PrivateAttributes:
        """What is known of one hub, for the reference engine; of a hub without a row, nothing."""
        row = int(self.rows_of(np.array([guid], dtype=np.uint64))[0])
        if row < 0:
            return PrivateAttributes()
        values = {name: self.table.column(name)[row].as_py() for name in self.table.column_names}
        flags = parse_set(values.pop("flags", None))
        return PrivateAttributes(flags=flags, values=values)

    def items(self) -> Iterator[tuple[Guid, PrivateAttributes]]:
        """Every hub with its attributes, in order of GUID."""
        for guid, row in zip(self.guids.tolist(), self.table.to_pylist(), strict=True):
            flags = parse_set(row.pop("flags", None))
            yield Guid(guid), PrivateAttributes(flags=flags, values=row)


def split_argument(argument: str) -> tuple[str, str]:
    """`NWND=file.csv` as party and path. Raises InputError."""
    party, equals, path = argument.partition("=")
    if not equals or not party.strip() or not path.strip():
        raise InputError(f"`{argument}` is not PARTY=FILE", hint="write --attributes NWND=northwind.parquet")
    if not is_supplier(party.strip()):
        raise InputError(f"`{party.strip()}` is not a Supplier, and only Suppliers have private attributes")
    return party.strip(), path.strip()


def read_attributes(party: str, path: str | Path) -> Attributes:
    """Read the whole file.

    Raises InputError for what is no table, has no column `guid`, or has one that is nearly `flags` in its place: read
    as `my.Flags` it would take vulnerable homes out of every exclude.
    """
    source = open_source(path, plain=frozenset({"guid"}))
    check_names(source, ("guid", "flags"), ("guid",))
    kind = source.types.get("guid")
    if kind is not None and not (is_text(kind) or pa.types.is_uint64(kind)):
        raise InputError(f"`{path}`: the column `guid` is {kind}; it must be uint64 or text")
    guids: list[Guids] = []
    tables: list[pa.Table] = []
    lines: list[np.ndarray] = []
    bad: list[BadRow] = []
    for index in range(source.chunk_count):
        raw = source.read(index, source.names)
        part = standard_guids("guid", raw.columns["guid"], nullable=False)
        bad += [BadRow(line=u.line, guid_text=u.text[:23], column="", reason=u.reason) for u in raw.unreadable]
        good = np.ones(raw.rows, dtype=np.bool_) if part.bad is None else ~part.bad
        numbers, places = part.values.to_numpy(zero_copy_only=False), raw.lines()
        for row in np.flatnonzero(~good):
            written = guid_text(raw, int(row))
            reason = part.reason(int(row))
            bad.append(BadRow(line=int(places[row]), guid_text=written, column="guid", reason=reason))
        columns = {name: _standard(name, values) for name, values in raw.columns.items() if name != "guid"}
        tables.append(_table(columns, raw.rows).filter(pa.array(good)))
        guids.append(numbers[good].astype(np.uint64))
        lines.append(places[good])
    return _in_order(party, guids, tables, lines, bad)


def _in_order(
    party: str,
    guids: list[Guids],
    tables: list[pa.Table],
    lines: list[np.ndarray],
    bad: list[BadRow],
) -> Attributes:
    numbers = np.concatenate([*guids, np.array([], dtype=np.uint64)])
    places = np.concatenate([*lines, np.array([], dtype=np.int64)])
    table = pa.concat_tables(tables).unify_dictionaries() if tables else pa.table({})
    repeated = np.isin(numbers, find_duplicates([numbers]))
    bad += [
        BadRow(line=int(places[row]), guid_text=format_guid(int(numbers[row])), column="guid", reason=REPEATED)
        for row in np.flatnonzero(repeated)
    ]
    keep = np.flatnonzero(~repeated)
    order = keep[np.argsort(numbers[keep], kind="stable")]
    return Attributes(
        party=party,
        guids=numbers[order],
        table=table.take(pa.array(order)),
        quarantine=tuple(sorted(bad)),
    )


def _table(columns: dict[str, pa.Array], rows: int) -> pa.Table:
    """A table of these columns, of so many rows even where there is no column."""
    table = pa.table({"": pa.nulls(rows), **columns})
    return table.select(list(columns)) if columns else table.select([])


def _standard(name: str, values: pa.Array) -> pa.Array:
    if name == "flags":
        return standard_texts(name, values, lambda text: format_set(parse_set(text)), nullable=True).values
    if is_text(values.type) or is_list_of_text(values.type):
        return standard_texts(name, values, str, nullable=True).values
    return values
