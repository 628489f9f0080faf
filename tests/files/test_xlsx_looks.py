"""What is told from a worksheet's XML: how far its cells reach, and which of them are dates."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_files.xlsx import book as xlsx_book
from chfw_files.xlsx import cells as xlsx_cells
from chfw_files.xlsx.extent import Extent
from tests.files.test_xlsx import SHEET, book, read, rewritten, rows

_TAGS = st.sampled_from(
    [
        '<row r="{n}" spans="1:3">',
        '<row r="{n}">',
        "<row>",
        "</row>",
        '<c r="{a}{n}"/>',
        '<c r="{a}{n}" s="2" t="s"><v>1</v></c>',
        '<c r="{a}{n}"><v>7</v></c>',
        "<c><v>7</v></c>",
        "<c/>",
        '<c t="s" r="{a}{n}">',
        "<c r='{a}{n}'>",
        '<c\tr="{a}{n}">',
        '<x:c r="{a}{n}">',
        '<c r="{a}">',
        '<c r="{n}">',
        '<col min="1"/>',
        '<rowBreaks count="1"/>',
        "<is><r><t>a:b</t></r></is>",
        "<color/>",
        '<c r="{a}{n}',
    ]
)
_PLACES = st.tuples(st.sampled_from(["A", "Z", "AA", "XFD", "ab", "ABCD"]), st.integers(0, 12_345_678))


@given(st.lists(st.lists(st.tuples(_TAGS, _PLACES), max_size=6), max_size=3))
def test_the_quick_look_reaches_no_less_than_one_tag_by_tag(pieces: list[list[tuple[str, tuple[str, int]]]]) -> None:
    """And exactly as far where it says that all is as usual: it guards memory."""
    quick, slow = Extent(), Extent()
    for piece in pieces:
        text = "".join(tag.format(a=letters, n=number) for tag, (letters, number) in piece).encode()
        quick.take(text)
        slow._take_one_by_one(text)
    assert quick.cells == slow.cells
    assert quick.rows >= slow.rows
    assert quick.columns >= slow.columns
    if quick.as_usual:
        assert (quick.rows, quick.columns) == (slow.rows, slow.columns)


def test_a_row_without_a_number_comes_after_one_of_the_piece_before() -> None:
    extent = Extent()
    extent.take(b'<row r="1"><c r="A1"/></row><row r="1000000">')
    extent.take(b"<row><c/></row>")
    assert extent.rows == 1_000_001


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The columns of which the reader was asked what their cells are, for which it reads the sheet again."""
    found: list[int] = []
    kinds = xlsx_cells._Sheet.kinds

    def ask(sheet: xlsx_cells._Sheet, index: int) -> dict[int, str]:
        found.append(index)
        return kinds(sheet, index)

    monkeypatch.setattr(xlsx_cells._Sheet, "kinds", ask)
    return found


def dates(tmp_path: Path) -> Path:
    days = (date(2026, 3, 1) + timedelta(days) for days in range(300))
    return book(tmp_path / "t.xlsx", rows(("guid", "when"), *((f"g{number}", day) for number, day in enumerate(days))))


@pytest.mark.parametrize("block", [64, 1_000, 4 << 20])
def test_a_sheet_with_dates_is_read_once(
    block: int, asked: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is cut while it is unpacked, unless the pieces are smaller than a cell."""
    monkeypatch.setattr(xlsx_book, "_PIECE", block)
    found = read(dates(tmp_path))
    assert found["when"][::299] == ["2026-03-01", "2026-12-25"]
    assert bool(asked) == (block == 64)


_FIRST = b'<c r="B2" s="1"><v>46082</v></c>'
_TEXT = b'<c r="B2" t="inlineStr"><is><t>2026-03-01 00:00:00</t></is></c>'


@pytest.mark.parametrize(
    ("instead", "shown", "again"),
    [
        (_FIRST, "2026-03-01", False),
        (b'<c r="B2" s="1" t="n"><v>46082.5</v></c>', "2026-03-01T12:00:00", False),
        (b'<c r="B2" s="1" ><v>46082</v></c>', "2026-03-01", True),
        (b'<c s="1" r="B2"><v>46082</v></c>', "2026-03-01", True),
        (b'<c r="B2" s="1"><f>A1</f><v>46082</v></c>', "2026-03-01", True),
        (b"<!-- " + _TEXT + b" -->" + _FIRST, "2026-03-01", True),
        (b"<!-- " + _FIRST + b" --><c  " + _TEXT[3:], "2026-03-01 00:00:00", True),
        (_TEXT, "2026-03-01 00:00:00", True),
        (b'<c r="B2"><v>2026-03-01 00:00:00</v></c>', "2026-03-01 00:00:00", True),
        (_FIRST + _TEXT, "2026-03-01 00:00:00", True),
        (_TEXT + _FIRST, "2026-03-01", True),
        (_FIRST + _FIRST, "2026-03-01", True),
    ],
)
def test_a_text_is_never_taken_for_a_date(
    instead: bytes, shown: str, again: bool, asked: list[int], tmp_path: Path
) -> None:
    """Where the XML leaves a doubt, the reader is asked."""

    def change(parts: dict[str, bytes]) -> None:
        assert parts[SHEET].count(_FIRST) == 1
        parts[SHEET] = parts[SHEET].replace(_FIRST, instead)

    found = read(rewritten(dates(tmp_path), change))
    assert found["when"][:2] == [shown, "2026-03-02"]
    assert bool(asked) == again


def test_each_column_of_dates_is_judged_for_itself(asked: list[int], tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx",
        rows(("a", "b"), (date(2026, 3, 1), "2026-03-01 00:00:00"), (date(2026, 3, 2), date(2026, 3, 2)), at=(1, 27)),
    )
    assert read(path) == {
        "row": [3, 4],
        "a": ["2026-03-01", "2026-03-02"],
        "b": ["2026-03-01 00:00:00", "2026-03-02"],
    }
    assert asked == [1]
