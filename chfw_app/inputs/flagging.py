"""Flags that events raise (RU5), put beside those of the estate and of private attributes, as an estate is read.

Rows of an estate are classed by the few columns that bound events, and each class is asked once; hubs that an event
names are asked one by one. What a Supplier flags becomes flags of its attributes, for its own hubs.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve, frozen

from chfw_core.model.estate import format_set, parse_set
from chfw_core.model.parties import SUPPLIER_FIELDS, Party
from chfw_core.planning.raised_flags import RaisedFlags

if TYPE_CHECKING:
    import pyarrow as pa

    from chfw_core.model.hubs import CommsHub
    from chfw_files.documents.attributes import Attributes
    from chfw_files.documents.estate import EstateFile


@frozen(kw_only=True, eq=False)
class Flagging:
    """Puts public flags on rows and hubs."""

    raised: RaisedFlags

    def columns(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """What has to be read so that these columns can be given."""
        return tuple(sorted({*wanted, "guid", *self.raised.fields})) if "flags" in wanted else tuple(wanted)

    def put(self, batch: "pa.RecordBatch", wanted: Sequence[str]) -> "pa.RecordBatch":
        """The batch in these columns, its flags with those that were raised."""
        import pyarrow as pa

        if "flags" not in wanted:
            return batch
        more = _of_rows(self.raised, batch, None)
        flags, names = _codes(batch.column("flags"))
        pairs, inverse = np.unique(flags * len(more.sets) + more.codes, return_inverse=True)
        united = [
            format_set(parse_set(names[before]) | more.sets[added]) or None
            for before, added in zip(*(part.tolist() for part in divmod(pairs, len(more.sets))), strict=True)
        ]
        kind = batch.schema.field("flags").type
        column = pa.array(united, pa.string()).take(pa.array(inverse)).dictionary_encode().cast(kind)
        kept = [name for name in batch.schema.names if name in {"guid", *wanted}]
        arrays = [column if name == "flags" else batch.column(name) for name in kept]
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema([batch.schema.field(name) for name in kept]))

    def on(self, hub: "CommsHub") -> "CommsHub":
        """The hub with the flags that were raised on it."""
        raised = self.raised.of(lambda name: getattr(hub, name), hub.guid)
        return evolve(hub, flags=hub.flags | raised) if raised else hub


def with_own_flags(
    private: "Mapping[str, Attributes]", estate: "EstateFile", raised: RaisedFlags
) -> "Mapping[str, Attributes]":
    """The attributes with what Suppliers have flagged themselves, of hubs that are theirs. Reads the estate once."""
    if not raised.owners:
        return private
    from chfw_files.documents.estate import answered_for_by

    found: dict[Party, dict[int, frozenset[str]]] = {owner: {} for owner in raised.owners}
    for index in range(estate.chunk_count):
        batch = estate.read(index, sorted({"guid", *SUPPLIER_FIELDS, *raised.fields}))
        guids = batch.column("guid").to_numpy()
        for owner in raised.owners:
            more = _of_rows(raised, batch, owner, only=answered_for_by(batch, owner))
            for row in np.flatnonzero(more.codes).tolist():
                found[owner][int(guids[row])] = more.sets[more.codes[row]]
    return {**private, **{owner: _added(owner, private.get(owner), own) for owner, own in found.items() if own}}


@frozen(eq=False)
class _Sets:
    """Per row a code of one of these sets; 0 is the empty one."""

    codes: "np.ndarray"
    sets: list[frozenset[str]]


def _of_rows(
    raised: RaisedFlags, batch: "pa.RecordBatch", owner: Party | None, only: "np.ndarray | None" = None
) -> _Sets:
    """Which flags were raised on each row. `only`: the rows that are asked; the others bear none."""
    from chfw_files.guids import are_among

    sets: dict[frozenset[str], int] = {frozenset(): 0}
    columns = {name: _codes(batch.column(name)) for name in raised.fields}
    kind = np.zeros(batch.num_rows, np.int64)
    for codes, words in columns.values():
        kind = kind * len(words) + codes

    def read(row: int) -> Callable[[str], object]:
        return lambda name: columns[name][1][columns[name][0][row]]

    _, first, inverse = np.unique(kind, return_index=True, return_inverse=True)
    of_kinds = [sets.setdefault(raised.of(read(row), None, owner), len(sets)) for row in first.tolist()]
    found = np.array(of_kinds, np.int64)[inverse]
    guids = batch.column("guid").to_numpy()
    named = np.sort(np.fromiter(raised.guids, np.uint64, len(raised.guids)))
    for row in np.flatnonzero(are_among(guids, named)).tolist():
        found[row] = sets.setdefault(raised.of(read(row), int(guids[row]), owner), len(sets))
    if only is not None:
        found[~only] = 0
    return _Sets(found, list(sets))


def _codes(column: "pa.Array") -> "tuple[np.ndarray, list[str | None]]":
    """A column of texts as codes, the last of which is for a missing value."""
    words = column.dictionary.to_pylist()
    return column.indices.fill_null(len(words)).to_numpy(zero_copy_only=False).astype(np.int64), [*words, None]


def _added(owner: Party, known: "Attributes | None", own: Mapping[int, frozenset[str]]) -> "Attributes":
    """One Supplier's attributes with more flags."""
    import pyarrow as pa

    from chfw_files.documents.attributes import Attributes

    more = np.array(sorted(own), np.uint64)
    if known is None:
        known = Attributes(party=owner, guids=np.zeros(0, np.uint64), table=pa.table({}), quarantine=())
    guids = np.union1d(known.guids, more)
    places = known.rows_of(guids)
    rows = pa.array(places, mask=places < 0)
    table = {name: known.table.column(name).take(rows) for name in known.table.column_names}
    before = table["flags"].to_pylist() if "flags" in table else [None] * len(guids)
    united = [
        format_set(_as_set(text) | own.get(guid, frozenset())) or None
        for guid, text in zip(guids.tolist(), before, strict=True)
    ]
    flags = pa.array(united, pa.string()).dictionary_encode()
    return evolve(known, guids=guids, table=pa.table({**table, "flags": flags}))


def _as_set(written: object) -> frozenset[str]:
    return parse_set(None if written is None else str(written))
