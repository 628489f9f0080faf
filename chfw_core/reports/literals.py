"""What the leaves of one owner's rules compare each field with, as values that the field could have."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction

from attrs import frozen

from chfw_core.model.periods import london_date
from chfw_core.planning.scope import Read
from chfw_core.rules.meaning.evaluate import RuleContext, date_value
from chfw_core.rules.meaning.leaves import conditions_of, leaves
from chfw_core.rules.meaning.values import shift
from chfw_core.rules.model import Duration, Leaf, LeafOp, Operand, RuleSet
from chfw_core.rules.vocabulary.fields import HUB_FIELDS, RELEASE_FIELDS, FieldSpec, FieldType

UNNAMED = "\u2026"
"""Stands for a value of a text field that no rule names."""

TODAY = "today"
_SPECS = {spec.name: spec for spec in (*HUB_FIELDS, *RELEASE_FIELDS)}
_ORDERING = frozenset({LeafOp.LT, LeafOp.LE, LeafOp.GT, LeafOp.GE, LeafOp.BETWEEN})
_ASKS_WHETHER_MISSING = frozenset({LeafOp.MISSING, LeafOp.NOT_MISSING})


@frozen(kw_only=True)
class FieldLiterals:
    """`values`: the nearest to the present one first where they are `ordered`. `days_ahead`: London days,
    after today, on which a comparison of the field with today may turn.
    """

    name: str
    values: tuple[object, ...] = ()
    ordered: bool = False
    days_ahead: tuple[date, ...] = ()


def literals_of(rules: RuleSet, read: Read, context: RuleContext) -> tuple[FieldLiterals, ...]:
    """Every field that the conditions name, in the order in which they first do."""
    by_field: dict[str, list[Leaf]] = {}
    for condition in conditions_of(rules):
        for leaf in leaves(condition):
            for name in dict.fromkeys((*leaf.fields, *_plan_names(leaf))):
                by_field.setdefault(name, []).append(leaf)
    return tuple(_of_field(name, own, read, context) for name, own in by_field.items())


def _plan_names(leaf: Leaf) -> Iterator[str]:
    """Names of the release; and `today`, where it is compared with no field of the hub."""
    for operand in (leaf.left, *leaf.args):
        if operand.field is not None and operand.field.startswith("release."):
            yield operand.field
        if operand.date is not None and operand.date.base == TODAY and not leaf.fields:
            yield TODAY


def _of_field(name: str, own: list[Leaf], read: Read, context: RuleContext) -> FieldLiterals:
    spec = _SPECS.get(name)
    if spec is not None and spec.values:
        return FieldLiterals(name=name, values=spec.values)
    now = None if name == TODAY or name.startswith("release.") else read(name)
    days = sorted({day for leaf in own for day in _days(name, leaf, read, context)})
    if days:
        around = {_later(day, step) for day in days for step in (-1, 0, 1)}
        nearest = sorted(around, key=lambda day: (abs((day - _day(now, context)).days), day))
        return FieldLiterals(
            name=name,
            values=(*nearest, *_missing(own, spec)),
            ordered=True,
            days_ahead=tuple(around) if name == TODAY else tuple(_ahead(name, own, now)),
        )
    values = list(dict.fromkeys(value for leaf in own for value in _values(leaf, spec)))
    ordered = any(leaf.op in _ORDERING for leaf in own)
    if spec is not None and spec.type is FieldType.TEXT:
        values.append(UNNAMED)
    return FieldLiterals(name=name, values=(*values, *_missing(own, spec)), ordered=ordered)


def _missing(own: list[Leaf], spec: FieldSpec | None) -> tuple[None, ...]:
    asked = any(leaf.op in _ASKS_WHETHER_MISSING for leaf in own)
    return (None,) if asked or spec is None or spec.optional else ()


def _day(value: object, context: RuleContext) -> date:
    return _as_day(value) if isinstance(value, date) else context.today


def _values(leaf: Leaf, spec: FieldSpec | None) -> Iterator[object]:
    """The literals; where an order is asked for, their neighbours too."""
    for arg in leaf.args:
        value = arg.value
        if value is None or isinstance(value, Duration):
            continue
        if leaf.op is LeafOp.STARTS_WITH and spec is not None and spec.digits:
            yield str(value).ljust(spec.digits, "0")
            continue
        yield value
        if leaf.op in _ORDERING or isinstance(value, bool):
            yield from _neighbours(value)


def _neighbours(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int() | Fraction():
            yield from (value - 1, value + 1)
        case _:
            text = str(value)
            number = int(text, 16) if re.fullmatch(r"[0-9A-Fa-f]+", text) else -2
            for near in (number - 1, number + 1):
                if 0 <= near < 16 ** len(text):
                    yield f"{near:0{len(text)}X}"


def _days(name: str, leaf: Leaf, read: Read, context: RuleContext) -> Iterator[date]:
    """The days at which a comparison of this field with a date turns."""
    sides = (leaf.left, *leaf.args)
    for side in sides:
        if leaf.op is LeafOp.WITHIN_LAST and isinstance(side.value, Duration):
            yield from (context.today, _later(context.today, -side.value.days))
            continue
        day = _date_of(side, name, read, context)
        if day is not None:
            yield from (_later(day, -offset.days) for offset in _offsets(name, leaf))


def _offsets(name: str, leaf: Leaf) -> list[Duration]:
    """By how much the leaf shifts the field before it is compared."""
    sides = (leaf.left, *leaf.args)
    return [side.date.offset for side in sides if side.date is not None and side.date.base == name] or [Duration()]


def _date_of(side: Operand, name: str, read: Read, context: RuleContext) -> date | None:
    if isinstance(side.value, date):
        return _as_day(side.value)
    if side.date is None or side.date.base == name:
        return None
    value = date_value(side.date, read, context)
    return None if value is None else _as_day(value)


def _as_day(value: date | datetime) -> date:
    return london_date(value) if isinstance(value, datetime) else value


def _later(day: date, days: int) -> date:
    return _as_day(shift(day, Duration(days=days)))


def _ahead(name: str, own: list[Leaf], now: object) -> Iterator[date]:
    """The days on which a comparison with `today` turns by itself."""
    if not isinstance(now, date):
        return
    for leaf in own:
        for side in (leaf.left, *leaf.args):
            if leaf.op is LeafOp.WITHIN_LAST and isinstance(side.value, Duration):
                yield from (_as_day(now), _later(_as_day(now), side.value.days + 1))
            elif side.date is not None and side.date.base == TODAY:
                for offset in _offsets(name, leaf):
                    turns = _later(_as_day(now), offset.days - side.date.offset.days)
                    yield from (turns, _later(turns, 1))
