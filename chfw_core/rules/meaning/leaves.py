"""The conditions of rules, and the leaves of conditions, one after the other."""

from collections.abc import Callable, Iterator
from typing import TypeVar, assert_never

from attrs import evolve

from chfw_core.rules.model import (
    Always,
    And,
    Condition,
    Leaf,
    Not,
    Or,
    Rule,
    RuleSet,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
)
from chfw_core.rules.vocabulary.fields import MY_PREFIX

R = TypeVar("R", bound=Rule)


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


def with_leaves(condition: Condition, change: Callable[[Leaf], Condition]) -> Condition:
    """The condition with something else in the place of each leaf."""
    match condition:
        case And():
            return And(items=tuple(with_leaves(item, change) for item in condition.items))
        case Or():
            return Or(items=tuple(with_leaves(item, change) for item in condition.items))
        case Not():
            return Not(item=with_leaves(condition.item, change))
        case Leaf():
            return change(condition)
        case Always():
            return condition
        case _:
            assert_never(condition)


def rules_with_leaves(rules: RuleSet, change: Callable[[Leaf], Condition]) -> RuleSet:
    """The rules with something else in the place of each leaf that is asked about hubs."""

    def when(rule: R) -> R:
        return evolve(rule, when=with_leaves(rule.when, change))

    return evolve(
        rules,
        excludes=tuple(map(when, rules.excludes)),
        holds=tuple(map(when, rules.holds)),
        decides=tuple(map(when, rules.decides)),
        priorities=tuple(map(when, rules.priorities)),
        pilots=tuple(
            evolve(when(pilot), prefer=None if pilot.prefer is None else with_leaves(pilot.prefer, change))
            for pilot in rules.pilots
        ),
    )


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
