"""Which conditions one change of a field can turn: of a long list of values most turn none.

A condition is *settled* for a field where the other facts alone say whether it holds, as an `and` of which another part
is false. Values of the field with the same answers from all that are not settled come to the same.
"""

from collections.abc import Iterable, Iterator
from typing import assert_never

from chfw_core.planning.scope import Read
from chfw_core.rules.evaluate import RuleContext, condition_holds
from chfw_core.rules.leaves import leaves
from chfw_core.rules.model import Always, And, Condition, Leaf, Not, Or


def turned_by(field: str, conditions: Iterable[Condition], read: Read, context: RuleContext) -> tuple[Condition, ...]:
    """Those of the conditions that another value of the field can turn."""
    return tuple(
        condition
        for condition in conditions
        if any(field in leaf.fields for leaf in leaves(condition)) and _settled(condition, field, read, context) is None
    )


def _settled(condition: Condition, field: str, read: Read, context: RuleContext) -> bool | None:
    """The answer whatever the field's value; None where it depends on it."""
    match condition:
        case And():
            return _first_of(False, (_settled(item, field, read, context) for item in condition.items))
        case Or():
            return _first_of(True, (_settled(item, field, read, context) for item in condition.items))
        case Not():
            answer = _settled(condition.item, field, read, context)
            return None if answer is None else not answer
        case Leaf() if field in condition.fields:
            return None
        case Always() | Leaf():
            return condition_holds(condition, read, context)
        case _:
            assert_never(condition)


def _first_of(wanted: bool, answers: Iterator[bool | None]) -> bool | None:
    """`wanted` where one of the answers is that, None where one of the others is open."""
    found: bool | None = not wanted
    for answer in answers:
        if answer is wanted:
            return wanted
        if answer is None:
            found = None
    return found
