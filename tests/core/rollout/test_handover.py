"""CS1, CS4, G5, I1, I4, I5: plans, hand-over, holds, protected times."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve

from chfw_core.consent.model import ActivationBasis
from chfw_core.messages import HubNews, HubsRefused, HubsScheduled, WorkList
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.periods import Period
from chfw_core.model.releases import Blackout
from chfw_core.rollout.agreement import instructed
from chfw_core.rollout.base import SMI, RollOutEvent
from chfw_core.rollout.evolve import evolve as evolve_event
from chfw_core.rollout.handover.commands import (
    ExcludeHubs,
    HandOver,
    HoldHubs,
    LetHubsGo,
    LiftProtection,
    PlannedClass,
    ProtectHubs,
    PublishPlan,
    SetCapacity,
)
from chfw_core.rollout.handover.events import (
    DaysUnchanged,
    HandOverRefused,
    HubsHandedOver,
    HubsHeld,
    HubsPlanned,
    PlanRowsRefused,
)
from chfw_core.rollout.incidents.commands import SuspendRelease
from chfw_core.rollout.instructing.commands import WithdrawInstructions
from chfw_core.rollout.notice.commands import MoveAutomaticDate, RecordCplEntry, RevokeNotice, SupersedeHubs
from chfw_core.rollout.outcomes.commands import DeclareSilence, ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import ApproveMass, ApprovePilot, BeginMass, BeginPilot, EndPilot
from chfw_core.rollout.records import Protection
from chfw_core.rollout.states import HubState
from chfw_core.rollout.telling import told_reason
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    FAR,
    FIRMWARE,
    GAS,
    GAS_ONLY,
    IMPORT,
    NEW,
    NORTH,
    SOLE,
    SOUTH,
    SPLIT,
    Story,
    hand_over,
    handed_over,
    instruct,
    notified,
    publish,
    rolling_out,
    row,
    some,
)

MARCH = date(2026, 3, 10)
DAY = AUTOMATIC.date()
LATER = date(2026, 3, 20)
AGREED, BOTH = ActivationBasis.SOLE_SUPPLIER, ActivationBasis.BOTH_SUPPLIERS


def refusals(found: tuple[RollOutEvent, ...]) -> dict[str, GuidList]:
    refused = [event for event in found if isinstance(event, PlanRowsRefused | HandOverRefused)]
    return {code: GuidList(g for e in refused if e.code == code for g in e.guids) for code in {e.code for e in refused}}


def test_a_plan_gives_hubs_their_day_and_each_supplier_is_told_of_its_own() -> None:
    story = notified()
    (planned,) = publish(story, row(SOLE, SPLIT))
    assert isinstance(planned, HubsPlanned)
    assert story.hub(SPLIT).day == DAY
    told = [
        (message.to, message.guids, message.by_agreement)
        for message in story.sent
        if isinstance(message, HubsScheduled)
    ]
    assert told == [(ALPHA, some(SOLE, SPLIT), False), (BETA, some(SPLIT), False)]


def test_a_plan_that_changes_nothing_is_neither_recorded_nor_told_again() -> None:
    """I13, BR3.6: and the answer says how many hubs keep their day."""
    story = notified()
    publish(story, row(SOLE, SPLIT), row(FAR))
    before, sent = story.roll_out.hubs, len(story.sent)
    (answer,) = publish(story, evolve(row(SOLE, SPLIT), reason="in other words"), row(FAR))
    assert answer == DaysUnchanged(at=story.now, by="DCC", hubs=3)
    assert story.roll_out.hubs == before
    assert len(story.sent) == sent
    story.later(days=1)
    moved, same = publish(story, row(SOLE, hours=(2, 5)), row(SPLIT), row(FAR))
    assert isinstance(moved, HubsPlanned)
    assert moved.guids == some(SOLE)
    assert same == DaysUnchanged(at=story.now, by="DCC", hubs=2)
    assert [(one.to, one.guids) for one in story.sent[sent:] if isinstance(one, HubsScheduled)] == [(ALPHA, some(SOLE))]


@pytest.mark.parametrize(
    "other",
    [row(SPLIT, day=date(2026, 7, 7)), row(SPLIT, hours=(1, 4)), row(SPLIT, hours=(2, 5))],
    ids=["day", "close", "opening"],
)
def test_another_day_or_window_is_recorded_and_told(other: PlannedClass) -> None:
    story = notified()
    publish(story, row(SPLIT))
    sent = len(story.sent)
    (planned,) = publish(story, other)
    assert isinstance(planned, HubsPlanned)
    assert [one.to for one in story.sent[sent:]] == [ALPHA, BETA]


def test_another_batch_is_recorded_for_the_csp_and_no_supplier_is_told() -> None:
    """NF7: the batch may be of the second Supplier's rules; CS1: the CSP's list names it."""
    story = notified()
    publish(story, row(SPLIT))
    sent = len(story.sent)
    (planned,) = publish(story, evolve(row(SPLIT), batch_id="theirs/2"))
    assert isinstance(planned, HubsPlanned)
    assert story.hub(SPLIT).batch_id == "theirs/2"
    assert len(story.sent) == sent


def test_a_hub_that_lost_its_day_is_told_of_the_same_day_again() -> None:
    story = notified()
    publish(story, row(SOLE))
    story.do(HoldHubs, reason="defect", guids=some(SOLE))
    story.do(LetHubsGo, guids=some(SOLE))
    sent = len(story.sent)
    (planned,) = publish(story, row(SOLE))
    assert isinstance(planned, HubsPlanned)
    assert [type(one) for one in story.sent[sent:]] == [HubsScheduled]


def test_days_that_stand_count_against_capacity() -> None:
    """I5: two a day in the North."""
    story = notified()
    publish(story, row(SOLE, SPLIT))
    assert story.refused(PublishPlan, classes=(row(SOLE, SPLIT, GAS_ONLY),)) == "over_capacity"


def test_a_published_row_that_may_not_be_any_more_is_refused_and_does_not_stand_as_unchanged() -> None:
    story = notified()
    publish(story, row(SOLE, SPLIT))
    story.do(HoldHubs, reason="defect", guids=some(SOLE))
    same, refused = publish(story, row(SOLE, SPLIT))
    assert same == DaysUnchanged(at=story.now, by="DCC", hubs=1)
    assert refusals((refused,)) == {"held": some(SOLE)}


def test_a_row_is_never_earlier_than_the_dccs_date_or_than_what_was_agreed() -> None:
    """I1, I2, BR3.5."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    early = publish(story, row(FAR, day=date(2026, 7, 5)))
    assert refusals(early) == {"too_early": some(FAR)}
    assert refusals(publish(story, row(SOLE, day=date(2026, 3, 9), basis=AGREED))) == {"outside_period": some(SOLE)}
    assert refusals(publish(story, row(SOLE, day=date(2026, 3, 12), basis=AGREED))) == {"outside_period": some(SOLE)}
    assert refusals(publish(story, row(SOLE))) == {"another_basis": some(SOLE)}
    assert refusals(publish(story, row(FAR, day=MARCH, basis=AGREED))) == {"another_basis": some(FAR)}
    assert refusals(publish(story, row(SOLE, day=MARCH, basis=AGREED))) == {}


