"""One Supplier's decision for a hub, from what matched: the precedence of the contract.

Matching (which rules hold for which hub) is the engines' business, hub by hub or by the column.
What follows from a match is decided here, once, for both: a function of the match and of the
hub's terms alone.
"""

from collections.abc import Callable
from datetime import date, datetime

from attrs import evolve, frozen

from chfw_core.consent.model import Consent
from chfw_core.consent.standing import Standing as Standing
from chfw_core.model.periods import Period, format_instant, london_date, london_midnight
from chfw_core.model.window_text import own_windows
from chfw_core.rules.meaning.evaluate import as_closing, as_opening
from chfw_core.rules.model import At, BatchSpec, DateExpr, DecideRule, DecideThen, PilotRule, RuleSet

ReadDate = Callable[[DateExpr], date | datetime | None]
"""The value of a date expression for the hub (or class of hubs) at hand."""


@frozen(kw_only=True)
class Terms:
    """The hub's times in this plan: all that its dates are measured against.

    `first_moment` = the start of the earliest day on which anything can be activated.
    """

    as_of: datetime
    first_moment: datetime
    automatic_at: datetime
    cutoff: datetime

    @property
    def too_late(self) -> bool:
        """BR3.4: no instruction counts after the cut-off; the instant itself still does."""
        return self.as_of > self.cutoff


@frozen(kw_only=True)
class HoldState:
    """A hold that matched and is not over. `ends` None = open, it awaits `awaits`.

    `ends`, `at_latest`: as its rule says. `cap`: the hub's automatic time, which ends a Supplier's hold too.
    """

    rule: str
    because: str
    ends: datetime | None
    awaits: str = ""
    at_latest: datetime | None = None
    cap: datetime | None = None

    @property
    def over_by(self) -> datetime | None:
        """The moment at which it is over at the latest; None: a hold of the DCC that no date ends."""
        return min((at for at in (self.ends or self.at_latest, self.cap) if at is not None), default=None)

    @property
    def until(self) -> str:
        """What ends it, and when at the latest, as it stands after `until`."""
        last = "" if self.over_by is None else format_instant(self.over_by)
        if self.ends is not None:
            return last
        return f"{self.awaits}, at the latest {last}" if last else self.awaits


@frozen(kw_only=True)
class Matched:
    """What of one Supplier's rules and instructions holds for a hub.

    `exclude`: the first matching exclude rule (id, because). `decide`: the first match. `writer`:
    the rule that wrote the standing or kept row, see `writer_of`. `refused`: why the rows were, where none stands.
    `kept`: a row that today's rules replace unless they say the same, see `Judged`.
    """

    party: str
    exclude: tuple[str, str] | None = None
    holds: tuple[HoldState, ...] = ()
    standing: Standing | None = None
    kept: Standing | None = None
    writer: DecideRule | PilotRule | None = None
    refused: str = ""
    pilot: PilotRule | None = None
    decide: DecideRule | None = None


@frozen(kw_only=True)
class Decision:
    """What one Supplier agrees to, the rule that determined it and the reason in words.

    `consent` None = it leaves the hub to the DCC's date. `delayed_by`: the hold that moved its opening.
    `windows_lost`: its standing row was written by a rule that its owner's files no longer have. `kept_until`: the
    consent's period is over, and stands for what both agreed to on record, which closes then: see `as_agreed`.
    """

    party: str
    consent: Consent | None
    reason: str
    rule: str | None = None
    batch: BatchSpec | None = None
    explicit: bool = False
    pilot: bool = False
    delayed_by: str | None = None
    windows_lost: bool = False
    kept_until: datetime | None = None

    @property
    def undecided(self) -> bool:
        """Whether neither a rule of the Supplier nor an instruction on record says anything."""
        return self.rule is None and not self.explicit


def writer_of(rules: RuleSet, standing: Standing | None) -> DecideRule | PilotRule | None:
    """The rule that wrote a standing row, where its owner's files still have one of that id that instructs."""
    if standing is None or standing.rule is None:
        return None
    found = (rule for rule in rules.decides if rule.then is DecideThen.INSTRUCT and rule.id == standing.rule)
    return next(found, None) or next((rule for rule in rules.pilots if rule.id == standing.rule), None)


def open_hold(holds: tuple[HoldState, ...]) -> HoldState | None:
    """Of the holds without a known end the one that can last longest; then file order."""
    still_open = [hold for hold in holds if hold.ends is None]
    without_limit = (hold for hold in still_open if hold.at_latest is None)
    limited = ((hold.at_latest, hold) for hold in still_open if hold.at_latest is not None)
    longest = max(limited, key=lambda pair: pair[0], default=(None, None))[1]
    return next(without_limit, longest)


