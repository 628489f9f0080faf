"""The meaning of triggers sentence by sentence, as docs/reference/triggers.md has them (RU3, RU6)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chfw_core.triggers.records import Cause, PassedOverBecause
from tests.core.triggers.support import START, ids, told

STEPS = """id: t
    because: The meter first, then the hub
    steps:
      - on: meter_firmware_activated
      - on: meter_read_received
        within: 7 days
        otherwise: {notify: device-team, hold: manual}
    do: {instruct: {from: event.at + 1 day}}"""
THREE = """id: t
    because: Three steps
    steps:
      - on: meter_firmware_started
      - on: meter_firmware_activated
        within: 2 days
        otherwise: {notify: a}
      - on: meter_read_received
        within: 2 days
        otherwise: {notify: b}
    do: {notify: c}"""
BURST = """id: t
    because: Three failures in a day
    per: csp_region
    on: hub_update_failed
    count: 3
    within: 1 day
    do: {notify: a}"""
SELDOM = """id: t
    because: Not too often
    on: hub_lost_wan
    at_most: once per 2 days
    do: {notify: a}"""


def test_steps_in_order_complete_once_all_have_come() -> None:
    run = told(STEPS)
    assert run.see("meter_firmware_activated", 0) == []
    assert ids(run.see("meter_read_received", 3)) == [("e1", "e2")]
    assert run.see("meter_read_received", 4) == []
    assert run.tick(100) == []


def test_a_later_step_that_happened_before_the_earlier_does_not_follow_it() -> None:
    run = told(STEPS)
    assert run.see("meter_read_received", -1) == []
    assert run.see("meter_firmware_activated", 0) == []


def test_within_includes_its_last_moment() -> None:
    run = told(STEPS)
    run.see("meter_firmware_activated", 0)
    assert run.tick(7) == []
    assert ids(run.see("meter_read_received", 7)) == [("e1", "e2")]


def test_an_event_after_within_does_not_follow() -> None:
    run = told(STEPS)
    run.see("meter_firmware_activated", 0)
    assert run.see("meter_read_received", 7.01) == []


def test_events_may_reach_the_ledger_out_of_order() -> None:
    run = told(STEPS)
    assert run.see("meter_read_received", 3) == []
    (firing,) = run.see("meter_firmware_activated", 0)
    assert (firing.event.id, ids([firing])) == ("e1", [("e2", "e1")])


def test_of_several_events_that_came_before_the_earliest_follows() -> None:
    run = told(STEPS)
    for days in (3, 1, 2, -1):
        run.see("meter_read_received", days)
    assert ids(run.see("meter_firmware_activated", 0)) == [("e5", "e2")]
    assert ids(run.see("meter_firmware_activated", 1.5)) == [("e6", "e3")]


def test_an_event_is_kept_for_what_it_may_follow_until_a_tick_passes_that() -> None:
    run = told(STEPS)
    run.see("meter_read_received", 3)
    run.tick(10)
    assert len(run.see("meter_firmware_activated", 0)) == 1
    forgotten = told(STEPS)
    forgotten.see("meter_read_received", 3)
    forgotten.tick(10.1)
    assert forgotten.see("meter_firmware_activated", 0) == []


def test_time_is_over_by_a_tick_alone() -> None:
    run = told(STEPS)
    run.see("meter_firmware_activated", 0)
    run.see("hub_lost_wan", 30)
    assert ids(run.see("meter_read_received", 5)) == [("e1", "e3")]


def test_otherwise_fires_once_and_says_when_time_was_over() -> None:
    run = told(STEPS)
    run.see("meter_firmware_activated", 0)
    (firing,) = run.tick(9)
    assert (firing.cause, firing.event.id, firing.step) == (Cause.EXPIRED, "e1", 1)
    assert firing.at == run.firings[0].event.at.replace(day=9)
    assert run.tick(9) == []
    assert run.tick(30) == []


def test_what_comes_after_its_step_was_declared_over_is_not_counted_and_is_told_so() -> None:
    run = told(STEPS)
    run.see("meter_firmware_activated", 0)
    run.tick(9)
    assert run.see("meter_read_received", 3) == []
    (late,) = run.passed_over
    assert (late.why, late.event.id) == (PassedOverBecause.LATE, "e2")
    assert late.said == (
        "t: meter_read_received `e2` at 2026-03-05T12:00:00Z came too late to follow "
        "`e1` at 2026-03-02T12:00:00Z, whose time was declared over"
    )


def test_a_step_without_otherwise_is_over_without_a_firing_and_says_so() -> None:
    run = told(STEPS.replace("        otherwise: {notify: device-team, hold: manual}\n", ""))
    run.see("meter_firmware_activated", 0)
    assert run.tick(9) == []
    assert [one.why for one in run.passed_over] == [PassedOverBecause.EXPIRED]


def test_two_sequences_that_the_same_event_completes_fire_once() -> None:
    run = told(STEPS)
    run.see("meter_firmware_activated", 0)
    run.see("meter_firmware_activated", 1)
    assert ids(run.see("meter_read_received", 3)) == [("e1", "e3")]
    assert run.tick(100) == []
    assert run.see("meter_firmware_activated", 2) == []  # what it waits for has come, and has fired


def test_an_event_that_comes_late_for_an_earlier_place_changes_nothing_that_is_settled() -> None:
    run = told(THREE)
    run.see("meter_firmware_started", 0)
    run.see("meter_firmware_activated", 1.5)
    run.see("meter_firmware_activated", 0.5)  # earlier, but the step has been continued
    assert ids(run.see("meter_read_received", 3.4)) == [("e1", "e2", "e4")]


def test_each_step_has_its_own_otherwise() -> None:
    run = told(THREE)
    run.see("meter_firmware_started", 0)
    run.see("meter_firmware_started", 10)
    run.see("meter_firmware_activated", 11)
    fired = run.tick(20)
    assert [(one.step, one.event.id, [record.to for record in one.records]) for one in fired] == [  # type: ignore[union-attr]
        (1, "e1", [("a",)]),
        (2, "e3", [("b",)]),
    ]


def test_an_event_can_be_two_steps_at_once() -> None:
    run = told(STEPS.replace("meter_read_received", "meter_firmware_activated"))
    assert run.see("meter_firmware_activated", 0) == []
    assert ids(run.see("meter_firmware_activated", 1)) == [("e1", "e2")]
    assert ids(run.see("meter_firmware_activated", 2)) == [("e2", "e3")]


def test_the_same_id_again_does_nothing() -> None:
    run = told(STEPS)
    run.see("meter_firmware_activated", 0, name="m1")
    run.see("meter_firmware_activated", 0, name="m1")
    assert len(run.see("meter_read_received", 3, name="r1")) == 1
    assert run.see("meter_read_received", 3, name="r1") == []
    assert run.see("meter_firmware_activated", 0, name="m1") == []
    assert run.tick(100) == []


def test_so_many_events_in_time_complete_and_are_used_up() -> None:
    run = told(BURST)
    for hours in (0, 1):
        assert run.see("hub_update_failed", hours / 24) == []
    assert ids(run.see("hub_update_failed", 2 / 24)) == [("e1", "e2", "e3")]
    assert run.see("hub_update_failed", 3 / 24) == []
    assert run.see("hub_update_failed", 4 / 24) == []
    assert ids(run.see("hub_update_failed", 5 / 24)) == [("e4", "e5", "e6")]


def test_events_too_far_apart_are_not_counted_together() -> None:
    run = told(BURST)
    for days in (0, 0.6, 1.2, 1.8):
        assert run.see("hub_update_failed", days) == []
    assert ids(run.see("hub_update_failed", 2.0)) == [("e3", "e4", "e5")]


def test_a_count_takes_the_earliest_events_when_one_comes_out_of_order() -> None:
    run = told(BURST)
    for days in (0, 0.9, 1.5):
        assert run.see("hub_update_failed", days) == []
    (firing,) = run.see("hub_update_failed", 0.6)
    assert ids([firing]) == [("e1", "e4", "e2")]
    assert firing.event.id == "e2"  # the last by event time, not the one that came last


def test_a_scope_counts_for_itself() -> None:
    run = told(BURST.replace("per: csp_region", "per: [release, csp_region]"), owner="DCC")
    for release in ("A", "B", "A", "B"):
        assert run.see("hub_update_failed", 0, release=release) == []
    (firing,) = run.see("hub_update_failed", 0, release="B")
    assert dict(firing.scope) == {"release": "B", "csp_region": "North"}
    assert (firing.scope_key, firing.release) == ('["B","North"]', "B")


def test_an_event_without_a_value_of_per_belongs_to_no_scope() -> None:
    run = told(BURST.replace("per: csp_region", "per: [release, csp_region]").replace("count: 3", "count: 1"))
    assert run.see("hub_update_failed", 0) == []


def test_at_most_swallows_what_comes_too_soon_and_says_what() -> None:
    run = told(SELDOM)
    assert len(run.see("hub_lost_wan", 0)) == 1
    assert run.see("hub_lost_wan", 1.9) == []
    (swallowed,) = run.passed_over
    assert swallowed.said == (
        "t: hub_lost_wan `e2` at 2026-03-04T09:36:00Z completes it too soon after or before "
        "`e1` at 2026-03-02T12:00:00Z, for which it fired"
    )
    assert len(run.see("hub_lost_wan", 2)) == 1


def test_at_most_looks_both_ways_in_event_time() -> None:
    run = told(SELDOM)
    assert len(run.see("hub_lost_wan", 5)) == 1
    assert run.see("hub_lost_wan", 3.1) == []
    assert len(run.see("hub_lost_wan", 3)) == 1


def test_a_firing_throttles_until_a_tick_has_passed_its_time() -> None:
    run = told(SELDOM)
    run.see("hub_lost_wan", 0)
    run.tick(2)
    assert run.see("hub_lost_wan", 1.9) == []
    run.tick(2.1)
    assert len(run.see("hub_lost_wan", 1.8)) == 1


@pytest.mark.parametrize(("month", "first", "last"), [(3, 27, 29), (10, 24, 26)])
def test_days_are_london_days_when_the_clock_changes(month: int, first: int, last: int) -> None:
    """Noon to noon is two days by the clock on the wall, be they 47 hours or 49."""
    run = told(THREE)
    days = (run_day(month, first), run_day(month, last))
    run.see("meter_firmware_started", days[0])
    assert run.tick(days[1]) == []
    assert len(run.tick(days[1] + 1 / 1440)) == 1


def run_day(month: int, day: int) -> float:
    """Noon in London on a day of 2026, in days from the start."""

    return (datetime(2026, month, day, 12, tzinfo=ZoneInfo("Europe/London")) - START).total_seconds() / 86_400
