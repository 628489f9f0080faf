"""Messages to the parties as rows of the outbox, and their delivery as files until there are transports.

What a message says is decided by `chfw_core.rollout.react`; here it becomes canonical JSON, GUIDs as text.
"""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from chfw_app.stores.outbox import OutboxMessage
from chfw_app.stores.outgoing import Outgoing
from chfw_core.documents.rollout_values import canonical, type_name, write
from chfw_core.messages import Message
from chfw_files.atomic import written_whole

_PLAIN = re.compile(r"[A-Za-z0-9._ -]+")


def outgoing_of(message: Message, draft: int) -> Outgoing:
    """The row that sends a message. `draft`: which of the command's events it tells of, counted from 0."""
    return Outgoing(to_party=message.to, type=type_name(type(message)), payload=canonical(write(message)), draft=draft)


def into_folder(folder: Path) -> Callable[[OutboxMessage], None]:
    """Delivers a message as a file `<party>/<id>.json` below `folder`: at least once, always under the same name."""

    def send(message: OutboxMessage) -> None:
        place = folder / folder_of(message.to_party)
        place.mkdir(parents=True, exist_ok=True)
        with written_whole(place / f"{message.id}.json") as hidden:
            hidden.write_bytes(message.payload + b"\n")

    return send


def folder_of(party: str) -> str:
    """A name of a folder for a party: its id, with whatever a file system may not take written as %XX."""
    if _PLAIN.fullmatch(party) and party.strip(". ") == party:
        return party
    inside = " -_" if party == party.strip() else "-_"
    return quote(party, safe=inside).replace(".", "%2E")
