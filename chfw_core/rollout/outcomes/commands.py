"""What CSPs and the SMI say of hubs, and that nothing was said (CS2, BR5.6, BR5.7)."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from chfw_core.errors import InputError
from chfw_core.model.guid_list import GuidList
from chfw_core.model.instant_list import InstantList
from chfw_core.model.later_fields import LEFT_OUT
from chfw_core.model.periods import as_utc
from chfw_core.rollout.base import Command


class OutcomeKind(StrEnum):
    """What a CSP may report of a hub."""

    IMAGE_DELIVERED = "image_delivered"
    ACTIVATED = "activated"
    FAILED = "failed"


@frozen(kw_only=True)
class ReportOutcomes(Command):
    """CS2: one outcome of as many hubs as share it. `firmware_version`: what an activated hub says it runs.

    `times`: when it happened to each hub, in the order of `guids`, where that differs; `occurred_at` is then the first.
    """

    outcome: OutcomeKind
    occurred_at: datetime = field(converter=as_utc)
    times: InstantList | None = field(default=None, metadata=LEFT_OUT)
    firmware_version: str | None = None
    reason: str = ""
    guids: GuidList

    def __attrs_post_init__(self) -> None:
        """Raises InputError where the times are not those of the hubs."""
        if self.times is not None and len(self.times) != len(self.guids):
            raise InputError(f"{len(self.times)} times are given for {len(self.guids)} hubs")
        if self.times and self.times.earliest() != self.occurred_at:
            raise InputError("`occurred_at` is not the first of the times")


@frozen(kw_only=True)
class ObserveVersions(Command):
    """What the SMI shows of these hubs. `configuration_set`: None where it says nothing of it."""

    firmware_version: str
    configuration_set: str | None = None
    observed_at: datetime = field(converter=as_utc)
    guids: GuidList


@frozen(kw_only=True)
class DeclareSilence(Command):
    """The deadline of these hubs has passed and nothing was heard."""

    guids: GuidList


OutcomeCommand = ReportOutcomes | ObserveVersions | DeclareSilence
