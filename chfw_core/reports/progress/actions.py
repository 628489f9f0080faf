"""BR5.4, BR5.5: what one actor still has to do and how long it has, and what the others do next, without names."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import frozen

from chfw_core.reports.progress.readers import Reader
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.tasks import TaskKind, is_open, next_acts, own_tasks

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@frozen(kw_only=True)
class OpenTask:
    """One thing to do. `left`: until it is due, negative once that has passed, None where it has no end.

    `hubs`: how many of the actor's hubs wait for it; None where it is not about single hubs.
    `binding` False: a chance that nobody has to take (G7).
    """

    release: str
    kind: TaskKind
    subject: str
    starts: datetime
    due: datetime | None
    left: timedelta | None
    late: bool
    binding: bool
    hubs: int | None


@frozen(kw_only=True)
class AwaitedAct:
    """What another actor does next in a release, and by when."""

    release: str
    actor: str
    kind: TaskKind
    due: datetime | None
    left: timedelta | None


@frozen(kw_only=True)
class Actions:
    """One actor's dashboard of duties at an instant."""

    tasks: tuple[OpenTask, ...]
    others: tuple[AwaitedAct, ...]


def actions_of(
    records: tuple[ReleaseRecord, ...], reader: Reader, at: datetime, uninstructed: Mapping[str, int]
) -> Actions:
    """What is open for the reader. `uninstructed`: per release its hubs that wait without an instruction of its own."""
    mine = [record for record in records if reader.concerns(record)]
    tasks = [task for record in mine for task in _open(record, reader.name, at, uninstructed.get(record.id, 0))]
    others = [
        AwaitedAct(
            release=record.id,
            actor=act.actor,
            kind=act.kind,
            due=act.due,
            left=None if act.due is None else act.due - at,
        )
        for record in mine
        for act in next_acts(record, reader.name, at)
    ]
    return Actions(tasks=tuple(sorted(tasks, key=_soonest)), others=tuple(sorted(others, key=_soonest)))


def _open(record: ReleaseRecord, owner: str, at: datetime, uninstructed: int) -> list[OpenTask]:
    return [
        OpenTask(
            release=record.id,
            kind=task.kind,
            subject=task.subject,
            starts=task.starts,
            due=task.due,
            left=task.left(at),
            late=task.late(at),
            binding=task.binding,
            hubs=uninstructed if task.kind is TaskKind.INSTRUCT else None,
        )
        for task in own_tasks(record, owner)
        if is_open(task, at, uninstructed)
    ]


def _soonest(one: OpenTask | AwaitedAct) -> tuple[object, ...]:
    return (one.due is None, one.due, one.release, one.kind)


def span_words(left: timedelta | None) -> str:
    """`5 d 3 h left`, `20 min left`, `late by 2 d 1 h`; empty where there is no end."""
    if left is None:
        return ""
    return f"late by {_words(-left)}" if left < timedelta() else f"{_words(left)} left"


def _words(span: timedelta) -> str:
    if span >= _DAY:
        return f"{span // _DAY} d {span % _DAY // _HOUR} h"
    return f"{span // _HOUR} h {span % _HOUR // _MINUTE} min" if span >= _HOUR else f"{span // _MINUTE} min"
