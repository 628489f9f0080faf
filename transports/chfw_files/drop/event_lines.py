"""Events as JSON Lines: what has happened, by its sender's own numbers (RU6).

A line is an object `{"seq": 1, "at": …, "type": "meter_read_received", "guid": …}`. Here it is read; whether this
sender may say it, and whether it has said it before, is judged where the ledger is.
"""

from collections.abc import Iterator
from pathlib import Path

from chfw_core.documents.events import read_event
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_files import limits
from chfw_files.documents.commands_in import ReadCommands
from chfw_files.documents.returned_json import without_reason
from chfw_files.lines.chunks import BOM, endless_line, mapped
from chfw_files.tables.quarantine import BadRow

_MOST_BYTES = 64 << 20


def read_event_lines(path: Path, release: str, key: str, by: str) -> ReadCommands:
    """Every line that is an event; the others are set aside. Raises InputError for what is too much.

    Neither the release nor the key matter: an event says itself which release it is about, and has its own number.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise InputError("the file is larger than 64 MiB", hint="send it in parts: each event has its number")
    events: list[Event] = []
    rows: list[int] = []
    bad: list[BadRow] = []
    for number, text in _lines(path):
        try:
            events.append(_event(text))
            rows.append(number)
        except InputError as problem:
            bad.append(BadRow(line=number, guid_text="", column="", reason=problem.with_hint))
    return ReadCommands(
        events=tuple(events), event_rows=tuple(rows), bad_rows=tuple(bad), row_count=len(events) + len(bad)
    )


def _event(text: str) -> Event:
    if "\ufffd" in text:
        raise InputError("this is not UTF-8, or holds a character that stands for none")
    return read_event(without_reason(text))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with mapped(path, "say one event in each line") as data:
        for number, line in enumerate(iter(lambda: data.readline(), b""), start=1):
            if len(line) > limits.MAX_LINE:
                raise endless_line(path, number)
            text = (line.removeprefix(BOM) if number == 1 else line).decode("utf-8", errors="replace").strip()
            if text:
                yield number, text
