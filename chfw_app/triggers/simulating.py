"""A back-test (RU6, NF2): rule files over recorded events, without a ledger; what would have fired, and what would not.

Events are taken in the order of their `seq`, as a ledger would have them. Time is told once for each London day that
the events have come to, and at the end: then steps whose time is over are declared so. Hubs are as the estate has them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from attrs import evolve, field, frozen

from chfw_app.inputs.rule_files import read_rules
from chfw_app.inputs.swapped import refuse_other_kind, refuse_table
from chfw_app.inputs.texts import read_text
from chfw_app.problems import Problems
from chfw_app.triggers.beside import read_beside
from chfw_app.triggers.event_types import event_types
from chfw_app.triggers.recorded import Recorded, read_recorded
from chfw_app.triggers.slips import over_when_fired, release_remarks
from chfw_core.diagnostics import Diagnostic
from chfw_core.documents.defaults import default_parameters
from chfw_core.documents.release import read_release
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parameters import Parameters
from chfw_core.model.periods import add_months, london_date, london_midnight
from chfw_core.model.releases import FirmwareRelease, Phase
from chfw_core.planning.phases import OPENED, Phases, phases_of
from chfw_core.planning.scope import as_guid
from chfw_core.rollout.base import is_party
from chfw_core.rules.meaning.evaluate import Read, RuleContext, make_context
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.triggers.compiling import compile_triggers, rules_version
from chfw_core.triggers.engine import Automaton, Happened, Run
from chfw_core.triggers.model import CompiledTrigger, Known, Moment, Seen, TriggerSet
from chfw_core.triggers.records import Firing, PassedOver
from chfw_core.triggers.state import State


@frozen(kw_only=True)
class Waiting:
    """A sequence that is still open in the end. `until`: when its next step is over; `since`: its last event."""

    owner: str
    trigger: str
    scope: str
    step: int
    since: datetime
    until: datetime


@frozen(kw_only=True)
class Simulated:
    """What would have been. `events`: how many were read; `until`: the moment to which time was told.

    `remarks`: what was used and may yet be a slip.
    """

    events: int
    until: datetime | None
    fired: tuple[Firing, ...]
    passed_over: tuple[tuple[str, PassedOver], ...]
    waiting: tuple[Waiting, ...]
    triggers: tuple[tuple[str, str], ...]
    bad_lines: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


@frozen(kw_only=True)
class World:
    """What rules may ask: hubs of an estate, and one release."""

    hubs: Mapping[Guid, CommsHub] = field(factory=dict)
    release: FirmwareRelease | None = None
    parameters: Parameters = field(factory=default_parameters)

    def known(self, at: datetime, phases: Phases) -> Known:
        """At an instant."""

        def read(guid: Guid, owner: str) -> Read | None:
            found = self.hubs.get(guid)
            return None if found is None else hub_reader(found, owner)

        def context(of: str | None, about: Read) -> RuleContext | None:
            release = self.release
            if release is None or of != release.id:
                return None
            months = self.parameters.at("cutoff_before_months", london_date(at))
            return make_context(
                release,
                as_of=at,
                phase=phases.of(about, as_guid(about("guid"))),
                automatic_at=release.automatic_at,
                cutoff=add_months(release.automatic_at, -months),
            )

        return Known(hub=read, context=context, at=at)

    def release_of(self, event: Event) -> str | None:
        """The release that an event is about: the one that it names, else the one at hand."""
        said = event.fields.get("release")
        if said is not None:
            return str(said)
        return None if self.release is None else self.release.id


def simulate_files(
    rules: Sequence[Path],
    events: Path,
    estate: Path,
    *,
    release: Path | None = None,
    attributes: Sequence[str] = (),
    until: datetime | None = None,
) -> Simulated:
    """Reads everything. Raises Failed with all problems of all files."""
    problems = Problems()
    checked, read = read_rules(rules, problems)
    problems.add_placed(checked.problems)
    found = problems.attempt(lambda: read_recorded(events, event_types().fields))
    beside = problems.attempt(lambda: read_beside(estate, attributes))
    firmware = None if release is None else problems.attempt(lambda: _release(release, problems))
    problems.stop_if_any()
    assert found is not None
    assert beside is not None
    hubs = beside.hubs(GuidList(event.guid for event in found.events if event.guid is not None))
    texts = {str(path): text for path, text in read.items() if text is not None}
    sets = tuple(
        compile_triggers(one, rules_version((name, texts[name]) for name in one.files)) for one in checked.rulesets
    )
    done = simulate(sets, found.events, World(hubs=hubs, release=firmware), until)
    return evolve(
        done,
        bad_lines=found.bad_lines,
        remarks=(
            *_strangers(found, hubs),
            *release_remarks(found, checked.rulesets, firmware),
            *over_when_fired(done.fired),
        ),
        problems=checked.problems,
    )


def simulate(
    sets: tuple[TriggerSet, ...], events: Sequence[Event], world: World, until: datetime | None = None
) -> Simulated:
    """Rules over events. `until`: the moment to which time is told in the end; None: that of the last event."""
    runs = [(rules.owner, Run(triggers=(rules,))) for rules in sets]
    fired: list[Firing] = []
    passed: list[tuple[str, PassedOver]] = []

    def note(happened: Callable[[Run], Happened]) -> None:
        for owner, run in runs:
            found = happened(run)
            fired.extend(found.firings)
            passed.extend((owner, one) for one in found.passed_over)

    def tell_time(at: datetime) -> None:
        moment = Moment(at=at, known=world.known(at, phases))
        note(lambda run: run.tick(moment))

    phases, opened = Phases(), list[Event]()
    told: datetime | None = None
    last: datetime | None = None
    for event in sorted(events, key=lambda event: event.seq):
        day = london_midnight(london_date(event.at))
        if told is not None and day > told:
            tell_time(day)
        told = day if told is None else max(told, day)
        last = event.at if last is None else max(last, event.at)
        seen = _seen(event, world, phases)
        note(lambda run, seen=seen: run.see(seen))  # type: ignore[misc]
        if _opens(event, world):
            opened.append(event)
            phases = phases_of(opened)
    end = until or last
    if end is not None:
        tell_time(end)
    waiting = tuple(
        one
        for _, run in runs
        for trigger, engine in run.engines.items()
        if isinstance(engine, Automaton)
        for one in _waiting(trigger, engine.states)
    )
    return Simulated(
        events=len(events),
        until=end,
        fired=tuple(fired),
        passed_over=tuple(passed),
        waiting=tuple(sorted(waiting, key=lambda one: (one.until, one.owner, one.trigger, one.scope))),
        triggers=tuple((rules.owner, trigger.id) for rules in sets for trigger in rules.triggers),
    )


def _strangers(found: Recorded, hubs: Mapping[Guid, CommsHub]) -> Iterator[str]:
    """That events are about hubs which the estate does not have: rules know nothing of these."""
    lost = [
        (event.guid, line)
        for event, line in zip(found.events, found.lines, strict=True)
        if event.guid is not None and event.guid not in hubs
    ]
    if lost:
        guid, line = lost[0]
        many = f"{len(lost):,} events are of hubs" if len(lost) > 1 else "1 event is of a hub"
        yield f"{many} that the estate does not have; the first is `{format_guid(guid)}`, in line {line}"


def _seen(event: Event, world: World, phases: Phases) -> Seen:
    party = event.party
    private = party is not None and is_party(party)
    return Seen(
        seq=event.seq,
        id=str(event.seq),
        at=event.at,
        type=event.type,
        private=private,
        party=party if private else None,
        guid=event.guid,
        release=world.release_of(event),
        fields=event.fields,
        known=world.known(event.at, phases),
    )


def _opens(event: Event, world: World) -> bool:
    """Whether a phase of the release at hand is opened: one that there is."""
    known = event.fields.get("phase") in {phase.value for phase in Phase}
    return event.type == OPENED and known and world.release is not None and world.release_of(event) == world.release.id


def _waiting(trigger: CompiledTrigger, states: Mapping[str, State]) -> Iterator[Waiting]:
    for key, state in states.items():
        for one in state.opened:
            if not one.expired:
                yield Waiting(
                    owner=trigger.owner,
                    trigger=trigger.id,
                    scope=key,
                    step=one.step + 1,
                    since=one.path[-1].at,
                    until=one.until,
                )


def _release(path: Path, problems: Problems) -> FirmwareRelease | None:
    refuse_table(path, "a release")
    text = read_text(path)
    refuse_other_kind(text, path, "release")
    read = read_release(text, str(path), default_parameters())
    problems.add_placed(read.problems)
    if read.release is None and not read.problems:
        raise InputError(f"`{path}` is no release")
    return read.release
