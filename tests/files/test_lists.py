"""Every list that a party sends in, in every format: good rows go on, bad ones are named and go back (BR5.2, TR4)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from chfw_core.errors import InputError
from chfw_files.lists import COLUMNS, ListKind, owed_by, read_list
from chfw_files.quarantine import BadRow
from chfw_files.returned import AS_SENT, REASON, reasons_of, write_returned
from chfw_files.sources import EXTENSIONS, open_source
from chfw_files.writing import write_table
from tests.files.estates import guid

Row = Mapping[str, str | None]
NOW = "2026-03-02T09:00:00Z"
INSTRUCTION: Row = {"party": "NWND", "role": "import", "action": "instruct", "received_at": NOW, "opens": "2026-04-01"}

GOOD: Mapping[ListKind, list[Row]] = {
    ListKind.HUBS: [{}, {}],
    ListKind.INSTRUCTIONS: [
        {**INSTRUCTION, "closes": "2026-04-30", "group": "pilot"},
        {**INSTRUCTION, "opens": None, "action": "withdraw"},
    ],
    ListKind.WITHDRAWALS: [{"role": "import"}, {"role": "gas"}],
    ListKind.PILOT_PROGRESS: [
        {"result": "success", "commentary": "=fine"},
        {"result": "failure", "reason": "no response"},
    ],
    ListKind.OUTCOMES: [
        {"outcome": "activated", "occurred_at": NOW, "firmware_version": "20E50822"},
        {"outcome": "failed", "occurred_at": NOW, "reason": "-1"},
    ],
    ListKind.INVENTORY: [
        {"firmware_version": "00010203", "observed_at": NOW, "configuration_set": "CS-1"},
        {"firmware_version": "20E50822", "observed_at": NOW},
    ],
    ListKind.SUPPLIER_CHANGES: [
        {"step": "announced", "role": "gas", "effective": "2026-05-01", "leaves": "NWND", "joins": "BRKW"},
        {"step": "completed", "role": "gas", "effective": "2026-05-01", "leaves": "NWND", "vacant": "yes"},
    ],
}

BAD: Mapping[ListKind, list[tuple[Row, str, str]]] = {
    ListKind.HUBS: [({"guid": "x"}, "guid", "is not a GUID")],
    ListKind.INSTRUCTIONS: [
        ({**INSTRUCTION, "closes": None}, "closes", "an instruction needs it"),
        ({**INSTRUCTION, "opens": None}, "opens|closes", "an instruction needs it"),
        ({**INSTRUCTION, "closes": "soon", "role": "imports"}, "role|closes", "is neither a date nor a time"),
    ],
    ListKind.WITHDRAWALS: [({"role": None}, "role", "role is empty")],
    ListKind.PILOT_PROGRESS: [({"result": "ok"}, "result", "is not known here")],
    ListKind.OUTCOMES: [
        ({**GOOD[ListKind.OUTCOMES][0], "firmware_version": None}, "firmware_version", "`activated` needs it"),
        ({**GOOD[ListKind.OUTCOMES][1], "reason": None}, "reason", "`failed` needs it"),
    ],
    ListKind.INVENTORY: [({"firmware_version": "1E5", "observed_at": NOW}, "firmware_version", "is not 8 hex digits")],
    ListKind.SUPPLIER_CHANGES: [
        ({"step": "announced", "role": "gas", "effective": "2026-05-01"}, "joins", "write `yes` into `vacant`"),
        (
            {"step": "announced", "role": "gas", "effective": "2026-05-01", "joins": "A", "vacant": "yes"},
            "vacant",
            "a role that somebody gets is not vacant",
        ),
        ({"step": "announced", "role": "gas", "effective": "1 May", "joins": "A"}, "effective", "is not a date"),
    ],
}


def write(path: Path, kind: ListKind, rows: list[Row]) -> Path:
    """The rows, each with a GUID of its own unless it says another, every column as text."""
    names = [column.name for column in COLUMNS[kind]]
    whole = [{"guid": guid(number), **row} for number, row in enumerate(rows)]
    schema = pa.schema([(name, pa.string()) for name in names])
    columns = [pa.array([row.get(name) for row in whole], pa.string()) for name in names]
    write_table(path, schema, [pa.RecordBatch.from_arrays(columns, schema=schema)])
    return path


def first_row(extension: str) -> int:
    """The place of the first row: below a header, except where there is none."""
    return 2 if extension in (".csv", ".xlsx") else 1


@pytest.mark.parametrize("kind", ListKind)
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_list_is_read_alike_in_every_format(extension: str, kind: ListKind, tmp_path: Path) -> None:
    read = read_list(kind, write(tmp_path / f"t{extension}", kind, GOOD[kind]))
    plain = read_list(kind, write(tmp_path / "t.parquet", kind, GOOD[kind]))
    assert read.quarantine == ()
    assert read.table.drop_columns("row").to_pylist() == plain.table.drop_columns("row").to_pylist()
    assert read.table.column("row").to_pylist() == [first_row(extension), first_row(extension) + 1]


@pytest.mark.parametrize("kind", ListKind)
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_bad_rows_go_back_as_they_came_with_the_reason_and_good_ones_go_on_br5_2(
    extension: str, kind: ListKind, tmp_path: Path
) -> None:
    rows: list[Row] = [GOOD[kind][0], *(row for row, _, _ in BAD[kind]), GOOD[kind][1]]
    path = write(tmp_path / f"t{extension}", kind, rows)
    read = read_list(kind, path)
    assert read.table.num_rows == 2
    assert [row.column for row in read.quarantine] == [column for _, column, _ in BAD[kind]]
    for found, (_, _, why) in zip(read.quarantine, BAD[kind], strict=True):
        assert why in found.reason
    back = tmp_path / f"back{extension}"
    assert write_returned(path, back, reasons_of(read.quarantine)) == len(BAD[kind])
    source = open_source(back)
    assert source.names[0] == REASON
    raw = source.read(0, source.names)
    returned = {name: column.to_pylist() for name, column in raw.columns.items()}
    assert returned[REASON] == [row.reason for row in read.quarantine]
    sent = [{"guid": guid(number), **row} for number, row in enumerate(rows)][1:-1]
    for name in source.names[1:]:
        assert returned[name] == [row.get(name) for row in sent]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_row_that_went_back_can_be_sent_again_once_it_is_mended(extension: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"t{extension}", ListKind.HUBS, [{"guid": "x"}, {}])
    back = tmp_path / f"back{extension}"
    write_returned(path, back, {first_row(extension) + 1: "for a reason"})
    read = read_list(ListKind.HUBS, back)
    assert read.table.num_rows == 1
    again = tmp_path / f"again{extension}"
    assert write_returned(back, again, {first_row(extension): "another"}) == 1
    assert open_source(again).names == open_source(back).names


def test_rows_that_cannot_be_cut_go_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'guid,role\n{guid(1)},gas,more\n{guid(2)},gas\n{guid(3)},"gas\n=x,gas\n')
    read = read_list(ListKind.WITHDRAWALS, path)
    assert read.table.num_rows == 1
    write_returned(path, tmp_path / "back.csv", reasons_of(read.quarantine))
    lines = (tmp_path / "back.csv").read_text().splitlines()
    assert lines[0] == f"{REASON},guid,role,{AS_SENT}"
    assert lines[1] == f'3 values where the header has 2,,,"{guid(1)},gas,more"'
    assert lines[2].endswith(f',,,"{guid(3)},""gas"')
    assert lines[3].endswith(",'=x,gas,")
    jsonl = tmp_path / "t.jsonl"
    jsonl.write_text(f'{{"guid": "{guid(1)}"}}\nnonsense\n')
    read = read_list(ListKind.HUBS, jsonl)
    assert write_returned(jsonl, tmp_path / "back.jsonl", reasons_of(read.quarantine)) == 1
    assert '"as_sent":"nonsense"' in (tmp_path / "back.jsonl").read_text()


def test_types_of_parquet_stay(tmp_path: Path) -> None:
    schema = pa.schema([("guid", pa.uint64()), ("when", pa.timestamp("us", tz="UTC")), ("n", pa.float64())])
    batch = pa.RecordBatch.from_pylist([{"guid": 1, "when": None, "n": 0.5}, {"guid": 2}], schema=schema)
    write_table(tmp_path / "t.parquet", schema, [batch])
    write_returned(tmp_path / "t.parquet", tmp_path / "b.parquet", {1: "why"})
    assert list(open_source(tmp_path / "b.parquet").types.values())[1:] == list(schema.types)


def test_nothing_to_return_is_no_file_and_another_format_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", ListKind.HUBS, [{}])
    assert write_returned(path, tmp_path / "back.csv", {}) == 0
    assert not (tmp_path / "back.csv").exists()
    with pytest.raises(InputError, match="rows go back in the format that they came in"):
        write_returned(path, tmp_path / "back.xlsx", {2: "x"})


def test_every_reason_of_a_row_goes_back() -> None:
    rows = [
        BadRow(line=2, guid_text="", column="a", reason="one"),
        BadRow(line=2, guid_text="", column="b", reason="two"),
    ]
    assert reasons_of(rows) == {2: "one; two"}


def test_a_kind_without_further_duties_owes_nothing() -> None:
    nothing: Any = pa.table({"guid": pa.array([], pa.string())})
    assert list(owed_by(ListKind.HUBS, nothing)) == []
