"""A plan of what the ledger holds now, and its publication (I6): rules' own instructions first, then the days.

What a rule instructed and instructs no more is taken back in the same transaction (`gone`): today's rules replace it.
So is said which hubs Suppliers' rules keep out of early dates (`kept_out`), and which they do so no more (RU8).

The planner sees the hubs that wait, the instructions that stand, the changes of Supplier and the protected periods
that are announced, the events that raise flags or end holds, the release as it was drafted and moved, and what each
CSP has been handed already, and whose the hubs are now. What rules ask of a hub beside that comes from an estate file.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from attrs import evolve, frozen
from sqlalchemy import Connection, func, select

from chfw_app.engines import Engine
from chfw_app.inputs.gathered import Gathered
from chfw_app.inputs.reading import InputPaths, gather
from chfw_app.planning import PlanOutputs, write_plan
from chfw_app.rollout.disturbances import Disturbances, disturbances
from chfw_app.rollout.gone import gone
from chfw_app.rollout.kept_out import kept_out
from chfw_app.rollout.loading import counts_of, handed_elsewhere
from chfw_app.rollout.overlaying import KnownHubs, Overlay, waiting_hubs
from chfw_app.rollout.recorded_events import recorded_events
from chfw_app.rollout.service import RollOutService, release_in
from chfw_app.steps import Report
from chfw_app.stores.tables import consent, hub_count
from chfw_app.triggers.showing import records
from chfw_core.consent.model import Instruction, InstructionAction, InstructionGroup
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, Party, SupplierRole
from chfw_core.model.periods import as_utc, format_instant
from chfw_core.model.releases import FirmwareRelease
from chfw_core.planning.model import HubStatus
from chfw_core.planning.trigger_records import TriggerRecords, with_triggers
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.handover.commands import PlannedClass, PublishPlan
from chfw_core.rollout.handover.events import DaysUnchanged, HubsPlanned
from chfw_core.rollout.instructing.commands import Instruct, SetExclusions, WithdrawInstructions
from chfw_core.rollout.phases import PHASES
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.states import WAITING, HubState
from chfw_core.rules.problems.problem import counted
from chfw_core.transport.receipts import Answer, Receipt
from chfw_files.documents.commands_in import read_instructions
from chfw_files.documents.schedule_in import read_schedule


@frozen(kw_only=True)
class PlanFiles:
    """What a plan needs beside the ledger."""

    estate: Path
    rules: tuple[Path, ...]
    attributes: tuple[str, ...] = ()
    events: Path | None = None
    cpl: Path | None = None


@frozen(kw_only=True)
class MadeNow:
    """Days for hubs, what rules instruct and instruct no more, which hubs they keep out, what is worth a look.

    `bad_rows`: what was set aside: rows, hubs without a day.
    """

    classes: tuple[PlannedClass, ...]
    instructions: tuple[Instruct, ...]
    gone: tuple[WithdrawInstructions, ...]
    excluded: tuple[SetExclusions, ...]
    findings: tuple[str, ...]
    bad_rows: tuple[str, ...]


def publication(
    service: RollOutService,
    release: str,
    by: str,
    key: str,
    own: Sequence[Instruct],
    classes: tuple[PlannedClass, ...],
    gone: Sequence[WithdrawInstructions] = (),
    excluded: Sequence[SetExclusions] = (),
) -> list[Answer]:
    """Records what rules instruct and publishes the days, in one transaction; each command's answer.

    `gone`: what rules instruct no more. `excluded`: which hubs they keep out of early dates now, and no more.
    """
    publish = PublishPlan(by=by, key=key, release=release, classes=classes)
    commands: list[AnyCommand] = [*gone, *excluded, *_new(service, release, own), publish]
    return list(map(Answer.of, commands, service.submit_all(commands)))


def keeping(service: RollOutService, release: str, receipts: Iterable[Receipt]) -> int:
    """How many hubs keep a day that was published before: what these receipts tell of gave none (I13)."""
    query = select(func.sum(hub_count.c.hubs)).where(
        hub_count.c.party == "",
        hub_count.c.release == release,
        hub_count.c.state == HubState.PLANNED.value,
        hub_count.c.day != "",
    )
    with service.store.read() as connection:
        with_day = int(connection.execute(query).scalar() or 0)
    named = 0
    for event in (event for receipt in receipts for event in receipt.events):
        match event:
            case HubsPlanned():
                named += len(event.guids)
            case DaysUnchanged():
                named += event.hubs
    return max(with_day - named, 0)


def own_instructions(path: Path, release: str, key: str) -> tuple[Instruct, ...]:
    """What rules instructed, from the file that a plan wrote. Raises InputError for what is no such file."""
    read = read_instructions(path, release, f"{key}/rules", None)
    if read.set_aside:
        raise InputError(f"`{path}`: {read.set_aside[0]}", hint="give the file that `--instructions-out` wrote")
    found = tuple(one for one in read.commands if isinstance(one, Instruct))
    explicit = next((one for one in found if one.rule is None), None)
    if explicit is not None or len(found) < len(read.commands):
        raise InputError(
            f"`{path}` has instructions that no rule gave", hint="Suppliers give those: `chfw rollout instruct`"
        )
    return found


def plan_now(
    service: RollOutService, release: str, files: PlanFiles, key: str, report: Report, *, retry: bool = False
) -> MadeNow:
    """Makes a plan as of the service's clock. `retry`: failed hubs get another day.

    Raises InputError and Failed for inputs that cannot be used.
    """
    at = as_utc(service.clock())
    with tempfile.TemporaryDirectory(prefix="chfw-") as name, service.store.read() as connection:
        folder, record = Path(name), release_in(connection, release)
        states = (*WAITING, HubState.FAILED) if retry else WAITING
        waiting = waiting_hubs(connection, release, states)
        if not waiting:
            raise InputError(f"no hub of `{release}` waits for a day", hint=_where_they_are(connection, release))
        bad_rows, told = _write_estate(files.estate, folder / "estate.parquet", waiting)
        _write_consents(connection, release, folder / "recorded.parquet")
        (folder / "release.yaml").write_text(_stand_in(firmware_of(record)), encoding="utf-8")
        gathered = gather(
            InputPaths(
                estate=folder / "estate.parquet",
                release=folder / "release.yaml",
                rules=files.rules,
                as_of=format_instant(at),
                attributes=files.attributes,
                instructions=folder / "recorded.parquet",
                events=files.events,
                cpl=files.cpl,
            ),
            report=report,
            beside=partial(recorded_events, connection),
        )
        gathered = _as_the_ledger_has_it(gathered, record, handed_elsewhere(connection, release))
        gathered = _with_disturbances(gathered, disturbances(connection, release))
        gathered = _with_triggers(gathered, records(connection, at, release))
        outputs = PlanOutputs(schedule=folder / "plan.parquet", instructions=folder / "own.parquet")
        done = write_plan(gathered, outputs, engine=Engine.COLUMNAR, report=report)
        bad_rows += tuple(f"{row.file}: line {row.line}: {row.reason}" for row in gathered.bad_rows)
        infeasible = done.summary.by_outcome.get((HubStatus.INFEASIBLE, None), 0)
        if infeasible:
            bad_rows += (
                f"{counted(infeasible, 'hub')} {'has' if infeasible == 1 else 'have'} no day that keeps to all limits",
            )
        own = own_instructions(folder / "own.parquet", release, key)
        return MadeNow(
            classes=read_schedule(folder / "plan.parquet"),
            instructions=own,
            excluded=kept_out(connection, release, folder / "plan.parquet", gathered.inputs.rulesets, key),
            gone=gone(connection, release, folder / "plan.parquet", own, gathered.inputs.rulesets, key),
            findings=(*told, *(finding.message for finding in done.worth_a_look)),
            bad_rows=bad_rows,
        )


def _as_the_ledger_has_it(
    gathered: Gathered, record: ReleaseRecord, elsewhere: Mapping[tuple[str, date], int]
) -> Gathered:
    """The inputs with the release, the phase and the places that are left as the ledger has them (G5, I5)."""
    firmware, inputs = firmware_of(record), gathered.inputs
    limits = dict(record.capacity)
    taken = {key: pool.handed for key, pool in record.pools.items()}
    for key, hubs in elsewhere.items():
        taken[key] = taken.get(key, 0) + hubs
    for (region, day), hubs in taken.items():
        limit = limits.get((region, day), None if firmware.capacity is None else firmware.capacity.get(region))
        if limit is not None:
            limits[region, day] = max(limit - hubs, 0)
    events = inputs.events
    if record.stage in PHASES and record.stage_since is not None:
        last = max((event.seq for event in events), default=0)
        opened = Event(
            seq=last + 1,
            at=record.stage_since,
            type="phase_opened",
            party=Party(DCC),
            fields={"phase": PHASES[record.stage].value},
        )
        events = (*events, opened)
    return evolve(gathered, inputs=evolve(inputs, release=firmware, capacity_overrides=limits, events=events))


def _with_disturbances(gathered: Gathered, found: Disturbances) -> Gathered:
    """CS3, CS4: what the ledger knows of single hubs, beside what the events of a file say."""
    inputs = gathered.inputs
    last = max((event.seq for event in inputs.events), default=0)
    events = tuple(
        Event(seq=last + number, at=inputs.as_of, type="change_of_supplier_started", guid=guid, fields=fields)
        for number, (guid, fields) in enumerate(found.changes, start=1)
    )
    return evolve(gathered, inputs=evolve(inputs, events=(*inputs.events, *events), protected=found.protected))


def _with_triggers(gathered: Gathered, known: TriggerRecords) -> Gathered:
    """RU6: what triggers hold and have instructed, under the rules of today's files."""
    rulesets = with_triggers(gathered.inputs.rulesets, known)
    return evolve(gathered, inputs=evolve(gathered.inputs, rulesets=rulesets))


