"""Every list that a party sends in, in every format: good rows go on, bad ones are named and go back (BR5.2, TR4)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.documents.commands_in import read_pilot_list
from chfw_files.documents.lists import COLUMNS, ListKind, owed_by, read_list
from chfw_files.documents.not_read import MOST_NAMED, not_read
from chfw_files.documents.returned import reasons_of, write_returned
from chfw_files.documents.returned_json import AS_SENT, REASON
from chfw_files.sources import EXTENSIONS, open_source
from chfw_files.tables.quarantine import BadRow
from chfw_files.tables.writing import write_table
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
    assert '"as_sent": "nonsense"' in (tmp_path / "back.jsonl").read_text()


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


def test_a_long_line_is_named_as_one_and_not_repeated(tmp_path: Path) -> None:
    """Its place in the file does not matter, nor whether another line follows."""
    path = tmp_path / "h.csv"
    long = "x" * (limits.MAX_LINE + 1)
    for lines in (["guid,b", long, f"{guid(1)},"], ["guid,b", f"{guid(1)},", long], ["guid,b", f"{guid(1)},{long}"]):
        path.write_text("\n".join(lines) + "\n")
        place = next(at for at, line in enumerate(lines, start=1) if len(line) > limits.MAX_LINE)
        with pytest.raises(InputError, match=f"line {place} of .* has more than 8,388,608 bytes") as caught:
            read_list(ListKind.HUBS, path)
        assert len(str(caught.value)) < 300


def test_json_rows_go_back_as_they_were_sent(tmp_path: Path) -> None:
    sent = tmp_path / "h.jsonl"
    sent.write_text(
        '{"guid": 123, "n": [1.50, null]}\n{"guid":"x"}\nnonsense\n{"refused_because": "old", "guid": "y", "c": true}\n'
    )
    back = tmp_path / "back.jsonl"
    assert write_returned(sent, back, {1: "a", 3: "c", 4: "d"}) == 3
    assert back.read_text().splitlines() == [
        '{"refused_because": "a", "guid": 123, "n": [1.50, null]}',
        '{"refused_because": "c", "as_sent": "nonsense"}',
        '{"refused_because": "d", "guid": "y", "c": true}',
    ]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_dates_of_parquet_are_times_as_bare_dates_are(kind: pa.DataType, tmp_path: Path) -> None:
    days = [date(2026, 4, 1), date(2026, 4, 1), None, date(9999, 12, 31)]
    table = pa.table(
        {
            "guid": [guid(at) for at in range(4)],
            "party": ["NWND"] * 4,
            "role": ["import"] * 4,
            "action": ["instruct"] * 4,
            "opens": pa.array([date(2026, 4, 1)] * 4, kind),
            "closes": pa.array(days, kind),
            "received_at": pa.array([date(2026, 3, 2)] * 4, kind),
        }
    )
    pq.write_table(table, tmp_path / "i.parquet")
    read = read_list(ListKind.INSTRUCTIONS, tmp_path / "i.parquet")
    assert [bad.line for bad in read.quarantine] == [3, 4]
    assert "not in the years" in read.quarantine[1].reason
    assert read.table.column("opens")[0].as_py() == datetime(2026, 3, 31, 23, tzinfo=UTC)
    assert read.table.column("closes")[0].as_py() == datetime(2026, 4, 1, 23, tzinfo=UTC)


def test_the_number_that_a_spreadsheet_has_for_a_date_is_told_of_as_one(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    rows = [f"{guid(1)},NWND,import,instruct,46113,46142.5,2026-03-02"]
    path.write_text("\n".join(["guid,party,role,action,opens,closes,received_at", *rows]) + "\n")
    (bad,) = read_list(ListKind.INSTRUCTIONS, path).quarantine
    assert bad.column == "opens|closes"
    assert bad.reason.count("format the cell as a date") == 2
    assert "46113" in bad.reason


NEARLY = {
    "group": "pilot_group",
    "rule": "rule_id",
    "reason": "reason_text",
    "commentary": "commentary_of_row",
    "firmware_version": "firmware",
    "configuration_set": "config_set",
    "leaves": "leaves_party",
    "joins": "joins_party",
    "vacant": "vacant_role",
    "window": "window_slot",
}


@pytest.mark.parametrize("kind", [kind for kind in ListKind if kind is not ListKind.HUBS])
def test_a_column_that_nobody_reads_is_remarked_with_the_one_that_may_be_meant(kind: ListKind, tmp_path: Path) -> None:
    """BR5.2: what is near to a column that the list lacks is refused; a little farther, it is said (NF1)."""
    optional = [column.name for column in COLUMNS[kind] if not column.required]
    rows = [{"guid": guid(at), **row} for at, row in enumerate(GOOD[kind], start=1)]
    plain = [{name: value for name, value in row.items() if name not in optional} for row in rows]
    meant = [NEARLY[name] for name in optional]
    names = [*(column.name for column in COLUMNS[kind] if column.required), *meant, "zz", REASON]
    path = tmp_path / "list.csv"
    lines = [",".join(row.get(name) or "" for name in names) for row in plain]
    path.write_text("\n".join([",".join(names), *lines, ""]), encoding="utf-8")
    said = not_read(read_list(kind, path))
    assert len(said) == len(meant) + 1  # and nothing of the column that tells why rows came back
    assert said[-1] == "the column `zz` is not read"
    for name, slip, sentence in zip(optional, meant, said, strict=False):
        assert sentence == f"the column `{slip}` is not read (did you mean `{name}`?)"
    path.write_text(path.read_text(encoding="utf-8").replace("role,", "rols,"), encoding="utf-8")
    if "role" in names:
        with pytest.raises(InputError, match="the column `role` is missing"):
            read_list(kind, path)


def test_many_columns_that_nobody_reads_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    names = [f"zz-{at}" for at in range(MOST_NAMED + 1)]
    path.write_text(f"guid,role,{','.join(names)}\n{guid(1)},import\n", encoding="utf-8")
    assert not_read(read_list(ListKind.WITHDRAWALS, path))[-1] == "1 further column is not read"
    path.write_text(f"guid,role,{','.join(names)},zz\n{guid(1)},import\n", encoding="utf-8")
    said = not_read(read_list(ListKind.WITHDRAWALS, path))
    assert (len(said), said[-1]) == (MOST_NAMED + 1, "2 further columns are not read")


def test_other_columns_of_a_list_of_hubs_are_none_of_its_business(tmp_path: Path) -> None:
    """A pilot list may be an estate's rows (BR2.3)."""
    path = tmp_path / "list.csv"
    path.write_text(f"guid,csp_region\n{guid(1)},North\n", encoding="utf-8")
    assert read_pilot_list(path, "CH-1", "k", "NWND").remarks == ()
