"""What a leaf and a date of the rule language mean, for the verifier: read a second time.

A leaf becomes a question about the values of its fields, made once and asked often. It says what
docs/reference/rule-language.md says, and shares no line with `chfw_core.rules.meaning.evaluate`, by which plans are
made; the vocabulary (which fields are hexadecimal, GUIDs or levels) is the language's own table.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import eq, ge, gt, le, lt, ne
from typing import Any, assert_never

from attrs import frozen

from chfw_core.engines.verify.kinds import alike, closing, day_or_instant, later, members_of, one_of, opening
from chfw_core.model.guid import MASK_64, format_guid
from chfw_core.model.periods import london_date
from chfw_core.model.releases import FirmwareRelease, Phase
from chfw_core.rules.model import DateExpr, Duration, Leaf, LeafOp, Operand
from chfw_core.rules.vocabulary.event_fields import HEX_FIELDS, ORDERED_ENUMS
from chfw_core.rules.vocabulary.fields import GUID_FIELDS

Values = Mapping[str, object]
Question = Callable[[Sequence[object]], bool]
"""Asked with the values of the leaf's fields, in the order of `leaf.fields`."""

_ORDERS: Mapping[LeafOp, Callable[[Any, Any], bool]] = {
    LeafOp.EQ: eq,
    LeafOp.NE: ne,
    LeafOp.LT: lt,
    LeafOp.LE: le,
    LeafOp.GT: gt,
    LeafOp.GE: ge,
}


@frozen(kw_only=True)
class Facts:
    """What rules may know besides the hub; `named`: the day, the cut-off and the release, by their names."""

    as_of: datetime
    today: date
    named: Mapping[str, object]


def facts_of(
    release: FirmwareRelease, *, as_of: datetime, phase: Phase, automatic_at: datetime, cutoff: datetime
) -> Facts:
    """The facts at one automatic time."""
    today = london_date(as_of)
    named: dict[str, object] = {
        "today": today,
        "cutoff": cutoff,
        "release.id": release.id,
        "release.kind": release.kind.value,
        "release.device_models": frozenset(release.device_models),
        "release.firmware_version": release.firmware_version,
        "release.severity": release.severity.value,
        "release.priority": release.priority.value,
        "release.notified_on": london_date(release.notified_at),
        "release.automatic_on": london_date(automatic_at),
        "release.phase": phase.value,
        "release.participation": release.participation.value,
    }
    return Facts(as_of=as_of, today=today, named=named)


def date_of(expr: DateExpr, values: Values, facts: Facts) -> date | datetime | None:
    """The day or instant that an expression names; None where the field that it reads has none."""
    base: object = expr.base
    if isinstance(base, str):
        base = day_or_instant(facts.named[base] if base in facts.named else values.get(base))
    return later(base, expr.offset) if isinstance(base, date) else None


def question(leaf: Leaf, facts: Facts) -> Question:
    """The leaf as a question about the values of its fields."""
    judged = _judged(leaf, facts)
    return lambda values: judged(dict(zip(leaf.fields, values, strict=True)))


def _judged(leaf: Leaf, facts: Facts) -> Callable[[Values], bool]:
    left = side_of(leaf.left, facts)
    args = [side_of(arg, facts) for arg in leaf.args]
    match leaf.op:
        case LeafOp.MISSING:
            return lambda values: left(values) is None
        case LeafOp.NOT_MISSING:
            return lambda values: left(values) is not None
        case LeafOp.IN:
            listed = one_of(leaf.members)
            return lambda values: listed(left(values))
        case LeafOp.HAS_ANY:
            return lambda values: bool((members_of(left(values)) or frozenset()) & leaf.members)
        case LeafOp.HAS_ALL:
            return lambda values: (held := members_of(left(values))) is not None and held >= leaf.members
        case LeafOp.WITHIN_LAST:
            return lambda values: _within_last(day_or_instant(left(values)), leaf.args[0].value, facts)
        case LeafOp.STARTS_WITH:
            is_guid = leaf.left.field in GUID_FIELDS
            return lambda values: _starts(_written(left(values), is_guid=is_guid), _written(args[0](values)))
        case LeafOp.BETWEEN:
            rank = _ranking(leaf)
            return lambda values: _between(*(rank(side(values)) for side in (left, *args)))
        case LeafOp.EQ | LeafOp.NE | LeafOp.LT | LeafOp.LE | LeafOp.GT | LeafOp.GE:
            rank, order = _ranking(leaf), _ORDERS[leaf.op]
            return lambda values: _ordered(order, rank(left(values)), rank(args[0](values)))
        case _:
            assert_never(leaf.op)


def side_of(side: Operand, facts: Facts) -> Callable[[Values], object]:
    """One side of a comparison, as a function of the values of its fields; hexadecimal in capitals."""
    expr, name = side.date, side.field
    if expr is not None:
        if not expr.fields:
            fixed = date_of(expr, {}, facts)
            return lambda _: fixed
        return lambda values: date_of(expr, values, facts)
    if name is None:
        return lambda _: side.value
    if name in facts.named:
        said = facts.named[name]
        return lambda _: said
    if name in HEX_FIELDS:
        return lambda values: value.upper() if isinstance(value := values[name], str) else value
    return lambda values: values[name]


def _ranking(leaf: Leaf) -> Callable[[object], object]:
    """Levels, such as a severity, become their rank; a word that is no level becomes nothing."""
    named = [side.field for side in (leaf.left, *leaf.args) if side.field in ORDERED_ENUMS]
    if leaf.levels:
        ranks: Mapping[str, int] = {level: rank for rank, level in enumerate(leaf.levels)}
    elif named:
        ranks = ORDERED_ENUMS[str(named[0])]
    else:
        return lambda value: value
    return lambda value: ranks.get(value) if isinstance(value, str) else None


def _ordered(order: Callable[[Any, Any], bool], left: object, right: object) -> bool:
    sides = alike(left, right)
    return sides is not None and order(*sides)


def _between(left: object, first: object, last: object) -> bool:
    """Both ends are part of it; a bare date at the end with the whole of its day."""
    if isinstance(last, date) and not isinstance(last, datetime):
        said = day_or_instant(left)
        return said is not None and _ordered(ge, left, first) and opening(said) < closing(last)
    return _ordered(ge, left, first) and _ordered(le, left, last)


def _within_last(said: date | datetime | None, span: object, facts: Facts) -> bool:
    """Not in the future, and no longer ago: by the day where both speak of days, else by the clock."""
    if said is None or not isinstance(span, Duration):
        return False
    back = Duration(days=-span.days, seconds=-span.seconds)
    if span.seconds or isinstance(said, datetime):
        return opening(later(facts.as_of, back)) <= opening(said) <= facts.as_of
    return said <= facts.today and facts.today - said <= timedelta(days=span.days)


def _written(value: object, *, is_guid: bool = False) -> str | None:
    """A text, or a whole number as it is written; a GUID by its hexadecimal digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return format_guid(value) if is_guid and 0 <= value <= MASK_64 else str(value)
    return value if isinstance(value, str) else None


def _starts(text: str | None, prefix: str | None) -> bool:
    return text is not None and prefix is not None and text.startswith(prefix)
