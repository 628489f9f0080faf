"""The service: what it answers, what it leaves in the ledger, and whom it tells (BR5, NF6, NF7)."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import func, select

from chfw_app.exits import Exit
from chfw_app.rollout.loading import load
from chfw_app.rollout.receipts import exit_of
from chfw_app.rollout.sent_again import give, give_all
from chfw_app.rollout.showing import show_release
from chfw_app.stores.hub_rows import hubs_of
from chfw_app.stores.ledger import ClockWentBackError, KeyReusedError, read_entries
from chfw_app.stores.outbox import waiting
from chfw_app.stores.tables import PROJECTIONS, task
from chfw_core.errors import InputError
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.rollout.handover.commands import HandOver, PlannedClass, PublishPlan, SetCapacity
from chfw_core.rollout.incidents.commands import ConfirmDecision, RaiseIncident, SuspendRelease, TriageIncident
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease, RecordCplEntry
from chfw_core.rollout.pilot.commands import ApproveMass, BeginMass, CompleteRelease
from chfw_core.rollout.states import HubState
from chfw_core.rollout.tasks import tasks_of
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    CLASSES,
    FAR,
    FIRMWARE,
    GAS,
    IMPORT,
    NORTH,
    SOLE,
    SPLIT,
    START,
    R,
    row,
)

OMEGA = Party("OMEGA")
PERIOD: dict[str, Any] = {"opens": START + timedelta(days=64), "closes": START + timedelta(days=66)}


def _tables(told: Told) -> list[Any]:
    """All that can be rebuilt from the ledger, but for the answers by key."""
    with told.service.store.read() as connection:
        return [connection.execute(select(table)).all() for table in PROJECTIONS if table.name != "answer"]


def _sent(told: Told, to: str) -> list[tuple[str, bytes]]:
    with told.service.store.read() as connection:
        return [(message.type, message.payload) for message in waiting(connection) if message.to_party == to]


def test_an_instruction_is_confirmed_and_every_refused_hub_has_its_reason(told: Told) -> None:
    # BR5.1, BR5.2
    told.notified()
    named = GuidList([SOLE, SPLIT, Guid(0x99)])
    receipt = told.taken(Instruct, ALPHA, role=IMPORT, guids=named, **PERIOD)
    assert receipt.taken == (("instructions_accepted", 2),)
    assert [(one.code, list(one.guids)) for one in receipt.refused_hubs] == [("unknown_guid", [0x99])]
    assert exit_of(receipt) is Exit.FINDINGS
    types = [kind for kind, _ in _sent(told, ALPHA)]
    assert {"instruction_receipt", "hubs_refused", "second_supplier"} <= set(types)


def test_a_refused_command_leaves_only_its_refusal(told: Told) -> None:
    told.notified()
    before, sent = _tables(told), len(_sent(told, "DCC"))
    receipt = told.do(BeginMass)
    assert receipt.refused is not None
    assert (receipt.refused.code, exit_of(receipt)) == ("out_of_phase", Exit.NO_RESULT)
    assert receipt.refused.cure
    assert receipt.first_seq == receipt.last_seq
    assert _tables(told) == before
    assert [kind for kind, _ in _sent(told, "DCC")[sent:]] == ["answer"]


def test_the_same_command_twice_is_carried_out_once(told: Told) -> None:
    # I9
    told.notified()
    command = Instruct(by=ALPHA, key="mine", release=R, role=IMPORT, guids=GuidList([SOLE]), **PERIOD)
    first = told.service.submit(command)
    told.later(days=1)
    before = _tables(told)
    again = told.service.submit(command)
    assert (again.again, first.again) == (True, False)
    assert evolve(again, again=False) == first
    assert _tables(told) == before
    with pytest.raises(KeyReusedError):
        told.service.submit(evolve(command, closes=command.closes + timedelta(days=1)))
    assert _tables(told) == before


def test_the_same_instruction_again_tells_of_how_many_hubs_it_is_not_true_any_more(told: Told) -> None:
    # BR5.1
    told.notified()
    mine = Instruct(by=ALPHA, key="mine", release=R, role=IMPORT, guids=GuidList([SOLE, SPLIT]), **PERIOD)
    back = WithdrawInstructions(by=ALPHA, key="back", release=R, role=IMPORT, guids=GuidList([SPLIT]))
    assert [give(told.service, one).not_standing for one in (mine, mine, back, back)] == [0, 0, 0, 0]
    assert give(told.service, mine).not_standing == 1
    (answer,) = give_all(told.service, [mine], anew=None, told=lambda step, done: None)
    assert (answer.key, answer.receipt.again, answer.not_standing) == ("mine", True, 1)
    told.taken(Instruct, ALPHA, role=IMPORT, guids=GuidList([SPLIT]), **PERIOD)
    assert [give(told.service, one).not_standing for one in (mine, back)] == [0, 1]


def test_a_clock_that_was_put_back_is_refused_and_one_that_lags_a_little_is_not(told: Told) -> None:
    told.notified()
    told.later(seconds=-3)
    told.taken(SetCapacity, region=NORTH, day=AUTOMATIC.date(), hubs=9)
    told.later(minutes=-1)
    with pytest.raises(ClockWentBackError):
        told.do(SetCapacity, region=NORTH, day=AUTOMATIC.date(), hubs=8)
    with told.service.store.read() as connection:
        times = [entry.at for entry in read_entries(connection)]
    assert times == sorted(times)


def test_only_the_hubs_that_a_command_names_are_loaded(told: Told) -> None:
    told.notified()
    with told.service.store.read() as connection:
        found = load(connection, Instruct(by=ALPHA, key="k", release=R, role=IMPORT, guids=GuidList([SOLE]), **PERIOD))
    assert set(found.hubs) == {SOLE}
    assert (found.in_flight, found.tallies, found.hub_count) == ({}, {}, {})


def test_a_decision_tells_every_supplier_what_it_means_for_its_own_hubs(told: Told) -> None:
    # BR6.4: ALPHA has three hubs, one of which it shares; BETA has two.
    told.notified()
    told.taken(Instruct, ALPHA, role=IMPORT, guids=GuidList([SOLE]), **PERIOD)
    told.taken(SuspendRelease, reason="a defect")
    (alpha,) = (payload for kind, payload in _sent(told, ALPHA) if kind == "decision")
    (beta,) = (payload for kind, payload in _sent(told, BETA) if kind == "decision")
    assert b'"pending":{"eligible":2,"planned":1}' in alpha
    assert b'"pending":{"eligible":2}' in beta


def test_a_newer_release_takes_hubs_from_an_older_one_in_the_same_transaction(told: Told) -> None:
    told.notified()
    newer = evolve(FIRMWARE, id="REL-2", firmware_version="00000003")
    told.taken(DraftRelease, release="REL-2", firmware=newer)
    told.taken(RecordCplEntry, release="REL-2", entry="CPL-78")
    receipt = told.taken(NotifyRelease, release="REL-2", classes=CLASSES[:2])
    with told.service.store.read() as connection:
        former = hubs_of(connection, R, [SOLE, SPLIT, FAR])
        entries = list(read_entries(connection, after=receipt.last_seq))
    assert {guid: hub.state for guid, hub in former.items()} == {
        SOLE: HubState.SUPERSEDED,
        SPLIT: HubState.SUPERSEDED,
        FAR: HubState.ELIGIBLE,
    }
    assert [(entry.type, entry.release, entry.seq) for entry in entries] == [
        ("hubs_superseded", R, receipt.last_seq + 1)
    ]


def test_a_release_that_needs_the_older_one_first_leaves_it_its_hubs(told: Told) -> None:
    told.notified()
    newer = evolve(FIRMWARE, id="REL-2", firmware_version="00000003", upgrade_from=("00000002",))
    told.taken(DraftRelease, release="REL-2", firmware=newer)
    told.taken(NotifyRelease, release="REL-2", classes=CLASSES[:1])
    with told.service.store.read() as connection:
        assert hubs_of(connection, R, [SOLE])[SOLE].state is HubState.ELIGIBLE


def _on_the_day(told: Told, release: str, *classes: PlannedClass) -> None:
    told.taken(ApproveMass, release=release, approval="OA-2", without_pilot="an urgent fix")
    told.taken(BeginMass, release=release)
    told.taken(PublishPlan, release=release, classes=classes)


def test_places_at_a_csp_are_shared_by_all_releases(told: Told) -> None:
    # I5: North has two places a day; another release has used both.
    told.notified()
    newer = evolve(FIRMWARE, id="REL-2", device_models=("433100AD",))
    others = GuidList([Guid(0x71), Guid(0x72)])
    told.taken(DraftRelease, release="REL-2", firmware=newer)
    told.taken(RecordCplEntry, release="REL-2", entry="CPL-78")
    told.taken(NotifyRelease, release="REL-2", classes=(evolve(CLASSES[0], guids=others),))
    _on_the_day(told, R, row(SOLE))
    _on_the_day(told, "REL-2", row(*others))
    told.now = AUTOMATIC
    day = row(SOLE).day
    told.taken(HandOver, release="REL-2", region=NORTH, day=day, guids=others)
    refused = told.do(HandOver, region=NORTH, day=day, guids=GuidList([SOLE])).refused
    assert refused is not None
    assert refused.code == "over_capacity"


def test_a_release_with_open_hubs_is_not_completed(told: Told) -> None:
    told.notified()
    told.taken(ApproveMass, approval="OA-2", without_pilot="an urgent fix")
    told.taken(BeginMass)
    refused = told.do(CompleteRelease).refused
    assert refused is not None
    assert refused.code == "hubs_open"
    assert "4 hubs" in refused.reason


def test_several_commands_in_one_transaction_see_one_another(told: Told) -> None:
    told.notified()
    both = [
        Instruct(by=party, key="k", release=R, role=role, guids=GuidList([SPLIT]), **PERIOD)
        for party, role in ((ALPHA, IMPORT), (BETA, GAS))
    ]
    first, second = told.service.submit_all(both)
    assert (exit_of(first), exit_of(second)) == (Exit.DONE, Exit.DONE)
    with told.service.store.read() as connection:
        assert hubs_of(connection, R, [SPLIT])[SPLIT].state is HubState.PLANNED


def test_what_a_supplier_is_sent_does_not_vary_with_who_the_other_supplier_is(told: Told) -> None:
    # NF7: two worlds that differ in the other Supplier alone.
    told.notified()
    twin = evolve(FIRMWARE, id="REL-2", device_models=("433100AD",))
    others = [evolve(one, gas_supplier=OMEGA if one.gas_supplier == BETA else one.gas_supplier) for one in CLASSES]
    moved = [evolve(one, guids=GuidList(guid + 0x1000 for guid in one.guids)) for one in others]
    told.taken(DraftRelease, release="REL-2", firmware=twin)
    told.taken(RecordCplEntry, release="REL-2", entry="CPL-77")
    told.taken(NotifyRelease, release="REL-2", classes=tuple(moved))
    for release, shift in ((R, 0), ("REL-2", 0x1000)):
        guids = GuidList([Guid(SOLE + shift), Guid(SPLIT + shift)])
        told.taken(Instruct, ALPHA, release, role=IMPORT, guids=guids, **PERIOD)
        other = BETA if release == R else OMEGA
        told.taken(Instruct, other, release, role=GAS, guids=GuidList([Guid(SPLIT + shift)]), **PERIOD)
    ours = [payload for _, payload in _sent(told, ALPHA) if b'"release":"REL-1"' in payload]
    theirs = [payload for _, payload in _sent(told, ALPHA) if b'"release":"REL-2"' in payload]
    alike = [
        payload.replace(b'"REL-2"', b'"REL-1"').replace(b"-00-10-", b"-00-00-").replace(b"433100AD", b"433100AC")
        for payload in theirs
    ]
    assert ours
    assert alike == ours
    assert not any(b"BETA" in payload or b"OMEGA" in payload for _, payload in _sent(told, ALPHA))


def test_commands_that_wait_together_share_a_commit_and_each_has_its_answer(told: Told) -> None:
    told.notified()
    days = [AUTOMATIC.date() + timedelta(days=n) for n in range(40)]
    promises = [
        told.service.submit_later(SetCapacity(by="DCC", key=str(day), release=R, region=NORTH, day=day, hubs=n))
        for n, day in enumerate(days)
    ]
    receipts = [promise.result() for promise in promises]
    numbers = [receipt.first_seq for receipt in receipts]
    assert numbers == list(range(numbers[0], numbers[0] + len(days)))
    with told.service.store.read() as connection:
        count = connection.execute(select(func.count()).select_from(PROJECTIONS[0])).scalar()
    assert count == 3 + len(days)


def test_the_tasks_in_the_table_are_those_of_the_releases_record(told: Told) -> None:
    # BR5.4, BR6.2: each with its owner and its time; done ones keep when they were done.
    def rows() -> set[tuple[object, ...]]:
        with told.service.store.read() as connection:
            return {tuple(found) for found in connection.execute(select(task))}

    def expected() -> set[tuple[object, ...]]:
        found = tasks_of(told.service.release(R))
        return {(R, t.owner, t.kind, t.subject, t.starts, t.due, t.done_at, t.binding) for t in found}

    told.notified()
    assert {found[1] for found in rows()} == {"DCC", ALPHA, BETA}
    told.taken(RaiseIncident, ALPHA, incident="I1", description="meters lost")
    told.taken(RaiseIncident, BETA, incident="I2", description="meters lost")
    told.later(hours=1)
    told.taken(TriageIncident, incident="I1", outcome=IncidentOutcome.PROCEED, reason="one meter")
    assert ("DCC", "triage", "BETA/I2") in {found[1:4] for found in rows()}
    assert rows() == expected()
    told.taken(ConfirmDecision, "PANEL", incident="I1", confirmed=True, commentary="agreed")
    told.taken(ApproveMass, approval="OA-2", without_pilot="an urgent fix")
    assert rows() == expected()


def test_a_suppliers_view_counts_its_own_hubs_once_and_names_nobody(told: Told) -> None:
    # BR5.4, BR5.5, NF7
    told.notified()
    shown = show_release(told.service, R, ALPHA)
    assert shown.hubs == {HubState.ELIGIBLE: 3}  # two of them in both roles
    assert {one.owner for one in shown.tasks} == {ALPHA}
    assert {one.actor for one in shown.next} == {"DCC", "a Supplier"}
    assert {one.owner for one in show_release(told.service, R, "DCC").tasks} == {"DCC", ALPHA, BETA}
    with pytest.raises(InputError, match="no release `REL-1` with hubs of `OMEGA`"):
        show_release(told.service, R, OMEGA)


def test_what_a_supplier_is_sent_does_not_part_its_hubs_by_their_other_suppliers(told: Told) -> None:
    # NF7: in one world two hubs have one and the same other Supplier, in the other world two, with other rules.
    told.notified()
    for release, shift, other in (("REL-A", 0x1000, BETA), ("REL-B", 0x2000, OMEGA)):
        guids = [Guid(shift + 1), Guid(shift + 2)]
        classes = [
            evolve(CLASSES[1], gas_supplier=gas, guids=GuidList([guid]))
            for gas, guid in zip((OMEGA if other is OMEGA else BETA, BETA), guids, strict=True)
        ]
        told.taken(DraftRelease, release=release, firmware=evolve(FIRMWARE, id=release, capacity=None))
        told.taken(RecordCplEntry, release=release, entry="CPL-77")
        told.taken(NotifyRelease, release=release, classes=tuple(classes))
        rows = [
            evolve(
                row(guid),
                reason="as planned" if other is BETA else f"rule {n}",
                batch_id=None if other is BETA else f"b{n}",
            )
            for n, guid in enumerate(guids)
        ]
        told.taken(PublishPlan, release=release, classes=tuple(rows))
    shown = {
        release: [
            (kind, payload.replace(release.encode(), b"REL").replace(digits, b"-00-"))
            for kind, payload in _sent(told, ALPHA)
            if release.encode() in payload
        ]
        for release, digits in (("REL-A", b"-10-"), ("REL-B", b"-20-"))
    }
    assert [kind for kind, _ in shown["REL-A"]] == ["release_notice", "own_hubs", "hubs_scheduled"]
    assert shown["REL-A"] == shown["REL-B"]
