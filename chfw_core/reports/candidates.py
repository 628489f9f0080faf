"""Single changes of facts that one owner's rules might be asking for: the literals of their leaves,
the ends of their holds, acts on the release, and the passing of time.

Whether a change makes a difference is not asked here.
"""

from collections.abc import Callable, Iterator, Set
from datetime import timedelta
from typing import Any

from attrs import evolve, frozen

from chfw_core.engines.owned import Known, OwnMatch
from chfw_core.model.events import Event
from chfw_core.model.hubs import CommsHub, PrivateAttributes, SmiStatus
from chfw_core.model.parties import SUPPLIER_FIELDS, Party, is_supplier
from chfw_core.model.periods import format_instant, london_midnight
from chfw_core.model.releases import Participation, Phase, Priority, ReleaseKind, Severity
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import Outcome, owns
from chfw_core.planning.release_state import cutoff_of
from chfw_core.reports.acts import about_event
from chfw_core.reports.literals import UNNAMED, FieldLiterals, literals_of
from chfw_core.reports.turning import answers_to, turned_by
from chfw_core.rules.meaning.evaluate import condition_holds
from chfw_core.rules.meaning.leaves import conditions_of, rules_with_dates
from chfw_core.rules.model import HoldRule, RuleSet, UntilEvent, UntilFlagCleared, UntilManual
from chfw_core.rules.vocabulary.fields import MY_PREFIX

SOMEBODY = Party("another Supplier")
_RELEASE_ENUMS: dict[str, Callable[[str], object]] = {
    "kind": ReleaseKind,
    "severity": Severity,
    "priority": Priority,
    "participation": Participation,
}
UNNAMED_SHOWN, MISSING_SHOWN = "one that no rule names", "missing"
_TOGGLED = {"flags": "flag", "han_device_types": "HAN device"}
_SETTABLE = ("configuration_set", "installed_on", "firmware_version", "csp_region", "smi_status")
_LISTED = ("configuration_set", "installed_on", "firmware_version")
"""Facts of which rules name many: conditions depend on them, dates, and whether the hub is eligible."""


@frozen(kw_only=True)
class Situation:
    """All that one owner's decision about a hub depends on."""

    inputs: PlanInputs
    hub: CommsHub
    known: Known


@frozen(kw_only=True)
class Candidate:
    """One change: `subject` and `value` say it in words. `nearest`: of several values the first will do.

    `alike`: changes with the same one lead to the same decision, where the hub is eligible alike; None = nobody knows.
    """

    subject: str
    situation: Situation
    value: str = ""
    nearest: bool = False
    alike: tuple[object, ...] | None = None


def candidates(owner: str, now: Situation, base: OwnMatch, outcomes: Set[str]) -> Iterator[Candidate]:
    """Every change, acts first, then the hub's facts, then time. `outcomes`: fields that events and flags ask for."""
    rules = now.inputs.ruleset_of(owner) or RuleSet(owner=owner)
    literals = literals_of(rules, base.read, base.context)
    yield from _acts(owner, rules, now, base)
    if base.decision.outcome is Outcome.INELIGIBLE:
        yield from _eligible(now)
    for field in literals:
        if field.name in _LISTED and field.name not in outcomes:
            yield from _listed(rules, now, field, base)
        else:
            yield from _field(owner, field, now)
    yield from _time(now, base, literals)


# --- acts


def _acts(owner: str, rules: RuleSet, now: Situation, base: OwnMatch) -> Iterator[Candidate]:
    if base.decision.outcome is Outcome.STOPPED:
        yield _told(now, "the event `release_resumed` comes", "release_resumed", None)
    on = {state.rule for state in base.holds}
    party = Party(owner) if is_supplier(owner) else None
    for hold in rules.holds:
        # Of a trigger many bear one id: what it holds of other hubs is theirs to end.
        if hold.id in on and condition_holds(hold.when, base.read, base.context):
            yield from _end_of(hold, now, base, party)


def _end_of(hold: HoldRule, now: Situation, base: OwnMatch, party: Party | None) -> Iterator[Candidate]:
    """The act that ends a hold. One on a date ends with time."""
    until = hold.until
    if isinstance(until, UntilManual):
        yield _told(now, "the event `release_resumed` comes", "release_resumed", party)
    elif isinstance(until, UntilFlagCleared):
        yield _told(now, f"flag `{until.flag}` is cleared", "flag_cleared", party, flag=until.flag, guid=now.hub.guid)
    elif isinstance(until, UntilEvent):
        fields: dict[str, object] = {} if until.ref is None else {"ref": until.ref}
        if until.per in ("hub", "guid"):
            fields["guid"] = now.hub.guid
        elif until.per is not None:
            fields[until.per] = base.read(until.per)
        about = about_event(hold, until, base.read)
        yield _told(now, f"the event `{until.type}`{about} comes", until.type, party, **fields)


