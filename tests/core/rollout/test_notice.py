"""BR1, G6, G7, G9: notice, note, date, revocation, participation, and two releases on one hub."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from chfw_core.messages import (
    DateMoved,
    Decision,
    HubNews,
    HubsRefused,
    OwnHubs,
    ReleaseNews,
    ReleaseNoteUpdated,
    ReleaseNotice,
)
from chfw_core.model.guid_list import GuidList
from chfw_core.model.releases import Participation
from chfw_core.rollout.notice.commands import (
    AddHubs,
    ChooseParticipation,
    DraftRelease,
    HubClass,
    MoveAutomaticDate,
    NotifyRelease,
    PublishReleaseNote,
    RecordCplEntry,
    ReturnToDccOnly,
    RevokeNotice,
    SupersedeHubs,
)
from chfw_core.rollout.notice.events import HubsAdded, HubsLeftOut, HubsSuperseded, ReleaseNotified
from chfw_core.rollout.notice.participation import repercussions
from chfw_core.rollout.notice.two_releases import Order, order_of
from chfw_core.rollout.records import HubRecord, InFlight, Mode, ReleaseNote
from chfw_core.rollout.states import HubState, ReleaseStage, ReleaseStanding
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    CLASSES,
    FAR,
    FIRMWARE,
    GAMMA,
    GAS,
    GAS_ONLY,
    IMPORT,
    NEW,
    NORTH,
    OLD,
    SOLE,
    SPLIT,
    START,
    Story,
    handed_over,
    instruct,
    notified,
    some,
)

NOTE = ReleaseNote(url="https://example.org/note", version="2")


def test_every_relevant_supplier_and_csp_is_notified_and_nobody_else() -> None:
    """BR1.1, BR1.2: and the notice holds what it has to."""
    story = notified()
    notices = [message for message in story.sent if isinstance(message, ReleaseNotice)]
    assert [notice.to for notice in notices] == ["ALPHA", "BETA", "CSP:North", "CSP:South"]
    first = notices[0]
    assert (first.device_models, first.firmware_version, first.cpl_entry) == (("433100AC",), NEW, "CPL-77")
    assert (first.note_url, first.severity, first.priority) == (FIRMWARE.release_note, "medium", "normal")
    assert first.automatic_at == AUTOMATIC
    assert first.cutoff == datetime(2026, 6, 6, tzinfo=UTC)  # BR3.4: one month before
    assert {evolve(notice, to="") for notice in notices} == {evolve(first, to="")}


def test_each_supplier_gets_its_hubs_with_its_roles() -> None:
    """BR1.4."""
    story = notified()
    found = {
        (message.to, guid): (message.roles, message.second_supplier)
        for message in story.sent
        if isinstance(message, OwnHubs)
        for guid in message.guids
    }
    assert found == {
        (ALPHA, SOLE): ((IMPORT, GAS), False),
        (ALPHA, FAR): ((IMPORT, GAS), False),
        (ALPHA, SPLIT): ((IMPORT,), True),
        (BETA, SPLIT): ((GAS,), True),
        (BETA, GAS_ONLY): ((GAS,), False),
    }


def test_the_hubs_of_a_notice_are_eligible() -> None:
    story = notified()
    assert story.roll_out.release.stage is ReleaseStage.NOTIFIED
    assert {hub.state for hub in story.roll_out.hubs.values()} == {HubState.ELIGIBLE}
    assert story.roll_out.release.suppliers == {ALPHA, BETA}


def test_a_notice_without_hubs_twice_the_same_hub_or_a_date_that_is_past_is_refused() -> None:
    story = Story()
    story.do(DraftRelease, firmware=FIRMWARE)
    assert story.refused(NotifyRelease, classes=()) == "no_hubs"
    assert story.refused(NotifyRelease, classes=(CLASSES[0], CLASSES[0])) == "hubs_twice"
    story.now = AUTOMATIC
    assert story.refused(NotifyRelease, classes=CLASSES) == "in_the_past"


def test_a_release_is_drafted_once_and_notified_once() -> None:
    story = notified()
    assert story.refused(DraftRelease, firmware=FIRMWARE) == "drafted_already"
    assert story.refused(NotifyRelease, classes=CLASSES) == "out_of_phase"


def test_hubs_can_join_after_the_notice_but_only_once_and_not_with_the_version_already() -> None:
    story = notified()
    late = evolve(CLASSES[0], guids=some(SOLE, GAMMA_HUB))
    done = evolve(CLASSES[0], firmware_version=NEW, guids=GuidList([0x77]))
    found = story.do(AddHubs, classes=(late, done))
    assert [(event.code, list(event.guids)) for event in found if isinstance(event, HubsLeftOut)] == [
        ("already_at_version", [0x77]),
        ("already_in_release", [SOLE]),
    ]
    assert [event.guids for event in found if isinstance(event, HubsAdded)] == [some(GAMMA_HUB)]
    assert story.state(GAMMA_HUB) is HubState.ELIGIBLE
    assert {message.code for message in story.told("DCC") if isinstance(message, HubsRefused)} == {
        "already_at_version",
        "already_in_release",
    }


GAMMA_HUB = type(SOLE)(0x66)


def test_whoever_becomes_relevant_after_the_notice_gets_it_too_and_nobody_twice() -> None:
    """BR1.1, BR1.2: with its first hubs, a Supplier's or a CSP's, and before the list of them."""
    story = notified()
    later = HubClass(
        region="Central", import_supplier=GAMMA, gas_supplier=ALPHA, firmware_version=OLD, guids=some(type(SOLE)(0x99))
    )
    before = len(story.sent)
    story.do(AddHubs, classes=(later,))
    told = [(message.to, type(message)) for message in story.sent[before:]]
    assert told == [(GAMMA, ReleaseNotice), ("CSP:Central", ReleaseNotice), (GAMMA, OwnHubs), (ALPHA, OwnHubs)]
    first = next(message for message in story.sent if isinstance(message, ReleaseNotice))
    assert evolve(next(m for m in story.told(GAMMA) if isinstance(m, ReleaseNotice)), to=first.to) == first


def test_hubs_do_not_join_before_the_notice() -> None:
    story = Story()
    story.do(DraftRelease, firmware=FIRMWARE)
    assert story.refused(AddHubs, classes=CLASSES) == "out_of_phase"


def test_a_class_says_who_excluded_it_and_whose_date_was_moved() -> None:
    story = notified()
    moved = AUTOMATIC + timedelta(days=7)
    alike = HubClass(
        region=NORTH,
        import_supplier=GAMMA,
        gas_supplier=BETA,
        firmware_version=OLD,
        automatic_at=moved,
        excluded_by_import=("keep", "priority services"),
        guids=some(GAMMA_HUB),
    )
    story.do(AddHubs, classes=(alike,))
    hub = story.hub(GAMMA_HUB)
    assert hub.excluded == {GAMMA: ("keep", "priority services")}
    assert hub.automatic_at == moved
    assert GAMMA in story.roll_out.release.suppliers


def test_the_note_is_published_and_updated() -> None:
    """BR1.5."""
    story = notified()
    story.do(PublishReleaseNote, note=NOTE)
    assert [message.to for message in story.sent if isinstance(message, ReleaseNoteUpdated)] == [
        "ALPHA",
        "BETA",
        "CSP:North",
        "CSP:South",
    ]
    assert story.refused(PublishReleaseNote, note=NOTE) == "same_again"


def test_an_entry_that_comes_after_the_notice_is_told_to_who_has_the_notice() -> None:
    """BR1.2, G6: and their notice has it now; so when it is no longer Current."""
    story = Story()
    story.do(DraftRelease, firmware=FIRMWARE)
    story.do(NotifyRelease, classes=CLASSES)
    everybody = ["ALPHA", "BETA", "CSP:North", "CSP:South"]
    for current, words, entry in (
        (True, "its entry on the Central Products List is `CPL-77`", "CPL-77"),
        (False, "its entry `CPL-77` on the Central Products List is no longer Current", None),
    ):
        sent = len(story.sent)
        story.do(RecordCplEntry, entry="CPL-77", current=current)
        told = story.sent[sent:]
        news = [(one.to, one.words) for one in told if isinstance(one, ReleaseNews)]
        notices = [(one.to, one.cpl_entry) for one in told if isinstance(one, ReleaseNotice)]
        assert news == [(who, words) for who in everybody]
        assert notices == [(who, entry) for who in everybody]
        assert len(told) == len(news) + len(notices)


def test_an_entry_that_comes_before_the_notice_is_told_with_it() -> None:
    story = Story()
    story.do(DraftRelease, firmware=FIRMWARE)
    story.do(RecordCplEntry, entry="CPL-77")
    assert story.sent == []


def test_the_cpl_entry_is_recorded_and_can_be_removed() -> None:
    """G6."""
    story = notified()
    assert story.refused(RecordCplEntry, entry="CPL-77") == "same_again"
    story.do(RecordCplEntry, entry="CPL-77", current=False)
    assert story.roll_out.release.cpl_entry is None


@pytest.mark.parametrize("by", [timedelta(days=-30), timedelta(days=30)])
def test_the_date_moves_either_way_and_instructions_that_stood_stay(by: timedelta) -> None:
    """BR1.3."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    before = story.hub(SOLE)
    story.do(MoveAutomaticDate, automatic_at=AUTOMATIC + by, reason="supply")
    assert story.roll_out.release.firmware is not None
    assert story.roll_out.release.firmware.automatic_at == AUTOMATIC + by
    assert story.roll_out.release.date_before == AUTOMATIC
    assert story.hub(SOLE) == before
    assert [message.automatic_at for message in story.sent if isinstance(message, DateMoved)] == [AUTOMATIC + by] * 4


