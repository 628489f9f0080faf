"""A leaf as questions about single variables.

A variable is a field, one flag of a set, or what two dates or versions differ by: so
`installed_on < today - 28 days` is a question about one number, whatever day today is. A leaf that
is none of these is a variable of its own, which may be true or false as it likes.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from chfw_core.model.periods import london_date
from chfw_core.rules.meaning.values import as_opening, order_of, shift
from chfw_core.rules.model import Duration, Leaf, LeafOp, Operand
from chfw_core.rules.vocabulary.fields import HUB_FIELDS, PLAN_FIELDS, RELEASE_FIELDS, FieldSpec, FieldType

Key: TypeAlias = tuple[object, ...]
Position: TypeAlias = int | Fraction

SPECS: Mapping[str, FieldSpec] = {spec.name: spec for spec in (*HUB_FIELDS, *RELEASE_FIELDS, *PLAN_FIELDS)}
ROLE_FIELDS = ("my_role", "split", "other_supplier_instructed")
"""Fields that hang together: a Supplier in both roles has no other beside it."""

COMPARISONS = (LeafOp.EQ, LeafOp.NE, LeafOp.LT, LeafOp.LE, LeafOp.GT, LeafOp.GE)
_TURNED = {LeafOp.LT: LeafOp.GT, LeafOp.LE: LeafOp.GE, LeafOp.GT: LeafOp.LT, LeafOp.GE: LeafOp.LE}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DAYS = 400_000
_NO_SHIFT = Duration()


class Kind(StrEnum):
    """What the cells of a variable are."""

    WHOLE = "whole"
    """A line of even numbers: days and versions count double, so that a moment between two days is odd."""
    DENSE = "dense"
    """A line with something between any two points."""
    TEXT = "text"
    CLOSED = "closed"
    """A few values, asked one by one."""
    ORDER = "order"
    """How two values of no line compare."""
    FREE = "free"
    """True or false."""
    THERE = "there"
    """Missing or not: nothing else is known of it."""


@frozen(kw_only=True)
class Question:
    """`op` and `points` on the variable `key`; it is false where a field in `present` is missing."""

    key: Key
    kind: Kind
    op: LeafOp
    points: tuple[object, ...] = ()
    present: tuple[str, ...] = ()
    leaf: Leaf | None = None


@frozen(kw_only=True)
class Asked:
    """The questions of a leaf: all of them, or any of them, must be answered with yes."""

    questions: tuple[Question, ...]
    every: bool = True


@frozen
class _Side:
    name: str | None
    value: object
    offset: Duration


def field_key(name: str) -> Key:
    """The variable that a field is part of."""
    return ("role",) if name in ROLE_FIELDS else ("field", name)


def is_optional(name: str) -> bool:
    """Whether a field can be missing; of what is not in the registry nothing is known."""
    return name not in SPECS or SPECS[name].optional


def questions_of(leaf: Leaf, loose: Mapping[str, Kind]) -> Asked:
    """The leaf's questions. `loose`: private and events' fields, by what they are compared with."""
    left = _side(leaf.left)
    name = left.name
    if leaf.op in (LeafOp.MISSING, LeafOp.NOT_MISSING) and name is not None:
        return Asked(questions=(Question(key=field_key(name), kind=kind_of(name, loose), op=leaf.op, leaf=leaf),))
    if leaf.op in (LeafOp.HAS_ANY, LeafOp.HAS_ALL) and name in SPECS:
        flags = tuple(
            Question(key=("flag", name, arg.value), kind=Kind.FREE, op=LeafOp.EQ, leaf=leaf) for arg in leaf.args
        )
        return Asked(questions=flags, every=leaf.op is LeafOp.HAS_ALL)
    found = tuple(_questions(leaf, left, loose))
    questions = tuple(question for question in found if question is not None)
    return Asked(questions=questions if len(questions) == len(found) else (_free(leaf),))


def kind_of(name: str, loose: Mapping[str, Kind]) -> Kind:
    """The kind of a field's own variable."""
    if name not in SPECS:
        return loose.get(name, Kind.THERE)
    match SPECS[name].type:
        case FieldType.HEX | FieldType.DATE:
            return Kind.WHOLE
        case FieldType.INSTANT:
            return Kind.DENSE
        case FieldType.ENUM | FieldType.BOOLEAN:
            return Kind.CLOSED
        case FieldType.FLAGS:
            return Kind.THERE
        case _:
            return Kind.TEXT


