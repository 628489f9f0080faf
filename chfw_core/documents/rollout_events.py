"""Events as the ledger keeps them: a JSON object, and beside it the hubs that it is about, packed.

`type`, `v` and the event's fields; the list called `guids` is never in the JSON.
"""

import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from chfw_core.documents.rollout_values import by_name, canonical, read, type_name, write
from chfw_core.errors import InputError
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.events import EVENTS, AnyEvent

_KINDS = by_name(EVENTS)
_NO_HUBS = GuidList()


@frozen(kw_only=True)
class StoredEvent:
    """`payload`: canonical JSON in UTF-8. `guids`: the event's hubs, None where it has no such list."""

    type: str
    payload: bytes
    guids: GuidList | None


def store_event(event: AnyEvent) -> StoredEvent:
    """The event as the ledger keeps it."""
    guids: GuidList | None = getattr(event, "guids", None)
    bare: Any = event
    content = write(bare if guids is None else evolve(bare, guids=_NO_HUBS))
    content.pop("guids", None)
    return StoredEvent(type=type_name(type(event)), payload=canonical(content), guids=guids)


def restore_event(payload: bytes, guids: GuidList | None) -> RollOutEvent:
    """The inverse. Raises InputError where the payload is not that of an event, or its hubs are missing or too many."""
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        raise InputError("this is not the JSON of an event") from None
    if not isinstance(content, Mapping):
        raise InputError("an object belongs here")
    if "guids" in content:
        raise InputError("the hubs of an event lie beside it, not in it")
    return read_event(content if guids is None else {**content, "guids": guids})


def read_event(content: Mapping[str, object]) -> RollOutEvent:
    """The event of plain values, its hubs among them. Raises InputError for what is none."""
    return read(content, _KINDS, "event")
