"""What consents come to, by the column (design 3): the core's own functions, asked once per distinct question.

Thousands of pairs of consents meet in far fewer ways. A pair's period depends on the two periods alone, its
windows on the two windows; only where these leave nothing of that does it matter which of the two is later.
Pairs that agree in all of this are settled together.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date
from typing import TypeVar

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from chfw_core.consent.model import Consent
from chfw_core.consent.resolve import lateness, later_of
from chfw_core.engines.columnar.records import distinct_columns
from chfw_core.engines.columnar.vocabulary import numbered_values
from chfw_core.engines.columnar.world import World
from chfw_core.model.occurrences import first_moment
from chfw_core.model.windows import Windows, holidays_for
from chfw_core.planning.hub_plan import DccTerms, Settled, settle

Ints = NDArray[np.int64]
T = TypeVar("T", bound=Hashable)
NONE = -1
DEFAULT, SOLE, BOTH, DISJOINT = range(4)
_NO_DAYS: frozenset[date] = frozenset()


@define
class Settler:
    """`settled`: what consents came to so far; `calendar_of[n]` is equal where the possible days are."""

    world: World
    terms_list: Sequence[DccTerms]
    csp_windows: Sequence[Windows] = ()
    settled: list[Settled] = field(factory=list)
    calendar_of: list[int] = field(factory=list)
    _calendars: dict[tuple[object, ...], int] = field(factory=dict)

    def settle(
        self,
        *,
        consents: Sequence[Consent | None],
        terms: Ints,
        first: Ints,
        second: Ints,
        csp: Ints,
        division: Ints,
        places: Sequence[int],
    ) -> Ints:
        """The number of what each row comes to. `first`, `second`: numbers in `consents`, or -1 for no Supplier."""
        given = [number for number, one in enumerate(consents) if one is not None]
        of_given, known = numbered_values([_plain(one) for one in consents if one is not None])
        numbers = np.full(len(consents) + 1, NONE, dtype=np.int64)  # the last one is for no Supplier
        numbers[given] = of_given
        responsible = (first != NONE).astype(np.int64) + (second != NONE)
        one, other = numbers[first], numbers[second]
        rows = [terms, np.minimum(one, other), np.maximum(one, other), responsible, csp, division]
        sample, of = distinct_columns(rows, len(terms))
        terms, low, high, responsible, csp, division = (column[sample] for column in rows)
        closed_in = {own: self.closed(own, places[int(sample[at])]) for own, at in _first_rows(division)}
        closed = [closed_in[own] for own in division.tolist()]
        ways = _Ways(consents=known, closed=closed)
        alike, which = distinct_columns([terms, responsible, csp, division, *ways.of(low, high, division)], len(sample))
        found = []
        for at in alike.tolist():
            agreed = (known[number] for number in (int(low[at]), int(high[at])) if number != NONE)
            one_settled = settle(
                responsible=int(responsible[at]),
                consents=tuple(agreed),
                dcc=self.terms_list[int(terms[at])],
                end=None,
                csp_windows=self.csp_windows[int(csp[at])],
                closed=closed[at],
            )
            found.append(self.add(one_settled, closed[at]))
        return np.array(found or [0], dtype=np.int64)[which][of]

    def add(self, settled: Settled, closed: frozenset[date]) -> int:
        """Enter one more; answers with its number."""
        windows, period = settled.resolution.windows, settled.resolution.period
        key = (period, windows, closed, settled.first_day, settled.csp_blocked, settled.frozen, settled.protected)
        self.calendar_of.append(self._calendars.setdefault(key, len(self._calendars)))
        self.settled.append(settled)
        return len(self.settled) - 1

    def closed(self, division: int, place: int) -> frozenset[date]:
        """The bank holidays that make a difference."""
        if division == NONE:
            return _NO_DAYS
        return holidays_for(self.world.places[place].division, self.world.inputs.holidays)


@define(kw_only=True)
class _Ways:
    """In which way two consents meet. `closed`: the bank holidays of each row."""

    consents: Sequence[Consent]
    closed: Sequence[frozenset[date]]

    def of(self, low: Ints, high: Ints, division: Ints) -> tuple[Ints, Ints, Ints]:
        """Columns that are equal for rows that come to the same. `low` ≤ `high`, -1 where there is no consent."""
        none = np.zeros(len(low), dtype=np.int64)
        way, period, windows = np.where(high == NONE, DEFAULT, SOLE), np.where(high == NONE, none, high), none
        both = np.flatnonzero(low != NONE)
        if not len(both):
            return way, period, windows
        one, other = low[both], high[both]
        of_period, periods = numbered_values([consent.period for consent in self.consents])
        of_windows, kinds = numbered_values([consent.windows for consent in self.consents])
        period[both], later = _combined(of_period[one], of_period[other], periods, later_of)
        windows[both], merged = _combined(of_windows[one], of_windows[other], kinds, Windows.merged)
        sample, of = distinct_columns([period[both], windows[both], division[both]], len(both))
        meet = [
            first_moment(later[int(period[at])], merged[int(windows[at])], self.closed[at]) is not None
            for at in both[sample].tolist()
        ]
        way[both] = np.where(np.array(meet, dtype=np.bool_)[of], BOTH, DISJOINT)
        apart = both[way[both] == DISJOINT]
        windows[apart] = of_windows[self._later(low[apart], high[apart], division[apart], apart)]
        return way, period, windows

    def _later(self, one: Ints, other: Ints, division: Ints, rows: Ints) -> Ints:
        """The consent of the two whose first moment is later."""
        found = one.copy()
        for own_division in np.unique(division).tolist():
            own = np.flatnonzero(division == own_division)
            closed, rank = self.closed[int(rows[own[0]])], np.zeros(len(self.consents), dtype=np.int64)
            asked = np.unique(np.concatenate([one[own], other[own]])).tolist()
            late = [lateness(self.consents[number], closed) for number in asked]
            places = {key: place for place, key in enumerate(sorted(set(late)))}
            rank[asked] = [places[key] for key in late]
            found[own] = np.where(rank[one[own]] >= rank[other[own]], one[own], other[own])
        return found


def _first_rows(column: Ints) -> Iterator[tuple[int, int]]:
    """Each value of a column, with a row that has it."""
    values, rows = np.unique(column, return_index=True)
    yield from zip(values.tolist(), rows.tolist(), strict=True)


def _combined(one: Ints, other: Ints, values: Sequence[T], combine: Callable[[T, T], T]) -> tuple[Ints, list[T]]:
    """Numbers of two values put together, each pair once, and what the numbers mean."""
    sample, of = distinct_columns([one, other], len(one))
    pairs = zip(one[sample].tolist(), other[sample].tolist(), strict=True)
    numbers, distinct = numbered_values([combine(values[a], values[b]) for a, b in pairs])
    return numbers[of], distinct


def _plain(consent: Consent) -> Consent:
    """The consent without the names of its windows: only their hours make a difference (NF7)."""
    parts = sorted({evolve(part, name="", owner="") for part in consent.windows.parts}, key=lambda part: part.hours)
    return Consent(period=consent.period, windows=Windows(parts=tuple(parts)))
