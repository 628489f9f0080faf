"""What cannot be read at all is one clear message, whatever is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.columns import TEXTS, as_dictionary, one_array
from chfw_files.documents.estate import open_estate
from chfw_files.documents.lists import ListKind, read_list
from chfw_files.lines import csv_source
from chfw_files.parquet.thrift_compact import Sequence, read_struct, write_struct
from chfw_files.parquet.writing import MAGIC
from chfw_files.sources import open_source
from chfw_files.tables.few_rows import few_rows
from tests.files.estates import NAMES, guid, hub, write_csv, write_parquet

_ROWS, _GROUPS = 3, 4
"""Fields of a Parquet file's footer, the first of a row group too."""


def read(path: Path) -> None:
    for _ in open_estate(path).batches():
        pass


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert not message.endswith(".")
    return caught.value


def test_a_file_that_is_not_there_with_the_name_that_was_meant(tmp_path: Path) -> None:
    write_csv(tmp_path / "estate.csv", [hub(1)])
    problem = refused(tmp_path / "estat.csv")
    assert "there is no file" in str(problem)
    assert problem.hint == f"did you mean `{tmp_path / 'estate.csv'}`?"
    assert refused(tmp_path / "no" / "estate.csv").hint == f"there is no folder `{tmp_path / 'no'}`"
    assert refused(tmp_path / "quite_another.parquet").hint is None


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    assert "is a folder" in str(refused(tmp_path))


def test_an_unknown_extension(tmp_path: Path) -> None:
    path = tmp_path / "estate.txt"
    path.write_text("x")
    assert "the extension `.txt` is not one of .parquet, .csv, .jsonl and .xlsx" in str(refused(path))


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _garbage(path: Path) -> None:
    path.write_bytes(b"guid,csp_region\n")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _damaged_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4:2_000] = b"\xff" * 1_996
    path.write_bytes(bytes(content))


def _fewer_rows_than_it_says(path: Path) -> None:
    """Pages that end early give as many rows as they have, and pyarrow says nothing of the others."""
    content = path.read_bytes()
    at = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    footer = read_struct(content[at:-8])
    listed = footer[_GROUPS][1]
    assert isinstance(listed, Sequence)
    (group,) = listed.items
    assert isinstance(group, dict)
    for struct in (footer, group):
        struct[_ROWS] = (struct[_ROWS][0], 5_008)
    written = write_struct(footer)
    path.write_bytes(content[:at] + written + len(written).to_bytes(4, "little") + MAGIC)


@pytest.mark.parametrize("damage", [_truncated, _garbage, _empty, _damaged_pages, _fewer_rows_than_it_says])
def test_damaged_parquet(damage: Callable[[Path], None], tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "e.parquet", [hub(n) for n in range(5_000)])
    damage(path)
    problem = refused(path)
    assert "is not a readable Parquet file" in str(problem)
    assert "write it again" in str(problem.hint)


@pytest.mark.parametrize("name", ["guid", "csp_region", "flags"])
def test_text_in_parquet_that_is_no_utf_8(name: str, tmp_path: Path) -> None:
    bad = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"a\xdb")])
    columns = [bad if each == name else pa.array([cell], pa.string()) for each, cell in hub(1).items()]
    pq.write_table(pa.Table.from_arrays(columns, names=NAMES), tmp_path / "e.parquet")
    assert "is not a readable Parquet file: " in str(refused(tmp_path / "e.parquet"))


def test_a_name_of_a_column_in_parquet_that_is_no_utf_8(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "e.parquet", [hub(1)])
    path.write_bytes(path.read_bytes().replace(b"csp_region", b"csp_reg\xdfon"))
    assert "is not a readable Parquet file: " in str(refused(path))


def test_no_reader_passes_over_rows_that_a_damaged_file_has_lost(tmp_path: Path) -> None:
    """Nothing lost: a list of hubs, and a hub that is looked up, are asked of a file that says that it has more."""
    path = write_parquet(tmp_path / "e.parquet", [hub(n) for n in range(1, 5_001)])
    assert read_list(ListKind.HUBS, path).table.num_rows == 5_000
    _fewer_rows_than_it_says(path)
    with pytest.raises(InputError, match="has 5,000 rows where it says 5,008"):
        read_list(ListKind.HUBS, path)
    source = open_source(path, plain=frozenset())
    assert few_rows(source, 0, ["guid"], [4_999])["guid"].to_pylist() == [guid(5_000)]
    with pytest.raises(InputError, match="has 5,000 rows where it says 5,008"):
        few_rows(source, 0, ["guid"], [4_999, 5_003])


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_every_missing_column_is_named_and_slips_are_mended(suffix: str, tmp_path: Path) -> None:
    names = [{"device_model": "device_modle", "flags": "flgs"}.get(name, name) for name in NAMES]
    write = write_csv if suffix == "csv" else write_parquet
    problem = refused(write(tmp_path / f"e.{suffix}", [hub(1)], names))
    assert "the columns `device_model`, `flags` are missing" in str(problem)
    assert problem.hint == "did you mean `device_model` by `device_modle`? did you mean `flags` by `flgs`?"
    problem = refused(write(tmp_path / f"e.{suffix}", [hub(1)], NAMES[1:]))
    assert "the column `guid` is missing" in str(problem)
    assert str(problem.hint).startswith("the file has csp_region, manufacturer")


