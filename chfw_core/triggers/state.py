"""What a trigger remembers in one scope: values, and their bytes for a store that holds millions of them.

Three things are remembered. `opened`: steps that an event has reached and that wait for the next event, with
the moment at which that wait is over. `kept`: events that may be counted, or follow an event that comes late.
`fired`: firings, for `at_most`. A tick takes away what it has passed.

These are named tuples, not attrs classes: they are made and compared for every event.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from attrs import frozen

from chfw_core.errors import InputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Fields = Mapping[str, object]
"""What is read of an event later, by name without `event.`; values as JSON has them."""


class Mark(NamedTuple):
    """An event: its time and place in the ledger. Marks are ordered by time, and at one time by place."""

    at: datetime
    seq: int
    row: int
    id: str


class Opened(NamedTuple):
    """A step (from 0) that an event has reached and after which another is waited for.

    `path`: the events from the first to the one that reached the step. `fields`: what is read of
    the last one later. `until`: the last moment at which the next event may have happened.
    `forget`: until then one that a tick has declared over is remembered, so that what comes too late can be told so.
    """

    step: int
    path: tuple[Mark, ...]
    fields: Fields
    until: datetime
    forget: datetime | None = None

    @property
    def expired(self) -> bool:
        """Whether a tick has declared it over."""
        return self.forget is not None


class Kept(NamedTuple):
    """An event that a step (from 0) takes, with what is read of it later.

    `used`: it has followed another event or been counted, and does so once only.
    """

    step: int
    mark: Mark
    fields: Fields
    until: datetime
    used: bool = False


class Fired(NamedTuple):
    """A firing, remembered until `at_most` is over."""

    mark: Mark
    until: datetime


def in_order(one: Opened | Kept) -> tuple[int, Mark]:
    """The order in which a state lists them: by step, then by event time."""
    return (one.step, one.path[-1] if isinstance(one, Opened) else one.mark)


def earliest(opened: Iterable[Opened], kept: Iterable[Kept], fired: Iterable[Fired]) -> datetime:
    """The first moment after which one of them changes; there is at least one."""
    due: datetime | None = None
    for one in opened:
        end = one.forget or one.until
        due = end if due is None or end < due else due
    for other in kept:
        due = other.until if due is None or other.until < due else due
    for firing in fired:
        due = firing.until if due is None or firing.until < due else due
    assert due is not None
    return due


@frozen(kw_only=True, slots=True)
class State:
    """One trigger in one scope. Never empty: where nothing is remembered there is no state.

    `opened` and `kept` are `in_order`; `fired` is in the order in which it fired.
    """

    opened: tuple[Opened, ...] = ()
    kept: tuple[Kept, ...] = ()
    fired: tuple[Fired, ...] = ()

    @property
    def due(self) -> datetime:
        """A tick later than this changes the state; one at this moment or before does not."""
        return earliest(self.opened, self.kept, self.fired)

    def knows(self, event: str) -> bool:
        """Whether an event of this id is remembered."""
        return (
            event in [one.mark.id for one in self.kept]
            or event in [mark.id for one in self.opened for mark in one.path]
            or event in [one.mark.id for one in self.fired]
        )


def encode(state: State) -> bytes:
    """The state as JSON: equal states give equal bytes."""
    content = [
        [
            [
                one.step,
                [_mark(mark) for mark in one.path],
                dict(sorted(one.fields.items())),
                _number(one.until),
                None if one.forget is None else _number(one.forget),
            ]
            for one in state.opened
        ],
        [
            [one.step, _mark(one.mark), dict(sorted(one.fields.items())), _number(one.until), int(one.used)]
            for one in state.kept
        ],
        [[_mark(one.mark), _number(one.until)] for one in state.fired],
    ]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def decode(text: bytes) -> State:
    """The state that `encode` wrote. Raises InputError for anything else."""
    try:
        opened, kept, fired = json.loads(text)
        return State(
            opened=tuple(
                Opened(
                    step,
                    tuple(map(_read_mark, path)),
                    fields,
                    _time(until),
                    None if forget is None else _time(forget),
                )
                for step, path, fields, until, forget in opened
            ),
            kept=tuple(
                Kept(step, _read_mark(mark), fields, _time(until), bool(used))
                for step, mark, fields, until, used in kept
            ),
            fired=tuple(Fired(_read_mark(mark), _time(until)) for mark, until in fired),
        )
    except (ValueError, TypeError, OverflowError) as problem:
        raise InputError(f"this is no state of a trigger: {problem}") from None


def _mark(mark: Mark) -> tuple[int, int, int, str]:
    return (_number(mark.at), mark.seq, mark.row, mark.id)


def _read_mark(mark: tuple[int, int, int, str]) -> Mark:
    at, seq, row, name = mark
    return Mark(_time(at), seq, row, name)


def _number(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _time(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)
