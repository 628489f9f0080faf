"""The port that a transport fulfils: typed messages in and out, and what it can carry (TR5, I12).

Inbound: `receive` hands out deliveries. A delivery is handed out again until it was answered, under the same id,
and the keys of its commands are the same each time: whatever is killed between the two, nothing is carried out
twice and nothing is lost (I9). Outbound: `send` may be called again with the same message and id; whoever receives
it tells repetitions by the id.

Nothing here knows files, networks or clocks. `chfw_core.testing.transports` proves a transport against the clauses.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeAlias

from attrs import field, frozen
from attrs.validators import ge, optional

from chfw_core.messages import Message
from chfw_core.model.events import Event
from chfw_core.rollout.base import Command
from chfw_core.rollout.commands import AnyCommand
from chfw_core.transport.receipts import Answer, EventsAnswer, RulesAnswer

ENTRY_POINTS: Final = "chfw.transports"
"""The group of entry points by which transports are found: each names an `OpenTransport`."""

EVERY_RELEASE: Final = "*"
"""In the place of a release's id, of a fact about hubs: what the SMI shows, and changes of Supplier, concern every
release that has the hubs (BR5.6, CS3). Whoever runs the transport makes a command for each."""


@frozen(kw_only=True)
class Capabilities:
    """What a transport can carry.

    `inbound`: the commands that parties may give through it. `outbound`: the messages that it can send.
    `most_hubs`: so many hubs at most in one message; longer ones are sent in parts. None: any number.
    `events`, `rules`: whether parties may say what happened through it (RU6), and hand in their rule files (RU7).
    """

    inbound: frozenset[type[Command]]
    outbound: frozenset[type[Message]]
    most_hubs: int | None = field(default=None, validator=optional(ge(1)))
    events: bool = False
    rules: bool = False


@frozen(kw_only=True)
class Delivery:
    """What one sender has handed in at once: commands, events, rule files, or why it cannot be read.

    `id`: the same each time this delivery is received. `sender`: who it comes from, as the transport knows: every
    command is this one's. `name`: what people know it by. `problems`: what cannot be read, each with its place;
    the rest goes on (BR5.2). `before`: how often the same content was delivered before; a command that was taken
    then is answered again, one that was refused altogether is tried once more. `events`: what the sender says has
    happened (RU6), by its own numbers: those that it has said before are not taken again. `rules`: all rule files of
    the sender as they are from now on (RU7), each by its name; no file takes all of them back; None: nothing is said.
    `remarks`: what was read, and should be looked at.
    """

    id: str
    sender: str
    name: str
    commands: tuple[AnyCommand, ...] = ()
    problems: tuple[str, ...] = ()
    before: int = field(default=0, validator=ge(0))
    events: tuple[Event, ...] = ()
    rules: tuple[tuple[str, str], ...] | None = None
    remarks: tuple[str, ...] = ()


@frozen(kw_only=True)
class Reply:
    """The answer to a delivery (BR5.1, BR5.2).

    `answers`: for each command its answers in order: one, or where it was given for EVERY_RELEASE one for each release
    that has hubs of it, or none. `problems`: those of the delivery, and what else kept it from being carried out.
    `remarks`: those of the delivery, and what else was taken and should be looked at. `events`, `rules`: what became
    of these; None where there were none, or nothing of the delivery was carried out.
    """

    answers: tuple[tuple[Answer, ...], ...] = ()
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    events: EventsAnswer | None = None
    rules: RulesAnswer | None = None


class Transport(Protocol):
    """One way in and out. Used by one thread at a time; `close` ends it."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry; the same for as long as it is open."""
        ...

    def receive(self) -> Iterable[Delivery]:
        """What waits to be answered now; nothing where nothing does. Does not wait for more.

        Raises InputError where the transport cannot be read at all.
        """
        ...

    def answer(self, delivery: Delivery, reply: Reply) -> None:
        """Tells the sender what became of a delivery; from now on it is not received any more.

        Called again for the same delivery after a crash. Raises InputError where the sender cannot be told:
        the delivery is received again then.
        """
        ...

    def send(self, message: Message, message_id: str) -> None:
        """Sends a message to `message.to`: at least once, under the same id each time.

        On return it is where nothing that happens to us can lose it. Raises InputError where it cannot be sent now.
        """
        ...

    def close(self) -> None:
        """Gives back what it holds. May be called twice."""
        ...


OpenTransport: TypeAlias = Callable[[str], Transport]
"""Opens a transport at an address, whose form is the transport's own. Raises InputError for one that it cannot use."""
