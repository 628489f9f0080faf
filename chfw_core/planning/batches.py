"""BR3.7: groups up to and beyond 50,000 hubs, cut in hash order and opened one after the other.

Hubs of one key are cut together, and the batches of a key have one size and one pause: of a sole
Supplier's hubs, and of those left to the DCC, the smallest and the longest that any of them is bound
by, whatever their region. Split hubs of others can have the same key, so theirs says size and pause:
nobody is bound by what a stranger asked for (decision 0024). Hubs keep their place whether or not
they have a day in the end.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from chfw_core.model.periods import Period, add_wall_days
from chfw_core.planning.batch_terms import smallest_and_slowest
from chfw_core.rules.model import BatchSpec, Duration

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


def batch_id(key: BatchKey, number: int) -> str:
    """`NWND.approved-sets/3`; of a split hub the two rules and the terms alone, `approved-sets+all@1000.3d/3` (NF7)."""
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
