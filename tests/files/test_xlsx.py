"""Worksheets in: what people make of lists, and what a few kilobytes can do to a reader."""

import io
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import xlsxwriter

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.atomic import OutputError
from chfw_files.documents.estate import open_estate
from chfw_files.sources import open_source
from chfw_files.tables.writing import write_table
from chfw_files.xlsx.book import Area, open_book
from chfw_files.xlsx.extent import column_name, column_number
from chfw_files.xlsx.writing import check_rows
from tests.files.estates import NAMES, guid, hub

Fill = Callable[[Any, Any], None]


def book(path: Path, fill: Fill, **options: object) -> Path:
    """A workbook that people make; `fill` gets the workbook and its first sheet."""
    with xlsxwriter.Workbook(path, options) as workbook:
        fill(workbook, workbook.add_worksheet())
    return path


def rows(*given: tuple[object, ...], at: tuple[int, int] = (0, 0)) -> Fill:
    """Rows of cells, from a place on."""

    def fill(workbook: Any, sheet: Any) -> None:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for down, row in enumerate(given, start=at[0]):
            for across, value in enumerate(row, start=at[1]):
                if isinstance(value, date):
                    sheet.write_datetime(down, across, value, day)
                elif isinstance(value, str) and not value.startswith("="):
                    sheet.write_string(down, across, value)
                elif value is not None:
                    sheet.write(down, across, value)

    return fill


def read(path: Path) -> dict[str, list[str | None]]:
    source = open_source(path)
    if not source.chunk_count:
        return {name: [] for name in source.names}
    raw = source.read(0, source.names)
    return {"row": raw.lines().tolist(), **{name: column.to_pylist() for name, column in raw.columns.items()}}


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("epoch", [False, True])
def test_cells_are_read_as_people_see_them(epoch: bool, tmp_path: Path) -> None:
    """Dates in both systems, numbers in full, formulas by their value, errors as shown, rows as numbered."""
    fill = rows(
        ("guid", "when", "n", "calc"),
        ("a", date(2026, 3, 1), 43310010, "=1+1"),
        (),
        ("b", datetime(2026, 3, 1, 9, 5, tzinfo=UTC).replace(tzinfo=None), 1.5, "=1/0"),
        (None, "2026-03-01 00:00:00", True, None),
        at=(2, 1),
    )

    def with_values(workbook: Any, sheet: Any) -> None:
        fill(workbook, sheet)
        sheet.write_formula("E4", "=1+1", None, 2)
        sheet.write_formula("E6", "=1/0", None, "#DIV/0!")

    assert read(book(tmp_path / "t.xlsx", with_values, date_1904=epoch)) == {
        "row": [4, 6, 7],
        "guid": ["a", "b", None],
        "when": ["2026-03-01", "2026-03-01T09:05:00", "2026-03-01 00:00:00"],
        "n": ["43310010", "1.5", "true"],
        "calc": ["2", "#DIV/0!", None],
    }


def test_an_estate_is_read_and_a_bad_row_is_told_of_by_its_row(tmp_path: Path) -> None:
    hubs = [hub(1), hub(2, csp_region="Nowhere"), hub(3, installed_on=None)]
    path = book(tmp_path / "e.xlsx", rows(NAMES, *(tuple(one[name] for name in NAMES) for one in hubs)))
    estate = open_estate(path)
    assert [batch.num_rows for batch in estate.batches()] == [2]
    (bad,) = estate.quarantine
    assert (bad.line, bad.guid_text, bad.column) == (3, guid(2), "csp_region")


def test_a_header_without_rows_is_a_table_without_rows(tmp_path: Path) -> None:
    assert read(book(tmp_path / "t.xlsx", rows(("guid", "x")))) == {"guid": [], "x": []}


def test_what_is_no_table(tmp_path: Path) -> None:
    assert "is empty" in str(refused(book(tmp_path / "empty.xlsx", rows())))
    unnamed = refused(book(tmp_path / "unnamed.xlsx", rows(("guid", None), ("a", "b"))))
    assert "column B has values but no name in row 1" in str(unnamed)
    assert "chfw files import" in str(unnamed.hint)
    headless = refused(book(tmp_path / "headless.xlsx", rows((guid(1),), (guid(2),))))
    assert "has no header row: row 1 holds a GUID" in str(headless)
    twice = refused(book(tmp_path / "twice.xlsx", rows(("a", "a"), ("1", "2"))))
    assert "the column `a` is there more than once" in str(twice)


