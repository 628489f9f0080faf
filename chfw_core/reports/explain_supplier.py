"""One responsible Supplier's part in the story of a hub: its rules, its instructions, its decision."""

from attrs import frozen

from chfw_core.engines.matching import HubMatch, Matcher, PartyMatch
from chfw_core.model.periods import Period, format_instant
from chfw_core.model.releases import Participation
from chfw_core.planning.decision import Decision
from chfw_core.reports.explain_rules import holds_told, rules_told
from chfw_core.reports.hours import windows_told
from chfw_core.reports.story import Section
from chfw_core.reports.told import HoldTold, RuleTold, holds_lines, instant, on_states
from chfw_core.rules.model import RuleSet


@frozen(kw_only=True)
class SupplierPart:
    """`final`: its decision after changes of Supplier. `owes`: where a decision is owed, until when, or since when."""

    name: str
    roles: tuple[str, ...]
    party: PartyMatch
    decision: Decision
    final: Decision
    rules: tuple[RuleTold, ...]
    holds: tuple[HoldTold, ...]
    no_rules: bool
    owes: str = ""

    @property
    def section(self) -> Section:
        """As text."""
        lines = [line for rule in self.rules for line in rule.lines()]
        if len(on_states(self.holds)) > 1:
            lines.append(holds_lines(self.holds)[-1])
        if self.no_rules:
            lines.append("no rules")
        standing = self.party.judged.standing
        if standing is not None:
            wrote = f" (written by `{standing.rule}`)" if standing.rule else ""
            stands = said(standing.period) if standing.period else "withdrawal"
            hours = f", {standing.window}" if standing.window else ""
            lines.append(f"standing instruction: {stands}{hours}{wrote}")
        lines += [
            f"instruction received at {format_instant(refusal.instruction.received_at)} refused: {refusal.reason}"
            for refusal in self.party.judged.refusals
        ]
        lines.append(f"decision: {self.decision.reason}")
        if self.owes:
            lines.append(self.owes)
        if self.decision.consent is not None:
            lines.append(f"  it agrees to {said(self.decision.consent.period)}")
            lines += [f"  in its {told.text}" for told in windows_told(self.decision.consent.windows)]
        if self.after_change is not None:
            lines.append(f"for a change of Supplier: {self.after_change}")
            if self.final.consent is not None:
                lines.append(f"  what is left of it is {said(self.final.consent.period)}")
        return Section(title=f"{self.name} ({' and '.join(self.roles)})", lines=tuple(lines))

    @property
    def after_change(self) -> str | None:
        """What a change of Supplier made of the decision; None where it made nothing of it."""
        return None if self.final.reason == self.decision.reason else self.final.reason

    def as_dict(self) -> dict[str, object]:
        """As an object."""
        standing, consent = self.party.judged.standing, self.decision.consent
        decision = self.decision
        return {
            "party": self.name,
            "roles": list(self.roles),
            "rules": [rule.as_dict() for rule in self.rules],
            "holds": [hold.as_dict() for hold in self.holds],
            "standing_instruction": None
            if standing is None
            else {
                **_period(standing.period),
                **({} if standing.window is None else {"window": standing.window}),
                "withdrawal": standing.period is None,
                "rule": standing.rule,
            },
            "refused_instructions": [
                {
                    "received_at": instant(refusal.instruction.received_at),
                    "code": refusal.code,
                    "reason": refusal.reason,
                }
                for refusal in self.party.judged.refusals
            ],
            "decision": {
                "instructs": consent is not None,
                "rule": decision.rule,
                "delayed_by": decision.delayed_by,
                "explicit": decision.explicit,
                "pilot": decision.pilot,
                **_period(None if consent is None else consent.period),
                "windows": [told.as_dict() for told in windows_told(None if consent is None else consent.windows)],
                "reason": decision.reason,
                "after_change": self.after_change,
            },
            "owes": self.owes or None,
        }


def supplier_part(
    matcher: Matcher, match: HubMatch, party: PartyMatch, decision: Decision, final: Decision, pilot: str | None
) -> SupplierPart:
    """What this Supplier says of the hub. `pilot`: the rule that the plan's row names for it."""
    name = party.matched.party
    rules = matcher.rules(name)
    holds = holds_told(matcher, rules, match.hub, party.read, match.context)
    live = match.ineligible is None and match.dcc.held is None
    owes = ""
    if live and decision.undecided and matcher.inputs.release.participation is Participation.MANDATORY:
        owed = "was late with its decision, owed by" if match.terms.too_late else "owes a decision by"
        owes = f"{name} {owed} {format_instant(match.dcc.cutoff)}"
    return SupplierPart(
        name=name,
        roles=tuple(role.value for role in match.hub.suppliers.roles_of(name)),
        party=party,
        decision=decision,
        final=final,
        rules=rules_told(rules, party, match.context, pilot, holds),
        holds=holds,
        no_rules=rules == RuleSet(owner=name),
        owes=owes,
    )


def said(period: Period) -> str:
    """From when to when."""
    return f"{format_instant(period.opens)} to {format_instant(period.closes)}"


def _period(period: Period | None) -> dict[str, object]:
    return {
        "opens": instant(None if period is None else period.opens),
        "closes": instant(None if period is None else period.closes),
    }
