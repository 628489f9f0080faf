"""Take conditions apart into conjunctions of parts that lie on one axis each.

A condition that is such a conjunction is one. Of what else it asks for, each `or` of such conjunctions is a
*choice* between them, and they are numbered after the conditions. What is neither is left as it is.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve, frozen

from chfw_core.rules.meaning.evaluate import RuleContext, leaf_holds
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import Always, And, Condition, Leaf, LeafOp, Not, Or

PRIVATE_FLAGS = "flags@private"
FALSE = Or(items=())
TRUE = And(items=())
ByAxis = dict[int, list[Condition]]


@frozen
class Choice:
    """A condition asks for one of some conjunctions: their bits, as words and masks."""

    condition: int
    masks: tuple[tuple[int, np.uint64], ...]


@frozen
class Apart:
    """Conditions taken apart. `parts[b]`: by axis the parts of conjunction b; the first are those of the conditions.

    `mixed`: what else a condition asks for. `never`: conditions that cannot hold.
    """

    parts: Sequence[Mapping[int, Sequence[Condition]]]
    choices: tuple[Choice, ...]
    mixed: dict[int, Condition]
    never: frozenset[int]


def take_apart(conditions: Sequence[Condition], axis_of: Mapping[str, int]) -> Apart:
    """Take conditions apart that have no constants in them any more. `axis_of`: by field."""
    parts, chosen, mixed, never = list[ByAxis](), list[tuple[int, list[ByAxis]]](), dict[int, Condition](), set[int]()
    for number, condition in enumerate(conditions):
        by_axis, rest = _split(condition, axis_of)
        parts.append(by_axis)
        left = []
        for item in rest:
            alternatives = _alternatives(item, axis_of)
            if item == FALSE:
                never.add(number)
            elif alternatives is not None:
                chosen.append((number, alternatives))
            else:
                left.append(item)
        if left:
            mixed[number] = And(items=tuple(left))
    choices = []
    for number, alternatives in chosen:
        choices.append(Choice(number, _masks(range(len(parts), len(parts) + len(alternatives)))))
        parts += alternatives
    return Apart(parts=parts, choices=tuple(choices), mixed=mixed, never=frozenset(never))


def _split(condition: Condition, axis_of: Mapping[str, int]) -> tuple[ByAxis, list[Condition]]:
    """The conjuncts that lie on one axis each, and those over several."""
    by_axis: ByAxis = {}
    rest = []
    for item in condition.items if isinstance(condition, And) else (condition,):
        touched = {axis_of[name] for leaf in leaves(item) for name in leaf.fields}
        if len(touched) == 1:
            by_axis.setdefault(touched.pop(), []).append(item)
        else:
            rest.append(item)
    return by_axis, rest


def _alternatives(condition: Condition, axis_of: Mapping[str, int]) -> list[ByAxis] | None:
    """The conjunctions between which a condition leaves the choice; None where it is no such choice."""
    if not isinstance(condition, Or):
        return None
    taken = [_split(item, axis_of) for item in condition.items]
    return None if any(rest for _, rest in taken) else [by_axis for by_axis, _ in taken]


def _masks(bits: Sequence[int]) -> tuple[tuple[int, np.uint64], ...]:
    found: dict[int, int] = {}
    for bit in bits:
        found[bit // 64] = found.get(bit // 64, 0) | 1 << (bit % 64)
    return tuple((word, np.uint64(mask)) for word, mask in found.items())


def public_and_private_flags(condition: Condition) -> Condition:
    """The same condition where a hub's flags lie on two axes: the public ones and the owner's own."""
    match condition:
        case And():
            return And(items=tuple(map(public_and_private_flags, condition.items)))
        case Or():
            return Or(items=tuple(map(public_and_private_flags, condition.items)))
        case Not():
            return Not(item=public_and_private_flags(condition.item))
        case Leaf(op=LeafOp.HAS_ANY, fields=("flags",)):
            return Or(items=(condition, _private(condition)))
        case Leaf(op=LeafOp.HAS_ALL, fields=("flags",)):
            each = [evolve(condition, op=LeafOp.HAS_ANY, args=(arg,)) for arg in condition.args]
            return And(items=tuple(Or(items=(leaf, _private(leaf))) for leaf in each))
        case _:
            return condition


def _private(leaf: Leaf) -> Leaf:
    return evolve(leaf, left=evolve(leaf.left, field=PRIVATE_FLAGS), fields=(PRIVATE_FLAGS,))


def with_constants(condition: Condition, constants: Mapping[str, object], context: RuleContext) -> Condition:
    """Put in the answers of leaves that read no axis; And() is true, Or() is false."""
    match condition:
        case And():
            items = [with_constants(item, constants, context) for item in condition.items]
            flat = [part for item in items for part in (item.items if isinstance(item, And) else (item,))]
            return FALSE if FALSE in flat else And(items=tuple(flat)) if len(flat) != 1 else flat[0]
        case Or():
            items = [with_constants(item, constants, context) for item in condition.items]
            left = tuple(item for item in items if item != FALSE)
            return TRUE if TRUE in left else Or(items=left) if len(left) != 1 else left[0]
        case Not():
            item = with_constants(condition.item, constants, context)
            return TRUE if item == FALSE else FALSE if item == TRUE else Not(item=item)
        case Always():
            return TRUE
        case Leaf():
            if len(condition.fields) == 2 and any(constants.get(n, n) is None for n in condition.fields):
                return FALSE  # a comparison with a missing value
            if any(name not in constants for name in condition.fields):
                return condition
            values = tuple(constants[name] for name in condition.fields)
            return TRUE if leaf_holds(condition, values, context) else FALSE
