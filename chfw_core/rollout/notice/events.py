"""What may have happened to a release's notice."""

from datetime import datetime

from attrs import field, frozen

from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.model.periods import as_utc
from chfw_core.model.releases import FirmwareRelease, Participation
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.incidents.events import PendingHubs
from chfw_core.rollout.records import Figures, ReleaseNote


@frozen(kw_only=True)
class ReleaseDrafted(RollOutEvent):
    firmware: FirmwareRelease
    figures: Figures
    alerts_only: bool = False


@frozen(kw_only=True)
class ReleaseNotePublished(RollOutEvent):
    note: ReleaseNote


@frozen(kw_only=True)
class CplEntryRecorded(RollOutEvent):
    entry: str
    current: bool


@frozen(kw_only=True)
class ReleaseNotified(RollOutEvent):
    """BR1.1: to these; the hubs follow, an event for each class of them."""

    suppliers: tuple[Party, ...]
    regions: tuple[str, ...]


@frozen(kw_only=True)
class HubsAdded(RollOutEvent):
    """BR1.4: hubs of one class are in the release."""

    region: str
    import_supplier: Party | None
    gas_supplier: Party | None
    firmware_version: str
    device_model: str | None = None
    configuration_set: str | None = None
    automatic_at: datetime | None = None
    excluded_by_import: tuple[str, str] | None = None
    excluded_by_gas: tuple[str, str] | None = None
    guids: GuidList


@frozen(kw_only=True)
class HubsLeftOut(RollOutEvent):
    """Hubs that the notice named and the release did not get, for one reason."""

    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class AutomaticDateMoved(RollOutEvent):
    automatic_at: datetime = field(converter=as_utc)
    reason: str


@frozen(kw_only=True)
class NoticeRevoked(RollOutEvent):
    reason: str
    pending: tuple[PendingHubs, ...] = ()


@frozen(kw_only=True)
class ParticipationChosen(RollOutEvent):
    participation: Participation
    repercussions: tuple[str, ...]


@frozen(kw_only=True)
class ReturnedToDccOnly(RollOutEvent):
    consultation: str


@frozen(kw_only=True)
class HubsSuperseded(RollOutEvent):
    by_release: str
    guids: GuidList


NoticeEvent = (
    ReleaseDrafted
    | ReleaseNotePublished
    | CplEntryRecorded
    | ReleaseNotified
    | HubsAdded
    | HubsLeftOut
    | AutomaticDateMoved
    | NoticeRevoked
    | ParticipationChosen
    | ReturnedToDccOnly
    | HubsSuperseded
)
