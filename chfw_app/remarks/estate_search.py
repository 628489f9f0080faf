"""Hubs, scopes of events and Suppliers' attributes looked for in an estate.

It is read only as far as something is still looked for, and not at all where nothing is: a file of a million events
that each bear a GUID asks for one look at the GUIDs.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import define, field

from chfw_core.model.parties import SUPPLIER_FIELDS
from chfw_core.planning.scope import plain_value

if TYPE_CHECKING:
    import pyarrow as pa

    from chfw_app.inputs.gathered import CarefulEstate
    from chfw_files.documents.attributes import Attributes

_FEW = 1 << 20
"""Up to so many combinations of values each is marked; of more, those of a chunk are sorted."""

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
    """The estate's values of the fields of scopes that were not found."""

    def through(self, estate: "CarefulEstate") -> None:
        """Read chunks until nothing is looked for any more."""
        for index in range(estate.chunk_count):
            if all(self.scopes.values()) and not self.guids and not self.private:
                break
            self._look_in(estate, index)
        lost = {name for scope, found in self.scopes.items() if not found for name, _ in scope}
        self.near = {name: values for name, values in self.near.items() if name in lost}

    def _look_in(self, estate: "CarefulEstate", index: int) -> None:
        import numpy as np

        from chfw_files.documents.estate import answered_for_by
        from chfw_files.guids import are_among

        waiting: dict[tuple[str, ...], list[Scope]] = {}
        for scope in (scope for scope, found in self.scopes.items() if not found):
            waiting.setdefault(tuple(name for name, _ in scope), []).append(scope)
        fields = {name for names in waiting for name in names}
        batch = estate.read(index, sorted({"guid", *fields, *(SUPPLIER_FIELDS if self.private else ())}))
        guids = batch.column("guid").to_numpy()
        columns = {name: batch.column(name) for name in sorted(fields & set(batch.schema.names))}
        for names, scopes in waiting.items():
            met = _met(names, columns)
            self.scopes.update((scope, True) for scope in scopes if _plain(scope) in met)
        for name in fields:
            values = columns[name].unique().dictionary_decode().drop_null().to_pylist() if name in columns else ()
            self.near.setdefault(name, set()).update(values)
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


def _plain(scope: Scope) -> tuple[str, ...]:
    """The values of a scope, as they are compared."""
    return tuple(plain_value(name, value) for name, value in scope)


def _met(names: tuple[str, ...], columns: "Mapping[str, pa.DictionaryArray]") -> set[tuple[str, ...]]:
    """The values that hubs of a chunk have of these fields together, each once."""
    import numpy as np

    if any(name not in columns for name in names):
        return set()
    words = [columns[name].dictionary.to_pylist() for name in names]
    codes = [columns[name].indices for name in names]
    whole = np.logical_and.reduce([code.is_valid().to_numpy(zero_copy_only=False) for code in codes])
    key = np.zeros(int(whole.sum()), dtype=np.int64)
    for code, own in zip(codes, words, strict=True):
        key = key * len(own) + code.fill_null(0).to_numpy()[whole]
    size = math.prod(map(len, words))
    found = np.flatnonzero(np.bincount(key, minlength=1)) if size <= _FEW else np.unique(key)
    met = []
    for own in reversed(words):
        found, at = np.divmod(found, max(len(own), 1))
        met.append([own[one] for one in at.tolist()])
    return {
        tuple(plain_value(name, value) for name, value in zip(names, row, strict=True))
        for row in zip(*reversed(met), strict=True)
    }
