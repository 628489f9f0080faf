"""No text becomes a formula in a spreadsheet, and every text is read back as it was (TR4)."""

import csv
import io
from datetime import date
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chfw_files.lines.escapes import OPENERS, escape, unescape, unescape_column
from chfw_files.lines.writing import csv_lines
from chfw_files.sources import open_source
from chfw_files.tables.writing import write_table

OPENING = st.sampled_from(["", "'", "''", "=", "'=", "''+", "-", "@", "\t", "\r", "＝", "_x000D_", " ", '"', ","])
TEXTS = st.builds(
    str.__add__,
    OPENING,
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                "cmd|' /C calc'!A0",
                'HYPERLINK("x")',
                "1+1",
                "_x005F_x000D_",
                "_x005F\r",
                "\ufffe\uffff",
                "http://a",
                "1E5",
                "007",
            ]
        ),
    ),
)
SCHEMA = pa.schema([("guid", pa.uint64()), ("text", pa.string()), ("word", pa.dictionary(pa.int32(), pa.string()))])


@given(TEXTS)
def test_escaping_is_undone_and_leaves_no_opener(text: str) -> None:
    written = escape(text)
    assert unescape(written) == text
    assert written[:1] not in OPENERS or not written


@given(st.lists(st.none() | TEXTS))
def test_a_column_is_unescaped_like_its_texts(texts: list[str | None]) -> None:
    escaped = pa.array([None if text is None else escape(text) for text in texts], pa.string())
    assert unescape_column(escaped).to_pylist() == texts
    assert unescape_column(escaped.dictionary_encode()).to_pylist() == texts


def test_what_is_not_escaped_is_the_very_same_array() -> None:
    column = pa.array(["a", None])
    assert unescape_column(column) is column
    words = column.dictionary_encode()
    assert unescape_column(words) is words


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_cell_of_csv_begins_like_a_formula(texts: list[str]) -> None:
    lines = csv_lines(
        pa.RecordBatch.from_arrays([pa.array(texts), pa.array([None] * len(texts), pa.string())], ["a", "b"])
    )
    text = "".join(lines.to_pylist())
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell and cell[0] in OPENERS for cell in row)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "xlsx", "parquet"])
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_every_text_is_read_back_as_it_was(suffix: str, texts: list[str]) -> None:
    """Line breaks apart, which no column of a list in CSV can hold, and an empty text, which is a missing one."""
    assume(suffix != "xlsx" or not any("\ufffe" in text or "\uffff" in text for text in texts))
    assume(suffix != "csv" or not any("\n" in text or "\r" in text for text in texts))
    batch = pa.RecordBatch.from_arrays(
        [pa.array([1] * len(texts), pa.uint64()), pa.array(texts), pa.array(texts).dictionary_encode()], schema=SCHEMA
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"t.{suffix}"
        write_table(path, SCHEMA, [batch])
        source = open_source(path, plain=frozenset({"guid", "text"}))
        raw = source.read(0, source.names)
        assert not raw.unreadable
        for name in ("text", "word"):
            assert [text or "" for text in raw.columns[name].to_pylist()] == texts


def test_cells_of_a_sheet_are_texts_never_formulas_or_links(tmp_path: Path) -> None:
    """Judged by another reader, which tells the kinds of cells apart."""
    openpyxl = import_module("openpyxl")
    path = tmp_path / "t.xlsx"
    texts = ["=1+1", "+1", "-1", "@x", "\tx", "http://example.org", "mailto:a@b", "1E5", "2026-03-01", "'=x"]
    schema = pa.schema([("text", pa.string()), ("day", pa.date32()), ("hubs", pa.int64())])
    columns = [pa.array(texts), pa.array([date(2026, 3, 1)] * 10), pa.array(range(10), pa.int64())]
    write_table(path, schema, [pa.RecordBatch.from_arrays(columns, schema=schema)])
    (sheet,) = openpyxl.load_workbook(path).worksheets
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.hyperlink for cell in cells} == {None}
    assert [cell.quotePrefix for cell in cells] == [True] * 5 + [False] * 5
    assert {row[1].data_type for row in sheet.iter_rows(min_row=2)} == {"d"}
    assert {row[2].data_type for row in sheet.iter_rows(min_row=2)} == {"n"}
