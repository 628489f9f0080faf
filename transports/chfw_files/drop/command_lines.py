"""Commands as JSON Lines, for what is no list: an incident, a verdict, an approval.

A line is an object `{"type": "raise_incident", "release": …, …}` with the command's own fields. Who gives it, and its
key, are those of the file; the release is that of its folder, or else the line says it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
from attrs import frozen

from chfw_core.documents.rollout_commands import read_command
from chfw_core.documents.rollout_values import VERSION
from chfw_core.errors import InputError
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.commands import AnyCommand
from chfw_core.transport.port import EVERY_RELEASE
from chfw_files.documents.alike import Places
from chfw_files.documents.commands_in import ReadCommands
from chfw_files.documents.returned_json import REASON, parsed
from chfw_files.guids import numbers_of
from chfw_files.tables.quarantine import BadRow
from chfw_files.texts import read_text

_MOST_BYTES = 64 << 20


@frozen(kw_only=True)
class _Line:
    number: int
    text: str


def read_command_lines(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """Every line that is a command; the others are set aside. Raises InputError for what is no text, or too much."""
    if path.stat().st_size > _MOST_BYTES:
        raise InputError("the file is larger than 64 MiB", hint="send long lists of hubs as tables")
    commands: list[AnyCommand] = []
    places: list[Places] = []
    bad: list[BadRow] = []
    lines = list(_lines(path))
    for line in lines:
        try:
            command = _command(line.text, release, f"{key}/{line.number}", by)
        except InputError as problem:
            reason = f"{problem}: {problem.hint}" if problem.hint else str(problem)
            bad.append(BadRow(line=line.number, guid_text="", column="", reason=reason))
            continue
        commands.append(command)
        places.append(_places(command, line.number))
    return ReadCommands(commands=tuple(commands), places=tuple(places), bad_rows=tuple(bad), row_count=len(lines))


def _lines(path: Path) -> Iterator[_Line]:
    for number, text in enumerate(read_text(path).split("\n"), start=1):
        if text.strip():
            yield _Line(number=number, text=text)


def _command(text: str, release: str, key: str, by: str) -> AnyCommand:
    content = parsed(text)
    if not isinstance(content, dict):
        raise InputError("the line is no JSON object", hint='write it like {"type": "raise_incident", …}')
    content.pop(REASON, None)
    if content.get("by", by) != by:
        raise InputError(f"the line is of another Party than `{by}`, who has sent it")
    if release != EVERY_RELEASE and content.get("release", release) != release:
        raise InputError("the line is for another release than its folder")
    if "release" not in content and release == EVERY_RELEASE:
        raise InputError("which release is meant is missing", hint="say it, or use the folder `in/RELEASE`")
    said = {"v": VERSION, "release": release, **content, "by": by, "key": key}
    return cast(AnyCommand, read_command(said))


def _places(command: AnyCommand, line: int) -> Places:
    """All hubs of a command stand in its line."""
    guids = _named(command)
    numbers = numbers_of(guids)
    return Places(guids=numbers, rows=np.full(max(len(numbers), 1), line, dtype=np.int64))


def _named(command: AnyCommand) -> GuidList:
    classes = getattr(command, "classes", ())
    guids = getattr(command, "guids", None)
    if isinstance(guids, GuidList):
        return guids
    return GuidList(guid for one in classes for guid in one.guids)
