"""The pump takes a transport's word for no more than it may say; what cannot be sent stays (TR5, I9)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from attrs import define, evolve, field

from chfw_app.stores.outbox import waiting
from chfw_app.testing import ServiceLedger, ledger_at
from chfw_app.transports.pump import pump, take_in
from chfw_app.transports.routes import Routes
from chfw_core.errors import InputError
from chfw_core.messages import MESSAGES, ReleaseNotice
from chfw_core.model.events import Event
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.model.periods import parse_instant
from chfw_core.rollout.base import REGISTRATION
from chfw_core.rollout.commands import COMMANDS, AnyCommand
from chfw_core.rollout.outcomes.commands import ObserveVersions
from chfw_core.rollout.pilot.commands import SubmitPilotList
from chfw_core.rollout.suppliers.commands import AnnounceSupplierChange
from chfw_core.testing.homes import hubs_of
from chfw_core.testing.transports.memory import MemoryTransport
from chfw_core.testing.transports.scenes import BIRCH, CEDAR, CROFT, NEW, NOTIFIED, STRANGER, Scene
from chfw_core.transport.port import EVERY_RELEASE, Capabilities, Delivery, Reply

ALL = Capabilities(inbound=frozenset(COMMANDS), outbound=frozenset(MESSAGES))


@define(kw_only=True)
class Given(MemoryTransport):
    """Hands out what it is given, until it is answered."""

    deliveries: list[Delivery] = field(factory=list)
    replies: list[Reply] = field(factory=list)
    deaf: bool = False

    def receive(self) -> Iterator[Delivery]:
        yield from list(self.deliveries)

    def answer(self, delivery: Delivery, reply: Reply) -> None:
        if self.deaf:
            raise InputError("nobody is there")
        self.replies.append(reply)
        self.deliveries.remove(delivery)


@pytest.fixture
def ledger(url: str) -> Iterator[ServiceLedger]:
    with ledger_at(url) as found:
        for step in Scene().notified().steps:
            found.give(step.command, step.at)
        yield found


def delivery(*commands: AnyCommand, sender: str = BIRCH) -> Delivery:
    return Delivery(id="1", sender=sender, name="a letter", commands=commands)


def instructs() -> AnyCommand:
    return Scene().instructs(BIRCH, CROFT).steps[0].command


@pytest.mark.parametrize(
    ("handed_in", "able", "says"),
    [
        (delivery(instructs(), sender=CEDAR), ALL, "a command of `BIRCH` came from `CEDAR`"),
        (
            delivery(instructs()),
            evolve(ALL, inbound=frozenset({SubmitPilotList})),
            "`instruct` cannot be given this way",
        ),
        (delivery(evolve(instructs(), release=EVERY_RELEASE)), ALL, "which release is meant is missing"),
        (
            evolve(delivery(), events=(Event(seq=1, at=NOTIFIED, type="tick"),)),
            ALL,
            "`events` cannot be given this way",
        ),
        (evolve(delivery(), rules=()), ALL, "`rules` cannot be given this way"),
    ],
    ids=["another's", "not carried", "no release", "events", "rules"],
)
def test_what_may_not_be_given_this_way_is_answered_and_not_carried_out(
    ledger: ServiceLedger, handed_in: Delivery, able: Capabilities, says: str
) -> None:
    before = len(ledger.entries())
    transport = Given(deliveries=[handed_in], capabilities=able)
    (handled,) = take_in(ledger.service, transport)
    assert says in handled.reply.problems[0]
    assert transport.replies == [handled.reply]
    assert len(ledger.entries()) == before


def test_a_fact_for_every_release_is_given_to_those_that_have_the_hubs(ledger: ServiceLedger) -> None:
    """BR5.6: one answer for each; for hubs that no release has there is none."""
    fact = ObserveVersions(
        by="SMI",
        key="k",
        release=EVERY_RELEASE,
        firmware_version=NEW,
        observed_at=NOTIFIED,
        guids=hubs_of(CROFT, STRANGER),
    )
    unknown = evolve(fact, key="l", guids=hubs_of(STRANGER))
    transport = Given(deliveries=[delivery(fact, unknown, sender="SMI")])
    ((first, second),) = [handled.reply.answers for handled in take_in(ledger.service, transport)]
    assert [answer.guids for answer in first] == [hubs_of(CROFT)]
    assert second == ()


def test_who_cannot_be_told_is_told_the_next_time(ledger: ServiceLedger) -> None:
    """I9: and nothing is carried out twice."""
    transport = Given(deliveries=[delivery(instructs())], deaf=True)
    (handled,) = take_in(ledger.service, transport)
    entries = len(ledger.entries())
    assert handled.untold == "nobody is there"
    transport.deaf = False
    (handled,) = take_in(ledger.service, transport)
    assert handled.untold is None
    assert len(transport.replies) == 1
    assert len(ledger.entries()) == entries


def test_a_key_that_was_another_commands_is_the_senders_fault(ledger: ServiceLedger) -> None:
    other = Scene().instructs(BIRCH, STRANGER).steps[0].command
    transport = Given(deliveries=[delivery(instructs()), evolve(delivery(other), id="2")])
    _, second = take_in(ledger.service, transport)
    assert "(key_reused)" in second.reply.problems[0]


def test_messages_stay_for_who_has_no_transport_and_for_what_none_carries(ledger: ServiceLedger) -> None:
    """BR1.1: and one that two transports carry goes out by both."""
    one, two = MemoryTransport(), MemoryTransport(capabilities=evolve(ALL, outbound=frozenset({ReleaseNotice})))
    ledger.service.clock = lambda: NOTIFIED
    _, sent = pump(ledger.service, Routes(by_party={BIRCH: (one, two), CEDAR: (two,)}))
    assert len(sent.delivered) > 1
    assert len(sent.failed) == 3, "the lists of its hubs, which nothing carries to CEDAR"
    assert set(two.post.sent) == {BIRCH, CEDAR}
    assert [len(two.post.sent[party]) for party in (BIRCH, CEDAR)] == [1, 1]
    with ledger.service.store.read() as connection:
        left = {(message.to_party, message.last_error) for message in waiting(connection)}
    assert ("MAPLE", None) in left
    assert {error for party, error in left if party == CEDAR} == {"no transport of `CEDAR` carries `own_hubs`"}


def test_a_long_message_goes_in_parts_and_again_with_the_same_ids(ledger: ServiceLedger) -> None:
    """BR3.7."""
    transport = MemoryTransport(capabilities=evolve(ALL, most_hubs=1))
    ledger.service.clock = lambda: NOTIFIED
    pump(ledger.service, Routes(by_party={BIRCH: (transport,)}))
    numbers = [name.partition("/")[2] for name in transport.post.sent[BIRCH]]
    assert "000000000002.1" in numbers
    assert len(set(numbers)) == len(numbers)


def test_a_clock_that_went_back_answers_nobody(ledger: ServiceLedger) -> None:
    """What was handed in waits: it is no fault of the sender's."""
    transport = Given(deliveries=[delivery(instructs())])
    ledger.service.clock = lambda: parse_instant("2030-01-01T00:00:00Z")
    with pytest.raises(InputError, match="ledger's last entry"):
        list(take_in(ledger.service, transport))
    assert transport.replies == []
    assert transport.deliveries


