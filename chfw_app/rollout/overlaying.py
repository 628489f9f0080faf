"""What the ledger has of hubs counts, and an estate file says the rest (BR1.1, CS3, BR5.6).

A file is as old as the day that it was made on. Meanwhile a Supplier may have lost hubs to another one, and the SMI may
have shown another version; the ledger has been told. So what it knows stands in the place of what the file says.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import define, field, frozen
from sqlalchemy import Connection, case, null, select, type_coerce
from sqlalchemy.types import NullType

from chfw_app.stores.staged_guids import plain
from chfw_app.stores.tables import hub
from chfw_app.triggers.knowing import Book
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import SUPPLIER_FIELDS
from chfw_core.rollout.states import HubState

if TYPE_CHECKING:
    import pyarrow as pa

_WORDS = {
    "csp_region": "another region",
    "firmware_version": "another version",
    "configuration_set": "another configuration set",
}
_NAMES = (*SUPPLIER_FIELDS, *_WORDS)
_AT_ONCE = 50_000


@frozen(kw_only=True, eq=False)
class KnownHubs:
    """Hubs as the ledger has them. `guids`: ascending. `codes`: per column places in its `texts`, -1 for nothing."""

    guids: npt.NDArray[np.uint64]
    codes: Mapping[str, npt.NDArray[np.int32]]
    texts: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.guids)

    def listed(self) -> GuidList:
        """All of them."""
        return GuidList.unpack(self.guids.astype(">u8").tobytes())


@define(kw_only=True)
class Overlay:
    """Puts what is known into batches of an estate, and counts the hubs of which the file said otherwise."""

    known: KnownHubs
    other_suppliers: int = 0
    others: dict[str, int] = field(factory=dict)

    def over(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """The batch with what the ledger has. Who answers for a hub it always knows, also where that is nobody."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not len(self.known) or not batch.num_rows:
            return batch
        guids = batch.column("guid").to_numpy()
        at = np.minimum(np.searchsorted(self.known.guids, guids), len(self.known) - 1)
        there = self.known.guids[at] == guids
        changed_hands = np.zeros(len(guids), np.bool_)
        for name in _NAMES:
            codes = self.known.codes[name][at]
            taken = there if name in SUPPLIER_FIELDS else there & (codes >= 0)
            texts = pa.array(self.known.texts[name], pa.string())
            ours = texts.take(pa.array(codes, mask=codes < 0))
            theirs = batch.column(name).cast(pa.string())
            one = pc.if_else(pa.array(taken), ours, theirs)
            differs = pc.not_equal(pc.fill_null(one, ""), pc.fill_null(theirs, "")).to_numpy(zero_copy_only=False)
            if not differs.any():
                continue
            place = batch.schema.get_field_index(name)
            batch = batch.set_column(place, batch.schema.field(place), one.dictionary_encode())
            if name in SUPPLIER_FIELDS:
                changed_hands |= differs
            else:
                self.others[name] = self.others.get(name, 0) + int(differs.sum())
        self.other_suppliers += int(changed_hands.sum())
        return batch

    def words(self, estate: object) -> tuple[str, ...]:
        """How many hubs the file says otherwise of, in a sentence; none where it says the same."""
        counts = [("other Suppliers", self.other_suppliers), *((_WORDS[name], n) for name, n in self.others.items())]
        said = [f"{what} for {hubs:,}" for what, hubs in counts if hubs]
        if not said:
            return ()
        return (f"the ledger counts: of the hubs of `{estate}` it has {', '.join(said)}",)


def waiting_hubs(connection: Connection, release: str, states: Iterable[HubState]) -> KnownHubs:
    """The hubs of a release that are in one of these states."""
    return _read(connection, release, hub.c.state.in_([state.value for state in states]), seen_only=False)


def known_elsewhere(connection: Connection, than: str) -> KnownHubs:
    """Hubs as releases in progress but one have them; of several, the one that was notified last.

    Their versions and configuration sets only as the SMI has shown them: else the file may be the younger one.
    """
    found = _nothing()
    for record in Book(connection=connection).in_progress:
        if record.id != than:
            found = _joined(found, _read(connection, record.id, None, seen_only=True))
    return found


def _nothing() -> KnownHubs:
    return KnownHubs(
        guids=np.zeros(0, np.uint64),
        codes={name: np.zeros(0, np.int32) for name in _NAMES},
        texts=dict.fromkeys(_NAMES, ()),
    )


def _read(connection: Connection, release: str, where: Any, *, seen_only: bool) -> KnownHubs:
    shows: list[Any] = [hub.c.firmware_version, hub.c.configuration_set]
    if seen_only:
        shows = [case((hub.c.version_at.is_not(None), column), else_=null()) for column in shows]
    columns = [hub.c.import_supplier, hub.c.gas_supplier, hub.c.region, *shows]
    bare = [type_coerce(column, NullType()) for column in (hub.c.guid, *columns)]
    query = select(*bare).where(hub.c.release == release).order_by(hub.c.guid)
    if where is not None:
        query = query.where(where)
    guids: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
    codes: list[npt.NDArray[np.int32]] = [np.zeros((0, len(_NAMES)), np.int32)]
    met: list[dict[str, int]] = [{} for _ in _NAMES]
    with connection.execute(query.execution_options(yield_per=_AT_ONCE)) as found:
        for rows in found.partitions():
            numbers, *values = zip(*rows, strict=True)
            guids.append(np.array(numbers, np.int64))
            codes.append(
                np.array(
                    [
                        [known.setdefault(value, len(known)) if value else -1 for value in column]
                        for known, column in zip(met, values, strict=True)
                    ],
                    np.int32,
                ).T
            )
    coded = np.concatenate(codes)
    return KnownHubs(
        guids=plain(np.concatenate(guids)),
        codes={name: np.ascontiguousarray(coded[:, place]) for place, name in enumerate(_NAMES)},
        texts={name: tuple(met[place]) for place, name in enumerate(_NAMES)},
    )


def _joined(first: KnownHubs, then: KnownHubs) -> KnownHubs:
    """Both; of a hub that is in both, the first."""
    if not len(first):
        return then
    guids, at = np.unique(np.concatenate([first.guids, then.guids]), return_index=True)
    codes, texts = {}, {}
    for name in _NAMES:
        shift = np.int32(len(first.texts[name]))
        others = np.where(then.codes[name] < 0, np.int32(-1), then.codes[name] + shift)
        codes[name] = np.concatenate([first.codes[name], others])[at]
        texts[name] = (*first.texts[name], *then.texts[name])
    return KnownHubs(guids=guids, codes=codes, texts=texts)