def _told(now: Situation, subject: str, type_: str, party: Party | None, **fields: object) -> Candidate:
    """The event happens now."""
    guid = now.hub.guid if fields.pop("guid", None) is not None else None
    last = max((event.seq for event in now.inputs.events), default=0)
    event = Event(seq=last + 1, at=now.inputs.as_of, type=type_, party=party, guid=guid, fields=fields)
    inputs = evolve(now.inputs, events=(*now.inputs.events, event))
    return Candidate(subject=subject, situation=evolve(now, inputs=inputs))


# --- facts of the hub and the release


def _eligible(now: Situation) -> Iterator[Candidate]:
    release = now.inputs.release
    yield _set(now, "smi_status", SmiStatus.COMMISSIONED)
    for version in release.upgrade_from or ():
        yield _set(now, "firmware_version", version)
    model = now.hub.device_model
    if model not in release.device_models:  # what a device is does not change; what a release is for may
        wider = evolve(release, device_models=(*release.device_models, model))
        subject = f"the release is for device model {model}"
        yield Candidate(subject=subject, situation=evolve(now, inputs=evolve(now.inputs, release=wider)))


def _field(owner: str, field: FieldLiterals, now: Situation) -> Iterator[Candidate]:
    name = field.name
    if name in _TOGGLED:
        yield from _toggled(owner, field, now)
    elif name.startswith("release."):
        yield from _of_release(field, now)
    elif name in ("split", "my_role"):
        yield from _roles(owner, now)
    elif name == "other_supplier_instructed":
        if now.hub.suppliers.split:
            told = now.known.other_instructed
            subject = (
                "the second Supplier withdraws its instruction"
                if told
                else "an instruction of the second Supplier is on record"
            )
            changed = evolve(now, known=evolve(now.known, other_instructed=not told))
            yield Candidate(subject=subject, situation=changed)
    elif name in SUPPLIER_FIELDS:
        for value in field.values:
            yield _set(now, name, None if value is None else Party(str(value)))
    elif name in _SETTABLE:  # what a device is does not change: no model, no manufacturer
        for value in field.values:
            yield from _settable(now, name, value, nearest=field.ordered)
    elif name.startswith(MY_PREFIX):
        yield from _private(owner, field, now)


def _listed(rules: RuleSet, now: Situation, field: FieldLiterals, base: OwnMatch) -> Iterator[Candidate]:
    """Values are many, and rules name them in long lists: those that the conditions do not tell apart are alike.

    But for those of which a rule that holds reads a date.
    """
    name = field.name
    asking = turned_by(name, conditions_of(rules), base.read, base.context)
    dated = tuple(condition for condition, fields in rules_with_dates(rules) if name in fields)
    answers = answers_to(name, asking, field.values, base.read, base.context)
    reads = answers_to(name, dated, field.values, base.read, base.context)
    for value, said, dates in zip(field.values, answers, reads, strict=True):
        yield from _settable(now, name, value, nearest=field.ordered, alike=None if any(dates) else (name, *said))


def _settable(
    now: Situation, name: str, value: object, *, nearest: bool, alike: tuple[object, ...] | None = None
) -> Iterator[Candidate]:
    if name == "smi_status":
        value = SmiStatus(str(value))
    if getattr(now.hub, name) != value:
        yield _set(now, name, value, nearest=nearest, alike=alike)


def _set(
    now: Situation, name: str, value: object, *, nearest: bool = False, alike: tuple[object, ...] | None = None
) -> Candidate:
    changes: dict[str, Any] = {name: value}
    changed = Situation(inputs=now.inputs, hub=evolve(now.hub, **changes), known=now.known)
    return Candidate(subject=f"`{name}` is", value=_shown(value), situation=changed, nearest=nearest, alike=alike)


def _shown(value: object) -> str:
    if value == UNNAMED:
        return UNNAMED_SHOWN
    return MISSING_SHOWN if value is None else str(value)


