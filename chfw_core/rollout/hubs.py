"""How an event changes many hubs alike: one function, applied to those that the roll-out has."""

from collections.abc import Callable
from typing import Any

from attrs import evolve

from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.records import HubRecord, RollOut
from chfw_core.rollout.states import HUB_STATES, HubStep


def each(roll_out: RollOut, guids: GuidList, change: Callable[[HubRecord], HubRecord]) -> RollOut:
    """The roll-out with these hubs changed; hubs that it has not are somebody else's business."""
    changed = {guid: change(roll_out.hubs[guid]) for guid in guids if guid in roll_out.hubs}
    return evolve(roll_out, hubs={**roll_out.hubs, **changed})


def moved(hub: HubRecord, step: HubStep, **fields: Any) -> HubRecord:
    """The hub after a step that its state allows. Raises KeyError for one that it does not: `decide` asks first."""
    return evolve(hub, state=HUB_STATES[hub.state, step], **fields)
