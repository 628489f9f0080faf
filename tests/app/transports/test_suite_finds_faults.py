"""The suite fails for a transport that does not keep to the port: each planted fault is found by a scenario."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve

from chfw_app.testing import ledgers
from chfw_core.messages import Message
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.testing.transports.ends import Bench
from chfw_core.testing.transports.memory import MemoryFarEnd, MemoryTransport
from chfw_core.testing.transports.suite import TransportConformance
from chfw_core.transport.port import Delivery, Reply

SUITE = TransportConformance()


@define(kw_only=True)
class LosesAnInstant(MemoryTransport):
    """Periods lose their end."""

    def receive(self) -> Iterator[Delivery]:
        for delivery in MemoryTransport.receive(self):
            later = [evolve(one, closes=one.opens) if isinstance(one, Instruct) else one for one in delivery.commands]
            yield evolve(delivery, commands=tuple(later))


@define(kw_only=True)
class LosesHubs(MemoryTransport):
    """Messages lose their first hub."""

    def send(self, message: Message, message_id: str) -> None:
        whole: Any = message
        guids = getattr(message, "guids", None)
        if guids:
            whole = evolve(whole, guids=GuidList(list(guids)[1:]))
        MemoryTransport.send(self, whole, message_id)


@define(kw_only=True)
class TellsEverybody(MemoryTransport):
    """A message goes to another Supplier too."""

    def send(self, message: Message, message_id: str) -> None:
        MemoryTransport.send(self, message, message_id)
        whole: Any = message
        MemoryTransport.send(self, evolve(whole, to="MAPLE"), message_id)


@define(kw_only=True)
class SaysNothingOfRefusals(MemoryTransport):
    """The sender is told that all went well."""

    def answer(self, delivery: Delivery, reply: Reply) -> None:
        answers = [
            [evolve(one, receipt=evolve(one.receipt, events=one.receipt.events[:1])) for one in some]
            for some in reply.answers
        ]
        MemoryTransport.answer(self, delivery, evolve(reply, answers=tuple(map(tuple, answers))))


@define(kw_only=True)
class ForgetsBeforeItAnswers(MemoryTransport):
    """What was received once is gone."""

    def receive(self) -> Iterator[Delivery]:
        for delivery in MemoryTransport.receive(self):
            self.post.waiting.pop(int(delivery.id))
            yield delivery


@define(kw_only=True)
class NewKeysEachTime(MemoryTransport):
    """A command received again has another key."""

    def receive(self) -> Iterator[Delivery]:
        for delivery in MemoryTransport.receive(self):
            self.post.count += 1
            commands: list[Any] = list(delivery.commands)
            keyed = [evolve(one, key=f"{one.key}/{self.post.count}") for one in commands]
            yield evolve(delivery, commands=tuple(keyed))


@define(kw_only=True)
class SwallowsTheUnreadable(MemoryTransport):
    """What cannot be read is thrown away."""

    def receive(self) -> Iterator[Delivery]:
        for delivery in MemoryTransport.receive(self):
            if delivery.commands:
                yield delivery
            else:
                self.post.waiting.pop(int(delivery.id))


@define(kw_only=True)
class NewIdsEachTime(MemoryTransport):
    """A message sent again bears another id."""

    def send(self, message: Message, message_id: str) -> None:
        self.post.count += 1
        MemoryTransport.send(self, message, f"{message_id}/{self.post.count}")


@define(kw_only=True)
class LosesAnEvent(MemoryTransport):
    """The first of several events is lost."""

    def receive(self) -> Iterator[Delivery]:
        for delivery in MemoryTransport.receive(self):
            yield evolve(delivery, events=delivery.events[1:])


@define(kw_only=True)
class KeepsRulesThatWereTakenBack(MemoryTransport):
    """An empty file changes nothing."""

    def receive(self) -> Iterator[Delivery]:
        for delivery in MemoryTransport.receive(self):
            kept = tuple(self.post.kept.get(delivery.sender, {}).items())
            yield evolve(delivery, rules=kept) if delivery.rules == () else delivery


@define(kw_only=True)
class MemoryEnd(MemoryFarEnd):
    """After a restart a transport of the same kind."""

    def restart(self) -> None:
        former = self.transport
        assert isinstance(former, MemoryTransport)
        self.transport = type(former)(post=former.post)


FAULTS: Sequence[tuple[type[MemoryTransport], Callable[[Bench], None]]] = (
    (LosesAnInstant, SUITE.test_one_supplier_alone_instructs_in_batches),
    (LosesHubs, SUITE.test_every_supplier_and_csp_concerned_is_notified),
    (LosesHubs, SUITE.test_the_activation_alert_works_with_everything_else_switched_off),
    (TellsEverybody, SUITE.test_two_suppliers_agree_and_neither_learns_who_the_other_is),
    (SaysNothingOfRefusals, SUITE.test_every_refused_hub_is_listed_with_its_reason_and_the_others_stand),
    (ForgetsBeforeItAnswers, SUITE.test_killed_before_it_answers_it_answers_once_and_carries_out_once),
    (NewKeysEachTime, SUITE.test_killed_before_it_answers_it_answers_once_and_carries_out_once),
    (NewKeysEachTime, SUITE.test_the_same_again_is_answered_again_and_not_carried_out_again),
    (SwallowsTheUnreadable, SUITE.test_what_nobody_can_read_is_answered_and_changes_nothing),
    (LosesAnEvent, SUITE.test_events_are_heard_by_rules_that_came_the_same_way),
    (KeepsRulesThatWereTakenBack, SUITE.test_rule_files_are_checked_together_and_one_is_taken_back),
    (NewIdsEachTime, SUITE.test_a_message_that_is_sent_twice_has_one_id),
)


@pytest.mark.parametrize(
    ("kind", "scenario"), FAULTS, ids=[f"{kind.__name__}-{n}" for n, (kind, _) in enumerate(FAULTS)]
)
def test_a_planted_fault_is_found(
    kind: type[MemoryTransport], scenario: Callable[[Bench], None], tmp_path: Path
) -> None:
    with ledgers(tmp_path) as (direct, through), pytest.raises((AssertionError, IndexError, ValueError)):
        scenario(Bench(far_end=MemoryEnd(transport=kind()), direct=direct, through=through))
