"""Whose act is missing for an earlier date, by when (BR5.4), and what would change the outcome (NF1)."""

from collections.abc import Iterator

from attrs import frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.engines.matching import HubMatch, PartyMatch
from chfw_core.engines.owned import Known
from chfw_core.model.parties import DCC
from chfw_core.model.periods import format_instant
from chfw_core.planning.decision import Decision, HoldState
from chfw_core.reports.acts import act_that_ends
from chfw_core.reports.case import Case
from chfw_core.reports.explain_rules import holds_told
from chfw_core.reports.obstacle import Obstacle
from chfw_core.reports.own_story import change_object
from chfw_core.reports.told import MissingAct, kept_back
from chfw_core.reports.what_would_change import Change, what_would_change
from chfw_core.rules.vocabulary.fields import hub_reader

# --- missing acts


def missing_acts(case: Case, obstacle: Obstacle | None) -> Iterator[MissingAct]:
    """Whose act is missing for an earlier date, and by when (BR5.4). Who a second Supplier is is not said (NF7).

    `obstacle`: where the hub has no day at all, why not: what stands in the way of any day comes first.
    """
    match, when = case.match, case.match.dcc.cutoff
    if match.ineligible is not None:
        return
    if match.dcc.held is not None:
        yield from _of_the_dcc(case)
        return
    yield from () if obstacle is None else obstacle.acts
    if kept_back_on_purpose(case):
        return  # whoever else agrees, it changes nothing
    for party in match.parties:
        decision = case.decisions[party.matched.party]
        if decision.consent is None:
            yield from _of_a_supplier(case, party, decision)
    decided = case.decisions.values()
    agreed = bool(decided) and all(decision.consent is not None for decision in decided)
    if agreed and case.plan.resolution.basis is ActivationBasis.DCC_DEFAULT:  # CS3: nothing of the period is left
        yield MissingAct(actor="whoever takes over from a Supplier that leaves", act="an instruction", by=when)


def _of_the_dcc(case: Case) -> Iterator[MissingAct]:
    """To the DCC itself what each of its holds waits for; to a Supplier not more than whose turn it is."""
    match, matcher = case.match, case.matcher
    read = hub_reader(match.hub, DCC)
    if matcher.state.ended(read, match.hub.guid):
        return
    if matcher.state.held(read, match.hub.guid) is not None:
        yield MissingAct(actor="the DCC", act="to resume the release; nothing happens before")
    elif case.reader is not None:
        yield MissingAct(actor="the DCC", act="to let the hub go; nothing happens before")
    if case.reader is not None:
        return
    context = matcher.context(match.dcc.automatic_at, match.hub)
    # The DCC's rules are read at the release's own date: they move it.
    base = matcher.context(matcher.inputs.release.automatic_at, match.hub)
    for told in holds_told(matcher, matcher.rules(DCC), match.hub, read, base):
        if isinstance(told.state, HoldState) and told.state.ends is None:
            yield act_that_ends(told.rule, told.state, owner=DCC, hub=match.hub, read=read, context=context)


def _of_a_supplier(case: Case, party: PartyMatch, decision: Decision) -> Iterator[MissingAct]:
    """What a Supplier that does not agree would have to do. An instruction alone does not end a hold of its own."""
    match, name, matched = case.match, party.matched.party, party.matched
    who, when = name if case.reader in (None, name) else "the second Supplier", match.dcc.cutoff
    if name in case.leaving:
        yield MissingAct(actor=f"whoever takes over from {who}", act="an instruction", by=when)
    elif match.terms.too_late:
        yield MissingAct(actor=who, act="an instruction", by=when, late=True)
    elif who != name:
        yield MissingAct(actor=who, act="an instruction", by=when)
    elif any(hold.rule == decision.rule for hold in matched.holds):
        for told in holds_told(case.matcher, case.matcher.rules(name), match.hub, party.read, match.context):
            state = told.state
            if isinstance(state, HoldState) and (state.ends is None or state.rule == decision.rule):
                yield act_that_ends(told.rule, state, owner=name, hub=match.hub, read=party.read, context=match.context)
    else:
        yield MissingAct(actor=who, act="an instruction", by=when)


