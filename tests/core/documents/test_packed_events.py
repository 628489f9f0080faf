"""Many events in one entry come back as they were, to the letter; anything else is refused (I7, I11)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.documents.packed_events import is_packed, pack_events, unpack_events
from chfw_core.documents.rollout_events import store_event
from chfw_core.errors import InputError
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.incidents.events import ReleaseSuspended
from chfw_core.rollout.outcomes.events import HubsFailed, ImagesDelivered

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
GUIDS = st.lists(st.integers(0, 2**64 - 1), max_size=6).map(GuidList)


def delivered(minutes: int, guids: GuidList) -> ImagesDelivered:
    return ImagesDelivered(at=AT, by="CSP:North", occurred_at=AT - timedelta(minutes=minutes), guids=guids)


def failed(reason: str, guids: GuidList) -> HubsFailed:
    return HubsFailed(at=AT, by="CSP:North", code="reported", reason=reason, guids=guids)


@given(st.lists(st.builds(delivered, st.integers(0, 3), GUIDS), min_size=1, max_size=5))
def test_times_come_back(events: list[ImagesDelivered]) -> None:
    packed = pack_events(events)
    assert is_packed(packed.payload)
    assert list(unpack_events(packed.payload, packed.rows)) == events


@given(st.lists(st.builds(failed, st.text(max_size=8), GUIDS), min_size=1, max_size=5))
def test_reasons_come_back(events: list[HubsFailed]) -> None:
    packed = pack_events(events)
    assert list(unpack_events(packed.payload, packed.rows)) == events


def test_the_form_is_the_one_that_is_written_down() -> None:
    """Bytes that are in ledgers: another form needs another version."""
    packed = pack_events([delivered(1, GuidList([1, 2])), delivered(2, GuidList([256]))])
    assert json.loads(packed.payload) == {
        "type": "images_delivered",
        "v": 2,
        "events": 2,
        "same": {"at": "2026-03-01T12:00:00Z", "by": "CSP:North"},
    }
    header = b'{"each":{"occurred_at":["2026-03-01T11:59:00Z","2026-03-01T11:58:00Z"]},"hubs":[2,1]}'
    columns = bytes(3) * 7 + bytes([1, 1, 254])  # differences 1, 1, 254: seven bytes of zeros, then the last bytes
    assert packed.rows == b"\x01" + len(header).to_bytes(4, "big") + header + columns


def test_only_events_of_one_type_that_name_hubs_lie_together() -> None:
    mixed: list[list[AnyEvent]] = [
        [],
        [delivered(1, GuidList([1])), failed("no answer", GuidList([2]))],
        [ReleaseSuspended(at=AT, by="DCC", reason="at once")],
    ]
    for events in mixed:
        with pytest.raises(InputError):
            pack_events(events)


def test_a_single_event_is_not_taken_for_many() -> None:
    assert not is_packed(store_event(delivered(1, GuidList([1]))).payload)
    assert not is_packed(b"no JSON")


GOOD = pack_events([delivered(1, GuidList([1, 2])), delivered(2, GuidList([256]))])


@pytest.mark.parametrize(
    ("payload", "rows"),
    [
        (GOOD.payload, b""),
        (GOOD.payload, b"\x02" + GOOD.rows[1:]),
        (GOOD.payload, GOOD.rows[:-1]),
        (GOOD.payload, GOOD.rows[:-8]),
        (GOOD.payload, GOOD.rows[:-24] + bytes(24)),
        (GOOD.payload, GOOD.rows.replace(b'"hubs":[2,1]', b'"hubs":[3,1]')),
        (GOOD.payload, GOOD.rows.replace(b'"hubs":[2,1]', b'"hubs":[3]  ')),
        (GOOD.payload, GOOD.rows.replace(b'"hubs"', b'"gibs"')),
        (GOOD.payload.replace(b'"events":2', b'"events":3'), GOOD.rows),
        (GOOD.payload.replace(b'"events":2', b'"events":"2"'), GOOD.rows),
        (GOOD.payload.replace(b'"same"', b'"some"'), GOOD.rows),
        (GOOD.payload.replace(b"images_delivered", b"images_imagined"), GOOD.rows),
        (b"[]", GOOD.rows),
    ],
)
def test_anything_else_is_refused(payload: bytes, rows: bytes) -> None:
    with pytest.raises(InputError):
        unpack_events(payload, rows)
