"""Which rules and leaves the trials of some files have reached (NF3).

A rule counts when it determined an outcome: it excluded, held or put off, was a pilot that could
choose the hub, decided, or gave the highest priority. A leaf counts when it was seen both true
and false, while its rule was asked: rules are asked in the order of precedence, and those after
the one that settles the matter are not. Triggers and what a pilot leads to run in the roll-out
and are not counted.
"""

from collections.abc import Iterable, Iterator, Mapping

from attrs import define, field, frozen

from chfw_core.diagnostics import Span
from chfw_core.model.parties import DCC
from chfw_core.planning.own_decision import Outcome
from chfw_core.reports.trials.decide import Answer
from chfw_core.reports.trials.expectations import rules_of
from chfw_core.reports.trials.run import Check
from chfw_core.rules.meaning.evaluate import condition_holds
from chfw_core.rules.meaning.explain import explain_condition
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import Condition, Leaf, PilotRule, Rule, RuleSet

_NOWHERE = Span(file="", line=1, column=1)


@frozen(kw_only=True)
class Uncovered:
    """A rule or leaf that no trial has reached. `missing`: what has not been seen."""

    span: Span
    text: str
    missing: str
    is_rule: bool


@frozen(kw_only=True)
class Coverage:
    """How much was reached. `left_out`: triggers and pilots' consequences, which trials do not run."""

    rules: int
    rules_reached: int
    leaves: int
    leaves_reached: int
    left_out: int
    uncovered: tuple[Uncovered, ...]

    @property
    def percent(self) -> int:
        """Of rules and leaves together, rounded down; 100 where there is nothing to reach."""
        total = self.rules + self.leaves
        return 100 * (self.rules_reached + self.leaves_reached) // total if total else 100


Place = tuple[Span, str]


@define(kw_only=True)
class _Seen:
    """What has been seen so far, by place: rules that determined something; leaves true and false."""

    rules: set[Place] = field(factory=set)
    leaves: set[tuple[Place, bool]] = field(factory=set)


def cover(rulesets: Iterable[RuleSet], checks: Iterable[Check]) -> Coverage:
    """The coverage of these rules by these checks, each of which knows the rules that it asked."""
    seen = _Seen()
    for check in checks:
        _see(check, seen)
    rules: dict[Place, Rule] = {}
    found: dict[Place, Leaf] = {}
    triggers: set[Span] = set()
    for ruleset in rulesets:
        for rule in rules_of(ruleset).values():
            rules[_rule_place(rule)] = rule
            found |= {_leaf_place(leaf): leaf for condition in _conditions(rule) for leaf in leaves(condition)}
        triggers |= {trigger.span or _NOWHERE for trigger in ruleset.triggers}
        triggers |= {pilot.span or _NOWHERE for pilot in ruleset.pilots if pilot.then}
    uncovered = [*_uncovered_rules(rules, seen), *_uncovered_leaves(found, seen)]
    return Coverage(
        rules=len(rules),
        rules_reached=sum(place in seen.rules for place in rules),
        leaves=len(found),
        leaves_reached=sum({(place, True), (place, False)} <= seen.leaves for place in found),
        left_out=len(triggers),
        uncovered=tuple(sorted(uncovered, key=lambda one: (one.span, not one.is_rule, one.text))),
    )


def _uncovered_rules(rules: Mapping[Place, Rule], seen: _Seen) -> Iterator[Uncovered]:
    for place, rule in rules.items():
        if place not in seen.rules:
            yield Uncovered(span=place[0], text=rule.id, missing="determined no outcome", is_rule=True)


def _uncovered_leaves(leaves: Mapping[Place, Leaf], seen: _Seen) -> Iterator[Uncovered]:
    said = {(True, False): "never false", (False, True): "never true", (False, False): "never asked"}
    for place, leaf in leaves.items():
        was = ((place, True) in seen.leaves, (place, False) in seen.leaves)
        if was in said:
            yield Uncovered(span=place[0], text=leaf.text, missing=said[was], is_rule=False)


def _see(check: Check, seen: _Seen) -> None:
    answer = check.answer
    determined = _determined(check)
    for rule in _asked(check):
        # A pilot prefers among those that it may choose.
        conditions = _conditions(rule) if _matches(rule, answer) else (rule.when,)
        for condition in conditions:
            results = explain_condition(condition, answer.read, answer.context)
            seen.leaves |= {(_leaf_place(result.leaf), result.holds) for result in results}
    seen.rules |= {_rule_place(rule) for name, rule in rules_of(answer.rules).items() if name in determined}


def _asked(check: Check) -> Iterator[Rule]:
    """The rules in the order of precedence, up to the one that settles the matter."""
    answer, rules = check.answer, check.answer.rules
    if not answer.asked:
        return
    yield from rules.priorities
    if answer.stopped:
        return
    for exclude in rules.excludes:
        yield exclude
        if _matches(exclude, answer):
            return
    yield from rules.holds
    # The DCC's date is decided for a hub that it holds, too.
    if rules.owner != DCC and any(hold.ends is None for hold in answer.holds):
        return
    if not answer.holds:
        yield from rules.pilots
    if check.got.outcome is Outcome.PILOT:
        return
    for decide in rules.decides:
        yield decide
        if _matches(decide, answer):
            return


def _determined(check: Check) -> set[str | None]:
    delayed = None if check.got.outcome is Outcome.PILOT else check.answer.delayed_by
    return {check.got.by, delayed, check.answer.ranked_by}


def _matches(rule: Rule, answer: Answer) -> bool:
    return condition_holds(rule.when, answer.read, answer.context)


def _conditions(rule: Rule) -> tuple[Condition, ...]:
    prefer = rule.prefer if isinstance(rule, PilotRule) else None
    return (rule.when,) if prefer is None else (rule.when, prefer)


def _rule_place(rule: Rule) -> Place:
    return (rule.span or _NOWHERE, rule.id)


def _leaf_place(leaf: Leaf) -> Place:
    return (leaf.span or _NOWHERE, leaf.text)
