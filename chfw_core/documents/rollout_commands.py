"""Commands as JSON objects: `type`, `v`, `by`, `key`, `release` and the command's own fields.

The canonical bytes of a command are what its idempotency key stands for: the same key with other bytes is refused.
"""

import hashlib
from collections.abc import Mapping

from chfw_core.documents.rollout_values import by_name, canonical, read, write
from chfw_core.rollout.base import Command
from chfw_core.rollout.commands import COMMANDS, AnyCommand

_KINDS = by_name(COMMANDS)


def write_command(command: AnyCommand) -> dict[str, object]:
    """Plain values, fit for JSON; GUIDs as text."""
    return write(command)


def read_command(content: Mapping[str, object]) -> Command:
    """The inverse. Raises InputError for an unknown type or key, a missing one, or a value of another kind."""
    return read(content, _KINDS, "command")


def digest_of(command: AnyCommand) -> bytes:
    """SHA-256 of the command's canonical bytes."""
    return hashlib.sha256(canonical(write(command))).digest()
