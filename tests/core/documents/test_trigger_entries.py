"""What triggers leave in the ledger comes back as it was written, and the same content gives the same bytes (I7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.documents.trigger_entries import (
    TRIGGER_TYPES,
    TriggerEntry,
    restore_trigger_entry,
    store_trigger_entry,
)
from chfw_core.documents.trigger_records import read_trigger_records, write_trigger_records
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.parties import Party
from chfw_core.planning.trigger_records import TriggerHold, TriggerRecords, TriggerRelease
from chfw_core.rollout.triggering.entries import (
    Effect,
    EventsObserved,
    Fired,
    HoldsEnded,
    Kind,
    RulesInstalled,
    TimePassed,
    TriggersFired,
)

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
VALUES = st.one_of(
    st.text(max_size=5), st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False, allow_infinity=False)
)
FIELDS = st.dictionaries(st.sampled_from(("flag", "reason", "amount", "release")), VALUES, max_size=3)


@st.composite
def observed(draw: st.DrawFn) -> EventsObserved:
    party = draw(st.sampled_from((Party("NWND"), Party("DCC"))))
    guids = st.one_of(st.none(), st.integers(0, 2**64 - 1).map(Guid))
    spans = st.timedeltas(timedelta(0), timedelta(days=400))
    events = tuple(
        Event(seq=seq, at=START + draw(spans), type="test_passed", party=party, guid=draw(guids), fields=draw(FIELDS))
        for seq in draw(st.lists(st.integers(0, 2**50), min_size=1, max_size=8, unique=True))
    )
    return EventsObserved(by=party, type="test_passed", events=events)


@given(observed())
def test_observed_events_come_back(entry: EventsObserved) -> None:
    stored = store_trigger_entry(entry)
    assert restore_trigger_entry(stored.payload, stored.rows) == entry
    assert store_trigger_entry(entry) == stored


FIRED = Fired(
    id="0f" * 16,
    trigger="meter-then-hub",
    scope={"hub": "88-73-84-90-6A-10-02-DB"},
    at=START,
    because="the hub after its meter",
    said="meter-then-hub: the hub after its meter (…)",
    guid=Guid(2**64 - 1),
    release=None,
    effects=(Effect(kind=Kind.HOLD, said={"until": "date", "ends": "2026-02-01T00:00:00Z"}),),
)
ENTRIES: tuple[TriggerEntry, ...] = (
    RulesInstalled(by="NWND", owner="NWND", version="ab", files=(("a.rules.yaml", "rules: v1\n"),), after=7),
    TimePassed(by="DCC", at=START),
    TriggersFired(owner="NWND", version="ab", upto=9, firings=(FIRED,)),
    HoldsEnded(owner="NWND", holds=(1, 2), because="the flag was cleared"),
)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
def test_every_other_entry_comes_back(entry: TriggerEntry) -> None:
    stored = store_trigger_entry(entry)
    assert stored.type in TRIGGER_TYPES
    assert restore_trigger_entry(stored.payload, stored.rows) == entry


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"type":"hubs_held"}', b'{"type":"events_observed","v":1}'])
def test_what_is_no_entry_is_refused(payload: bytes) -> None:
    with pytest.raises(InputError):
        restore_trigger_entry(payload, None)


RECORDS = TriggerRecords(
    holds=(
        TriggerHold(
            owner="NWND", trigger="t", version="ab", because="b", since=START, ends="event", guid=Guid(7),
            until=START, awaits="test_passed", ref="R",
        ),
        TriggerHold(
            owner="DCC", trigger="u", version="cd", because="c", since=START, ends="released",
            bounds={"csp_region": "North"},
        ),
    ),
    releases=(TriggerRelease(owner="NWND", trigger="t", holds=("x",)),),
)  # fmt: skip


def test_records_come_back() -> None:
    assert read_trigger_records(write_trigger_records(RECORDS), "r.jsonl") == RECORDS


@pytest.mark.parametrize("line", ["{", "[]", '{"type":"trigger_hold","v":1}', '{"type":"held","v":1}'])
def test_a_line_that_is_no_record_is_an_error_with_its_place(line: str) -> None:
    """A hold that is passed over could not be undone: nothing is planned without it."""
    good: list[Any] = list(write_trigger_records(RECORDS))
    with pytest.raises(InputError, match=r"`r\.jsonl`, line 4"):
        read_trigger_records([*good, line], "r.jsonl")
