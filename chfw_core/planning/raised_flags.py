"""RU5: flags that events put on hubs, beside those that the estate has.

A hub bears a flag where the estate says so, or where the last word of the events on that flag and hub is
`defect_flagged`. What the DCC, a CSP or nobody in particular flags is public; what a Supplier flags is its own rules'
to see, like the flags of its attributes (NF7). A `flag_cleared` takes back what events have flagged and never what the
estate says: that ends holds on the flag (`holds`), and the estate is its owner's to mend.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from attrs import field, frozen

from chfw_core.model.events import Event
from chfw_core.model.parties import Party, is_supplier
from chfw_core.planning.scope import EventsIndex, Read, index_events, is_heard_by, scope_of

RAISED = "defect_flagged"
TYPES = (RAISED, "flag_cleared")
"""The types of event that have a say about flags."""


@frozen(kw_only=True, slots=False)
class RaisedFlags:
    """What events say of flags. `_public` and `_heard` hold only flags that somebody has raised."""

    _public: EventsIndex
    _heard: dict[Party, EventsIndex] = field(factory=dict)

    def of(self, read: Read, guid: int | None, owner: Party | None = None) -> frozenset[str]:
        """The flags that events have put on a hub: the public ones, or those that `owner` alone has raised too.

        `guid` None: a hub that no event names.
        """
        index = self._public if owner is None else self._heard.get(owner, EventsIndex())
        last: dict[str, bool] = {}
        for event in index.about(TYPES, read, guid):
            last[_flag(event)] = event.type == RAISED
        return frozenset(flag for flag, raised in last.items() if raised)

    @property
    def owners(self) -> tuple[Party, ...]:
        """The Suppliers that have raised flags of their own, in order."""
        return tuple(sorted(self._heard))

    @property
    def is_public(self) -> bool:
        """Whether anything was raised that all may see."""
        return bool(self._public.types)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The hub fields that `of` reads, sorted."""
        return tuple(sorted({name for event in self._events() for name, _ in scope_of(event)}))

    @cached_property
    def guids(self) -> frozenset[int]:
        """The hubs that an event names: to the others `of` answers by their fields alone."""
        return frozenset(event.guid for event in self._events() if event.guid is not None)

    def _events(self) -> Iterable[Event]:
        for index in (self._public, *self._heard.values()):
            for found in index.of(*TYPES):
                yield from found.common
                for own in found.by_guid.values():
                    yield from own


def raised_flags(events: Iterable[Event], *, release: str, as_of: datetime) -> RaisedFlags:
    """What the events at or before `as_of` that are of this release, or name none, say of flags."""
    about = [event for event in events if event.type in TYPES and event.fields.get("flag")]
    public = [event for event in about if event.party is None or not is_supplier(event.party)]
    raisers = {event.party for event in about if event.type == RAISED and event.party and is_supplier(event.party)}
    return RaisedFlags(
        public=index_events(_of_raised(public), release=release, as_of=as_of),
        heard={
            party: index_events(
                _of_raised([event for event in about if is_heard_by(event, party)], by=party),
                release=release,
                as_of=as_of,
            )
            for party in sorted(raisers)
        },
    )


def _of_raised(events: list[Event], by: Party | None = None) -> list[Event]:
    """Those about flags that were raised at all, and by that Supplier where one is named."""
    raised = {_flag(one) for one in events if one.type == RAISED and (by is None or one.party == by)}
    return [event for event in events if _flag(event) in raised]


def _flag(event: Event) -> str:
    return str(event.fields["flag"])
