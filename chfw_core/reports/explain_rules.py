"""One owner's rules for one hub, one by one: which apply, and which leaf decides it (NF1)."""

from chfw_core.engines.matching import Matcher, PartyMatch
from chfw_core.model.hubs import CommsHub
from chfw_core.planning.decision import HoldState
from chfw_core.planning.holds import HoldOver, judge_hold
from chfw_core.planning.scope import Read
from chfw_core.reports.told import HoldTold, RuleTold
from chfw_core.rules.meaning.evaluate import RuleContext, condition_holds
from chfw_core.rules.meaning.explain import decisive_leaves
from chfw_core.rules.model import HoldRule, PriorityRule, Rule, RuleSet
from chfw_core.rules.triggered import is_of_trigger


def rules_told(
    rules: RuleSet, party: PartyMatch, context: RuleContext, chosen: str | None, holds: tuple[HoldTold, ...]
) -> tuple[RuleTold, ...]:
    """A Supplier's rules in the order in which they are asked. `chosen`: the pilot it is in."""
    read = party.read
    found = [rule_told("exclude", rule, read, context) for rule in rules.excludes]
    found += holds_asked(rules, read, context, holds)
    for pilot in rules.pilots:
        but = "the hub was chosen for this pilot" if pilot.id == chosen else ""
        found.append(rule_told("pilot", pilot, read, context, but=but))
    first = party.matched.decide
    for decide in rules.decides:
        if not is_worth_telling(decide, read, context):
            continue
        later = first is not None and first.id != decide.id and condition_holds(decide.when, read, context)
        found.append(rule_told("decide", decide, read, context, but="an earlier rule decides" if later else ""))
    return (*found, *(rule_told("prioritise", rule, read, context) for rule in rules.priorities))


def holds_asked(rules: RuleSet, read: Read, context: RuleContext, holds: tuple[HoldTold, ...]) -> tuple[RuleTold, ...]:
    """Every hold of the files, and what triggers hold of this hub, each with its end. `holds`: as of `holds_told`."""
    return tuple(
        rule_told("hold", rule, read, context, but="" if (told := told_of(rule, holds)) is None else end_of(told.state))
        for rule in rules.holds
        if is_worth_telling(rule, read, context)
    )


def told_of(rule: HoldRule, holds: tuple[HoldTold, ...]) -> HoldTold | None:
    """What `holds` says of just this rule."""
    return next((hold for hold in holds if hold.rule is rule), None)


def is_worth_telling(rule: Rule, read: Read, context: RuleContext) -> bool:
    """Whether the rule is of the files, or says something of this hub: what triggers hold elsewhere does not."""
    return not is_of_trigger(rule.id) or condition_holds(rule.when, read, context)


def end_of(state: HoldState | HoldOver) -> str:
    """Until when a hold is on, or why it is not."""
    return state.text if isinstance(state, HoldOver) else f"it is on until {state.until}"


def holds_told(
    matcher: Matcher, rules: RuleSet, hub: CommsHub, read: Read, context: RuleContext
) -> tuple[HoldTold, ...]:
    """Every hold whose condition holds: until when it is on, or why it is not."""
    return tuple(
        HoldTold(
            rule=rule,
            state=judge_hold(
                rule,
                owner=rules.owner,
                hub_values=read,
                guid=hub.guid,
                events_index=matcher.state.events,
                context=context,
            ),
        )
        for rule in rules.holds
        if condition_holds(rule.when, read, context)
    )


def rule_told(block: str, rule: Rule, read: Read, context: RuleContext, *, but: str = "") -> RuleTold:
    """Whether a rule applies, and the leaves that make it so."""
    return RuleTold(
        block=block,
        rule=rule.id,
        because=rule.because,
        applies=condition_holds(rule.when, read, context),
        leaves=decisive_leaves(rule.when, read, context),
        but=but,
        priority=rule.priority if isinstance(rule, PriorityRule) else None,
    )
