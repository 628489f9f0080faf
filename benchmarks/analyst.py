"""What an analyst would take from the rules before writing the query: which rule says what, and a calendar.

Both queries (Polars, DuckDB) start from this, made before the clock starts. It is the analyst's
part of a plan: the rule that decides on each side, what it agrees to, the later of two, the first
possible day. Pilots, priorities, batches, capacity, reasons and proofs are left out.

Times are naive London wall-clock times, as analysts keep them: no instant compared here lies in an
hour that the clocks repeat.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from attrs import evolve, field, frozen

from chfw_core.model.occurrences import DayRules, occurrence_on
from chfw_core.model.periods import LONDON, Period, london_midnight
from chfw_core.model.windows import Windows, holidays_for
from chfw_core.planning.decision import rule_period
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.release_state import (
    blackouts_in,
    context_for,
    default_resolution,
    earliest_day,
    release_state,
    terms_for,
)
from chfw_core.rules.meaning.evaluate import RuleContext, date_value
from chfw_core.rules.model import (
    And,
    At,
    Condition,
    DateExpr,
    DecideRule,
    DecideThen,
    HoldRule,
    RuleSet,
    UntilDate,
    UntilFlagCleared,
)
from chfw_core.testing.worlds import flagged

EPOCH = date(1970, 1, 1)
CODES = 1 << 20
"""A delay is one number, `day × CODES - code`: the largest is the latest, and of equals the first in the file."""


@frozen(kw_only=True)
class Step:
    """One row of the table of rules; its place there is the code that the query gives to a hub.

    `opens` None = no consent.
    """

    rule: str | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    windows: int = 0


@frozen(kw_only=True)
class Delay:
    """A hold on a date: `day` itself, or `day` days after the hub's `installed_on`. `code`: its step."""

    when: Condition
    day: int
    of_hub: bool
    code: int

    @property
    def number(self) -> int:
        """What is compared; the days of the hub's own date come on top."""
        return self.day * CODES - self.code


@frozen(kw_only=True)
class Party:
    """A Supplier's rules: the first of `lines` that holds gives the code; holds on a date beside it."""

    name: str
    lines: tuple[tuple[Condition, int], ...]
    delays: tuple[Delay, ...]


@frozen(kw_only=True)
class Day:
    """From `day` on, with these windows in this holiday division: the first occurrence."""

    pair: int
    division: str | None
    day: date
    first: datetime | None


@frozen(kw_only=True)
class Brief:
    """All that the queries need. `parties` in order of name, the DCC's hold apart."""

    inputs: PlanInputs
    context: RuleContext
    steps: tuple[Step, ...]
    parties: tuple[Party, ...]
    dcc_delay: Delay
    windows: tuple[Windows, ...]
    days: tuple[Day, ...] = field(repr=False)
    default_opens: datetime
    default_closes: datetime
    earliest: date

    @property
    def today(self) -> date:
        """The day of the plan."""
        return self.context.today


def local(instant: datetime) -> datetime:
    """On the London wall clock, naive."""
    return instant.astimezone(LONDON).replace(tzinfo=None)


def make_brief(inputs: PlanInputs) -> Brief:
    """What of the inputs an analyst would write into the query."""
    automatic = inputs.release.automatic_at
    context = context_for(inputs, release_state(inputs).phases.for_all, automatic)
    default = default_resolution(inputs, automatic).period
    table = _Table(inputs, context)
    parties = tuple(table.party(rules) for rules in inputs.rulesets if rules.owner != "DCC")
    (dcc,) = (rules for rules in inputs.rulesets if rules.owner == "DCC")
    return Brief(
        inputs=inputs,
        context=context,
        steps=tuple(table.steps),
        parties=parties,
        dcc_delay=table.delays(dcc)[0],
        windows=tuple(table.windows),
        days=tuple(_calendar(inputs, table.windows, local(default.closes).date())),
        default_opens=local(default.opens),
        default_closes=local(default.closes),
        earliest=earliest_day(inputs),
    )


