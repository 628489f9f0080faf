"""One owner's rules for one hub, one by one: which apply, and which leaf decides it (NF1)."""

from collections.abc import Iterable

from chfw_core.engines.matching import HubMatch, PartyMatch
from chfw_core.model.periods import format_instant
from chfw_core.planning.decision import HoldState
from chfw_core.planning.scope import Read
from chfw_core.rules.evaluate import RuleContext, condition_holds
from chfw_core.rules.explain_condition import decisive_leaves
from chfw_core.rules.model import HoldRule, Rule, RuleSet


def rule_lines(
    rules: RuleSet,
    match: HubMatch,
    party: PartyMatch,
    chosen: str | None,
) -> list[str]:
    """A Supplier's rules in the order in which they are asked. `chosen`: the pilot it is in."""
    read, context = party.read, match.context
    lines = []
    for exclude in rules.excludes:
        lines += rule_said("exclude", exclude, read, context)
    lines += hold_lines(rules.holds, party.matched.holds, read, context)
    for pilot in rules.pilots:
        lines += rule_said("pilot", pilot, read, context)
        if pilot.id == chosen:
            lines.append("  the hub was chosen for this pilot")
    decided = False
    for decide in rules.decides:
        said = rule_said("decide", decide, read, context)
        if decided and condition_holds(decide.when, read, context):
            said = [f"decide `{decide.id}` would apply, but an earlier rule decides"]
        decided = decided or condition_holds(decide.when, read, context)
        lines += said
    for priority in rules.priorities:
        lines += rule_said(f"prioritise {priority.priority}", priority, read, context)
    return lines


def hold_lines(rules: Iterable[HoldRule], states: Iterable[HoldState], read: Read, context: RuleContext) -> list[str]:
    """Every hold: not matching, over, or on, with its end."""
    on = {state.rule: state for state in states}
    lines = []
    for rule in rules:
        lines += rule_said("hold", rule, read, context)
        if condition_holds(rule.when, read, context):
            state = on.get(rule.id)
            lines.append(f"  {hold_end(state)}" if state else "  it is over or was released")
    return lines


def hold_end(state: HoldState) -> str:
    """Until when a hold is on."""
    if state.ends is not None:
        return f"it ends at {format_instant(state.ends)}"
    limit = f", at the latest {format_instant(state.at_latest)}" if state.at_latest else ""
    return f"it is open until {state.awaits}{limit}"


def rule_said(kind: str, rule: Rule, read: Read, context: RuleContext) -> list[str]:
    """Whether a rule applies, and the leaves that make it so."""
    applies = condition_holds(rule.when, read, context)
    said = f"applies: {rule.because}" if applies else "does not apply"
    leaves = decisive_leaves(rule.when, read, context)
    return [f"{kind} `{rule.id}` {said}", *(f"  {leaf.text}" for leaf in leaves)]
