"""A scene played twice, straight and through the transport, and what must be equal afterwards (TR5, I12)."""

from collections import defaultdict
from typing import Any

from attrs import define, field

from chfw_core.messages import Message
from chfw_core.rollout.entries import Entry
from chfw_core.testing.transports.ends import Bench, Ledger, Said
from chfw_core.testing.transports.said import said_of
from chfw_core.testing.transports.scenes import Scene, Step
from chfw_core.transport.parts import parts_of
from chfw_core.transport.receipts import Answer


@define(kw_only=True)
class Played:
    """What came of a scene. `answers`: per command of it what was answered, in order; `got`: per party its messages."""

    entries: tuple[Entry, ...]
    answers: list[Said] = field(factory=list)
    got: dict[str, list[Message]] = field(factory=lambda: defaultdict(list))

    def told(self, party: str, kind: type[Any]) -> list[Any]:
        """The messages of one kind that arrived at a party."""
        return [one for one in self.got[party] if isinstance(one, kind)]


def play(bench: Bench, scene: Scene) -> Played:
    """Plays it both ways and asserts that ledgers, answers and messages are equal, and all of them arrived."""
    able = bench.far_end.transport.capabilities.inbound
    expected: dict[str, list[Said]] = defaultdict(list)
    said: list[Said] = []
    for step in scene.steps:
        said.append(_said(bench.direct, step))
        if type(step.command) in able:
            bench.far_end.put(step.command)
            expected[step.command.by].append(said[-1])
        else:
            bench.through.give(step.command, step.at)
        bench.through.pump(bench.far_end.transport, step.at)
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


def _said(ledger: Ledger, step: Step) -> Said:
    return said_of([Answer.of(step.command, ledger.give(step.command, step.at))])


def _everybody(bench: Bench) -> set[str]:
    return {entry.by for entry in bench.through.entries()}
