"""NF7, I8: what a Supplier's rules write down, and what it is told, varies with its own data alone."""

from typing import Any

import pytest

from chfw_core.model.periods import london_midnight
from chfw_core.rollout.outcomes.commands import OutcomeKind
from tests.acceptance.building_rules.rule_world import RuleWorld
from tests.acceptance.building_rules.test_holds import WHILE_A_SUPPLIER_CHANGES
from tests.acceptance.building_rules.test_meter_then_hub import METER_THEN_HUB
from tests.acceptance.people import CLDR, COTTAGE, ELMS, FLAT, IMPORT, MILL, NWND, RELEASE, TERRACE, written
from tests.acceptance.world import BOTH as AGREED
from tests.acceptance.world import MARCH_10, SOLE

BOTH = METER_THEN_HUB + WHILE_A_SUPPLIER_CHANGES.partition("events:\n")[2]
_WORDS = "meter-then-hub: The hub's upgrade is executed once the meter's is complete"
_LATE = "what was to follow had not come by 2026-01-22T00:00:00Z"
_NOT_READ = f"{_WORDS} (meter_firmware_activated at 2026-01-15T00:00:00Z; {_LATE})"
_READ = f"{_WORDS} (meter_firmware_activated at 2026-01-23T00:00:00Z, then meter_read_received at 2026-01-23T00:00:00Z)"
SAID = [_NOT_READ, _NOT_READ, _READ]


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
def test_what_the_others_do_changes_nothing(rules: RuleWorld, others: bool) -> None:
    """NF7, I8, RU6: to the letter the same, whether the others are silent or busy."""
    fired, told = story(rules, others=others)
    assert [said for _, _, said, _ in fired] == SAID
    assert told == [
        {
            "because": because,
            "guids": [guid],
            "release": RELEASE,
            "team": "device-team",
            "text": f"no read of {guid} since 2026-01-15T00:00:00Z",
            "to": NWND,
            "trigger": "meter-then-hub",
            "type": "trigger_notice",
            "v": 1,
        }
        for because, guid in zip(SAID, written(TERRACE, FLAT), strict=False)
    ]


NAMING = """
rules: v1
owner: DCC
events:
  - id: lost
    because: {because}
    per: hub
    on: hub_lost_wan
    do: {{notify: affected_suppliers, text: "{text}"}}
"""


@pytest.mark.parametrize(
    ("because", "text", "told"),
    [
        ("The hub lost its network", "as cldr said", "The hub lost its network"),
        ("CLDR lost the hub", "look at it, CLDR", "a rule of DCC"),
        ("The hub lost its network", "the cldrs and NWND", "the cldrs and NWND"),
    ],
)
def test_no_words_that_name_another_supplier_go_to_one(rules: RuleWorld, because: str, text: str, told: str) -> None:
    """NF7, RU5: nor where the one that is named has nothing to do with the hub."""
    rules.world.given_notice()
    rules.installs("DCC", NAMING.format(because=because, text=text))
    rules.says("DCC", "hub_lost_wan", TERRACE)
    (notice,) = rules.world.told(NWND, "trigger_notice")
    assert notice["text"] == told
    assert "CLDR" not in notice["because"]


FAILURES_OF_A_BATCH = """
rules: v1
owner: NWND
events:
  - id: batch-that-fails
    because: What fails in a batch of ours is looked at before the next
    per: [release, batch]
    on: hub_update_failed
    do: {hold: {date: 2026-05-01}, notify: device-team}
"""


@pytest.mark.parametrize(
    "batch",
    [
        "approved-sets+after-the-price-change@1000.3d/0",
        "approved-sets+after-the-price-change@1000.3d/7",
        "approved-sets+new-customers@1/0",
        "approved-sets+/0",
    ],
)
def test_what_the_second_supplier_calls_its_rules_is_no_scope_of_a_trigger(rules: RuleWorld, batch: str) -> None:
    """NF7, RU6: a Supplier's trigger counts by its own rule, and its hold is of the hubs of that rule."""
    world = rules.world
    world.given_pilot_begun()
    rules.installs(NWND, FAILURES_OF_A_BATCH)
    for party, *homes in ((NWND, TERRACE, FLAT), (CLDR, FLAT)):
        world.instructs(party, *homes)
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE, batch_id="NWND.approved-sets/0")
    world.publishes(FLAT, day=MARCH_10, basis=AGREED, batch_id=batch)
    world.on(london_midnight(MARCH_10))
    world.hands_over(FLAT)
    world.csp_reports(OutcomeKind.FAILED, FLAT, reason="no image held")
    rules.runs()
    (fired,) = rules.fired()
    assert fired.scope == {"release": RELEASE, "batch": "NWND.approved-sets"}
    assert world.hub(FLAT).protected
    assert not world.hub(TERRACE).protected


def test_who_takes_a_failed_hub_over_counts_by_no_batch_of_who_left_it(rules: RuleWorld) -> None:
    """CS3, NF7: the batch bears the id of the former Supplier's rule."""
    world = rules.world
    world.given_pilot_begun()
    rules.installs(NWND, FAILURES_OF_A_BATCH)
    for party in (CLDR, ELMS):
        world.instructs(party, MILL)
    world.publishes(MILL, day=MARCH_10, basis=AGREED, batch_id="after-the-price-change+small-batches@5/0")
    world.on(london_midnight(MARCH_10))
    world.hands_over(MILL)
    world.supplier_changes(MILL, IMPORT, leaves=CLDR, joins=NWND)
    assert world.hub(MILL).batch_id is None
    world.csp_reports(OutcomeKind.FAILED, MILL, reason="no image held")
    rules.runs()
    assert rules.fired() == []
