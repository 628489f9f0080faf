"""One side of a comparison, typed. A literal takes the form of what it is compared with.

A version is eight hex digits and stands in upper case from here on; a GUID becomes its number; a
percentage an exact fraction. Text that has not the form of its field is a problem, never a guess.
"""

import re
from typing import assert_never

from attrs import frozen

from chfw_core.diagnostics import Span
from chfw_core.errors import InputError
from chfw_core.model.guid import parse_guid
from chfw_core.rules.conditions.scope import FileScope, Place, Role
from chfw_core.rules.conditions.syntax import (
    BooleanPart,
    DatePart,
    DurationPart,
    NamePart,
    NumberPart,
    Part,
    PercentPart,
    ShiftedPart,
    Term,
    TextPart,
)
from chfw_core.rules.conditions.terms import Unreadable
from chfw_core.rules.meaning.values import read_date
from chfw_core.rules.model import PLAN_NAMES, DateExpr, Operand
from chfw_core.rules.problems.problem import did_you_mean, listed, shown
from chfw_core.rules.text.nodes import Positions, Scalar
from chfw_core.rules.vocabulary.fields import RELEASE_PREFIX, FieldSpec, FieldType

A_TYPE = {
    FieldType.TEXT: "text",
    FieldType.ENUM: "one of a few words",
    FieldType.DATE: "a date",
    FieldType.INSTANT: "a moment",
    FieldType.DURATION: "a duration",
    FieldType.NUMBER: "a number",
    FieldType.PERCENTAGE: "a percentage",
    FieldType.FLAGS: "a set of flags",
    FieldType.HEX: "a hex version",
    FieldType.BOOLEAN: "yes or no",
    FieldType.GUID: "a GUID",
    FieldType.UNKNOWN: "a private attribute",
}
MOMENTS = (FieldType.DATE, FieldType.INSTANT)
_NOT_THE_HUBS = frozenset({"today", "cutoff"})


@frozen(kw_only=True)
class Typed:
    """A term with its type. `spec` is the field's, `value` a literal's; `fields` those read of the hub or event."""

    part: Term
    type: FieldType
    operand: Operand
    spec: FieldSpec | None = None
    fields: tuple[str, ...] = ()
    is_literal: bool = False

    @property
    def optional(self) -> bool:
        """Whether it may be missing."""
        return self.spec is not None and self.spec.optional


