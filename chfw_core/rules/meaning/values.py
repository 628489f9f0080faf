"""How values are shifted and compared: exactly, like with like, and never by raising.

A private attribute or an event's field arrives as its file had it, often as text; it is read as
the kind it is compared with, and what cannot be read so counts as missing. Numbers are exact:
0.6 from a file equals 60%, which a binary fraction would miss.
"""

import math
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from chfw_core.errors import InputError
from chfw_core.model.estate import parse_set
from chfw_core.model.guid import MASK_64, format_guid
from chfw_core.model.periods import add_wall_days, as_utc, london_midnight, parse_instant
from chfw_core.rules.model import Duration

LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)


def as_opening(value: date | datetime) -> datetime:
    """The moment a period opens: a bare date means 00:00 Europe/London."""
    return as_utc(value) if isinstance(value, datetime) else london_midnight(value)


def as_closing(value: date | datetime) -> datetime:
    """The moment a period closes: a bare date includes that day."""
    if isinstance(value, datetime):
        return as_utc(value)
    return LAST_MOMENT if value == date.max else london_midnight(value + timedelta(days=1))


def shift(value: date | datetime, by: Duration) -> date | datetime:
    """Days on the London wall clock, seconds absolute; held at the calendar's ends."""
    try:
        if by.days:
            value = add_wall_days(value, by.days) if isinstance(value, datetime) else value + timedelta(days=by.days)
        return as_opening(value) + timedelta(seconds=by.seconds) if by.seconds else value
    except OverflowError:
        # A date of the year 9999 in an estate means "never": later than that is no reason to stop.
        late = by.days * 86_400 + by.seconds > 0
        if isinstance(value, datetime):
            return LAST_MOMENT if late else FIRST_MOMENT
        return date.max if late else date.min


def plain(value: object) -> object:
    """The value in the kind in which values are compared; None where it has none of these kinds."""
    match value:
        case Duration():
            return timedelta(days=value.days, seconds=value.seconds)
        case float() | Decimal():
            return Fraction(str(value)) if math.isfinite(value) else None
        case datetime():
            return None if value.tzinfo is None else value
        case set() | list() | tuple():
            return frozenset(item for item in value if isinstance(item, str))
        case str() | int() | Fraction() | date() | timedelta() | frozenset():
            return value
        case _:
            return None


def as_text(value: object, *, is_guid: bool = False) -> str | None:
    """Text as it is, a GUID's number as its text, another whole number in digits; None for anything else."""
    value = plain(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return format_guid(value) if is_guid and 0 <= value <= MASK_64 else str(value)
    return value if isinstance(value, str) else None


def as_set(value: object) -> frozenset[object] | None:
    """A set as it is; text joined by `|` as the set it means."""
    value = plain(value)
    if isinstance(value, str):
        return frozenset(parse_set(value))
    return value if isinstance(value, frozenset) else None


def as_moment(value: object) -> date | datetime | None:
    """A date or instant, also from its text; None for anything else."""
    value = plain(value)
    if isinstance(value, str):
        return read_date(value)
    return value if isinstance(value, date) else None


def order_of(left: object, right: object) -> int | None:
    """-1, 0 or 1; None where one is missing or the two are not of one kind."""
    left, right = plain(left), plain(right)
    if isinstance(left, str) and not isinstance(right, str):
        left = _read(left, right)
    elif isinstance(right, str) and not isinstance(left, str):
        right = _read(right, left)
    if isinstance(left, date) and isinstance(right, date) and type(left) is not type(right):
        left, right = as_opening(left), as_opening(right)
    match left, right:
        case (bool(), bool()) | (str(), str()) | (datetime(), datetime()) | (timedelta(), timedelta()):
            return _order(left, right)
        case (date(), date()):
            return _order(left, right)
        case (int() | Fraction(), int() | Fraction()) if not (isinstance(left, bool) or isinstance(right, bool)):
            return _order(left, right)
        case _:
            return None


def _order(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


_NUMBER = re.compile(r"(-?\d{1,30}(?:\.\d{1,30})?)(%?)", re.ASCII)


def _read(text: str, like: object) -> object:
    """The text as a value of the other's kind; None where it is none."""
    match like:
        case bool():
            return {"true": True, "false": False}.get(text.lower())
        case int() | Fraction():
            number = _NUMBER.fullmatch(text)
            return Fraction(number[1]) / (100 if number[2] else 1) if number else None
        case date():
            return read_date(text)
        case _:
            return None


def read_date(text: str) -> date | datetime | None:
    """A date or an instant from its text; None where it is neither."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else parse_instant(text)
    except (ValueError, OverflowError, InputError):
        return None
