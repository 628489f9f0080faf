"""What is remembered: it survives as bytes, is small, and says exactly when the clock matters to it."""

from datetime import timedelta

import pytest
from hypothesis import given

from chfw_core.errors import InputError
from chfw_core.testing.trigger_streams import Case, cases
from chfw_core.triggers.automaton import expire, step
from chfw_core.triggers.model import Moment
from chfw_core.triggers.seeing import arrival_at
from chfw_core.triggers.state import State, decode, encode
from tests.core.triggers.support import Told, told
from tests.core.triggers.test_meaning import BURST, SELDOM, STEPS

AN_INSTANT = timedelta(microseconds=1)


@given(cases())
def test_a_run_from_bytes_to_bytes_is_the_run_in_memory(case: Case) -> None:
    trigger = case.trigger
    kept: dict[str, State] = {}
    stored: dict[str, bytes] = {}
    for item in case.ledger:
        if isinstance(item, Moment):
            for key in list(kept):
                now = expire(trigger, key, kept[key], item)
                assert expire(trigger, key, decode(stored[key]), item) == now
                _keep(kept, stored, key, now.state)
            continue
        arrival = arrival_at(trigger, item)
        if arrival is not None:
            key = arrival.key
            now = step(arrival, kept.get(key))
            assert step(arrival, decode(stored[key]) if key in stored else None) == now
            _keep(kept, stored, key, now.state)


def _keep(kept: dict[str, State], stored: dict[str, bytes], key: str, state: State | None) -> None:
    if state is None:
        kept.pop(key, None)
        stored.pop(key, None)
    else:
        kept[key], stored[key] = state, encode(state)
        assert decode(stored[key]) == state
        assert encode(decode(stored[key])) == stored[key]


@given(cases())
def test_a_tick_changes_a_state_once_it_is_later_than_due_and_never_before(case: Case) -> None:
    trigger = case.trigger
    state: State | None = None
    for item in case.ledger:
        arrival = None if isinstance(item, Moment) else arrival_at(trigger, item)
        if arrival is None or arrival.key != "North":
            continue
        state = step(arrival, state).state
        if state is not None:
            before = expire(trigger, arrival.key, state, Moment(at=state.due))
            assert (before.state, before.firings, before.passed_over) == (state, (), ())
            after = expire(trigger, arrival.key, state, Moment(at=state.due + AN_INSTANT))
            assert after.state != state
            assert after.state is None or after.state.due > state.due


def test_an_open_sequence_of_a_hub_takes_little_room() -> None:
    """Five million of them lie in a store."""
    run = told(STEPS)
    run.see("meter_firmware_activated", name="4e7f2a10-5b1c-4b0a-9a53-1d2e3f405162")
    (state,) = _states(run)
    assert len(encode(state)) < 120
    assert not any(one.expired for one in state.opened)


def test_nothing_is_left_once_time_has_passed() -> None:
    run = told(STEPS, BURST.replace("id: t", "id: u"), SELDOM.replace("id: t", "id: v"))
    for day in range(3):
        for kind in ("meter_firmware_activated", "meter_read_received", "hub_update_failed", "hub_lost_wan"):
            run.see(kind, day)
    assert len(_states(run)) == 3
    run.tick(60)
    run.tick(61)
    assert _states(run) == []


def _states(run: Told) -> list[State]:
    return [state for engine in run.run.engines.values() for state in getattr(engine, "states", {}).values()]


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"[[],[],[1]]", b"[[[0]],[],[]]", b"\xff"])
def test_what_is_no_state_is_refused(text: bytes) -> None:
    with pytest.raises(InputError, match="this is no state of a trigger"):
        decode(text)
