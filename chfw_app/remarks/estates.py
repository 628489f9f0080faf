"""What the inputs say of hubs and Parties that the estate does not have: most likely slips, hence findings."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from chfw_app.remarks.estate_search import EstateSearch
from chfw_app.remarks.release_names import is_slip
from chfw_core.model.events import Event
from chfw_core.model.guid import format_guid
from chfw_core.model.parties import CSP_PREFIX, DCC, is_supplier
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.planning.scope import acts_on_release, plain_value, scope_of
from chfw_core.rules.model import UntilEvent
from chfw_core.rules.problems.problem import counted, did_you_mean, listed, shown

if TYPE_CHECKING:
    from chfw_app.inputs.gathered import CarefulEstate
    from chfw_files.documents.attributes import Attributes

ACTS = ("release_revoked", "release_stopped", "release_paused", "release_resumed", "phase_opened")
"""What only the DCC can do to a release."""


def estate_remarks(
    inputs: PlanInputs,
    estate: "CarefulEstate",
    private: "Mapping[str, Attributes]",
    *,
    parties: Iterable[str],
    regions: Iterable[str],
) -> tuple[Finding, ...]:
    """Findings. `parties` and `regions`: those that the estate names."""
    named = sorted(set(parties))
    here = _of_this_release(inputs)
    acts = [event for event in here if event.type in ACTS and acts_on_release(event)]
    waited = [event for event in here if event.type in _waited_for(inputs) and event.guid is None]
    search = EstateSearch(
        scopes={scope: False for event in (*acts, *waited) if (scope := scope_of(event))},
        guids={event.guid for event in acts if event.guid is not None},
        private=dict(private),
    )
    search.through(estate)
    return (
        *_same_but_for_case(named),
        *_said_by_nobody(here, frozenset(named), frozenset(regions)),
        *_acts_of_others(here),
        *_acts_elsewhere(inputs),
        *_acts_on_nobody(acts, search),
        *_releasing_nothing(inputs, waited, search),
        *_attributes_of_nobody(search, private),
    )


def _of_this_release(inputs: PlanInputs) -> list[Event]:
    """The events that count in this plan."""
    own = inputs.release.id
    return [e for e in inputs.events if e.at <= inputs.as_of and e.fields.get("release", own) == own]


def _waited_for(inputs: PlanInputs) -> Mapping[str, list[UntilEvent]]:
    """By type of event, the ends of the holds that wait for one."""
    found: dict[str, list[UntilEvent]] = {}
    for rules in inputs.rulesets:
        for hold in rules.holds:
            if isinstance(hold.until, UntilEvent):
                found.setdefault(hold.until.type, []).append(hold.until)
    return found


def _same_but_for_case(parties: Sequence[str]) -> list[Finding]:
    """Two Suppliers to a plan, and one to whoever wrote the estate: their hubs would be split."""
    alike: dict[str, list[str]] = {}
    for party in parties:
        alike.setdefault(party.casefold(), []).append(party)
    return [
        Finding(
            code="parties-alike",
            message=f"the estate names {listed(same, 'and')} as Suppliers of their own: they differ only in case",
            party=same[0],
            about_hubs=False,
        )
        for same in alike.values()
        if len(same) > 1
    ]


def _said_by_nobody(events: Sequence[Event], parties: frozenset[str], regions: frozenset[str]) -> list[Finding]:
    """A Supplier's event acts on its own holds: one of a Supplier that does not exist, on none."""
    known = {*parties, DCC, *(CSP_PREFIX + region for region in regions)}
    tally = Counter(e.party for e in events if e.party is not None and e.party not in known)
    found = []
    for party, count in sorted(tally.items()):
        hint = did_you_mean(party, sorted(parties if is_supplier(party) else known - parties))
        message = f"{_events(count)} said by `{shown(party)}`, which the estate does not name"
        message += f" ({hint})" if hint else ""
        found.append(Finding(code="unknown-party", message=message, count=count, about_hubs=False))
    return found


def _acts_of_others(events: Sequence[Event]) -> list[Finding]:
    """BR1.6, BR6.2: only the DCC acts on a release; what others say of it does nothing."""
    tally = Counter((e.type, str(e.party)) for e in events if e.type in ACTS and not acts_on_release(e))
    return [
        Finding(
            code="release-act-refused",
            message=(
                f"{_events(count)} `{kind}` said by `{shown(party)}`: no effect, since only the DCC acts on a release"
            ),
            count=count,
            about_hubs=False,
        )
        for (kind, party), count in sorted(tally.items())
    ]


