"""Entries of the ledger as triggers see them, one by one: only those that some rule in force waits for."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from attrs import field, frozen

from chfw_app.stores.rollout_codec import events_of
from chfw_app.triggers.knowing import Book
from chfw_core.documents.rollout_values import type_name
from chfw_core.documents.trigger_entries import OBSERVED, TRIGGER_TYPES, restore_trigger_entry
from chfw_core.model.guid import Guid
from chfw_core.rollout.base import is_party
from chfw_core.rollout.entries import Entry
from chfw_core.rollout.triggering.entries import EventsObserved, TimePassed
from chfw_core.rollout.triggering.heard import Happening
from chfw_core.rollout.triggering.sources import FROM_LEDGER, happenings
from chfw_core.triggers.model import Seen

TICK = "tick"
_TIME_PASSED = type_name(TimePassed)
_MEANS: Mapping[str, frozenset[str]] = {
    entry: frozenset(kind for kind, events in FROM_LEDGER.items() if any(type_name(one) == entry for one in events))
    for entry in {type_name(event) for events in FROM_LEDGER.values() for event in events}
}
"""Per type of a roll-out's entry, the types of event that it may mean."""


@frozen(kw_only=True)
class Sighting:
    """A happening, one for each of its hubs. `heard`: says whose rules may know of it."""

    heard: Happening
    seq: int
    row: int
    id: str
    guid: Guid | None = None
    fields: Mapping[str, object] = field(factory=dict)
    private: bool = False

    def seen(self, book: Book, at: datetime) -> Seen:
        """As triggers see it; its hub was looked up. `at`: when the entry was written.

        What names no release is about the one in progress that has its hub; without a hub, about the newest.
        """
        found = None if self.guid is None else book.hub(self.guid)
        of = self.heard.release
        if of is None and found is not None:
            of = found.release
        elif of is None and self.guid is None:
            of = book.newest
        return Seen(
            seq=self.seq,
            row=self.row,
            id=self.id,
            at=self.heard.at,
            type=self.heard.type,
            private=self.private,
            party=self.heard.party,
            guid=self.guid,
            release=of,
            batch=None if found is None else found.batch,
            fields=self.fields,
            known=book.known(at),
        )


def entry_types(wanted: frozenset[str]) -> tuple[str, ...]:
    """The types of entries that may hold events of these types, and what a runner must always look at."""
    own = (entry for entry, kinds in _MEANS.items() if kinds & wanted)
    return (*TRIGGER_TYPES, *sorted(own))


def is_tick(entry: Entry) -> bool:
    """Whether the entry says that time has passed."""
    return entry.type == _TIME_PASSED


def sightings(entry: Entry, wanted: frozenset[str]) -> Iterator[Sighting]:
    """What an entry shows of these types, in a fixed order."""
    if entry.type == OBSERVED:
        found = restore_trigger_entry(entry.payload, entry.rows)
        assert isinstance(found, EventsObserved)
        if found.type in wanted:
            yield from _observed(entry, found)
    elif entry.type == _TIME_PASSED:
        if TICK in wanted:
            yield _one(entry, 0, Happening(type=TICK, at=entry.at), None)
    elif entry.type in _MEANS:
        row = 0
        for event in events_of(entry):
            for happening in happenings(event, entry.release):
                for guid in (None,) if happening.guids is None else happening.guids:
                    if happening.type in wanted:
                        yield _one(entry, row, happening, guid)
                    row += 1


def _one(entry: Entry, row: int, heard: Happening, guid: Guid | None) -> Sighting:
    return Sighting(heard=heard, seq=entry.seq, row=row, id=f"{entry.seq}.{row}", guid=guid, fields=heard.fields)


def _observed(entry: Entry, found: EventsObserved) -> Iterator[Sighting]:
    for row, event in enumerate(found.events):
        of = event.fields.get("release")
        # What the DCC or a CSP says is public, and so is nobody's; what a Supplier says is its own (I8).
        private = event.party is not None and is_party(event.party)
        heard = Happening(
            type=event.type,
            at=event.at,
            release=None if of is None else str(of),
            party=event.party if private else None,
        )
        yield Sighting(
            heard=heard,
            seq=entry.seq,
            row=row,
            id=f"{found.by}/{event.seq}",
            guid=event.guid,
            fields=event.fields,
            private=private,
        )
