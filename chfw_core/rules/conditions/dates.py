"""Dates and durations that stand alone as a key's value: `cutoff - 5 days`, `2 days`."""

import re
from datetime import date

from chfw_core.rules.conditions.expressions import parse_at_most, parse_limit, parse_term
from chfw_core.rules.conditions.operands import A_TYPE, MOMENTS, Reader
from chfw_core.rules.conditions.scope import HUB_PLACE, FileScope, Place
from chfw_core.rules.conditions.syntax import DurationPart, NumberPart, PercentPart
from chfw_core.rules.conditions.terms import Unreadable
from chfw_core.rules.model import DateExpr, Duration
from chfw_core.rules.problems.problem import shown
from chfw_core.rules.text.nodes import Scalar
from chfw_core.rules.vocabulary.fields import FieldType

_MINUS = re.compile(r"\s*-\s*(\d+\s+[a-z]+)\s*")


def check_date(
    scalar: Scalar | None, scope: FileScope, place: Place = HUB_PLACE, *, after_event: bool = False
) -> DateExpr | None:
    """A date, or None (with a problem, unless there is none to read). `after_event`: a duration counts from it."""
    if scalar is None:
        return None
    reader = _reader(scalar, scope, place)
    part = parse_term(scalar.value)
    if isinstance(part, Unreadable):
        reader.keep(part)
        return None
    text = reader.text(part)
    if after_event and isinstance(part, DurationPart):
        return DateExpr(base="event.at", offset=part.value, text=text)
    typed = reader.typed(part)
    if typed is None:
        return None
    if typed.type not in (*MOMENTS, FieldType.UNKNOWN):
        reader.problem("E115", part, f"a date belongs here; `{shown(text)}` is {A_TYPE[typed.type]}", _EXAMPLES)
        return None
    if typed.operand.date is not None:
        return typed.operand.date
    if typed.operand.field is not None:
        return DateExpr(base=typed.operand.field, text=text)
    value = typed.operand.value
    return DateExpr(base=value, text=text) if isinstance(value, date) else None


def check_duration(scalar: Scalar | None, scope: FileScope) -> Duration | None:
    """A duration of more than nothing, or None (with a problem, unless there is none to read)."""
    if scalar is None:
        return None
    reader = _reader(scalar, scope, HUB_PLACE)
    part = parse_term(scalar.value)
    if isinstance(part, Unreadable) and (minus := _MINUS.fullmatch(scalar.value)):
        message = f"a duration is more than nothing, not `{shown(scalar.value)}`"
        scope.problems.add("E107", scalar.span, message, hint=f"write `{shown(minus[1])}`")
        return None
    if isinstance(part, Unreadable):
        reader.keep(part)
        return None
    if not isinstance(part, DurationPart):
        hint = (
            f"write `{shown(scalar.value)} days`" if isinstance(part, NumberPart) else "such as `28 days` or `6 hours`"
        )
        reader.problem("E107", part, f"a duration belongs here, not `{shown(scalar.value)}`", hint)
        return None
    return part.value


def check_limit(scalar: Scalar | None, scope: FileScope, *, percentage: bool) -> str | None:
    """`> 2%` or `>= 3`, as its text; None with a problem, or where there is none."""
    if scalar is None:
        return None
    reader = _reader(scalar, scope, HUB_PLACE)
    limit = parse_limit(scalar.value)
    if isinstance(limit, Unreadable):
        reader.keep(limit)
        return None
    operator, part = limit
    if not isinstance(part, PercentPart if percentage else NumberPart):
        hint = "such as `> 2%`" if percentage else "such as `>= 3`"
        reader.problem("E104", part, f"{'a percentage' if percentage else 'a number'} belongs here", hint)
        return None
    return f"{operator.value} {reader.text(part)}"


def check_at_most(scalar: Scalar | None, scope: FileScope) -> Duration | None:
    """`once per 30 days`, as its duration."""
    if scalar is None:
        return None
    span = parse_at_most(scalar.value)
    if isinstance(span, Unreadable):
        _reader(scalar, scope, HUB_PLACE).keep(span)
        return None
    return span


def _reader(scalar: Scalar, scope: FileScope, place: Place) -> Reader:
    return Reader(scope=scope, place=place, scalar=scalar, positions=scalar.positions())


_EXAMPLES = "such as `2026-03-02`, `cutoff - 5 days` or `installed_on + 28 days`"
