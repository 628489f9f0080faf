"""What is written: whole or not at all, the same bytes each time, and read back as it was."""

import csv
import errno
import os
import stat
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_core.errors import InputError
from chfw_core.model.guid import Guid
from chfw_files.atomic import OutputError, write_text, written_whole
from chfw_files.documents.schedule import SCHEDULE_SCHEMA, open_schedule, write_schedule
from chfw_files.lines import writing as line_writing
from chfw_files.parquet import writing as parquet_writing
from chfw_files.tables.quarantine import BadRow, QuarantineWriter, quarantine_path
from chfw_files.tables.writing import write_table

FULL = OSError(errno.ENOSPC, "No space left on device")
AT = datetime(2026, 3, 2, 22, tzinfo=UTC)


def batch(*reasons: str, count: int = 0) -> pa.RecordBatch:
    """Planned, held, planned, held …"""
    count = count or len(reasons)
    planned = [at % 2 == 0 for at in range(count)]

    def column(name: str, kind: pa.DataType) -> pa.Array:
        match name:
            case "guid":
                return pa.array(np.arange(count, dtype=np.uint64) + np.uint64(2**63))
            case "status":
                values: list[object] = ["planned" if good else "held" for good in planned]
            case "reason":
                values = [reasons[at % len(reasons)] for at in range(count)]
            case "window_opens" | "window_closes":
                values = [AT if good else None for good in planned]
            case "day":
                values = [AT.date() if good else None for good in planned]
            case "basis":
                values = ["BOTH_SUPPLIERS" if good else None for good in planned]
            case _:
                values = ["NWND.approved-sets" if good else None for good in planned]
        if pa.types.is_dictionary(kind):
            return pa.array(values, pa.string()).dictionary_encode()
        return pa.array(values, kind)

    columns = [column(entry.name, entry.type) for entry in SCHEDULE_SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEDULE_SCHEMA)


SCHEDULE = batch("zz, because of x", 'says "no"', "a\nb", "plain")


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl", "xlsx"])
def test_a_schedule_is_read_back_as_it_was(suffix: str, tmp_path: Path) -> None:
    part = batch("zz, because of x", 'says "no"', "plain")
    path = tmp_path / f"plan.{suffix}"
    assert write_schedule(path, [part, part]) == 6
    found = pa.Table.from_batches(list(open_schedule(path).batches()))
    assert found.schema == SCHEDULE_SCHEMA
    assert found.to_pylist() == pa.Table.from_batches([part, part]).to_pylist()


def test_csv_is_as_the_contract_has_it(tmp_path: Path) -> None:
    write_schedule(tmp_path / "plan.csv", [SCHEDULE])
    with (tmp_path / "plan.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        "guid": "80-00-00-00-00-00-00-00",
        "status": "planned",
        "basis": "BOTH_SUPPLIERS",
        "window_opens": "2026-03-02T22:00:00Z",
        "window_closes": "2026-03-02T22:00:00Z",
        "day": "2026-03-02",
        "batch_id": "NWND.approved-sets",
        "import_rule": "NWND.approved-sets",
        "gas_rule": "NWND.approved-sets",
        "reason": "zz, because of x",
    }
    assert [row["reason"] for row in rows] == ["zz, because of x", 'says "no"', "a\nb", "plain"]
    assert rows[1]["window_opens"] == rows[1]["basis"] == ""
    text = (tmp_path / "plan.csv").read_text()
    assert text.startswith("guid,status,basis,")
    assert "NWND.approved-sets,plain\n" not in text.splitlines()[1]


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl", "xlsx"])
def test_the_same_rows_are_the_same_bytes_nf5(suffix: str, tmp_path: Path) -> None:
    one, other = tmp_path / f"one.{suffix}", tmp_path / f"other.{suffix}"
    write_schedule(one, [SCHEDULE])
    write_schedule(other, [SCHEDULE])
    assert one.read_bytes() == other.read_bytes()


