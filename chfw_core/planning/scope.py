"""Which events concern which hubs: the scope that an event bears in its own fields.

An event with a hub field concerns the hubs with that value only; one with a GUID, that hub only
(its other fields then describe the hub or its meter, and narrow nothing). A Supplier's event
concerns that Supplier's own holds only; everybody else's is public.

The index is made once per plan and answers by type of event and by GUID, so that a hundred
thousand `flag_cleared` events cost a hub no more than its own.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from attrs import field, frozen

from chfw_core.model.events import Event
from chfw_core.model.parties import DCC, is_supplier

Read = Callable[[str], object]
"""The value of a hub's field by name."""

SCOPE_FIELDS = (
    "csp_region",
    "device_model",
    "configuration_set",
    "firmware_version",
    "manufacturer",
)
_HEX = frozenset({"device_model", "firmware_version", "manufacturer"})


def as_reader(values: Mapping[str, object] | Read) -> Read:
    """A mapping of field values as a reader; a reader as it is."""
    return values.get if isinstance(values, Mapping) else values


def scope_of(event: Event) -> tuple[tuple[str, object], ...]:
    """The hub fields by which an event is bounded, with their values."""
    if event.guid is not None:
        return ()
    named = ((name, event.fields.get(name)) for name in SCOPE_FIELDS)
    return tuple((name, value) for name, value in named if value is not None)


def same_value(name: str, one: object, other: object) -> bool:
    """Whether two values of a field are the same; a missing one is like nothing."""
    if one is None or other is None:
        return False
    return one == other or plain_value(name, one) == plain_value(name, other)


def plain_value(name: str, value: object) -> str:
    """A field's value as it is compared: hex digits in either case are the same."""
    return str(value).upper() if name in _HEX else str(value)


def concerns(event: Event, read: Read, guid: int | None) -> bool:
    """Whether an event concerns a hub. `guid` None: a hub of which no event bears the GUID."""
    if event.guid is not None:
        return event.guid == guid
    return all(same_value(name, read(name), value) for name, value in scope_of(event))


def as_guid(value: object) -> int | None:
    """The GUID among what a reader reads; None where it reads of no hub."""
    return value if isinstance(value, int) else None


def acts_on_release(event: Event) -> bool:
    """Only the DCC stops, pauses, resumes or opens a phase."""
    return event.party is None or event.party == DCC


def is_heard_by(event: Event, owner: str) -> bool:
    """Whether an event can act on this owner's holds."""
    return event.party is None or event.party == owner or not is_supplier(event.party)


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """By time, then by sequence number."""
    return tuple(sorted(events, key=lambda event: (event.at, event.seq)))


@frozen(kw_only=True)
class EventsOfType:
    """The events of one type in order: those of classes of hubs, and those of single hubs."""

    common: tuple[Event, ...] = ()
    by_guid: Mapping[int, tuple[Event, ...]] = field(factory=dict)

    def near(self, guid: int | None) -> tuple[Event, ...]:
        """The events that may concern this hub, in order."""
        own = self.by_guid.get(guid, ()) if guid is not None else ()
        return in_order((*self.common, *own)) if own else self.common


@frozen(kw_only=True)
class EventsIndex:
    """The events that count in one plan, by type, each in order of time."""

    types: Mapping[str, EventsOfType] = field(factory=dict)

    def of(self, *names: str) -> tuple[EventsOfType, ...]:
        """The events of these types; types that never happened are left out."""
        return tuple(self.types[name] for name in names if name in self.types)

    def about(self, names: tuple[str, ...], read: Read, guid: int | None) -> tuple[Event, ...]:
        """The events of these types that concern the hub, in order."""
        near = [event for found in self.of(*names) for event in found.near(guid)]
        return in_order(event for event in near if concerns(event, read, guid))


def index_events(events: Iterable[Event], *, release: str, as_of: datetime) -> EventsIndex:
    """The events at or before `as_of` that are of this release or name none."""
    common: dict[str, list[Event]] = {}
    single: dict[str, dict[int, list[Event]]] = {}
    for event in in_order(events):
        if event.at > as_of or event.fields.get("release", release) not in (release, None):
            continue
        if event.guid is None:
            common.setdefault(event.type, []).append(event)
        else:
            single.setdefault(event.type, {}).setdefault(event.guid, []).append(event)
    return EventsIndex(
        types={
            name: EventsOfType(
                common=tuple(common.get(name, ())),
                by_guid={guid: tuple(own) for guid, own in single.get(name, {}).items()},
            )
            for name in sorted({*common, *single})
        }
    )
