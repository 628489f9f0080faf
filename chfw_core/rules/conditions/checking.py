"""From a condition's text to its checked form: every name found, every comparison of two like things.

All problems of a condition are found, not the first alone; only what cannot be read as a condition
at all ends it early.
"""

import re
from collections.abc import Mapping
from typing import assert_never

from chfw_core.rules.conditions.expressions import parse_condition
from chfw_core.rules.conditions.members import members_of
from chfw_core.rules.conditions.operands import A_TYPE, MOMENTS, Reader, Typed
from chfw_core.rules.conditions.scope import HUB_PLACE, FileScope, Place, Role
from chfw_core.rules.conditions.syntax import (
    AllOf,
    Comparison,
    ListPart,
    NamePart,
    Negated,
    OneOf,
    Part,
    SetPart,
    TextPart,
    Tree,
)
from chfw_core.rules.conditions.terms import Unreadable
from chfw_core.rules.meaning.values import order_of
from chfw_core.rules.model import And, Condition, Duration, Leaf, LeafOp, Not, Operand, Or
from chfw_core.rules.problems.problem import shown
from chfw_core.rules.text.nodes import Scalar
from chfw_core.rules.vocabulary.fields import FieldType

_ORDERING = (LeafOp.LT, LeafOp.LE, LeafOp.GT, LeafOp.GE, LeafOp.BETWEEN)
_TURNED: Mapping[LeafOp, LeafOp] = {
    LeafOp.EQ: LeafOp.EQ,
    LeafOp.NE: LeafOp.NE,
    LeafOp.LT: LeafOp.GT,
    LeafOp.LE: LeafOp.GE,
    LeafOp.GT: LeafOp.LT,
    LeafOp.GE: LeafOp.LE,
}
_ORDERED_TYPES = frozenset(
    {
        FieldType.DATE,
        FieldType.INSTANT,
        FieldType.DURATION,
        FieldType.NUMBER,
        FieldType.PERCENTAGE,
        FieldType.HEX,
        FieldType.UNKNOWN,
    }
)
_ALONE = "say of which field: `x == …`; several values of one field stand in `in [...]`"
_LISTABLE = frozenset(FieldType) - {FieldType.FLAGS, FieldType.BOOLEAN, FieldType.DURATION}
_STARTABLE = frozenset({FieldType.TEXT, FieldType.ENUM, FieldType.HEX, FieldType.GUID, FieldType.UNKNOWN})


def check_condition(scalar: Scalar, scope: FileScope, place: Place = HUB_PLACE) -> Condition | None:
    """The condition, or None with at least one problem."""
    tree = parse_condition(scalar.value)
    reader = Reader(scope=scope, place=place, scalar=scalar, positions=scalar.positions())
    if isinstance(tree, Unreadable):
        reader.keep(tree)
        return None
    return _Checker(reader).check(tree)