def test_rows_for_unknown_held_handed_over_and_past_ones_are_refused_each_with_its_reason() -> None:
    story = handed_over(SOLE)
    story.do(HoldHubs, reason="defect", guids=some(SPLIT))
    found = publish(story, row(SOLE, SPLIT, Guid(0x99), FAR))
    assert refusals(found) == {
        "held": some(SPLIT),
        "not_waiting": some(SOLE),
        "unknown_guid": some(Guid(0x99)),
    }
    assert story.state(FAR) is HubState.PLANNED
    story.later(days=3)
    assert refusals(publish(story, row(GAS_ONLY))) == {"period_over": some(GAS_ONLY)}
    assert {message.request for message in story.told("DCC") if isinstance(message, HubsRefused)} == {"plan"}


def test_a_plan_that_names_no_hub_a_hub_twice_or_no_time_is_refused() -> None:
    story = notified()
    assert story.refused(PublishPlan, classes=()) == "no_hubs"
    assert story.refused(PublishPlan, classes=(row(SOLE), row(SOLE))) == "hubs_twice"
    assert story.refused(PublishPlan, classes=(row(SOLE, hours=(5, 5)),)) == "no_period"
    assert story.refused(PublishPlan, classes=(evolve(row(SOLE), day=date(2026, 7, 7)),)) == "no_period"


