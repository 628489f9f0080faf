"""Transports that are killed on the way: what the suite puts between the pump and the transport that is proved."""

from collections.abc import Callable

from chfw_core.messages import Message
from chfw_core.transport.port import Delivery, Reply, Transport


class Killed(BaseException):
    """The process is gone."""


class Dies:
    """A transport that is killed at its first answer, or message."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.capabilities = inner.capabilities
        self.receive = inner.receive
        self.close = inner.close

    def answer(self, delivery: Delivery, reply: Reply) -> None:
        """As it is."""
        self.inner.answer(delivery, reply)

    def send(self, message: Message, message_id: str) -> None:
        """As it is."""
        self.inner.send(message, message_id)


class DiesBefore(Dies):
    """Before it has answered."""

    def answer(self, delivery: Delivery, reply: Reply) -> None:
        """And no further."""
        raise Killed


class DiesAfter(Dies):
    """Right after it has answered."""

    def answer(self, delivery: Delivery, reply: Reply) -> None:
        """And no further."""
        self.inner.answer(delivery, reply)
        raise Killed


class DiesAfterSending(Dies):
    """Right after it has sent a message."""

    def send(self, message: Message, message_id: str) -> None:
        """And no further."""
        self.inner.send(message, message_id)
        raise Killed


def dies(what: Callable[[], None]) -> None:
    """Asserts that it was killed on the way."""
    try:
        what()
    except Killed:
        return
    raise AssertionError("nothing was handed in, answered or sent")