def test_a_slip_in_an_optional_column_is_not_passed_over(tmp_path: Path) -> None:
    problem = refused(write_csv(tmp_path / "e.csv", [hub(1)], (*NAMES, "holiday_devision")))
    assert "the column `holiday_devision` is not known" in str(problem)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_column_that_is_there_twice(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"e.{suffix}"
    if suffix == "csv":
        write_csv(path, [hub(1)], (*NAMES, "flags"))
    else:
        columns = [pa.array([cell], pa.string()) for cell in (*hub(1).values(), "x")]
        pq.write_table(pa.Table.from_arrays(columns, names=[*NAMES, "flags"]), path)
    assert "the column `flags` is there more than once" in str(refused(path))


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("guid", pa.array([1.5]), "the column `guid` is double; it must be uint64 or text"),
        ("guid", pa.array([1], pa.int64()), "the column `guid` is int64; it must be uint64 or text"),
        ("device_model", pa.array([433100]), "the column `device_model` is int64; it must be text"),
        ("installed_on", pa.array([20210203]), "the column `installed_on` is int64; it must be a date or text"),
        ("flags", pa.array([[1]]), "the column `flags` is list<element: int64>; it must be text joined by `|`"),
    ],
)
def test_a_column_of_another_type(name: str, values: pa.Array, message: str, tmp_path: Path) -> None:
    columns = {key: pa.array([cell], pa.string()) for key, cell in hub(1).items()} | {name: values}
    pq.write_table(pa.table(columns), tmp_path / "e.parquet")
    assert message in str(refused(tmp_path / "e.parquet"))


@pytest.mark.parametrize("content", ["", "\n", "\r\n\r\n"])
def test_an_estate_without_rows(content: str, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes((",".join(NAMES) + "\n" + content).encode())
    assert "has no rows" in str(refused(path))
    assert "has no rows" in str(refused(write_parquet(tmp_path / "e.parquet", [])))


def test_an_empty_file(tmp_path: Path) -> None:
    _empty(tmp_path / "e.csv")
    assert refused(tmp_path / "e.csv").hint == "a header row is needed"


def test_a_header_without_a_line_end(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(",".join(NAMES))
    assert "has no rows" in str(refused(tmp_path / "e.csv"))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_csv(tmp_path / "e.csv", [hub(1)])

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot read" in str(refused(path))


def test_text_that_is_not_utf8_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_source, "CHUNK_BYTES", 500)
    path = write_csv(tmp_path / "e.csv", [hub(n) for n in range(20)])
    lines = path.read_bytes().split(b"\n")
    lines[12] = lines[12].replace(b"NWND", b"N\xe9ND")
    path.write_bytes(b"\n".join(lines))
    problem = refused(path)
    assert "is not UTF-8: line 13, byte 0xE9" in str(problem)
    assert problem.hint == "save it as CSV UTF-8"


def test_headers_in_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes("guid,csp_region\n".encode("utf-16"))
    assert "it is UTF-16" in str(refused(path))
    path.write_bytes(b"gu\xefd,csp_region\n1,2\n")
    assert "line 1, byte 0xEF" in str(refused(path))


def line(number: int) -> str:
    return ",".join(str(cell or "") for cell in hub(number).values())


def estate_of(path: Path, *lines: str, end: str = "\n", start: bytes = b"") -> Path:
    path.write_bytes(start + end.join([",".join(NAMES), *lines, ""]).encode())
    return path


def test_csv_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    bad = line(4).replace("433100AC", "x")
    path = estate_of(tmp_path / "e.csv", line(1), "", line(2) + ",more", line(3), bad, "few", line(5))
    estate = open_estate(path)
    assert estate.read(0).num_rows == 3
    assert [(row.line, row.reason) for row in estate.quarantine] == [
        (4, "13 values where the header has 12"),
        (6, "device_model: `x` is not 8 hex digits"),
        (7, "1 values where the header has 12"),
    ]
    assert estate.quarantine[0].guid_text == guid(2)
    assert list(estate.row_numbers(0)) == [2, 5, 8]


@pytest.mark.parametrize(
    "stray",
    [
        line(2).replace("CS-0112", '"CS-0112'),
        line(2).replace("CS-0112", 'CS"0112'),
        line(2).replace("NWND", '"NWND').replace("CS-0112", 'CS"0112'),
    ],
    ids=["unclosed", "inside", "two on a line"],
)
def test_a_stray_quotation_mark_swallows_no_other_row(stray: str, tmp_path: Path) -> None:
    quoted = line(4).replace("BRKW", '"BRKW"')
    estate = open_estate(estate_of(tmp_path / "e.csv", line(1), stray, line(3), quoted))
    assert estate.read(0).num_rows == 3
    (bad,) = estate.quarantine
    assert (bad.line, bad.guid_text) == (3, guid(2))
    assert "quotation mark is not closed" in bad.reason


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_of_any_system_and_a_byte_order_mark(end: str, tmp_path: Path) -> None:
    bad = line(2).replace("433100AC", "x")
    estate = open_estate(estate_of(tmp_path / "e.csv", line(1), "", bad, line(3), end=end, start=b"\xef\xbb\xbf"))
    assert estate.read(0).num_rows == 2
    assert [row.line for row in estate.quarantine] == [4]


def test_one_huge_row_group_is_read(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "e.parquet", [hub(n) for n in range(5_000)])
    estate = open_estate(path)
    assert (estate.chunk_count, estate.read(0).num_rows) == (1, 5_000)


def test_a_chunk_of_empty_lines_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_source, "CHUNK_BYTES", 4)
    estate = open_estate(estate_of(tmp_path / "e.csv", line(1), *[""] * 20, line(2)))
    assert sum(batch.num_rows for batch in estate.batches()) == 2
    last = estate.chunk_count - 1
    assert list(estate.row_numbers(last)) == [23]


