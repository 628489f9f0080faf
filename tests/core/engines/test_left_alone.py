"""CS4: hubs that are left alone for a time: both engines and the verifier, under every feature of a plan."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from chfw_core.model.periods import Period
from chfw_core.planning.verify import Check
from chfw_core.testing.worlds import AUTOMATIC, MOMENTS, World, features, named_worlds
from tests.core.engines.columnar.agreement import assert_agree
from tests.core.verify.test_engines_pass import violations

SPRING = Period(opens=datetime(2026, 2, 10, tzinfo=UTC), closes=datetime(2026, 5, 3, 12, tzinfo=UTC))
NIGHT = Period(opens=AUTOMATIC + timedelta(hours=20), closes=AUTOMATIC + timedelta(days=1, hours=4))
EVER = Period(opens=SPRING.opens, closes=AUTOMATIC + timedelta(days=90))
PERIODS: tuple[tuple[Period, ...], ...] = ((), (SPRING,), (SPRING, NIGHT), (EVER,), (NIGHT,))


def left_alone(world: World) -> World:
    inputs, hubs, instructions = world
    protected: dict[int, tuple[Period, ...]] = {
        hub.guid: PERIODS[at % 5] for at, hub in enumerate(hubs) if PERIODS[at % 5]
    }
    return evolve(inputs, protected=protected), hubs, instructions


@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_is_planned_for_a_time_in_which_a_hub_is_left_alone(moment: str) -> None:
    """I5, I14, NF4: whatever else holds."""
    wanted_names = {f"{name}, {moment}" for name in features()}
    planned = moved = 0
    for name, plain in named_worlds():
        if name not in wanted_names:
            continue
        world = left_alone(plain)
        found, other = assert_agree(world)
        assert not violations(world, found.rows, next(iter(other.schedule())).schema), name
        before = {row.guid: row for row in assert_agree(plain)[0].rows}
        for row in found.rows:
            if row.window_opens is None or row.window_closes is None:
                continue
            planned += 1
            for period in world[0].protected.get(row.guid, ()):
                assert period.cut(row.window_opens, row.window_closes) is None
            moved += row.day != before[row.guid].day
    assert planned > 300
    assert moved > 20


def test_the_verifier_says_so_of_a_plan_that_does_not_mind() -> None:
    name, plain = next((name, world) for name, world in named_worlds() if "early" in name)
    found, other = assert_agree(plain)
    said = violations(left_alone(plain), found.rows, next(iter(other.schedule())).schema)
    assert any(Check.BLACKOUT.value in one for one in said), name
