"""Read all inputs of a run; tell all that is wrong with all of them, then stop, or go on.

Nothing here decides anything about a hub: documents are read by `chfw_core.documents` and
`chfw_core.rules`, tables by `chfw_files`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from chfw_app.inputs.arrow import ready_arrow
from chfw_app.inputs.flagging import Flagging, with_own_flags
from chfw_app.inputs.gathered import CarefulEstate, Gathered
from chfw_app.inputs.places import Named
from chfw_app.inputs.rule_files import read_rules
from chfw_app.inputs.swapped import refuse_other_kind, refuse_table
from chfw_app.inputs.texts import read_lines, read_text
from chfw_app.problems import Problems
from chfw_app.remarks.telling import not_checked, notes, remarks
from chfw_app.steps import Report
from chfw_core.diagnostics import Diagnostic
from chfw_core.documents.events import NO_JSON
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.parameters import Parameters
from chfw_core.model.periods import format_instant, parse_instant
from chfw_core.model.products import CentralProductsList
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.raised_flags import raised_flags
from chfw_core.rules.problems.problem import did_you_mean
from chfw_files.tables.quarantine import BadRow

if TYPE_CHECKING:
    from chfw_core.documents.bad_lines import BadLine
    from chfw_core.model.releases import FirmwareRelease
    from chfw_core.planning.trigger_records import TriggerRecords
    from chfw_core.rules.model import RuleSet
    from chfw_files.documents.attributes import Attributes
    from chfw_files.documents.estate import EstateFile
    from chfw_files.documents.instructions import InstructionsFile


@frozen(kw_only=True)
class InputPaths:
    """Where the inputs are, as the user named them."""

    estate: Path
    release: Path
    rules: tuple[Path, ...]
    as_of: str
    attributes: tuple[str, ...] = ()
    instructions: Path | None = None
    events: Path | None = None
    capacity: Path | None = None
    cpl: Path | None = None
    triggers: Path | None = None

    def named(self) -> tuple[Named, ...]:
        """Every file that is named, with the option that names it."""
        single = {
            "--estate": self.estate,
            "--release": self.release,
            "--instructions": self.instructions,
            "--events": self.events,
            "--capacity": self.capacity,
            "--cpl": self.cpl,
            "--triggers": self.triggers,
        }
        private = [("--attributes", Path(argument.partition("=")[2])) for argument in self.attributes]
        return (
            *((option, path) for option, path in single.items() if path is not None),
            *(("--rules", path) for path in self.rules),
            *private,
        )


@define(kw_only=True)
class _Found:
    """What has been read so far, and what was wrong with it."""

    problems: Problems = field(factory=Problems)
    notes: list[Diagnostic] = field(factory=list)
    bad_rows: list[BadRow] = field(factory=list)
    files: list[tuple[str, Path]] = field(factory=list)

    def set_aside(self, path: Path, lines: "Sequence[BadLine | BadRow]") -> None:
        """Rows of a file other than the estate."""
        self.bad_rows += [
            BadRow(line=line.line, guid_text=line.guid_text, column=line.column, reason=line.reason, file=path.name)
            for line in lines
        ]


def gather(
    paths: InputPaths,
    *,
    report: Report,
    set_aside_repeated: bool = True,
    beside: "Callable[[Sequence[RuleSet]], Sequence[Event]] | None" = None,
) -> Gathered:
    """Everything that a plan needs. Raises Failed with all problems of all inputs.

    `set_aside_repeated`: look for repeated GUIDs now. Who reads one hub only need not, nor who finds them itself.
    `beside`: events that are recorded elsewhere than in the file, for these rules.
    """
    ready_arrow()
    from chfw_core.documents.defaults import bank_holidays, default_parameters

    found = _Found()
    attempt = found.problems.attempt
    parameters = default_parameters()
    as_of = attempt(lambda: parse_instant(paths.as_of))
    report("reading", 0.0)
    estate = attempt(lambda: _estate(paths.estate, found, whole=set_aside_repeated))
    release = attempt(lambda: _release(paths.release, parameters, found))
    rulesets = _rules(paths.rules, found)
    events = attempt(lambda: _events(paths.events, found)) or ()
    capacity = attempt(lambda: _capacity(paths.capacity, found)) or {}
    cpl = attempt(lambda: _cpl(paths.cpl, found))
    private = _attributes(paths.attributes, found)
    recorded = attempt(lambda: _instructions(paths.instructions, found))
    records = attempt(lambda: _records(paths.triggers, found))
    if as_of is not None and release is not None and as_of < release.notified_at:
        _too_early(as_of, release, found)
    if estate is not None and private:
        attempt(lambda: _named_parties(estate, private, found))
    found.problems.stop_if_any()
    assert as_of is not None
    assert release is not None
    assert estate is not None
    inputs = PlanInputs(
        release=release,
        as_of=as_of,
        rulesets=_as_triggered(rulesets, records, recorded),
        events=events,
        capacity_overrides=capacity,
        cpl=cpl,
        parameters=parameters,
        holidays=bank_holidays(),
    )
    recorded_events = () if beside is None else tuple(beside(rulesets))
    later = 0 if recorded is None else recorded.received_after(inputs.as_of)
    raised = raised_flags((*events, *recorded_events), release=release.id, as_of=as_of)
    return Gathered(
        inputs=evolve(inputs, events=(*events, *numbered_after(events, recorded_events))),
        estate=CarefulEstate(estate, Flagging(raised=raised) if raised.is_public else None),
        recorded=recorded,
        private=private,
        own=with_own_flags(private, estate, raised),
        told=tuple(events),
        capacity=capacity,
        warnings=(*found.problems.placed, *found.notes),
        bad_rows=tuple(found.bad_rows),
        files=tuple(found.files),
        not_checked=not_checked(inputs, events=paths.events is not None, instructions=recorded is not None),
        findings=remarks(inputs, private, capacity=paths.capacity is not None),
        notes=(*_not_read(paths.instructions, recorded), *notes(inputs, private, later)),
    )


def numbered_after(events: Sequence[Event], more: Iterable[Event]) -> tuple[Event, ...]:
    """These events, numbered so that they stand behind the others."""
    last = max((event.seq for event in events), default=0)
    return tuple(evolve(event, seq=last + number) for number, event in enumerate(more, start=1))


def _estate(path: Path, found: _Found, *, whole: bool) -> "EstateFile":
    from chfw_files.documents.estate import open_estate

    estate = open_estate(path)
    found.files.append(("estate", path))
    if whole:
        estate.set_aside_repeated()
    return estate


def _release(path: Path, parameters: Parameters, found: _Found) -> "FirmwareRelease | None":
    from chfw_core.documents.release import read_release

    refuse_table(path, "a release")
    text = read_text(path)
    refuse_other_kind(text, path, "release")
    read = read_release(text, str(path), parameters)
    found.problems.add_placed(read.problems)
    found.files.append(("release", path))
    return read.release


def _too_early(as_of: datetime, release: "FirmwareRelease", found: _Found) -> None:
    """BR1.1: before its notice a release does not exist for anybody."""
    told = format_instant(release.notified_at)
    found.problems.add(
        f"--as-of {format_instant(as_of)} is before the release `{release.id}` was notified, at {told}",
        hint=f"nothing may be planned before the notice: give an instant from {told} on, or mend `notified_at`",
    )


def _rules(paths: tuple[Path, ...], found: _Found) -> "tuple[RuleSet, ...]":
    checked, files = read_rules(paths, found.problems)
    found.problems.add_placed(checked.problems)
    found.files += [("rules", path) for path in files]
    return checked.rulesets


def _events(path: Path | None, found: _Found) -> tuple[Event, ...]:
    from chfw_files.documents.events import read_events

    if path is None:
        return ()
    refuse_table(path, "a file of events")
    read = read_events(path)
    if not read.events and read.bad_lines and all(line.reason.startswith(NO_JSON) for line in read.bad_lines):
        raise InputError(
            f"no line of `{path}` is JSON, as an event is", hint='a line is such as {"seq": 1, "at": …, "type": …}'
        )
    found.notes += read.problems  # a bad line is set aside, never fatal to the others
    found.problems.add_placed(read.errors)  # unless it may stop the release
    found.set_aside(path, read.bad_lines)
    found.files.append(("events", path))
    return read.events


def _capacity(path: Path | None, found: _Found) -> Mapping[tuple[str, date], int]:
    from chfw_files.documents.capacity import read_capacity

    if path is None:
        return {}
    read = read_capacity(path)
    found.problems.add_placed(read.problems)
    found.files.append(("capacity", path))
    return read.overrides


def _cpl(path: Path | None, found: _Found) -> CentralProductsList | None:
    from chfw_files.documents.cpl import read_cpl

    if path is None:
        return None
    read = read_cpl(path)
    found.set_aside(path, read.bad_lines)
    found.files.append(("CPL", path))
    return read.cpl


def _instructions(path: Path | None, found: _Found) -> "InstructionsFile | None":
    from chfw_files.documents.instructions import read_instructions

    if path is None:
        return None
    recorded = read_instructions(path)
    found.set_aside(path, recorded.quarantine)
    found.files.append(("instructions", path))
    return recorded


def _not_read(path: Path | None, recorded: "InstructionsFile | None") -> Sequence[str]:
    """What of a file of instructions nobody reads; a name that is nearly a column's was refused."""
    return () if path is None or recorded is None else [f"`{path.name}`: {words}" for words in recorded.not_read]


