"""One delivery tells a Supplier the same, whichever commands, and whose, each thing comes from (NF7, BR3.3)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_app.rollout.ticking import deliver_all
from chfw_app.rollout.together import OfHubs, joined
from chfw_app.stores.outbox import OutboxMessage, deliver, waiting
from chfw_app.triggers.installing import install
from chfw_app.triggers.observing import observe
from chfw_app.triggers.running import run_triggers
from chfw_core.documents.rollout_messages import read_message
from chfw_core.messages import (
    ChangeExpected,
    HubNews,
    HubsScheduled,
    Message,
    OwnHubs,
    SecondSupplier,
    SupplierJoins,
    SupplierLeaves,
    TriggerNotice,
)
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.model.periods import Period, london_date
from chfw_core.rollout.base import REGISTRATION
from chfw_core.rollout.handover.commands import ProtectHubs
from chfw_core.rollout.incidents.commands import SuspendRelease
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import AddHubs, DraftRelease, NotifyRelease, RecordCplEntry
from chfw_core.rollout.records import Protection
from chfw_core.rollout.suppliers.commands import AnnounceSupplierChange, CompleteSupplierChange
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import ALPHA, BETA, CLASSES, FIRMWARE, GAS, IMPORT, START

OMEGA = Party("OMEGA")
PERIOD: dict[str, Any] = {"opens": START + timedelta(days=64), "closes": START + timedelta(days=66)}
HUBS = tuple(Guid(0x1000 + n) for n in range(1, 7))
RULES = """
rules: v1
owner: {party}
events:
  - id: upload
    because: Data is uploaded
    per: hub
    on: data_upload_started
    do: {{hold: {{date: event.at + 10 days}}}}
"""
WHOSE = {"one": (BETA, BETA, BETA, OMEGA, OMEGA, OMEGA), "other": (BETA, OMEGA, BETA, BETA, OMEGA, BETA)}
"""Two worlds that differ in who ALPHA's second Supplier is, hub by hub, and in nothing else."""


def _notified(told: Told, release: str, whose: Sequence[Party]) -> None:
    by_other: dict[Party, list[Guid]] = defaultdict(list)
    for guid, other in zip(HUBS, whose, strict=True):
        by_other[other].append(guid)
    classes = [evolve(CLASSES[1], gas_supplier=other, guids=GuidList(own)) for other, own in by_other.items()]
    told.taken(DraftRelease, release=release, firmware=evolve(FIRMWARE, id=release, capacity=None))
    told.taken(RecordCplEntry, release=release, entry="CPL-77")
    told.taken(NotifyRelease, release=release, classes=tuple(classes))


def _own(party: Party, whose: Sequence[Party]) -> GuidList:
    return GuidList(guid for guid, other in zip(HUBS, whose, strict=True) if other == party)


def _delivered(told: Told, to: str) -> list[tuple[str, Message]]:
    seen: list[OutboxMessage] = []
    deliver_all(told.service, seen.append, told.now)
    return [(one.id, read_message(one.payload)) for one in seen if one.to_party == to]


def _instructed(told: Told, whose: Sequence[Party]) -> list[tuple[str, Message]]:
    """ALPHA gives its own instruction between those of the two others, as the order of names has it."""
    _notified(told, "REL-1", whose)
    for party, role, guids in (
        (BETA, GAS, _own(BETA, whose)), (ALPHA, IMPORT, GuidList(HUBS)), (OMEGA, GAS, _own(OMEGA, whose))
    ):  # fmt: skip
        told.taken(Instruct, party, "REL-1", role=role, guids=guids, **PERIOD)
    return _delivered(told, ALPHA)


def _held(told: Told, folder: Path, whose: Sequence[Party]) -> list[tuple[str, Message]]:
    """Rules of both others hold their hubs, each by events that came at times of their own (CS4, RU6)."""
    _notified(told, "REL-1", whose)
    for party in (BETA, OMEGA):
        (place := folder / f"{party}.rules.yaml").write_text(RULES.format(party=party), encoding="utf-8")
        install(told.service, [place], party)
    for minutes, party in ((7, OMEGA), (13, BETA)):
        told.later(minutes=minutes)
        said = [
            Event(seq=n, at=told.now - timedelta(seconds=n), type="data_upload_started", guid=guid, party=party)
            for n, guid in enumerate(_own(party, whose), start=1)
        ]
        assert not observe(told.service, said, party).set_aside
        assert run_triggers(told.service).fired
    return _delivered(told, ALPHA)


MOVED = """
rules: v1
owner: ALPHA
events:
  - id: moved
    because: Somebody else may be asked from now on
    per: hub
    on: change_of_supplier_completed
    do: {notify: desk, text: "a role has moved"}
"""