def test_the_date_moves_neither_to_where_it_is_nor_into_the_past() -> None:
    story = notified()
    assert story.refused(MoveAutomaticDate, automatic_at=AUTOMATIC, reason="x") == "same_again"
    assert story.refused(MoveAutomaticDate, automatic_at=START - timedelta(days=1), reason="x") == "in_the_past"


def test_a_notice_is_revoked_for_good_and_everybody_is_told() -> None:
    """BR1.6."""
    story = notified()
    story.do(RevokeNotice, reason="a defect")
    assert story.roll_out.release.standing is ReleaseStanding.REVOKED
    told = [message for message in story.sent if isinstance(message, Decision)]
    assert {message.to for message in told} == {"ALPHA", "BETA", "CSP:North", "CSP:South"}
    assert {message.standing for message in told} == {"revoked"}
    assert story.refused(RevokeNotice, reason="again") == "final"


def test_the_repercussions_are_shown_before_participation_is_chosen() -> None:
    """G7."""
    story = notified()
    mandatory = repercussions(story.roll_out.release, Participation.MANDATORY)
    voluntary = repercussions(story.roll_out.release, Participation.VOLUNTARY)
    assert mandatory != voluntary
    assert "2 Suppliers owe a decision" in " ".join(mandatory)
    assert repercussions(evolve(story.roll_out.release, suppliers=frozenset()), Participation.MANDATORY)[2].startswith(
        "each Supplier that the notice will go to owes a decision for each of its hubs, and is shown as late from"
    )
    alone = evolve(story.roll_out.release, suppliers=frozenset({ALPHA}))
    assert repercussions(alone, Participation.MANDATORY)[2].startswith(
        "1 Supplier owes a decision for each of its hubs, and is shown as late from"
    )
    chosen = Participation.MANDATORY
    assert story.refused(ChooseParticipation, participation=chosen, seen=voluntary) == "not_shown"
    story.do(ChooseParticipation, participation=chosen, seen=mandatory)
    assert story.roll_out.release.firmware is not None
    assert story.roll_out.release.firmware.participation is chosen
    assert story.refused(ChooseParticipation, participation=chosen, seen=mandatory) == "same_again"


