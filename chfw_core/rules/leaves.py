"""The conditions of rules, and the leaves of conditions, one after the other."""

from collections.abc import Iterator
from typing import assert_never

from chfw_core.rules.fields import MY_PREFIX
from chfw_core.rules.model import (
    Always,
    And,
    Condition,
    Leaf,
    Not,
    Or,
    RuleSet,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
)


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


def private_columns(rules: RuleSet) -> frozenset[str]:
    """The columns of the owner's own that its rules read as `my.<column>`, in conditions, dates and spreads."""
    names = set(fields_read(rules))
    names.update(name for _, fields in rules_with_dates(rules) for name in fields)
    names.update(name for pilot in rules.pilots for name in pilot.spread_by)
    return frozenset(name.removeprefix(MY_PREFIX) for name in names if name.startswith(MY_PREFIX))


def rules_with_dates(rules: RuleSet) -> Iterator[tuple[Condition, frozenset[str]]]:
    """The condition of each rule that has dates, with the hub fields that these read."""
    for hold in rules.holds:
        match hold.until:
            case UntilDate(date=until):
                yield hold.when, frozenset(until.fields)
            case UntilEvent(at_latest=until):
                yield hold.when, frozenset(until.fields)
            case UntilFlagCleared(at_latest=latest) if latest is not None:
                yield hold.when, frozenset(latest.fields)
            case _:
                pass
    dated = [(rule.when, rule.at, rule.to) for rule in rules.decides]
    dated += [(rule.when, rule.at, None) for rule in rules.pilots]
    for when, at, to in dated:
        dates = (to,) if at is None else (at.opens, at.closes, to)
        yield when, frozenset(name for date in dates if date is not None for name in date.fields)


def fields_read(rules: RuleSet) -> frozenset[str]:
    """The hub fields that the conditions read."""
    return frozenset(name for condition in conditions_of(rules) for leaf in leaves(condition) for name in leaf.fields)