def _changed(told: Told, folder: Path, whose: Sequence[Party]) -> list[tuple[str, Message]]:
    """Hubs come and go in commands of their own for each other Supplier, as lists have it."""
    told.taken(DraftRelease, release="REL-1", firmware=evolve(FIRMWARE, id="REL-1", capacity=None))
    told.taken(RecordCplEntry, release="REL-1", entry="CPL-77")
    first = evolve(CLASSES[1], gas_supplier=None, guids=GuidList([Guid(0x2001)]))
    told.taken(NotifyRelease, release="REL-1", classes=(first,))
    (place := folder / "ALPHA.rules.yaml").write_text(MOVED, encoding="utf-8")
    install(told.service, [place], ALPHA)
    for party in (BETA, OMEGA):
        own = evolve(CLASSES[1], gas_supplier=party, guids=_own(party, whose))
        told.taken(AddHubs, release="REL-1", classes=(own,))
    change: dict[str, Any] = {"role": GAS, "effective": london_date(told.now) + timedelta(days=3)}
    away: dict[str, Any] = {"role": IMPORT, "effective": london_date(told.now) + timedelta(days=3)}
    for party in (OMEGA, BETA):
        guids = _own(party, whose)
        told.taken(AnnounceSupplierChange, REGISTRATION, "REL-1", leaves=ALPHA, joins=party, guids=guids, **away)
    told.later(days=3)
    for party in (BETA, OMEGA):
        guids = _own(party, whose)
        told.taken(CompleteSupplierChange, REGISTRATION, "REL-1", leaves=party, joins=ALPHA, guids=guids, **change)
        told.taken(CompleteSupplierChange, REGISTRATION, "REL-1", leaves=ALPHA, joins=party, guids=guids, **away)
    run_triggers(told.service)
    return _delivered(told, ALPHA)


def test_hubs_that_come_and_go_are_not_parted_by_from_whom_and_to_whom(worlds: Iterator[Told], tmp_path: Path) -> None:
    """NF7, CS3, BR1.4, RU6: own hubs, changes of Supplier, and what the reader's own rules make of them."""
    one, other = (_changed(next(worlds), tmp_path, whose) for whose in WHOSE.values())
    assert one == other
    kinds = Counter(type(message) for _, message in one)
    assert kinds[OwnHubs] == 2, "of the notice, and of what was added"
    assert (kinds[ChangeExpected], kinds[SupplierJoins], kinds[SupplierLeaves]) == (1, 1, 1)
    assert {guid for _, message in one if isinstance(message, TriggerNotice) for guid in message.guids} == set(HUBS)


def test_instructions_of_others_do_not_part_a_suppliers_hubs(worlds: Iterator[Told]) -> None:
    """NF7, BR3.3: not their number, their order, nor the numbers under which they are sent."""
    one, other = (_instructed(next(worlds), whose) for whose in WHOSE.values())
    assert one == other
    said = [message for _, message in one if isinstance(message, SecondSupplier)]
    assert [(message.instructed, message.guids) for message in said] == [(True, GuidList(HUBS))]


def test_holds_of_others_do_not_part_a_suppliers_hubs_nor_tell_the_time(worlds: Iterator[Told], tmp_path: Path) -> None:
    """NF7: of what a rule of the other Supplier made of an event of its own, the London days."""
    one, other = (_held(next(worlds), tmp_path, whose) for whose in WHOSE.values())
    assert one == other
    (news,) = (message for _, message in one if isinstance(message, HubNews))
    assert (news.words, news.guids) == ("these hubs are left alone from 2026-01-05 to 2026-01-15", GuidList(HUBS))


def test_a_protection_is_told_by_the_london_days_that_it_touches(told: Told) -> None:
    """G4: it ends with a London midnight, which is no part of it; one day is one day."""
    told.notified()
    summer = Period(opens=START.replace(month=6, hour=23, minute=1), closes=START.replace(month=6, day=7, hour=23))
    hours = Period(opens=START.replace(month=3), closes=START.replace(month=3, hour=11))
    for period in (summer, hours):
        told.taken(ProtectHubs, kind=Protection.DATA_UPLOAD, period=period, guids=CLASSES[1].guids)
    words = [message.words for _, message in _delivered(told, BETA) if isinstance(message, HubNews)]
    assert words == [
        "these hubs are left alone from 2026-06-06 to 2026-06-07",
        "these hubs are left alone on 2026-03-05",
    ]


