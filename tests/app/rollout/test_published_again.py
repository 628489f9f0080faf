"""A plan that is published again is recorded and told where it changes a day, and nowhere else (I13, NF7, 0022)."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve
from sqlalchemy import func, select

from chfw_app.rollout.opening import open_ledger
from chfw_app.rollout.ticking import deliver_all
from chfw_app.stores.outbox import OutboxMessage, waiting
from chfw_app.stores.tables import entry, hub, outbox
from chfw_core.consent.model import ActivationBasis
from chfw_core.documents.rollout_messages import read_message
from chfw_core.messages import HubsScheduled
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.rollout.handover.commands import PublishPlan
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease, RecordCplEntry
from tests.app.rollout.conftest import Told
from tests.app.rollout.test_cli import PLANNED, World
from tests.app.rollout.test_cli import estate as estate
from tests.app.rollout.test_cli import world as world
from tests.core.rollout.worlds import ALPHA, BETA, CLASSES, FAR, FIRMWARE, GAS, IMPORT, SOLE, SPLIT, START, row

OMEGA = Party("OMEGA")
HUBS = tuple(Guid(0x1000 + n) for n in range(1, 7))
MARCH = START.replace(month=3, day=10, hour=0)


def test_what_did_not_change_is_neither_written_nor_sent(told: Told) -> None:
    told.notified()
    plan = (row(SOLE, SPLIT), row(FAR))
    told.taken(PublishPlan, classes=plan)
    tables, sent = _hubs(told), _waiting(told)
    again = told.taken(PublishPlan, classes=plan)
    assert again.taken == (("days_unchanged", 3),)
    assert again.first_seq == again.last_seq
    told.later(days=1)
    moved = told.taken(PublishPlan, classes=(row(SOLE, SPLIT), row(FAR, hours=(2, 5))))
    assert moved.taken == (("hubs_planned", 1), ("days_unchanged", 2))
    assert _waiting(told) == sent + 1
    assert [one for one in _hubs(told) if one not in tables] == [one for one in _hubs(told) if one[0] == FAR]


def test_a_command_that_is_given_again_is_answered_as_it_was(told: Told) -> None:
    told.notified()
    told.taken(PublishPlan, classes=(row(SOLE, SPLIT),))
    again = PublishPlan(by="DCC", key="again", release="REL-1", classes=(row(SOLE, SPLIT),))
    first, second = told.service.submit(again), told.service.submit(again)
    assert (second.again, second.taken) == (True, first.taken)


def test_a_plan_published_again_says_nothing_of_the_other_supplier(worlds: Iterator[Told]) -> None:
    """NF7: who the other is, its batches, and that its rules made other batches of the same days."""
    usual = _twice(next(worlds), {BETA: HUBS}, {BETA: "a"})
    assert len(usual) == 1
    other = {BETA: HUBS[::2], OMEGA: HUBS[1::2]}
    assert _twice(next(worlds), other, {BETA: "a", OMEGA: "b"}) == usual
    assert _twice(next(worlds), other, {BETA: "b", OMEGA: "c"}, {BETA: "d", OMEGA: "c"}) == usual


def test_only_hubs_that_the_other_supplier_moved_are_told_again(worlds: Iterator[Told]) -> None:
    """BR4.4, NF7: a withdrawal moves what it concerns, and is told as that, whose it may be."""
    found = []
    for whose in ({BETA: HUBS[:3], OMEGA: HUBS[3:]}, {OMEGA: HUBS}):
        told = next(worlds)
        _agreed(told, whose)
        first = _published(told, HUBS, {HUBS: "one"})
        for party, guids in whose.items():
            some = GuidList(guids) & GuidList(HUBS[:3])
            if some:
                told.taken(WithdrawInstructions, party, role=GAS, guids=some)
        later = _scheduled(told)
        rows = (evolve(row(*HUBS[:3]), batch_id="one"), _row(HUBS[3:], "two"))
        receipt = told.taken(PublishPlan, classes=rows)
        assert receipt.refused_hubs == ()
        found.append((first, later, _scheduled(told)))
    assert found[0] == found[1]
    assert [one.guids for one in found[0][2]] == [GuidList(HUBS[:3])]


def test_a_plan_made_a_day_later_of_the_same_ledger_sends_nothing(world: World) -> None:
    """Also where nothing was delivered in between."""
    world.notified()
    files = ("--estate", world.folder / "estate.csv", "--rules", world.folder / "rules")
    first = world.done("publish", "--release", "CH-1", *files, at=PLANNED)
    planned = sum(one["hubs"] for one in _taken(first) if one["what"] == "hubs_planned")
    assert planned
    entries, messages = _rows(world, entry), _rows(world, outbox)
    for day in ("2026-01-15T10:00:00Z", "2026-01-16T09:00:00Z"):
        again = world.done("publish", "--release", "CH-1", *files, at=day)
        assert _taken(again) == [{"what": "days_unchanged", "hubs": planned}]
        assert again["keeping"] == 0
    assert _rows(world, outbox) == messages
    assert _rows(world, entry) == entries + 2
    assert f"days unchanged: {planned} hubs" in world.rollout("publish", "--release", "CH-1", *files).out


def _twice(
    told: Told,
    whose: Mapping[Party, tuple[Guid, ...]],
    first: Mapping[Party, str],
    then: Mapping[Party, str] | None = None,
) -> list[HubsScheduled]:
    """What ALPHA is told of its days, in two deliveries, where a batch is the other Supplier's."""
    _agreed(told, whose)
    found = _published(told, HUBS, {whose[party]: batch for party, batch in first.items()})
    return found + _published(told, HUBS, {whose[party]: batch for party, batch in (then or first).items()})