def test_dictionaries_do_not_depend_on_the_order_of_the_rows(tmp_path: Path) -> None:
    write_schedule(tmp_path / "plan.parquet", [batch("b", "c", "a", "b")])
    column = pq.ParquetFile(tmp_path / "plan.parquet").read().column("reason")
    assert column.to_pylist() == ["b", "c", "a", "b"]
    assert column.chunk(0).dictionary.to_pylist() == ["a", "b", "c"]


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl", "xlsx"])
def test_many_rows_are_written_in_parts(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (parquet_writing, line_writing):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr(line_writing, "_FEW", 0)
    monkeypatch.setattr("chfw_files.xlsx.writing._ROWS_AT_ONCE", 7)
    part = batch("a", "b", "c", count=100)
    write_schedule(tmp_path / f"plan.{suffix}", [part])
    found = pa.Table.from_batches(list(open_schedule(tmp_path / f"plan.{suffix}").batches()))
    assert found.to_pylist() == pa.Table.from_batches([part]).to_pylist()


def test_columns_in_any_order_and_of_any_type_make_lines(tmp_path: Path) -> None:
    schema = pa.schema([("note", pa.string()), ("guid", pa.uint64()), ("gpf_guid", pa.uint64()), ("day", pa.date32())])
    part = pa.RecordBatch.from_arrays(
        [
            pa.array(["x,y", None]),
            pa.array([1, 2], pa.uint64()),
            pa.array([None, 2**64 - 1], pa.uint64()),
            pa.array([date(2026, 1, 1), None], pa.date32()),
        ],
        schema=schema,
    )
    write_table(tmp_path / "t.csv", schema, [part])
    assert (tmp_path / "t.csv").read_text().splitlines() == [
        "note,guid,gpf_guid,day",
        '"x,y",00-00-00-00-00-00-00-01,,2026-01-01',
        ",00-00-00-00-00-00-00-02,FF-FF-FF-FF-FF-FF-FF-FF,",
    ]


def test_a_table_of_guids_alone(tmp_path: Path) -> None:
    schema = pa.schema([("guid", pa.uint64())])
    write_table(tmp_path / "t.csv", schema, [pa.RecordBatch.from_arrays([pa.array([1], pa.uint64())], schema=schema)])
    assert (tmp_path / "t.csv").read_text() == "guid\n00-00-00-00-00-00-00-01\n"


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl", "xlsx"])
def test_a_run_that_fails_half_way_leaves_what_was_there(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"plan.{suffix}"
    write_schedule(path, [SCHEDULE])
    before = path.read_bytes()

    def batches() -> object:
        yield SCHEDULE
        raise FULL

    with pytest.raises(OutputError, match="no room left on the disk for") as caught:
        write_schedule(path, batches())  # type: ignore[arg-type]
    assert "nothing was written" in str(caught.value)
    assert caught.value.hint == "free some space, or write to another disk"
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl", "xlsx"])
def test_a_disk_that_is_really_full(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = tmp_path / f"full.{suffix}"
    full.symlink_to("/dev/full")
    monkeypatch.setattr("chfw_files.atomic._temporary_beside", lambda _: full)
    with pytest.raises(OutputError, match="no room left on the disk"):
        write_schedule(tmp_path / f"plan.{suffix}", [SCHEDULE])
    assert os.listdir(tmp_path) == []


def test_another_fault_of_the_disk_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write .*: input/output error"), written_whole(tmp_path / "x"):
        raise OSError(errno.EIO, "Input/output error")
    with pytest.raises(OutputError, match=r"cannot write .*: odd"), written_whole(tmp_path / "x"):
        raise OSError("odd")
    assert os.listdir(tmp_path) == []


def test_an_error_of_ours_passes_through_unchanged(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="bad rule"), written_whole(tmp_path / "x"):
        raise InputError("bad rule")
    assert os.listdir(tmp_path) == []


def test_places_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder") as caught:
        write_text(tmp_path / "no" / "x.txt", "")
    assert caught.value.hint == "make it first"
    with pytest.raises(OutputError, match="it is a folder"):
        write_text(tmp_path, "")
    with pytest.raises(InputError, match=r"the extension `\.xml` is not one of"):
        write_schedule(tmp_path / "x.xml", [])


def test_a_folder_that_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(OutputError, match="permission denied"):
        write_text(tmp_path / "x.txt", "")
    with pytest.raises(OutputError, match="permission denied"):
        written(tmp_path / "x.csv", [BadRow(line=1, guid_text="", column="", reason="")])


def test_a_file_has_the_rights_that_a_plain_one_would_have(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    write_text(path, "é\n")
    plain = tmp_path / "plain.txt"
    plain.write_text("")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    path.chmod(0o640)
    write_text(path, "again")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_bytes() == b"again"


def written(output: Path, rows: Sequence[BadRow]) -> Path | None:
    """All rows at once, beside `output`; None where there were none."""
    writer = QuarantineWriter(quarantine_path(output))
    writer.write(rows)
    writer.close()
    return writer.path if writer.count else None


ROWS = [BadRow(line=n, guid_text="x", column="guid", reason=f"a, {n}") for n in (1, 2)]


def test_the_quarantine_is_beside_the_output(tmp_path: Path) -> None:
    out = tmp_path / "plan.parquet"
    assert written(out, ROWS) == quarantine_path(out) == tmp_path / "plan.quarantine.csv"
    assert quarantine_path(out).read_text() == 'line,guid,column,reason,file\n1,x,guid,"a, 1",\n2,x,guid,"a, 2",\n'
    assert written(out, []) is None
    assert os.listdir(tmp_path) == []


def test_a_quarantine_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        QuarantineWriter(tmp_path / "no" / "q.csv").write(ROWS)
    writer = QuarantineWriter(tmp_path / "q.csv")
    writer.write(ROWS)

    def full(*_: object) -> None:
        raise FULL

    monkeypatch.setattr("chfw_files.tables.quarantine.os.fsync", full)
    with pytest.raises(OutputError, match="no room left"):
        writer.close()
    writer.discard()
    assert os.listdir(tmp_path) == []


def test_a_schedule_that_was_tampered_with_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    write_schedule(path, [batch("a", "b", "c")])
    lines = path.read_text().splitlines()
    for change, message in [
        (lines[2].replace("80-00", "8000"), "guid: `8000-00-00-00-00-00-01` is not a GUID"),
        (lines[2] + ",more", "11 values where the header has 10"),
        (lines[1].replace("22:00:00Z", "22:00"), "window_opens: the time `2026-03-02T22:00:00` has no offset"),
        (lines[1].replace(",2026-03-02,", ",2 March,"), "day: `2 March` is not a date"),
    ]:
        path.write_text("\n".join([lines[0], lines[1], change, ""]))
        with pytest.raises(InputError) as caught:
            list(open_schedule(path).batches())
        assert str(caught.value).startswith(f"`{path}`:3: {message}")
    path.write_text("guid,status\n")
    with pytest.raises(InputError, match="are missing"):
        open_schedule(path)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl", "xlsx"])
def test_one_row_of_a_schedule_is_found_as_reading_everything_finds_it(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chfw_files.parquet.source.ROWS_AT_ONCE", 4)
    path = tmp_path / f"plan.{suffix}"
    write_schedule(path, [batch("a", "b", "c", count=30)])
    opened = open_schedule(path)
    whole = opened.read(0)
    for at in (0, 3, 4, 29):
        row = opened.row(0, Guid(whole.column("guid")[at].as_py()))
        assert row is not None
        assert row.schema == SCHEDULE_SCHEMA
        assert row.to_pylist() == whole.slice(at, 1).to_pylist()
    assert opened.row(0, Guid(1)) is None


def test_one_row_that_was_tampered_with_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    write_schedule(path, [batch("a", "b", "c")])
    text = path.read_text()
    path.write_text(text.replace("2026-03-02,", "2 March,", 1))
    with pytest.raises(InputError, match=":2: day: `2 March` is not a date"):
        open_schedule(path).row(0, Guid(2**63))
    path.write_text(text.replace("80-00", "8000", 1))
    with pytest.raises(InputError, match=":2: guid: "):
        open_schedule(path).row(0, Guid(2**63 + 1))
