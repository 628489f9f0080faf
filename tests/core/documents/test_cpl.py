"""The traps of the Central Products List, one by one; the real list is read in tests/files."""

import pytest

from chfw_core.documents.cpl import (
    CPL_COLUMNS,
    DEVICE_TYPE,
    FIRMWARE,
    HARDWARE,
    HASH,
    MANUFACTURER,
    MODEL,
    MODEL_AND_HARDWARE,
    NUMBER,
    REVISION,
    STATUS,
    CplRead,
    mend_hex,
    read_cpl,
)
from chfw_core.documents.rows import Row
from chfw_core.model.products import CplEntry, CplStatus

IMAGE = "8C83FA493AC03AB2A2CAF1DDA7927496AEDB0EC6E95F9E189EF89B497AE8A5A2"
CELLS: dict[str, str | None] = {
    NUMBER: "000040",
    STATUS: "Current",
    DEVICE_TYPE: "Communications Hub",
    MANUFACTURER: "106C",
    MODEL: "4331",
    HARDWARE: "00",
    REVISION: "AC",
    MODEL_AND_HARDWARE: "433100AC",
    FIRMWARE: "125083AE",
    HASH: IMAGE,
}
ENTRY = CplEntry(
    number=40,
    status=CplStatus.CURRENT,
    device_type="Communications Hub",
    manufacturer="106C",
    device_model="433100AC",
    firmware_version="125083AE",
    image_hash=IMAGE,
)


def read(*changes: dict[str, str | None]) -> CplRead:
    return read_cpl([Row(line=at, cells={**CELLS, **change}) for at, change in enumerate(changes, start=2)], "cpl.csv")


def notes(read: CplRead) -> list[str]:
    return [f"{note.span.line}: {note.message}" for note in read.notes]


def test_an_entry_as_it_should_be() -> None:
    found = read({})
    assert (found.cpl.entries, found.notes, found.bad_lines) == ((ENTRY,), (), ())
    assert tuple(CELLS) == CPL_COLUMNS


@pytest.mark.parametrize("number", ["40", "000040", "0000040", " 00040 "])
def test_numbers_are_written_in_more_than_one_way(number: str) -> None:
    assert read({NUMBER: number}).cpl.entries == (ENTRY,)


@pytest.mark.parametrize("status", ["current", " Current", "CURRENT"])
def test_case_and_spaces_do_not_matter(status: str) -> None:
    assert read({STATUS: status, DEVICE_TYPE: " Communications  Hub "}).cpl.entries == (ENTRY,)


def test_a_makers_wrong_id_stays_as_listed_and_is_noted() -> None:
    found = read({MANUFACTURER: "5401"})
    assert found.cpl.entries[0].manufacturer == "5401"
    assert notes(found) == ["2: entry 000040: maker 5401 as listed; it means 1072"]


def test_hardware_taken_for_a_number_gets_its_zeros_back() -> None:
    cells: dict[str, str | None] = {
        MODEL: "410",
        HARDWARE: "1",
        REVISION: "5.0",
        MODEL_AND_HARDWARE: "4100105",
        FIRMWARE: "3335337",
    }
    found = read(cells)
    assert (found.cpl.entries[0].device_model, found.cpl.entries[0].firmware_version) == ("04100105", "03335337")
    assert len(found.notes) == 5


@pytest.mark.parametrize(
    ("written", "digits", "mended"),
    [
        ("0B:18:00:00", 8, "0B180000"),
        ("OB1E0000", 8, "0B1E0000"),
        ("0b1e0000", 8, "0B1E0000"),
        ("4", 2, "04"),
        ("4.0", 2, "04"),
        ("1E+05", 8, None),
        ("4331 00AC", 8, "433100AC"),
        ("433100ACD", 8, None),
        ("43310xAC", 8, None),
    ],
)
def test_slips_in_hex_are_mended_or_refused(written: str, digits: int, mended: str | None) -> None:
    assert mend_hex(written, digits) == mended


def test_a_model_is_put_together_from_its_parts() -> None:
    assert read({MODEL_AND_HARDWARE: ""}).cpl.entries == (ENTRY,)
    assert read({MODEL: None, HARDWARE: None}).cpl.entries == (ENTRY,)


def test_a_model_that_differs_from_its_parts_stays_as_listed() -> None:
    found = read({REVISION: "AD"})
    assert found.cpl.entries == (ENTRY,)
    assert notes(found) == ["2: entry 000040: device model 433100AC as listed; its parts make 433100AD"]


def test_an_image_without_a_hash_or_with_a_wrong_one() -> None:
    assert read({HASH: " "}).cpl.entries[0].image_hash is None
    assert read({HASH: IMAGE.lower()}).cpl.entries == (ENTRY,)
    found = read({HASH: IMAGE[:-1]})
    assert found.cpl.entries[0].image_hash is None
    assert notes(found) == ["2: entry 000040: the image hash is not 64 hex digits and was left out"]


def test_an_entry_that_is_there_again() -> None:
    found = read({}, {}, {STATUS: "Removed"})
    assert [entry.status.value for entry in found.cpl.entries] == ["Current", "Removed"]
    assert notes(found) == [
        "3: entry 000040 is there again, the same",
        "4: entry 000040 is there again, with other content",
    ]


def test_one_combination_in_several_entries_and_any_order_g6() -> None:
    found = read({NUMBER: "129"}, {NUMBER: "40", STATUS: "Removed"})
    assert [entry.number for entry in found.cpl.entries] == [40, 129]
    assert found.notes == ()
    assert found.cpl.is_current("433100AC", "125083AE")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({NUMBER: "A40"}, "`A40` is not an entry number"),
        ({NUMBER: None}, "Entry.number is empty"),
        ({STATUS: "Withdrawn"}, "the status `Withdrawn` is neither Current nor Removed"),
        ({FIRMWARE: "1.38.6"}, "Device_Model.firmware_version: `1.38.6` is not 8 hex digits"),
        ({MODEL_AND_HARDWARE: None, MODEL: None}, "Device_Model.model_identifier is empty"),
    ],
)
def test_what_cannot_be_mended_is_set_aside(change: dict[str, str | None], reason: str) -> None:
    found = read({}, change)
    assert found.cpl.entries == (ENTRY,)
    assert [(bad.line, bad.reason) for bad in found.bad_lines] == [(3, reason)]
