"""Why a condition holds for a hub, or does not: leaf by leaf, with the values that were read.

A leaf is decisive where its being so alone, or with the other decisive ones, makes the whole so:
of an `and` that fails, the leaves of the parts that fail; of an `or` that holds, those that hold.
"""

from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from typing import assert_never

from attrs import frozen

from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_core.rules.meaning.evaluate import RuleContext, condition_holds, date_value, leaf_holds
from chfw_core.rules.model import Always, And, Condition, Leaf, Not, Operand, Or
from chfw_core.rules.vocabulary.fields import GUID_FIELDS, RELEASE_PREFIX

Read = Callable[[str], object]


@frozen(kw_only=True)
class LeafResult:
    """One leaf for one hub. `read` are (name, value) of every name it reads, the release's too."""

    leaf: Leaf
    holds: bool
    decisive: bool
    read: tuple[tuple[str, object], ...]

    @property
    def text(self) -> str:
        """``configuration_set in approved` does not hold: configuration_set is CS-0151``."""
        said = "holds" if self.holds else "does not hold"
        read = ", ".join(f"{name} is {show_value(value, name)}" for name, value in self.read)
        return f"`{self.leaf.text}` {said}" + (f": {read}" if read else "")


def explain_condition(condition: Condition, read: Read, context: RuleContext) -> tuple[LeafResult, ...]:
    """Every leaf in the order of the text."""
    return tuple(_results(condition, read, context, decisive=True))


def decisive_leaves(condition: Condition, read: Read, context: RuleContext) -> tuple[LeafResult, ...]:
    """The leaves that make the condition what it is for this hub."""
    return tuple(result for result in explain_condition(condition, read, context) if result.decisive)


def _results(condition: Condition, read: Read, context: RuleContext, *, decisive: bool) -> list[LeafResult]:
    match condition:
        case Always():
            return []
        case Leaf():
            holds = leaf_holds(condition, tuple(read(name) for name in condition.fields), context)
            values = _values(condition, read, context)
            return [LeafResult(leaf=condition, holds=holds, decisive=decisive, read=values)]
        case Not():
            return _results(condition.item, read, context, decisive=decisive)
        case And() | Or():
            # `and` fails by the parts that fail, `or` holds by those that hold; otherwise all count.
            whole = condition_holds(condition, read, context)
            results: list[LeafResult] = []
            for item in condition.items:
                counts = decisive and condition_holds(item, read, context) == whole
                results.extend(_results(item, read, context, decisive=counts))
            return results
        case _:
            assert_never(condition)


def _values(leaf: Leaf, read: Read, context: RuleContext) -> tuple[tuple[str, object], ...]:
    found = {name: read(name) for name in leaf.fields}
    for operand in (leaf.left, *leaf.args):
        found.update(_of_plan(operand, read, context))
    return tuple(found.items())


def _of_plan(operand: Operand, read: Read, context: RuleContext) -> dict[str, object]:
    """Names of the release and the plan, which are no hub fields but change with the plan."""
    if operand.field is not None and operand.field.startswith(RELEASE_PREFIX):
        return {operand.field: context.release[operand.field.removeprefix(RELEASE_PREFIX)]}
    if operand.date is not None and not isinstance(operand.date.base, date):
        return {operand.date.text or operand.date.base: date_value(operand.date, read, context)}
    return {}


def show_value(value: object, name: str = "") -> str:
    """A value as its owner would write it."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case datetime():
            return format_instant(value)
        case int() if name in GUID_FIELDS:
            return format_guid(value)
        case Fraction():
            return str(float(value))
        case frozenset():
            return ", ".join(sorted(str(item) for item in value)) or "none"
        case _:
            return str(value)
