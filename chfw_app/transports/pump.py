"""The pump: what parties handed in becomes commands and is answered; what the outbox holds is sent (TR5, I9).

A delivery is answered once its commands are committed. Whoever dies in between leaves it where it was: received
again, its commands have the keys that they had, and the ledger answers them.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from attrs import frozen

from chfw_app.rollout.sent_again import give_all
from chfw_app.rollout.service import RollOutService
from chfw_app.rollout.ticking import deliver_all
from chfw_app.steps import Report, silent
from chfw_app.stores.ledger import ClockWentBackError, KeyReusedError
from chfw_app.stores.outbox import Delivered
from chfw_app.transports.every_release import for_each_release, in_places
from chfw_app.transports.routes import Routes
from chfw_core.documents.rollout_values import type_name
from chfw_core.errors import InputError
from chfw_core.transport.port import Delivery, Reply, Transport
from chfw_core.transport.receipts import Answer


@frozen(kw_only=True)
class Handled:
    """A delivery and what was answered. `untold`: why the sender could not be told; it is received again then."""

    delivery: Delivery
    reply: Reply
    untold: str | None = None


def take_in(service: RollOutService, transport: Transport, told: Report = silent) -> Iterator[Handled]:
    """Carries out and answers all that waits, one delivery after the other.

    Raises what the service raises where the ledger cannot be written: what was not answered waits still.
    """
    for delivery in transport.receive():
        reply = _reply_to(service, transport, delivery, told)
        untold = None
        try:
            transport.answer(delivery, reply)
        except InputError as problem:
            untold = str(problem)
        yield Handled(delivery=delivery, reply=reply, untold=untold)


def send_out(
    service: RollOutService,
    routes: Routes,
    at: datetime,
    batch: int = 1_000,
    stop: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Sends all that is due to the parties that have a transport. `stop`: asked before each batch."""
    return deliver_all(service, routes.send, at, batch, to=routes.parties, stop=stop)


def pump(service: RollOutService, routes: Routes) -> tuple[tuple[Handled, ...], Delivered]:
    """Once in by every transport, then out: what was answered, and what was sent."""
    handled = tuple(one for transport in routes.transports for one in take_in(service, transport))
    return handled, send_out(service, routes, service.clock())


def _reply_to(service: RollOutService, transport: Transport, delivery: Delivery, told: Report) -> Reply:
    problems = [*delivery.problems, *_not_to_be_given(transport, delivery)]
    if len(problems) > len(delivery.problems):
        return Reply(problems=tuple(problems))
    try:
        given = for_each_release(service, delivery.commands)
        answers = give_all(service, [command for _, command in given], anew=delivery.before, told=told)
    except ClockWentBackError:
        raise  # no fault of the sender's: what it handed in waits until the clock is right
    except KeyReusedError as problem:
        return Reply(problems=(*problems, f"{problem} ({problem.code})"))
    except InputError as problem:
        return Reply(problems=(*problems, str(problem)))
    placed: list[tuple[int, Answer]] = [(place, answer) for (place, _), answer in zip(given, answers, strict=True)]
    return Reply(answers=in_places(placed, len(delivery.commands)), problems=tuple(problems))


def _not_to_be_given(transport: Transport, delivery: Delivery) -> Sequence[str]:
    """A transport's word for who speaks is taken for its deliveries alone, and for what it said that it carries."""
    able = transport.capabilities.inbound
    strangers = sorted({command.by for command in delivery.commands if command.by != delivery.sender})
    unable = sorted({type_name(type(command)) for command in delivery.commands if type(command) not in able})
    return [
        *(f"a command of `{by}` came from `{delivery.sender}`: nothing was carried out" for by in strangers),
        *(f"`{name}` cannot be given this way: nothing was carried out" for name in unable),
    ]
