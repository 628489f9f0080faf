"""What whoever gave a command is answered: taken or refused, why, what would help, and in which entries it stands.

And what whoever said events, or handed in rule files, is answered.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from chfw_core.documents.rollout_values import type_name
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import Command, CommandRefused, is_party
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.handover.events import DaysUnchanged, HandOverRefused, PlanRowsRefused
from chfw_core.rollout.instructing.events import InstructionsRefused
from chfw_core.rollout.notice.events import HubsLeftOut
from chfw_core.rollout.outcomes.events import OutcomesNoted, OutcomesRefused
from chfw_core.rollout.pilot.events import PilotHubsRefused
from chfw_core.rollout.suppliers.events import SupplierChangeRefused

_REFUSING = (
    HubsLeftOut,
    PilotHubsRefused,
    InstructionsRefused,
    PlanRowsRefused,
    HandOverRefused,
    OutcomesRefused,
    SupplierChangeRefused,
)
_NO_HUBS = GuidList()


@frozen(kw_only=True)
class RefusedHubs:
    """BR5.2: hubs of a command that were refused for one reason."""

    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class Receipt:
    """BR5.1: the answer to one command. `first_seq`, `last_seq`: the numbers of its entries.

    `again`: the same command had been answered before; nothing was added. `events`: what follows from it.
    """

    first_seq: int
    last_seq: int
    again: bool
    events: tuple[AnyEvent, ...]

    @property
    def entries_shown(self) -> bool:
        """Whether whoever gave the command may see its entries' numbers.

        They tell how much else is going on: a Supplier is not shown them (NF7).
        """
        return not is_party(self.events[0].by)

    @property
    def answered_at(self) -> datetime:
        """When the command was answered for the first time."""
        return self.events[0].at

    @property
    def nothing_taken(self) -> bool:
        """Whether the command was refused, as a whole or hub by hub, and has changed and noted nothing."""
        return self.refused is not None or not (self.taken or self.noted_hubs)

    @property
    def refused(self) -> CommandRefused | None:
        """Why the whole command may not be; None where it was taken."""
        return next((event for event in self.events if isinstance(event, CommandRefused)), None)

    @property
    def refused_hubs(self) -> tuple[RefusedHubs, ...]:
        """BR5.2: all hubs that were refused, by reason; the other hubs of the command were taken."""
        return tuple(
            RefusedHubs(code=event.code, reason=event.reason, guids=event.guids)
            for event in self.events
            if isinstance(event, _REFUSING)
        )

    @property
    def noted_hubs(self) -> tuple[RefusedHubs, ...]:
        """Hubs of which something was reported that is kept and changes nothing."""
        return tuple(
            RefusedHubs(code=event.code, reason=event.reason, guids=event.guids)
            for event in self.events
            if isinstance(event, OutcomesNoted)
        )

    @property
    def taken(self) -> tuple[tuple[str, int | None], ...]:
        """What happened, by the events' names in order, and to how many hubs (None: it is not about hubs)."""
        found: dict[str, int | None] = {}
        for event in self.events:
            if isinstance(event, (*_REFUSING, OutcomesNoted, CommandRefused)):
                continue
            name, guids = type_name(type(event)), getattr(event, "guids", None)
            hubs = event.hubs if isinstance(event, DaysUnchanged) else None if guids is None else len(guids)
            found[name] = None if hubs is None else (found.get(name) or 0) + hubs
        return tuple(found.items())


@frozen(kw_only=True)
class Answer:
    """A command's receipt, under its key. `guids`: the hubs that the command names.

    `not_standing`: of how many hubs what was answered before has been replaced since.
    """

    key: str
    receipt: Receipt
    guids: GuidList = _NO_HUBS
    not_standing: int = 0

    @classmethod
    def of(cls, command: Command, receipt: Receipt) -> "Answer":
        """What a command was answered."""
        guids = getattr(command, "guids", None)
        return cls(key=command.key, receipt=receipt, guids=guids if isinstance(guids, GuidList) else _NO_HUBS)


@frozen(kw_only=True)
class EventsAnswer:
    """RU6: what became of events. `taken`: by type how many; `again`: how many had been said before.

    `refused`: why those were not taken that were not, by their place among the events of the delivery.
    """

    taken: Mapping[str, int] = field(factory=dict)
    again: int = 0
    refused: Mapping[int, str] = field(factory=dict)


@frozen(kw_only=True)
class RulesAnswer:
    """RU7: rule files that are in force. `version`: a hash of them; None where no rules are in force any more.

    `triggers`: how many rules in `events` they have. `warnings`: what the owner is told of them.
    """

    version: str | None
    files: int
    triggers: int
    warnings: tuple[str, ...] = ()
