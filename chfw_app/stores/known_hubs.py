"""Hubs that a transaction has read already: what a command was judged by is what its entries change.

A command's hubs are put into classes to judge it, and its events name hubs of the same classes. So the projection of
its entries need not read them again: here is said, of any of these hubs, what class it is in, and after each event
what it has become. Only what one command read, in the transaction that keeps what follows, is ever known here;
whoever replays entries knows nothing and reads the tables.
"""

from collections.abc import Iterator, Sequence
from operator import attrgetter

import numpy as np
from attrs import define, evolve, field

from chfw_app.stores.hub_changes import Change
from chfw_app.stores.hub_rows import HubClass
from chfw_app.stores.staged_guids import Numbers, in_order, signed, unsigned
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.records import HubRecord

_NONE = -1
_NOTHING: Numbers = np.empty(0, np.int64)


def _runs(keys: Numbers, guids: Numbers) -> Iterator[tuple[int, Numbers]]:
    """The GUIDs of each key; keys that are alike stand together."""
    ends = [*(np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist(), len(keys)] if len(keys) else []
    start = 0
    for end in ends:
        yield int(keys[start]), guids[start:end]
        start = end


@define(kw_only=True, eq=False)
class KnownHubs:
    """Hubs of one release. `consents`: whether their Suppliers' instructions were read as well.

    `_guids`: all that were asked for, ascending; `_places`: for each the place of its record, -1 where the release
    has no such hub.
    """

    release: str
    consents: bool
    _guids: Numbers = field(default=_NOTHING)
    _places: Numbers = field(default=_NOTHING)
    _records: list[HubRecord] = field(factory=list)

    @classmethod
    def of(cls, release: str, lists: Sequence[GuidList], found: Sequence[HubClass], *, consents: bool) -> "KnownHubs":
        """`found`: the classes of all hubs of these lists that the release has."""
        guids, _ = in_order(lists)
        known = cls(release=release, consents=consents, guids=guids, places=np.full(len(guids), _NONE))
        known._put([(alike.record, alike.guids) for alike in found])
        return known

    def classes(self, release: str, lists: Sequence[GuidList], *, consents: bool) -> tuple[HubClass, ...] | None:
        """What `hub_rows.classes_among` would find; None where it has to be asked, since not all of it is known."""
        if release != self.release or (consents and not self.consents):
            return None
        guids, nth = in_order(lists)
        at = np.searchsorted(self._guids, guids)
        if len(guids) and (at[-1] == len(self._guids) or not np.array_equal(self._guids[at], guids)):
            return None
        places = self._places[at]
        there = places != _NONE
        key = (nth * max(len(self._records), 1) + places)[there]
        order = np.argsort(key, kind="stable")
        guids, key = guids[there][order], key[order]
        found = []
        for alike_key, numbers in _runs(key, guids):
            list_, place = divmod(alike_key, len(self._records))
            alike = unsigned(numbers)
            record = evolve(self._records[place], guid=next(iter(alike)))
            found.append(HubClass(record=record, guids=alike, nth=list_))
        return tuple(sorted(found, key=attrgetter("nth", "record.guid")))

    def became(self, changes: Sequence[Change]) -> None:
        """What an event has made of some of them."""
        self._put([(change.after, change.guids) for change in changes])

    def forget(self) -> None:
        """Nothing is known any more: hubs were added of which it was known that they were not there."""
        self._guids, self._places = _NOTHING, _NOTHING

    def _put(self, found: Sequence[tuple[HubRecord, GuidList]]) -> None:
        if not found or not len(self._guids):
            return
        first = len(self._records)
        self._records += (record for record, _ in found)
        lengths = [len(guids) for _, guids in found]
        at = np.searchsorted(self._guids, np.concatenate([signed(guids) for _, guids in found]))
        self._places[at] = np.repeat(np.arange(first, first + len(found)), lengths)
