"""Messages as files: a table for each, with its manifest beside it, always under the same name (BR1, BR5, CS1)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from chfw_core.documents.drop_folders import SentFormat
from chfw_core.documents.rollout_messages import message_bytes
from chfw_core.documents.rollout_values import type_name
from chfw_core.errors import InputError
from chfw_core.messages import Message
from chfw_core.rules.problems.problem import did_you_mean
from chfw_files.documents.commands_in import digest_of_file
from chfw_files.documents.messages_out import write_messages
from chfw_files.drop.layout import MANIFEST, OUT, folder_of
from chfw_files.drop.manifest import manifest_bytes
from chfw_files.drop.place import Place

FORMATS: Final = tuple(one.value for one in SentFormat)
"""`json`: the message as it is in the outbox; the others: a table with a row for each hub."""


def checked_format(name: str) -> str:
    """Raises InputError for a format that messages are not written in."""
    if name not in FORMATS:
        hint = did_you_mean(name, FORMATS) or f"there are {', '.join(FORMATS)}"
        raise InputError(f"messages are not written as `{name}`", hint=hint)
    return name


def file_name(message: Message, message_id: str, extension: str) -> str:
    """By the message's number among those of its recipient, which is all that the number counts (NF7)."""
    number = message_id.rpartition("/")[2]
    kind = type_name(type(message)).replace("_", "-")
    day = getattr(message, "day", None)
    parts = [number, folder_of(message.release), kind, *([day.isoformat()] if isinstance(day, date) else [])]
    return f"{'-'.join(parts)}.{extension}"


def put_message(place: Place, here: Path, message: Message, message_id: str, extension: str) -> None:
    """Writes it into the folder `here` first. Raises InputError where it cannot be put there now."""
    name = file_name(message, message_id, extension)
    local = here / f"out.{extension}"
    rows = 1
    if extension == "json":
        local.write_bytes(message_bytes(message) + b"\n")
    else:
        rows = write_messages(local, type(message), [message])
    more = {"id": message_id, "type": type_name(type(message)), "release": message.release, "to": message.to}
    put_with_manifest(place, local, f"{folder_of(message.to)}/{OUT}/{name}", rows, more)


def put_with_manifest(place: Place, local: Path, path: str, rows: int, more: Mapping[str, object]) -> None:
    """A file, and then its manifest beside it: whoever finds the manifest finds all of the file."""
    manifest = local.with_name(f"{local.name}.manifest")
    said = {"file": PurePosixPath(path).name, **more}
    manifest.write_bytes(manifest_bytes(digest_of_file(local), rows, **said))
    place.put(local, path)
    place.put(manifest, path + MANIFEST)
    manifest.unlink()