def _acts_elsewhere(inputs: PlanInputs) -> list[Finding]:
    """NF6: acts on a release of nearly this id. One that differs in digits alone is a release of the same row."""
    own = inputs.release.id
    tally: Counter[tuple[str, str]] = Counter()
    for event in inputs.events:
        other = str(event.fields.get("release", own))
        if event.type in ACTS and event.at <= inputs.as_of and other != own and is_slip(other, own):
            tally[event.type, other] += 1
    return [
        Finding(
            code="release-act-elsewhere",
            message=(
                f"{_events(count)} `{kind}` of the release `{shown(other)}`: no effect (did you mean `{shown(own)}`?)"
            ),
            count=count,
            about_hubs=False,
        )
        for (kind, other), count in sorted(tally.items())
    ]


def _acts_on_nobody(acts: Sequence[Event], search: EstateSearch) -> list[Finding]:
    """NF6: a stop that stops nobody may be one whose hubs are misspelt."""
    lost: dict[str, list[Event]] = {}
    for event in acts:
        if event.guid in search.guids if event.guid is not None else not search.scopes.get(scope_of(event), True):
            lost.setdefault(event.type, []).append(event)
    found = []
    for kind, events in sorted(lost.items()):
        message = (
            f"{_events(len(events))} `{kind}` concerning no hub of the estate: no effect ({_bounds(events[0], search)}"
        )
        message += ", …)" if len(events) > 1 else ")"
        found.append(Finding(code="release-act-unused", message=message, count=len(events), about_hubs=False))
    return found


def _bounds(event: Event, search: EstateSearch) -> str:
    if event.guid is not None:
        return f"event {event.seq}: `{format_guid(event.guid)}`"
    said = []
    for name, value in scope_of(event):
        hint = _in_other_case(name, value, search.near.get(name, ()))
        said.append(f"{name} `{shown(str(value))}`" + (f", did you mean `{hint}`?" if hint else ""))
    return f"event {event.seq}: " + ", ".join(said)


def _in_other_case(name: str, value: object, known: Iterable[str]) -> str | None:
    """A value that differs in case alone, where case matters: not of a model or a version."""
    said = plain_value(name, value)
    return next(
        (own for own in sorted(known) if plain_value(name, own) != said and own.casefold() == said.casefold()), None
    )


def _releasing_nothing(inputs: PlanInputs, waited: Sequence[Event], search: EstateSearch) -> list[Finding]:
    """Events that holds wait for, without the field by which all of these go, or with one written otherwise."""
    ends = _waited_for(inputs)
    lacking: Counter[tuple[str, str]] = Counter()
    other_case: Counter[tuple[str, str, str, str]] = Counter()
    for event in waited:
        asked = [until.per for until in ends[event.type]]
        if asked and all(per is not None and event.fields.get(per) is None for per in asked):
            lacking[event.type, str(asked[0])] += 1
        for name, value in scope_of(event):
            near = _in_other_case(name, value, search.near.get(name, ()))
            if near is not None and value not in search.near[name]:
                other_case[event.type, name, str(value), near] += 1
    found = [
        Finding(
            code="event-without-effect",
            message=f"{_events(count)} `{kind}` without `{per}`, by which the holds that wait for it go: no effect",
            count=count,
            about_hubs=False,
        )
        for (kind, per), count in sorted(lacking.items())
    ]
    found += [
        Finding(
            code="event-without-effect",
            message=(
                f"{_events(count)} `{kind}` for the {name} `{shown(value)}`, which no hub has (did you mean `{near}`?)"
            ),
            count=count,
            about_hubs=False,
        )
        for (kind, name, value, near), count in sorted(other_case.items())
    ]
    return found


def _attributes_of_nobody(search: EstateSearch, private: "Mapping[str, Attributes]") -> list[Finding]:
    """A Supplier's file of which none is used: another Supplier's file, or another estate's."""
    found = []
    for party in sorted(search.private):
        if not len(private[party].guids):
            why = "it has no usable row"
        else:
            why = "none of its hubs is this Supplier's" if party in search.known else "the estate has none of its hubs"
        message = f"the attributes of {party} are used for no hub: {why}"
        found.append(Finding(code="attributes-unused", message=message, party=party, about_hubs=False))
    return found


def _events(number: int) -> str:
    return counted(number, "event")
