"""The conditions of rules, and the leaves of conditions, one after the other."""

from collections.abc import Iterator
from typing import assert_never

from chfw_core.rules.model import Always, And, Condition, Leaf, Not, Or, RuleSet


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every leaf of a condition, in the order of the text."""
    match condition:
        case And() | Or():
            for item in condition.items:
                yield from leaves(item)
        case Not():
            yield from leaves(condition.item)
        case Leaf():
            yield condition
        case Always():
            return
        case _:
            assert_never(condition)


def conditions_of(rules: RuleSet) -> Iterator[Condition]:
    """Every condition that is asked about hubs."""
    for rule in (*rules.excludes, *rules.holds, *rules.pilots, *rules.decides, *rules.priorities):
        yield rule.when
    for pilot in rules.pilots:
        if pilot.prefer is not None:
            yield pilot.prefer


def fields_read(rules: RuleSet) -> frozenset[str]:
    """The hub fields that the conditions read."""
    return frozenset(name for condition in conditions_of(rules) for leaf in leaves(condition) for name in leaf.fields)
