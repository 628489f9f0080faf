"""Messages that name more hubs than a transport can carry at once, in parts."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from attrs import evolve

from chfw_core.messages import Message
from chfw_core.model.guid_list import GuidList


def parts_of(message: Message, message_id: str, most_hubs: int | None) -> Iterator[tuple[Message, str]]:
    """The message with its id, or parts of it with ids of their own, hubs in order of their GUIDs.

    The same message makes the same parts each time: receivers tell a repeated part by its id.
    """
    guids = getattr(message, "guids", None)
    if most_hubs is None or not isinstance(guids, GuidList) or len(guids) <= most_hubs:
        yield message, message_id
        return
    left = iter(guids)
    whole: Any = message
    for number in range(1, -(-len(guids) // most_hubs) + 1):
        yield evolve(whole, guids=GuidList(islice(left, most_hubs))), f"{message_id}.{number}"