def test_a_plan_over_capacity_is_refused_whole() -> None:
    """I5: two a day in the North."""
    story = notified()
    assert story.refused(PublishPlan, classes=(row(SOLE, SPLIT), row(GAS_ONLY, hours=(2, 3)))) == "over_capacity"
    publish(story, row(SOLE, SPLIT, FAR))  # FAR is in the South


def test_the_csp_gets_the_list_of_its_region_with_a_period_for_each() -> None:
    """CS1."""
    story = rolling_out()
    publish(story, row(SOLE), row(SPLIT, hours=(2, 6)), row(FAR))
    (handed,) = hand_over(story, SOLE, SPLIT)
    assert isinstance(handed, HubsHandedOver)
    assert handed.due == datetime(2026, 7, 10, 23, tzinfo=UTC)  # five London days later
    lists = [message for message in story.sent if isinstance(message, WorkList)]
    assert [(message.to, message.guids, message.window_opens.hour) for message in lists] == [
        ("CSP:North", some(SOLE), 1),
        ("CSP:North", some(SPLIT), 2),
    ]
    assert story.hub(SOLE).outcome_due_at == handed.due
    assert story.hub(SOLE).version_before == "00000001"
    assert story.roll_out.release.pools[NORTH, DAY].outstanding == 2


def test_nothing_is_handed_over_twice_to_another_region_or_for_another_day() -> None:
    story = handed_over(SOLE)
    publish(story, row(SPLIT), row(FAR))
    assert refusals(hand_over(story, SOLE)) == {"not_planned": some(SOLE)}
    assert refusals(hand_over(story, FAR)) == {"another_region": some(FAR)}
    assert refusals(hand_over(story, SPLIT, Guid(0x99), day=date(2026, 7, 7))) == {
        "another_day": some(SPLIT),
        "unknown_guid": some(Guid(0x99)),
    }
    assert story.refused(HandOver, region=NORTH, day=DAY, guids=some()) == "no_hubs"


def test_a_hub_without_a_day_stays_and_the_others_go() -> None:
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    story.do(ApproveMass, approval="OA", without_pilot="urgent")
    publish(story, row(SPLIT))
    story.do(BeginMass)
    story.now = datetime(2026, 3, 10, tzinfo=UTC)
    assert refusals(hand_over(story, SOLE, day=MARCH)) == {"no_day": some(SOLE)}
    story.now = AUTOMATIC
    found = hand_over(story, SOLE, SPLIT)
    assert refusals(found) == {"no_day": some(SOLE)}
    assert story.state(SPLIT) is HubState.HANDED_TO_CSP


@pytest.mark.parametrize("how", ["suspend", "revoke"])
def test_nothing_is_handed_over_unless_the_release_is_active(how: str) -> None:
    """I4, NF6."""
    story = rolling_out()
    publish(story, row(SOLE))
    if how == "suspend":
        story.do(SuspendRelease, reason="a defect")
    else:
        story.do(RevokeNotice, reason="a defect")
    expected = "not_active" if how == "suspend" else "final"
    assert story.refused(HandOver, region=NORTH, day=DAY, guids=some(SOLE)) == expected


def test_nothing_is_handed_over_once_its_entry_is_off_the_cpl() -> None:
    """G6: a real recall removed an entry after five weeks."""
    story = rolling_out()
    publish(story, row(SOLE))
    story.do(RecordCplEntry, entry="CPL-77", current=False)
    assert story.refused(HandOver, region=NORTH, day=DAY, guids=some(SOLE)) == "not_on_cpl"