def _records(path: Path | None, found: _Found) -> "TriggerRecords | None":
    from chfw_core.documents.trigger_records import read_trigger_records

    if path is None:
        return None
    records = read_trigger_records(read_lines(path), str(path))
    found.files.append(("triggers", path))
    return records


def _as_triggered(
    rulesets: "tuple[RuleSet, ...]", records: "TriggerRecords | None", recorded: "InstructionsFile | None"
) -> "tuple[RuleSet, ...]":
    """RU6: with what triggers wrote down, and the windows of what they instructed."""
    from chfw_core.planning.trigger_records import with_triggers
    from chfw_core.rules.triggered import is_of_trigger

    if records is None and (recorded is None or not any(map(is_of_trigger, recorded.rules()))):
        return rulesets
    return with_triggers(rulesets, records)


def _attributes(arguments: Sequence[str], found: _Found) -> "dict[str, Attributes]":
    """Each Supplier's own; a Supplier named twice is a slip."""
    private: dict[str, Attributes] = {}
    for argument in arguments:
        read = found.problems.attempt(partial(_attributes_of_one, argument, frozenset(private), found))
        if read is not None:
            private[read.party] = read
    return private


def _attributes_of_one(argument: str, others: frozenset[str], found: _Found) -> "Attributes":
    from chfw_files.documents.attributes import read_attributes, split_argument

    party, place = split_argument(argument)
    if party in others:
        raise InputError(f"--attributes names `{party}` twice", hint="one file for each Supplier")
    read = read_attributes(party, place)
    found.set_aside(Path(place), read.quarantine)
    found.files.append((f"attributes of {party}", Path(place)))
    return read


def _named_parties(estate: "EstateFile", parties: Iterable[str], found: _Found) -> None:
    """Private attributes of a Party that the estate does not name are a slip: nobody would read them."""
    named = estate.distinct_parties()
    for party in parties:
        if party not in named:
            hint = did_you_mean(party, named) or f"it names {', '.join(named[:12])}"
            found.problems.add(f"--attributes: the estate names no Supplier `{party}`", hint=hint)