def _toggled(owner: str, field: FieldLiterals, now: Situation) -> Iterator[Candidate]:
    what, hub = _TOGGLED[field.name], now.hub
    own = hub.private.get(owner)
    for value in field.values:
        name = str(value)
        public: frozenset[str] = getattr(hub, field.name)
        there = name in public or (field.name == "flags" and own is not None and name in own.flags)
        changes: dict[str, Any] = {field.name: public - {name} if there else public | {name}}
        changed = evolve(hub, **changes)
        if there and own is not None:
            changed = evolve(changed, private={**hub.private, owner: evolve(own, flags=own.flags - {name})})
        subject = f"{what} `{name}` is {'removed' if there else 'added'}"
        yield Candidate(subject=subject, situation=evolve(now, hub=changed))


def _private(owner: str, field: FieldLiterals, now: Situation) -> Iterator[Candidate]:
    own = now.hub.private.get(owner) or PrivateAttributes()
    column = field.name.removeprefix(MY_PREFIX)
    for value in dict.fromkeys((*field.values, UNNAMED, None)):
        if own.values.get(column) != value:
            changed = evolve(own, values={**own.values, column: value})
            hub = evolve(now.hub, private={**now.hub.private, owner: changed})
            yield Candidate(
                subject=f"`{field.name}` is",
                value=_shown(value),
                situation=evolve(now, hub=hub),
                nearest=field.ordered,
            )


def _roles(owner: str, now: Situation) -> Iterator[Candidate]:
    """One role changes hands; a swap of both is no single fact. Who the second Supplier is is never said (NF7)."""
    hub = now.hub
    for role, other in (("import_supplier", "gas_supplier"), ("gas_supplier", "import_supplier")):
        holder, beside = getattr(hub, role), getattr(hub, other)
        title = "Import Supplier" if role == "import_supplier" else "Gas Supplier"
        if beside is not None and holder != beside:
            # Whoever has the one role gets the other too. For a Supplier that is its own gain or the loss of its hub.
            who = owner if is_supplier(owner) else "the Supplier in the other role"
            yield from _handed(now, owner, role, beside, f"{who} becomes {title} too")
        if beside is not None and holder in (None, beside):
            yield from _handed(now, owner, role, SOMEBODY, f"a second Supplier becomes {title}")
        if holder is not None:
            yield from _handed(now, owner, role, None, f"there is no {title}")


def _handed(now: Situation, owner: str, role: str, holder: Party | None, subject: str) -> Iterator[Candidate]:
    """The role in other hands, where the hub is still the owner's to decide."""
    changes: dict[str, Any] = {role: holder}
    hub = evolve(now.hub, **changes)
    if not owns(owner, hub):
        return
    # Whoever takes over a role has not instructed yet; where one Supplier is left, there is no other.
    known = evolve(now.known, other_instructed=False)
    yield Candidate(subject=subject, situation=evolve(now, hub=hub, known=known))


def _of_release(field: FieldLiterals, now: Situation) -> Iterator[Candidate]:
    name = field.name.removeprefix("release.")
    if name == "phase":
        for phase in Phase:
            yield _told(now, f"the phase `{phase}` is opened", "phase_opened", None, phase=phase.value)
    elif name in _RELEASE_ENUMS:
        for value in field.values:
            changes: dict[str, Any] = {name: _RELEASE_ENUMS[name](str(value))}
            inputs = evolve(now.inputs, release=evolve(now.inputs.release, **changes))
            yield Candidate(subject=f"`{field.name}` is", value=str(value), situation=evolve(now, inputs=inputs))


# --- time


def _time(now: Situation, base: OwnMatch, literals: tuple[FieldLiterals, ...]) -> Iterator[Candidate]:
    """The moments ahead at which an answer may change, nothing else changing."""
    inputs = now.inputs
    automatic_at = now.known.automatic_at or inputs.release.automatic_at
    moments = {state.over_by for state in base.holds}
    moments |= {cutoff_of(inputs, automatic_at) + timedelta(seconds=1)}
    if base.decision.period is not None:
        moments.add(base.decision.period.closes)
    moments |= {london_midnight(day) for field in literals for day in field.days_ahead}
    for moment in sorted(moment for moment in moments if moment is not None and moment > inputs.as_of):
        changed = evolve(now, inputs=evolve(inputs, as_of=moment))
        yield Candidate(subject="nothing happens until", value=format_instant(moment), situation=changed, nearest=True)
