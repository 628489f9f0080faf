"""What events do: acts on the release (planning 1) and the ends of holds (planning 3).

An event concerns the hubs that have the values it names. `concerns` is that mask; everything
else walks the events in order of time.
"""

from collections.abc import Iterable
from typing import assert_never

import numpy as np

from chfw_core.engines.verify.arrays import NO_TIME, Bools, Longs
from chfw_core.engines.verify.frames import Frame
from chfw_core.engines.verify.masks import Truths, opening_of
from chfw_core.engines.verify.world import CONCERN_FIELDS, Moment, World
from chfw_core.model.events import Event
from chfw_core.model.parties import is_supplier
from chfw_core.rules.model import (
    HoldRule,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
    UntilManual,
)

_HEX = frozenset({"device_model", "firmware_version", "manufacturer"})
RELEASE_ACTS = frozenset({"release_revoked", "release_stopped", "release_paused", "release_resumed"})


def named_fields(event: Event) -> tuple[tuple[str, str], ...]:
    """The hub fields that an event names, with the value it asks for; none beside a GUID."""
    if event.guid is not None:
        return ()
    pairs = ((name, event.fields.get(name)) for name in sorted(CONCERN_FIELDS))
    return tuple((name, same(name, value)) for name, value in pairs if value is not None)


def same(name: str, value: object) -> str:
    """A value as it is compared: hex in upper case."""
    return str(value).upper() if name in _HEX else str(value)


def equals(frame: Frame, name: str, value: object, truths: Truths) -> Bools:
    """The rows whose field has this value, written as an event writes it; missing never does."""
    column = frame.column(name)
    if name == "guid":
        code = column.domain.find(value)
        return column.codes == code if code > 0 else np.zeros(frame.size, np.bool_)
    wanted = same(name, value)
    table: Bools = truths.table(
        ("equals", name, wanted),
        column.domain,
        lambda own: own is not None and same(name, own) == wanted,
        np.bool_,
    )
    return table[column.codes]


def concerns(event: Event, frame: Frame, truths: Truths) -> Bools:
    """planning 1: the rows that an event is about; all of them where it names nothing."""
    if event.guid is not None:  # whatever its other fields say
        return equals(frame, "guid", event.guid, truths)
    mask = np.ones(frame.size, np.bool_)
    for name, value in named_fields(event):
        mask &= equals(frame, name, value, truths)
    return mask


def stopped(world: World, frame: Frame, truths: Truths) -> Bools:
    """I4: rows that a revocation (BR1.6), a stop (BR6.2) or a standing pause concerns."""
    final = np.zeros(frame.size, np.bool_)
    paused = np.zeros(frame.size, np.bool_)
    for event in world.dcc_events:
        match event.type:
            case "release_revoked" | "release_stopped":
                final |= concerns(event, frame, truths)
            case "release_paused":
                paused |= concerns(event, frame, truths)
            case "release_resumed":
                paused &= ~concerns(event, frame, truths)
    return final | paused


def resumed(events: Iterable[Event], hold: str, frame: Frame, truths: Truths) -> Bools:
    """Rows whose manual hold has ended: by any `release_resumed`, or by a flag cleared.

    The `flag_cleared` names the hold, or nothing.
    """
    mask = np.zeros(frame.size, np.bool_)
    for event in events:
        cleared = event.type == "flag_cleared" and event.fields.get("flag") in (None, hold)
        if cleared or event.type == "release_resumed":
            mask |= concerns(event, frame, truths)
    return mask


class Holds:
    """One owner's holds on a frame: which are open, and which end on a date that is known."""

    def __init__(self, world: World, owner: str, truths: Truths) -> None:
        self._world = world
        self._supplier = is_supplier(owner)
        self._events = world.events_for(owner)
        self._truths = truths

    def open_now(self, hold: HoldRule, frame: Frame, moment: Moment) -> tuple[Bools, Longs]:
        """Rows on which a hold (where it matches) has no known end yet, and its `at_latest`."""
        until = hold.until
        # A Supplier's hold never reaches past the automatic time, a DCC hold does.
        over = self._supplier and self._world.as_of >= moment.automatic
        match until:
            case UntilDate():
                ends = opening_of(until.date, frame, moment, self._truths)
                return (ends == NO_TIME) & np.bool_(not over), ends
            case UntilEvent():
                ends = opening_of(until.at_latest, frame, moment, self._truths)
                released = self._by_event(until, frame)
            case UntilFlagCleared():
                ends = opening_of(until.at_latest, frame, moment, self._truths)
                released = self._by_flag(until.flag, frame)
            case UntilManual():
                ends = np.full(frame.size, NO_TIME, np.int64)
                released = resumed(self._events, hold.id, frame, self._truths)
            case _:
                assert_never(until)
        # At the instant of `at_latest` the hold is over.
        released |= np.bool_(over)
        return ~released & ((ends == NO_TIME) | (ends > self._world.as_of)), ends

    def ends_on(self, hold: HoldRule, frame: Frame, moment: Moment) -> Longs:
        """The known date of a hold until a date, as an opening; NO_TIME for every other hold."""
        if not isinstance(hold.until, UntilDate):
            return np.full(frame.size, NO_TIME, np.int64)
        return opening_of(hold.until.date, frame, moment, self._truths)

    def _by_event(self, until: UntilEvent, frame: Frame) -> Bools:
        mask = np.zeros(frame.size, np.bool_)
        for event in self._events:
            if event.type != until.type or not _refers(event, until.ref):
                continue
            about = concerns(event, frame, self._truths)
            if until.per is not None:
                about &= self._per(until.per, event, frame)
            mask |= about
        return mask

    def _per(self, name: str, event: Event, frame: Frame) -> Bools:
        if name in ("hub", "guid"):
            known = event.guid is not None
            return concerns(event, frame, self._truths) & np.bool_(known)
        value = event.fields.get(name)
        if value is None:
            return np.zeros(frame.size, np.bool_)
        return equals(frame, name, value, self._truths)

    def _by_flag(self, flag: str, frame: Frame) -> Bools:
        column = frame.column("flags")
        here: Bools = self._truths.table(
            ("has flag", flag), column.domain, lambda flags: flag in (flags or ()), np.bool_
        )
        mask = ~here[column.codes]
        for event in self._events:
            if event.fields.get("flag") != flag:
                continue
            if event.type == "flag_cleared":
                mask |= concerns(event, frame, self._truths)
            elif event.type == "defect_flagged":  # raised anew after it was cleared
                mask &= ~(concerns(event, frame, self._truths) & here[column.codes])
        return mask


def _refers(event: Event, ref: str | None) -> bool:
    return ref is None or str(event.fields.get("ref")) == ref


def event_fields(events: Iterable[Event], types: frozenset[str]) -> set[str]:
    """The fields by which events of these types tell hubs apart."""
    names: set[str] = set()
    for event in events:
        if event.type in types:
            names.update(name for name, _ in named_fields(event))
            if event.guid is not None:
                names.add("guid")
    return names
