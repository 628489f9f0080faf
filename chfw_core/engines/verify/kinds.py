"""Values of conditions, each in the one form of its kind: what compares like with like.

A second reading of docs/reference/rule-language.md, beside `chfw_core.rules.meaning.values`, on purpose: a value
that the planner misreads must not be misread here by the same lines (decision 0005).
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

from chfw_core.errors import InputError
from chfw_core.model.estate import parse_set
from chfw_core.model.periods import add_wall_days, london_midnight, parse_instant
from chfw_core.rules.model import Duration

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
_NUMBER = re.compile(r"(?P<number>-?[0-9]{1,30}(\.[0-9]{1,30})?)(?P<percent>%)?")
_TRUTHS: Mapping[str, bool] = {"true": True, "false": False}


class Kind(IntEnum):
    """What can be compared with what."""

    TRUTH = 0
    TEXT = 1
    NUMBER = 2
    INSTANT = 3
    SPAN = 4


Valued = tuple[Kind, Any]
"""A kind, and the value in the form of that kind: bool, str, Fraction or int, datetime in UTC, timedelta."""


def valued(value: object) -> Valued | None:
    """The value in its kind; None where it has none. A bare date is its 00:00 Europe/London."""
    match value:
        case bool():
            return Kind.TRUTH, value
        case str():
            return Kind.TEXT, value
        case int() | Fraction():
            return Kind.NUMBER, value
        case float() | Decimal():
            return (Kind.NUMBER, Fraction(str(value))) if math.isfinite(value) else None
        case datetime():
            return None if value.tzinfo is None else (Kind.INSTANT, value.astimezone(UTC))
        case date():
            return Kind.INSTANT, london_midnight(value)
        case timedelta():
            return Kind.SPAN, value
        case Duration():
            return Kind.SPAN, timedelta(days=value.days, seconds=value.seconds)
        case _:
            return None


def read_as(text: str, kind: Kind) -> Any:
    """What a text says in a kind, in the form of that kind; None where it says nothing in it."""
    match kind:
        case Kind.TEXT:
            return text
        case Kind.TRUTH:
            return _TRUTHS.get(text.lower())
        case Kind.NUMBER:
            found = _NUMBER.fullmatch(text)
            return found and Fraction(found["number"]) / (100 if found["percent"] else 1)
        case Kind.INSTANT:
            said = day_or_instant(text)
            return None if said is None else opening(said)
        case _:
            return None


def alike(left: object, right: object) -> tuple[Any, Any] | None:
    """Two values in one kind; a text is read in the kind of the other. None where they cannot be compared."""
    one, other = valued(left), valued(right)
    if one is None or other is None:
        return None
    kind = other[0] if one[0] is Kind.TEXT else one[0]
    sides = [
        value if own is kind else read_as(value, kind) if own is Kind.TEXT else None for own, value in (one, other)
    ]
    return None if None in sides else (sides[0], sides[1])


def day_or_instant(value: object) -> date | datetime | None:
    """A date or an instant, or what a text says of one; None for anything else."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == len("2026-01-31") else parse_instant(value)
        except (ValueError, OverflowError, InputError):
            return None
    if isinstance(value, datetime):
        return None if value.tzinfo is None else value
    return value if isinstance(value, date) else None


def members_of(value: object) -> frozenset[str] | None:
    """The members of a set, also of one written as text with `|`; None for anything else."""
    if isinstance(value, str):
        return frozenset(parse_set(value))
    if isinstance(value, set | frozenset | list | tuple):
        return frozenset(item for item in value if isinstance(item, str))
    return None


def opening(value: date | datetime) -> datetime:
    """The moment at which a period from this day or instant begins."""
    return value.astimezone(UTC) if isinstance(value, datetime) else london_midnight(value)


def closing(value: date | datetime) -> datetime:
    """The moment at which a period to this day or instant ends: the day is part of it."""
    if isinstance(value, datetime):
        return opening(value)
    return LATEST if value == date.max else london_midnight(value + timedelta(days=1))


def later(value: date | datetime, by: Duration) -> date | datetime:
    """So much later: days by London's clock, seconds by any. Beyond the calendar it stays at its end."""
    moved = value
    try:
        if by.days:
            moved = add_wall_days(value, by.days) if isinstance(value, datetime) else value + timedelta(days=by.days)
        return opening(moved) + timedelta(seconds=by.seconds) if by.seconds else moved
    except OverflowError:
        forward = timedelta(days=by.days, seconds=by.seconds) > timedelta(0)
        if isinstance(value, datetime):
            return LATEST if forward else EARLIEST
        return date.max if forward else date.min


def one_of(members: frozenset[object]) -> Callable[[object], bool]:
    """Whether a value is one of a list, however long: each kind is looked up in its own set."""
    sets: dict[Kind, set[object]] = {}
    for member in members:
        if (found := valued(member)) is not None:
            sets.setdefault(found[0], set()).add(found[1])
    texts = sets.get(Kind.TEXT, set())
    said_by_texts: dict[Kind, set[object]] = {}

    def listed(value: object) -> bool:
        found = valued(value)
        if found is None:
            return False
        kind, form = found
        if form in sets.get(kind, ()):
            return True
        if kind is Kind.TEXT:
            said = {other: read_as(str(form), other) for other in sets if other is not Kind.TEXT}
            return any(form is not None and form in sets[other] for other, form in said.items())
        if kind not in said_by_texts:
            said_by_texts[kind] = {read_as(str(text), kind) for text in texts} - {None}
        return form in said_by_texts[kind]

    return listed