def _agreed(told: Told, whose: Mapping[Party, tuple[Guid, ...]]) -> None:
    classes = [evolve(CLASSES[1], gas_supplier=party, guids=GuidList(own)) for party, own in whose.items()]
    told.taken(DraftRelease, firmware=evolve(FIRMWARE, capacity=None))
    told.taken(RecordCplEntry, entry="CPL-77")
    told.taken(NotifyRelease, classes=tuple(classes))
    period: dict[str, Any] = {"opens": MARCH, "closes": MARCH.replace(day=12)}
    told.taken(Instruct, ALPHA, role=IMPORT, guids=GuidList(HUBS), **period)
    for party, own in whose.items():
        told.taken(Instruct, party, role=GAS, guids=GuidList(own), **period)


def _row(guids: tuple[Guid, ...], batch: str) -> Any:
    return evolve(row(*guids, day=MARCH.date(), basis=ActivationBasis.BOTH_SUPPLIERS), batch_id=batch)


def _published(told: Told, guids: tuple[Guid, ...], batches: Mapping[tuple[Guid, ...], str]) -> list[HubsScheduled]:
    rows = tuple(_row(own, batch) for own, batch in batches.items())
    assert told.taken(PublishPlan, classes=rows).refused_hubs == ()
    assert GuidList(guids) == GuidList(guid for own in batches for guid in own)
    return _scheduled(told)


def _scheduled(told: Told) -> list[HubsScheduled]:
    seen: list[OutboxMessage] = []
    deliver_all(told.service, seen.append, told.now)
    found = [read_message(one.payload) for one in seen if one.to_party == ALPHA]
    return [one for one in found if isinstance(one, HubsScheduled)]


def _hubs(told: Told) -> list[Any]:
    with told.service.store.read() as connection:
        return list(connection.execute(select(hub.c.guid, hub.c.day, hub.c.window_opens, hub.c.last_seq)).all())


def _waiting(told: Told) -> int:
    with told.service.store.read() as connection:
        return len(list(waiting(connection)))


def _taken(done: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for answer in done["answers"] for one in answer["taken"]]


def _rows(world: World, table: Any) -> int:
    with open_ledger(str(world.store)) as store, store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
