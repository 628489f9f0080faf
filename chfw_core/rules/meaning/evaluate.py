"""The meaning of a condition: two-valued, hub by hub, leaf by leaf. Both engines call it.

A comparison with a missing value is false, `!=` included; `not` is plain negation. A date that is
compared with an instant means its 00:00 Europe/London. Nothing here raises on a hub's values.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import assert_never

from attrs import frozen

from chfw_core.model.periods import london_date
from chfw_core.model.releases import FirmwareRelease, Phase
from chfw_core.rules.meaning.values import as_closing, as_moment, as_opening, as_set, as_text, order_of, plain, shift
from chfw_core.rules.model import Always, And, Condition, DateExpr, Duration, Leaf, LeafOp, Not, Operand, Or
from chfw_core.rules.vocabulary.event_fields import HEX_FIELDS, ORDERED_ENUMS
from chfw_core.rules.vocabulary.fields import GUID_FIELDS, RELEASE_PREFIX

__all__ = [
    "RuleContext",
    "as_closing",
    "as_opening",
    "condition_holds",
    "date_value",
    "leaf_holds",
    "make_context",
    "operand_value",
]

Read = Callable[[str], object]


@frozen(kw_only=True)
class RuleContext:
    """What a condition may know besides the hub. `release` maps `release.*` names, unprefixed, to values.

    `today` is the London day of `as_of`; `automatic_at` and `cutoff` are the hub's own where the
    DCC moved its automatic date.
    """

    as_of: datetime
    today: date
    automatic_at: datetime
    cutoff: datetime
    notified_at: datetime
    release: Mapping[str, object]


def make_context(
    release: FirmwareRelease, *, as_of: datetime, phase: Phase, automatic_at: datetime, cutoff: datetime
) -> RuleContext:
    """The context of one release at one moment."""
    return RuleContext(
        as_of=as_of,
        today=london_date(as_of),
        automatic_at=automatic_at,
        cutoff=cutoff,
        notified_at=release.notified_at,
        release={
            "id": release.id,
            "kind": release.kind.value,
            "device_models": frozenset(release.device_models),
            "firmware_version": release.firmware_version,
            "severity": release.severity.value,
            "priority": release.priority.value,
            "notified_on": london_date(release.notified_at),
            "automatic_on": london_date(automatic_at),
            "phase": phase.value,
            "participation": release.participation.value,
        },
    )


def condition_holds(condition: Condition, read: Read, context: RuleContext) -> bool:
    """Whether a condition holds for the hub (and event) that `read` reads."""
    match condition:
        case And():
            return all(condition_holds(item, read, context) for item in condition.items)
        case Or():
            return any(condition_holds(item, read, context) for item in condition.items)
        case Not():
            return not condition_holds(condition.item, read, context)
        case Always():
            return True
        case Leaf():
            return leaf_holds(condition, tuple(read(name) for name in condition.fields), context)
        case _:
            assert_never(condition)


def leaf_holds(leaf: Leaf, values: tuple[object, ...], context: RuleContext) -> bool:
    """Whether a leaf holds for these values of its fields, given in the order of `leaf.fields`."""
    known = dict(zip(leaf.fields, values, strict=True))
    left = operand_value(leaf.left, known, context)
    match leaf.op:
        case LeafOp.MISSING:
            return left is None
        case LeafOp.NOT_MISSING:
            return left is not None
        case LeafOp.IN:
            return left is not None and _is_in(left, leaf)
        case LeafOp.HAS_ANY | LeafOp.HAS_ALL:
            return _has(leaf, as_set(left))
        case LeafOp.WITHIN_LAST:
            return _within_last(as_moment(left), leaf.args[0].value, context)
    args = tuple(operand_value(arg, known, context) for arg in leaf.args)
    match leaf.op:
        case LeafOp.STARTS_WITH:
            text, prefix = as_text(left, is_guid=leaf.left.field in GUID_FIELDS), as_text(args[0])
            return text is not None and prefix is not None and text.startswith(prefix)
        case LeafOp.BETWEEN:
            return _between(*_ranked(leaf, left, *args))
        case LeafOp.EQ | LeafOp.NE | LeafOp.LT | LeafOp.LE | LeafOp.GT | LeafOp.GE:
            return _compares(leaf.op, *_ranked(leaf, left, *args))
        case _:
            assert_never(leaf.op)


def leaf_answers(leaf: Leaf, values: Sequence[object], context: RuleContext) -> list[bool]:
    """`leaf_holds` for each value of its one field. Texts are looked up in a list of texts without further ado."""
    name, members = leaf.left.field, leaf.members
    if leaf.op is not LeafOp.IN or leaf.kinds != {str} or name != leaf.fields[0]:
        return [leaf_holds(leaf, (value,), context) for value in values]
    upper = name in HEX_FIELDS
    return [
        (value.upper() if upper else value) in members
        if isinstance(value, str)
        else leaf_holds(leaf, (value,), context)
        for value in values
    ]


def operand_value(operand: Operand, known: Mapping[str, object], context: RuleContext) -> object:
    """The value of one side of a comparison; None = missing."""
    if operand.date is not None:
        return date_value(operand.date, known.__getitem__, context, as_moment_of_event(known))
    name = operand.field
    if name is None:
        return operand.value
    value = context.release[name.removeprefix(RELEASE_PREFIX)] if name.startswith(RELEASE_PREFIX) else known[name]
    return value.upper() if name in HEX_FIELDS and isinstance(value, str) else value


def as_moment_of_event(known: Mapping[str, object]) -> datetime | None:
    """`event.at` among the values a leaf was given."""
    at = as_moment(known.get("event.at"))
    return at if isinstance(at, datetime) else None


def date_value(
    expr: DateExpr, read: Read, context: RuleContext, event_at: datetime | None = None
) -> date | datetime | None:
    """The date or instant that an expression means; None where the field it reads is missing."""
    base: date | datetime | None
    match expr.base:
        case date():
            base = expr.base
        case "today":
            base = context.today
        case "cutoff":
            base = context.cutoff
        case "release.notified_on" | "release.automatic_on":
            base = as_moment(context.release[expr.base.removeprefix(RELEASE_PREFIX)])
        case "event.at":
            base = event_at
        case str():
            base = as_moment(read(expr.base))
        case _:
            assert_never(expr.base)
    return None if base is None else shift(base, expr.offset)


def _ranked(leaf: Leaf, *values: object) -> tuple[object, ...]:
    """Levels such as a severity by their rank; other values as they are."""
    ranks = _ranks(leaf)
    if ranks is None:
        return values
    return tuple(ranks.get(value) if isinstance(value, str) else None for value in values)


def _ranks(leaf: Leaf) -> Mapping[str, int] | None:
    if leaf.levels:
        return {level: rank for rank, level in enumerate(leaf.levels)}
    named = (operand.field for operand in (leaf.left, *leaf.args))
    return next((ORDERED_ENUMS[name] for name in named if name is not None and name in ORDERED_ENUMS), None)


def _compares(op: LeafOp, left: object, right: object) -> bool:
    order = order_of(left, right)
    if order is None:
        return False
    match op:
        case LeafOp.EQ:
            return order == 0
        case LeafOp.NE:
            return order != 0
        case LeafOp.LT:
            return order < 0
        case LeafOp.LE:
            return order <= 0
        case LeafOp.GT:
            return order > 0
        case _:
            return order >= 0


def _is_in(left: object, leaf: Leaf) -> bool:
    left = plain(left)
    if left in leaf.members and bool not in {type(left), *leaf.kinds}:  # to Python True is 1
        return True
    if leaf.kinds == {type(left)} and type(left) is not bool:
        return False
    return any(order_of(left, member) == 0 for member in leaf.members)


def _has(leaf: Leaf, held: frozenset[object] | None) -> bool:
    if held is None:
        return False
    return leaf.members <= held if leaf.op is LeafOp.HAS_ALL else not leaf.members.isdisjoint(held)


def _between(left: object, first: object, last: object) -> bool:
    from_first = order_of(left, first)
    if from_first is None or from_first < 0:
        return False
    said = as_moment(left)
    if isinstance(said, datetime) and isinstance(last, date) and not isinstance(last, datetime):
        return as_opening(said) < as_closing(last)  # a bare date as the end of a period includes that day
    to_last = order_of(left, last)
    return to_last is not None and to_last <= 0


def _within_last(value: date | datetime | None, span: object, context: RuleContext) -> bool:
    """Not in the future, and no longer ago than the span."""
    if value is None or not isinstance(span, Duration):
        return False
    back = Duration(days=-span.days, seconds=-span.seconds)
    if isinstance(value, datetime) or span.seconds:
        return as_opening(shift(context.as_of, back)) <= as_opening(value) <= context.as_of
    earliest = shift(context.today, back)
    return not isinstance(earliest, datetime) and earliest <= value <= context.today