def kept_back_on_purpose(case: Case) -> tuple[str, ...]:
    """What is said of those for whom the hub is read whose rules exclude it (BR2.7)."""
    if case.match.ineligible is not None or case.match.dcc.held is not None:
        return ()
    staying = (party for party in case.parties if party.matched.party not in case.leaving)
    rules = ((party.matched.party, party.matched.exclude) for party in staying)
    return tuple(f"none of {name}'s: {kept_back(name, rule[0])}" for name, rule in rules if rule is not None)


# --- what would change it


@frozen(kw_only=True)
class ChangeTold:
    """The condition in the way, in words; or, with `change`, single facts that lead to another decision, as tried."""

    text: str
    party: str | None = None
    change: Change | None = None

    def as_dict(self) -> dict[str, object]:
        """As an object."""
        none: dict[str, object] = {"facts": [], "decision": None}
        tried = none if self.change is None else change_object(self.change)
        return {"party": self.party, **tried, "text": self.text}


def changes_of(case: Case, obstacle: Obstacle | None) -> Iterator[ChangeTold]:
    """What would change the outcome: the condition in the way, then each single fact that would, as tried."""
    match, decided = case.match, case.decisions
    if match.ineligible is not None:
        yield ChangeTold(text=f"the hub becomes eligible: now it {_now(match.ineligible)}")
        return
    if match.dcc.held is not None:
        yield ChangeTold(text=_end_of_what_holds(case))
        return
    for text in () if obstacle is None else obstacle.changes:
        yield ChangeTold(text=text)
    for party in case.parties:
        name = party.matched.party
        if decided[name].consent is None:
            leaves = name in case.leaving
            text = f"{name}: a change of Supplier on another day, or none"
            yield ChangeTold(text=text if leaves else _own_change(match, party, decided[name]), party=name)
    if all(decision.consent is not None for decision in decided.values()) and decided:
        yield ChangeTold(text="a withdrawal before the hub is handed over: then the DCC's date applies")
    for party in case.parties:
        yield from _single_facts(case, party)


def _end_of_what_holds(case: Case) -> str:
    """I4: a stop and a revocation have no end."""
    state, read, guid = case.matcher.state, hub_reader(case.match.hub, DCC), case.match.hub.guid
    if state.ended(read, guid):
        return f"nothing: {state.held(read, guid)}, and that is final"
    return "the end of the DCC's hold" if state.held(read, guid) is None else "the end of the pause"


def _single_facts(case: Case, party: PartyMatch) -> Iterator[ChangeTold]:
    """What one Supplier's own rules would decide if one thing were otherwise; the other's are not read."""
    name, match = party.matched.party, case.match
    known = Known(
        automatic_at=match.terms.automatic_at,
        rows=match.rows,
        other_instructed=bool(party.read("other_supplier_instructed")),
        pilot=case.pilots[name],
    )
    for change in what_would_change(case.matcher, name, match.hub, known):
        yield ChangeTold(text=f"{name}: {change.text}", party=name, change=change)


def _now(reason: str) -> str:
    return reason if reason.startswith(("needs", "already")) else f"is not, since {reason}"


def _own_change(match: HubMatch, party: PartyMatch, decision: Decision) -> str:
    name, matched = party.matched.party, party.matched
    if match.terms.too_late and matched.standing is None:
        return "nothing of a Supplier's after the cut-off; the DCC can move its date"
    if matched.exclude is not None:
        return f"{name}: the exclude rule `{matched.exclude[0]}` no longer applies"
    if any(hold.rule == decision.rule for hold in matched.holds):
        others = [f"`{hold.rule}`" for hold in matched.holds if hold.ends is None and hold.rule != decision.rule]
        if others:
            return f"{name}: the holds {', '.join((f'`{decision.rule}`', *others))} end earlier"
        return f"{name}: the hold `{decision.rule}` ends earlier"
    return f"{name}: an instruction received by {format_instant(match.dcc.cutoff)}"
