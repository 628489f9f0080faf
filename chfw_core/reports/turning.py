"""Which conditions one change of a field can turn: of a long list of values most turn none.

Where the other facts alone say whether a part of a condition holds, only what is left of the condition depends on the
field. Values of it with the same answers from all that is left come to the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from chfw_core.planning.scope import Read
from chfw_core.rules.meaning.evaluate import RuleContext, condition_holds, leaf_answers
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import Always, And, Condition, Leaf, Not, Or


def turned_by(field: str, conditions: Iterable[Condition], read: Read, context: RuleContext) -> tuple[Condition, ...]:
    """What the conditions leave open for the field's value to say; those that leave nothing open are not there."""
    asking = (one for one in conditions if any(field in leaf.fields for leaf in leaves(one)))
    left = (_left(one, field, read, context) for one in asking)
    return tuple(one for one in left if not isinstance(one, bool))


def answers_to(
    field: str, conditions: Iterable[Condition], values: Sequence[object], read: Read, context: RuleContext
) -> list[tuple[bool, ...]]:
    """By value of the field what each of the conditions says, all else being as it is."""
    answers = [_answers(condition, field, values, read, context) for condition in conditions]
    return list(zip(*answers, strict=True)) if answers else [()] * len(values)


def _answers(
    condition: Condition, field: str, values: Sequence[object], read: Read, context: RuleContext
) -> Sequence[bool]:
    """A leaf is asked for all values at once: long lists of texts are looked up then."""
    match condition:
        case And() | Or() if condition.items:
            together = all if isinstance(condition, And) else any
            parts = [_answers(item, field, values, read, context) for item in condition.items]
            return [together(said) for said in zip(*parts, strict=True)]
        case Not():
            return [not answer for answer in _answers(condition.item, field, values, read, context)]
        case Leaf() if condition.fields == (field,):
            return leaf_answers(condition, values, context)
        case _:

            def holds(value: object) -> bool:
                return condition_holds(condition, lambda asked: value if asked == field else read(asked), context)

            return [*map(holds, values)]


def _left(condition: Condition, field: str, read: Read, context: RuleContext) -> Condition | bool:
    """What is left of a condition, or its answer where that does not depend on the field."""
    match condition:
        case And():
            parts = _open((_left(item, field, read, context) for item in condition.items), decisive=False)
            return parts if isinstance(parts, bool) else And(items=parts)
        case Or():
            parts = _open((_left(item, field, read, context) for item in condition.items), decisive=True)
            return parts if isinstance(parts, bool) else Or(items=parts)
        case Not():
            item = _left(condition.item, field, read, context)
            return not item if isinstance(item, bool) else Not(item=item)
        case Leaf() if field in condition.fields:
            return condition
        case Always() | Leaf():
            return condition_holds(condition, read, context)
        case _:
            assert_never(condition)


def _open(parts: Iterator[Condition | bool], *, decisive: bool) -> tuple[Condition, ...] | bool:
    """The parts that are open, or the answer: one part that is `decisive` decides."""
    found = list[Condition]()
    for part in parts:
        if part is decisive:
            return decisive
        if not isinstance(part, bool):
            found.append(part)
    return tuple(found) or not decisive
