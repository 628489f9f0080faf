"""Commands and events as documents: what is read is what was written, and nothing else is read."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chfw_core.documents.rollout_commands import digest_of, read_command, write_command
from chfw_core.documents.rollout_events import restore_event, store_event
from chfw_core.documents.rollout_values import canonical, type_name
from chfw_core.errors import InputError
from chfw_core.model.guid import MASK_64
from chfw_core.model.guid_list import GuidList
from chfw_core.model.instant_list import InstantList
from chfw_core.model.periods import Period
from chfw_core.rollout.base import Command, RollOutEvent
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.events import EVENTS
from chfw_core.rollout.handover.commands import HoldHubs
from chfw_core.rollout.incidents.commands import TriageIncident
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.outcomes.commands import OutcomeKind, ReportOutcomes
from chfw_core.rollout.outcomes.events import HubsFailed
from chfw_core.rollout.pilot.events import PilotBegun

INSTANTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2199, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
GUIDS = st.builds(GuidList, st.lists(st.integers(0, MASK_64), max_size=4))
st.register_type_strategy(datetime, INSTANTS)
st.register_type_strategy(GuidList, GUIDS)
st.register_type_strategy(
    Period,
    st.lists(INSTANTS, min_size=2, max_size=2, unique=True).map(lambda ends: Period(opens=min(ends), closes=max(ends))),
)
st.register_type_strategy(InstantList, st.builds(InstantList, st.lists(INSTANTS, max_size=4)))


@st.composite
def reports(draw: st.DrawFn) -> ReportOutcomes:
    """With a time for each hub, or one for all."""
    at, guids = draw(INSTANTS), draw(GUIDS)
    times = InstantList(draw(st.lists(INSTANTS, min_size=len(guids), max_size=len(guids))))
    timed = bool(guids) and draw(st.booleans())
    return ReportOutcomes(
        by=draw(st.text()),
        key=draw(st.text()),
        release=draw(st.text()),
        outcome=draw(st.sampled_from(OutcomeKind)),
        occurred_at=times.earliest() if timed else at,
        times=times if timed else None,
        guids=guids,
    )


st.register_type_strategy(ReportOutcomes, reports())
WINDOWS = st.sampled_from([None, "10:00-16:00", "Mon-Fri 10:00-16:00", "sat sun 22:00-05:00 not on bank_holidays"])
st.register_type_strategy(Instruct, st.builds(Instruct, window=WINDOWS))
HOLD = HoldHubs(by="DCC", key="k", release="R", reason="defect", guids=GuidList([1, 2]))


@pytest.mark.parametrize("kind", COMMANDS, ids=type_name)
@settings(max_examples=25)
@given(data=st.data())
def test_a_command_is_read_as_it_was_written(kind: type[Command], data: st.DataObject) -> None:
    command: Any = data.draw(st.from_type(kind))
    content = json.loads(canonical(write_command(command)))
    again = read_command(content)
    assert again == command
    assert type(again) is kind


@pytest.mark.parametrize("kind", EVENTS, ids=type_name)
@settings(max_examples=25)
@given(data=st.data())
def test_an_event_is_restored_as_it_was_stored(kind: type[RollOutEvent], data: st.DataObject) -> None:
    event: Any = data.draw(st.from_type(kind))
    stored = store_event(event)
    guids = None if stored.guids is None else GuidList.unpack(stored.guids.pack())
    again = restore_event(stored.payload, guids)
    assert again == event
    assert "guids" not in json.loads(stored.payload)


def test_names_of_types_are_distinct() -> None:
    assert len({type_name(kind) for kind in (*COMMANDS, *EVENTS)}) == len(COMMANDS) + len(EVENTS)


def test_every_event_has_one_list_of_hubs_at_most_and_calls_it_guids() -> None:
    """What a ledger keeps as packed rows."""
    for kind in EVENTS:
        lists = [a.name for a in kind.__attrs_attrs__ if "GuidList" in str(a.type)]
        assert lists in ([], ["guids"])


def test_the_digest_is_that_of_the_content() -> None:
    same = HoldHubs(by="DCC", key="k", release="R", reason="defect", guids=GuidList([2, 1]))
    other = HoldHubs(by="DCC", key="k", release="R", reason="defect", guids=GuidList([1]))
    assert digest_of(HOLD) == digest_of(same)
    assert digest_of(HOLD) != digest_of(other)


def test_the_form_of_a_command() -> None:
    assert write_command(HOLD) == {
        "type": "hold_hubs",
        "v": 1,
        "by": "DCC",
        "key": "k",
        "release": "R",
        "reason": "defect",
        "guids": ["00-00-00-00-00-00-00-01", "00-00-00-00-00-00-00-02"],
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"type": "hold_hub"}, "no command called `hold_hub`"),
        ({"type": 7}, "no command called `7`"),
        ({"v": 2}, "`hold_hubs` has the form 2"),
        ({"v": True}, "`hold_hubs` has the form True"),
        ({"until": "x"}, "no key called `until`"),
        ({"reason": None}, "text belongs here"),
        ({"reason": 5}, "text belongs here"),
        ({"guids": "all"}, "a list of GUIDs belongs here"),
        ({"guids": ["x"]}, "is not a GUID"),
        ({"guids": [5]}, "text belongs here"),
        ({"guids": ["00-00-00-00-00-00-00-01"] * 2}, "a GUID is there twice"),
    ],
)
def test_what_is_not_of_the_form_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_command({**write_command(HOLD), **changed})


def test_words_of_an_enum_are_read_as_such() -> None:
    """They equal their text, so that a round trip alone would not tell."""
    command = TriageIncident(by="DCC", key="k", release="R", incident="I", outcome=IncidentOutcome.STOP, reason="r")
    again = read_command(write_command(command))
    assert isinstance(again, TriageIncident)
    assert again.outcome is IncidentOutcome.STOP


def test_a_missing_key_is_named() -> None:
    content = write_command(HOLD)
    del content["reason"]
    with pytest.raises(InputError, match=r"this key is missing @ hold_hubs\.reason"):
        read_command(content)


@pytest.mark.parametrize(
    ("key", "value"),
    [("automatic_at", "soon"), ("outcome", "maybe"), ("automatic_at", 5)],
)
def test_values_of_another_kind_are_refused(key: str, value: object) -> None:
    command = TriageIncident(by="DCC", key="k", release="R", incident="I", outcome=IncidentOutcome.STOP, reason="r")
    with pytest.raises(InputError):
        read_command({**write_command(command), key: value})


def test_a_day_is_a_date() -> None:
    content = {"type": "set_capacity", "v": 1, "by": "DCC", "key": "k", "release": "R", "region": "N", "hubs": 1}
    with pytest.raises(InputError, match="a date belongs here"):
        read_command({**content, "day": "tomorrow"})


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"type": "pilot_begun", "v": 1, "guids": []}', b"[" * 100_000])
def test_what_is_no_event_is_refused(payload: bytes) -> None:
    with pytest.raises(InputError):
        restore_event(payload, None)


def test_hubs_belong_to_events_that_have_a_list_of_them() -> None:
    begun = store_event(PilotBegun(at=datetime(2026, 1, 1, tzinfo=UTC), by="DCC"))
    with pytest.raises(InputError, match="no key called `guids`"):
        restore_event(begun.payload, GuidList([1]))
    assert begun.guids is None


def test_a_failure_of_a_ledger_that_did_not_keep_when_it_happened_is_read() -> None:
    payload = (
        b'{"at":"2026-03-01T09:00:00Z","by":"CSP:North","code":"reported","reason":"x","type":"hubs_failed","v":1}'
    )
    found = restore_event(payload, GuidList([1]))
    assert isinstance(found, HubsFailed)
    assert found.occurred_at is None