def latest_end(holds: tuple[HoldState, ...]) -> HoldState | None:
    """Of the holds with a known end the one that ends last."""
    known = ((hold.ends, hold) for hold in holds if hold.ends is not None)
    return max(known, key=lambda pair: pair[0], default=(None, None))[1]


def all_over_by(holds: tuple[HoldState, ...]) -> datetime | None:
    """All must be released, so the latest end wins; None where one of them has no known end."""
    ends = [hold.over_by for hold in holds]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def held_words(hold: HoldState, holds: tuple[HoldState, ...]) -> str:
    """The end of the hold that is named, why it is there, and that others are on too."""
    said = f"`{hold.rule}` until {hold.until}: {hold.because}"
    others = [f"`{other.rule}`" for other in holds if other.rule != hold.rule]
    if not others:
        return said
    last = all_over_by(holds)
    when = "all must be released" if last is None else f"all are over at the latest {format_instant(last)}"
    return f"{said}; also by {', '.join(others)}, and {when}"


def decide_supplier(matched: Matched, terms: Terms, read_date: ReadDate) -> Decision:
    """Exclude, hold, explicit instruction, pilot, decide: the first that applies (contracts)."""
    decision = _decide_supplier(matched, terms, read_date)
    if not matched.refused:
        return decision
    return evolve(decision, reason=f"{decision.reason} (its instruction was refused: {matched.refused})")


def _decide_supplier(matched: Matched, terms: Terms, read_date: ReadDate) -> Decision:
    party = matched.party
    if matched.exclude is not None:
        excluded_by, because = matched.exclude
        reason = f"{party} excludes it by `{excluded_by}`: {because}"
        return Decision(party=party, consent=None, rule=excluded_by, reason=reason)
    if (hold := open_hold(matched.holds)) is not None:
        return Decision(party=party, consent=None, rule=hold.rule, reason=_waits(party, hold, matched.holds))
    delay = latest_end(matched.holds)
    if matched.standing is not None:
        return _explicit(matched.standing, matched.writer, delay, party, terms)
    if matched.kept is not None and _says_the_same(matched.kept, matched, terms, read_date):
        return evolve(_explicit(matched.kept, matched.writer, delay, party, terms), explicit=False)
    if matched.pilot is not None:
        pilot = matched.pilot
        decision = _instruct(pilot.id, pilot.at, None, party, terms, read_date)
        return Decision(party=party, consent=decision.consent, rule=pilot.id, reason=decision.reason, pilot=True)
    if matched.decide is None:
        return Decision(party=party, consent=None, reason=f"no rule of {party} instructs")
    rule = matched.decide
    if rule.then is not DecideThen.INSTRUCT:
        return Decision(
            party=party,
            consent=None,
            rule=rule.id,
            reason=f"{party} leaves it to the DCC by `{rule.id}`: {rule.because}",
        )
    decided = _instruct(rule.id, rule.at or At(), delay, party, terms, read_date)
    return decided if rule.batch is None or decided.consent is None else evolve(decided, batch=rule.batch)


def rule_period(at: At, terms: Terms, read_date: ReadDate) -> Period | str:
    """The period that a rule's `at` asks for, cut at the automatic time, or why there is none.

    `from` defaults to the London day after `as_of`, `to` to the automatic time.
    """
    if terms.too_late:  # BR3.4
        return f"after the cut-off at {format_instant(terms.cutoff)}"
    opens = _next_day(terms.as_of) if at.opens is None else _opening(at.opens, read_date)
    closes = terms.automatic_at if at.closes is None else _closing(at.closes, read_date)
    if opens is None or closes is None:
        return "the hub has no value for the date that the rule reads"
    if opens >= terms.automatic_at:  # I1: earlier than the automatic time, or not at all
        return "its period holds no time before the automatic time"
    closes = min(closes, terms.automatic_at)
    if opens >= closes:
        return "its period closes before it opens"
    if closes <= terms.first_moment:
        return f"its period was over at {format_instant(closes)}"
    return Period(opens=opens, closes=closes)


def _opening(expr: DateExpr, read_date: ReadDate) -> datetime | None:
    value = read_date(expr)
    return None if value is None else as_opening(value)


def _closing(expr: DateExpr, read_date: ReadDate) -> datetime | None:
    value = read_date(expr)
    return None if value is None else as_closing(value)


def _next_day(as_of: datetime) -> datetime:
    day = london_date(as_of)
    return london_midnight(day.fromordinal(day.toordinal() + 1))


def _instruct(rule: str, at: At, delay: HoldState | None, party: str, terms: Terms, read_date: ReadDate) -> Decision:
    period = rule_period(at, terms, read_date)
    if isinstance(period, str):
        return Decision(
            party=party,
            consent=None,
            rule=rule,
            reason=f"{party}'s rule `{rule}` leaves it to the DCC: {period}",
        )
    consent = Consent(period=period, windows=at.windows)
    reason = f"{party} instructs by `{rule}`"
    return _delayed(Decision(party=party, consent=consent, rule=rule, reason=reason), delay, terms)