def test_no_sheet_is_passed_over(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "guid")
        workbook.add_worksheet("notes").write_string(0, 0, "x")
        workbook.add_worksheet("nothing")

    problem = refused(book(tmp_path / "t.xlsx", fill))
    assert "has 2 sheets with cells: `Sheet1`, `notes`" in str(problem)


def test_merged_areas_and_hidden_sheets_are_known(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.merge_range("B2:D4", "x")
        workbook.add_worksheet("other").hide()

    first, other = open_book(book(tmp_path / "t.xlsx", fill)).sheets
    assert first.merged == (Area(first_row=2, first_column=2, last_row=4, last_column=4),)
    assert (first.hidden, other.hidden, other.cells) == (False, True, 0)


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [column_name(number) for number in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_number(column_name(number)) == number for number in range(1, 17_000, 7))


@pytest.mark.parametrize("content", [b"", b"guid\n1\n", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_workbook(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(content)
    assert "is not a readable XLSX file" in str(refused(path))


def test_an_old_or_protected_file_is_named_as_one(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    assert "an old .xls file, or one that is protected by a password" in str(refused(path))


def rewritten(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """The same archive with its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def small(tmp_path: Path) -> Path:
    return book(tmp_path / "t.xlsx", rows(("guid", "x"), ("a", "b")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="A2"', b'r="XFD1048576"'),
        (b'r="A2"', b"r='XFD1048576'"),
        (b'r="A2"', b'\n  s="1"\tr = "xfd1048576"'),
        (b'r="A2"', b'r="A9999999"'),
        (b'<c r="A2"', b'<c t="n"  r="ZZ900000"'),
    ],
)
def test_two_cells_far_apart_are_refused_before_they_take_memory(old: bytes, new: bytes, tmp_path: Path) -> None:
    path = rewritten(small(tmp_path), lambda parts: parts.update({SHEET: parts[SHEET].replace(old, new)}))
    problem = refused(path)
    assert "is too large for a spreadsheet" in str(problem)
    assert problem.hint == "send it as .csv or .parquet"


def test_cells_without_addresses_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = b"<row>" + b"<c><v>1</v></c>" * 50 + b"</row>"
    data = b"<sheetData>" + row * 50 + b"</sheetData>"
    path = rewritten(
        small(tmp_path),
        lambda parts: parts.update({SHEET: parts[SHEET].partition(b"<sheetData>")[0] + data + b"</worksheet>"}),
    )
    monkeypatch.setattr(limits, "BOOK_CELLS", 2_000)
    assert "has 2,500 cells" in str(refused(path))


def test_an_archive_that_unpacks_to_next_to_nothing_is_refused(tmp_path: Path) -> None:
    """A zip bomb: four megabytes of spaces in some kilobytes."""
    path = rewritten(small(tmp_path), lambda parts: parts.update({"xl/media/x.bin": bytes(4 << 20)}))
    assert "unpacks to 4,194,304 bytes of next to nothing" in str(refused(path))


def test_a_part_that_lies_about_its_size_is_counted_as_it_comes(tmp_path: Path) -> None:
    path = rewritten(small(tmp_path), lambda parts: parts.update({"xl/media/x.bin": bytes(8 << 20)}))
    content = path.read_bytes()
    for size in ((8 << 20).to_bytes(4, "little"),):
        content = content.replace(size, (100).to_bytes(4, "little"))
    path.write_bytes(content)
    assert "unpacks to more than" in str(refused(path))


def test_a_text_that_a_million_cells_share_counts_a_million_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        del workbook
        sheet.write_string(0, 0, "x")
        for row in range(1, 400):
            sheet.write_string(row, 0, "y")

    def lengthen(parts: dict[str, bytes]) -> None:
        parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b">y<", b">" + b"yzab" * 50_000 + b"<")

    path = rewritten(book(tmp_path / "t.xlsx", fill), lengthen)
    monkeypatch.setattr(limits, "BOOK_RATIO", 10_000)
    monkeypatch.setattr(limits, "BOOK_TEXT", 50 << 20)
    assert "the texts of `xl/worksheets/sheet1.xml` have 79," in str(refused(path))


def test_a_workbook_without_a_worksheet_is_told_of(tmp_path: Path) -> None:
    """Such as one that has charts alone. Found by fuzzing."""
    name = "xl/_rels/workbook.xml.rels"
    path = rewritten(
        small(tmp_path), lambda parts: parts.update({name: parts[name].replace(b"worksheets/", b"chartsheets/")})
    )
    assert "it has no worksheet" in str(refused(path))


def test_entities_are_not_read(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    path = rewritten(small(tmp_path), lambda parts: parts.update({"xl/workbook.xml": bomb + parts["xl/workbook.xml"]}))
    assert "declares entities" in str(refused(path))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET, "xl/sharedStrings.xml"])
@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"<x",
        b"\xff\xfe",
        b"<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>99",
        b"<?xml version='1.0' encoding='ETF-8'?><x/>",
    ],
)
def test_a_part_that_is_missing_or_damaged_is_no_fault_of_ours(
    part: str, content: bytes | None, tmp_path: Path
) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts.pop(part)
        if content is not None:
            parts[part] = content

    path = rewritten(small(tmp_path), change)
    with suppress(InputError):
        read(path)


def test_many_parts_and_much_text_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(limits, "BOOK_PARTS", 3)
        assert "parts" in str(refused(path))
    with monkeypatch.context() as patch:
        patch.setattr(limits, "BOOK_BYTES", 100)
        assert "it has more than" in str(refused(path))
    with monkeypatch.context() as patch:
        patch.setattr(limits, "BOOK_UNPACKED", 100)
        assert "unpacked it has more than" in str(refused(path))


def test_more_columns_than_any_list_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_COLUMNS", 5)
    path = book(tmp_path / "t.xlsx", rows(tuple(f"c{n}" for n in range(6)), tuple("x" * 6)))
    assert "has 6 columns" in str(refused(path))


def test_what_a_sheet_cannot_hold_is_refused_with_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="holds 1,048,575 rows and a header") as caught:
        check_rows(1_048_576)
    assert caught.value.hint == "write .csv or .parquet"
    check_rows(1_048_575)
    schema = pa.schema([("text", pa.string())])
    for text, why in [("x" * 32_768, "does not fit into a cell"), ("\ufffe", "no characters of XLSX")]:
        with pytest.raises(InputError, match=why):
            write_table(tmp_path / "t.xlsx", schema, [pa.record_batch({"text": [text]})])
    monkeypatch.setattr(limits, "SHEET_ROWS", 3)
    with pytest.raises(InputError, match="a sheet of XLSX holds"):
        write_table(tmp_path / "t.xlsx", schema, [pa.record_batch({"text": ["x"] * 3})])
    monkeypatch.setattr(limits, "SHEET_COLUMNS", 0)
    with pytest.raises(InputError, match="columns do not fit"):
        write_table(tmp_path / "t.xlsx", schema, [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("module", "call"), [("fastexcel", "read"), ("xlsxwriter", "write")])
def test_without_the_extra_it_is_named(module: str, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small(tmp_path)
    monkeypatch.setitem(sys.modules, module, None)

    def work() -> None:
        if call == "read":
            read(path)
        else:
            write_table(tmp_path / "o.xlsx", pa.schema([("x", pa.string())]), [])

    with pytest.raises(InputError, match=f"XLSX needs {module}, which is not installed") as caught:
        work()
    assert "pip install 'chfw[files]'" in str(caught.value.hint)


def test_a_folder_that_does_not_take_the_file(tmp_path: Path) -> None:
    from chfw_files.xlsx.writing import Workbook

    with pytest.raises(OutputError, match="cannot write"):
        Workbook(tmp_path / "no" / "x.xlsx", streaming=True)


def test_the_archive_is_read_once(tmp_path: Path) -> None:
    """What was looked over is what is read, whatever becomes of the file meanwhile."""
    path = small(tmp_path)
    found = open_book(path)
    path.write_bytes(b"")
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        assert archive.testzip() is None
