"""JSON Lines that go back: the text of each line as it was sent, with the reason in front."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chfw_files.atomic import written_whole
from chfw_files.lines.chunks import BOM, mapped

REASON = "refused_because"
AS_SENT = "as_sent"
_FORMER = re.compile(r'"refused_because"\s*:\s*(?:"(?:[^"\\]|\\.)*"|null)\s*,?\s*')


def write_returned_lines(source: Path, target: Path, reasons: Mapping[int, str]) -> int:
    """The lines that `reasons` names by their number; how many. A reason of before gives way.

    Raises InputError where `source` cannot be read any more, and OutputError.
    """
    rows = 0
    lines = mapped(source, "a line for each row is needed")
    with written_whole(target) as temporary, temporary.open("wb") as back:
        for number, line in enumerate(iter(lines.readline, b""), start=1):
            if number in reasons and line.strip():
                text = line.removeprefix(BOM) if number == 1 else line
                back.write(_with_reason(text.decode().strip(), reasons[number]).encode() + b"\n")
                rows += 1
    return rows


def without_reason(text: str) -> str:
    """A line as it was before it came back: without the reason, wherever that stands by now."""
    if REASON not in text or not isinstance(parsed(text), dict):
        return text
    rest = text[1:].lstrip()
    former = _FORMER.match(rest)
    if former:
        rest = rest[former.end() :]
    content = parsed("{" + rest)
    if REASON not in content:
        return "{" + rest
    del content[REASON]  # somebody has moved it
    return json.dumps(content, ensure_ascii=False)


def _with_reason(text: str, reason: str) -> str:
    if not isinstance(parsed(text), dict):
        return json.dumps({REASON: reason, AS_SENT: text}, ensure_ascii=False)
    bare = without_reason(text)
    more = ", " if parsed(bare) else ""
    return "{" + f"{json.dumps(REASON)}: {json.dumps(reason, ensure_ascii=False)}{more}" + bare[1:].lstrip()


def parsed(text: str) -> Any:
    """What a text of JSON says; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
