"""Files in, commands out: instructions, outcomes, inventories, lists of hubs and schedules (TR4).

Rows that are alike in all but the hub become one command. Each bears a key made of the file's content, so that
the same file sent again is answered and not carried out again (I9).
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from chfw_app.rollout.grouping import alike
from chfw_core.consent.model import ActivationBasis, InstructionAction, InstructionGroup
from chfw_core.errors import InputError
from chfw_core.model.guid import parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import SupplierRole
from chfw_core.planning.model import HubStatus
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.handover.commands import PlannedClass
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.outcomes.commands import ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import RecordPilotProgress


@frozen(kw_only=True)
class ReadCommands:
    """The commands of a file in its order, and the rows that could not be read, with line and reason."""

    commands: tuple[AnyCommand, ...]
    bad_rows: tuple[str, ...] = ()


def key_of(path: Path) -> str:
    """What the content of a file is known by: the same content, the same key. Raises InputError."""
    try:
        with path.open("rb") as file:
            return "file/" + hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except OSError as failure:
        why = (failure.strerror or str(failure)).lower()
        raise InputError(f"cannot read `{path}`: {why}") from failure


def read_instructions(path: Path, release: str, key: str, party: str | None) -> ReadCommands:
    """BR3.1, BR3.7, and withdrawals. `party`: whose rows are taken; a row of another is an error of the file.

    `received_at` is not read: an instruction is received when the ledger has it.
    """
    table, bad = _rows(path, "instructions")
    named = sorted(set(table.column("party").to_pylist()))
    others = [one for one in named if party is not None and one != party]
    if others:
        raise InputError(f"`{path}` has instructions of `{others[0]}`", hint=f"send the rows of `{party}` alone")
    found: list[AnyCommand] = []
    columns = ("party", "role", "action", "opens", "closes", "group", "rule")
    for values, guids in alike(table, columns):
        row: dict[str, Any] = dict(zip(columns, values, strict=True))
        said = {"by": row["party"], "key": f"{key}/{len(found)}", "release": release, "guids": guids}
        role = SupplierRole(row["role"])
        if row["action"] == InstructionAction.WITHDRAW.value:
            found.append(WithdrawInstructions(role=role, **said))
            continue
        group = None if row["group"] is None else InstructionGroup(row["group"])
        found.append(
            Instruct(role=role, opens=row["opens"], closes=row["closes"], group=group, rule=row["rule"], **said)
        )
    return ReadCommands(commands=tuple(found), bad_rows=tuple(bad))


def read_outcomes(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """CS2: what a CSP reports."""
    table, bad = _rows(path, "outcomes")
    found: list[AnyCommand] = []
    columns = ("outcome", "occurred_at", "firmware_version", "reason")
    for values, guids in alike(table, columns):
        row: dict[str, Any] = dict(zip(columns, values, strict=True))
        found.append(
            ReportOutcomes(
                by=by,
                key=f"{key}/{len(found)}",
                release=release,
                outcome=OutcomeKind(row["outcome"]),
                occurred_at=row["occurred_at"],
                firmware_version=row["firmware_version"],
                reason=row["reason"] or "",
                guids=guids,
            )
        )
    return ReadCommands(commands=tuple(found), bad_rows=tuple(bad))


def read_progress(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """BR2.4: how the pilot went, per device."""
    table, bad = _rows(path, "pilot_progress")
    found = [
        RecordPilotProgress(
            by=by,
            key=f"{key}/{number}",
            release=release,
            succeeded=result == "success",
            reason=str(reason or ""),
            commentary=str(commentary or ""),
            guids=guids,
        )
        for number, ((result, reason, commentary), guids) in enumerate(alike(table, ("result", "reason", "commentary")))
    ]
    return ReadCommands(commands=tuple(found), bad_rows=tuple(bad))


def read_inventory(path: Path, releases: Sequence[tuple[str, GuidList]], key: str, by: str) -> ReadCommands:
    """BR5.6, BR5.7: what the SMI shows; to each release what concerns the hubs that it has."""
    table, bad = _rows(path, "inventory")
    found: list[AnyCommand] = []
    rows = list(alike(table, ("firmware_version", "configuration_set", "observed_at")))
    for release, has in releases:
        for (version, configuration, observed_at), guids in rows:
            concerned = guids & has
            if concerned:
                found.append(
                    ObserveVersions(
                        by=by,
                        key=f"{key}/{release}/{len(found)}",
                        release=release,
                        firmware_version=str(version),
                        configuration_set=None if configuration is None else str(configuration),
                        observed_at=_instant(observed_at),
                        guids=concerned,
                    )
                )
    return ReadCommands(commands=tuple(found), bad_rows=tuple(bad))


def _instant(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value


def inventory_guids(path: Path) -> GuidList:
    """The hubs that an inventory names."""
    table, _ = _rows(path, "inventory")
    return _guids(table)


def read_hubs(path: Path | None, named: Iterable[str]) -> tuple[GuidList, tuple[str, ...]]:
    """Hubs from a table with a column `guid`, and those named one by one; rows that cannot be read.

    Raises InputError for a GUID that is none.
    """
    listed = GuidList(parse_guid(text) for text in named)
    if path is None:
        return listed, ()
    table, bad = _rows(path, "hubs")
    return _guids(table) | listed, tuple(bad)


def read_schedule(path: Path) -> tuple[PlannedClass, ...]:
    """The planned rows of a schedule. Raises InputError for what is no schedule."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from chfw_files.schedule import SCHEDULE_SCHEMA, open_schedule

    batches = list(open_schedule(path).batches())
    table = pa.Table.from_batches(batches, schema=SCHEDULE_SCHEMA) if batches else SCHEDULE_SCHEMA.empty_table()
    planned = table.filter(pc.equal(table.column("status").cast(pa.string()), HubStatus.PLANNED.value))
    return planned_classes(planned)


def planned_classes(planned: Any) -> tuple[PlannedClass, ...]:
    """Rows of a schedule, all of them planned, that are alike in all but the hub."""
    found = []
    for values, guids in alike(planned, ("window_opens", "window_closes", "day", "basis", "batch_id", "reason")):
        opens, closes, day, basis, batch, reason = values
        assert isinstance(day, date)
        found.append(
            PlannedClass(
                window_opens=_instant(opens),
                window_closes=_instant(closes),
                day=day,
                basis=ActivationBasis(str(basis)),
                batch_id=None if batch is None else str(batch),
                reason=str(reason or ""),
                guids=guids,
            )
        )
    return tuple(found)


def _rows(path: Path, kind: str) -> tuple[Any, list[str]]:
    from chfw_files.lists import ListKind, read_list

    read = read_list(ListKind(kind), path)
    return read.table, [f"line {row.line}: {row.reason}" for row in read.quarantine]


def _guids(table: Any) -> GuidList:
    return GuidList(table.column("guid").to_numpy().tolist())