def _explicit(
    standing: Standing,
    writer: DecideRule | PilotRule | None,
    delay: HoldState | None,
    party: str,
    terms: Terms,
) -> Decision:
    """What stands on record. A row that a rule wrote keeps that rule's batch, and its windows where it has none."""
    period, rule = standing.period, standing.rule
    if period is None:
        return Decision(party=party, consent=None, explicit=True, reason=f"{party} has withdrawn its instruction")
    if standing.overtaken:
        reason = (
            f"{party}'s instruction opens at {format_instant(period.opens)}, and the automatic time was moved to "
            f"{format_instant(terms.automatic_at)}, which comes before it"
        )
        return Decision(party=party, consent=None, explicit=True, rule=rule, reason=reason)
    if standing.lapsed(terms.first_moment):
        reason = f"{party}'s instruction lapsed at {format_instant(period.closes)}"
        return Decision(party=party, consent=None, explicit=True, rule=rule, reason=reason)
    at = At() if writer is None or writer.at is None else writer.at
    windows = at.windows if standing.window is None else own_windows(standing.window, party)
    lost = rule is not None and writer is None and standing.window is None
    reason = f"{party} has instructed" + (f" by `{rule}`" if rule else " explicitly")
    reason += ", whose windows are lost since its files no longer have it" if lost else ""
    reason += ", and what both agreed to is not over" if standing.kept_until is not None else ""
    made = Decision(
        party=party,
        consent=Consent(period=period, windows=windows),
        rule=rule,
        explicit=True,
        reason=reason,
        windows_lost=lost,
        kept_until=standing.kept_until,
    )
    decided = _delayed(made, delay, terms)
    batch = writer.batch if isinstance(writer, DecideRule) and decided.consent is not None else None
    return evolve(decided, batch=batch)


def _says_the_same(kept: Standing, matched: Matched, terms: Terms, read_date: ReadDate) -> bool:
    """Whether the rule that wrote the row decides today, and its period ends as the row's did.

    A pilot whose period is over chooses nobody any more: that its owner's files have it is enough.
    """
    writer, period = matched.writer, kept.period
    if writer is None or period is None or (matched.pilot is not None and matched.pilot.id != writer.id):
        return False
    if isinstance(writer, DecideRule) and (matched.decide is None or matched.decide.id != writer.id):
        return False
    at = writer.at or At()
    closes = terms.automatic_at if at.closes is None else _closing(at.closes, read_date)
    return closes is not None and min(closes, terms.automatic_at) == period.closes


def as_agreed(decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """The decisions of a hub's Suppliers, together: a period that is over stands for what was agreed on record alone.

    Where the second Supplier says another period today, that is another agreement, and the earlier act has lapsed.
    """
    if all(decision.kept_until is None for decision in decisions):
        return decisions
    return tuple(
        _lapsed(own) if own.kept_until is not None and _is_another(own.kept_until, decisions, own) else own
        for own in decisions
    )


def _is_another(until: datetime, decisions: tuple[Decision, ...], own: Decision) -> bool:
    others = (other.consent for other in decisions if other is not own)
    return any(consent is not None and consent.period.closes != until for consent in others)


def _lapsed(decision: Decision) -> Decision:
    """As if nothing kept it."""
    if decision.consent is None:
        return decision
    reason = f"{decision.party}'s instruction lapsed at {format_instant(decision.consent.period.closes)}"
    return evolve(decision, consent=None, batch=None, kept_until=None, reason=reason)


def _delayed(decision: Decision, delay: HoldState | None, terms: Terms) -> Decision:
    """A hold with a known date moves the opening to that date (contracts, Holds); an opening after it stays."""
    if delay is None or decision.consent is None or delay.ends is None:
        return decision
    party, consent = decision.party, decision.consent
    if delay.ends <= consent.period.opens:
        return decision
    left = consent.period.cut(delay.ends, consent.period.closes)
    until = format_instant(delay.ends)
    if left is None:
        reason = f"{party} holds it by `{delay.rule}` until {delay.until}, past its own period"
        return Decision(party=party, consent=None, rule=delay.rule, reason=reason)
    return evolve(
        decision,
        consent=Consent(period=left, windows=consent.windows),
        reason=f"{decision.reason}, held by `{delay.rule}` until {until}",
        delayed_by=delay.rule,
    )


def _waits(party: str, hold: HoldState, holds: tuple[HoldState, ...]) -> str:
    return f"{party} holds it by {held_words(hold, holds)}"
