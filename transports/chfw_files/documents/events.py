"""Events from a file of JSON Lines, and back."""

from collections.abc import Iterable
from pathlib import Path

from chfw_core.documents.events import EventsRead, write_event
from chfw_core.documents.events import read_events as read_event_lines
from chfw_core.model.events import EVENT_TYPES, Event
from chfw_files.atomic import write_text
from chfw_files.texts import read_text


def read_events(path: str | Path, types: Iterable[str] = EVENT_TYPES) -> EventsRead:
    """Read a file; bad lines are in the result. Raises InputError for a file that cannot be read."""
    return read_event_lines(read_text(path).split("\n"), str(path), types)


def write_events(path: str | Path, events: Iterable[Event]) -> None:
    """One line for each event. Raises OutputError."""
    write_text(path, "".join(write_event(event) + "\n" for event in events))