def _free(leaf: Leaf) -> Question:
    key = ("free", leaf.text, leaf.left, leaf.op, leaf.fields, _sketch(leaf))
    return Question(key=key, kind=Kind.FREE, op=LeafOp.EQ, present=tuple(filter(is_optional, leaf.fields)), leaf=leaf)


def _sketch(leaf: Leaf) -> object:
    """What tells two leaves of one text apart: short lists by their values, long ones by themselves."""
    return leaf.args if len(leaf.args) < 100 else id(leaf.args)


def _questions(leaf: Leaf, left: _Side, loose: Mapping[str, Kind]) -> Iterator[Question | None]:
    args = [_side(arg) for arg in leaf.args]
    if left.name is None:
        yield _compared(left, leaf.op, args[0], loose) if leaf.op in COMPARISONS else None
        return
    name, kind = left.name, kind_of(left.name, loose)
    literal = all(arg.name is None for arg in args)
    plain = left.offset == _NO_SHIFT
    if kind is Kind.CLOSED and literal and plain and leaf.op is not LeafOp.WITHIN_LAST:
        yield Question(key=field_key(name), kind=kind, op=leaf.op, leaf=leaf)
        return
    match leaf.op:
        case LeafOp.WITHIN_LAST:
            yield from _within_last(name, left, leaf.args[0].value)
        case LeafOp.STARTS_WITH:
            yield from _starts_with(name, kind, args[0])
        case LeafOp.IN:
            points = [_point(name, kind, arg) for arg in args]
            known = tuple(point for point in points if point is not None)
            fits = plain and len(known) == len(points) and kind in (Kind.WHOLE, Kind.DENSE, Kind.TEXT)
            yield Question(key=field_key(name), kind=kind, op=LeafOp.IN, points=known) if fits else None
        case LeafOp.BETWEEN:
            # The end of a period includes its day where the left side is a moment: not a plain comparison.
            simple = kind is not Kind.DENSE or name not in SPECS
            yield _compared(left, LeafOp.GE, args[0], loose) if simple else None
            yield _compared(left, LeafOp.LE, args[1], loose) if simple else None
        case _ if leaf.op in COMPARISONS:
            yield _compared(left, leaf.op, args[0], loose)
        case _:
            yield None


def _within_last(name: str, left: _Side, span: object) -> Iterator[Question | None]:
    """A date of the hub: from so many days ago until today."""
    is_day = name in SPECS and SPECS[name].type is FieldType.DATE
    if not is_day or not isinstance(span, Duration) or span.seconds or left.offset != _NO_SHIFT or name == "today":
        yield None
        return
    today = _Side("today", None, _NO_SHIFT)
    yield _compared(left, LeafOp.LE, today, {})
    yield _compared(left, LeafOp.GE, _Side("today", None, Duration(days=-span.days)), {})


def _starts_with(name: str, kind: Kind, arg: _Side) -> Iterator[Question | None]:
    prefix = arg.value
    if not isinstance(prefix, str) or name == "guid":
        yield None
    elif kind is Kind.TEXT:
        yield Question(key=field_key(name), kind=kind, op=LeafOp.STARTS_WITH, points=(prefix,))
    elif kind is Kind.WHOLE and len(prefix) <= SPECS[name].digits:
        for op, rest in ((LeafOp.GE, "0"), (LeafOp.LE, "F")):
            point = 2 * int(prefix.ljust(SPECS[name].digits, rest), 16)
            yield Question(key=field_key(name), kind=kind, op=op, points=(point,))
    else:
        yield None


def _compared(left: _Side, op: LeafOp, right: _Side, loose: Mapping[str, Kind]) -> Question | None:
    if left.name is None or (right.name is not None and left.name > right.name):
        left, right, op = right, left, _TURNED.get(op, op)
    if left.name is None:
        return None
    if right.name is not None:
        return _pair(left, op, right)
    kind = kind_of(left.name, loose)
    point = _point(left.name, kind, right)
    if point is None or left.offset.seconds or abs(left.offset.days) > _MOST_DAYS:
        return None
    if left.offset.days:
        if kind is not Kind.WHOLE or not isinstance(point, int):
            return None
        point -= 2 * left.offset.days
    if kind in (Kind.WHOLE, Kind.DENSE) or (kind is Kind.TEXT and op in (LeafOp.EQ, LeafOp.NE)):
        return Question(key=field_key(left.name), kind=kind, op=op, points=(point,))
    return None