@frozen(kw_only=True)
class Reader:
    """One condition or date being checked: its text, where it stands, and what may be named there."""

    scope: FileScope
    place: Place
    scalar: Scalar
    positions: Positions

    def span(self, part: Part) -> Span:
        """The place of a part in the file."""
        return self.positions.span(part.start, part.end)

    def text(self, part: Part) -> str:
        """The part as written, on one line."""
        return " ".join(self.scalar.value[part.start : part.end].split())

    def problem(self, code: str, part: Part, message: str, hint: str | None = None) -> None:
        """Keep a problem at a part."""
        self.scope.problems.add(code, self.span(part), message, hint=hint)

    def keep(self, problem: Unreadable) -> None:
        """Keep what a parser could not read."""
        span = self.positions.span(problem.start, problem.end)
        self.scope.problems.add(problem.code, span, problem.message, hint=problem.hint)

    def typed(self, part: Term, role: Role = Role.FIELD) -> Typed | None:
        """The term with its type, or None with a problem. `role`: for what a bare name stands."""
        match part:
            case NamePart():
                return self._field(part, role)
            case ShiftedPart():
                return self._shifted(part)
            case TextPart():
                return _literal(part, FieldType.TEXT, part.value)
            case NumberPart():
                value = part.value
                return _literal(part, FieldType.NUMBER, int(value) if value.denominator == 1 else value)
            case PercentPart():
                return _literal(part, FieldType.PERCENTAGE, part.value)
            case BooleanPart():
                return _literal(part, FieldType.BOOLEAN, part.value)
            case DatePart():
                return _literal(part, FieldType.INSTANT if read_is_instant(part) else FieldType.DATE, part.value)
            case DurationPart():
                return _literal(part, FieldType.DURATION, part.value)
            case _:
                assert_never(part)

    def _field(self, part: NamePart, role: Role) -> Typed | None:
        spec = self.scope.look_up(part.name, self.place, self.span(part), role)
        if spec is None:
            return None
        if spec.name in PLAN_NAMES:
            operand = Operand(date=DateExpr(base=spec.name, text=self.text(part)))
        else:
            operand = Operand(field=spec.name)
        return Typed(part=part, type=spec.type, operand=operand, spec=spec, fields=_fields_of(spec))

    def _shifted(self, part: ShiftedPart) -> Typed | None:
        base = self.typed(part.base)
        if base is None:
            return None
        if base.type not in (*MOMENTS, FieldType.UNKNOWN):
            what = f"`{self.text(part.base)}` is {A_TYPE[base.type]}; only a date can be moved by a duration"
            self.problem("E104", part.base, what)
            return None
        start = base.operand.value if base.is_literal else base.spec.name if base.spec is not None else None
        expr = DateExpr(base=start, offset=part.offset, text=self.text(part))  # type: ignore[arg-type]
        kind = FieldType.INSTANT if part.offset.seconds else base.type
        return Typed(part=part, type=kind, operand=Operand(date=expr), spec=base.spec, fields=base.fields)

    def fitted(self, literal: Typed, to: Typed) -> Operand | None:
        """The literal in the form of what it is compared with, or None with a problem."""
        if to.type is FieldType.UNKNOWN or literal.type is to.type:
            return literal.operand
        if literal.type in MOMENTS and to.type in MOMENTS:
            return literal.operand
        if isinstance(literal.part, TextPart) and to.spec is not None:
            match to.type:
                case FieldType.ENUM:
                    return self._enum(literal.part, to.spec)
                case FieldType.HEX:
                    return self._hex(literal.part, to.spec)
                case FieldType.GUID:
                    return self._guid(literal.part)
        self.mismatch(to, literal)
        return None

    def _enum(self, part: TextPart, spec: FieldSpec) -> Operand | None:
        if part.value in spec.values:
            return Operand(value=part.value)
        hint = did_you_mean(part.value, spec.values) or f"it is {listed(spec.values)}"
        self.problem("E105", part, f"`{shown(part.value)}` is no value of `{spec.name}`", hint)
        return None

    def _hex(self, part: TextPart, spec: FieldSpec) -> Operand | None:
        if re.fullmatch(rf"[0-9A-Fa-f]{{{spec.digits}}}", part.value):
            return Operand(value=part.value.upper())
        self.problem("E108", part, f"`{spec.name}` is {spec.digits} hex digits, not `{shown(part.value)}`")
        return None

    def _guid(self, part: TextPart) -> Operand | None:
        try:
            return Operand(value=parse_guid(part.value))
        except InputError as error:
            self.problem("E108", part, f"`{shown(part.value)}` is not a GUID", error.hint)
            return None

    def mismatch(self, left: Typed, right: Typed) -> None:
        """Keep the problem that two sides are of two types, with the cure where there is one."""
        message = (
            f"`{shown(self.text(left.part))}` is {A_TYPE[left.type]}, "
            f"`{shown(self.text(right.part))}` is {A_TYPE[right.type]}"
        )
        self.problem("E104", right.part, message, _cure(left, right))


def read_is_instant(part: DatePart) -> bool:
    """A moment, not a bare date."""
    return hasattr(part.value, "hour")


def _literal(part: Term, kind: FieldType, value: object) -> Typed:
    return Typed(part=part, type=kind, operand=Operand(value=value), is_literal=True)


def _fields_of(spec: FieldSpec) -> tuple[str, ...]:
    given = spec.name.startswith(RELEASE_PREFIX) or spec.name in _NOT_THE_HUBS
    return () if given else (spec.name,)


def _cure(left: Typed, right: Typed) -> str | None:
    wanted, part = left.type, right.part
    match part:
        case TextPart() if wanted in MOMENTS and read_date(part.value) is not None:
            return "drop the quotes"
        case TextPart() if wanted in (FieldType.NUMBER, FieldType.PERCENTAGE, FieldType.DURATION):
            return "drop the quotes" if part.value[:1].isdigit() else None
        case TextPart() if wanted is FieldType.BOOLEAN:
            return "write the field alone, or `not` before it"
        case NumberPart() if wanted is FieldType.PERCENTAGE:
            return f"write `{right.operand.value}%`"
        case NumberPart() if wanted is FieldType.DURATION:
            return f"add the unit: `{right.operand.value} days`"
        case NumberPart() if wanted in (FieldType.TEXT, FieldType.ENUM, FieldType.HEX, FieldType.GUID):
            return "put it in double quotes"
        case PercentPart() if wanted is FieldType.NUMBER:
            return "leave out the `%`"
        case DurationPart() if wanted in MOMENTS:
            return "write `within last 28 days`, or compare with `today - 28 days`"
        case _:
            return None
