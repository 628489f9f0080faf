"""What may be asked for about a release's notice (BR1, G6, G7, G9)."""

from datetime import datetime

from attrs import field, frozen

from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.model.periods import as_utc
from chfw_core.model.releases import FirmwareRelease, Participation
from chfw_core.rollout.base import Command
from chfw_core.rollout.records import Figures, ReleaseNote


@frozen(kw_only=True)
class HubClass:
    """Hubs that are alike: one region, the same Suppliers, one product. `automatic_at`: where the DCC moved theirs.

    `device_model`, `configuration_set`: as the inventory has them, None where it does not say.

    `excluded_by_import`, `excluded_by_gas`: rule and reason by which that role's Supplier wants no early date for them.
    """

    region: str
    import_supplier: Party | None = None
    gas_supplier: Party | None = None
    firmware_version: str
    device_model: str | None = None
    configuration_set: str | None = None
    automatic_at: datetime | None = None
    excluded_by_import: tuple[str, str] | None = None
    excluded_by_gas: tuple[str, str] | None = None
    guids: GuidList


@frozen(kw_only=True)
class DraftRelease(Command):
    """Prepare a release: nobody is told yet. `alerts_only`: nothing but activation alerts (BR5.7)."""

    firmware: FirmwareRelease
    figures: Figures = field(factory=Figures)
    alerts_only: bool = False


@frozen(kw_only=True)
class PublishReleaseNote(Command):
    """BR1.5: publish the note, or a newer version of it."""

    note: ReleaseNote


@frozen(kw_only=True)
class RecordCplEntry(Command):
    """G6: the release's entry on the CPL, or that it is no longer Current (`current` false)."""

    entry: str
    current: bool = True


@frozen(kw_only=True)
class NotifyRelease(Command):
    """BR1.1: tell every relevant Supplier and CSP. The classes are the eligible hubs, each once."""

    classes: tuple[HubClass, ...]


@frozen(kw_only=True)
class AddHubs(Command):
    """Hubs that became eligible after the notice; with alerts only, the inventory that the alerts need (BR5.7)."""

    classes: tuple[HubClass, ...]


@frozen(kw_only=True)
class MoveAutomaticDate(Command):
    """BR1.3: earlier or later."""

    automatic_at: datetime = field(converter=as_utc)
    reason: str


@frozen(kw_only=True)
class RevokeNotice(Command):
    """BR1.6. Final."""

    reason: str


@frozen(kw_only=True)
class ChooseParticipation(Command):
    """G7: `seen` are the repercussions as they were shown; others are refused."""

    participation: Participation
    seen: tuple[str, ...]


@frozen(kw_only=True)
class ReturnToDccOnly(Command):
    """G9: upgrades managed by the DCC alone, and the consultation that allowed it."""

    consultation: str


@frozen(kw_only=True)
class SupersedeHubs(Command):
    """A newer release takes these hubs."""

    by_release: str
    guids: GuidList


NoticeCommand = (
    DraftRelease
    | PublishReleaseNote
    | RecordCplEntry
    | NotifyRelease
    | AddHubs
    | MoveAutomaticDate
    | RevokeNotice
    | ChooseParticipation
    | ReturnToDccOnly
    | SupersedeHubs
)
