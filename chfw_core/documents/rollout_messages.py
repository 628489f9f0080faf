"""Messages as JSON objects and back: `type`, `v`, `to`, `release` and the message's own fields.

The canonical bytes are what the outbox keeps; transports are handed the message itself.
"""

import json

from chfw_core.documents.rollout_values import by_name, canonical, read, write
from chfw_core.errors import InputError
from chfw_core.messages import MESSAGES, Message

_KINDS = by_name(MESSAGES)


def message_bytes(message: Message) -> bytes:
    """The one JSON text of a message: the same message, the same bytes (I7)."""
    return canonical(write(message))


def read_message(payload: bytes) -> Message:
    """The inverse. Raises InputError for what is no message."""
    try:
        content = json.loads(payload)
    except ValueError as problem:
        raise InputError("this is not JSON") from problem
    if not isinstance(content, dict):
        raise InputError("a message is a JSON object")
    return read(content, _KINDS, "message")