def _pair(left: _Side, op: LeafOp, right: _Side) -> Question | None:
    """Two names in order. Where both are on one line, what they differ by; else how they compare."""
    one, other = str(left.name), str(right.name)
    if one not in SPECS or other not in SPECS or one == other:
        return None
    present = tuple(filter(is_optional, (one, other)))
    types = {SPECS[one].type, SPECS[other].type}
    if types <= {FieldType.DATE, FieldType.INSTANT}:
        days = right.offset.days - left.offset.days
        if left.offset.seconds or right.offset.seconds or abs(days) > _MOST_DAYS or FieldType.DATE not in types:
            return None
        kind = Kind.WHOLE if types == {FieldType.DATE} else Kind.DENSE
        return Question(key=("pair", one, other), kind=kind, op=op, points=(2 * days,), present=present)
    if types == {FieldType.HEX}:
        return Question(key=("pair", one, other), kind=Kind.WHOLE, op=op, points=(0,), present=present)
    return Question(key=("order", one, other), kind=Kind.ORDER, op=op, present=present)


def _side(operand: Operand) -> _Side:
    if operand.date is not None:
        base = operand.date.base
        if isinstance(base, str):
            return _Side(base, None, operand.date.offset)
        return _Side(None, shift(base, operand.date.offset), _NO_SHIFT)
    return _Side(operand.field, operand.value, _NO_SHIFT)


def _point(name: str, kind: Kind, side: _Side) -> Position | str | None:
    """A fixed value as a point of the field's variable; None where it has no place there."""
    value = side.value
    if kind is Kind.TEXT:
        return value if isinstance(value, str | int) else None
    if name in SPECS and SPECS[name].type is FieldType.HEX:
        return 2 * int(value, 16) if isinstance(value, str) and len(value) == SPECS[name].digits else None
    if isinstance(value, date):
        return _moment(value) if kind is Kind.DENSE else _day(value)
    return value if isinstance(value, int | Fraction) else None


def _day(value: date) -> int:
    """Double the day's number; odd for a moment within the day."""
    if not isinstance(value, datetime):
        return 2 * value.toordinal()
    day = london_date(value)
    return 2 * day.toordinal() + (as_opening(day) != as_opening(value))


def _moment(value: date) -> int:
    return (as_opening(value) - _EPOCH) // timedelta(microseconds=1)


def moment_at(position: Position) -> datetime:
    """The moment whose point this is."""
    return _EPOCH + timedelta(microseconds=int(position))


def loose_kind(leaves: list[Leaf]) -> Kind:
    """What a private attribute is, by all that it is compared with; THERE where that is of several kinds.

    The value may be of any kind: text that reads as a number equals that number, and so on.
    """
    values = [arg.value for leaf in leaves for arg in leaf.args if arg.field is None and arg.date is None]
    ops = {leaf.op for leaf in leaves} - {LeafOp.MISSING, LeafOp.NOT_MISSING}
    if not values or not ops <= {*COMPARISONS, LeafOp.IN, LeafOp.BETWEEN, LeafOp.STARTS_WITH}:
        return Kind.THERE
    if all(isinstance(value, bool) for value in values) and ops <= {LeafOp.EQ, LeafOp.NE}:
        return Kind.CLOSED
    if all(isinstance(value, int | Fraction) and not isinstance(value, bool) for value in values):
        return Kind.DENSE
    prefixes = [leaf.args[0].value for leaf in leaves if leaf.op is LeafOp.STARTS_WITH]
    digits = any(not str(prefix).strip("-0123456789") for prefix in prefixes)
    is_text = all(isinstance(value, str) and not _reads_otherwise(value) for value in values)
    return Kind.TEXT if is_text and not digits and ops <= _OF_TEXT else Kind.THERE


_OF_TEXT = {LeafOp.EQ, LeafOp.NE, LeafOp.IN, LeafOp.STARTS_WITH}


def _reads_otherwise(text: str) -> bool:
    return any(order_of(text, like) is not None for like in (0, True, date(2000, 1, 1)))
