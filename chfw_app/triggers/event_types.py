"""The types of event that this installation knows: those of the rule language, and those that plug-ins register.

A plug-in names, in the entry-point group `chfw.event_types`, a mapping from a type to its `EventType`, or a function
without arguments that returns one. What every event carries need not be said again.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points

from attrs import field, frozen

from chfw_core.errors import InputError
from chfw_core.rollout.gate import Who
from chfw_core.rollout.triggering.sources import OUTSIDE
from chfw_core.rules.vocabulary.event_fields import COMMON_EVENT_FIELDS, EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import EVENT_PREFIX, FieldSpec

GROUP = "chfw.event_types"


@frozen(kw_only=True)
class EventType:
    """A type of event of a plug-in: what it carries beside what every event does, and who may say it."""

    fields: tuple[FieldSpec, ...] = ()
    said_by: frozenset[Who] = field(factory=lambda: frozenset({Who.DCC}))


@frozen(kw_only=True)
class EventTypes:
    """`fields`: per type all that it may carry. `said_by`: per type that comes from outside, who may say it."""

    fields: Mapping[str, tuple[FieldSpec, ...]]
    said_by: Mapping[str, frozenset[Who]]


@cache
def event_types() -> EventTypes:
    """All types. Raises InputError where a plug-in cannot be used."""
    found: dict[str, EventType] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            named: Mapping[str, EventType] | Callable[[], Mapping[str, EventType]] = entry.load()
            types = named() if callable(named) else named
            for name, kind in types.items():
                _check(name, kind, found, entry.name)
                found[name] = kind
        except InputError:
            raise
        except Exception as problem:
            raise InputError(
                f"the plug-in `{entry.name}` of {GROUP} cannot be used: {type(problem).__name__}: {problem}",
                hint="mend it, or take it out of this installation",
            ) from problem
    more = {name: (*COMMON_EVENT_FIELDS, *kind.fields) for name, kind in found.items()}
    said_by = {name: kind.said_by for name, kind in found.items()}
    return EventTypes(fields={**EVENT_FIELDS, **more}, said_by={**OUTSIDE, **said_by})


def _check(name: str, kind: EventType, found: Mapping[str, EventType], plug_in: str) -> None:
    if name in EVENT_FIELDS or name in found:
        raise InputError(f"the plug-in `{plug_in}` registers the type of event `{name}`, which is there already")
    for spec in kind.fields:
        if not spec.name.startswith(EVENT_PREFIX):
            raise InputError(
                f"the plug-in `{plug_in}` has the field `{spec.name}` of `{name}`",
                hint=f"an event's fields begin with `{EVENT_PREFIX}`",
            )
