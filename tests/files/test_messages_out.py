"""What parties are told, as tables: every class of message, in every format, whatever it names (TR4)."""

import types
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from attrs import evolve

from chfw_core.messages import (
    MESSAGES,
    ActivationAlert,
    Decision,
    HubsRefused,
    InstructionReceipt,
    ListReceipt,
    Message,
    OwnHubs,
)
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import SupplierRole
from chfw_files.documents import messages_out
from chfw_files.documents.messages_out import message_schema, write_messages
from chfw_files.sources import EXTENSIONS, open_source

KINDS = sorted(MESSAGES, key=lambda kind: kind.__name__)
GUIDS = GuidList([0x1, 2**63, 2**64 - 1])


def sample(kind: type[Message]) -> Message:
    """A message with something in every field."""
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {one.name: _value(hints[one.name]) for one in attrs.fields(kind)}
    return kind(**fields)


def _value(hint: Any) -> object:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None))
    if hint is GuidList:
        return GUIDS
    if hint is datetime:
        return datetime(2026, 3, 1, 9, tzinfo=UTC)
    if hint is date:
        return date(2026, 3, 1)
    if hint is bool:
        return True
    if get_origin(hint) is tuple:
        return (_value(get_args(hint)[0]),)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return next(iter(hint))
    if hint is str:
        return "=a text, with marks"
    assert get_origin(hint) is not None
    return {name: _value(get_args(hint)[1]) if get_args(hint)[1] is not int else 3 for name in ("planned", "held")}


def read(path: Path) -> list[dict[str, str | None]]:
    source = open_source(path, plain=frozenset({"guid"}))
    rows = []
    for index in range(source.chunk_count):
        columns = {name: column.to_pylist() for name, column in source.read(index, source.names).columns.items()}
        rows += [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return rows


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_message_is_a_table_in_every_format(extension: str, kind: type[Message], tmp_path: Path) -> None:
    path = tmp_path / f"t{extension}"
    message = sample(kind)
    rows = write_messages(path, kind, [message, message])
    found = read(path)
    assert len(found) == rows
    names = [one.name for one in attrs.fields(kind)]
    assert set(message_schema(kind).names) - {"guid", "name"} == set(names) - {"guids"}
    assert rows == 2 * (3 if "guids" in names else 2 if kind is Decision else 1)
    for name in ("to", "release"):
        assert {row[name] for row in found} == {"=a text, with marks"}


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_columns_say_what_the_message_says(extension: str, tmp_path: Path) -> None:
    both = (SupplierRole.IMPORT, SupplierRole.GAS)
    own = OwnHubs(to="NWND", release="r", roles=both, second_supplier=False, guids=GuidList([1]))
    write_messages(tmp_path / f"o{extension}", OwnHubs, [own])
    (row,) = read(tmp_path / f"o{extension}")
    expected: Mapping[str, object] = {"to": "NWND", "release": "r", "roles": "import|gas", "second_supplier": "no"}
    assert {name: row[name] for name in expected} == expected


def test_what_a_decision_means_has_a_row_for_each_state(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    said = Decision(
        to="NWND",
        release="r",
        standing="stopped",
        because="x",
        automatic_at=at,
        meaning={"planned": "not now"},
        pending={"held": 2},
    )
    write_messages(tmp_path / "d.jsonl", Decision, [said, attrs.evolve(said, meaning={}, pending={})])
    assert [(row["name"], row["meaning"], row["pending"]) for row in read(tmp_path / "d.jsonl")] == [
        ("held", None, "2"),
        ("planned", "not now", None),
        (None, None, None),
    ]


def test_a_message_about_no_hub_is_not_lost(tmp_path: Path) -> None:
    """BR2.7: an empty pilot list is an answer, and so is its receipt."""
    assert write_messages(tmp_path / "r.csv", ListReceipt, [ListReceipt(to="NWND", release="r", guids=GuidList())]) == 1
    assert (tmp_path / "r.csv").read_text() == "to,release,guid\nNWND,r,\n"


def test_hubs_are_written_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages_out, "HUBS_AT_ONCE", 2)
    alert = ActivationAlert(to="NWND", release="r", firmware_version="20E50822", guids=GuidList(range(5)))
    assert write_messages(tmp_path / "a.csv", ActivationAlert, [alert]) == 5
    assert [row["guid"] for row in read(tmp_path / "a.csv")] == [f"00-00-00-00-00-00-00-0{n}" for n in range(5)]


def test_nothing_in_a_suppliers_table_names_the_other_i8(tmp_path: Path) -> None:
    """The tables have the fields of the messages and no other: what a Supplier may not see has no column."""
    for kind in (HubsRefused, OwnHubs, ActivationAlert):
        assert "party" not in message_schema(kind).names


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_field_that_came_later_has_a_column_only_where_a_message_says_something_in_it(
    extension: str, tmp_path: Path
) -> None:
    """I7: a receipt without hours is the table that it was before there were any."""
    hours = sample(InstructionReceipt)
    assert isinstance(hours, InstructionReceipt)
    hours = evolve(hours, window="mon-fri 10:00-16:00")
    plain = evolve(hours, window=None)
    path = tmp_path / f"r{extension}"
    write_messages(path, InstructionReceipt, [plain])
    before = ["to", "release", "guid", "role", "opens", "closes", "received_at"]
    assert list(read(path)[0]) == before
    write_messages(path, InstructionReceipt, [plain, hours])
    found = read(path)
    assert list(found[0]) == [*before, "window"]
    assert [row["window"] or None for row in found] == [None] * 3 + ["mon-fri 10:00-16:00"] * 3
