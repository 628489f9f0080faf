"""What one owner's own rules make of a hub, whoever else has a say in it.

The owner's files alone speak, with the events that everybody hears and the release's own date:
what the DCC, a CSP or a second Supplier decides is not asked. It is the answer that a rule author
wants to preview, to compare and to have explained.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from attrs import field, frozen

from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import CSP_PREFIX, DCC, is_supplier
from chfw_core.model.periods import Period, format_instant, london_date
from chfw_core.model.windows import Holidays, WeeklyWindow, Windows, holidays_for
from chfw_core.planning.batch_terms import batch_said
from chfw_core.planning.capacity import DEFAULT_PRIORITY
from chfw_core.planning.decision import Decision, HoldState, open_hold
from chfw_core.planning.holds import OverBecause
from chfw_core.planning.hub_plan import DccTerms
from chfw_core.rules.model import At, BatchSpec, DecideRule, DecideThen, PriorityRule, RuleSet

ASPECTS = ("outcome", "rule", "period", "windows", "batch", "priority")
DAYS_LOOKED_AHEAD = 366 * 2


class Outcome(StrEnum):
    """What becomes of a hub by its owner's rules; `value` is what tables and tests write."""

    INSTRUCT = "instruct"
    PILOT = "pilot"
    MOVE_AUTOMATIC_DATE = "move_automatic_date"
    LEAVE_TO_DCC = "leave_to_dcc"
    HELD = "held"
    EXCLUDED = "excluded"
    PRIORITISED = "prioritised"
    NO_RULE = "no_rule"
    STOPPED = "stopped"
    INELIGIBLE = "ineligible"


_WORDS = {
    Outcome.INSTRUCT: "instruct",
    Outcome.PILOT: "in the pilot",
    Outcome.MOVE_AUTOMATIC_DATE: "move the automatic date",
    Outcome.LEAVE_TO_DCC: "leave to the DCC",
    Outcome.HELD: "held",
    Outcome.EXCLUDED: "excluded",
    Outcome.PRIORITISED: "a priority",
    Outcome.NO_RULE: "no rule decides",
    Outcome.STOPPED: "the release is stopped",
    Outcome.INELIGIBLE: "not eligible",
}


@frozen(kw_only=True)
class OwnDecision:
    """`rule`: the one that determined it. `period`, `windows`, `batch`: where it instructs.

    `delayed_by`: the hold that moved its opening. `priority`: the highest that matches, 50 where none does.
    """

    outcome: Outcome
    reason: str
    rule: str | None = None
    period: Period | None = None
    windows: Windows = field(factory=Windows)
    batch: BatchSpec | None = None
    delayed_by: str | None = None
    priority: int = DEFAULT_PRIORITY

    @property
    def words(self) -> str:
        """In few words: what is done, by which rule."""
        by = f" by `{self.rule}`" if self.rule is not None else ""
        held = f", held by `{self.delayed_by}`" if self.delayed_by is not None else ""
        return f"{_WORDS[self.outcome]}{by}{held}"

    def differs_in(self, other: "OwnDecision") -> tuple[str, ...]:
        """In what two decisions differ; how a window is called makes no difference, only its hours do."""
        pairs = zip(ASPECTS, self.meaning, other.meaning, strict=True)
        return tuple(name for name, one, two in pairs if one != two)

    @property
    def meaning(self) -> tuple[object, ...]:
        """All that makes a difference, in the order of `ASPECTS`."""
        return (self.outcome, self.rule, self.period, _hours(self.windows), _size(self.batch), self.priority)

    @property
    def window_names(self) -> str | None:
        """`daytime` or `daytime, nights`; None where every hour will do."""
        return ", ".join(sorted({part.name for part in self.windows.parts})) or None

    @property
    def batch_said(self) -> str | None:
        """`10 hubs, 1 day apart`; None where they go all at once."""
        return None if self.batch is None else batch_said(self.batch)


def _hours(windows: Windows) -> frozenset[tuple[object, ...]]:
    return frozenset(part.hours for part in windows.parts)


