"""What a file that was handed in holds, by its kind: commands, events, or a document of the party's own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from chfw_core.rollout.base import Command
from chfw_core.rollout.commands import COMMANDS
from chfw_core.transport.port import EVERY_RELEASE
from chfw_files.documents import commands_in
from chfw_files.documents.commands_in import ReadCommands, key_of_digest
from chfw_files.drop.command_lines import read_command_lines
from chfw_files.drop.event_lines import read_event_lines
from chfw_files.drop.layout import HandedIn

_Reader = Callable[[Path, str, str, str], ReadCommands]
READERS: Final[Mapping[str, _Reader]] = {
    "instructions": commands_in.read_handed_in_instructions,
    "withdrawals": commands_in.read_withdrawals,
    "pilot-list": commands_in.read_pilot_list,
    "pilot-progress": commands_in.read_progress,
    "outcomes": commands_in.read_outcomes,
    "inventory": commands_in.read_inventory,
    "supplier-changes": commands_in.read_supplier_changes,
    "commands": read_command_lines,
    "events": read_event_lines,
}
"""Per kind of list what reads it: the file, the release, the key, and by whom."""

INBOUND: Final[frozenset[type[Command]]] = frozenset(COMMANDS)
"""Lists for what is a list, and lines of commands for all else."""


@frozen(kw_only=True)
class Source:
    """A file that was handed in, as it lies here: whose, what it is, and the SHA-256 of its content.

    `key`: what its manifest says, so that the same content is meant anew; empty where it says nothing.
    """

    path: Path
    party: str
    what: HandedIn
    sha256: str
    key: str = ""


def read_commands_of(source: Source) -> ReadCommands:
    """The commands of a list, or the events. Raises InputError for what is no such list."""
    release = source.what.release or EVERY_RELEASE
    key = key_of_digest(source.sha256, source.what.kind, source.what.release or "")
    if source.key:
        key += f"/{source.key}"
    return READERS[source.what.kind](source.path, release, key, source.party)
