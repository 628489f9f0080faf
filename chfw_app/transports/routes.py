"""Which transports a party is sent its messages by, and the sending of what the outbox holds."""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from chfw_app.stores.outbox import OutboxMessage
from chfw_core.documents.rollout_messages import read_message
from chfw_core.errors import InputError
from chfw_core.transport.parts import parts_of
from chfw_core.transport.port import Transport


@frozen(kw_only=True, eq=False)
class Routes:
    """Per party its transports: a message goes out by each of them that can carry it.

    Messages to a party that has none stay in the outbox, for whoever serves it.
    """

    by_party: Mapping[str, Sequence[Transport]] = field(factory=dict)

    @property
    def parties(self) -> tuple[str, ...]:
        """Who is served, in order."""
        return tuple(sorted(party for party, chosen in self.by_party.items() if chosen))

    @property
    def transports(self) -> tuple[Transport, ...]:
        """All of them, each once, in the order of the parties."""
        return tuple({id(one): one for party in self.parties for one in self.by_party[party]}.values())

    def send(self, message: OutboxMessage) -> None:
        """Sends one message, in parts where it is too long for a transport.

        Raises InputError where no transport of the party carries it, and what a transport raises: then all of it
        is sent again, under the same ids.
        """
        read = read_message(message.payload)
        carrying = [one for one in self.by_party.get(read.to, ()) if type(read) in one.capabilities.outbound]
        if not carrying:
            raise InputError(f"no transport of `{read.to}` carries `{message.type}`")
        for transport in carrying:
            for part, part_id in parts_of(read, message.id, transport.capabilities.most_hubs):
                transport.send(part, part_id)
