"""Single cells: what a spreadsheet did to them is undone where that is certain, and told of where it is not."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.documents.tables import OUTCOMES, PILOT_PROGRESS, Kind, TableColumn
from chfw_core.errors import InputError
from chfw_core.model.guid import format_guid
from chfw_files.hypercare.cells import Cell, Settings, read_cell, read_day, read_guid, read_time, read_word

GUIDS = st.integers(min_value=0, max_value=2**64 - 1)
DAYS = st.dates(min_value=date(2001, 1, 1), max_value=date(2199, 12, 31))


@given(GUIDS, st.sampled_from(["-", ":", "", " ", ".", "‑", "\u200b"]), st.booleans(), st.sampled_from(["", " ", "'"]))
def test_a_guid_in_any_writing_is_the_guid(guid: int, between: str, lower: bool, around: str) -> None:
    text = format_guid(guid).replace("-", between)
    assert read_guid(Cell(text=f"{around}{text.lower() if lower else text}{around}")) == format_guid(guid)


@given(GUIDS)
def test_a_guid_that_became_a_number_is_that_guid_or_refused(guid: int) -> None:
    """Digits alone, as a spreadsheet keeps them: fifteen, and none of the zeros at the beginning."""
    digits = f"{guid:016d}"[-16:]
    kept = str(int(digits[:15].lstrip("0").ljust(1, "0") + "0") if len(digits.lstrip("0")) > 15 else int(digits))
    found = None
    with suppress(InputError):
        found = read_guid(Cell(text=kept, is_number=True))
    assert found is None or found.replace("-", "") == digits


@pytest.mark.parametrize(
    ("number", "guid"),
    [
        ("12249900000003", "00-12-24-99-00-00-00-03"),
        ("123456789012345", "01-23-45-67-89-01-23-45"),
        ("1234567890123457", "12-34-56-78-90-12-34-57"),
        ("8111222333444555", "81-11-22-23-33-44-45-55"),
    ],
)
def test_a_number_that_kept_every_digit_is_mended(number: str, guid: str) -> None:
    assert read_guid(Cell(text=number, is_number=True)) == guid


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (Cell(text="1234567890123450", is_number=True), "keeps 15 digits: the others are lost"),
        (Cell(text="9007199254740993", is_number=True), "keeps 15 digits"),
        (Cell(text="16500000000000000000", is_number=True), "keeps 15 digits"),
        (Cell(text="12345", is_number=True), "too few digits"),
        (Cell(text="1.5", is_number=True), "the number `1.5` is not a GUID"),
        (Cell(text="12249900000003"), "has 14 digits, and a GUID has 16"),
        (Cell(text="1.23457E+15"), "is not a GUID"),
        (Cell(text="00-1D-24-99-00-00-00-0"), "is not a GUID"),
        (Cell(text="n/a"), "is not a GUID"),
    ],
)
def test_what_may_not_be_what_it_was_is_refused(cell: Cell, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        read_guid(cell)
    assert caught.value.hint


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d-%b-%Y", "%Y-%m-%d", "%d %b, %Y"]))
def test_a_day_is_read_in_any_writing_day_first(day: date, form: str) -> None:
    assert read_day(Cell(text=day.strftime(form)), Settings()) == day


@given(DAYS, st.sampled_from(["%m/%d/%Y", "%B %d, %Y", "%b-%d-%Y", "%Y-%m-%d"]))
def test_month_first_where_the_mapping_says_so(day: date, form: str) -> None:
    assert read_day(Cell(text=day.strftime(form)), Settings(month_first=True)) == day


@given(DAYS, st.booleans())
def test_a_number_of_days_counts_from_1900_or_1904(day: date, since_1904: bool) -> None:
    first = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    cell = Cell(text=str((day - first).days), is_number=True)
    assert read_day(cell, Settings(since_1904=since_1904)) == day


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        (Cell(text="2026-03-01"), "2026-03-01"),
        (Cell(text="1st March 2026"), "2026-03-01"),
        (Cell(text="01/07/2026 14:30"), "2026-07-01T13:30:00Z"),
        (Cell(text="01/01/2026 2:05 pm"), "2026-01-01T14:05:00Z"),
        (Cell(text="01/01/2026 12:05 AM"), "2026-01-01T00:05:00Z"),
        (Cell(text="2026-07-01T14:30:05"), "2026-07-01T13:30:05Z"),
        (Cell(text="2026-07-01T14:30:00Z"), "2026-07-01T14:30:00Z"),
        (Cell(text="2026-07-01T14:30:00+02:00"), "2026-07-01T14:30:00+02:00"),
        (Cell(text="46204.5", is_number=True), "2026-07-01T11:00:00Z"),
    ],
)
def test_a_time_without_a_zone_is_londons(cell: Cell, instant: str) -> None:
    assert read_time(cell, Settings()) == instant


@pytest.mark.parametrize(
    "cell",
    [
        Cell(text="13/13/2026"),
        Cell(text="next week"),
        Cell(text="01/07/2026 25:00"),
        Cell(text="29/03/2026 01:30"),
        Cell(text="5", is_number=True),
        Cell(text="99999999", is_number=True),
        Cell(text="3000", is_number=True),
    ],
)
def test_what_is_no_time_is_refused(cell: Cell) -> None:
    with pytest.raises(InputError):
        read_time(cell, Settings())


def _column(columns: tuple[TableColumn, ...], name: str) -> TableColumn:
    return next(column for column in columns if column.name == name)


def test_words_are_known_by_what_people_write() -> None:
    result, outcome = _column(PILOT_PROGRESS, "result"), _column(OUTCOMES, "outcome")
    assert read_word("Successful!", result, {}) == "success"
    assert read_word("FAILED", result, {}) == "failure"
    assert read_word("Upgraded", outcome, {}) == "activated"
    assert read_word("Rolled back", result, {"rolled back": "failure"}) == "failure"
    assert read_word("Rolled back", result, {}) == "Rolled back"
    assert read_cell(Cell(text=" as is "), _column(PILOT_PROGRESS, "commentary"), Settings(), {}) == "as is"
    effective = TableColumn(name="effective", kind=Kind.DATE)
    assert read_cell(Cell(text="3 Apr 2026"), effective, Settings(), {}) == "2026-04-03"
