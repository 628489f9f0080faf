"""NF7, I8: what a Supplier's rules write down, and what it is told, varies with its own data alone."""

from typing import Any

import pytest

from chfw_core.model.parties import Party
from tests.acceptance.building_rules.rule_world import RuleWorld
from tests.acceptance.building_rules.test_holds import WHILE_A_SUPPLIER_CHANGES
from tests.acceptance.building_rules.test_meter_then_hub import METER_THEN_HUB
from tests.acceptance.people import CLDR, COTTAGE, FLAT, MILL, NWND, TERRACE

BOTH = METER_THEN_HUB + WHILE_A_SUPPLIER_CHANGES.partition("events:\n")[2]
_SEEN: dict[tuple[str, bool], list[Any]] = {}


def story(rules: RuleWorld, *, others: bool) -> list[Any]:
    """NWND's rules and events; where `others` do anything, it is to their own hubs, or said of the shared one."""
    world = rules.world
    world.given_notice()
    if others:
        rules.installs(CLDR, BOTH.replace("NWND", "CLDR"))
        rules.says(CLDR, "meter_firmware_activated", FLAT, firmware_version="04000001")
        rules.says(CLDR, "meter_read_received", COTTAGE)
        rules.says("ELMS", "meter_firmware_activated", MILL, firmware_version="04000001")
    rules.installs(NWND, BOTH)
    world.later(days=10)
    rules.says(NWND, "meter_firmware_activated", TERRACE, firmware_version="04000001")
    if others:
        rules.says(CLDR, "meter_read_received", FLAT)
        rules.says(CLDR, "meter_firmware_activated", FLAT, firmware_version="04000001")
    rules.says(NWND, "meter_firmware_activated", FLAT, firmware_version="04000001")
    world.later(days=8)
    rules.ticks()
    rules.says(NWND, "meter_firmware_activated", TERRACE, firmware_version="04000002")
    rules.says(NWND, "meter_read_received", TERRACE)
    own = [(one.trigger, one.at, one.said, one.guid) for ran in rules.ran for owner, one in ran.fired if owner == NWND]
    return [own, world.told(NWND, "trigger_notice")]


@pytest.mark.parametrize("others", [False, True])
def test_what_the_others_do_changes_nothing(rules: RuleWorld, others: bool, request: pytest.FixtureRequest) -> None:
    """NF7, I8, RU6: to the letter, whether the others are silent or busy."""
    found = story(rules, others=others)
    fired, told = found
    assert len(fired) == 3
    assert len(told) == 2
    assert not any(str(party) in str(found) for party in (CLDR, Party("ELMS")))
    kind = request.node.callspec.id.split("-")[0]
    _SEEN[kind, others] = found
    if (other := _SEEN.get((kind, not others))) is not None:
        assert found == other
