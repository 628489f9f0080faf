"""Periods that are empty or come too late, windows without an hour in them, holds that are over.

Some of it is certain whatever the release: what `moments` can compare. With a release, dates that are
the same for every hub and every day are held against its times. A Supplier instructs for a time before
the automatic one, and the cut-off binds it; the DCC's own period begins at the automatic time.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from attrs import frozen

from chfw_core.model.occurrences import DayRules, possible_days
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import Period, format_instant, london_date
from chfw_core.rules.analysis.certain import empty_or_late, hold_end, hold_in_vain
from chfw_core.rules.analysis.subject import ReleasePeriod, Subject
from chfw_core.rules.blocks.at import never_open_together
from chfw_core.rules.meaning.evaluate import RuleContext, date_value
from chfw_core.rules.meaning.values import as_closing, as_opening, shift
from chfw_core.rules.model import At, DateExpr, Rule, Until, UntilDate, UntilEvent, UntilFlagCleared, UntilManual

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


def find_periods(subject: Subject) -> None:
    """Look at every period and every hold's end, by themselves and, where one is given, against a release."""
    supplier = is_supplier(subject.rules.owner)
    release = subject.analysis.release
    dates = _Dates(release, _context(release)) if release is not None else None
    ats: list[tuple[Rule, At]] = [(rule, rule.at) for rule in subject.rules.decides if rule.at is not None]
    ats += [(pilot, pilot.at) for pilot in subject.rules.pilots]
    for rule, at in ats:
        outside = dates and _outside(rule, at, dates, supplier=supplier)
        outside = outside or empty_or_late(at, supplier=supplier)
        if outside:
            subject.say("W312", rule, f"the period of `{rule.id}` {outside}")
        else:
            _windows(subject, rule, at, dates if supplier else None)
    for hold in subject.rules.holds:
        in_vain = dates and _over_or_late(hold.until, dates, supplier=supplier)
        in_vain = in_vain or hold_in_vain(hold.until, supplier=supplier)
        if in_vain:
            subject.say("W312", hold, f"`{hold.id}` {in_vain}")
    for trigger in subject.rules.triggers:
        for written in dict.fromkeys(_written(trigger.body)):
            if isinstance(written, At):
                what, wrong = "the period that", dates and _outside(trigger, written, dates, supplier=supplier)
                wrong = wrong or empty_or_late(written, supplier=supplier, of_event=True)
            else:
                what, wrong = "the hold that", dates and _over_or_late(written, dates, supplier=supplier)
                wrong = wrong or hold_in_vain(written, supplier=supplier)
            wrong = wrong or _gone_by(written, subject.analysis.as_of)
            if wrong:
                subject.say("W312", trigger, f"{what} `{trigger.id}` writes {wrong}")


def _gone_by(written: At | Until, as_of: datetime | None) -> str | None:
    """How what a trigger writes is over before it can fire: its fixed end is in the past."""
    fixed = _fixed(written.closes if isinstance(written, At) else hold_end(written))
    if as_of is None or fixed is None:
        return None
    end = as_closing(fixed) if isinstance(written, At) else as_opening(fixed)
    return f"was over at {format_instant(end)}: the rule fires no earlier than now" if end <= as_of else None


def _written(content: object) -> Iterator[At | Until]:
    """What a trigger writes down, at its end or where a step expires."""
    match content:
        case At() | UntilDate() | UntilEvent() | UntilFlagCleared() | UntilManual():
            yield content
        case Mapping():
            for inner in content.values():
                yield from _written(inner)
        case tuple():
            for inner in content:
                yield from _written(inner)