def test_agreed_hubs_go_while_others_pilot_and_the_dccs_own_only_in_the_mass_roll_out() -> None:
    """BR2.8, BR2.6."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE, FAR)
    publish(story, row(SOLE, day=MARCH, basis=AGREED), row(FAR, day=MARCH, basis=AGREED), row(SPLIT))
    assert story.refused(HandOver, region=NORTH, day=MARCH, guids=some(SOLE)) == "out_of_phase"
    story.do(ApprovePilot, approval="OA-1")
    story.now = datetime(2026, 3, 10, tzinfo=UTC)
    assert story.refused(HandOver, region=NORTH, day=MARCH, guids=some(SOLE)) == "out_of_phase"
    story.do(BeginPilot)
    hand_over(story, SOLE, day=MARCH)
    assert story.state(SOLE) is HubState.HANDED_TO_CSP
    assert refusals(hand_over(story, SPLIT)) == {"not_open_yet": some(SPLIT)}
    story.do(EndPilot, succeeded=True, commentary="as hoped")
    hand_over(story, FAR, day=MARCH, region=SOUTH)
    assert story.state(FAR) is HubState.HANDED_TO_CSP
    story.do(ApproveMass, approval="OA-2")
    assert refusals(hand_over(story, SPLIT)) == {"not_open_yet": some(SPLIT)}


def test_capacity_is_counted_at_the_hand_over_over_all_releases_and_can_be_set_for_a_day() -> None:
    """I5, G5."""
    story = rolling_out()
    publish(story, row(SOLE, SPLIT))
    story.roll_out = evolve(story.roll_out, handed_elsewhere={(NORTH, DAY): 1})
    assert story.refused(HandOver, region=NORTH, day=DAY, guids=some(SOLE, SPLIT)) == "over_capacity"
    hand_over(story, SOLE)
    assert story.refused(HandOver, region=NORTH, day=DAY, guids=some(SPLIT)) == "over_capacity"
    story.do(SetCapacity, region=NORTH, day=DAY, hubs=3)
    hand_over(story, SPLIT)
    assert story.roll_out.release.pools[NORTH, DAY].handed == 2
    assert story.refused(SetCapacity, region="4G North", day=DAY, hubs=3) == "not_your_region"


def test_without_a_figure_there_is_no_limit() -> None:
    story = notified(evolve(FIRMWARE, capacity=None))
    publish(story, row(SOLE, SPLIT, GAS_ONLY))
    assert story.state(GAS_ONLY) is HubState.PLANNED


def test_a_hub_is_left_alone_for_a_price_change_and_the_like() -> None:
    """CS4: by the plan, and once more at the hand-over."""
    story = rolling_out()
    top_up = Period(opens=AUTOMATIC + timedelta(hours=4), closes=AUTOMATIC + timedelta(hours=8))
    story.do(ProtectHubs, kind=Protection.PREPAYMENT_TOP_UP, period=top_up, guids=some(SOLE))
    assert refusals(publish(story, row(SOLE, SPLIT))) == {"protected": some(SOLE)}
    publish(story, row(SOLE, hours=(9, 10)))
    story.do(ProtectHubs, kind=Protection.PRICE_CHANGE, period=top_up, guids=some(SPLIT, Guid(0x99)))
    story.do(ProtectHubs, kind=Protection.PRICE_CHANGE, period=top_up, guids=some(SPLIT))
    assert len(story.hub(SPLIT).protected) == 1
    assert refusals(hand_over(story, SOLE, SPLIT)) == {"protected": some(SPLIT)}
    assert story.state(SOLE) is HubState.HANDED_TO_CSP


def test_blackouts_bind_their_regions() -> None:
    out = Blackout(opens=AUTOMATIC, closes=AUTOMATIC + timedelta(days=1), regions=frozenset({NORTH}))
    everywhere = evolve(out, opens=out.closes, closes=out.closes + timedelta(days=1), regions=None)
    story = notified(evolve(FIRMWARE, blackouts=(out, everywhere)))
    assert refusals(publish(story, row(SOLE, FAR))) == {"blackout": some(SOLE)}
    assert refusals(publish(story, row(FAR, day=date(2026, 7, 7)))) == {"blackout": some(FAR)}


def test_a_hub_that_needs_another_version_first_waits_for_it() -> None:
    """Two releases on one hub, put in order: the other one's version comes first."""
    story = notified(evolve(FIRMWARE, upgrade_from=("0000000A",)))
    story.do(ApproveMass, approval="OA", without_pilot="urgent")
    story.do(BeginMass)
    story.now = AUTOMATIC
    publish(story, row(SOLE))
    assert refusals(hand_over(story, SOLE)) == {"needs_first": some(SOLE)}


def test_an_instruction_withdrawn_after_the_plan_stops_the_hand_over() -> None:
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    publish(story, row(SOLE, day=MARCH, basis=AGREED))
    story.do(ApproveMass, approval="OA", without_pilot="urgent")
    story.do(WithdrawInstructions, ALPHA, role=IMPORT, guids=some(SOLE))
    story.now = datetime(2026, 3, 10, tzinfo=UTC)
    assert refusals(hand_over(story, SOLE, day=MARCH)) == {"not_planned": some(SOLE)}


