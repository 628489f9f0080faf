"""The state of a release (BR1.6, BR6.2, I4) and the dates that follow from its automatic time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from chfw_core.errors import InputError
from chfw_core.model.guid import Guid
from chfw_core.model.parties import DCC, Party
from chfw_core.model.periods import Period
from chfw_core.model.releases import Blackout, Phase
from chfw_core.planning.release_state import (
    ReleaseState,
    blackouts_in,
    cutoff_of,
    default_resolution,
    earliest_day,
    freeze_of,
    release_state,
    terms_for,
)
from chfw_core.testing.worlds import NOTIFIED, A, Draft, inputs, release

Told = tuple[str, int, dict[str, Any]]
HUB = {"csp_region": "North", "configuration_set": None, "device_model": "433100ac"}


def state(*told: Told) -> ReleaseState:
    draft = Draft()
    for type_, day, fields in told:
        draft.tell(type_, day=day, **fields)
    return release_state(draft.inputs)


@pytest.mark.parametrize("type_", ["release_revoked", "release_stopped"])
def test_a_stop_and_a_revocation_are_final(type_: str) -> None:
    held = state((type_, 1, {}), ("release_resumed", 2, {})).held(HUB)
    assert held == f"the release was {type_.split('_')[1]} at 2026-01-06T09:00:00Z"


def test_a_pause_lasts_until_the_next_resumption() -> None:
    pause: Told = ("release_paused", 1, {"because": "why"})
    resume: Told = ("release_resumed", 3, {})
    assert state(pause).held(HUB) == "the release is paused since 2026-01-06T09:00:00Z: why"
    assert state(pause, resume).held(HUB) is None
    assert state(resume, pause).held(HUB) is None  # events count by time, not by their order
    assert state(pause, resume, ("release_paused", 4, {})).held(HUB) is not None


def test_at_the_same_moment_the_sequence_decides() -> None:
    assert state(("release_paused", 1, {}), ("release_resumed", 1, {})).held(HUB) is None
    assert state(("release_resumed", 1, {}), ("release_paused", 1, {})).held(HUB) is not None


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({"csp_region": "North"}, True),
        ({"csp_region": "South"}, False),
        ({"device_model": "433100AC"}, True),
        ({"configuration_set": "CS-1"}, False),
        ({"csp_region": "North", "configuration_set": "CS-1"}, False),
        ({"guid": Guid(7)}, True),
        ({"guid": Guid(8)}, False),
        ({"guid": Guid(7), "firmware_version": "of its meter"}, True),
        ({"party": DCC}, True),
        ({"party": A}, False),
        ({"party": Party("CSP:North")}, False),
        ({"release": "R-2026-1"}, True),
        ({"release": "another"}, False),
    ],
)
def test_an_act_concerns_the_hubs_it_names(fields: dict[str, Any], held: bool) -> None:
    found = state(("release_stopped", 1, fields))
    assert (found.held(HUB, 7) is not None) is held
    assert found.guids <= {7, 8}
    assert set(found.fields) <= {*HUB, "firmware_version"}
    if "guid" not in fields:
        assert (found.held(HUB) is not None) is held


def test_resuming_a_region_leaves_the_others_paused() -> None:
    found = state(("release_paused", 1, {}), ("release_resumed", 2, {"csp_region": "North"}))
    assert found.held({"csp_region": "North"}) is None
    assert found.held({"csp_region": "South"}) is not None
    assert found.fields == ("csp_region",)


def test_events_after_the_plan_are_not_there_yet() -> None:
    draft = Draft()
    draft.tell("release_stopped", day=28)
    at = NOTIFIED + timedelta(days=28)
    assert release_state(evolve(draft.inputs, as_of=at)).held(HUB) is not None
    before = evolve(draft.inputs, as_of=at - timedelta(microseconds=1))
    assert release_state(before).held(HUB) is None


def test_the_phase_is_the_last_one_opened() -> None:
    assert state().phases.for_all is Phase.NOTIFIED
    pilot, mass = ("phase_opened", 1, {"phase": "pilot"}), ("phase_opened", 2, {"phase": "mass"})
    assert state(pilot).phases.for_all is Phase.PILOT
    assert state(mass, pilot).phases.for_all is Phase.MASS
    assert state(pilot, ("phase_opened", 3, {"phase": "mass", "party": A})).phases.for_all is Phase.PILOT
    with pytest.raises(InputError, match="maas"):
        state(("phase_opened", 1, {"phase": "maas"}))


@pytest.mark.parametrize(
    ("automatic_at", "cutoff"),
    [
        # One calendar month on the London clock, clamped at the month's end.
        (datetime(2026, 3, 31, 8, tzinfo=UTC), datetime(2026, 2, 28, 9, tzinfo=UTC)),
        (datetime(2026, 3, 28, 9, tzinfo=UTC), datetime(2026, 2, 28, 9, tzinfo=UTC)),
        (datetime(2024, 3, 30, 9, tzinfo=UTC), datetime(2024, 2, 29, 9, tzinfo=UTC)),
        (datetime(2026, 4, 10, 8, tzinfo=UTC), datetime(2026, 3, 10, 9, tzinfo=UTC)),
        (datetime(2026, 11, 10, 9, tzinfo=UTC), datetime(2026, 10, 10, 8, tzinfo=UTC)),
        # 01:30 does not exist on 29 March: the moment of the change.
        (datetime(2026, 4, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_the_cutoff_is_one_month_before(automatic_at: datetime, cutoff: datetime) -> None:
    """BR3.4."""
    assert cutoff_of(inputs(), automatic_at) == cutoff


def test_the_default_period_keeps_the_wall_clock_across_a_clock_change() -> None:
    """BR3.6: 28 days from 09:00 British Summer Time end at 09:00 Greenwich time."""
    opens = datetime(2026, 10, 10, 8, tzinfo=UTC)
    closes = datetime(2026, 11, 7, 9, tzinfo=UTC)
    assert default_resolution(inputs(), opens).period == Period(opens=opens, closes=closes)


def test_the_earliest_day_is_the_london_day_after() -> None:
    late = inputs(as_of=datetime(2026, 6, 1, 23, 30, tzinfo=UTC))  # already 2 June in London
    assert earliest_day(late) == date(2026, 6, 3)
    terms = terms_for(late, late.release.automatic_at)
    assert terms.first_moment == datetime(2026, 6, 2, 23, tzinfo=UTC)
    assert not terms.too_late


def test_the_freeze_and_the_blackouts() -> None:
    assert (freeze_of(inputs()).before, freeze_of(inputs()).after) == (5, 1)
    every = Blackout(opens=NOTIFIED, closes=NOTIFIED + timedelta(days=1))
    north = Blackout(opens=NOTIFIED, closes=NOTIFIED + timedelta(days=2), regions=frozenset("N"))
    found = inputs(release=release(blackouts=(every, north)))
    assert [len(blackouts_in(found, region)) for region in "NS"] == [2, 1]


def test_nothing_is_planned_before_the_notice() -> None:
    # BR1.1: also for whoever calls the library, and whichever engine plans.
    early = evolve(inputs(), as_of=NOTIFIED - timedelta(seconds=1))
    with pytest.raises(InputError, match=r"is before the release `.*` was notified"):
        release_state(early)
    assert release_state(evolve(early, as_of=NOTIFIED)).phases.for_all is Phase.NOTIFIED
