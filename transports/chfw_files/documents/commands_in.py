"""Files in, commands out: instructions, outcomes, inventories, changes of Supplier, lists of hubs (TR4).

Rows that are alike in all but the hub become one command. Each bears a key made of the file's content, so that
the same file sent again is answered and not carried out again (I9).
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from attrs import define, evolve, field, frozen

from chfw_core.consent.model import InstructionAction, InstructionGroup
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.guid import format_guid, parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.instant_list import InstantList
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.outcomes.commands import ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import RecordPilotProgress, SubmitPilotList
from chfw_core.rollout.suppliers.commands import (
    AnnounceSupplierChange,
    CancelSupplierChange,
    ChangeStep,
    CompleteSupplierChange,
)
from chfw_files.documents.alike import Places, alike_in_places, each_hub_once
from chfw_files.documents.contradictions import contradicting
from chfw_files.documents.lists import ListKind, read_instructions_of_one, read_list
from chfw_files.documents.not_read import not_read
from chfw_files.tables.quarantine import BadRow
from chfw_files.tables.typed import TypedTable
from chfw_files.texts import opened

_Alike = tuple[dict[str, Any], GuidList, Places]
"""Rows that are alike: their values by column, their hubs, and where they stand."""


@frozen(kw_only=True, eq=False)
class ReadCommands:
    """The commands of a file in its order, each with the places of its hubs' rows, and the rows set aside.

    `row_count`: all rows of the file. `events`: where it is a file of events, with the place of each. `remarks`: what
    of the file was not read.
    """

    commands: tuple[AnyCommand, ...] = ()
    places: tuple[Places, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    row_count: int = 0
    events: tuple[Event, ...] = ()
    event_rows: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def set_aside(self) -> tuple[str, ...]:
        """The rows set aside, for people: line and reason."""
        return tuple(said(row) for row in self.bad_rows)


def said(row: BadRow) -> str:
    """A row that was set aside, for people."""
    return f"line {row.line}: {row.reason}"


@define(kw_only=True)
class _Reading:
    """A file as it becomes commands."""

    release: str
    key: str
    by: str
    table: Any
    bad: list[BadRow]
    row_count: int
    remarks: tuple[str, ...] = ()
    found: list[AnyCommand] = field(factory=list)
    places: list[Places] = field(factory=list)

    def add(self, kind: Callable[..., AnyCommand], guids: GuidList, places: Places, **fields: Any) -> None:
        """One command more, by the file's sender unless `fields` say by whom."""
        said = {"by": self.by, "key": f"{self.key}/{len(self.found)}", "release": self.release, **fields}
        self.found.append(kind(guids=guids, **said))
        self.places.append(places)

    def set_aside(self, places: Places, column: str, reason: str) -> None:
        """These rows are no good."""
        for guid, row in zip(places.guids.tolist(), places.rows.tolist(), strict=True):
            self.bad.append(BadRow(line=row, guid_text=format_guid(guid), column=column, reason=reason))

    def done(self) -> ReadCommands:
        """What came of it."""
        return ReadCommands(
            commands=tuple(self.found),
            places=tuple(self.places),
            bad_rows=tuple(sorted(self.bad)),
            row_count=self.row_count,
            remarks=self.remarks,
        )


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file's content, in hex. Raises InputError."""
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def key_of(path: Path, kind: str, release: str = "") -> str:
    """What a file is known by: the same content, sent as the same kind for the same release, has the same key.

    Raises InputError.
    """
    return key_of_digest(digest_of_file(path), kind, release)


def key_of_digest(digest: str, kind: str, release: str = "") -> str:
    """The same for content whose SHA-256 is known."""
    return f"file/{digest[:32]}/{kind}" + (f"/{release}" if release else "")


def read_instructions(path: Path, release: str, key: str, party: str | None) -> ReadCommands:
    """BR3.1, BR3.7, and withdrawals. `party`: whose rows are taken; a row of another is an error of the file.

    `received_at` is not read: an instruction is received when the ledger has it.
    """
    reading = _opened(read_list(ListKind.INSTRUCTIONS, path), release, key, party or "")
    named = sorted(set(reading.table.column("party").to_pylist()))
    others = [one for one in named if party is not None and one != party]
    if others:
        raise InputError(f"`{path}` has instructions of `{others[0]}`", hint=f"send the rows of `{party}` alone")
    return _instructions(reading)