def test_an_instruction_whose_period_passed_lapses_to_the_dccs_date() -> None:
    """So that no hub is left without a way on."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    publish(story, row(SOLE, day=MARCH, basis=AGREED))
    story.now = datetime(2026, 3, 20, tzinfo=UTC)
    publish(story, row(SOLE))
    assert story.hub(SOLE).basis is ActivationBasis.DCC_DEFAULT


def test_a_refused_row_says_what_is_agreed_and_what_to_do() -> None:
    """BR5.2, BR3.5, BR4.2."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE, SPLIT)

    def said(made: PlannedClass) -> str:
        (event,) = publish(story, made)
        assert isinstance(event, PlanRowsRefused)
        return event.reason

    again = "; publish a plan again, made with every Supplier's rules and recorded instructions"
    assert said(row(SOLE)) == (
        "the row goes by the DCC's date, but ALPHA agreed to 2026-03-10T00:00:00Z until 2026-03-12T00:00:00Z" + again
    )
    assert said(row(FAR, day=MARCH, basis=AGREED)) == (
        "the row goes by a sole Supplier's instruction, but no instruction of ALPHA stands, so that the DCC's date "
        "2026-07-06T00:00:00Z holds" + again
    )
    assert said(row(SPLIT, day=MARCH, basis=BOTH)) == (
        "the row goes by both Suppliers' instructions, but no instruction of BETA stands, so that the DCC's date "
        "2026-07-06T00:00:00Z holds" + again
    )
    assert said(row(FAR, day=date(2026, 7, 5))) == (
        "the row opens at 2026-07-05T01:00:00Z, before the automatic time 2026-07-06T00:00:00Z; publish a plan again"
    )
    assert said(row(SOLE, day=date(2026, 3, 9), basis=AGREED)) == (
        "the row, 2026-03-09T01:00:00Z until 2026-03-09T05:00:00Z, lies outside the period that was agreed, "
        "2026-03-10T00:00:00Z until 2026-03-12T00:00:00Z; publish a plan again"
    )


def published_for_both() -> Story:
    """ALPHA instructed for 10 to 12 March, BETA for 20 to 22; the plan gave the 20th, the later (BR4.3)."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT, day=10)
    instruct(story, BETA, GAS, SPLIT, day=20)
    publish(story, row(SPLIT, day=LATER, basis=BOTH))
    story.do(ApproveMass, approval="OA", without_pilot="urgent")
    return story


def test_a_published_day_outlives_the_period_of_the_earlier_supplier() -> None:
    """BR4.3: both agreed, so the later of the two stands, also once the earlier one's own period is over."""
    story = published_for_both()
    story.now = datetime(2026, 3, 20, tzinfo=UTC)
    assert refusals(hand_over(story, SPLIT, day=LATER)) == {}
    assert story.state(SPLIT) is HubState.HANDED_TO_CSP


def test_a_new_plan_does_not_take_a_published_day_that_both_agreed_to() -> None:
    """BR4.3, BR4.2: the DCC's date is for where an act is missing; within what was agreed the day may move."""
    story = published_for_both()
    story.now = datetime(2026, 3, 15, tzinfo=UTC)
    (refused,) = publish(story, row(SPLIT))
    assert isinstance(refused, PlanRowsRefused)
    assert (refused.code, refused.guids) == ("another_basis", some(SPLIT))
    assert refused.reason.endswith(
        "ALPHA and BETA agreed to 2026-03-20T00:00:00Z until 2026-03-22T00:00:00Z; the published day 2026-03-20 stands"
    )
    assert refusals(publish(story, row(SPLIT, day=date(2026, 3, 21), basis=BOTH))) == {}
    assert story.hub(SPLIT).day == date(2026, 3, 21)


def test_a_published_day_that_both_agreed_to_ends_with_the_later_period() -> None:
    """So that no hub is left without a way on."""
    story = published_for_both()
    story.now = datetime(2026, 3, 23, tzinfo=UTC)
    assert refusals(publish(story, row(SPLIT))) == {}
    assert story.hub(SPLIT).basis is ActivationBasis.DCC_DEFAULT


