"""One owner's own rules for one hub, hub by hub: the meaning of `preview`, `diff` and `rules explain`.

The columnar preview gives the same decisions for millions of hubs (`engines.columnar.judged`).
"""

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve, frozen

from chfw_core.consent.model import Instruction
from chfw_core.engines.matching import Matcher, PartyMatch
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import DCC, is_supplier
from chfw_core.planning.capacity import DEFAULT_PRIORITY
from chfw_core.planning.decision import HoldState, Terms, decide_supplier, rule_period
from chfw_core.planning.hub_plan import before_change
from chfw_core.planning.own_decision import (
    OwnDecision,
    csp_decision,
    dcc_decision,
    ineligible_decision,
    stopped_decision,
    supplier_decision,
)
from chfw_core.planning.release_state import freeze_of, terms_for, today_of
from chfw_core.planning.scope import Read
from chfw_core.rules.meaning.evaluate import RuleContext, condition_holds
from chfw_core.rules.model import PilotRule, PriorityRule
from chfw_core.rules.vocabulary.fields import hub_reader


@frozen(kw_only=True)
class Known:
    """What a Supplier's rules may know beside hub and release. `automatic_at` None: the release's own.

    `rows`: its own instructions for the hub. `pilot`: the one that the hub is in.
    """

    automatic_at: datetime | None = None
    rows: Sequence[Instruction] = ()
    other_instructed: bool = False
    pilot: str | None = None


@frozen(kw_only=True)
class OwnMatch:
    """The decision of one owner's rules for a hub, and what it was made from; `party`, `terms` of a Supplier's."""

    decision: OwnDecision
    context: RuleContext
    read: Read
    holds: tuple[HoldState, ...] = ()
    party: PartyMatch | None = None
    terms: Terms | None = None


def decide_own(matcher: Matcher, owner: str, hub: CommsHub, known: Known | None = None) -> OwnMatch:
    """What the owner's rules make of the hub; it is the caller's business whether the hub is the owner's."""
    known = known or Known()
    found = _decided(matcher, owner, hub, known)
    ineligible = matcher.ineligible(hub)
    if ineligible is not None:
        return evolve(found, decision=ineligible_decision(ineligible))
    stopped = matcher.state.held(hub_reader(hub, DCC), hub.guid)
    return found if stopped is None else evolve(found, decision=stopped_decision(stopped))


def _decided(matcher: Matcher, owner: str, hub: CommsHub, known: Known) -> OwnMatch:
    automatic_at = known.automatic_at or matcher.inputs.release.automatic_at
    context = matcher.context(automatic_at, hub)
    read = hub_reader(hub, owner, other_supplier_instructed=known.other_instructed)
    rule = highest(matcher, owner, read, context)
    priority = DEFAULT_PRIORITY if rule is None else rule.priority
    if is_supplier(owner):
        party = matcher.party(hub, owner, known.rows, automatic_at, other_instructed=known.other_instructed)
        terms = terms_for(matcher.inputs, automatic_at)
        matched = evolve(party.matched, pilot=_pilot(matcher, party, known.pilot, terms, context))
        decided = decide_supplier(matched, terms, party.read_date)
        if changes := matcher.changes(hub):  # CS3: its rules' instruction ends with its responsibility, as in a plan
            freeze, today = freeze_of(matcher.inputs), today_of(matcher.inputs)
            decided = before_change(decided, hub.suppliers, changes, freeze, today)
        decision = supplier_decision(matcher.rules(owner), decided, priority)
        return OwnMatch(decision=decision, context=context, read=read, holds=matched.holds, party=party, terms=terms)
    if owner == DCC:
        holds, dcc = matcher.dcc(hub)
        decide = next((rule for rule in matcher.rules(DCC).decides if rule.id == dcc.rule), None)
        return OwnMatch(decision=dcc_decision(dcc, holds, decide, priority), context=context, read=read, holds=holds)
    return OwnMatch(decision=csp_decision(rule), context=context, read=read)


def _pilot(
    matcher: Matcher, party: PartyMatch, chosen: str | None, terms: Terms, context: RuleContext
) -> PilotRule | None:
    """The pilot that the hub is in, for as long as it could be chosen for it."""
    for rule in matcher.rules(party.matched.party).pilots:
        if rule.id == chosen and not party.matched.holds and condition_holds(rule.when, party.read, context):
            return None if isinstance(rule_period(rule.at, terms, party.read_date), str) else rule
    return None


def highest(matcher: Matcher, owner: str, read: Read, context: RuleContext) -> PriorityRule | None:
    """The `prioritise` rule that counts: the highest that matches, of equals the first."""
    ranked = sorted(matcher.rules(owner).priorities, key=lambda rule: -rule.priority)
    return next((rule for rule in ranked if condition_holds(rule.when, read, context)), None)