class _Checker:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def check(self, tree: Tree) -> Condition | None:
        match tree:
            case AllOf() | OneOf():
                checked = [self.check(item) for item in tree.items]
                items = tuple(item for item in checked if item is not None)
                if len(items) < len(checked):
                    return None
                return And(items=items) if isinstance(tree, AllOf) else Or(items=items)
            case Negated():
                item = self.check(tree.item)
                return None if item is None else Not(item=item)
            case Comparison():
                return self._comparison(tree)
            case _:
                assert_never(tree)

    def _comparison(self, tree: Comparison) -> Condition | None:
        left = self.reader.typed(tree.left)
        match tree.op:
            case None:
                return None if left is None else self._alone(tree, left)
            case LeafOp.IN | LeafOp.HAS_ANY | LeafOp.HAS_ALL:
                return self._members(tree, tree.op, left)
        args = [self.reader.typed(arg, Role.VALUE) for arg in tree.args if not isinstance(arg, ListPart | SetPart)]
        known = [arg for arg in args if arg is not None]
        if left is None or len(known) < len(args):
            return None
        match tree.op:
            case LeafOp.MISSING | LeafOp.NOT_MISSING:
                return self._missing(tree, tree.op, left)
            case LeafOp.WITHIN_LAST:
                return self._within_last(tree, left, known[0])
            case LeafOp.STARTS_WITH:
                return self._starts_with(tree, left, known[0])
            case LeafOp.BETWEEN:
                return self._between(tree, left, known[0], known[1])
            case LeafOp.EQ | LeafOp.NE | LeafOp.LT | LeafOp.LE | LeafOp.GT | LeafOp.GE:
                return self._compared(tree, tree.op, left, known[0])
            case _:
                assert_never(tree.op)

    # --- each operator

    def _alone(self, tree: Comparison, left: Typed) -> Condition | None:
        if left.spec is not None and left.type in (FieldType.BOOLEAN, FieldType.UNKNOWN):
            return self._leaf(tree, LeafOp.EQ, left, (Operand(value=True),))
        self.reader.problem(
            "E114",
            tree,
            f"`{shown(self.reader.text(tree))}` is {A_TYPE[left.type]}, not a condition",
            "compare it with something" if left.spec is not None else _ALONE if left.type is FieldType.TEXT else None,
        )
        return None

    def _missing(self, tree: Comparison, op: LeafOp, left: Typed) -> Condition | None:
        if isinstance(left.part, NamePart):
            return self._leaf(tree, op, left, ())
        self.reader.problem(
            "E114", left.part, f"`{shown(self.reader.text(left.part))}` is no field: it is never missing"
        )
        return None

    def _within_last(self, tree: Comparison, left: Typed, span: Typed) -> Condition | None:
        value = span.operand.value
        if left.type not in (*MOMENTS, FieldType.UNKNOWN) or left.is_literal:
            self._no_operator(tree, left, "within last", "dates")
            return None
        if left.type is FieldType.DATE and isinstance(value, Duration) and value.seconds:
            self.reader.problem(
                "E104", span.part, f"`{self.reader.text(left.part)}` is a date", "count in days or weeks"
            )
            return None
        return self._leaf(tree, LeafOp.WITHIN_LAST, left, (span.operand,))

    def _starts_with(self, tree: Comparison, left: Typed, prefix: Typed) -> Condition | None:
        if left.type not in _STARTABLE or left.is_literal:
            self._no_operator(tree, left, "starts with", "text and versions")
            return None
        if not isinstance(prefix.part, TextPart):
            self.reader.problem("E104", prefix.part, "`starts with` takes text", "put it in double quotes")
            return None
        value = prefix.part.value
        if left.type is FieldType.HEX and left.spec is not None:
            if not re.fullmatch(rf"[0-9A-Fa-f]{{1,{left.spec.digits}}}", value):
                what = f"`{left.spec.name}` begins with hex digits, {left.spec.digits} at most, not `{shown(value)}`"
                self.reader.problem("E108", prefix.part, what)
                return None
            value = value.upper()
        elif left.type is FieldType.GUID:
            value = value.upper()
        return self._leaf(tree, LeafOp.STARTS_WITH, left, (Operand(value=value),))

    def _between(self, tree: Comparison, left: Typed, first: Typed, last: Typed) -> Condition | None:
        if not self._has_order(tree, left, "between"):
            return None
        ends = [self._fitted(left, end) for end in (first, last)]
        found = [end for end in ends if end is not None]
        if len(found) < len(ends):
            return None
        if first.is_literal and last.is_literal and order_of(found[0].value, found[1].value) == 1:
            self.reader.problem("W308", tree, "this never holds: the first end is after the last", "swap the two")
        if len({*left.fields, *first.fields, *last.fields}) <= 2:
            return self._leaf(tree, LeafOp.BETWEEN, left, tuple(found), first, last)
        # A leaf reads two fields at most.
        return And(
            items=(
                self._leaf(tree, LeafOp.GE, left, (found[0],), first),
                self._leaf(tree, LeafOp.LE, left, (found[1],), last),
            )
        )

    def _compared(self, tree: Comparison, op: LeafOp, left: Typed, right: Typed) -> Condition | None:
        if left.is_literal and not right.is_literal:
            left, right, op = right, left, _TURNED[op]
        if left.is_literal:
            self.reader.problem("E114", tree, "two fixed values are compared", "one side must be a field")
            return None
        if left.type is FieldType.FLAGS or right.type is FieldType.FLAGS:
            flags = left if left.type is FieldType.FLAGS else right
            hint = f'write `{self.reader.text(flags.part)} has "x"`'
            self._no_operator(tree, flags, op.value, "single values", hint)
            return None
        if op in _ORDERING and not self._has_order(tree, left, op.value):
            return None
        operand = self._fitted(left, right)
        if operand is None:
            return None
        missing = next((side for side in (left, right) if side.optional), None)
        if op is LeafOp.NE and missing is not None:
            name = self.reader.text(missing.part)
            hint = f"`not {name} == …` holds there"
            self.reader.problem("W301", tree, f"`!=` does not hold where `{name}` is missing", hint)
        return self._leaf(tree, op, left, (operand,), right)

    def _members(self, tree: Comparison, op: LeafOp, left: Typed | None) -> Condition | None:
        arg = tree.args[0]
        if not isinstance(arg, ListPart | SetPart) or not self._takes_members(tree, op, left):
            return None
        found = members_of(arg, op, left, self.reader)
        if isinstance(arg, ListPart) and not arg.items:
            often = "always" if op is LeafOp.HAS_ALL else "never"
            self.reader.problem("W308", tree, f"this {often} holds: the list is empty")
        return None if left is None or found is None else self._leaf(tree, op, left, found)

    def _takes_members(self, tree: Comparison, op: LeafOp, left: Typed | None) -> bool:
        if left is None:
            return True
        if op is LeafOp.IN:
            if left.type in _LISTABLE and not left.is_literal:
                return True
            hint = "write `has any [...]`" if left.type is FieldType.FLAGS else None
            self._no_operator(tree, left, "in", "single values", hint)
            return False
        if left.type in (FieldType.FLAGS, FieldType.UNKNOWN) and not left.is_literal:
            return True
        self._no_operator(tree, left, "has", "flags", f'write `{shown(self.reader.text(left.part))} == "x"`')
        return False

    # --- what they share

    def _fitted(self, left: Typed, right: Typed) -> Operand | None:
        if right.is_literal:
            return self.reader.fitted(right, left)
        if _comparable(left, right):
            return right.operand
        self.reader.mismatch(left, right)
        return None

    def _has_order(self, tree: Comparison, left: Typed, op: str) -> bool:
        if left.type in _ORDERED_TYPES or (left.spec is not None and left.spec.ordered):
            return True
        self._no_operator(tree, left, op, "dates, numbers, versions and levels")
        return False

    def _no_operator(self, tree: Comparison, left: Typed, op: str, what_for: str, hint: str | None = None) -> None:
        what = f"`{op}` is for {what_for}; `{shown(self.reader.text(left.part))}` is {A_TYPE[left.type]}"
        place = Part(start=tree.op_start, end=tree.op_start + len(op))
        self.reader.problem("E106", place, what, hint)

    def _leaf(self, tree: Comparison, op: LeafOp, left: Typed, args: tuple[Operand, ...], *others: Typed) -> Leaf:
        fields = dict.fromkeys(name for side in (left, *others) for name in side.fields)
        return Leaf(
            op=op,
            left=left.operand,
            args=args,
            fields=tuple(fields),
            levels=left.spec.values if left.spec is not None and left.spec.ordered else (),
            text=self.reader.text(tree),
            span=self.reader.span(tree),
        )


def _comparable(left: Typed, right: Typed) -> bool:
    kinds = {left.type, right.type}
    if FieldType.UNKNOWN in kinds or kinds <= set(MOMENTS) or kinds == {FieldType.TEXT, FieldType.ENUM}:
        return True
    if left.type is not right.type or left.spec is None or right.spec is None:
        return False
    return left.spec.values == right.spec.values and left.spec.digits == right.spec.digits
