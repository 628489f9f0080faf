"""Instants of many hubs beside their GUIDs, and in the JSON of events (CS2)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.documents.packed_events import pack_events, unpack_events
from chfw_core.documents.rollout_events import restore_event, store_event
from chfw_core.errors import InputError
from chfw_core.model.guid_list import GuidList
from chfw_core.model.instant_list import InstantList
from chfw_core.rollout.outcomes.events import ImagesDelivered

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMES = st.lists(st.integers(0, 4).map(lambda hours: AT - timedelta(hours=hours)), min_size=1, max_size=9)


def delivered(times: list[datetime], first: int = 1) -> ImagesDelivered:
    guids = GuidList(range(first, first + len(times)))
    return ImagesDelivered(at=AT, by="CSP:North", occurred_at=min(times), times=InstantList(times), guids=guids)


@given(TIMES)
def test_times_come_back_from_an_entry(times: list[datetime]) -> None:
    stored = store_event(delivered(times))
    assert restore_event(stored.payload, stored.guids) == delivered(times)


@given(TIMES, TIMES)
def test_events_with_times_and_without_lie_together(one: list[datetime], two: list[datetime]) -> None:
    plain = ImagesDelivered(at=AT, by="CSP:North", occurred_at=AT, guids=GuidList([500]))
    events = [plain, delivered(one), delivered(two, 100)]
    packed = pack_events(events)
    assert list(unpack_events(packed.payload, packed.rows)) == events


def test_an_event_without_times_is_written_as_it_was_before_there_were_any() -> None:
    """Bytes that are in ledgers."""
    plain = ImagesDelivered(at=AT, by="CSP:North", occurred_at=AT, guids=GuidList([5]))
    assert "times" not in json.loads(store_event(plain).payload)


@given(TIMES)
def test_hubs_by_time_are_all_of_them_in_order(times: list[datetime]) -> None:
    guids = GuidList(range(len(times)))
    found = list(InstantList(times).by_time(guids))
    assert [when for when, _ in found] == sorted(set(times))
    assert {(guid, when) for when, some in found for guid in some} == set(zip(guids, times, strict=True))


@pytest.mark.parametrize("numbers", [[10**30], ["now"], [2**62]])
def test_what_is_no_instant_is_refused(numbers: list[object]) -> None:
    with pytest.raises(InputError):
        InstantList.of_microseconds(numbers)  # type: ignore[arg-type] # as an unchecked file may say