def test_a_withdrawal_takes_the_published_day_also_after_the_earlier_period() -> None:
    """BR4.2, I2: without the later Supplier's act nothing is agreed."""
    story = published_for_both()
    story.now = datetime(2026, 3, 15, tzinfo=UTC)
    story.do(WithdrawInstructions, BETA, role=GAS, guids=some(SPLIT))
    assert (story.hub(SPLIT).day, story.hub(SPLIT).basis) == (None, None)


def test_another_period_is_another_agreement_and_the_earlier_act_has_lapsed_by_then() -> None:
    """BR4.2, BR4.3: what stood was agreed for the former period; for the new one an act is missing."""
    story = published_for_both()
    story.now = datetime(2026, 3, 15, tzinfo=UTC)
    instruct(story, BETA, GAS, SPLIT, day=20)  # the same again changes nothing
    assert story.hub(SPLIT).day == LATER
    instruct(story, BETA, GAS, SPLIT, day=24)
    hub = story.hub(SPLIT)
    assert (hub.state, hub.day, hub.basis) == (HubState.AWAITING_OTHER_SUPPLIER, None, None)


def test_a_date_moved_forward_overtakes_what_was_agreed_for_later() -> None:
    """BR1.3: the hub is left to the DCC's date, which is now the earlier one."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE, day=20)
    moved = datetime(2026, 3, 15, tzinfo=UTC)
    story.do(MoveAutomaticDate, automatic_at=moved, reason="urgent")
    assert refusals(publish(story, row(SOLE, day=date(2026, 3, 21), basis=AGREED))) == {"another_basis": some(SOLE)}
    publish(story, row(SOLE, day=date(2026, 3, 16)))
    assert story.hub(SOLE).basis is ActivationBasis.DCC_DEFAULT


def test_holding_letting_go_and_excluding_say_what_they_could_not_do() -> None:
    """RU8."""
    story = handed_over(SOLE)
    publish(story, row(SPLIT))
    story.do(HoldHubs, reason="IHD cannot be upgraded", guids=some(SPLIT))
    assert (story.hub(SPLIT).day, story.hub(SPLIT).reason) == (None, "IHD cannot be upgraded")
    assert refusals(story.do(HoldHubs, reason="x", guids=some(SPLIT, SOLE))) == {"not_waiting": some(SPLIT, SOLE)}
    assert refusals(story.do(LetHubsGo, guids=some(FAR, Guid(0x99)))) == {
        "not_held": some(FAR),
        "unknown_guid": some(Guid(0x99)),
    }
    story.do(LetHubsGo, guids=some(SPLIT))
    assert story.state(SPLIT) is HubState.ELIGIBLE
    assert refusals(story.do(ExcludeHubs, reason="out", guids=some(SPLIT, SOLE))) == {"not_waiting": some(SOLE)}
    assert story.state(SPLIT) is HubState.EXCLUDED
    assert [message.what for message in story.told(BETA) if isinstance(message, HubNews)] == [
        "held",
        "let_go",
        "excluded",
    ]
    assert GAS in story.hub(SPLIT).suppliers.roles_of(BETA)


def test_a_hold_does_not_forget_that_a_hub_failed() -> None:
    """BR2.4, CS2: nor is it a way round the question whether there is to be another attempt."""
    story = handed_over(SOLE)
    story.do(
        ReportOutcomes, "CSP:North", outcome=OutcomeKind.FAILED, occurred_at=story.now, reason="E-17", guids=some(SOLE)
    )
    before = story.hub(SOLE)
    assert (before.state, before.failure, before.attempts) == (HubState.FAILED, "reported", 1)
    story.do(HoldHubs, reason="two failures are no chance", guids=some(SOLE, FAR))
    held = story.hub(SOLE)
    assert (held.state, held.failure, held.day) == (HubState.HELD, "reported", None)
    assert told_reason(held) == "two failures are no chance (it had failed: E-17)"
    assert told_reason(story.hub(FAR)) == "two failures are no chance"
    story.do(LetHubsGo, guids=some(SOLE, FAR))
    assert story.hub(SOLE) == before
    assert story.state(FAR) is HubState.ELIGIBLE
    publish(story, row(SOLE, day=date(2026, 7, 8)))  # which the DCC asks for by name: `publish --retry`
    assert (story.state(SOLE), story.hub(SOLE).failure) == (HubState.PLANNED, None)


def test_silence_that_is_held_is_counted_again_when_it_is_let_go() -> None:
    """CS2: a pool's count of silent hubs is that of its hubs."""
    story = handed_over(SOLE)
    key = (NORTH, date(2026, 7, 6))
    story.later(days=9)
    story.do(DeclareSilence, guids=some(SOLE))
    assert story.roll_out.release.pools[key].silent == 1
    story.do(HoldHubs, reason="for a look", guids=some(SOLE))
    assert story.roll_out.release.pools[key].silent == 0
    story.do(LetHubsGo, guids=some(SOLE))
    assert story.roll_out.release.pools[key].silent == 1


