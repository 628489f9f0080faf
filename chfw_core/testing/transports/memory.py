"""A transport without any carrier: queues in memory, for tests and as the shortest example of one.

`MemoryTransport` is our end, `MemoryFarEnd` the parties'. What goes through is written and read again as JSON, as a
real carrier would have it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from attrs import define, evolve, field, frozen

from chfw_core.documents.events import read_event, write_event
from chfw_core.documents.rollout_commands import digest_of, read_command, write_command
from chfw_core.documents.rollout_messages import message_bytes, read_message
from chfw_core.errors import InputError
from chfw_core.messages import MESSAGES, Message
from chfw_core.model.events import Event
from chfw_core.rollout.commands import COMMANDS, AnyCommand
from chfw_core.testing.transports.ends import Said
from chfw_core.testing.transports.said import said_in
from chfw_core.transport.port import Capabilities, Delivery, Reply, Transport

EVERYTHING: Final = Capabilities(inbound=frozenset(COMMANDS), outbound=frozenset(MESSAGES), events=True, rules=True)


@frozen(kw_only=True)
class Posted:
    """What a party handed in: its number among all, who, and the command as JSON values (None: no command).

    `lines`: events, a line for each. `file`: a rule file's name and text. None of them: nobody can read it.
    """

    number: int
    sender: str
    content: Mapping[str, object] | None = None
    lines: tuple[str, ...] = ()
    file: tuple[str, str] | None = None


@define(kw_only=True)
class Post:
    """What lies between the two ends: what waits to be read, replies by number, messages by recipient in order.

    `kept`: by party its rule files that were taken.
    """

    waiting: dict[int, Posted] = field(factory=dict)
    seen: dict[tuple[str, bytes], set[int]] = field(factory=dict)
    replies: dict[int, tuple[str, Reply]] = field(factory=dict)
    sent: dict[str, dict[str, bytes]] = field(factory=dict)
    kept: dict[str, dict[str, str]] = field(factory=dict)
    count: int = 0


@define(kw_only=True)
class MemoryTransport:
    """Our end. `capabilities`: everything, unless less is asked for."""

    post: Post = field(factory=Post)
    capabilities: Capabilities = EVERYTHING

    def receive(self) -> Iterator[Delivery]:
        """In the order in which it was handed in."""
        for posted in list(self.post.waiting.values()):
            yield self._delivery(posted)

    def answer(self, delivery: Delivery, reply: Reply) -> None:
        """Kept for the sender; the delivery is gone."""
        number = int(delivery.id)
        self.post.replies[number] = (delivery.sender, reply)
        if reply.rules is not None and delivery.rules is not None:
            self.post.kept[delivery.sender] = dict(delivery.rules)
        self.post.waiting.pop(number, None)

    def send(self, message: Message, message_id: str) -> None:
        """Kept for the recipient, once for each id."""
        self.post.sent.setdefault(message.to, {})[message_id] = message_bytes(message)

    def close(self) -> None:
        """There is nothing to give back."""

    def _delivery(self, posted: Posted) -> Delivery:
        empty = Delivery(id=str(posted.number), sender=posted.sender, name=f"no. {posted.number}")
        if posted.lines:
            return evolve(empty, events=tuple(map(read_event, posted.lines)))
        if posted.file is not None:
            name, text = posted.file
            others = {known: told for known, told in self.post.kept.get(posted.sender, {}).items() if known != name}
            return evolve(empty, rules=((name, text), *others.items()) if text else tuple(others.items()))
        if posted.content is None:
            return evolve(empty, problems=("this cannot be read",))
        try:
            command = cast(AnyCommand, read_command({**posted.content, "by": posted.sender}))
        except InputError as problem:
            return evolve(empty, problems=(str(problem),))
        numbers = self.post.seen.setdefault((posted.sender, digest_of(command)), set())
        numbers.add(posted.number)
        before = sum(number < posted.number for number in numbers)
        return evolve(empty, commands=(command,), before=before)


@define(kw_only=True)
class MemoryFarEnd:
    """The parties' end."""

    transport: Transport = field(factory=MemoryTransport)

    @property
    def _post(self) -> Post:
        assert isinstance(self.transport, MemoryTransport)
        return self.transport.post

    def put(self, command: AnyCommand) -> None:
        """As JSON values, under the command's own key."""
        self._hand_in(command.by, content=write_command(command))

    def put_events(self, party: str, events: Sequence[Event]) -> None:
        """A line of JSON for each."""
        self._hand_in(party, lines=tuple(map(write_event, events)))

    def put_rules(self, party: str, name: str, text: str) -> None:
        """As it is."""
        self._hand_in(party, file=(name, text))

    def put_unreadable(self, party: str) -> bool:
        """Something that is no command."""
        self._hand_in(party)
        return True

    def answers(self, party: str) -> Sequence[Said]:
        """In the order of what was handed in."""
        return [said_in(reply) for _, (sender, reply) in sorted(self._post.replies.items()) if sender == party]

    def got(self, party: str) -> Sequence[tuple[str, Message]]:
        """In the order in which they were sent."""
        return [(name, read_message(payload)) for name, payload in self._post.sent.get(party, {}).items()]

    def restart(self) -> None:
        """Another transport over the same post."""
        self.transport = MemoryTransport(post=self._post, capabilities=self.transport.capabilities)

    def _hand_in(self, sender: str, **what: Any) -> None:
        post = self._post
        post.count += 1
        post.waiting[post.count] = Posted(number=post.count, sender=sender, **what)
