"""`rules explain`: why one owner's own rules decide a hub as they do, and what would change it.

The owner's rules, its own attributes and the hub's public facts alone are read; what the DCC, a CSP
or a second Supplier decides plays no part, and nothing here tells who that is (BR3.3, NF7).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from chfw_core.engines.matching import Matcher
from chfw_core.engines.owned import Known, OwnMatch, decide_own
from chfw_core.model.guid import format_guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import DCC, is_supplier
from chfw_core.model.periods import format_instant
from chfw_core.planning.decision import HoldState, rule_period
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import Outcome, OwnDecision, owns
from chfw_core.planning.pilot import PilotResult
from chfw_core.reports.acts import act_that_ends
from chfw_core.reports.explain_rules import holds_told, is_worth_telling, rule_told, told_of
from chfw_core.reports.own_story import OwnStory
from chfw_core.reports.told import HoldTold, MissingAct, RuleTold, kept_back
from chfw_core.reports.what_would_change import what_would_change
from chfw_core.rules.meaning.evaluate import RuleContext, condition_holds
from chfw_core.rules.meaning.leaves import fields_read
from chfw_core.rules.model import HoldRule, PilotRule, Rule, RuleSet
from chfw_core.rules.vocabulary.fields import hub_reader

_CHOICE = "whether it is chosen depends on all hubs: `chfw rules preview --out` tells"


def pilots_open_to(inputs: PlanInputs, hub: CommsHub) -> tuple[str, ...]:
    """The pilots of the one rule set that may choose the hub; which of them does depends on all hubs."""
    (rules,) = inputs.rulesets
    if not rules.pilots or not owns(rules.owner, hub):
        return ()
    matcher = Matcher(inputs)
    alike = (decide_own(matcher, rules.owner, hub, Known(pilot=pilot.id)).decision for pilot in rules.pilots)
    return tuple(decision.rule for decision in alike if decision.outcome is Outcome.PILOT and decision.rule)


def explain_own(
    inputs: PlanInputs, hub: CommsHub, known: Known | None = None, groups: Sequence[PilotResult] | None = None
) -> OwnStory:
    """The story of the one rule set among the inputs for one hub.

    `groups`: what each pilot chose, of which `known` bears the one that the hub is in; None = not worked out.
    """
    (rules,) = inputs.rulesets
    guid, release = format_guid(hub.guid), inputs.release.id
    if not owns(rules.owner, hub):
        whose = "is not responsible for this hub" if is_supplier(rules.owner) else "does not serve this hub"
        why = f"{rules.owner} {whose}"
        return OwnStory(
            guid=guid, owner=rules.owner, release=release, as_of=inputs.as_of, decision=None, why=why, facts={}
        )
    matcher, known = Matcher(inputs), known or Known()
    found = decide_own(matcher, rules.owner, hub, known)
    holds = () if _unasked(found.decision) else holds_told(matcher, rules, hub, found.read, found.context)
    sizes = None if groups is None else {group.rule: len(group.group.guids) for group in groups}
    above, determining = _ordered(rules, found, holds, sizes)
    return OwnStory(
        guid=guid,
        owner=rules.owner,
        release=release,
        as_of=inputs.as_of,
        decision=found.decision,
        why=found.decision.reason,
        determining=tuple(determining),
        above=tuple(above),
        holds=holds,
        acts=tuple(_missing(matcher, rules, hub, found, holds)),
        no_act=_no_act(matcher, rules.owner, hub, found),
        changes=what_would_change(matcher, rules.owner, hub, known),
        facts={name: found.read(name) for name in sorted(fields_read(rules))},
    )


def _unasked(decision: OwnDecision) -> bool:
    """No rule is asked about a hub that the release is not for, or of a release that is stopped."""
    return decision.outcome in (Outcome.INELIGIBLE, Outcome.STOPPED)


def _ordered(
    rules: RuleSet, found: OwnMatch, holds: tuple[HoldTold, ...], sizes: Mapping[str, int] | None
) -> tuple[Iterator[RuleTold], Iterator[RuleTold]]:
    """The rules that were asked before the one that decides and did not; and those that decide."""
    decision = found.decision
    if _unasked(decision):
        return iter(()), iter(())
    asked: list[tuple[str, Rule]] = [("exclude", rule) for rule in rules.excludes]
    asked += [("hold", rule) for rule in rules.holds]
    asked += [("pilot", rule) for rule in rules.pilots]
    asked += [("decide", rule) for rule in rules.decides]
    ranked = sorted(rules.priorities, key=lambda rule: -rule.priority)
    asked += [("prioritise", rule) for rule in ranked] if not is_supplier(rules.owner) else []
    decides = (decision.rule, decision.delayed_by)
    at = next((at for at, (_, rule) in enumerate(asked) if rule.id == decision.rule), len(asked))
    above, asked = (
        [(block, rule) for block, rule in some if is_worth_telling(rule, found.read, found.context)]
        for some in (asked[:at], asked)
    )
    above = [pair for pair in above if pair[1].id not in decides]
    return (
        (
            rule_told(block, rule, found.read, found.context, but=_but(rule, found, holds, sizes))
            for block, rule in above
        ),
        (rule_told(block, rule, found.read, found.context) for block, rule in asked if rule.id in decides),
    )


def _but(rule: Rule, found: OwnMatch, holds: tuple[HoldTold, ...], sizes: Mapping[str, int] | None) -> str:
    """Why a rule that applies decides nothing."""
    if not condition_holds(rule.when, found.read, found.context):
        return ""
    if isinstance(rule, PilotRule):
        return _not_chosen(rule, found, sizes)
    if isinstance(rule, HoldRule):
        told = told_of(rule, holds)
        assert told is not None
        return _idle(told.state, found.decision) if isinstance(told.state, HoldState) else told.state.text
    return ""


def _not_chosen(rule: PilotRule, found: OwnMatch, sizes: Mapping[str, int] | None) -> str:
    """Why a pilot whose condition holds has not got the hub. A held one is no candidate, whatever the hold's end."""
    if found.holds:
        return "a hub that is held is never chosen for a pilot"
    party = found.party
    if party is not None and found.terms is not None:
        period = rule_period(rule.at, found.terms, party.read_date)
        if isinstance(period, str):
            return f"it chooses nobody: {period}"
    return _CHOICE if sizes is None else f"the hub is not among the {sizes.get(rule.id, 0):,} that it chose"


