"""What is said of events and commands that are judged by kinds holds for the core's own functions."""

import pytest
from attrs import evolve as changed

from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.alike import Kind, judge, judge_alike
from chfw_core.rollout.handover.commands import HandOver
from chfw_core.rollout.instructing.commands import Instruct
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    IMPORT,
    NORTH,
    SOLE,
    publish,
    rolling_out,
    row,
)


@pytest.mark.parametrize("hubs", [1, 2, 3])
def test_one_hub_counts_for_all_that_it_stands_for(hubs: int) -> None:
    """I5: a pool with two places takes two hubs alike, and refuses three, though one alone is judged."""
    story = rolling_out()
    publish(story, row(SOLE))
    record = story.hub(SOLE)
    assert record.day is not None
    alike = GuidList([SOLE, *(Guid(0x900 + n) for n in range(hubs - 1))])
    command = HandOver(by="DCC", key="k", release="REL-1", region=NORTH, day=record.day, guids=alike)
    singly = changed(story.roll_out, hubs={guid: changed(record, guid=guid) for guid in alike})
    bare = changed(story.roll_out, hubs={})
    found = judge_alike(bare, command, story.now, [Kind(record=record, guids=alike)])
    assert found == judge(singly, command, story.now)
    assert [type(event).__name__ for event in found.events] == ["CommandRefused" if hubs > 2 else "HubsHandedOver"]


def test_a_command_without_hubs_is_refused_as_ever() -> None:
    story = rolling_out()
    closes = AUTOMATIC.replace(hour=3)
    command = Instruct(
        by=ALPHA, key="k", release="REL-1", role=IMPORT, opens=AUTOMATIC, closes=closes, guids=GuidList()
    )
    assert judge_alike(story.roll_out, command, story.now, []) == judge(story.roll_out, command, story.now)