def changes(ledger: ServiceLedger, joins: str) -> Reply:
    """REGISTRATION says that somebody gets a role."""
    said = AnnounceSupplierChange(
        by=REGISTRATION,
        key=f"k-{joins}",
        release=instructs().release,
        role=SupplierRole.IMPORT,
        effective=NOTIFIED.date() + timedelta(days=30),
        leaves=None,
        joins=Party(joins),
        guids=hubs_of(CROFT),
    )
    transport = Given(deliveries=[delivery(said, sender=REGISTRATION)], capabilities=ALL)
    (handled,) = take_in(ledger.service, transport)
    return handled.reply


def test_a_role_for_a_supplier_that_nobody_knows_is_taken_and_remarked_upon(ledger: ServiceLedger) -> None:
    """CS3: a new Supplier is no slip, and a slip is to be seen: the command line asks, a system reads it."""
    reply = changes(ledger, "CEDARS")
    assert reply.remarks == ("no release has hubs of `CEDARS`: did you mean `CEDAR`?",)
    assert reply.problems == ()
    ((answer,),) = reply.answers
    assert not answer.receipt.nothing_taken
    assert changes(ledger, CEDAR).remarks == ()


@pytest.mark.parametrize(("joins", "says"), [("cedar", "did you mean `CEDAR`?"), ("PANEL", "is no Supplier")])
def test_a_role_for_who_can_be_nobody_is_not_carried_out(ledger: ServiceLedger, joins: str, says: str) -> None:
    before = len(ledger.entries())
    reply = changes(ledger, joins)
    assert says in reply.problems[0]
    assert "nothing was carried out" in reply.problems[0]
    assert reply.answers == ()
    assert len(ledger.entries()) == before
