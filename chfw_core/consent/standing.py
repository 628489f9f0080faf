"""Explicit instructions: which are valid, why the others are refused, and which one stands.

A row is judged by itself and by what is so of the hub (`HubFacts`), never by the hub's identity,
so that an engine may judge a group of rows with the same facts and times once. Responsibility is
asked before anything that says more of a hub than that it exists: a Party learns nothing about
hubs that are not its own.

A row whose own period is over has lapsed, unless it is part of what both Suppliers agreed to and that is not
over (`consent.agreement`): `kept_by` says so of the two Suppliers' rows together.

Whether the *other* Supplier has instructed is judged with every exclude rule reading
`other_supplier_instructed` as false, since two Suppliers must not wait for each other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve, field, frozen

from chfw_core.consent.agreement import Act, lapses_at
from chfw_core.consent.model import Instruction, InstructionAction, Refusal
from chfw_core.model.parties import ResponsibleSuppliers
from chfw_core.model.periods import Period, as_utc, instant_words
from chfw_core.rules.triggered import is_of_trigger


@frozen(kw_only=True)
class Standing:
    """The explicit instruction that stands for a Supplier: a period, or None after a withdrawal.

    `rule` only for a row that an earlier plan's rule wrote. `window`: the row's own, see `Instruction`.
    `overtaken`: the DCC moved the automatic time to before its opening; `period` is then as it was given.
    `kept_until`: its own period is over, and it stands for what both Suppliers agreed to, which closes then.
    """

    period: Period | None
    rule: str | None = None
    window: str | None = None
    overtaken: bool = False
    kept_until: datetime | None = None

    def lapsed(self, first_moment: datetime) -> bool:
        """Whether its period is over, and nothing keeps it."""
        return self.period is not None and self.period.closes <= first_moment and self.kept_until is None

    def instructs(self, first_moment: datetime) -> bool:
        """Whether it is an instruction still: not withdrawn, not overtaken, and not lapsed."""
        return self.period is not None and not self.overtaken and not self.lapsed(first_moment)


@frozen(kw_only=True)
class HubFacts:
    """What is so of a hub that validation asks for.

    `automatic_at` and `cutoff` are the hub's own; the `former_` ones those of the release, which
    differ where the DCC moved the hub's date. `excluded` maps a Party to (rule, because).
    """

    suppliers: ResponsibleSuppliers
    automatic_at: datetime
    cutoff: datetime
    former_automatic_at: datetime
    former_cutoff: datetime
    ineligible: str | None = None
    excluded: Mapping[str, tuple[str, str]] = field(factory=dict)


@frozen(kw_only=True)
class Judged:
    """What became of the rows of one hub and Party.

    `act`: the latest of its valid rows, if that is an instruction, whether today's rules replace it or not;
    `on_record`: what it would stand as. `kept`: a row that today's rules replace, and that stands where they still say
    the same of a period that is over: see `Standing.kept_until`.
    """

    standing: Standing | None = None
    refusals: tuple[Refusal, ...] = ()
    act: Act | None = None
    on_record: Standing | None = None
    kept: Standing | None = None

    @property
    def refused(self) -> str:
        """Why its rows were refused, in words, where nothing stands; empty where none was, or one stands."""
        if self.standing is not None or self.kept is not None:
            return ""
        return ", ".join(sorted({refusal.code.replace("_", " ") for refusal in self.refusals}))


def judge_rows(rows: Iterable[Instruction], facts: HubFacts | None, as_of: datetime) -> Judged:
    """The standing instruction of one Party for one hub, and every refusal with its reason (BR5.2).

    `facts` None: the estate has no such hub. Rows received after `as_of` are not yet there; rows
    that a rule wrote are ignored up to the hub's cut-off, when today's rules speak for themselves.
    """
    valid: list[Instruction] = []
    replaced: list[Instruction] = []
    refusals: list[Refusal] = []
    for row in rows:
        if row.received_at > as_of:
            continue
        superseded = is_superseded(row, facts, as_of)
        refused = refusal_of(row, facts)
        if refused is None:
            (replaced if superseded else valid).append(row)
        elif not superseded:
            refusals.append(Refusal(instruction=row, code=refused[0], reason=refused[1]))
    if facts is None or not (valid or replaced):
        return Judged(refusals=tuple(refusals))
    standing = _standing(max(valid, key=_rank), facts) if valid else None
    last = max((*valid, *replaced), key=_rank)
    found = _standing(last, facts)
    act = None
    if found.period is not None and not found.overtaken:
        act = Act(period=found.period, received_at=last.received_at)
    return Judged(standing=standing, refusals=tuple(refusals), act=act, on_record=found)


def kept_by(own: Judged, other: Judged, first_moment: datetime) -> Judged:
    """`own` with what both Suppliers of a hub agreed to: its period may be over, and it stands all the same.

    `first_moment`: as of `Standing.instructs`.
    """
    act, on_record = own.act, own.on_record
    if act is None or on_record is None or act.period.closes > first_moment:
        return own
    until = lapses_at(act, other.act)
    if until <= first_moment:
        return own
    stands = evolve(on_record, kept_until=until)
    if own.standing is None:
        return evolve(own, kept=stands)
    return evolve(own, standing=stands) if own.standing == on_record else own


def is_superseded(row: Instruction, facts: HubFacts | None, as_of: datetime) -> bool:
    """Whether a row that a rule wrote gives way to today's rules: also where its hub is gone.

    A trigger's does not: it was an event that gave it, and nothing in today's rules says it again.
    """
    if row.rule is None or is_of_trigger(row.rule):
        return False
    return facts is None or as_of <= facts.cutoff


def refusal_of(row: Instruction, facts: HubFacts | None) -> tuple[str, str] | None:
    """The code and the reason for which a row is refused, or None where it is valid."""
    if facts is None:
        return "unknown_guid", "the estate has no hub with this GUID"
    if row.role not in facts.suppliers.roles_of(row.party):
        return "not_responsible", f"{row.party} is not the {row.role.value} Supplier of this hub"
    if row.action is InstructionAction.WITHDRAW:
        return None  # a withdrawal counts until the hub is handed to its CSP
    if facts.ineligible is not None:
        return "not_eligible", f"the hub is not eligible: {facts.ineligible}"
    if row.opens is None or row.closes is None:
        return "no_period", "an instruction needs the times at which it opens and closes"
    if row.closes <= row.opens:
        return "no_period", "it closes no later than it opens"
    # BR1.3: where the DCC moved the date, instructions that stood stay.
    automatic_at = max(facts.automatic_at, facts.former_automatic_at)
    if row.opens >= automatic_at:  # BR3.4
        at = instant_words(automatic_at)
        return "not_earlier", f"it does not open before the automatic time {at}"
    last = max(facts.cutoff, facts.former_cutoff)
    if row.received_at > last:  # BR3.4: the instant itself still counts
        received = instant_words(row.received_at)
        return (
            "after_cutoff",
            f"received at {received}, after the cut-off at {instant_words(last)}",
        )
    if (excluded := facts.excluded.get(row.party)) is not None:
        rule, because = excluded
        return "excluded", f"excluded by its own rule `{rule}`: {because}"
    return None


def _rank(row: Instruction) -> tuple[object, ...]:
    """The row that ranks highest stands: the latest; then a withdrawal, later opening, later close.

    Rows alike in all that still rank in one way, so that their order in the file never counts.
    """
    withdrawn = row.action is InstructionAction.WITHDRAW
    times = () if withdrawn else (row.opens, row.closes)
    return (row.received_at, withdrawn, *times, row.rule is None, row.rule or "", row.window or "")


def _standing(row: Instruction, facts: HubFacts) -> Standing:
    if row.action is InstructionAction.WITHDRAW or row.opens is None or row.closes is None:
        return Standing(period=None, rule=row.rule)
    if row.opens >= facts.automatic_at:
        period = Period(opens=row.opens, closes=row.closes)
        return Standing(period=period, rule=row.rule, window=row.window, overtaken=True)
    # I1: earlier than the automatic time; cut before anything is resolved.
    closes = min(as_utc(row.closes), facts.automatic_at)
    return Standing(period=Period(opens=row.opens, closes=closes), rule=row.rule, window=row.window)
