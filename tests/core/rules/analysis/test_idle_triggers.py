"""W314, W315 and W312: rules of `events` that can never work are told of when they are written (RU3, RU5)."""

from datetime import UTC, datetime

import pytest

from chfw_core.rollout.triggering.sources import BY_TICK, FROM_LEDGER, OUTSIDE
from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.check import check_sources
from chfw_core.rules.vocabulary.event_fields import ABOUT_NO_HUB
from tests.core.rules.support import PERIOD

HOLD = "on: meter_read_received, do: {hold: "


def codes(body: str, owner: str = "NWND", analysis: Analysis | None = None) -> list[str]:
    text = f"rules: v1\nowner: {owner}\nevents:\n  - {{id: a, because: x, {body}}}\n"
    checked = check_sources([("a.rules.yaml", text)], analysis=analysis or Analysis())
    return [problem.code for problem in checked.problems]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("on: tick, do: {notify: us}", ["W314"]),
        ("per: hub, on: phase_opened, do: {instruct: {}}", ["W314"]),
        ("per: [release, batch], on: release_paused, do: {notify: us}", ["W314"]),
        ("per: release, on: tick, do: {notify: us}", []),
        ("per: csp_region, on: phase_opened, do: {notify: us}", ["W314"]),
        ("per: [release, device_model], on: release_paused, do: {notify: us}", ["W314"]),
        ("per: configuration_set, on: configuration_set_trend, do: {notify: us}", []),
        ("per: manufacturer, on: configuration_set_trend, do: {notify: us}", ["W314"]),
        ("per: batch, steps: [{on: hub_lost_wan}, {on: tick, within: 1 days}], do: {notify: us}", ["W314"]),
        ("per: csp_region, on: hub_update_failed, count: 3, within: 0 days, do: {notify: us}", ["W314"]),
        ("steps: [{on: test_passed}, {on: meter_read_received, within: 0 hours}], do: {notify: us}", ["W314"]),
        ("per: hub, on: prepayment_topup, do: {notify: us}", []),
        ("on: meter_read_received, do: {notify: [affected_suppliers]}", ["W315"]),
        (HOLD + "{event: test_passed, at_latest: 0 days}}", ["W312"]),
        (HOLD + "{date: event.at - 1 day}}", ["W312"]),
        (HOLD + "{date: event.at + 1 hour}}", []),
    ],
)
def test_what_can_never_work_is_told_of(body: str, found: list[str]) -> None:
    assert codes(body) == found


def test_the_dcc_may_tell_the_suppliers_concerned() -> None:
    assert codes("on: meter_read_received, do: {notify: [affected_suppliers]}", owner="DCC") == []


def test_what_a_trigger_writes_is_held_against_a_release() -> None:
    against = Analysis(release=PERIOD)
    assert codes(HOLD + "{date: 2020-01-01}}", analysis=against) == ["W312"]
    assert codes("on: meter_read_received, do: {instruct: {from: 2020-01-01, to: 2020-02-01}}", analysis=against) == [
        "W312"
    ]


def test_what_a_trigger_writes_is_held_against_the_day_on_which_it_comes_in_force() -> None:
    """RU6: without a release, too. It fires no earlier."""
    now = Analysis(as_of=datetime(2026, 3, 1, tzinfo=UTC))
    assert codes(HOLD + "{date: 2026-02-28}}", analysis=now) == ["W312"]
    assert codes(HOLD + "{event: test_passed, at_latest: 2026-03-01}}", analysis=now) == ["W312"]
    assert codes(HOLD + "{date: 2026-03-02}}", analysis=now) == []
    assert codes("on: meter_read_received, do: {instruct: {to: 2026-02-28}}", analysis=now) == ["W312"]
    assert codes("on: meter_read_received, do: {instruct: {to: 2026-03-01}}", analysis=now) == []  # that day included
    assert codes(HOLD + "{date: 2026-02-28}}") == []


def test_types_about_no_hub_are_never_said_from_outside() -> None:
    assert ABOUT_NO_HUB.isdisjoint(OUTSIDE)
    assert {*FROM_LEDGER, *BY_TICK} - ABOUT_NO_HUB - {*OUTSIDE} == {"hub_update_succeeded", "hub_update_failed"}


def test_a_duration_of_less_than_nothing_is_named_as_one() -> None:
    body = "per: csp_region, on: hub_update_failed, count: 3, within: -3 hours, do: {notify: us}"
    text = f"rules: v1\nowner: NWND\nevents:\n  - {{id: a, because: x, {body}}}\n"
    (problem,) = check_sources([("a.rules.yaml", text)]).problems
    assert (problem.code, problem.message) == ("E107", "a duration is more than nothing, not `-3 hours`")
    assert problem.hint == "write `3 hours`"
