"""BR3.7: groups up to and beyond 50,000 hubs, cut in hash order and opened one after the other.

Hubs of one key are cut together, whatever their region: the batches of a key have the smallest
size and the longest pause that any of its hubs is bound by, so that a batch has one size wherever
it is counted. Hubs keep their place whether or not they have a day in the end.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from chfw_core.model.periods import Period, add_wall_days
from chfw_core.planning.hub_plan import smallest_and_slowest
from chfw_core.rules.model import BatchSpec, Duration
from chfw_core.rules.problems import counted

BatchKey = tuple[str, ...]


def specs_by_key(found: Iterable[tuple[BatchKey, BatchSpec]]) -> Mapping[BatchKey, BatchSpec]:
    """One size and pause per key: the smallest and the longest of all that its hubs are bound by."""
    by_key: dict[BatchKey, BatchSpec] = {}
    for key, spec in found:
        by_key[key] = smallest_and_slowest((by_key.get(key, spec), spec))
    return by_key


def cut_batches(hubs: int, size: int) -> tuple[range, ...]:
    """The places, counted from 0 in hash order, of each batch of a group of so many hubs."""
    return tuple(range(at, min(at + size, hubs)) for at in range(0, hubs, size))


def batch_number(place: int, size: int) -> int:
    """The batch in which the hub at this place of the hash order is, counted from 0."""
    return place // size


def batches_said(spec: BatchSpec) -> str:
    """`10 hubs, 5 minutes apart`."""
    return counted(spec.size, "hub") + apart(spec.pause)


def batch_said(spec: BatchSpec) -> str:
    """The same with what stops it: `10 hubs, 1 day apart, stop if failed > 2% within 48 hours`."""
    stop = dict(spec.stop_if or {})
    within = stop.pop("within", None)
    limits = " or ".join(f"{name.replace('_', ' ')} {limit}" for name, limit in sorted(stop.items()))
    return batches_said(spec) + (f", stop if {limits}" if limits else "") + (f" within {within}" if within else "")


def apart(pause: Duration) -> str:
    """`, 2 days apart`; nothing where there is no pause."""
    hours, rest = divmod(pause.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(pause.days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second")]
    said = " ".join(counted(number, unit) for number, unit in parts if number)
    return f", {said} apart" if said else ""


def batch_id(key: BatchKey, number: int) -> str:
    """`NWND.approved-sets/3`; of a split hub the two rules alone, `approved-sets+all/3` (NF7)."""
    return f"{'+'.join(key)}/{number}"


def batch_opens(start: datetime, number: int, pause: Duration) -> datetime:
    """The first moment of batch n: the period's start and n pauses (days on the London clock)."""
    opens = add_wall_days(start, number * pause.days) if pause.days else start
    return opens + timedelta(seconds=number * pause.seconds)


def batch_period(period: Period, number: int, pause: Duration) -> Period | None:
    """What of a hub's period is left for its batch, or None."""
    try:
        opens = batch_opens(period.opens, number, pause)
    except OverflowError:  # some thousand years on
        return None
    return period.cut(opens, period.closes)
