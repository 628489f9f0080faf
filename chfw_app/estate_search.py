"""Hubs, scopes of events and Suppliers' attributes looked for in an estate.

It is read only as far as something is still looked for, and not at all where nothing is: a file of a million events
that each bear a GUID asks for one look at the GUIDs.
"""

from typing import TYPE_CHECKING

from attrs import define, field

from chfw_core.model.parties import SUPPLIER_FIELDS
from chfw_core.planning.scope import same_value

if TYPE_CHECKING:
    from chfw_app.gathered import CarefulEstate
    from chfw_files.attributes import Attributes

Scope = tuple[tuple[str, object], ...]
"""The fields by which an event is bounded, with their values."""


@define(kw_only=True)
class EstateSearch:
    """What is looked for, and what of it has been found."""

    scopes: dict[Scope, bool]
    guids: set[int]
    private: "dict[str, Attributes]"
    """Those of which no hub has been found yet that is the Supplier's own."""
    known: set[str] = field(factory=set)
    """The Suppliers of whose attributes some hub is in the estate."""
    near: dict[str, set[str]] = field(factory=dict)
    """The estate's values of the fields whose value in an event no hub has."""

    def through(self, estate: "CarefulEstate") -> None:
        """Read chunks until nothing is looked for any more."""
        for index in range(estate.chunk_count):
            if all(self.scopes.values()) and not self.guids and not self.private:
                return
            self._look_in(estate, index)
        for name in sorted({name for scope, found in self.scopes.items() if not found for name, _ in scope}):
            self.near[name] = _values(estate, name)

    def _look_in(self, estate: "CarefulEstate", index: int) -> None:
        import numpy as np
        import pyarrow.compute as pc

        from chfw_files.estate import answered_for_by
        from chfw_files.guids import are_among

        open_scopes = [scope for scope, found in self.scopes.items() if not found]
        fields = {name for scope in open_scopes for name, _ in scope}
        batch = estate.read(index, sorted({"guid", *fields, *(SUPPLIER_FIELDS if self.private else ())}))
        guids = batch.column("guid").to_numpy()
        for scope in open_scopes:
            rows = batch
            for name, value in scope:
                if name not in rows.schema.names:
                    rows = rows.slice(0, 0)
                    break
                column = rows.column(name)
                dictionary = column.dictionary.to_pylist()
                wanted = [at for at, own in enumerate(dictionary) if same_value(name, own, value)]
                rows = rows.filter(np.isin(pc.fill_null(column.indices, -1).to_numpy(), wanted))
            self.scopes[scope] = rows.num_rows > 0
        if self.guids:
            asked = np.sort(np.fromiter(self.guids, np.uint64, len(self.guids)))
            self.guids -= set(guids[are_among(guids, asked)].tolist())
        for party, own in list(self.private.items()):
            there = own.rows_of(guids) >= 0
            if not there.any():
                continue
            self.known.add(party)
            if (there & answered_for_by(batch, party)).any():
                del self.private[party]


def _values(estate: "CarefulEstate", name: str) -> set[str]:
    found: set[str] = set()
    for index in range(estate.chunk_count):
        batch = estate.read(index, (name,))
        if name in batch.schema.names:
            found.update(batch.column(name).unique().dictionary_decode().drop_null().to_pylist())
    return found