def test_a_hub_that_failed_and_is_held_may_succeed_or_leave_all_the_same() -> None:
    for command, fields, by, after in (
        (ObserveVersions, {"firmware_version": NEW, "observed_at": AUTOMATIC}, SMI, HubState.VERIFIED),
        (ExcludeHubs, {"reason": "gone"}, "DCC", HubState.EXCLUDED),
        (SupersedeHubs, {"by_release": "REL-2"}, "DCC", HubState.SUPERSEDED),
    ):
        story = handed_over(SOLE)
        story.later(days=9)
        story.do(DeclareSilence, guids=some(SOLE))
        story.do(HoldHubs, reason="for a look", guids=some(SOLE))
        story.do(command, by, **fields, guids=some(SOLE))
        assert (story.state(SOLE), story.hub(SOLE).failed) == (after, None)


def test_a_hold_of_an_older_ledger_forgets_as_it_did() -> None:
    """I11: an entry that does not say `keeps_failures` is replayed as it was."""
    story = handed_over(SOLE)
    story.later(days=9)
    story.do(DeclareSilence, guids=some(SOLE))
    held = evolve_event(story.roll_out, HubsHeld(at=story.now, by="DCC", reason="for a look", guids=some(SOLE)))
    assert (held.hubs[SOLE].failure, held.hubs[SOLE].failed) == (None, None)


def agreed_by_both(*, later: int = 20) -> Story:
    """ALPHA instructed for 10 to 12 March, BETA for 20 to 22, and no plan was published."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT, day=10)
    instruct(story, BETA, GAS, SPLIT, day=later)
    return story


def test_what_both_agreed_to_stands_before_it_is_published_too() -> None:
    """BR4.3: it lapses as a whole, when the later period is over; a new plan may publish it until then."""
    story = agreed_by_both()
    story.now = datetime(2026, 3, 15, tzinfo=UTC)
    assert refusals(publish(story, row(SPLIT))) == {"another_basis": some(SPLIT)}
    assert refusals(publish(story, row(SPLIT, day=LATER, basis=BOTH))) == {}
    story = agreed_by_both()
    story.now = datetime(2026, 3, 22, tzinfo=UTC)
    assert refusals(publish(story, row(SPLIT))) == {}


def test_an_instruction_that_was_over_before_the_second_one_came_is_not_brought_back() -> None:
    """BR4.2: nothing was agreed while it was open."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT, day=10)
    story.now = datetime(2026, 3, 15, tzinfo=UTC)
    instruct(story, BETA, GAS, SPLIT, day=20)
    assert story.state(SPLIT) is HubState.AWAITING_OTHER_SUPPLIER
    assert refusals(publish(story, row(SPLIT))) == {}


def test_the_second_supplier_of_an_agreement_has_instructed_as_long_as_it_stands() -> None:
    """BR3.3, BR4.4: what is told is what holds."""
    story = agreed_by_both()
    for day, both in ((15, True), (22, False)):
        story.now = datetime(2026, 3, day, tzinfo=UTC)
        assert (instructed(story.roll_out.release, story.hub(SPLIT), story.now) == {ALPHA, BETA}) is both


def test_both_suppliers_are_told_when_a_hub_is_left_alone_and_not_what_for() -> None:
    """CS4, NF7: what it is can be the other's affair."""
    sent = []
    for kind in (Protection.PRICE_CHANGE, Protection.PREPAYMENT_TOP_UP):
        story = notified()
        period = Period(opens=datetime(2026, 3, 10, tzinfo=UTC), closes=datetime(2026, 3, 12, tzinfo=UTC))
        story.do(ProtectHubs, kind=kind, period=period, guids=some(SPLIT))
        news = [message for message in story.sent if isinstance(message, HubNews)]
        assert [(message.to, message.what) for message in news] == [(ALPHA, "protected"), (BETA, "protected")]
        assert news[0].words == "these hubs are left alone from 2026-03-10 to 2026-03-11"
        sent.append(news)
    assert sent[0] == sent[1]


