"""When what a CSP reports happened, hub by hub (CS2): one command and one event for hubs that differ in it alone.

The time of a hub counts where it means something: whether its activation fell into the window that was planned (BR3.5),
whether it lies in the future, and when triggers take a failure to have happened. Nothing else asks for it.
"""

from collections.abc import Iterator
from datetime import datetime

from attrs import frozen

from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.instant_list import InstantList
from chfw_core.rollout.outcomes.commands import OutcomeKind, ReportOutcomes
from chfw_core.rollout.outcomes.events import HubsActivated, HubsFailed, ImagesDelivered
from chfw_core.rollout.records import HubRecord

Timed = ImagesDelivered | HubsActivated | HubsFailed
"""Events that bear the times of their hubs."""


@frozen(kw_only=True)
class Times:
    """When it happened, of all hubs of a report: `at_once`, or by hub in microseconds since 1970."""

    at_once: datetime
    _by_hub: dict[Guid, int] | None

    @classmethod
    def of(cls, command: ReportOutcomes) -> "Times":
        """Those of a command, made once for all its hubs."""
        if command.times is None:
            return cls(at_once=command.occurred_at, by_hub=None)
        by_hub = dict(zip(command.guids, command.times.microseconds, strict=True))
        return cls(at_once=command.occurred_at, by_hub=by_hub)

    def among(self, guids: GuidList) -> tuple[datetime, InstantList | None]:
        """The earliest time of some of the hubs, and all of them where they differ."""
        if self._by_hub is None or not guids:
            return self.at_once, None
        own = InstantList.of_microseconds(map(self._by_hub.__getitem__, guids))
        first = own.earliest()
        return first, None if first == own.latest() else own


def is_outside(hub: HubRecord, occurred_at: datetime) -> bool:
    """BR3.5: whether that is outside the window that was planned, which lies within what was agreed."""
    if hub.window_opens is None or hub.window_closes is None:
        return False
    return not hub.window_opens <= occurred_at < hub.window_closes


def parted_by_time(
    command: ReportOutcomes, times: Times, record: HubRecord | None, guids: GuidList, at: datetime
) -> Iterator[GuidList]:
    """Hubs alike in all but the time at which it happened, by what that time means for them."""
    first, own = times.among(guids)
    activated = command.outcome is OutcomeKind.ACTIVATED

    def stands_out(when: datetime) -> bool:
        return when > at or (activated and record is not None and is_outside(record, when))

    if own is None or not (stands_out(first) or stands_out(own.latest())):
        yield guids
        return
    plain: list[GuidList] = []
    for when, some in own.by_time(guids):
        # What stands out is told with its time, and is an answer of its own for each.
        if stands_out(when):
            yield some
        else:
            plain.append(some)
    if plain:
        yield GuidList.joined(plain)
