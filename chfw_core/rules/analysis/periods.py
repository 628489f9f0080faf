"""Dates against a release: periods that lie outside it, windows without an hour in them, holds that are over.

Only dates that are the same for every hub and every day are looked at. Without a release they mean
nothing yet.
"""

from datetime import date, datetime

from attrs import frozen

from chfw_core.model.occurrences import DayRules, possible_days
from chfw_core.model.periods import Period, format_instant, london_date
from chfw_core.rules.analysis.subject import ReleasePeriod, Subject
from chfw_core.rules.blocks.at import never_open_together
from chfw_core.rules.evaluate import RuleContext, date_value
from chfw_core.rules.model import At, DateExpr, HoldRule, Rule, UntilDate, UntilEvent, UntilFlagCleared
from chfw_core.rules.values import as_closing, as_opening

_KNOWN = ("cutoff", "release.notified_on", "release.automatic_on")


@frozen
class _Dates:
    release: ReleasePeriod
    context: RuleContext

    def value(self, expr: DateExpr | None) -> date | datetime | None:
        """The date that an expression means; None where it depends on the hub, an event or today."""
        if expr is None or (isinstance(expr.base, str) and expr.base not in _KNOWN):
            return None
        return date_value(expr, lambda _: None, self.context)


def find_periods(subject: Subject, release: ReleasePeriod) -> None:
    """Hold every period and every hold's end against the release's times."""
    dates = _Dates(release, _context(release))
    for rule in subject.rules.decides:
        if rule.at is not None:
            _period(subject, rule, rule.at, dates)
    for pilot in subject.rules.pilots:
        _period(subject, pilot, pilot.at, dates)
    for hold in subject.rules.holds:
        _hold(subject, hold, dates)


def _period(subject: Subject, rule: Rule, at: At, dates: _Dates) -> None:
    release = dates.release
    first, last = dates.value(at.opens), dates.value(at.closes)
    opens = as_opening(first) if first is not None else None
    closes = as_closing(last) if last is not None else None
    outside = _outside(opens, closes, release)
    if outside is not None:
        subject.say("W312", rule, f"the period of `{rule.id}` {outside} (release {release.id})")
        return
    begin = max(opens or release.notified_at, release.notified_at)
    end = min(closes or release.automatic_at, release.automatic_at)
    period = Period(opens=begin, closes=end)
    days = possible_days(period, at.windows, frozenset(), DayRules(earliest=london_date(begin)))
    shut = never_open_together(at.windows) or not all(part.days for part in at.windows.parts)  # has its own finding
    if at.windows.parts and not shut and next(iter(days), None) is None:
        message = f"no window of `{rule.id}` opens from {format_instant(begin)} to {format_instant(end)}"
        subject.say("W305", rule, f"{message} (release {release.id})")


def _outside(opens: datetime | None, closes: datetime | None, release: ReleasePeriod) -> str | None:
    """How a period misses the release; BR3.4: what opens after the cut-off can no longer be changed by then."""
    if opens is not None and opens >= release.automatic_at:
        return f"begins at {format_instant(opens)}, not before the automatic time"
    if opens is not None and opens > release.cutoff:
        return f"begins at {format_instant(opens)}, after the cut-off at {format_instant(release.cutoff)}"
    if closes is not None and closes <= release.notified_at:
        return f"is over at {format_instant(closes)}, before the notice at {format_instant(release.notified_at)}"
    if opens is not None and closes is not None and closes <= opens:
        return f"closes at {format_instant(closes)}, before it opens at {format_instant(opens)}"
    return None


def _hold(subject: Subject, hold: HoldRule, dates: _Dates) -> None:
    until = hold.until
    expr = None
    if isinstance(until, UntilDate):
        expr = until.date
    elif isinstance(until, UntilEvent | UntilFlagCleared):
        expr = until.at_latest
    end = dates.value(expr)
    release = dates.release
    if end is not None and as_opening(end) <= release.notified_at:
        message = f"`{hold.id}` is over at {format_instant(as_opening(end))}"
        notice = f"before the notice at {format_instant(release.notified_at)} (release {release.id})"
        subject.say("W312", hold, f"{message}, {notice}")


def _context(release: ReleasePeriod) -> RuleContext:
    notified = london_date(release.notified_at)
    return RuleContext(
        as_of=release.notified_at,
        today=notified,
        automatic_at=release.automatic_at,
        cutoff=release.cutoff,
        notified_at=release.notified_at,
        release={"notified_on": notified, "automatic_on": london_date(release.automatic_at)},
    )
