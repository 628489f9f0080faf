"""What is sent to the parties of a roll-out: typed, one class for each thing that is told.

Whatever goes to a Supplier names that Supplier's own hubs alone, and nothing in it varies with who the other
Supplier of a hub is (BR3.3, BR4.4, NF7): no batch, no rule, no reason that could name either.
"""

from collections.abc import Mapping
from datetime import date, datetime

from attrs import field, frozen

from chfw_core.model.guid_list import GuidList
from chfw_core.model.later_fields import LEFT_OUT
from chfw_core.model.parties import SupplierRole
from chfw_core.model.releases import Participation, Priority, Severity


@frozen(kw_only=True)
class Message:
    """`to`: a Party, `DCC`, `CSP:<region>`, `PANEL`, `SUB-COMMITTEE` or `SMI`. `release`: the id of the release."""

    to: str
    release: str


@frozen(kw_only=True)
class ReleaseNotice(Message):
    """BR1.2: what a notice holds. `cutoff`: the last moment at which an instruction counts (BR3.4)."""

    device_models: tuple[str, ...]
    firmware_version: str
    cpl_entry: str | None
    note_url: str | None
    note_version: str | None
    severity: Severity
    priority: Priority
    participation: Participation
    automatic_at: datetime
    cutoff: datetime


@frozen(kw_only=True)
class OwnHubs(Message):
    """BR1.4: hubs that this Supplier is responsible for, in these roles, and whether there is a second Supplier."""

    roles: tuple[SupplierRole, ...]
    second_supplier: bool
    guids: GuidList


@frozen(kw_only=True)
class ReleaseNoteUpdated(Message):
    """BR1.5."""

    note_url: str
    note_version: str


@frozen(kw_only=True)
class DateMoved(Message):
    """BR1.3: instructions that stood stay."""

    automatic_at: datetime
    cutoff: datetime
    reason: str


@frozen(kw_only=True)
class ReleaseNews(Message):
    """A step of the release that concerns everybody: `what` is the event's name, `words` say it."""

    what: str
    words: str
    commentary: str = ""


@frozen(kw_only=True)
class PilotProgress(Message):
    """BR2.4: per device success or failure, its reason and commentary."""

    succeeded: bool
    reason: str
    commentary: str
    guids: GuidList


@frozen(kw_only=True)
class VerdictReceived(Message):
    """BR2.10: to the DCC alone."""

    party: str
    opinion: str
    findings: str


@frozen(kw_only=True)
class ListReceipt(Message):
    """BR2.3: this Supplier's pilot list as it stands now."""

    guids: GuidList


@frozen(kw_only=True)
class InstructionReceipt(Message):
    """BR5.1: received and standing; `opens` and `closes` None for a withdrawal. `window`: the hours that it names."""

    role: SupplierRole
    opens: datetime | None
    closes: datetime | None
    received_at: datetime
    window: str | None = field(default=None, metadata=LEFT_OUT)
    guids: GuidList


@frozen(kw_only=True)
class HubsRefused(Message):
    """BR5.2: every refused hub, with its reason. `request`: what was asked for."""

    request: str
    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class SecondSupplier(Message):
    """BR3.3, BR4.4: whether there is a second Supplier (None: no), and whether it has instructed; never who."""

    instructed: bool | None
    guids: GuidList


@frozen(kw_only=True)
class HubsScheduled(Message):
    """When hubs of this Supplier are to be activated, and whether by agreement or at the DCC's date."""

    day: date
    window_opens: datetime
    window_closes: datetime
    by_agreement: bool
    guids: GuidList


@frozen(kw_only=True)
class WorkList(Message):
    """CS1: to a CSP: the hubs to upgrade, their period, and by when the outcome of each is owed (CS2)."""

    day: date
    window_opens: datetime
    window_closes: datetime
    firmware_version: str
    batch_id: str | None
    due: datetime
    guids: GuidList


@frozen(kw_only=True)
class HubNews(Message):
    """What became of hubs of this Supplier: `what` is the new state, `words` say why."""

    what: str
    words: str
    guids: GuidList


@frozen(kw_only=True)
class InventoryUpdate(Message):
    """BR5.6: to the SMI, where a CSP reports an activation with another version than the SMI shows."""

    firmware_version: str
    guids: GuidList


@frozen(kw_only=True)
class ActivationAlert(Message):
    """BR5.6, BR5.7: these hubs run this version now. To the Suppliers that are responsible at this moment."""

    firmware_version: str
    guids: GuidList


@frozen(kw_only=True)
class IncidentReported(Message):
    """BR6.1: to the DCC, and to the Panel and its Sub-Committee where an emergency stop is asked for."""

    incident: str
    party: str
    description: str
    high_priority: bool
    emergency_stop: bool


@frozen(kw_only=True)
class DecisionToConfirm(Message):
    """BR6.3: to the Panel and its Sub-Committee."""

    incident: str
    outcome: str
    automatic_at: datetime | None
    reason: str


@frozen(kw_only=True)
class Decision(Message):
    """BR6.4: a decision on the release, and what it means for this Supplier's pending requests.

    `meaning`: per state of a hub a sentence; `pending`: how many of its hubs are in each.
    """

    standing: str
    because: str
    automatic_at: datetime
    meaning: Mapping[str, str]
    pending: Mapping[str, int]


@frozen(kw_only=True)
class ChangeExpected(Message):
    """CS3: to the Supplier that is to lose a role on London day `effective`, or that keeps it after all (`cancelled`).

    Its instructions count until then, and the hub is left alone around that day. Who comes is not said.
    """

    role: SupplierRole
    effective: date
    cancelled: bool
    guids: GuidList


@frozen(kw_only=True)
class SupplierJoins(Message):
    """CS3: to the new Supplier: hubs it now answers for, in a role, and until when it may instruct."""

    role: SupplierRole
    effective: date
    cutoff: datetime
    guids: GuidList


@frozen(kw_only=True)
class SupplierLeaves(Message):
    """CS3: to the old Supplier: its instructions for these hubs end with its responsibility."""

    role: SupplierRole
    effective: date
    guids: GuidList


@frozen(kw_only=True)
class TriggerNotice(Message):
    """RU2, RU6: what a trigger of this party's own rules tells a team of its house. `release`: empty where of none.

    `because`: the rule's words and the events that led to it. `guids`: the hubs it is about, if it is about any.
    To a Supplier from the rules of the DCC or a CSP: `team` is whose rules they are, `guids` its own hubs concerned.
    """

    team: str
    text: str
    trigger: str
    because: str
    guids: GuidList


@frozen(kw_only=True)
class Answer(Message):
    """To whoever gave a command: it was refused, why, and what would help."""

    command: str
    code: str
    reason: str
    cure: str


MESSAGES: tuple[type[Message], ...] = (
    ReleaseNotice,
    OwnHubs,
    ReleaseNoteUpdated,
    DateMoved,
    ReleaseNews,
    PilotProgress,
    VerdictReceived,
    ListReceipt,
    InstructionReceipt,
    HubsRefused,
    SecondSupplier,
    HubsScheduled,
    WorkList,
    HubNews,
    InventoryUpdate,
    ActivationAlert,
    IncidentReported,
    DecisionToConfirm,
    Decision,
    ChangeExpected,
    SupplierJoins,
    SupplierLeaves,
    TriggerNotice,
    Answer,
)
"""Every class of message, in the order in which they are above."""