def held_by_its_supplier(*, until: datetime = AUTOMATIC) -> Story:
    """ALPHA instructed SOLE for 10 to 12 March, and a trigger of ALPHA's holds it from now on."""
    story = notified()
    story.do(ApproveMass, approval="OA", without_pilot="urgent")
    story.do(BeginMass)
    instruct(story, ALPHA, IMPORT, SOLE)
    story.do(ProtectHubs, kind=Protection.SUPPLIER_HOLD, period=Period(opens=story.now, closes=until), guids=some(SOLE))
    return story


def test_while_a_supplier_holds_a_hub_a_plan_may_leave_it_to_the_dccs_date() -> None:
    """Contracts, Holds; RU6: a hold comes before the instruction, so that the row of such a plan is taken."""
    story = held_by_its_supplier()
    assert refusals(publish(story, row(SOLE, day=MARCH, basis=AGREED))) == {"protected": some(SOLE)}
    assert refusals(publish(story, row(SOLE))) == {}
    assert (story.hub(SOLE).day, story.hub(SOLE).basis) == (DAY, ActivationBasis.DCC_DEFAULT)
    instruct(story, ALPHA, IMPORT, SOLE)  # the same again changes nothing
    assert story.hub(SOLE).day == DAY
    assert refusals(hand_over(story, SOLE)) == {}


def test_another_instruction_takes_the_day_that_was_published_while_it_was_held() -> None:
    """BR4.2: it waits for the next plan, as any hub does whose instruction was amended."""
    story = held_by_its_supplier()
    publish(story, row(SOLE))
    instruct(story, ALPHA, IMPORT, SOLE, day=20)
    assert story.hub(SOLE).day is None


def test_once_the_hold_is_lifted_what_was_agreed_stands_again() -> None:
    """I2: the DCC's date is for as long as the hold lies."""
    story = held_by_its_supplier()
    publish(story, row(SOLE))
    story.do(LiftProtection, kind=Protection.SUPPLIER_HOLD, guids=some(SOLE))
    (refused,) = hand_over(story, SOLE)
    assert isinstance(refused, HandOverRefused)
    assert (refused.code, refused.reason.rpartition("; ")[2][:19]) == ("another_basis", "publish a plan agai")
    assert refusals(publish(story, row(SOLE))) == {"another_basis": some(SOLE)}
    assert refusals(publish(story, row(SOLE, day=MARCH, basis=AGREED))) == {}


def test_a_hold_that_is_over_by_its_published_day_does_not_take_it() -> None:
    """BR4.2, I2: the day that was agreed is still a good one."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    publish(story, row(SOLE, day=MARCH, basis=AGREED))
    until = datetime(2026, 3, 1, tzinfo=UTC)
    story.do(ProtectHubs, kind=Protection.SUPPLIER_HOLD, period=Period(opens=story.now, closes=until), guids=some(SOLE))
    (refused,) = publish(story, row(SOLE))
    assert isinstance(refused, PlanRowsRefused)
    assert refused.reason.endswith("the published day 2026-03-10 stands")


def test_no_other_protection_leaves_a_hub_to_the_dccs_date() -> None:
    """I2: what is left alone is left alone within what was agreed."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    period = Period(opens=story.now, closes=AUTOMATIC)
    story.do(ProtectHubs, kind=Protection.PRICE_CHANGE, period=period, guids=some(SOLE))
    assert refusals(publish(story, row(SOLE))) == {"another_basis": some(SOLE)}


def test_a_published_day_that_has_passed_does_not_stand() -> None:
    """It was never handed over; there is time left in what was agreed."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    publish(story, row(SOLE, day=MARCH, basis=AGREED))
    story.now = datetime(2026, 3, 11, tzinfo=UTC)
    (refused,) = publish(story, row(SOLE))
    assert isinstance(refused, PlanRowsRefused)
    assert "; publish a plan again, " in refused.reason
