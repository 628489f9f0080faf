"""What a trigger writes down: firings with their records and reasons, and what it passed over.

A firing never acts on a hub. Its records are read by the planner and the notifier (rule language, Events).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from attrs import frozen

from chfw_core.model.guid import Guid
from chfw_core.model.periods import format_instant
from chfw_core.model.windows import Windows

EVERYTHING = "everything"


@frozen(kw_only=True)
class Link:
    """One event of the chain that led to a firing."""

    id: str
    seq: int
    row: int
    at: datetime
    type: str


class HoldUntil(StrEnum):
    """What ends a hold."""

    DATE = "date"
    EVENT = "event"
    FLAG_CLEARED = "flag_cleared"
    RELEASED = "released"


@frozen(kw_only=True)
class HoldRecord:
    """Hold the hubs in scope, or everything of this owner.

    `ends`: the end of `DATE`, the latest end of the others; None where there is none, or where the hub lacks
    the field that says it (`missing` of the firing names it). `event`, `ref`, `per` of `EVENT`; `flag` of
    `FLAG_CLEARED`. `RELEASED` ends by a release of it.
    """

    until: HoldUntil
    everything: bool = False
    ends: datetime | None = None
    event: str | None = None
    ref: str | None = None
    per: str | None = None
    flag: str | None = None


@frozen(kw_only=True)
class ReleaseRecord:
    """Release holds of the same owner by their ids, or everything."""

    holds: tuple[str, ...] = ()
    everything: bool = False


@frozen(kw_only=True)
class InstructRecord:
    """Instruct the hubs in scope. Absent ends take the defaults of an instruction by a rule."""

    windows: Windows
    opens: datetime | None = None
    closes: datetime | None = None


@frozen(kw_only=True)
class NotifyRecord:
    """Tell these teams of the owner's house this text."""

    to: tuple[str, ...]
    text: str


@frozen(kw_only=True)
class IncidentRecord:
    """Raise an incident; `priority` None = the usual one."""

    priority: str | None = None


EffectRecord = HoldRecord | ReleaseRecord | InstructRecord | NotifyRecord | IncidentRecord


class Cause(StrEnum):
    """Why a trigger fired: all its events came, or a step's time was over."""

    COMPLETED = "completed"
    EXPIRED = "expired"


@frozen(kw_only=True)
class Firing:
    """A trigger has fired.

    `event`: the completing event; where a step expired, the event that opened it. `step`: the step (from 0)
    that completed or expired. `at`: the time of the completing event, or the moment at which the step's time
    was over. `chain`: the events that led to it, in order of event time. `scope`: the values of `per`.
    `guid`, `release`: those of `event`. `missing`: fields without a value that a date or a text reads.
    """

    owner: str
    version: str
    trigger: str
    because: str
    cause: Cause
    scope: Mapping[str, str]
    scope_key: str
    step: int
    event: Link
    at: datetime
    records: tuple[EffectRecord, ...]
    chain: tuple[Link, ...]
    guid: Guid | None = None
    release: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """A trigger fires once under it: version, trigger, scope key, event id, and what became of the step."""
        done = self.cause.value if self.cause is Cause.COMPLETED else f"{self.cause.value}:{self.step}"
        return (self.version, self.trigger, self.scope_key, self.event.id, done)

    @property
    def said(self) -> str:
        """The reason as a sentence: the rule's words and the events that led to it (NF1)."""
        links = [f"{link.type} {_told(link)}" for link in self.chain]
        kinds = {link.type for link in self.chain}
        events = ", then ".join(links)
        if len(links) > 2 and len(kinds) == 1:
            events = f"{len(links)} × {self.event.type}, from {_told(self.chain[0])} to {_told(self.chain[-1])}"
        end = "" if self.cause is Cause.COMPLETED else f"; what was to follow had not come by {format_instant(self.at)}"
        return f"{self.trigger}: {self.because} ({events}{end})"


def in_time(firings: Iterable[Firing]) -> tuple[Firing, ...]:
    """In order of the moments for which they fired, and at one moment of the events that led to them."""
    return tuple(sorted(firings, key=lambda one: (one.at, one.event.at, one.event.seq, one.event.row)))


class PassedOverBecause(StrEnum):
    """Why an event or a completion led to nothing."""

    AT_MOST = "at_most"
    LATE = "late"
    EXPIRED = "expired"


@frozen(kw_only=True)
class PassedOver:
    """What led to nothing, and why.

    `AT_MOST`: `event` completed the trigger, `other` had less than `at_most` before or after.
    `LATE`: `event` would have been the next after `other`, which a tick had declared expired.
    `EXPIRED`: what was to follow `event` had not come in time, and there is no `otherwise`.
    """

    trigger: str
    scope_key: str
    why: PassedOverBecause
    event: Link
    other: Link | None = None

    @property
    def said(self) -> str:
        """The reason as a sentence."""
        event, other = f"{self.event.type} {_told(self.event)}", "" if self.other is None else _told(self.other)
        match self.why:
            case PassedOverBecause.AT_MOST:
                return f"{self.trigger}: {event} completes it too soon after or before {other}, for which it fired"
            case PassedOverBecause.LATE:
                return f"{self.trigger}: {event} came too late to follow {other}, whose time was declared over"
            case PassedOverBecause.EXPIRED:
                return f"{self.trigger}: what was to follow {event} had not come in time"
            case _:
                assert_never(self.why)


def _told(link: Link) -> str:
    return f"`{link.id}` at {format_instant(link.at)}"
