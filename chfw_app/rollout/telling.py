"""Messages to the parties as rows of the outbox, and their delivery into plain folders for rehearsals.

What a message says is decided by `chfw_core.rollout.react`; here it becomes canonical JSON, GUIDs as text.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from attrs import evolve

from chfw_app.stores.outbox import OutboxMessage
from chfw_app.stores.outgoing import Outgoing, number_of
from chfw_core.documents.rollout_messages import message_bytes
from chfw_core.documents.rollout_values import canonical, type_name, write
from chfw_core.messages import Message
from chfw_core.model.guid_list import GuidList
from chfw_files.atomic import written_whole
from chfw_files.drop.layout import folder_of

_NO_HUBS = GuidList()


def outgoing_of(message: Message, draft: int) -> Outgoing:
    """The row that sends a message. `draft`: which of the command's events it tells of, counted from 0."""
    return Outgoing(to_party=message.to, type=type_name(type(message)), payload=message_bytes(message), draft=draft)


def gathered(messages: Iterable[tuple[int, Message]]) -> list[tuple[int, Message]]:
    """Messages of one command, with the number of the event that each tells of, as they are to be sent.

    Those that say the same to the same reader about different hubs become one, and those of one kind to one
    reader stand together in the order of what they say. Events part hubs by things that a Supplier must not
    know, such as who the other Supplier is or which rule of its gave the day: what is sent must not (NF7).
    """
    places: dict[tuple[str, str], int] = {}
    hubs: dict[tuple[str, str], dict[bytes, tuple[Message, list[GuidList]]]] = {}
    for number, message in messages:
        kind = (message.to, type(message).__name__)
        places.setdefault(kind, number)
        guids: GuidList | None = getattr(message, "guids", None)
        bare: Any = message
        if guids is not None:
            bare = evolve(bare, guids=_NO_HUBS)
        said = hubs.setdefault(kind, {}).setdefault(canonical(write(bare)), (bare, []))
        if guids is not None:
            said[1].append(guids)
    found: list[tuple[int, Message]] = []
    for kind, number in places.items():
        for _, (bare, lists) in sorted(hubs[kind].items(), key=lambda item: item[0]):
            found.append((number, evolve(bare, guids=GuidList.united(lists)) if lists else bare))
    return found


def into_folder(folder: Path) -> Callable[[OutboxMessage], None]:
    """Delivers a message as a file `<party>/<number>.json` below `folder`: at least once, always under the same name.

    The number counts what this party is sent: names tell nothing of what others are (NF7).
    """

    def send(message: OutboxMessage) -> None:
        place = folder / folder_of(message.to_party)
        place.mkdir(parents=True, exist_ok=True)
        with written_whole(place / f"{number_of(message.id)}.json") as hidden:
            hidden.write_bytes(message.payload + b"\n")

    return send
