"""The story of one owner's rules for one hub, as values; as sections of text, and as one object."""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from chfw_core.model.periods import format_instant
from chfw_core.planning.batch_terms import apart
from chfw_core.planning.decision import all_over_by
from chfw_core.planning.own_decision import Outcome, OwnDecision
from chfw_core.reports.story import Section
from chfw_core.reports.told import HoldTold, MissingAct, RuleTold, holds_lines, instant, on_states, plain
from chfw_core.reports.what_would_change import Change
from chfw_core.rules.meaning.explain import show_value

NOTHING = "no single fact of those that the rules ask for"


@frozen(kw_only=True)
class OwnStory:
    """`decision` None: the hub is not the owner's, as `why` says. `held_until`: when all holds are over.

    `determining`: the rule of the decision, and the hold that puts it off. `above`: those asked before,
    which decide nothing. `holds`: all whose condition holds. `no_act`: why nobody's act is missing.
    `facts`: what the rules read of the hub.
    """

    guid: str
    owner: str
    release: str
    as_of: datetime
    decision: OwnDecision | None
    why: str
    determining: tuple[RuleTold, ...] = ()
    above: tuple[RuleTold, ...] = ()
    holds: tuple[HoldTold, ...] = ()
    acts: tuple[MissingAct, ...] = ()
    no_act: str = ""
    changes: tuple[Change, ...] = ()
    facts: Mapping[str, object]

    @property
    def held_until(self) -> datetime | None:
        """Where it is held by rules that are open: the latest end of all."""
        held = self.decision is not None and self.decision.outcome is Outcome.HELD
        return all_over_by(on_states(self.holds)) if held else None

    @property
    def sections(self) -> tuple[Section, ...]:
        """As text, what is empty left out."""
        if self.decision is None:
            return (Section(title="responsible", lines=(self.why,)),)
        found = (
            Section(title="decision", lines=self._decision(self.decision)),
            Section(title="why", lines=_lines(self.determining) or (self.why,)),
            Section(title="why not an earlier rule", lines=_lines(self.above)),
            Section(title="holds", lines=holds_lines(self.holds)),
            Section(title="missing acts", lines=self._acts()),
            Section(title="what would change it", lines=tuple(change.text for change in self.changes) or (NOTHING,)),
            Section(
                title="what the rules read of the hub",
                lines=tuple(f"{name}: {show_value(value, name)}" for name, value in self.facts.items()),
            ),
        )
        return tuple(section for section in found if section.lines)

    def lines(self) -> tuple[str, ...]:
        """As text, section by section."""
        said = [f"hub {self.guid}"]
        for section in self.sections:
            said += ["", section.title, *(f"  {line}" for line in section.lines)]
        return tuple(said)

    def _decision(self, decision: OwnDecision) -> tuple[str, ...]:
        lines = [f"{decision.outcome.value} by `{decision.rule}`" if decision.rule else decision.outcome.value]
        if decision.period is not None:
            lines.append(f"{format_instant(decision.period.opens)} to {format_instant(decision.period.closes)}")
        if decision.outcome is Outcome.HELD:
            last = self.held_until
            lines.append("no date ends it" if last is None else f"until {format_instant(last)} at the latest")
        if decision.window_names is not None:
            lines.append(f"windows {decision.window_names}")
        if decision.batch is not None:
            lines.append(f"in batches of {decision.batch.size:,}{apart(decision.batch.pause)}")
        lines += [f"priority {decision.priority}", decision.reason]
        return tuple(lines)

    def _acts(self) -> tuple[str, ...]:
        return tuple(act.text for act in self.acts) or ((f"nobody's: {self.no_act}",) if self.no_act else ())

    def as_dict(self) -> dict[str, object]:
        """As one object for `--json`; `docs/reference/explanations.md` has its keys."""
        head: dict[str, object] = {
            "guid": self.guid,
            "owner": self.owner,
            "release": self.release,
            "as_of": format_instant(self.as_of),
            "responsible": self.decision is not None,
        }
        if self.decision is None:
            return head | {"why": self.why}
        named = [rule for rule in self.determining if rule.rule == self.decision.rule]
        return head | {
            "decision": decision_object(self.decision) | {"held_until": instant(self.held_until)},
            "determining_rule": named[0].as_dict() if named else None,
            "delaying_hold": next((rule.as_dict() for rule in self.determining if rule not in named[:1]), None),
            "rules_above": [rule.as_dict() for rule in self.above],
            "holds": [hold.as_dict() for hold in self.holds],
            "missing_acts": [act.as_dict() for act in self.acts],
            "no_missing_act": self.no_act or None,
            "changes": [change_object(change) for change in self.changes],
            "hub": {name: plain(value, name) for name, value in self.facts.items()},
        }


def decision_object(decision: OwnDecision) -> dict[str, object]:
    """A decision in full."""
    period, batch = decision.period, decision.batch
    pause = None if batch is None else {"days": batch.pause.days, "seconds": batch.pause.seconds}
    return {
        "outcome": decision.outcome.value,
        "rule": decision.rule,
        "delayed_by": decision.delayed_by,
        "opens": instant(None if period is None else period.opens),
        "closes": instant(None if period is None else period.closes),
        "windows": sorted({part.name for part in decision.windows.parts}),
        "batch": None if batch is None else {"size": batch.size, "pause": pause},
        "priority": decision.priority,
        "reason": decision.reason,
    }


def change_object(change: Change) -> dict[str, object]:
    """Each of the facts alone leads to the decision."""
    decided = change.decision
    found = {"outcome": decided.outcome.value, "rule": decided.rule, "delayed_by": decided.delayed_by}
    return {"facts": list(change.facts), "decision": found, "text": change.text}


def _lines(rules: tuple[RuleTold, ...]) -> tuple[str, ...]:
    return tuple(line for rule in rules for line in rule.lines())
