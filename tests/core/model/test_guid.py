import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.errors import InputError
from chfw_core.model.guid import (
    MASK_64,
    format_guid,
    from_signed,
    hash_key,
    keyed_hash,
    parse_guid,
    to_signed,
)

GUIDS = st.integers(min_value=0, max_value=MASK_64)
REAL = "88-73-84-90-6A-10-02-DB"


@given(GUIDS)
def test_text_leads_back_to_the_number(guid: int) -> None:
    assert parse_guid(format_guid(guid)) == guid


def test_either_case_is_read_and_upper_case_written() -> None:
    assert format_guid(parse_guid(REAL.lower())) == REAL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8873849 06A1002DB",
        "8873-8490-6A10-02DB",
        "887384906A1002DB",
        REAL + "-00",
        REAL[:-1],
        REAL.replace("DB", "DG"),
        " " + REAL,
        "88_73-84-90-6A-10-02-DB",
        "88-73-84-90-6A-10-02-D\u0661",
    ],
)
def test_other_text_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(InputError, match="is not a GUID") as caught:
        parse_guid(text)
    assert "eight hex pairs" in str(caught.value.hint)


@pytest.mark.parametrize("number", [-1, MASK_64 + 1])
def test_a_number_out_of_range_has_no_text(number: int) -> None:
    with pytest.raises(InputError, match="unsigned 64-bit"):
        format_guid(number)


@given(GUIDS, GUIDS)
def test_signed_numbers_keep_the_order(one: int, other: int) -> None:
    assert (one < other) == (to_signed(one) < to_signed(other))
    assert from_signed(to_signed(one)) == one
    assert -(1 << 63) <= to_signed(one) < 1 << 63


@given(GUIDS, GUIDS, st.text())
def test_the_keyed_hash_never_ties(one: int, other: int, seed: str) -> None:
    key = hash_key(seed)
    assert (keyed_hash(one, key) == keyed_hash(other, key)) == (one == other)
    assert 0 <= keyed_hash(one, key) <= MASK_64


def test_the_keyed_hash_is_pinned() -> None:
    """I7: the same hubs in the same order on any machine, now and later."""
    key = hash_key("2026-spring")
    assert (key, keyed_hash(parse_guid(REAL), key)) == (8896425116506931529, 15868976525101060162)


@pytest.mark.parametrize("value", [5, None, b"88-73-84-90-6A-10-02-DB"])
def test_what_is_no_text_is_refused_too(value: object) -> None:
    with pytest.raises(InputError, match="is not the text of a GUID"):
        parse_guid(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["1234567890123450", "9007199254740993", "9999999999999999"])
def test_no_guid_is_made_of_a_number_that_may_have_lost_digits(text: str) -> None:
    """It would be another household's hub."""
    with pytest.raises(InputError) as caught:
        parse_guid(text)
    assert "digits may be lost" in str(caught.value.hint)
    assert text[:2] + "-" not in str(caught.value.hint)


@pytest.mark.parametrize(
    "text", ["1234567890123451", "0034567890123450", "12 34 56 78 90 12 34 50", "123456789012345A"]
)
def test_what_no_spreadsheet_can_have_changed_is_written_out(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_guid(text)
    assert "joined by `-`: " in str(caught.value.hint)