def _size(batch: BatchSpec | None) -> tuple[object, ...] | None:
    if batch is None:
        return None
    return (batch.size, batch.pause, tuple(sorted((batch.stop_if or {}).items())))


def ineligible_decision(reason: str) -> OwnDecision:
    """The release is not for the hub: no rule is asked."""
    return OwnDecision(outcome=Outcome.INELIGIBLE, reason=reason)


def stopped_decision(reason: str) -> OwnDecision:
    """The release was stopped, paused or revoked for the hub: no rule is asked."""
    return OwnDecision(outcome=Outcome.STOPPED, reason=reason)


def supplier_decision(rules: RuleSet, decision: Decision, priority: int) -> OwnDecision:
    """What a Supplier's rules (and its own standing instruction, where there is one) come to.

    Where a change of Supplier takes the whole of a period (CS3), neither a batch nor a hold's delay is left of it.
    """
    consent = decision.consent
    return OwnDecision(
        outcome=_outcome(rules, decision),
        reason=decision.reason,
        rule=decision.rule,
        period=None if consent is None else consent.period,
        windows=Windows() if consent is None else consent.windows,
        batch=None if consent is None else decision.batch,
        delayed_by=None if consent is None else decision.delayed_by,
        priority=priority,
    )


def _outcome(rules: RuleSet, decision: Decision) -> Outcome:
    if decision.consent is not None:
        return Outcome.PILOT if decision.pilot else Outcome.INSTRUCT
    if decision.explicit:
        return Outcome.LEAVE_TO_DCC
    if decision.rule is None:
        return Outcome.NO_RULE
    if any(rule.id == decision.rule for rule in rules.excludes):
        return Outcome.EXCLUDED
    if any(rule.id == decision.rule for rule in rules.holds):
        return Outcome.HELD
    return Outcome.LEAVE_TO_DCC


def dcc_decision(
    terms: DccTerms, holds: tuple[HoldState, ...], decide: DecideRule | None, priority: int
) -> OwnDecision:
    """What the DCC's rules come to. `terms`: without what the release's own events stop."""
    hold = open_hold(holds)
    if hold is not None:
        return OwnDecision(outcome=Outcome.HELD, reason=terms.held or "", rule=hold.rule, priority=priority)
    if decide is None:
        return OwnDecision(
            outcome=Outcome.NO_RULE,
            reason=f"as notified{_delay(terms)}",
            delayed_by=_delayed_by(terms),
            priority=priority,
        )
    outcome = Outcome(decide.then.value)
    instructs = decide.then is DecideThen.INSTRUCT
    moved = f" to {format_instant(terms.automatic_at)}" if decide.then is DecideThen.MOVE_AUTOMATIC_DATE else ""
    reason = f"the DCC: {_WORDS[outcome]}{moved} by `{decide.id}`: {decide.because}{_delay(terms)}"
    return OwnDecision(
        outcome=outcome,
        reason=reason,
        rule=decide.id,
        period=terms.default.period,
        windows=terms.default.windows if instructs else Windows(),
        batch=decide.batch,
        delayed_by=_delayed_by(terms),
        priority=priority,
    )


def _delayed_by(terms: DccTerms) -> str | None:
    """A date before the DCC's own period keeps Suppliers from going earlier, but puts off nothing of the DCC's."""
    late = terms.delay_until is not None and terms.delay_until > terms.default.period.opens
    return terms.delay_rule if late else None


def _delay(terms: DccTerms) -> str:
    if terms.delay_until is None:
        return ""
    return f", not before {format_instant(terms.delay_until)} (its hold `{terms.delay_rule}`)"


def csp_decision(rule: PriorityRule | None) -> OwnDecision:
    """A CSP neither instructs nor holds: its rules give a hub a priority, or leave it alone."""
    if rule is None:
        return OwnDecision(outcome=Outcome.NO_RULE, reason="no rule of the CSP names it")
    reason = f"priority {rule.priority} by `{rule.id}`: {rule.because}"
    return OwnDecision(outcome=Outcome.PRIORITISED, reason=reason, rule=rule.id, priority=rule.priority)


