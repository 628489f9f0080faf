"""Instructions, attributes, events, capacity, release and the products list, from files."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_core.consent.model import Instruction, InstructionAction, InstructionGroup
from chfw_core.documents.instructions import INSTRUCTION_COLUMNS, write_instruction
from chfw_core.documents.instructions import read_instructions as read_instruction_rows
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.guid import parse_guid
from chfw_core.model.hubs import PrivateAttributes
from chfw_core.model.parties import Party, SupplierRole
from chfw_files.documents.attributes import REPEATED, read_attributes, split_argument
from chfw_files.documents.capacity import read_capacity
from chfw_files.documents.events import read_events, write_events
from chfw_files.documents.instructions import as_batch, read_instructions, write_instructions
from chfw_files.documents.release import read_parameters, read_release
from chfw_files.tables.small_tables import read_small_table
from tests.files.estates import guid, write_csv

INSTRUCT = Instruction(
    guid=parse_guid(guid(1)),
    party=Party("NWND"),
    role=SupplierRole.IMPORT,
    opens=datetime(2026, 3, 1, tzinfo=UTC),
    closes=datetime(2026, 3, 29, tzinfo=UTC),
    received_at=datetime(2026, 1, 10, 9, tzinfo=UTC),
    group=InstructionGroup.PILOT,
    rule="approved-sets",
)
WITHDRAW = Instruction(
    guid=parse_guid(guid(2)),
    party=Party("BRKW"),
    role=SupplierRole.GAS,
    opens=None,
    closes=None,
    received_at=datetime(2026, 1, 10, 9, tzinfo=UTC),
    action=InstructionAction.WITHDRAW,
)
CELLS = {**write_instruction(INSTRUCT), "opens": "2026-03-01", "closes": "2026-03-28"}


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_instructions_are_written_and_read_back_br3_1(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"i.{suffix}"
    assert write_instructions(path, [as_batch([INSTRUCT, WITHDRAW])]) == 2
    found = read_instructions(path)
    assert found.quarantine == ()
    first = 2 if suffix == "csv" else 1
    assert [one.row for one in found.instructions()] == [first, first + 1]
    assert list(read_instructions(path).instructions()) == [
        Instruction(**{name: getattr(one, name) for name in INSTRUCTION_COLUMNS}, row=first + at)
        for at, one in enumerate([INSTRUCT, WITHDRAW])
    ]


BAD_CELLS = [
    {},
    {"guid": "x"},
    {"guid": ""},
    {"party": " "},
    {"role": "imports"},
    {"opens": "soon"},
    {"closes": "2026-03-28T10:00"},
    {"received_at": ""},
    {"action": "Instruct"},
    {"group": "pilots"},
    {"rule": "x", "group": ""},
    {"opens": "", "closes": "", "action": "withdraw"},
    {"role": "x", "action": "y"},
]


def test_columns_and_rows_are_read_alike(tmp_path: Path) -> None:
    """Two readers, one meaning: that of the core, row by row, and the columnar one of files."""
    cells = [{**CELLS, "guid": guid(at), **change} for at, change in enumerate(BAD_CELLS)]
    path = write_csv(tmp_path / "i.csv", cells, INSTRUCTION_COLUMNS)
    columnar = read_instructions(path)
    rows = read_instruction_rows(read_small_table(path, INSTRUCTION_COLUMNS, INSTRUCTION_COLUMNS))
    assert tuple(columnar.instructions()) == rows.instructions
    assert [(bad.line, bad.column) for bad in columnar.quarantine] == [(bad.line, bad.column) for bad in rows.bad_lines]
    assert len(columnar.quarantine) == 10


def test_optional_columns_may_be_missing_and_odd_lines_are_set_aside(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "i.csv", [CELLS], INSTRUCTION_COLUMNS[:-2])
    path.write_text(path.read_text() + "few,values\n")
    found = read_instructions(path)
    (one,) = found.instructions()
    assert (one.group, one.rule) == (None, None)
    assert [(bad.line, bad.reason) for bad in found.quarantine] == [(3, "2 values where the header has 7")]


def test_no_instructions_at_all(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "i.csv", [], INSTRUCTION_COLUMNS)
    assert list(read_instructions(path).instructions()) == []
    assert write_instructions(tmp_path / "o.csv", []) == 0
    assert (tmp_path / "o.csv").read_text() == ",".join(INSTRUCTION_COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("guid", pa.array([1.0]), "the column `guid` is double; it must be uint64 or text"),
        ("closes", pa.array([1]), "the column `closes` is int64; it must be a timestamp in UTC, a date or text"),
        ("opens", pa.array([1], pa.timestamp("us")), "it must be a timestamp in UTC, a date or text"),
        ("role", pa.array([1]), "the column `role` is int64; it must be text"),
    ],
)
def test_instructions_of_another_type(name: str, values: pa.Array, message: str, tmp_path: Path) -> None:
    table = pa.Table.from_batches([as_batch([INSTRUCT])])
    pq.write_table(table.set_column(table.schema.get_field_index(name), name, values), tmp_path / "i.parquet")
    with pytest.raises(InputError) as caught:
        read_instructions(tmp_path / "i.parquet")
    assert message in str(caught.value)


ATTRIBUTES = [
    {"guid": guid(3), "flags": "vip|psr", "complaints": "3"},
    {"guid": guid(1), "flags": "", "complaints": ""},
    {"guid": "x", "flags": "", "complaints": "1"},
    {"guid": guid(2), "flags": "a", "complaints": "1"},
    {"guid": guid(2), "flags": "b", "complaints": "2"},
]


def test_private_attributes_are_found_by_guid(tmp_path: Path) -> None:
    found = read_attributes("NWND", write_csv(tmp_path / "a.csv", ATTRIBUTES, ("guid", "flags", "complaints")))
    assert found.columns == ("complaints",)
    expected = PrivateAttributes(flags=frozenset({"vip", "psr"}), values={"complaints": "3"})
    assert found.of(parse_guid(guid(3))) == expected
    assert found.of(parse_guid(guid(1))) == PrivateAttributes(values={"complaints": None})
    assert found.of(parse_guid(guid(2))) == found.of(5) == PrivateAttributes()
    assert dict(found.items())[parse_guid(guid(3))] == expected
    rows = found.rows_of(np.array([parse_guid(guid(n)) for n in (1, 2, 3)], dtype=np.uint64))
    assert rows.tolist() == [0, -1, 1]
    assert [(bad.line, bad.reason) for bad in found.quarantine] == [
        (4, "guid: `x` is not a GUID"),
        (5, REPEATED),
        (6, REPEATED),
    ]


def test_typed_columns_of_attributes_keep_their_type(tmp_path: Path) -> None:
    table = pa.table(
        {
            "guid": pa.array([2, 1], pa.uint64()),
            "flags": pa.array([["x"], None]),
            "visits": pa.array([4, None]),
            "since": pa.array([date(2026, 1, 1), None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    found = read_attributes("NWND", tmp_path / "a.parquet")
    assert found.of(2) == PrivateAttributes(flags=frozenset({"x"}), values={"visits": 4, "since": date(2026, 1, 1)})
    assert found.guids.tolist() == [1, 2]


def test_a_list_of_guids_alone_and_one_without_rows(tmp_path: Path) -> None:
    found = read_attributes("NWND", write_csv(tmp_path / "a.csv", [{"guid": guid(1)}], ("guid",)))
    assert (found.columns, found.guids.tolist()) == ((), [parse_guid(guid(1))])
    assert found.of(parse_guid(guid(1))) == PrivateAttributes()
    empty = read_attributes("NWND", write_csv(tmp_path / "b.csv", [], ("guid", "flags")))
    assert empty.of(1) == PrivateAttributes()
    assert list(empty.items()) == []


def test_what_is_no_file_of_attributes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the column `guid` is missing"):
        read_attributes("NWND", write_csv(tmp_path / "a.csv", [], ("gid", "flags")))
    pq.write_table(pa.table({"guid": [1.5]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="the column `guid` is double"):
        read_attributes("NWND", tmp_path / "a.parquet")


def test_the_argument_names_a_supplier_and_a_file() -> None:
    assert split_argument("NWND=a=b.csv") == ("NWND", "a=b.csv")
    for argument in ("NWND", "=a.csv", "NWND="):
        with pytest.raises(InputError, match="is not PARTY=FILE"):
            split_argument(argument)
    with pytest.raises(InputError, match="`DCC` is not a Supplier"):
        split_argument("DCC=a.csv")


def test_events_are_written_and_read_back(tmp_path: Path) -> None:
    events = [Event(seq=n, at=datetime(2026, 1, n, tzinfo=UTC), type="tick") for n in (1, 2)]
    write_events(tmp_path / "e.jsonl", events)
    assert read_events(tmp_path / "e.jsonl").events == tuple(events)
    with pytest.raises(InputError, match="there is no file"):
        read_events(tmp_path / "no.jsonl")
    (tmp_path / "e.jsonl").write_bytes(b"\n\xff")
    with pytest.raises(InputError, match="is not UTF-8: line 2, byte 0xFF"):
        read_events(tmp_path / "e.jsonl")
    with pytest.raises(InputError, match="is a folder"):
        read_events(tmp_path)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_capacity_of_single_days_g5(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"c.{suffix}"
    if suffix == "csv":
        path.write_bytes(b"csp_region,day,hubs\r\n\r\nNorth,2026-03-01,500\r\n")
    else:
        days = pa.array([date(2026, 3, 1)])
        pq.write_table(pa.table({"csp_region": ["North"], "day": days, "hubs": [500]}), path)
    found = read_capacity(path)
    assert found.problems == ()
    assert found.overrides == {("North", date(2026, 3, 1)): 500}


def test_a_capacity_file_with_problems(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("csp_region,day,hubs\nNorth,2026-03-01,500\n\nNorth,2026-03-01,many\nSouth,2026-03-01\n")
    lines = [problem.span.line for problem in read_capacity(path).problems]
    assert lines == [4, 5]
    path.write_text("region,day,hubs\n")
    with pytest.raises(InputError, match="the column `csp_region` is missing"):
        read_capacity(path)


def test_release_and_parameters_from_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("release: v1\r\nid: R1\r\ndevice_models: [433100AC]\r\nfirmware_version: 0D050002\r\n")
    found = read_release(path)
    assert [problem.message for problem in found.problems] == ["the key `notified_at` is missing"]
    path.write_text("lead_days: {for: x, values: [{value: 2, since: 2026-01-01, source: agreed}]}")
    read = read_parameters(path)
    assert read.parameters is not None
    assert read.parameters.at("lead_days", date(2026, 1, 1)) == 2

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"cannot read .*: permission denied"):
        read_release(path)


def test_a_small_table_turns_parquets_values_into_the_texts_of_csv(tmp_path: Path) -> None:
    table = pa.table(
        {
            "guid": pa.array([1, None], pa.uint64()),
            "at": pa.array([datetime(2026, 1, 1, tzinfo=UTC), None]),
            "flags": pa.array([["a", "b"], None]),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    rows = read_small_table(tmp_path / "t.parquet", ("guid", "at", "flags"), ("guid",))
    assert [dict(row.cells) for row in rows] == [
        {"guid": "00-00-00-00-00-00-00-01", "at": "2026-01-01T00:00:00Z", "flags": "a|b"},
        {"guid": None, "at": None, "flags": None},
    ]


def test_events_in_utf_16_are_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_text('{"seq": 1}', encoding="utf-16")
    with pytest.raises(InputError, match="is not UTF-8: it is UTF-16"):
        read_events(tmp_path / "e.jsonl")