def test_the_dcc_alone_needs_the_consultation_that_allowed_it() -> None:
    """G9: and then no new instruction is taken, while what stood stays."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    assert story.refused(ReturnToDccOnly, consultation="") == "needs_a_reason"
    story.do(ReturnToDccOnly, consultation="https://example.org/consultation")
    assert story.roll_out.release.mode is Mode.DCC_ONLY
    instruct(story, ALPHA, IMPORT, FAR)
    assert story.state(FAR) is HubState.ELIGIBLE
    assert story.state(SOLE) is HubState.PLANNED
    assert story.refused(ReturnToDccOnly, consultation="again") == "dcc_only"
    news = [message for message in story.sent if isinstance(message, ReleaseNews)]
    assert {message.commentary for message in news} == {"https://example.org/consultation"}


@pytest.mark.parametrize(
    ("ours", "other_from", "state", "expected"),
    [
        (None, None, HubState.VERIFIED, Order.NO_MATTER),
        (None, None, HubState.SUPERSEDED, Order.NO_MATTER),
        ((OLD, "0000000A"), None, HubState.PLANNED, Order.AFTER),
        ((OLD, "0000000A"), None, HubState.HANDED_TO_CSP, Order.AFTER),
        ((OLD,), None, HubState.HANDED_TO_CSP, Order.CLASHES),
        (None, (OLD, NEW), HubState.ACTIVATED, Order.CLASHES),
        (None, (OLD, NEW), HubState.PLANNED, Order.BEFORE),
        (None, (OLD,), HubState.PLANNED, Order.OVERTAKES),
        (None, None, HubState.FAILED, Order.OVERTAKES),
    ],
)
def test_two_releases_on_a_hub_are_put_in_order_by_upgrade_path(
    ours: tuple[str, ...] | None, other_from: tuple[str, ...] | None, state: HubState, expected: Order
) -> None:
    other = InFlight(release="OTHER", firmware_version="0000000A", upgrade_from=other_from, state=state)
    assert order_of(evolve(FIRMWARE, upgrade_from=ours), other) is expected


def test_a_hub_that_another_release_has_at_its_csp_is_left_out_with_the_reason() -> None:
    story = Story()
    story.do(DraftRelease, firmware=FIRMWARE)
    busy = InFlight(release="O", firmware_version="0000000A", upgrade_from=None, state=HubState.IMAGE_AT_HUB)
    free = evolve(busy, state=HubState.PLANNED)
    story.roll_out = evolve(story.roll_out, in_flight={SOLE: busy, FAR: free})
    found = story.do(NotifyRelease, classes=CLASSES)
    assert [(event.code, event.guids) for event in found if isinstance(event, HubsLeftOut)] == [
        ("other_release_at_csp", some(SOLE))
    ]
    assert SOLE not in story.roll_out.hubs
    assert FAR in story.roll_out.hubs
    assert isinstance(found[0], ReleaseNotified)


def test_a_newer_release_overtakes_hubs_that_are_not_at_their_csp() -> None:
    story = handed_over(SOLE)
    unknown = type(SOLE)(0x99)
    found = story.do(SupersedeHubs, by_release="REL-2", guids=some(SOLE, SPLIT, unknown))
    assert [event.guids for event in found if isinstance(event, HubsSuperseded)] == [some(SPLIT)]
    assert {event.code: event.guids for event in found if isinstance(event, HubsLeftOut)} == {
        "not_waiting": some(SOLE),
        "unknown_guid": some(unknown),
    }
    hub: HubRecord = story.hub(SPLIT)
    assert (hub.state, hub.reason) == (HubState.SUPERSEDED, "overtaken by release REL-2")
    assert {message.to for message in story.sent if isinstance(message, HubNews)} == {ALPHA, BETA}
    story.do(SupersedeHubs, by_release="REL-2", guids=some(SOLE))
    assert story.refused(SupersedeHubs, by_release="REL-2", guids=some()) == "no_hubs"