class _Table:
    def __init__(self, inputs: PlanInputs, context: RuleContext) -> None:
        self.context = context
        self.terms = terms_for(inputs, inputs.release.automatic_at)
        self.steps = [Step()]
        self.windows = [Windows()]

    def party(self, rules: RuleSet) -> Party:
        """Excludes, then open holds, then decides: the order in which they count."""
        lines = [(rule.when, self._step(rule.id)) for rule in rules.excludes]
        lines += [(self._still(rule), self._step(rule.id)) for rule in self._open_holds(rules)]
        delays = self.delays(rules)
        lines += [(rule.when, self._decide(rule)) for rule in rules.decides]
        return Party(name=rules.owner, lines=tuple(lines), delays=delays)

    def delays(self, rules: RuleSet) -> tuple[Delay, ...]:
        """The holds on a date."""
        found = []
        for rule in rules.holds:
            if isinstance(rule.until, UntilDate):
                until = rule.until.date
                known = None if until.fields else self._read(until)
                day = until.offset.days if known is None else (_day_of(known) - EPOCH).days
                found.append(Delay(when=rule.when, day=day, of_hub=known is None, code=self._step(rule.id)))
        return tuple(found)

    def _open_holds(self, rules: RuleSet) -> list[HoldRule]:
        """The one that can last longest first; of equals the first in the file."""
        holds = [rule for rule in rules.holds if isinstance(rule.until, UntilFlagCleared)]
        return sorted(holds, key=lambda rule: self._latest(rule), reverse=True)

    def _latest(self, rule: HoldRule) -> date:
        latest = rule.until.at_latest if isinstance(rule.until, UntilFlagCleared) else None
        return date.max if latest is None else _day_of(self._read(latest))

    def _still(self, rule: HoldRule) -> Condition:
        """It is on as long as the hub bears the flag."""
        flag = rule.until.flag if isinstance(rule.until, UntilFlagCleared) else ""
        return And(items=(rule.when, flagged(flag)))

    def _decide(self, rule: DecideRule) -> int:
        if rule.then is not DecideThen.INSTRUCT:
            return self._step(rule.id)
        at = rule.at or At()
        period = rule_period(at, self.terms, self._read)
        return self._step(rule.id, at.windows, None if isinstance(period, str) else period)

    def _step(self, rule: str, windows: Windows | None = None, period: Period | None = None) -> int:
        own = 0
        if windows is not None:
            nobodys = Windows(parts=tuple(evolve(part, owner="") for part in windows.parts))
            if nobodys not in self.windows:
                self.windows.append(nobodys)
            own = self.windows.index(nobodys)
        opens, closes = (None, None) if period is None else (local(period.opens), local(period.closes))
        self.steps.append(Step(rule=rule, opens=opens, closes=closes, windows=own))
        return len(self.steps) - 1

    def _read(self, expr: DateExpr) -> date | datetime | None:
        return date_value(expr, lambda _: None, self.context)


def _day_of(value: date | datetime | None) -> date:
    if value is None or isinstance(value, datetime):
        raise AssertionError("the benchmark's holds end on days")
    return value


def _calendar(inputs: PlanInputs, windows: list[Windows], last: date) -> Iterator[Day]:
    """The first occurrence from each day on, for every two windows (0 = none) and division."""
    first, blackouts = earliest_day(inputs), blackouts_in(inputs, "")
    whole = Period(opens=london_midnight(first), closes=london_midnight(last + timedelta(days=1)))
    rules = DayRules(earliest=first, blackouts=blackouts)
    for division in (None, *sorted(inputs.holidays)):
        closed = holidays_for(division, inputs.holidays)
        for one in range(len(windows)):
            for other in range(one, len(windows)):
                both, later, day = windows[one].merged(windows[other]), None, last
                while day >= first:
                    # On a period's own first day the tail of the night before does not count.
                    begins = Period(opens=london_midnight(day), closes=whole.closes)
                    today = occurrence_on(day, begins, both, closed, rules)
                    found = later if today is None else local(today.opens)
                    yield Day(pair=one * len(windows) + other, division=division, day=day, first=found)
                    occurrence = occurrence_on(day, whole, both, closed, rules)
                    later = later if occurrence is None else local(occurrence.opens)
                    day -= timedelta(days=1)