def _idle(state: HoldState, decision: OwnDecision) -> str:
    """Why a hold that is on is not the one that is named."""
    if decision.outcome is Outcome.HELD:
        return f"it is on too, until {state.until}: `{decision.rule}` is named for the hub"
    if decision.delayed_by is not None:
        return f"it ends at {state.until}; `{decision.delayed_by}` ends later"
    if decision.period is not None:
        return f"it ends at {state.until}, which puts nothing off"
    return f"it ends at {state.until}, and there is nothing that it could put off"


def _missing(
    matcher: Matcher, rules: RuleSet, hub: CommsHub, found: OwnMatch, holds: tuple[HoldTold, ...]
) -> Iterator[MissingAct]:
    """Whose act is missing for an earlier date, and by when (BR5.4)."""
    decision, owner, context = found.decision, rules.owner, found.context
    inputs, by = matcher.inputs, context.cutoff
    if owner == DCC:  # BR1.3: its own rules may move the hub's date
        context = matcher.context(matcher.dcc(hub)[1].automatic_at, hub)
    if decision.outcome is Outcome.STOPPED:
        if matcher.state.ended(hub_reader(hub, DCC), hub.guid):
            return
        ahead = context.automatic_at if inputs.as_of < context.automatic_at else None
        yield MissingAct(actor="the DCC", act="to resume the release", by=ahead)
        return
    if decision.outcome is Outcome.INELIGIBLE:
        return
    if is_supplier(owner) and inputs.as_of > by:
        return
    if decision.outcome is Outcome.EXCLUDED:
        return  # BR2.7: on purpose
    yield from _hold_acts(rules, hub, found, holds, context)
    if not is_supplier(owner):
        return
    if decision.outcome in (Outcome.LEAVE_TO_DCC, Outcome.NO_RULE):
        yield MissingAct(actor=owner, act="an instruction", by=by)
    if hub.suppliers.split:
        yield MissingAct(actor="the second Supplier", act="an instruction of its own", by=by)


def _no_act(matcher: Matcher, owner: str, hub: CommsHub, found: OwnMatch) -> str:
    """Why there is nothing that anybody could still do, or need do."""
    if found.decision.outcome is Outcome.STOPPED and matcher.state.ended(hub_reader(hub, DCC), hub.guid):  # I4
        return "a stop and a revocation are final"
    if not is_supplier(owner) or _unasked(found.decision):
        return ""
    if found.decision.outcome is Outcome.EXCLUDED and found.decision.rule is not None:
        return kept_back(owner, found.decision.rule)
    if matcher.inputs.as_of > found.context.cutoff:  # BR3.4
        return f"the cut-off was at {format_instant(found.context.cutoff)}"
    agreed = found.decision.outcome in (Outcome.INSTRUCT, Outcome.PILOT) and found.decision.delayed_by is None
    return f"{owner} alone decides" if agreed and not hub.suppliers.split else ""


def _hold_acts(
    rules: RuleSet, hub: CommsHub, found: OwnMatch, holds: Iterable[HoldTold], context: RuleContext
) -> Iterator[MissingAct]:
    """The act that each open hold waits for: all must be released. One on a date ends by itself."""
    decides = (found.decision.rule, found.decision.delayed_by)
    for told in holds:
        state = told.state
        if isinstance(state, HoldState) and (state.ends is None or state.rule in decides):
            yield act_that_ends(told.rule, state, owner=rules.owner, hub=hub, read=found.read, context=context)
