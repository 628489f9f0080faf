"""The parties' end of drop folders: writes files as they would, and reads what they find."""

import csv
import json
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pyarrow as pa
from attrs import define, field

from chfw_core.documents.events import write_event
from chfw_core.documents.rollout_commands import write_command
from chfw_core.documents.rollout_messages import read_message
from chfw_core.messages import MESSAGES, Message
from chfw_core.model.events import Event
from chfw_core.model.guid import format_guid, parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.later_fields import later_fields
from chfw_core.model.periods import format_instant
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.outcomes.commands import ObserveVersions, ReportOutcomes
from chfw_core.rollout.pilot.commands import RecordPilotProgress, SubmitPilotList
from chfw_core.rollout.suppliers.commands import (
    AnnounceSupplierChange,
    CancelSupplierChange,
    CompleteSupplierChange,
)
from chfw_core.testing.transports.ends import Said
from chfw_core.transport.port import Transport
from chfw_files.documents.commands_in import digest_of_file
from chfw_files.drop.layout import MANIFEST, folder_of
from chfw_files.drop.places import place_at
from chfw_files.drop.transport import DropFolders
from chfw_files.tables.small_tables import read_small_table
from chfw_files.tables.writing import write_table

_MESSAGES = {kind.__name__: kind for kind in MESSAGES}
_STEPS = {
    AnnounceSupplierChange: "announced",
    CancelSupplierChange: "cancelled",
    CompleteSupplierChange: "completed",
}