def test_news_of_the_release_stay_between_what_came_before_and_after(told: Told) -> None:
    told.notified()
    protect: dict[str, Any] = {"kind": Protection.DATA_UPLOAD, "guids": CLASSES[1].guids}
    for number, month in enumerate((3, 4)):
        opens = START.replace(month=month)
        told.taken(ProtectHubs, period=Period(opens=opens, closes=opens + timedelta(hours=1)), **protect)
        if not number:
            told.taken(SuspendRelease, reason="let us look")
    kinds = [type(message).__name__ for _, message in _delivered(told, ALPHA)]
    first = kinds.index("HubNews")
    assert kinds[first + 1] != "HubNews"
    assert kinds[-1] == "HubNews"


def test_what_was_tried_keeps_what_it_said_and_numbers_have_no_gaps(told: Told) -> None:
    """I9: received twice, a message is known by its id; and a gap would count what others do."""
    whose = WHOSE["one"]
    _notified(told, "REL-1", whose)
    _delivered(told, ALPHA)
    told.taken(Instruct, BETA, "REL-1", role=GAS, guids=_own(BETA, whose), **PERIOD)

    def refuses(message: OutboxMessage) -> None:
        raise ConnectionError("nobody there")

    deliver(told.service.store, 1_000, refuses, told.now)
    with told.service.store.read() as connection:
        tried = {one.id: one.payload for one in waiting(connection) if one.to_party == ALPHA}
    told.later(hours=1)
    for guid in sorted(_own(OMEGA, whose)):
        told.taken(Instruct, OMEGA, "REL-1", role=GAS, guids=GuidList([guid]), **PERIOD)
    told.later(hours=1)
    sent = _delivered(told, ALPHA)
    assert [id_ for id_, _ in sent][:1] == list(tried)
    assert [len(getattr(message, "guids")) for _, message in sent] == [3, 3]  # noqa: B009
    told.taken(Instruct, ALPHA, "REL-1", role=IMPORT, guids=GuidList(HUBS), **PERIOD)
    then = [id_ for id_, _ in _delivered(told, ALPHA)]
    numbers = [int(id_.rpartition("/")[2]) for id_ in (*(id_ for id_, _ in sent), *then)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


_WORDS = st.sampled_from(["held", "let_go", "excluded", "yes", "no"])
_TOLD = st.dictionaries(st.sampled_from(HUBS), st.lists(_WORDS, min_size=1, max_size=4), min_size=1)


def _message(words: str, guids: Iterable[Guid]) -> OfHubs:
    if words in ("yes", "no"):
        return SecondSupplier(to=ALPHA, release="REL-1", instructed=words == "yes", guids=GuidList(guids))
    return HubNews(to=ALPHA, release="REL-1", what=words, words=words, guids=GuidList(guids))


def _by_hub(messages: Iterable[OfHubs]) -> dict[Guid, tuple[list[str], list[bool | None]]]:
    """Of each hub what became of it, in order, and what is said last of its second Supplier."""
    found: dict[Guid, tuple[list[str], list[bool | None]]] = defaultdict(lambda: ([], []))
    for message in messages:
        for guid in message.guids:
            assert not isinstance(message, HubsScheduled)
            if isinstance(message, SecondSupplier):
                found[guid][1][:] = [message.instructed]
            elif isinstance(message, HubNews):
                found[guid][0].append(message.what)
    return dict(found)


@given(_TOLD, st.randoms(use_true_random=False))
def test_what_is_told_hangs_on_what_became_of_each_hub_alone(told: dict[Guid, list[str]], chance: Any) -> None:
    """NF7: however causes lie between one another, and whichever hubs they share; and nothing is lost."""

    def in_some_order() -> list[OfHubs]:
        turns = [guid for guid, words in told.items() for _ in words]
        chance.shuffle(turns)
        at: Counter[Guid] = Counter()
        made = []
        for guid in turns:
            made.append(_message(told[guid][at[guid]], [guid]))
            at[guid] += 1
        return made

    one, other = in_some_order(), in_some_order()
    assert joined(one) == joined(other)
    assert _by_hub(joined(one)) == _by_hub(one)
    assert joined(joined(one)) == joined(one)


def test_what_rules_tell_of_no_hub_is_told_as_often_as_it_was() -> None:
    """RU6: of a release or a region; two firings that say the same are two."""
    about: dict[str, Any] = {"to": ALPHA, "release": "", "team": "desk", "trigger": "t", "because": "as it is"}
    of_none = [TriggerNotice(text=text, guids=GuidList(), **about) for text in ("b", "a", "b")]
    of_hubs = [TriggerNotice(text="c", guids=GuidList([guid]), **about) for guid in reversed(HUBS)]
    found = joined([of_hubs[0], *of_none, *of_hubs[1:]])
    assert found == [of_none[1], of_none[0], of_none[2], TriggerNotice(text="c", guids=GuidList(HUBS), **about)]
