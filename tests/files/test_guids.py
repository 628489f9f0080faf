import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.engines.duplicates import find_duplicates
from chfw_core.errors import InputError
from chfw_core.model.guid import format_guid, parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_files import guids
from chfw_files.guids import Guids, are_among, format_guids, numbers_of, parse_guids

NUMBERS = st.integers(0, 2**64 - 1)
KINDS = [pa.string(), pa.large_string()]


def of(*numbers: int) -> Guids:
    return np.array(numbers, dtype=np.uint64)


@given(st.lists(NUMBERS), st.sampled_from(KINDS))
def test_numbers_are_written_and_read_as_one_by_one(numbers: list[int], kind: pa.DataType) -> None:
    texts = format_guids(of(*numbers)).cast(kind)
    assert texts.to_pylist() == [format_guid(number) for number in numbers]
    read, bad = parse_guids(texts)
    assert read.tolist() == numbers
    assert not bad.any()


@given(st.lists(NUMBERS), st.sets(NUMBERS))
def test_wanted_numbers_are_found_in_any_order_and_as_often_as_they_are_there(here: list[int], more: set[int]) -> None:
    wanted = GuidList([*here[::2], *more])
    assert numbers_of(wanted).tolist() == list(wanted)
    for few in (0, guids._FEW):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(guids, "_FEW", few)
            assert are_among(of(*here), numbers_of(wanted)).tolist() == [number in wanted for number in here]


@given(st.lists(st.none() | st.text(alphabet="0123456789ABCDEFabcdefG-", max_size=24) | NUMBERS.map(format_guid)))
def test_what_is_a_guid_is_what_the_core_says(texts: list[str | None]) -> None:
    numbers, bad = parse_guids(pa.array(texts, pa.string()))
    for text, number, wrong in zip(texts, numbers.tolist(), bad.tolist(), strict=True):
        if text is not None and not wrong:
            assert parse_guid(text) == number
        else:
            with pytest.raises(InputError):
                parse_guid(text or "")


def test_a_slice_of_texts_is_read_from_its_own_start() -> None:
    texts = format_guids(of(1, 2, 3, 4)).slice(1, 2)
    assert parse_guids(texts)[0].tolist() == [2, 3]


@given(st.lists(st.lists(st.integers(0, 30) | NUMBERS)))
def test_repeated_guids_over_all_chunks(chunks: list[list[int]]) -> None:
    flat = [number for chunk in chunks for number in chunk]
    expected = sorted({number for number in flat if flat.count(number) > 1})
    assert find_duplicates([of(*chunk) for chunk in chunks]).tolist() == expected
    if chunks:
        assert find_duplicates([of(*chunk) for chunk in chunks[1:]], of(*chunks[0])).tolist() == expected
    ordered = sorted(flat)
    assert find_duplicates([of(*ordered[:3]), of(*ordered[3:])]).tolist() == expected