def test_columns_in_several_pieces_become_one() -> None:
    pieces = pa.chunked_array([["a", "b"], ["b", "c"]], pa.string())
    assert one_array(pieces.dictionary_encode()).to_pylist() == ["a", "b", "b", "c"]
    assert one_array(pieces.chunk(0)) is pieces.chunk(0) or one_array(pieces.chunk(0)).to_pylist() == ["a", "b"]
    assert one_array(pa.chunked_array([], pa.string())).to_pylist() == []


def test_dictionaries_with_other_codes_become_ours() -> None:
    found = as_dictionary(pa.array(["a", "b"]).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.large_string())))
    assert found.type == TEXTS


@pytest.mark.parametrize(
    ("change", "says", "hint"),
    [
        (lambda text: text.replace(",", ";"), "are separated by `;`", "save it with commas"),
        (lambda text: text.replace(",", "\t"), "are separated by tabs", "save it with commas"),
        (lambda text: "sep=,\n" + text, "begins with `sep=,`", "take its first line out"),
        (lambda text: text.partition("\n")[2], "has no header row", "put the names of the columns"),
    ],
)
def test_what_a_spreadsheet_writes_is_named(tmp_path: Path, change: Callable[[str], str], says: str, hint: str) -> None:
    path = write_csv(tmp_path / "estate.csv", [hub(1)])
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    problem = refused(path)
    assert says in str(problem)
    assert hint in str(problem.hint)


def test_a_header_or_a_line_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "e.csv"
    monkeypatch.setattr(limits, "MAX_HEADER", 20)
    path.write_text("guid," * 10)
    assert "the first line of" in str(refused(path))
    monkeypatch.setattr(limits, "MAX_LINE", 50)
    monkeypatch.setattr(csv_source, "CHUNK_BYTES", 5)
    path.write_text("guid\n" + "x" * 100 + "\n")
    assert "line 2 of" in str(refused(path))
    assert "has more than 50 bytes" in str(refused(path))


def test_more_columns_than_any_table_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_COLUMNS", len(NAMES) - 1)
    problem = refused(write_csv(tmp_path / "e.csv", [hub(1)]))
    assert "has 12 columns" in str(problem)


def test_text_that_is_not_utf8_is_told_of_wherever_it_stands(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """In a row that cannot be cut the parser would print a traceback of its own."""
    path = write_csv(tmp_path / "e.csv", [hub(1), hub(2)])
    path.write_bytes(path.read_bytes() + b"x,\xfcy\n")
    assert "is not UTF-8: line 4, byte 0xFC" in str(refused(path))
    assert capfd.readouterr().err == ""


def test_row_groups_that_ask_for_more_memory_than_any_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_parquet(tmp_path / "e.parquet", [hub(n) for n in range(9)])
    with monkeypatch.context() as patch:
        patch.setattr(limits, "MAX_GROUP_ROWS", 8)
        assert "has 9 rows in one row group" in str(refused(path))
    with monkeypatch.context() as patch:
        patch.setattr(limits, "MAX_GROUP_TEXT", 9 * 23 - 1)
        assert "has 207 bytes of text in one row group" in str(refused(path))
    monkeypatch.setattr(limits, "MAX_GROUP_TEXT", 9 * 23)
    read(path)