class Idle(StrEnum):
    """Why a hold whose condition holds for a hub neither decides nor delays it; of the first ones, it is not on."""

    DATE = "its date is over"
    AT_LATEST = "its `at_latest` is over"
    AUTOMATIC_TIME = "the automatic time has come, which ends a Supplier's hold"
    EVENT = "the event that ends it has come"
    RELEASED = "it was released"
    FLAG_CLEARED = "the flag that ends it was cleared"
    NO_FLAG = "they do not bear the flag that ends it"
    STOPPED = "the release is stopped or paused for them"
    EXCLUDED = "an exclude comes first"
    ANOTHER = "another hold is named, which can last longer"
    LATER = "another hold ends later"
    OPENS_LATER = "what it could put off opens later anyway"
    NOTHING = "nothing is instructed that it could put off"
    OTHERS_WAIT = "only Suppliers' instructions wait for it"


def idle_because(rule: str, over: OverBecause | None, decision: OwnDecision, *, of_the_dcc: bool) -> Idle | None:
    """Why a hold does nothing to a hub with this decision; None where it decides or delays it. `over`: it is not on."""
    if decision.outcome is Outcome.STOPPED:
        return Idle.STOPPED
    if over is not None:
        return Idle[over.name]
    if rule in (decision.rule, decision.delayed_by):
        return None
    if decision.outcome is Outcome.EXCLUDED:
        return Idle.EXCLUDED
    if decision.outcome is Outcome.HELD:
        return Idle.ANOTHER
    if decision.delayed_by is not None:
        return Idle.LATER
    if of_the_dcc:
        return Idle.OTHERS_WAIT
    return Idle.NOTHING if decision.period is None else Idle.OPENS_LATER


def named_windows(rules: RuleSet) -> tuple[WeeklyWindow, ...]:
    """Every window that a rule uses, or that binds a CSP's region, in order of name."""
    ats = [*(rule.at for rule in rules.decides), *(rule.at for rule in rules.pilots)]
    ats += [at for trigger in rules.triggers for at in _ats(trigger.body)]
    groups = [*(at.windows for at in ats if at is not None), rules.region_windows]
    found = {part for group in groups for part in group.parts}
    return tuple(sorted(found, key=lambda part: (part.name, part.hours)))


def _ats(value: object) -> Iterator[At]:
    if isinstance(value, At):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _ats(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _ats(inner)


def next_openings(window: WeeklyWindow, after: datetime, holidays: Holidays, count: int = 3) -> tuple[Period, ...]:
    """The next times at which a window opens. On a bank holiday of any division it counts as closed."""
    closed = holidays_for(None, holidays)
    first = london_date(after)
    found: list[Period] = []
    for offset in range(DAYS_LOOKED_AHEAD):
        day: date = first + timedelta(days=offset)
        occurrence = window.occurrence(day, closed)
        if occurrence is not None and occurrence.opens > after:
            found.append(occurrence)
        if len(found) == count:
            break
    return tuple(found)


def rules_in_order(rules: RuleSet) -> tuple[tuple[str, str], ...]:
    """(block, id) of every rule that is asked about hubs, in the order in which they are asked.

    `prioritise` stands in order of rank: the first that matches counts.
    """
    ranked = sorted(rules.priorities, key=lambda rule: -rule.priority)
    blocks = {
        "exclude": rules.excludes,
        "hold": rules.holds,
        "pilot": rules.pilots,
        "decide": rules.decides,
        "prioritise": tuple(ranked),
    }
    return tuple((block, rule.id) for block, found in blocks.items() for rule in found)


def owns(owner: str, hub: CommsHub) -> bool:
    """Whose hub it is to speak about: a Supplier's where it is responsible, a CSP's in its region, all the DCC's."""
    if is_supplier(owner):
        return owner in hub.suppliers.parties
    return owner == DCC or owner == CSP_PREFIX + hub.csp_region
