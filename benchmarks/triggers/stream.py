"""What is timed: so many triggers of two steps, and a stream that keeps so many sequences open.

Each trigger waits for the events of one `ref`; an event is looked at by every trigger that waits for its type. First
the sequences are opened. Then events come in turn: one completes the oldest open sequence, which fires, and one opens
another. A tick goes by after every ten thousand events.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from attrs import frozen

from chfw_core.rules.check import check_sources
from chfw_core.triggers.compiling import compile_triggers, rules_version
from chfw_core.triggers.model import Moment, Seen, TriggerSet

KINDS = (
    ("meter_firmware_started", "meter_firmware_activated"),
    ("data_upload_started", "data_upload_finished"),
    ("hub_update_failed", "hub_update_succeeded"),
    ("incident_raised", "incident_closed"),
    ("defect_flagged", "flag_cleared"),
)
A_TICK = 10_000
START = datetime(2026, 1, 5, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

Item = Seen | Moment


@frozen(kw_only=True)
class Load:
    """So many triggers, sequences open all the time, and events after they are open."""

    triggers: int
    open: int
    events: int

    @property
    def label(self) -> str:
        """In words."""
        return f"{self.triggers} triggers, {self.open:,} sequences open, {self.events:,} events"


def rules(load: Load) -> TriggerSet:
    """The triggers of a load, through the checker as any others."""
    hours = 3 * load.open // 3_600 + 2
    parts = ["rules: v1\nowner: DCC\nevents:\n"]
    for number in range(load.triggers):
        first, second = KINDS[number % len(KINDS)]
        parts.append(
            f"  - id: t{number}\n    because: Timed\n    per: batch\n    steps:\n"
            f'      - on: {first}\n        if: event.ref == "r{number}"\n'
            f'      - on: {second}\n        if: event.ref == "r{number}"\n        within: {hours} hours\n'
            f"        otherwise: {{notify: team}}\n    do: {{notify: team}}\n"
        )
    sources = [("timed.rules.yaml", "".join(parts))]
    (found,) = check_sources(sources).rulesets
    return compile_triggers(found, rules_version(sources))


def opening(load: Load) -> Iterator[Item]:
    """What opens the sequences."""
    for number in range(load.open):
        yield _event(load, number, number, 0)


def steady(load: Load) -> Iterator[Item]:
    """What keeps as many open."""
    for place in range(load.events):
        number = place // 2
        at = load.open + place
        yield _event(load, at, number, 1) if place % 2 == 0 else _event(load, at, load.open + number, 0)
        if place % A_TICK == A_TICK - 1:
            yield Moment(at=START + _SECOND * at)


def _event(load: Load, at: int, sequence: int, step: int) -> Seen:
    trigger = sequence % load.triggers
    return Seen(
        seq=at + 1,
        id=f"e{at}",
        at=START + _SECOND * at,
        type=KINDS[trigger % len(KINDS)][step],
        private=False,
        batch=f"b{sequence}",
        fields={"ref": f"r{trigger}"},
    )
