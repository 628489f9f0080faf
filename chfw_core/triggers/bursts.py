"""`count` events `within` a time: so many that lie no further apart than that, by event time.

An event that has been counted in a completion is used up. Among several ways to count, the earliest events are taken.
An event is kept until a tick passes the time in which others could be counted with it.
"""

from bisect import insort

from chfw_core.triggers.model import CompiledTrigger
from chfw_core.triggers.spans import after
from chfw_core.triggers.state import Fields, Kept, Mark


def count(
    trigger: CompiledTrigger, kept: tuple[Kept, ...], mark: Mark, fields: Fields
) -> tuple[tuple[Kept, ...], tuple[Kept, ...]]:
    """What is kept after one event, in order of event time, and the events that complete the count: none or all."""
    within = trigger.within
    assert within is not None  # the checker: `count` needs `within`
    new = Kept(0, mark, fields, after(mark.at, within))
    known = list(kept)
    insort(known, new, key=_mark)
    counted = _counted([one for one in known if not one.used], new, trigger.count)
    if counted:
        marks = {one.mark for one in counted}
        known = [one._replace(used=True) if one.mark in marks else one for one in known]
    return tuple(known), counted


def _counted(free: list[Kept], new: Kept, size: int) -> tuple[Kept, ...]:
    """Only what holds the new event can be complete: everything else would have been before."""
    if len(free) < size:
        return ()
    place = free.index(new)
    for first in range(max(0, place - size + 1), min(place, len(free) - size) + 1):
        found = free[first : first + size]
        if found[-1].mark.at <= found[0].until:
            return tuple(found)
    return ()


def _mark(one: Kept) -> Mark:
    return one.mark