@define(kw_only=True)
class FileEnd:
    """Folders below `root`, seen from outside. `address`: where our end finds them. `given`: the form of lists."""

    root: Path
    address: str
    given: str = "csv"
    sent: str = "csv"
    transport: Transport = field(init=False)
    count: int = 0
    handed_in: list[tuple[str, str, str]] = field(factory=list)
    """By whom, under which name, and the beginning of the content's SHA-256."""
    said: dict[tuple[str, ...], str] = field(factory=dict)
    """What was said in rows, and under which key: the same rows under another key need a manifest that says so."""

    def __attrs_post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The same folders, and nothing else that was known."""
        self.transport = DropFolders(
            place=place_at(self.address), extension=self.sent, settle=0.0, only=("BIRCH", "CEDAR")
        )
        self.transport.only = ()

    def put(self, command: AnyCommand) -> None:
        """A list where it is one, else a line of commands."""
        kind, rows = as_rows(command)
        self.count += 1
        said = (command.by, kind, command.release, repr(rows))
        meant_anew = rows != [] and self.said.setdefault(said, command.key) != command.key
        of_release = kind not in ("inventory", "supplier-changes", "commands")
        folder = f"{folder_of(command.release)}/" if of_release else ""
        if not rows and kind == "commands":
            content = write_command(command)
            line = {name: value for name, value in content.items() if name not in ("by", "key", "v")}
            self._drop(command.by, f"{folder}commands-{self.count:03}.jsonl", json.dumps(line) + "\n")
            return
        name = f"{folder}{kind}-{self.count:03}.{self.given}"
        if meant_anew:
            manifest = self._path(command.by, name + MANIFEST)
            manifest.parent.mkdir(parents=True, exist_ok=True)
            manifest.write_text(json.dumps({"manifest": "v1", "key": command.key}), encoding="utf-8")
        if self.given == "csv":
            self._drop(command.by, name, _csv(rows))
            return
        target = self._path(command.by, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        columns = list(rows[0]) if rows else ["guid"]
        schema = pa.schema([(column, pa.string()) for column in columns])
        write_table(target, schema, [pa.RecordBatch.from_pylist([dict(row) for row in rows], schema)])
        self.handed_in.append((command.by, name, digest_of_file(target)[:8]))

    def put_events(self, party: str, events: Sequence[Event]) -> None:
        """A line for each."""
        self.count += 1
        self._drop(party, f"events-{self.count:03}.jsonl", "".join(f"{write_event(one)}\n" for one in events))

    def put_rules(self, party: str, name: str, text: str) -> None:
        """As it is."""
        self._drop(party, name, text)

    def put_unreadable(self, party: str) -> bool:
        """A table without any of its columns."""
        self.count += 1
        self._drop(party, f"CH-2031-04/instructions-{self.count:03}.csv", "a,b\n1,2\n")
        return True

    def answers(self, party: str) -> Sequence[Said]:
        """As the receipts say."""
        return [said_in(self.receipt(party, name, sha)) for by, name, sha in self.handed_in if by == party]

    def receipt(self, party: str, name: str, sha256: str) -> dict[str, Any]:
        """The one receipt of a file that was handed in."""
        folder = self.root / folder_of(party) / "receipts"
        (found,) = folder.glob(f"{name}.{sha256}-*.receipt.json")
        content: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
        back = content["rows_back"]
        if back is not None:
            assert digest_of_file(found.parent / back["file"]) == back["sha256"]
        return content

    def got(self, party: str) -> Sequence[tuple[str, Message]]:
        """Each message by its manifest, which has to be right."""
        folder = self.root / folder_of(party) / "out"
        return [read_back(path) for path in sorted(folder.glob(f"*{MANIFEST}"))] if folder.exists() else []

    def _path(self, party: str, name: str) -> Path:
        return self.root / folder_of(party) / "in" / name

    def _drop(self, party: str, name: str, text: str) -> None:
        target = self._path(party, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
        self.handed_in.append((party, name, digest_of_file(target)[:8]))


@define(kw_only=True)
class UrlEnd(FileEnd):
    """The same where the folders are not on a disk: `root` mirrors them."""

    def put(self, command: AnyCommand) -> None:
        """What is new here goes there."""
        FileEnd.put(self, command)
        self._upload()

    def put_events(self, party: str, events: Sequence[Event]) -> None:
        """The same."""
        FileEnd.put_events(self, party, events)
        self._upload()

    def put_rules(self, party: str, name: str, text: str) -> None:
        """The same."""
        FileEnd.put_rules(self, party, name, text)
        self._upload()

    def put_unreadable(self, party: str) -> bool:
        """The same."""
        FileEnd.put_unreadable(self, party)
        self._upload()
        return True

    def answers(self, party: str) -> Sequence[Said]:
        """What is there now."""
        self._download(party)
        return FileEnd.answers(self, party)

    def got(self, party: str) -> Sequence[tuple[str, Message]]:
        """The same."""
        self._download(party)
        return FileEnd.got(self, party)

    def _upload(self) -> None:
        place = place_at(self.address)
        for path in sorted(self.root.rglob("in/**/*"), reverse=True):  # a manifest before its file
            if path.is_file():
                place.put(path, path.relative_to(self.root).as_posix())
                path.unlink()

    def _download(self, party: str) -> None:
        place = place_at(self.address)
        for folder in ("out", "receipts"):
            for found in place.files(f"{folder_of(party)}/{folder}"):
                target = self.root / found.path
                target.parent.mkdir(parents=True, exist_ok=True)
                place.fetch(found.path, target)


def as_rows(command: AnyCommand) -> tuple[str, list[dict[str, str | None]]]:
    """The kind of list that a command is, and its rows; `commands` without rows where it is none."""
    guids = getattr(command, "guids", GuidList())
    match command:
        case Instruct():
            row: dict[str, Any] = {"role": command.role, "opens": command.opens, "closes": command.closes}
            kind, row = "instructions", {**row, "group": command.group, "rule": command.rule, "window": command.window}
        case WithdrawInstructions():
            kind, row = "withdrawals", {"role": command.role}
        case SubmitPilotList():
            kind, row = "pilot-list", {}
        case RecordPilotProgress():
            row = {"result": "success" if command.succeeded else "failure", "reason": command.reason}
            kind, row = "pilot-progress", {**row, "commentary": command.commentary}
        case ReportOutcomes():
            row = {"outcome": command.outcome, "occurred_at": command.occurred_at, "reason": command.reason or None}
            kind, row = "outcomes", {**row, "firmware_version": command.firmware_version}
        case ObserveVersions():
            row = {"firmware_version": command.firmware_version, "observed_at": command.observed_at}
            kind, row = "inventory", {**row, "configuration_set": command.configuration_set}
        case AnnounceSupplierChange() | CompleteSupplierChange():
            row = {"leaves": command.leaves, "joins": command.joins, "vacant": None if command.joins else "yes"}
            row = {**row, "step": _STEPS[type(command)], "role": command.role, "effective": command.effective}
            kind = "supplier-changes"
        case CancelSupplierChange():
            row = {"step": "cancelled", "role": command.role, "effective": command.effective}
            kind = "supplier-changes"
        case _:
            return "commands", []
    texts = {name: _text(value) for name, value in row.items()}
    rows = [{"guid": format_guid(guid), **texts} for guid in guids]
    if isinstance(command, ReportOutcomes) and command.times is not None:
        rows = [{**one, "occurred_at": _text(when)} for one, when in zip(rows, command.times, strict=True)]
    return kind, rows


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _csv(rows: Sequence[Mapping[str, str | None]]) -> str:
    import io

    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["guid"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def said_in(receipt: Mapping[str, Any]) -> Said:
    """What a receipt says."""
    taken, refused = False, dict[str, GuidList]()
    for one in (answer for command in receipt["answers"] for answer in command["answers"]):
        taken = taken or bool(one["taken"] or one["noted_hubs"])
        for said in ([one["refused"]] if one["refused"] else []) + one["refused_hubs"]:
            hubs = GuidList(parse_guid(text) for text in said["guids"])
            refused[said["reason"]] = refused.get(said["reason"], GuidList()) | hubs
    taken = taken or receipt["in_force"] is not None
    reasons = list(receipt["problems"])
    if receipt["events"] is not None:
        taken = taken or bool(receipt["events"]["taken"] or receipt["events"]["again"])
        reasons += [one["reason"] for one in receipt["events"]["refused"]]
    return Said(taken=taken, refused={**refused, **{reason: GuidList() for reason in reasons}})


def read_back(manifest: Path) -> tuple[str, Message]:
    """A message from its file, once its manifest agrees with it."""
    told = json.loads(manifest.read_text(encoding="utf-8"))
    data = manifest.with_name(manifest.name.removesuffix(MANIFEST))
    assert data.name == told["file"]
    assert digest_of_file(data) == told["sha256"]
    if data.suffix == ".json":
        return told["id"], read_message(data.read_bytes().strip())
    kind = next(one for name, one in _MESSAGES.items() if _snake(name) == told["type"])
    hints = get_type_hints(kind)
    named = [one.name for one in attrs.fields(kind) if get_origin(hints[one.name]) not in (None, tuple)]
    named = [name for name in named if "Mapping" in str(hints[name])]
    columns = [one.name for one in attrs.fields(kind) if one.name not in (*named, "guids")]
    always = [name for name in columns if name not in later_fields(kind)]
    rows = [row.cells for row in read_small_table(data, [*columns, *named, "name", "guid"], always, others=True)]
    assert len(rows) == told["rows"]
    fields: dict[str, Any] = {name: _value(hints[name], rows[0][name]) for name in columns if name in rows[0]}
    if "guids" in hints:
        fields["guids"] = GuidList(parse_guid(row["guid"]) for row in rows if row["guid"])
    for name in named:
        of = get_args(hints[name])[1]
        fields[name] = {row["name"]: _value(of, row[name]) for row in rows if row["name"] and row[name]}
    return told["id"], kind(**fields)


def _snake(name: str) -> str:
    from chfw_core.documents.rollout_values import type_name

    return type_name(_MESSAGES[name])


def _value(hint: Any, text: str | None) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return None if not text else _value(next(one for one in get_args(hint) if one is not type(None)), text)
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], part) for part in (text or "").split("|") if part)
    if hint is bool:
        return {"yes": True, "no": False}[text or ""]
    if hint is datetime:
        return datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    if hint is date:
        return date.fromisoformat(text or "")
    if hint is int:
        return int(text or "")
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(text or "")
    return text or ""