def _where_they_are(connection: Connection, release: str) -> str:
    counts = counts_of(connection, release)
    there = ", ".join(f"{hubs:,} {state.value.replace('_', ' ')}" for state, hubs in counts.items())
    return f"there is nothing to plan: its hubs are {there}" if there else "it has no hubs"


def _write_estate(estate: Path, target: Path, waiting: KnownHubs) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rows of the hubs that wait, as the ledger has them; the rows of the file that cannot be read, and a remark.

    The remark says of how many hubs the file says otherwise.
    """
    from chfw_files.documents.estate import open_estate
    from chfw_files.tables.writing import write_table

    found, overlay = open_estate(estate), Overlay(known=waiting)
    found.set_aside_repeated()
    batches = [overlay.over(batch) for batch in found.batches_of(waiting.listed())]
    if not sum(batch.num_rows for batch in batches):
        raise InputError(f"no hub of `{estate}` waits for a day in this release", hint="there is nothing to plan")
    write_table(target, batches[0].schema, batches)
    return tuple(f"line {row.line}: {row.reason}" for row in found.quarantine), overlay.words(estate)


def _write_consents(connection: Connection, release: str, target: Path) -> None:
    """The instructions that stand, and withdrawals, as a file of instructions."""
    from chfw_files.documents.instructions import as_batch, write_instructions

    query = select(consent).where(consent.c.release == release).order_by(consent.c.guid, consent.c.party)
    rows = (
        Instruction(
            guid=Guid(row.guid),
            party=Party(row.party),
            role=SupplierRole(row.role),
            opens=row.opens,
            closes=row.closes,
            received_at=row.received_at,
            action=InstructionAction.WITHDRAW if row.opens is None else InstructionAction.INSTRUCT,
            group=None if row.group is None else InstructionGroup(row.group),
            rule=row.rule,
            window=row.hours,
        )
        for row in connection.execute(query)
    )
    batch = as_batch(rows)
    write_instructions(target, [batch], batch.schema)


def _stand_in(firmware: FirmwareRelease) -> str:
    """A release file for the readers of inputs; the release itself takes its place."""
    return json.dumps(
        {
            "release": "v1",
            "id": firmware.id,
            "device_models": list(firmware.device_models),
            "firmware_version": firmware.firmware_version,
            "notified_at": format_instant(firmware.notified_at),
        }
    )


def _new(service: RollOutService, release: str, own: Sequence[Instruct]) -> list[Instruct]:
    """Of what rules instruct, what does not stand already just so."""
    found = []
    with service.store.read() as connection:
        for one in own:
            query = select(consent.c.guid).where(
                consent.c.release == release,
                consent.c.party == one.by,
                consent.c.opens == one.opens,
                consent.c.closes == one.closes,
                consent.c.rule == one.rule,
                consent.c.hours.is_not_distinct_from(one.window),
            )
            left = one.guids - GuidList(Guid(guid) for guid in connection.execute(query).scalars())
            if left:
                found.append(evolve(one, guids=left))
    return found
