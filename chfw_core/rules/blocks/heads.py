"""What every rule has: an id, a reason, and which hubs it is for, within the file's own scope."""

from attrs import frozen

from chfw_core.diagnostics import Span
from chfw_core.rules.conditions.checking import check_condition
from chfw_core.rules.conditions.scope import FileScope
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.model import Always, And, Condition
from chfw_core.rules.text.borrowed import OTHERWISE_ELSEWHERE


@frozen(kw_only=True)
class Head:
    """The common part of a rule. `when` already says that the hub is in the file's scope."""

    id: str
    because: str
    when: Condition
    span: Span


def read_head(
    record: Record, scope: FileScope, within: Condition, *, key: str = "when", otherwise: bool = False
) -> Head | None:
    """The head of a rule whose condition stands at `key`; None where part of it is wrong.

    `otherwise`: the condition takes all hubs that are left, and is not read as one.
    """
    if not record.has("because") and not record.misspelt:
        hint = "one line for the person who asks why"
        scope.problems.add("W306", record.span, "this rule has no `because`", hint=hint)
    scalar = record.scalar(key)
    when = Always() if scalar is None or otherwise else check_condition(scalar, scope)
    name = record.scalar("id")
    if when is None or name is None or (scalar is None and record.has(key)):
        return None
    return Head(id=name.value, because=record.word("because") or "", when=both(within, when), span=name.span)


def is_otherwise(record: Record) -> bool:
    """Whether a `decide` rule takes all hubs that are left."""
    return (record.word("when") or "").strip() == "otherwise"


def means_otherwise(record: Record) -> bool:
    """The same, also under a name that it has elsewhere: a misspelt `otherwise` is not a missing one."""
    return (record.word("when") or "").strip().lower() in OTHERWISE_ELSEWHERE


def both(first: Condition, second: Condition) -> Condition:
    """Both conditions; one that always holds adds nothing."""
    if isinstance(first, Always):
        return second
    return first if isinstance(second, Always) else And(items=(first, second))