def read_handed_in_instructions(path: Path, release: str, key: str, party: str) -> ReadCommands:
    """The same where it is known who has handed the file in: rows of others are set aside."""
    return _instructions(_opened(read_instructions_of_one(path), release, key, party))


def _instructions(reading: _Reading) -> ReadCommands:
    columns = ("party", "role", "action", "opens", "closes", "group", "rule", "window")
    groups = [(dict(zip(columns, one[0], strict=True)), *one[1:]) for one in alike_in_places(reading.table, columns)]
    about = [(row["party"] or reading.by, row["role"]) for row, _, _ in groups]
    saying = [_meaning(row) for row, _, _ in groups]
    for row, guids, places in _without_contradictions(reading, groups, about, saying, "of the same hub and role"):
        party = row["party"] or reading.by
        if reading.by and party != reading.by:
            reading.set_aside(places, "party", f"the row is of another Party than `{reading.by}`, who has sent it")
            continue
        role = SupplierRole(row["role"])
        if row["action"] == InstructionAction.WITHDRAW.value:
            reading.add(WithdrawInstructions, guids, places, by=party, role=role, rule=row["rule"])
            continue
        group = None if row["group"] is None else InstructionGroup(row["group"])
        period = {"opens": row["opens"], "closes": row["closes"], "window": row["window"]}
        reading.add(Instruct, guids, places, by=party, role=role, group=group, rule=row["rule"], **period)
    return reading.done()


def _without_contradictions(
    reading: _Reading, groups: Sequence[_Alike], about: Sequence[Hashable], saying: Sequence[Hashable], of: str
) -> Iterator[_Alike]:
    """The groups without the rows that are `saying` different things `about` one: those are set aside, all of them."""
    found = contradicting([places for _, _, places in groups], about, saying)
    for at, (row, guids, places) in enumerate(groups):
        others = found.get(at, {})
        apart = np.isin(places.rows, np.array(list(others), dtype=np.int64))
        for guid, line in zip(places.guids[apart].tolist(), places.rows[apart].tolist(), strict=True):
            reason = f"line {others[line]} says otherwise {of}"
            reading.bad.append(BadRow(line=line, guid_text=format_guid(guid), column="", reason=reason))
        if not others:
            yield row, guids, places
        elif not apart.all():
            kept = Places(guids=places.guids[~apart], rows=places.rows[~apart])
            yield row, GuidList(kept.guids.tolist()), kept


def _meaning(row: Mapping[str, Any]) -> tuple[object, ...]:
    """What a row says of its hub and role: a withdrawal has no period."""
    if row["action"] == InstructionAction.WITHDRAW.value:
        return row["action"], row["rule"]
    said = (row["opens"], row["closes"], row["group"], row["rule"], row["window"])
    return InstructionAction.INSTRUCT.value, *said


