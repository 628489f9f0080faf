"""Why a hub has this day and not an earlier one of its days (NF1): which were full, where that was counted (G5)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from attrs import frozen

from chfw_core.planning.capacity import intervals

_SHOWN = 5


@frozen(kw_only=True)
class DayLoad:
    """How many hubs of a region go on a day, and how many can; `capacity` None: as many as there are."""

    hubs: int
    capacity: int | None

    @property
    def is_full(self) -> bool:
        """Whether not one more could go."""
        return self.capacity is not None and self.hubs >= self.capacity

    @property
    def text(self) -> str:
        """In words."""
        return (
            f"{self.hubs:,} hubs, no limit" if self.capacity is None else f"{self.hubs:,} of {self.capacity:,} places"
        )


Loads = Callable[[str, Sequence[date]], Mapping[date, DayLoad]]
"""Counts how full days of a region are."""


def days_before(day: date, days: Sequence[date]) -> list[date]:
    """The possible days before the one that the hub has."""
    return [earlier for earlier in days if earlier < day]


def why_this_day(day: date | None, days: Sequence[date], loads: Mapping[date, DayLoad]) -> list[str]:
    """Of several possible days one hub alone cannot tell which it gets: capacity is shared by all of a region."""
    if day is None or day not in days:
        return []
    earlier = days_before(day, days)
    if not earlier:
        return ["the first of its possible days"]
    many = f"{len(earlier):,} earlier day{'s were' if len(earlier) > 1 else ' was'} possible: {intervals(earlier)}"
    rest = "  which of its days a hub gets depends on its batch, its priority and the capacity of its region"
    return [many, *_load_lines(earlier, loads), rest]


def _load_lines(earlier: Sequence[date], loads: Mapping[date, DayLoad]) -> list[str]:
    full = [day for day in earlier if day in loads and loads[day].is_full]
    free = [day for day in earlier if day in loads and not loads[day].is_full]
    found = []
    if full:
        found.append(f"  full in its region: {intervals(full)}, {sum(loads[day].hubs for day in full):,} hubs")
    found += [f"  not full: {day}, {loads[day].text}" for day in free[:_SHOWN]]
    if len(free) > _SHOWN:
        found.append(f"  and {len(free) - _SHOWN:,} more that were not full")
    return found


def loads_told(loads: Mapping[date, DayLoad]) -> list[dict[str, object]]:
    """As a list for `--json`."""
    return [
        {"day": day.isoformat(), "hubs": load.hubs, "capacity": load.capacity} for day, load in sorted(loads.items())
    ]
