"""The schedule's rows against what was derived, by masks; each difference under the name it has.

`statuses` compares what does not depend on a day; `times` compares planned rows with the cells of
their timing. Rows whose times differ are few, or all alike: they are named one by one of a kind.
"""

from collections.abc import Callable
from datetime import date

import numpy as np
from attrs import frozen

from chfw_core.engines.verify.arrays import (
    NO_DAY,
    NO_TIME,
    Bools,
    Ints,
    Longs,
    day_of,
    distinct,
    instant_of,
    micros,
    numbered,
)
from chfw_core.engines.verify.calendar import Calendar
from chfw_core.engines.verify.rows import (
    BASES,
    HELD,
    INELIGIBLE,
    INFEASIBLE,
    PLANNED,
    STATUSES,
    Rows,
    ScheduleReader,
)
from chfw_core.engines.verify.tables import Timing
from chfw_core.engines.verify.tally import Tally
from chfw_core.engines.verify.timings import Timings
from chfw_core.engines.verify.world import World
from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_core.planning.verify import Check


@frozen(kw_only=True)
class Derived:
    """What each hub's row must say."""

    eligible: Bools
    held: Bools
    basis: Ints
    import_rule: Ints
    gas_rule: Ints


class Compare:
    """Compares rows, block by block."""

    def __init__(
        self,
        world: World,
        reader: ScheduleReader,
        timings: Timings,
        calendar: Calendar,
        tally: Tally,
    ) -> None:
        self._world = world
        self._reader = reader
        self._timings = timings
        self._calendar = calendar
        self._tally = tally

    def statuses(self, rows: Rows, derived: Derived) -> None:
        """Status, basis, rules, reason, and the fields that must be empty."""
        status, there = rows.status, rows.present
        texts = self._reader

        def status_of(row: int) -> str:
            return texts.status_text(int(status[row]))

        def say(check: Check, bad: Bools, expected: str) -> None:
            self._tally.rows(check, bad & there, rows.guids, lambda _: expected, status_of)

        self._tally.rows(Check.REASON, there & ~rows.reason, rows.guids, lambda _: "a reason", lambda _: "none")
        known = (status > 0) & (status < len(STATUSES)) & (rows.basis < len(BASES))
        say(Check.STATUS, ~known, "a status and a basis that the contract knows")
        eligible, held = derived.eligible, derived.held
        say(Check.ELIGIBLE, eligible & (status == INELIGIBLE), "eligible")
        say(Check.ELIGIBLE, ~eligible & (status != INELIGIBLE), "ineligible")
        # I4: no hub after a stop, hold or revocation
        say(Check.HELD, eligible & held & (status != HELD), "held")
        say(Check.HELD, eligible & ~held & (status == HELD), "planned or infeasible")
        filled = (rows.basis > 0) | (rows.opens != NO_TIME) | (rows.closes != NO_TIME)
        filled |= rows.day != NO_DAY
        say(Check.EMPTY, filled & (status != PLANNED), "no basis, times or day")
        lacking = (rows.basis == 0) | (rows.opens == NO_TIME) | (rows.closes == NO_TIME)
        lacking |= rows.day == NO_DAY
        say(Check.EMPTY, lacking & (status == PLANNED), "a basis, both times and a day")
        free = eligible & ~held
        # I2, BR4.2: one missing consent is the DCC's date
        wrong = free & (status == PLANNED) & (rows.basis > 0) & (rows.basis != derived.basis)
        self._tally.rows(
            Check.BASIS,
            wrong & there,
            rows.guids,
            lambda r: texts.basis_text(int(derived.basis[r])),
            lambda r: texts.basis_text(int(rows.basis[r])),
        )
        self._rules(rows, derived, free)

    def _rules(self, rows: Rows, derived: Derived, free: Bools) -> None:
        decided = free & ((rows.status == PLANNED) | (rows.status == INFEASIBLE))
        names = self._world.rules.values
        for role, got, expected in (
            ("import", rows.import_rule, derived.import_rule),
            ("gas", rows.gas_rule, derived.gas_rule),
        ):
            bad = decided & (got != expected)
            bad |= ((rows.status == HELD) | (rows.status == INELIGIBLE)) & (got != 0)
            self._tally.rows(
                Check.RULE,
                bad & rows.present,
                rows.guids,
                _told(role, names, np.where(decided, expected, 0)),
                _told(role, names, got),
            )

    def agreed(self, rows: Rows, floor: Longs) -> None:
        """I1: planned rows never open earlier than any responsible Supplier agreed to."""
        self._tally.rows(
            Check.AGREED,
            (rows.opens != NO_TIME) & (rows.opens < floor),
            rows.guids,
            lambda row: f"not before {_text(int(floor[row]))}",
            lambda row: _text(int(rows.opens[row])),
        )

    def times(self, rows: Rows, timing: Ints, counts: Longs) -> tuple[Longs, Bools]:
        """Compare planned rows, each standing for `counts` hubs, with the cells of their timing.

        Returns each row's cell, and which rows fit.
        """
        if not len(timing):
            return np.zeros(0, np.int64), np.zeros(0, np.bool_)
        cell, right = self._timings.cells(timing, rows.day)
        if len(self._timings.opens):
            right &= self._timings.opens[cell] == rows.opens
            right &= self._timings.closes[cell] == rows.closes
        self._name(rows, timing, counts, np.flatnonzero(~right))
        return cell, right

    def _name(self, rows: Rows, timing: Ints, counts: Longs, wrong: Longs) -> None:
        rows, timing, counts = rows.take(wrong), timing[wrong], counts[wrong]
        filled = (rows.opens != NO_TIME) & (rows.closes != NO_TIME) & (rows.day != NO_DAY)
        rows, timing, counts = rows.take(filled), timing[filled], counts[filled]
        if not len(timing):
            return
        times = (rows.opens, rows.closes, rows.day.astype(np.int64))
        opens, closes, days = (numbered(values) for values in times)
        firsts, inverse = distinct([(timing, len(self._timings.timings)), opens, closes, days])
        for at, count in zip(firsts, np.bincount(inverse, counts), strict=True):
            start, end, day = int(rows.opens[at]), int(rows.closes[at]), int(rows.day[at])
            check, expected = self._fault(int(timing[at]), start, end, day)
            got = f"{_text(start)} to {_text(end)} on {day_of(day)}"
            self._tally.add(check, format_guid(int(rows.guids[at])), expected, got, int(count))

    def _fault(self, number: int, opens: int, closes: int, day: int) -> tuple[Check, str]:
        timing = self._timings.timings[number]
        if self._calendar.day(opens) != day:
            return Check.DAY, f"day {day_of(self._calendar.day(opens))}"
        if day < self._world.earliest_day:
            return Check.LEAD, f"no earlier than {day_of(self._world.earliest_day)}"
        if timing.freeze and any(low <= day <= high for low, high in timing.freeze.days):
            return Check.FREEZE, "a day outside the change of Supplier"
        if self._blacked_out(timing, opens, closes):
            return Check.BLACKOUT, "no time within a black-out"
        if opens < timing.opening and timing.opening > timing.resolved.opens:
            return Check.BATCH_OPENS, f"not before {_text(timing.opening)}"
        return Check.WINDOW, self._expected(number, day_of(day))

    def _blacked_out(self, timing: Timing, opens: int, closes: int) -> bool:
        for blackout in self._world.release.blackouts:
            concerns = blackout.regions is None or timing.region in blackout.regions
            if concerns and opens < micros(blackout.closes) and closes > micros(blackout.opens):
                return True
        left_alone = timing.freeze.spans if timing.freeze else ()  # CS4
        return any(opens < last and closes > first for first, last in left_alone)

    def _expected(self, number: int, day: date) -> str:
        first, allowed = self._timings.days_of(number)
        start = int(self._timings.offset[number])
        for at in np.flatnonzero(allowed):
            if day_of(first + int(at)) == day:
                cell = start + int(at)
                opens, closes = self._timings.opens[cell], self._timings.closes[cell]
                return f"{_text(int(opens))} to {_text(int(closes))}"
        days = [str(day_of(first + int(at))) for at in np.flatnonzero(allowed)[:3]]
        return f"one of its days: {', '.join(days)} …" if days else "infeasible: it has no day"


def _text(instant: int) -> str:
    return format_instant(instant_of(instant))


def _told(role: str, names: list[str | None], codes: Ints) -> Callable[[int], str]:
    return lambda row: f"{role}: {names[codes[row]] or 'none'}"
