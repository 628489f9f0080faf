"""Inputs that change nothing in a plan, whatever their writer believed: findings, and the plan is made all the same."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from chfw_core.model.events import Event
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import add_wall_days, format_instant
from chfw_core.planning.eligibility import is_by_version, runs_already
from chfw_core.planning.idle_rules import dcc_moves_dates
from chfw_core.planning.model import Finding, HubStatus, PlanInputs
from chfw_core.planning.release_state import default_resolution
from chfw_core.planning.scope import acts_on_release, scope_of
from chfw_core.planning.summary import Summary
from chfw_core.rules.model import UntilManual
from chfw_core.rules.problems.problem import counted, did_you_mean, shown

_MOST_MOVED = 366
_MOST_REASONS = 3
_CHANGE = "change_of_supplier_started"


def end_of_all(inputs: PlanInputs) -> datetime:
    """After this nothing of the release is left."""
    last = default_resolution(inputs, inputs.release.automatic_at).period.closes
    # By hub: nobody moves a date by more than this.
    return add_wall_days(last, _MOST_MOVED) if dcc_moves_dates(inputs) else last


def idle_inputs(inputs: PlanInputs) -> Iterator[Finding]:
    """What the inputs alone show: the events are those of the file."""
    own = inputs.release.id
    here = [e for e in inputs.events if e.at <= inputs.as_of and e.fields.get("release", own) == own]
    yield from _blackouts(inputs)
    yield from _resumptions(inputs, [event for event in here if acts_on_release(event)])
    yield from _changes_to_itself([event for event in here if event.type == _CHANGE and _is_public(event)])


def nobody_eligible(inputs: PlanInputs, summary: Summary) -> Iterator[Finding]:
    """A release of which no hub has the model, or the version from which it may go.

    Where hubs run it already it has done its work, unless the version that they run keeps others from it.
    """
    if summary.hubs == 0 or any(hubs for (status, _), hubs in summary.by_outcome.items() if _may_go(status)):
        return
    version, reasons = inputs.release.firmware_version, summary.by_ineligible
    if runs_already(version) in reasons and not any(is_by_version(reason, version) for reason in reasons):
        return
    ranked = sorted(summary.by_ineligible.items(), key=lambda item: (-item[1], item[0]))
    said = [f"{reason} ({counted(hubs, 'hub')})" for reason, hubs in ranked[:_MOST_REASONS]]
    more = len(ranked) - _MOST_REASONS
    said += [f"{counted(more, 'other reason')}"] if more > 0 else []
    message = f"the release is for no hub of the estate: {', '.join(said)}"
    yield Finding(code="nobody-eligible", message=message, count=summary.hubs)


def capacity_of_nobody(overrides: Mapping[tuple[str, date], int], regions: frozenset[str]) -> Iterator[Finding]:
    """G5: `overrides` are those of the file, `regions` the estate's."""
    figures = Counter(region for region, _ in overrides if region not in regions)
    for region, count in sorted(figures.items()):
        message = (
            f"{counted(count, 'figure')} of the capacity file for `{region}`, of which the estate has no hub: no effect"
        )
        yield Finding(code="capacity-unused", message=message, count=count, about_hubs=False)


def changes_to_strangers(events: Iterable[Event], parties: frozenset[str]) -> Iterator[Finding]:
    """CS3: `events` are those of the file. A Supplier that has no hub yet is one, and so is a slip."""
    joins = (str(e.fields["to"]) for e in events if e.type == _CHANGE and _is_public(e) and e.fields.get("to"))
    for party, count in sorted(Counter(joins).items()):
        if party not in parties:
            hint = did_you_mean(party, sorted(parties))
            message = f"{counted(count, 'change')} of Supplier to `{shown(party)}`, which the estate does not name"
            message += f" ({hint})" if hint else ""
            yield Finding(code="unknown-party", message=message, count=count, about_hubs=False)


def _may_go(status: HubStatus) -> bool:
    return status is not HubStatus.INELIGIBLE


def _is_public(event: Event) -> bool:
    """What a Supplier says in its own name announces no change."""
    return event.party is None or not is_supplier(event.party)


def _blackouts(inputs: PlanInputs) -> Iterator[Finding]:
    last = end_of_all(inputs)
    for blackout in inputs.release.blackouts:
        early = blackout.closes <= inputs.release.notified_at
        if early or blackout.opens >= last:
            when = (
                "before the notice" if early else f"after {format_instant(last)}, when nothing of this release is left"
            )
            days = f"from {format_instant(blackout.opens)} to {format_instant(blackout.closes)}"
            message = f"the black-out {days} is {when}: no effect"
            yield Finding(code="blackout-unused", message=message, about_hubs=False)


def _resumptions(inputs: PlanInputs, acts: list[Event]) -> Iterator[Finding]:
    """A resumption also ends holds until somebody says so: whose they are is not asked here."""
    if any(isinstance(hold.until, UntilManual) for rules in inputs.rulesets for hold in rules.holds):
        return
    in_order = sorted(acts, key=lambda event: (event.at, event.seq))
    pauses: list[Event] = []
    idle = []
    for event in in_order:
        if event.type == "release_paused":
            pauses.append(event)
        elif event.type == "release_resumed" and not any(_may_meet(event, pause) for pause in pauses):
            idle.append(event)
    if idle:
        many = counted(len(idle), "event")
        message = f"{many} `release_resumed` with no pause before it that it could end: no effect (event {idle[0].seq}"
        message += ", …)" if len(idle) > 1 else ")"
        yield Finding(code="event-without-effect", message=message, count=len(idle), about_hubs=False)


def _may_meet(event: Event, other: Event) -> bool:
    """Whether some hub may be concerned by both: not where they ask for different hubs, or values of one field."""
    if None not in (event.guid, other.guid) and event.guid != other.guid:
        return False
    asked = dict(scope_of(other))
    return all(asked.get(name, value) == value for name, value in scope_of(event))


def _changes_to_itself(changes: list[Event]) -> Iterator[Finding]:
    same = [e for e in changes if e.fields.get("from") is not None and e.fields["from"] == e.fields.get("to")]
    if same:
        who = shown(str(same[0].fields["from"]))
        many = counted(len(same), "change")
        message = f"{many} of Supplier from `{who}` to itself (event {same[0].seq}"
        message += ", …)" if len(same) > 1 else ")"
        yield Finding(
            code="change-to-itself", message=f"{message}: one of the two is a slip", count=len(same), about_hubs=False
        )
