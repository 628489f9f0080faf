"""What triggers leave in the ledger: events from outside, rule files that came in force, and what fired.

These entries are about no single release; a trigger's effects on one are commands like any other's.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.periods import as_utc


@frozen(kw_only=True)
class EventsObserved:
    """Events of one type, said by one actor. `events[i].seq` is the number that the actor gave it."""

    by: str
    type: str
    events: tuple[Event, ...]


@frozen(kw_only=True)
class RulesInstalled:
    """An owner's rule files came in force. `files`: names and texts. `after`: they hear of entries after it."""

    by: str
    owner: str
    version: str
    files: tuple[tuple[str, str], ...]
    after: int


@frozen(kw_only=True)
class TimePassed:
    """A tick: it was then. Steps whose time is over are declared so by nothing else."""

    by: str
    at: datetime = field(converter=as_utc)


class Kind(StrEnum):
    """What a trigger may write down."""

    HOLD = "hold"
    RELEASE = "release"
    INSTRUCT = "instruct"
    NOTIFY = "notify"
    INCIDENT = "incident"


@frozen(kw_only=True)
class Effect:
    """One effect of a firing: the record as plain values."""

    kind: Kind
    said: Mapping[str, Any]


@frozen(kw_only=True)
class Fired:
    """A trigger fired. `id`: 32 hex digits for its version, trigger, scope and completing event; there is no second.

    `at`: event time. `because`: the rule's words; `said`: with the events that led to it. `guid`, `release`: what the
    completing event was about. `per_hub`: whether the trigger's scope is a hub.
    """

    id: str
    trigger: str
    scope: Mapping[str, str]
    at: datetime = field(converter=as_utc)
    because: str
    said: str
    guid: Guid | None = None
    release: str | None = None
    per_hub: bool = True
    effects: tuple[Effect, ...] = ()


@frozen(kw_only=True)
class TriggersFired:
    """What an owner's rule files wrote down, having heard of all entries up to and with `upto`."""

    owner: str
    version: str
    upto: int
    firings: tuple[Fired, ...]


@frozen(kw_only=True)
class HoldsEnded:
    """Holds of an owner that ended before their last date, by their ids, and why."""

    owner: str
    holds: tuple[int, ...]
    because: str
