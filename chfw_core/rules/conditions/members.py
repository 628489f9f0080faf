"""What stands after `in`, `has any` and `has all`: a list in the condition, or a set of the file.

A set's values are text until they meet a field; a value that has not the form of the field is shown
where it stands in the set.
"""

from chfw_core.rules.conditions.expressions import parse_term
from chfw_core.rules.conditions.operands import Reader, Typed
from chfw_core.rules.conditions.scope import HUB_PLACE, FileScope, Role
from chfw_core.rules.conditions.syntax import DatePart, ListPart, NumberPart, PercentPart, SetPart, TextPart
from chfw_core.rules.model import LeafOp, Operand
from chfw_core.rules.problems.problem import did_you_mean, shown
from chfw_core.rules.text.nodes import Scalar
from chfw_core.rules.vocabulary.fields import FieldType

MOST_VALUES = 1_000_000
_AS_TEXT = frozenset(
    {FieldType.TEXT, FieldType.ENUM, FieldType.HEX, FieldType.GUID, FieldType.FLAGS, FieldType.UNKNOWN}
)


def members_of(arg: ListPart | SetPart, op: LeafOp, left: Typed | None, reader: Reader) -> tuple[Operand, ...] | None:
    """The values, in the form of what is asked about, or None with a problem.

    Where the left side is no good (None), the names and values are looked at all the same.
    """
    if isinstance(arg, ListPart):
        return _of_list(arg, op, left, reader)
    return _of_set(arg, op, left, reader)


def _of_list(arg: ListPart, op: LeafOp, left: Typed | None, reader: Reader) -> tuple[Operand, ...] | None:
    operands = []
    for item in arg.items:
        typed = reader.typed(item, Role.IN_LIST)
        if typed is not None and not typed.is_literal:
            reader.problem("E114", item, f"a list holds fixed values, and `{reader.text(item)}` is none")
        elif typed is not None and left is not None:
            operand = _fitted(typed, op, left, reader)
            if operand is not None:
                operands.append(operand)
    return tuple(operands) if len(operands) == len(arg.items) else None


def _of_set(arg: SetPart, op: LeafOp, left: Typed | None, reader: Reader) -> tuple[Operand, ...] | None:
    scope = reader.scope
    scope.used_sets.add(arg.name)
    if arg.name not in scope.set_names:
        if not scope.problems.full:
            name = shown(arg.name)
            listed = f'a list stands in [ ], text in double quotes: ["{name}"]'
            hint = did_you_mean(arg.name, scope.set_names) or listed
            scope.problems.add("E103", reader.span(arg), f"no set called `{name}`", hint=hint)
        return None
    if left is None or arg.name not in scope.sets:
        return None
    values = scope.sets[arg.name]
    scope.values_used += len(values)
    if scope.values_used > MOST_VALUES:
        reader.problem("E113", arg, f"the sets that this file uses hold more than {MOST_VALUES:,} values")
        return None
    kind = (arg.name, op is LeafOp.IN, left.type, left.spec.name if left.spec is not None else "")
    if kind not in scope.fitted_sets:
        scope.fitted_sets[kind] = _fit_set(values, op, left, scope)
    return scope.fitted_sets[kind]


def _fit_set(values: tuple[Scalar, ...], op: LeafOp, left: Typed, scope: FileScope) -> tuple[Operand, ...] | None:
    operands = []
    for scalar in values:
        reader = Reader(scope=scope, place=HUB_PLACE, scalar=scalar, positions=scalar.positions())
        whole = TextPart(start=0, end=len(scalar.value), value=scalar.value)
        part = whole if left.type in _AS_TEXT else parse_term(scalar.value)
        # What cannot be read as a number or date stays text, and is then said to be text.
        typed = reader.typed(part if isinstance(part, DatePart | NumberPart | PercentPart) else whole)
        operand = None if typed is None else _fitted(typed, op, left, reader)
        if operand is not None:
            operands.append(operand)
    return tuple(operands) if len(operands) == len(values) else None


def _fitted(member: Typed, op: LeafOp, left: Typed, reader: Reader) -> Operand | None:
    if op is LeafOp.IN:
        return reader.fitted(member, left)
    if isinstance(member.part, TextPart):
        return member.operand
    reader.problem("E104", member.part, "a flag is text", "put it in double quotes")
    return None
