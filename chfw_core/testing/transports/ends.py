"""What the suite needs beside a transport: the parties' end of it, and ledgers to play on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from chfw_core.messages import Message
from chfw_core.model.events import Event
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.entries import Entry
from chfw_core.transport.port import Delivery, Reply, Transport
from chfw_core.transport.receipts import Receipt


@frozen(kw_only=True)
class Said:
    """What a party was answered to one delivery: whether anything was taken, and the hubs refused, by reason.

    Where the whole command was refused its reason is there, with the hubs that the command names; so is the reason for
    which an event was not taken, without hubs. An event that was said before counts as taken.
    """

    taken: bool
    refused: Mapping[str, GuidList] = field(factory=dict)


class FarEnd(Protocol):
    """Where the parties are: hands in what they say, in the form that they use, and reads what they are sent."""

    @property
    def transport(self) -> Transport:
        """Our end. After `restart` another one."""
        ...

    def put(self, command: AnyCommand) -> None:
        """The party `command.by` says this. The transport may give it another key; all else is as it is here."""
        ...

    def put_events(self, party: str, events: Sequence[Event]) -> None:
        """The party says these at once. Asked of a transport that carries events, and of no other."""
        ...

    def put_rules(self, party: str, name: str, text: str) -> None:
        """The party hands in a rule file by its name; an empty text takes the one of that name back. Asked as above."""
        ...

    def put_unreadable(self, party: str) -> bool:
        """The party hands in something that nobody can read. False: this transport cannot be given such a thing."""
        ...

    def answers(self, party: str) -> Sequence[Said]:
        """What the party was answered, in the order of what it handed in; a repeated answer to one delivery once."""
        ...

    def got(self, party: str) -> Sequence[tuple[str, Message]]:
        """The messages that the party was sent, with their ids, in the order in which they came."""
        ...

    def restart(self) -> None:
        """Our end was killed and is opened anew; the other end, and what was handed in, is as it was."""
        ...


class Ledger(Protocol):
    """A service on an empty ledger. `chfw_app.testing` has one."""

    def give(self, command: AnyCommand, at: datetime) -> Receipt:
        """Straight to the service, at that time."""
        ...

    def hand_over(self, delivery: Delivery, at: datetime) -> Reply:
        """The same for events and rule files, as a delivery without a transport; `problems` are not looked at."""
        ...

    def pump(self, transport: Transport, at: datetime) -> None:
        """Takes in, answers and sends all that waits, to every party. Rules in force hear of it, as they do above."""
        ...

    def entries(self) -> Sequence[Entry]:
        """All entries."""
        ...

    def outgoing(self) -> Sequence[tuple[str, Message]]:
        """All messages that the outbox ever held, with their ids, in the order of the ledger."""
        ...


@frozen(kw_only=True, eq=False)
class Bench:
    """Two empty ledgers, and the transport that is proved."""

    far_end: FarEnd
    direct: Ledger
    through: Ledger
