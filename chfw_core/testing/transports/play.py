"""A scene played twice, straight and through the transport, and what must be equal afterwards (TR5, I12)."""

from collections import defaultdict
from typing import Any, assert_never

from attrs import define, field

from chfw_core.messages import Message
from chfw_core.rollout.entries import Entry
from chfw_core.testing.transports.ends import Bench, Ledger, Said
from chfw_core.testing.transports.said import said_in, said_of
from chfw_core.testing.transports.scenes import HandedInRules, SaidEvents, Saying, Scene, Step
from chfw_core.transport.parts import parts_of
from chfw_core.transport.port import Delivery
from chfw_core.transport.receipts import Answer


@define(kw_only=True)
class Played:
    """What came of a scene. `answers`: per step of it what was answered, in order; `got`: per party its messages."""

    entries: tuple[Entry, ...]
    answers: list[Said] = field(factory=list)
    got: dict[str, list[Message]] = field(factory=lambda: defaultdict(list))

    def told(self, party: str, kind: type[Any]) -> list[Any]:
        """The messages of one kind that arrived at a party."""
        return [one for one in self.got[party] if isinstance(one, kind)]


def play(bench: Bench, scene: Scene) -> Played:
    """Plays it both ways and asserts that ledgers, answers and messages are equal, and all of them arrived."""
    expected: dict[str, list[Said]] = defaultdict(list)
    said: list[Said] = []
    for part in scene.parts:
        said.append(given(bench.direct, part))
        if hand_in(bench, part):
            by = part.command.by if isinstance(part, Step) else part.said.by
            expected[by].append(said[-1])
        else:
            given(bench.through, part)
        bench.through.pump(bench.far_end.transport, part.at)
    for party, wanted in expected.items():
        assert list(bench.far_end.answers(party)) == wanted, f"`{party}` was not answered as it should be (BR5.1)"
    assert without_keys(bench.through) == without_keys(bench.direct), "the ledgers differ (I12)"
    return Played(entries=tuple(bench.through.entries()), answers=said, got=arrived(bench))


def without_keys(ledger: Ledger) -> list[tuple[object, ...]]:
    """Entries as far as no key enters into them."""
    return [(one.seq, one.at, one.by, one.release, one.type, one.payload, one.rows) for one in ledger.entries()]


def arrived(bench: Bench) -> dict[str, list[Message]]:
    """Per party what it was sent, each message once. Asserts that it is what the outbox held for it, under its ids."""
    transport = bench.far_end.transport
    wanted: dict[str, dict[str, Message]] = defaultdict(dict)
    for message_id, message in bench.through.outgoing():
        if type(message) in transport.capabilities.outbound:
            for part, part_id in parts_of(message, message_id, transport.capabilities.most_hubs):
                wanted[part.to][part_id] = part
    found: dict[str, list[Message]] = defaultdict(list)
    for party in sorted({*wanted, *_everybody(bench)}):
        got = dict(bench.far_end.got(party))
        assert got == wanted[party], f"`{party}` did not get what was sent to it, or got something else (NF7)"
        found[party] = list(got.values())
    return found


def given(ledger: Ledger, part: Step | Saying) -> Said:
    """A part of a scene without any transport, and what is said to it."""
    if isinstance(part, Step):
        return said_of([Answer.of(part.command, ledger.give(part.command, part.at))])
    match part.said:
        case SaidEvents(by=by, events=events):
            delivery = Delivery(id=by, sender=by, name="events", events=events)
        case HandedInRules(by=by, name=name, together=together):
            delivery = Delivery(id=by, sender=by, name=name, rules=together)
        case _:
            assert_never(part.said)
    return said_in(ledger.hand_over(delivery, part.at))


def hand_in(bench: Bench, part: Step | Saying) -> bool:
    """By the transport, where it carries such a thing; whether it does."""
    able = bench.far_end.transport.capabilities
    if isinstance(part, Step):
        if type(part.command) in able.inbound:
            bench.far_end.put(part.command)
        return type(part.command) in able.inbound
    match part.said:
        case SaidEvents(by=by, events=events):
            if able.events:
                bench.far_end.put_events(by, events)
            return able.events
        case HandedInRules(by=by, name=name, text=text):
            if able.rules:
                bench.far_end.put_rules(by, name, text)
            return able.rules
        case _:
            assert_never(part.said)


def _everybody(bench: Bench) -> set[str]:
    return {entry.by for entry in bench.through.entries()}
