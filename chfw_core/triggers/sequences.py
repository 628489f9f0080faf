"""Steps in order of event time.

An event that a first step takes opens a sequence. A step that an event has reached is continued by the earliest
event that the next step takes, no later than `within` after it, among those that are known: at once, or when it
comes. That is settled then, whatever comes later. So every opened step has one continuation at most, and many can
have the same one: where two sequences meet in one event they are one from there on, and it has the earlier's path.

An event that came before the one that it follows is kept until a tick passes the time in which it could follow.
"""

from collections.abc import Sequence
from typing import NamedTuple

from attrs import define, field

from chfw_core.triggers.model import CompiledTrigger
from chfw_core.triggers.spans import after
from chfw_core.triggers.state import Fields, Kept, Mark, Opened, State, in_order


@define(kw_only=True)
class Progress:
    """A scope while one event goes through it.

    `completed`: paths from the first event to the last, with what is read of the last. `late`: expired steps that
    the event would have continued.
    """

    opened: list[Opened] = field(factory=list)
    kept: list[Kept] = field(factory=list)
    completed: list[tuple[tuple[Mark, ...], Fields]] = field(factory=list)
    late: list[Opened] = field(factory=list)


def advance(trigger: CompiledTrigger, state: State, mark: Mark, taken: Sequence[tuple[int, Fields]]) -> Progress:
    """The scope after one event. `taken`: the steps that take it, ascending, each with what is read of it later."""
    if not state.kept and taken[-1][0] == 0:
        # The most frequent case by far: a sequence begins, and nothing that could follow has come before.
        first = _open(trigger, 0, _Reached((mark,), taken[0][1]))
        return Progress(opened=sorted([*state.opened, first], key=in_order) if state.opened else [first])
    progress = Progress(kept=list(state.kept))
    for step, fields in taken:
        within = trigger.steps[step].within
        if within is not None:
            progress.kept.append(Kept(step, mark, fields, after(mark.at, within)))
    waiting: dict[int, list[Opened]] = {}
    for one in state.opened:
        waiting.setdefault(one.step, []).append(one)
    arrived = {step for step, _ in taken}
    reached = [_Reached((mark,), fields) for step, fields in taken if step == 0]
    for step in range(len(trigger.steps) - 1):
        # What has waited can be continued by the event of now alone; what is new looks back on all that is kept,
        # and lies no earlier than the event of now. So no event is wanted by both.
        now = mark if step + 1 in arrived else None
        found = [_waited(progress, one, now) for one in sorted(waiting.get(step, ()), key=_last)]
        opened = (_open(trigger, step, one) for one in sorted(reached, key=_last))
        found += [_looked_back(progress, one) for one in opened]
        reached = [one for one in found if one is not None]
    progress.completed = [(one.path, one.fields) for one in reached]
    progress.opened.sort(key=in_order)
    progress.kept.sort(key=in_order)
    return progress


class _Reached(NamedTuple):
    """An event, the last of the path, that has reached a step for the first time."""

    path: tuple[Mark, ...]
    fields: Fields


def _waited(progress: Progress, one: Opened, arrived: Mark | None) -> _Reached | None:
    """An opened step that has waited until now: what it leads to, where it is continued."""
    if arrived is None or not _follows(arrived, one):
        progress.opened.append(one)
        return None
    if one.expired:
        progress.opened.append(one)
        progress.late.append(one)
        return None
    at = next(at for at, kept in enumerate(progress.kept) if kept.step == one.step + 1 and kept.mark == arrived)
    return _continued(progress, one, at)


def _looked_back(progress: Progress, one: Opened) -> _Reached | None:
    """A step opened now: what it leads to, where the event that continues it came before."""
    places = [
        at for at, kept in enumerate(progress.kept) if kept.step == one.step + 1 and _follows(kept.mark, one)
    ]  # fmt: skip
    if not places:
        progress.opened.append(one)
        return None
    return _continued(progress, one, min(places, key=lambda at: progress.kept[at].mark))


def _continued(progress: Progress, one: Opened, at: int) -> _Reached | None:
    """The step is closed. An event that has continued another before leads to nothing again."""
    found = progress.kept[at]
    if found.used:
        return None
    progress.kept[at] = found._replace(used=True)
    return _Reached((*one.path, found.mark), found.fields)


def over(trigger: CompiledTrigger, one: Opened) -> Opened:
    """An opened step whose time a tick has declared over. It is remembered for as long again."""
    within = trigger.steps[one.step + 1].within
    assert within is not None  # the checker: a later step needs `within`
    return one._replace(forget=after(one.until, within))


def _follows(mark: Mark, one: Opened) -> bool:
    return mark > one.path[-1] and mark.at <= one.until


def _open(trigger: CompiledTrigger, step: int, one: _Reached) -> Opened:
    within = trigger.steps[step + 1].within
    assert within is not None  # the checker: a later step needs `within`
    return Opened(step, one.path, one.fields, after(one.path[-1].at, within))


def _last(one: Opened | _Reached) -> Mark:
    return one.path[-1]
