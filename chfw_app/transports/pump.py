"""The pump: what parties handed in enters the ledger and is answered; what the outbox holds is sent (TR5, I9).

A delivery is answered once its commands are committed. Whoever dies in between leaves it where it was: received
again, its commands have the keys that they had, and the ledger answers them; so it does events by their numbers, and
rule files by their version. Between in and out, rules in force hear of what has come (RU6).
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from attrs import frozen

from chfw_app.problems import Failed
from chfw_app.rollout.sent_again import give_all
from chfw_app.rollout.service import RollOutService
from chfw_app.rollout.ticking import deliver_all
from chfw_app.steps import Report, silent
from chfw_app.stores.ledger import ClockWentBackError, KeyReusedError
from chfw_app.stores.outbox import Delivered
from chfw_app.transports.every_release import for_each_release, in_places
from chfw_app.transports.known_parties import check_joining
from chfw_app.transports.routes import Routes
from chfw_app.triggers.hearing import let_hear
from chfw_app.triggers.installing import install_texts
from chfw_app.triggers.knowing import Beside
from chfw_app.triggers.observing import observe
from chfw_core.diagnostics import Severity
from chfw_core.documents.rollout_values import type_name
from chfw_core.errors import InputError
from chfw_core.transport.port import Delivery, Reply, Transport
from chfw_core.transport.receipts import Answer, EventsAnswer, RulesAnswer


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
        unable = _not_to_be_given(transport, delivery)
        refused = Reply(problems=(*delivery.problems, *unable), remarks=delivery.remarks)
        reply = refused if unable else reply_to(service, delivery, told)
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


def pump(
    service: RollOutService, routes: Routes, beside: Callable[[], Beside] = Beside
) -> tuple[tuple[Handled, ...], Delivered]:
    """Once in by every transport, then out: what was answered, and what was sent.

    In between, rules in force hear of what is in the ledger. `beside`: what they know of hubs beside it.
    """
    handled = tuple(one for transport in routes.transports for one in take_in(service, transport))
    let_hear(service, beside)
    return handled, send_out(service, routes, service.clock())


def reply_to(service: RollOutService, delivery: Delivery, told: Report = silent) -> Reply:
    """Carries a delivery out. Raises what the service raises where the ledger cannot be written."""
    problems, remarks = delivery.problems, delivery.remarks
    try:
        remarks += check_joining(service.store, delivery.commands)
    except InputError as problem:
        return Reply(problems=(*problems, f"{problem.with_hint}: nothing was carried out"), remarks=remarks)
    try:
        given = for_each_release(service, delivery.commands)
        answers = give_all(service, [command for _, command in given], anew=delivery.before, told=told)
        events = _events_taken(service, delivery) if delivery.events else None
    except ClockWentBackError:
        raise  # no fault of the sender's: what it handed in waits until the clock is right
    except KeyReusedError as problem:
        return Reply(problems=(*problems, f"{problem} ({problem.code})"), remarks=remarks)
    except InputError as problem:
        return Reply(problems=(*problems, str(problem)), remarks=remarks)
    placed: list[tuple[int, Answer]] = [(place, answer) for (place, _), answer in zip(given, answers, strict=True)]
    rules, wrong = _rules_in_force(service, delivery)
    answered = in_places(placed, len(delivery.commands))
    return Reply(answers=answered, problems=(*problems, *wrong), remarks=remarks, events=events, rules=rules)


def _events_taken(service: RollOutService, delivery: Delivery) -> EventsAnswer:
    taken = observe(service, delivery.events, delivery.sender)
    refused = {one.line - 1: one.reason for one in taken.set_aside}
    return EventsAnswer(taken=dict(taken.events), again=taken.again, refused=refused)


def _rules_in_force(service: RollOutService, delivery: Delivery) -> tuple[RulesAnswer | None, Sequence[str]]:
    """What is in force, or what is wrong with the files."""
    if delivery.rules is None:
        return None, ()
    try:
        done = install_texts(service, delivery.rules, delivery.sender)
    except Failed as failure:
        return None, _words_of(failure)
    if not delivery.rules:
        return RulesAnswer(version=None, files=0, triggers=0), ()
    return RulesAnswer(version=done.version, files=done.files, triggers=done.triggers, warnings=done.warnings), ()


def _words_of(failure: Failed) -> Sequence[str]:
    """Each error with its place, and the others with what would help."""
    placed = [one.render() for one in failure.problems.placed if one.severity is Severity.ERROR]
    plain = [f"{one.message}; {one.hint}" if one.hint else one.message for one in failure.problems.plain]
    return [*placed, *plain]


def _not_to_be_given(transport: Transport, delivery: Delivery) -> Sequence[str]:
    """A transport's word for who speaks is taken for its deliveries alone, and for what it said that it carries."""
    able = transport.capabilities.inbound
    strangers = sorted({command.by for command in delivery.commands if command.by != delivery.sender})
    unable = sorted({type_name(type(command)) for command in delivery.commands if type(command) not in able})
    unable += ["events"] * bool(delivery.events and not transport.capabilities.events)
    unable += ["rules"] * (delivery.rules is not None and not transport.capabilities.rules)
    return [
        *(f"a command of `{by}` came from `{delivery.sender}`: nothing was carried out" for by in strangers),
        *(f"`{name}` cannot be given this way: nothing was carried out" for name in unable),
    ]
