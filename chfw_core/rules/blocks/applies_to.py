"""`applies_to`: the hubs that a file is about at all. It becomes part of every rule's condition."""

import re

from chfw_core.rules.blocks.heads import both
from chfw_core.rules.conditions.scope import FileScope
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.model import Always, Condition, Leaf, LeafOp, Operand, Or
from chfw_core.rules.problems.problem import shown
from chfw_core.rules.text.nodes import Scalar

_EXACT = re.compile("[0-9A-Fa-f]{8}")
_BEGINNING = re.compile(r"([0-9A-Fa-f]{1,7})\*")


def read_applies_to(record: Record | None, scope: FileScope) -> Condition:
    """The file's scope as a condition; what is wrong in it is left out, with a problem."""
    if record is None:
        return Always()
    return both(_models(record.scalars("device_models"), scope), _role(record, scope))


def _models(scalars: tuple[Scalar, ...], scope: FileScope) -> Condition:
    exact: list[str] = []
    leaves: list[Condition] = []
    for scalar in scalars:
        beginning = _BEGINNING.fullmatch(scalar.value)
        if beginning is not None:
            prefix = beginning[1].upper()
            leaves.append(_leaf("device_model", LeafOp.STARTS_WITH, (prefix,), scalar))
        elif _EXACT.fullmatch(scalar.value):
            exact.append(scalar.value.upper())
        else:
            hint = "write 8 hex digits, or their beginning with `*`"
            scope.problems.add("E108", scalar.span, f"`{shown(scalar.value)}` is no device model", hint=hint)
    if exact:
        leaves.insert(0, _leaf("device_model", LeafOp.IN, tuple(exact), scalars[0]))
    if not leaves:
        return Always()
    return leaves[0] if len(leaves) == 1 else Or(items=tuple(leaves))


def _role(record: Record, scope: FileScope) -> Condition:
    role = record.scalar("role")
    if role is None or role.value == "any":
        return Always()
    if not scope.is_supplier:
        scope.problems.add("E214", role.span, f"{scope.kind} has no Supplier's role; only a Supplier's file names one")
        return Always()
    return _leaf("my_role", LeafOp.IN, (role.value, "both"), role)


def _leaf(name: str, op: LeafOp, values: tuple[str, ...], scalar: Scalar) -> Leaf:
    shown_values = ", ".join(f'"{value}"' for value in values)
    text = f"{name} in [{shown_values}]" if op is LeafOp.IN else f"{name} starts with {shown_values}"
    args = tuple(Operand(value=value) for value in values)
    return Leaf(op=op, left=Operand(field=name), args=args, fields=(name,), text=text, span=scalar.span)
