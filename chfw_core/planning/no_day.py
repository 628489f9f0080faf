"""Why a hub's period has no possible day (NF1): which of the things that forbid days leave none of it.

One of them may do so alone (a black-out over the whole period), or several together. What is named is
enough by itself and no more than is needed; where several things are, each of them is named, since lifting
one would change nothing. Windows are not called by their names: hubs whose windows have the same hours
share a reason, whosever these are (NF7).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import combinations

from attrs import frozen

from chfw_core.model.occurrences import DayRules, possible_days
from chfw_core.model.periods import Period, format_instant, london_date, london_midnight
from chfw_core.model.windows import Windows
from chfw_core.planning.capacity import intervals
from chfw_core.planning.hub_plan import HubPlan

SHOWN = 3
"""So many black-outs are named."""


class Limit(StrEnum):
    """What forbids days of a period that is not over."""

    BLACKOUTS = "blackouts"
    LEFT_ALONE = "left_alone"
    FREEZE = "freeze"
    WINDOWS = "windows"


@frozen(kw_only=True)
class NoDay:
    """`causes`: each is enough by itself to leave no day; without any the period is over, as of `earliest`.

    `blackouts`, `left_alone`, `frozen`: those that cut the period.
    """

    period: Period
    earliest: date
    causes: tuple[tuple[Limit, ...], ...]
    blackouts: tuple[Period, ...] = ()
    left_alone: tuple[Period, ...] = ()
    frozen: tuple[date, ...] = ()

    def sentence(self) -> str:
        """In words that name the period and what leaves nothing of it."""
        when = between(self.period)
        if not self.causes:
            return f"its period {when} is over by {self.earliest}, the first day of this plan"
        since = f" from {self.earliest} on" if self.earliest > london_date(self.period.opens) else ""
        first, *others = (self._words(cause) for cause in self.causes)
        also = "".join(f", and neither {'does' if one else 'do'} {words}" for words, one in others)
        return f"no day {when} is possible{since}: {first[0]} {'leaves' if first[1] else 'leave'} none{also}"

    def words(self, limit: Limit) -> str:
        """What one limit is."""
        match limit:
            case Limit.BLACKOUTS:
                return f"the black-out{_s(self.blackouts)} {periods_in_words(self.blackouts)}"
            case Limit.LEFT_ALONE:
                return f"the time on {intervals(_days_of(self.left_alone, self.period))} in which it is left alone"
            case Limit.FREEZE:
                return f"the freeze of {intervals(self.frozen)} for a change of Supplier"
            case Limit.WINDOWS:
                return "its windows"

    def _words(self, cause: tuple[Limit, ...]) -> tuple[str, bool]:
        """And whether that is one thing."""
        words = [self.words(limit) for limit in cause]
        if len(words) > 1:
            return f"{', '.join(words[:-1])} and {words[-1]} together", False
        return words[0], cause != (Limit.WINDOWS,) and not (cause == (Limit.BLACKOUTS,) and len(self.blackouts) > 1)


def why_no_day(plan: HubPlan, earliest: date, blackouts: Sequence[Period], closed: frozenset[date]) -> NoDay:
    """Of a plan that has no possible day. `closed`: the bank holidays of the hub's division."""
    period = plan.resolution.period
    since, until = max(period.opens, london_midnight(earliest)), period.closes
    cutting = tuple(one for one in blackouts if one.opens < until and since < one.closes)
    alone = tuple(one for one in plan.protected if one.opens < until and since < one.closes)
    frozen_days = tuple(day for day in sorted(plan.frozen) if london_date(since) <= day <= london_date(until))
    causes = _causes(period, plan.resolution.windows, closed, earliest, cutting, alone, frozenset(frozen_days))
    return NoDay(
        period=period, earliest=earliest, causes=causes, blackouts=cutting, left_alone=alone, frozen=frozen_days
    )


@lru_cache(maxsize=1 << 14)
def _causes(
    period: Period,
    windows: Windows,
    closed: frozenset[date],
    earliest: date,
    blackouts: tuple[Period, ...],
    left_alone: tuple[Period, ...],
    frozen_days: frozenset[date],
) -> tuple[tuple[Limit, ...], ...]:
    """Every smallest set of limits that leaves no day. Remembered, since many reasons share a period."""
    there: Mapping[Limit, bool] = {
        Limit.BLACKOUTS: bool(blackouts),
        Limit.LEFT_ALONE: bool(left_alone),
        Limit.FREEZE: bool(frozen_days),
        Limit.WINDOWS: bool(windows.parts),
    }

    def has_day(given: Iterable[Limit]) -> bool:
        rules = DayRules(
            earliest=earliest,
            blackouts=(
                *(blackouts if Limit.BLACKOUTS in given else ()),
                *(left_alone if Limit.LEFT_ALONE in given else ()),
            ),
            frozen=frozen_days if Limit.FREEZE in given else frozenset(),
        )
        hours = windows if Limit.WINDOWS in given else Windows()
        return next(possible_days(period, hours, closed, rules), None) is not None

    if not has_day(()):
        return ()
    found: list[tuple[Limit, ...]] = []
    present = [limit for limit, is_there in there.items() if is_there]
    for size in range(1, len(present) + 1):
        for some in combinations(present, size):
            if not any(set(known) <= set(some) for known in found) and not has_day(some):
                found.append(some)
    return tuple(found)


def between(period: Period) -> str:
    """`between A and B`."""
    return f"between {format_instant(period.opens)} and {format_instant(period.closes)}"


def periods_in_words(periods: Sequence[Period]) -> str:
    """`from A to B and from C to D`; of many the first."""
    said = [f"from {format_instant(one.opens)} to {format_instant(one.closes)}" for one in sorted(periods)]
    if len(said) > SHOWN:
        said[SHOWN:] = [f"{len(said) - SHOWN} more"]
    return " and ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))


def _days_of(periods: Sequence[Period], within: Period) -> list[date]:
    """The London days that they touch: at what time such a time begins can be the other Supplier's event (NF7)."""
    parts = filter(None, (one.cut(within.opens, within.closes) for one in periods))
    spans = [(london_date(part.opens), london_date(part.closes - timedelta(microseconds=1))) for part in parts]
    return sorted({first + timedelta(days=after) for first, last in spans for after in range((last - first).days + 1)})


def _s(things: Sequence[object]) -> str:
    return "" if len(things) == 1 else "s"
