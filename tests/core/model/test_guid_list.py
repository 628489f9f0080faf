"""Lists of GUIDs: sorted, distinct, packed, the same on every machine."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.errors import InputError, UsageError
from chfw_core.model.guid import MASK_64, Guid, format_guid
from chfw_core.model.guid_list import GuidList

GUIDS = st.lists(st.integers(min_value=0, max_value=MASK_64), max_size=30)


@given(GUIDS)
def test_it_is_the_sorted_set_of_what_it_was_made_of(guids: list[int]) -> None:
    made = GuidList(guids)
    assert list(made) == sorted(set(guids))
    assert len(made) == len(set(guids))


@given(GUIDS, GUIDS)
def test_lists_behave_as_sets_do(ones: list[int], others: list[int]) -> None:
    one, other = GuidList(ones), GuidList(others)
    assert set(one | other) == set(ones) | set(others)
    assert set(one & other) == set(ones) & set(others)
    assert set(one - other) == set(ones) - set(others)
    assert (one == other) == (set(ones) == set(others))
    assert one != set(ones)


@given(GUIDS)
def test_packing_and_unpacking_are_inverse(guids: list[int]) -> None:
    made = GuidList(guids)
    again = GuidList.unpack(made.pack())
    assert again == made
    assert hash(again) == hash(made)


@given(GUIDS)
def test_the_bytes_sort_as_the_guids_do(guids: list[int]) -> None:
    packed = GuidList(guids).pack()
    pieces = [packed[at : at + 8] for at in range(0, len(packed), 8)]
    assert pieces == sorted(pieces)


@given(GUIDS, st.integers(min_value=0, max_value=MASK_64))
def test_membership_is_that_of_the_set(guids: list[int], one: int) -> None:
    made = GuidList(guids)
    assert all(guid in made for guid in guids)
    assert (one in made) == (one in set(guids))
    no_guid: object = "one"
    assert no_guid not in made


@given(st.lists(GUIDS, max_size=4))
def test_united_lists_have_all_of_each(lists: list[list[int]]) -> None:
    assert GuidList.united([GuidList(one) for one in lists]) == GuidList(guid for one in lists for guid in one)


@given(GUIDS)
def test_its_texts_are_those_of_its_guids(guids: list[int]) -> None:
    made = GuidList(guids)
    assert made.texts() == [format_guid(guid) for guid in made]


def test_the_packed_form_is_big_endian() -> None:
    assert GuidList([0x0102030405060708]).pack() == bytes(range(1, 9))


@pytest.mark.parametrize("packed", [b"\0" * 7, b"\0" * 16, bytes(7) + b"\2" + bytes(7) + b"\1"])
def test_bytes_that_are_no_such_list_are_refused(packed: bytes) -> None:
    with pytest.raises(InputError):
        GuidList.unpack(packed)


@pytest.mark.parametrize("wrong", [-1, MASK_64 + 1])
def test_what_is_no_guid_is_refused(wrong: int) -> None:
    with pytest.raises(InputError, match="unsigned 64-bit"):
        GuidList([wrong])


def test_it_shows_its_first_guids() -> None:
    assert repr(GuidList([Guid(1)])) == "GuidList(00-00-00-00-00-00-00-01)"
    assert repr(GuidList(range(5))).endswith("… 5 in all)")


@pytest.mark.parametrize(
    ("guids", "says"),
    [
        (["88-73-84-90-6A-10-02-DB"], "`88-73-84-90-6A-10-02-DB` (str) is not a GUID as a number"),
        ([7, "88-73-84-90-6A-10-02-DB"], "(str) is not a GUID as a number"),
        ([1.5], "`1.5` (float)"),
        ([None], "`None` (NoneType)"),
        (7, "`7` (int)"),
        ([[7]], "is not a GUID as a number"),
    ],
)
def test_what_is_no_number_is_named_with_the_way_to_one(guids: Any, says: str) -> None:
    with pytest.raises(UsageError) as told:
        GuidList(guids)
    assert says in str(told.value)
    assert "parse_guid" in (told.value.hint or "")
