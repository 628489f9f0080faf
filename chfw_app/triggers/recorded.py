"""Recorded events for a back-test: a line is set aside for what `chfw rollout observe` would set it aside for.

Who may say an event is not asked: a record holds what the roll-out said itself as well as what others said.
"""

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from chfw_app.inputs.texts import read_lines
from chfw_core.documents.events import check_content, read_event
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.rules.problems.problem import did_you_mean, shown
from chfw_core.rules.vocabulary.fields import FieldSpec


@frozen(kw_only=True)
class Recorded:
    """The events that can be used, with the lines in which they stand, and the others with their reasons."""

    events: tuple[Event, ...]
    lines: tuple[int, ...]
    bad_lines: tuple[str, ...]


def read_recorded(path: Path, types: Mapping[str, tuple[FieldSpec, ...]]) -> Recorded:
    """Reads a file of JSON Lines. Raises InputError for a file that cannot be read."""
    found: dict[int, tuple[Event, int]] = {}
    bad: list[str] = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            event = _read(line, types)
            if event.seq in found:
                former, place = found[event.seq]
                what = "" if event == former else ", and says something else there (give each event a `seq` of its own)"
                raise InputError(f"seq {event.seq} is there already, in line {place}{what}")
            found[event.seq] = (event, number)
        except InputError as problem:
            bad.append(f"line {number}: {problem.with_hint}")
    return Recorded(
        events=tuple(event for event, _ in found.values()),
        lines=tuple(number for _, number in found.values()),
        bad_lines=tuple(bad),
    )


def _read(line: str, types: Mapping[str, tuple[FieldSpec, ...]]) -> Event:
    event = read_event(line)
    if event.type not in types:
        raise InputError(f"no type of event called `{shown(event.type)}`", hint=did_you_mean(event.type, types))
    check_content(event, types)
    return event
