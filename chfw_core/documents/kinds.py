"""The kinds of single values that documents hold, and how each is read from text.

Each reader takes what a file has (text from YAML and CSV, also numbers from JSON) and raises
InputError with the cure. The same kinds make the JSON Schemas.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import NewType

from chfw_core.errors import InputError
from chfw_core.model.guid import Guid, parse_guid
from chfw_core.model.hubs import CSP_REGIONS
from chfw_core.model.periods import parse_instant, parse_period_end
from chfw_core.model.window_text import standard_window
from chfw_core.rules.problems.problem import did_you_mean, shown

Hex4 = NewType("Hex4", str)
Hex8 = NewType("Hex8", str)
Instant = NewType("Instant", datetime)
PeriodEnd = NewType("PeriodEnd", datetime)
"""An instant; a bare date includes that day."""
Region = NewType("Region", str)
Count = NewType("Count", int)
"""A whole number, at least 1."""
Days = NewType("Days", int)
"""How many days something takes: a whole number from 1 to ten years."""
MOST_DAYS = 3_660
Whole = NewType("Whole", int)
"""A whole number, at least 0."""

_DIGITS = re.compile(r"[0-9]{1,10}")
_SIGNED = re.compile(r"[+-]?[0-9]+")


def text(value: object) -> str:
    """A piece of text, not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"`{_show(value)}` is not text")
    return value.strip()


def hex_text(value: object, digits: int) -> str:
    """So many hex digits as text, upper-case."""
    if not isinstance(value, str) or not re.fullmatch(rf"[0-9A-Fa-f]{{{digits}}}", value.strip()):
        hint = "write it as text in quotation marks" if isinstance(value, int) else None
        if isinstance(value, str) and ":" in value:
            hint = "leave out the colons"
        raise InputError(f"`{_show(value)}` is not {digits} hex digits", hint=hint)
    return value.strip().upper()


def whole(value: object, least: int, most: int | None = None) -> int:
    """A whole number, at least `least` and at most `most`."""
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        number = int(value)
    else:
        signed = isinstance(value, str) and _SIGNED.fullmatch(value.strip())
        what = f"is not at least {least}" if signed else "is not a whole number"
        raise InputError(f"`{_show(value)}` {what}", hint=f"write a whole number from {least} on")
    if number < least:
        raise InputError(f"`{number}` is not at least {least}")
    if most is not None and number > most:
        raise InputError(f"`{_show(number)}` is more than {most}")
    return number


def word(value: object, words: Iterable[str]) -> str:
    """One of these words, exactly."""
    known = tuple(words)
    if value in known:
        return str(value)
    near = did_you_mean(value, known) if isinstance(value, str) else None
    raise InputError(f"`{_show(value)}` is not known here", hint=near or f"one of {', '.join(known)}")


def instant(value: object) -> datetime:
    """A time with `Z` or an offset, or a bare date: 00:00 Europe/London."""
    return parse_instant(_as_text(value))


def period_end(value: object) -> datetime:
    """Like `instant`; a bare date includes that day."""
    return parse_period_end(_as_text(value))


def day(value: object) -> date:
    """A date such as 2026-03-01."""
    written = _as_text(value)
    try:
        if len(written) != len("2026-03-01"):
            raise ValueError
        return date.fromisoformat(written)
    except ValueError:
        raise InputError(f"`{shown(written)}` is not a date", hint="write it like 2026-03-01") from None


def window(value: object) -> str:
    """Hours of the week, such as `mon-fri 10:00-16:00`, in their standard text."""
    return standard_window(_as_text(value))


def guid(value: object) -> Guid:
    """A GUID's text, in either case."""
    return parse_guid(_as_text(value))


def region(value: object) -> Region:
    """A CSP region."""
    return Region(word(value, CSP_REGIONS))


def _as_text(value: object) -> str:
    if not isinstance(value, str):
        raise InputError(f"`{_show(value)}` is not text")
    return value.strip()


def _show(value: object) -> str:
    match value:
        case dict():
            return "{…}"
        case list() | tuple():
            return "[…]"
        case _:
            return shown(str(value))