def read_withdrawals(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """Instructions that a Supplier takes back: a hub and a role in each row."""
    reading = _opened(read_list(ListKind.WITHDRAWALS, path), release, key, by)
    for (role,), guids, places in alike_in_places(reading.table, ("role",)):
        reading.add(WithdrawInstructions, guids, places, role=SupplierRole(str(role)))
    return reading.done()


def read_pilot_list(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """BR2.3: a Supplier's pilot hubs, in place of those it gave before; a file without rows is an answer too."""
    # Any table of hubs will do, such as an estate's: other columns are none of a pilot's business.
    reading = _opened(evolve(read_list(ListKind.HUBS, path), others=()), release, key, by)
    found = list(alike_in_places(reading.table, ()))
    for _, guids, places in found:
        reading.add(SubmitPilotList, guids, places)
    if not found and not reading.bad:
        empty = reading.table
        none = Places(guids=empty.column("guid").to_numpy(), rows=empty.column("row").to_numpy())
        reading.add(SubmitPilotList, GuidList(), none)
    return reading.done()


def read_progress(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """BR2.4: how the pilot went, per device. Where two rows of a device differ, nobody can tell which stands."""
    reading = _opened(read_list(ListKind.PILOT_PROGRESS, path), release, key, by)
    columns = ("result", "reason", "commentary")
    groups = [(dict(zip(columns, one[0], strict=True)), *one[1:]) for one in alike_in_places(reading.table, columns)]
    saying = [tuple(row.values()) for row, _, _ in groups]
    for row, guids, places in _without_contradictions(
        reading, groups, [()] * len(groups), saying, "of the same device"
    ):
        reading.add(
            RecordPilotProgress,
            guids,
            places,
            succeeded=row["result"] == "success",
            reason=row["reason"] or "",
            commentary=row["commentary"] or "",
        )
    return reading.done()


def read_outcomes(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """CS2: what a CSP reports, each hub at its own time; what it says of one hub in several rows, in their order."""
    reading = _opened(read_list(ListKind.OUTCOMES, path), release, key, by)
    columns = ("outcome", "firmware_version", "reason")
    for table in each_hub_once(reading.table):
        occurred = table.column("occurred_at").to_numpy().astype("datetime64[us]").astype(np.int64)
        rows = table.column("row").to_numpy()
        for (outcome, version, reason), guids, places in alike_in_places(table, columns):
            when = occurred[np.searchsorted(rows, places.rows)][np.argsort(places.guids)]
            times = InstantList.of_microseconds(when.tolist())
            said: dict[str, Any] = {"occurred_at": times.earliest()}
            if times.earliest() != times.latest():
                said |= {"times": times, "key": f"{key}/times/{len(reading.found)}"}
            reading.add(
                ReportOutcomes,
                guids,
                places,
                outcome=OutcomeKind(str(outcome)),
                firmware_version=None if version is None else str(version),
                reason=str(reason or ""),
                **said,
            )
    return reading.done()


def read_inventory(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """BR5.6, BR5.7: what the SMI shows. `release`: most often EVERY_RELEASE."""
    reading = _opened(read_list(ListKind.INVENTORY, path), release, key, by)
    for values, guids, places in alike_in_places(
        reading.table, ("firmware_version", "configuration_set", "observed_at")
    ):
        version, configuration, observed_at = values
        reading.add(
            ObserveVersions,
            guids,
            places,
            firmware_version=str(version),
            configuration_set=None if configuration is None else str(configuration),
            observed_at=instant(observed_at),
        )
    return reading.done()


def read_supplier_changes(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """CS3: what the registration systems say. `release`: most often EVERY_RELEASE."""
    reading = _opened(read_list(ListKind.SUPPLIER_CHANGES, path), release, key, by)
    columns = ("step", "role", "leaves", "joins", "vacant", "effective")
    for values, guids, places in alike_in_places(reading.table, columns):
        row: dict[str, Any] = dict(zip(columns, values, strict=True))
        said: dict[str, Any] = {"role": SupplierRole(row["role"]), "effective": row["effective"]}
        step = ChangeStep(row["step"])
        if step is ChangeStep.CANCELLED:
            reading.add(CancelSupplierChange, guids, places, **said)
            continue
        for name in ("leaves", "joins"):
            said[name] = None if row[name] is None else Party(row[name])
        kind = AnnounceSupplierChange if step is ChangeStep.ANNOUNCED else CompleteSupplierChange
        reading.add(kind, guids, places, **said)
    return reading.done()


def read_hubs(path: Path | None, named: Iterable[str]) -> tuple[GuidList, tuple[str, ...]]:
    """Hubs from a table with a column `guid`, and those named one by one; rows that cannot be read.

    Raises InputError for a GUID that is none.
    """
    listed = GuidList(parse_guid(text) for text in named)
    if path is None:
        return listed, ()
    read = read_list(ListKind.HUBS, path)
    guids = GuidList(read.table.column("guid").to_numpy().tolist())
    return guids | listed, tuple(map(said, read.quarantine))


def instant(value: object) -> datetime:
    """A value of a column of instants."""
    assert isinstance(value, datetime)
    return value


def _opened(read: TypedTable, release: str, key: str, by: str) -> _Reading:
    bad = list(read.quarantine)
    rows = read.table.num_rows + len(bad)
    return _Reading(release=release, key=key, by=by, table=read.table, bad=bad, row_count=rows, remarks=not_read(read))
