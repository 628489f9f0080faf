"""Which phase of a release a hub is in: that of the last `phase_opened` that concerns it.

An event that names a region, a model or a hub opens its phase for these hubs alone; one that names
nothing opens it for all, whatever was opened for some of them before.
"""

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.releases import Phase
from chfw_core.planning.scope import EventsOfType, Read, acts_on_release, as_reader, concerns, in_order, scope_of

OPENED = "phase_opened"


@frozen(kw_only=True)
class Phases:
    """The phases that were opened; `for_all` since the last one that was opened for every hub.

    `of_some`: what was opened for some of them since, each with its phase, by time; `found`: the same by hub.
    """

    for_all: Phase = Phase.NOTIFIED
    of_some: tuple[tuple[Event, Phase], ...] = ()
    found: EventsOfType = field(factory=EventsOfType)

    def of(self, values: Mapping[str, object] | Read, guid: int | None = None) -> Phase:
        """The hub's phase. Reads `fields` only; `guid` None: a hub of which no event bears the GUID."""
        if not self.of_some:
            return self.for_all
        read = as_reader(values)
        last = next((event for event in reversed(self.found.near(guid)) if concerns(event, read, guid)), None)
        return self.for_all if last is None else phase_of(last)

    @property
    def fields(self) -> tuple[str, ...]:
        """The hub fields that tell hubs of one phase from those of another, sorted."""
        return tuple(sorted({name for event, _ in self.of_some for name, _ in scope_of(event)}))


def phases_of(events: Iterable[Event]) -> Phases:
    """The phases that these events open: those of the DCC do, by time and then by number.

    Raises InputError for a phase that does not exist.
    """
    opened = [(e, phase_of(e)) for e in in_order(events) if e.type == OPENED and acts_on_release(e)]
    last = max((at for at, (event, _) in enumerate(opened) if not _is_of_some(event)), default=-1)
    of_some = tuple(opened[last + 1 :])
    by_guid: dict[int, tuple[Event, ...]] = {}
    for event, _ in of_some:
        if event.guid is not None:
            by_guid[event.guid] = (*by_guid.get(event.guid, ()), event)
    common = tuple(event for event, _ in of_some if event.guid is None)
    return Phases(
        for_all=opened[last][1] if last >= 0 else Phase.NOTIFIED,
        of_some=of_some,
        found=EventsOfType(common=common, by_guid=by_guid),
    )


def _is_of_some(event: Event) -> bool:
    return event.guid is not None or bool(scope_of(event))


def phase_of(event: Event) -> Phase:
    """The phase that an event opens. Raises InputError where there is no such phase."""
    said = str(event.fields.get("phase"))
    if said not in {phase.value for phase in Phase}:
        raise InputError(
            f"event {event.seq} opens the phase `{said}`",
            hint=f"write one of {', '.join(phase.value for phase in Phase)}",
        )
    return Phase(said)
