"""A Supplier's private attributes, put beside its own hubs: more flags, and `my.*` values."""

from typing import Any

import numpy as np
import pyarrow as pa

from chfw_core.engines.verify.arrays import Domain, Guids, Ints, Longs, distinct
from chfw_core.engines.verify.frames import Column
from chfw_core.model.estate import parse_set


class Private:
    """One owner's attributes, looked up by GUID. Nobody else's rules ever see them (NF7)."""

    def __init__(self, table: pa.Table) -> None:
        guids: Guids = table.column("guid").to_numpy()
        order = np.argsort(guids, kind="stable")
        self._guids = guids[order]
        self._columns: dict[str, tuple[Ints, Domain[Any]]] = {}
        for name in table.schema.names:
            if name == "guid":
                continue
            domain: Domain[Any] = Domain(None)
            if name == "flags":
                domain = Domain(frozenset(), lambda raw: parse_set(str(raw)))
            self._columns[name] = (_codes(table.column(name), domain)[order], domain)
        self._flags: Domain[frozenset[str]] = Domain(frozenset())

    def columns(self, guids: Guids, flags: Column) -> dict[str, Column]:
        """The columns of these hubs; `flags` are the DCC's public ones, to which ours are added."""
        if not len(self._guids):
            return {}
        at = np.minimum(np.searchsorted(self._guids, guids), len(self._guids) - 1)
        found = self._guids[at] == guids
        made: dict[str, Column] = {}
        for name, (codes, domain) in self._columns.items():
            own = Column(np.where(found, codes[at], 0).astype(np.int32), domain)
            if name == "flags":
                made["flags"] = self._united(flags, own)
            else:
                made[f"my.{name}"] = own
        return made

    def _united(self, public: Column, own: Column) -> Column:
        rows, inverse = distinct([(c.codes, len(c.domain)) for c in (public, own)])
        sets = [_value(public, row) | _value(own, row) for row in rows]
        return Column(self._flags.codes(sets)[inverse], self._flags)


def _value(column: Column, row: Longs) -> frozenset[str]:
    value: frozenset[str] | None = column.domain.values[column.codes[row]]
    return value or frozenset()


def _codes(column: pa.ChunkedArray, domain: Domain[Any]) -> Ints:
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    words = array.dictionary.to_pylist()
    lut = np.zeros(len(words) + 1, np.int32)
    # A list (flags read as list<string>) is not hashable; as text it is a set again.
    lut[:-1] = [domain.code("|".join(w) if isinstance(w, list) else w) for w in words]
    codes: Ints = lut[array.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]
    return codes
