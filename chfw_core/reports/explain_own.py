"""`rules explain`: why one owner's own rules decide a hub as they do, and what would change it.

The owner's rules, its own attributes and the hub's public facts alone are read; what the DCC, a CSP
or a second Supplier decides plays no part, and nothing here tells who that is (BR3.3, NF7).
"""

from chfw_core.engines.matching import Matcher
from chfw_core.engines.owned import Known, OwnMatch, decide_own
from chfw_core.model.guid import format_guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import format_instant
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import Outcome, OwnDecision, owns
from chfw_core.reports.explain_rules import hold_end, hold_lines, rule_said
from chfw_core.reports.story import Explanation, Section
from chfw_core.reports.what_would_change import what_would_change
from chfw_core.rules.evaluate import condition_holds
from chfw_core.rules.explain_condition import show_value
from chfw_core.rules.leaves import fields_read
from chfw_core.rules.model import HoldRule, PilotRule, Rule, RuleSet


def explain_own(inputs: PlanInputs, hub: CommsHub, known: Known | None = None) -> Explanation:
    """The story of the one rule set among the inputs for one hub."""
    (rules,) = inputs.rulesets
    guid = format_guid(hub.guid)
    if not owns(rules.owner, hub):
        whose = "is not responsible for this hub" if is_supplier(rules.owner) else "does not serve this hub"
        section = Section(title="responsible", lines=(f"{rules.owner} {whose}",))
        return Explanation(guid=guid, party=rules.owner, sections=(section,))
    matcher, known = Matcher(inputs), known or Known()
    found = decide_own(matcher, rules.owner, hub, known)
    before, decisive = _ordered(rules, found)
    changes = what_would_change(matcher, rules.owner, hub, known)
    sections = (
        Section(title="decision", lines=_decision(found.decision)),
        Section(title="why", lines=_said(decisive, found) or (found.decision.reason,)),
        Section(title="why not an earlier rule", lines=_said(before, found)),
        Section(title="missing acts", lines=_missing(matcher, rules, hub, found)),
        Section(title="what would change it", lines=tuple(change.text for change in changes)),
        Section(title="what the rules read of the hub", lines=_facts(rules, found)),
    )
    return Explanation(guid=guid, party=rules.owner, sections=tuple(s for s in sections if s.lines))


def _decision(decision: OwnDecision) -> tuple[str, ...]:
    lines = [f"{decision.outcome.value} by `{decision.rule}`" if decision.rule else decision.outcome.value]
    if decision.period is not None:
        lines.append(f"{format_instant(decision.period.opens)} to {format_instant(decision.period.closes)}")
    if decision.window_names is not None:
        lines.append(f"windows {decision.window_names}")
    if decision.batch is not None:
        lines.append(f"in batches of {decision.batch.size}")
    lines += [f"priority {decision.priority}", decision.reason]
    return tuple(lines)


def _ordered(rules: RuleSet, found: OwnMatch) -> tuple[list[tuple[str, Rule]], list[tuple[str, Rule]]]:
    """The rules that were asked before the one that decides and did not; and those that decide."""
    decision = found.decision
    if decision.outcome in (Outcome.INELIGIBLE, Outcome.STOPPED):
        return [], []
    asked: list[tuple[str, Rule]] = [("exclude", rule) for rule in rules.excludes]
    asked += [("hold", rule) for rule in rules.holds]
    asked += [("pilot", rule) for rule in rules.pilots]
    asked += [("decide", rule) for rule in rules.decides]
    ranked = sorted(rules.priorities, key=lambda rule: -rule.priority)
    asked += [("prioritise", rule) for rule in ranked] if not is_supplier(rules.owner) else []
    decides = (decision.rule, decision.delayed_by)
    at = next((at for at, (_, rule) in enumerate(asked) if rule.id == decision.rule), len(asked))
    return (
        [pair for pair in asked[:at] if pair[1].id not in decides],
        [pair for pair in asked if pair[1].id in decides],
    )


def _said(rules: list[tuple[str, Rule]], found: OwnMatch) -> tuple[str, ...]:
    lines: list[str] = []
    for kind, rule in rules:
        if isinstance(rule, HoldRule):
            lines += hold_lines((rule,), found.holds, found.read, found.context)
        else:
            lines += rule_said(kind, rule, found.read, found.context)
            if isinstance(rule, PilotRule) and condition_holds(rule.when, found.read, found.context):
                lines.append("  whether it is chosen depends on all hubs: `chfw rules preview --out` tells")
    return tuple(lines)


def _missing(matcher: Matcher, rules: RuleSet, hub: CommsHub, found: OwnMatch) -> tuple[str, ...]:
    """Whose act is missing for an earlier date, and by when (BR5.4)."""
    decision, owner = found.decision, rules.owner
    by = format_instant(found.context.cutoff)
    if decision.outcome is Outcome.STOPPED:
        return ("the DCC: to let the release go on",)
    if decision.outcome is Outcome.HELD:
        return tuple(f"{rule}: {hold_end(state)}" for state in found.holds if (rule := state.rule) == decision.rule)
    if decision.outcome is Outcome.INELIGIBLE or not is_supplier(owner):
        return ()
    if matcher.inputs.as_of > found.context.cutoff:
        return (f"nobody's: the cut-off was at {by}",)
    if decision.outcome in (Outcome.INSTRUCT, Outcome.PILOT):
        second = f"a second Supplier: an instruction of its own by {by}"
        return (second if hub.suppliers.split else f"none: {owner} alone decides",)
    if decision.outcome is Outcome.EXCLUDED:
        return (f"{owner}: to lift its exclude rule `{decision.rule}` by {by}",)
    return (f"{owner}: an instruction by {by}",)


def _facts(rules: RuleSet, found: OwnMatch) -> tuple[str, ...]:
    return tuple(f"{name}: {show_value(found.read(name), name)}" for name in sorted(fields_read(rules)))
