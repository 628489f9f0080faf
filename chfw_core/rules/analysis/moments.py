"""What is certain of two moments whatever the release, the day and the hub.

A moment is a base (`cutoff`, `today`, a field, a date) with days on the wall clock and seconds. Two
moments of one base are compared by what is added to it. Those of different bases are compared where
the bases have a known distance: `today` and the day of the notice begin at most a day before `as_of`
and the notice, the day of the automatic time at most a day before it, and the cut-off lies a month
or more before it. A wall-clock day may be an hour longer or shorter, and no more.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from attrs import frozen

from chfw_core.rules.meaning.values import as_closing, as_opening, shift
from chfw_core.rules.model import DateExpr
from chfw_core.rules.vocabulary.fields import MY_PREFIX

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_LONGEST_DAY = _DAY + _HOUR
_SHORTEST_MONTH = timedelta(days=28)
_INSTANTS = frozenset({"cutoff", "event.at"})


class Axis(StrEnum):
    """Moments that others have a known distance to."""

    AS_OF = "as_of"
    NOTICE = "notice"
    AUTOMATIC = "automatic"


_AXIS_OF = {"today": Axis.AS_OF, "release.notified_on": Axis.NOTICE, "release.automatic_on": Axis.AUTOMATIC}


@frozen(kw_only=True)
class Moment:
    """`base` as in `DateExpr`; a literal one is the moment itself. `least_days`, `most_days`: where it is not
    known whether a private attribute is a date, whose day a closing includes, they differ by one.
    """

    base: datetime | str
    least_days: int = 0
    most_days: int = 0
    seconds: int = 0

    @property
    def at_least(self) -> timedelta:
        """The least that it lies after its base."""
        return timedelta(days=self.least_days, seconds=self.seconds) - (_HOUR if self.least_days else timedelta())

    @property
    def at_most(self) -> timedelta:
        """The most that it lies after its base."""
        return timedelta(days=self.most_days, seconds=self.seconds) + (_HOUR if self.most_days else timedelta())


TOMORROW = Moment(base="today", least_days=1, most_days=1)
"""Where `from` is absent: the London day after `as_of`."""


def opening_of(expr: DateExpr) -> Moment:
    """The moment at which a period opens, or a hold ends."""
    if not isinstance(expr.base, str):
        return Moment(base=as_opening(shift(expr.base, expr.offset)))
    days = expr.offset.days
    return Moment(base=expr.base, least_days=days, most_days=days, seconds=expr.offset.seconds)


def closing_of(expr: DateExpr) -> Moment:
    """The moment at which a period closes: a bare date includes that day."""
    if isinstance(expr.base, date):
        return Moment(base=as_closing(shift(expr.base, expr.offset)))
    days, seconds = expr.offset.days, expr.offset.seconds
    is_date = expr.base not in _INSTANTS and not seconds
    unknown = expr.base.startswith(MY_PREFIX)
    least = days + (is_date and not unknown)
    return Moment(base=expr.base, least_days=least, most_days=days + is_date, seconds=seconds)


def never_after(one: Moment, other: Moment) -> bool:
    """Whether `one` is certain to lie no later than `other`, which has the same base; False for two bases."""
    if not isinstance(one.base, str) or not isinstance(other.base, str):
        return isinstance(one.base, datetime) and isinstance(other.base, datetime) and one.base <= other.base
    if one.base != other.base:
        return False
    days, seconds = other.least_days - one.most_days, other.seconds - one.seconds
    slack = _HOUR if days else timedelta()
    # With no seconds on either side a later day is a later moment, however long the days are.
    return days * _DAY + timedelta(seconds=seconds) - slack >= timedelta() or (days >= 0 and seconds >= 0)


def never_after_axis(moment: Moment, axis: Axis) -> bool:
    """Whether it is certain to lie no later than the moment of the axis."""
    if moment.base == "cutoff" and axis is Axis.AUTOMATIC:
        return moment.at_most + _HOUR <= _SHORTEST_MONTH
    # A day begins no later than any moment in it.
    return isinstance(moment.base, str) and _AXIS_OF.get(moment.base) is axis and moment.at_most <= timedelta()


def never_before_automatic(moment: Moment) -> bool:
    """Whether it is certain to lie no earlier than the automatic time."""
    next_day = moment.least_days >= 1 and moment.seconds >= 0
    return moment.base == "release.automatic_on" and (next_day or moment.at_least >= _LONGEST_DAY)


def after_cutoff(moment: Moment) -> bool:
    """Whether it is certain to lie later than the cut-off, which is a month or more before the automatic time."""
    if moment.base == "cutoff":
        return moment.at_least > timedelta()
    before_automatic = _LONGEST_DAY - moment.at_least
    return moment.base == "release.automatic_on" and before_automatic < _SHORTEST_MONTH - _HOUR