def _outside(rule: Rule, at: At, dates: _Dates, *, supplier: bool) -> str | None:
    """How a period misses the release; BR3.4: what opens after the cut-off can no longer be changed by then."""
    release = dates.release
    first, last = dates.value(at.opens), dates.value(at.closes)
    opens = as_opening(first) if first is not None else None
    closes = as_closing(last) if last is not None else None
    what = None
    if opens is not None and supplier and (late := _late(opens, release)):
        what = f"begins at {format_instant(opens)}, {late}"
    elif closes is not None and closes <= release.notified_at:
        notice = format_instant(release.notified_at)
        what = f"is over at {format_instant(closes)}, before the notice at {notice}"
    elif closes is not None and closes <= release.automatic_at and not supplier:
        automatic = format_instant(release.automatic_at)
        what = f"is over at {format_instant(closes)}, before the DCC's own begins at {automatic}"
    elif opens is not None and closes is not None and closes <= opens:
        what = f"closes at {format_instant(closes)}, before it opens at {format_instant(opens)}"
    return f"{what} (release {release.id})" if what is not None else None


def misses_release(at: At, release: ReleasePeriod) -> str | None:
    """How a Supplier's period lies wholly outside a release, whatever the hub and the day; None where it may not.

    What opens after the cut-off is not meant: it can no longer be changed by then, and is carried out.
    """
    dates = _Dates(release, _context(release))
    first, last = dates.value(at.opens), dates.value(at.closes)
    if first is not None and last is not None and as_opening(first) >= as_closing(last):
        return "closes before it opens"
    if last is not None and (closes := as_closing(last)) <= release.notified_at:
        return f"is over at {format_instant(closes)}, before the notice at {format_instant(release.notified_at)}"
    if first is not None and (opens := as_opening(first)) >= release.automatic_at:
        automatic = format_instant(release.automatic_at)
        return f"begins at {format_instant(opens)}, not before the automatic time at {automatic}"
    return None


def _late(opens: datetime, release: ReleasePeriod) -> str | None:
    if opens >= release.automatic_at:
        return "not before the automatic time"
    return f"after the cut-off at {format_instant(release.cutoff)}" if opens > release.cutoff else None


def _windows(subject: Subject, rule: Rule, at: At, dates: _Dates | None) -> None:
    """No window in the period, as far as it is known: between two fixed dates, or within a release."""
    shut = never_open_together(at.windows) or not all(part.days for part in at.windows.parts)  # has its own finding
    if not at.windows.parts or shut:
        return
    first, last = (
        (dates.value(at.opens), dates.value(at.closes)) if dates is not None else (_fixed(at.opens), _fixed(at.closes))
    )
    begin = as_opening(first) if first is not None else None
    end = as_closing(last) if last is not None else None
    of_release = ""
    if dates is not None:
        release = dates.release
        begin = max(begin or release.notified_at, release.notified_at)
        end = min(end or release.automatic_at, release.automatic_at)
        of_release = f" (release {release.id})"
    if begin is None or end is None:
        return
    days = possible_days(
        Period(opens=begin, closes=end), at.windows, frozenset(), DayRules(earliest=london_date(begin))
    )
    if next(iter(days), None) is None:
        message = f"no window of `{rule.id}` opens from {format_instant(begin)} to {format_instant(end)}"
        subject.say("W305", rule, f"{message}{of_release}")


def _over_or_late(until: Until, dates: _Dates, *, supplier: bool) -> str | None:
    """How a hold misses the release. A Supplier's hold on a date moves its opening to that date."""
    release = dates.release
    value = dates.value(hold_end(until))
    end = as_opening(value) if value is not None else None
    what = None
    if end is not None and end <= release.notified_at:
        what = f"is over at {format_instant(end)}, before the notice at {format_instant(release.notified_at)}"
    elif end is not None and supplier and isinstance(until, UntilDate) and (late := _late(end, release)):
        what = f"lasts until {format_instant(end)}, {late}"
    return f"{what} (release {release.id})" if what is not None else None


def _fixed(expr: DateExpr | None) -> date | datetime | None:
    """The date of an expression that depends on nothing."""
    return shift(expr.base, expr.offset) if expr is not None and not isinstance(expr.base, str) else None


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
