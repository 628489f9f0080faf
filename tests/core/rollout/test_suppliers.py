"""CS3: changes of Supplier, single or a whole portfolio."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chfw_core.consent.model import ActivationBasis
from chfw_core.messages import (
    ChangeExpected,
    HubsRefused,
    HubsScheduled,
    ReleaseNotice,
    SecondSupplier,
    SupplierJoins,
    SupplierLeaves,
)
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.handover.commands import HoldHubs
from chfw_core.rollout.handover.events import PlanRowsRefused
from chfw_core.rollout.instructing.commands import WithdrawInstructions
from chfw_core.rollout.pilot.commands import SubmitPilotList
from chfw_core.rollout.states import HubState
from chfw_core.rollout.suppliers.commands import (
    AnnounceSupplierChange,
    CancelSupplierChange,
    CompleteSupplierChange,
)
from chfw_core.rollout.suppliers.events import SupplierChanged, SupplierChangeRefused
from tests.core.rollout.worlds import (
    ALPHA,
    BETA,
    FAR,
    GAMMA,
    GAS,
    GAS_ONLY,
    IMPORT,
    REGISTRATION,
    SOLE,
    SPLIT,
    Story,
    handed_over,
    instruct,
    notified,
    publish,
    row,
    some,
)

MARCH = date(2026, 3, 10)
AGREED, BOTH = ActivationBasis.SOLE_SUPPLIER, ActivationBasis.BOTH_SUPPLIERS


def change(
    story: Story, *guids: Guid, leaves: str | None = BETA, joins: str | None = GAMMA, day: date | None = None
) -> tuple[RollOutEvent, ...]:
    effective = day or story.now.date()
    return story.do(
        CompleteSupplierChange,
        REGISTRATION,
        role=GAS,
        leaves=leaves,
        joins=joins,
        effective=effective,
        guids=some(*guids),
    )


def announce(
    story: Story, day: date, *guids: Guid, leaves: str | None = BETA, joins: str | None = GAMMA
) -> tuple[RollOutEvent, ...]:
    return story.do(
        AnnounceSupplierChange,
        REGISTRATION,
        role=GAS,
        leaves=leaves,
        joins=joins,
        effective=day,
        guids=some(*guids),
    )


def refusals(found: tuple[RollOutEvent, ...]) -> dict[str, GuidList]:
    kinds = SupplierChangeRefused | PlanRowsRefused
    return {event.code: event.guids for event in found if isinstance(event, kinds)}


def test_the_old_instruction_ends_with_the_responsibility_and_the_new_supplier_is_told() -> None:
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT)
    instruct(story, BETA, GAS, SPLIT, GAS_ONLY)
    change(story, SPLIT, GAS_ONLY)
    assert story.state(SPLIT) is HubState.AWAITING_OTHER_SUPPLIER
    assert story.state(GAS_ONLY) is HubState.ELIGIBLE
    assert story.hub(SPLIT).suppliers.gas_supplier == GAMMA
    (left,) = [message for message in story.told(BETA) if isinstance(message, SupplierLeaves)]
    assert left.guids == some(SPLIT, GAS_ONLY)
    (joined,) = [message for message in story.told(GAMMA) if isinstance(message, SupplierJoins)]
    assert joined.cutoff == datetime(2026, 6, 6, tzinfo=UTC)  # its time: until the cut-off
    said = [message.instructed for message in story.told(ALPHA) if isinstance(message, SecondSupplier)]
    assert said == [False, True, False]  # own receipt; BETA's instruction; its end
    instruct(story, GAMMA, GAS, SPLIT)
    assert story.hub(SPLIT).basis is BOTH


@pytest.mark.parametrize("day", [15, 23])
def test_a_published_day_ends_with_the_responsibility_of_one_of_two_whose_period_is_over(day: int) -> None:
    """CS3, BR3.3: also where its instruction lapsed before; who stays is told that the second has not instructed."""
    story = notified()
    instruct(story, BETA, GAS, SPLIT, day=10)
    instruct(story, ALPHA, IMPORT, SPLIT, day=20)
    publish(story, row(SPLIT, day=date(2026, 3, 20), basis=BOTH))
    story.now = datetime(2026, 3, day, tzinfo=UTC)
    change(story, SPLIT)
    assert (story.hub(SPLIT).day, story.hub(SPLIT).basis) == (None, None)
    assert story.state(SPLIT) is (HubState.AWAITING_OTHER_SUPPLIER if day == 15 else HubState.ELIGIBLE)
    said = [message.instructed for message in story.told(ALPHA) if isinstance(message, SecondSupplier)]
    assert said == [True, True, False]  # BETA's instruction; own receipt; its end
    said = [message.instructed for message in story.told(GAMMA) if isinstance(message, SecondSupplier)]
    assert said == [day == 15]  # what stands of ALPHA's


def test_a_supplier_that_is_new_to_the_release_gets_its_notice_first() -> None:
    """BR1.1, BR1.2, BR3.3: it has never heard of the release, nor that two must agree."""
    story = notified()
    change(story, SPLIT)
    assert [type(message) for message in story.told(GAMMA)] == [ReleaseNotice, SupplierJoins, SecondSupplier]
    change(story, GAS_ONLY)
    assert [type(message) for message in story.told(GAMMA)][3:] == [SupplierJoins]


def test_a_change_moves_a_whole_portfolio_in_one_event() -> None:
    """A Supplier of Last Resort."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT)
    (moved,) = change(story, SPLIT, GAS_ONLY)
    assert isinstance(moved, SupplierChanged)
    assert moved.guids == some(SPLIT, GAS_ONLY)


def test_where_nobody_joins_the_one_that_stays_is_alone() -> None:
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT)
    change(story, SPLIT, joins=None)
    assert story.hub(SPLIT).basis is AGREED
    said = [message.instructed for message in story.told(ALPHA) if isinstance(message, SecondSupplier)]
    assert said == [False, None]


def test_where_the_remaining_one_takes_the_role_its_instruction_is_enough() -> None:
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT)
    change(story, SPLIT, joins=ALPHA)
    assert (story.state(SPLIT), story.hub(SPLIT).basis) == (HubState.PLANNED, AGREED)


def test_a_hub_is_left_alone_around_the_change() -> None:
    """CS3: five days before, one after; parameters, assumed."""
    story = notified()
    effective = date(2026, 7, 12)
    announce(story, effective, SPLIT)
    for day, expected in [(6, True), (7, False), (12, False), (13, False), (14, True)]:
        found = publish(story, row(SPLIT, day=date(2026, 7, day)))
        assert (refusals(found) == {}) is expected
    assert refusals(publish(story, row(SPLIT, day=effective))) == {"frozen": some(SPLIT)}


def test_roles_are_those_of_the_planned_day() -> None:
    """CS3: an agreement with a Supplier that will have gone by then is none."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT)
    instruct(story, BETA, GAS, SPLIT)
    announce(story, date(2026, 3, 5), SPLIT)
    found = publish(story, row(SPLIT, day=date(2026, 3, 11), basis=BOTH))
    assert refusals(found) == {"another_basis": some(SPLIT)}
    cancel = {"role": GAS, "effective": date(2026, 3, 5), "guids": some(SPLIT, SOLE)}
    assert refusals(story.do(CancelSupplierChange, REGISTRATION, **cancel)) == {"not_announced": some(SOLE)}
    assert refusals(publish(story, row(SPLIT, day=date(2026, 3, 11), basis=BOTH))) == {}


def test_an_announcement_that_contradicts_is_refused_hub_by_hub() -> None:
    story = notified()
    soon = story.now.date() + timedelta(days=3)
    assert refusals(announce(story, soon, SPLIT, SOLE, Guid(0x99))) == {
        "another_holder": some(SOLE),
        "unknown_guid": some(Guid(0x99)),
    }
    assert refusals(announce(story, soon, SPLIT)) == {"announced_already": some(SPLIT)}
    # By then BETA has gone: who leaves on a later day is GAMMA.
    after = soon + timedelta(days=9)
    assert refusals(announce(story, after, SPLIT)) == {"another_holder": some(SPLIT)}
    assert refusals(announce(story, after, GAS_ONLY, leaves=None)) == {}
    past = {"role": GAS, "leaves": BETA, "joins": GAMMA, "effective": date(2026, 1, 4), "guids": some(SPLIT)}
    assert story.refused(AnnounceSupplierChange, REGISTRATION, **past) == "in_the_past"


def test_a_change_that_would_change_nothing_is_no_change() -> None:
    """CS3: to whoever has the role on that day, also by what is announced; nor is an empty role left empty."""
    story = notified()
    for leaves in (None, BETA):
        assert refusals(announce(story, MARCH, SPLIT, leaves=leaves, joins=BETA)) == {"no_change": some(SPLIT)}
    announce(story, MARCH, SPLIT)
    assert refusals(announce(story, date(2026, 3, 12), SPLIT, leaves=None)) == {"no_change": some(SPLIT)}
    assert not refusals(announce(story, date(2026, 3, 14), SPLIT, leaves=GAMMA, joins=BETA))
    change(story, FAR, leaves=ALPHA, joins=None)
    assert refusals(announce(story, MARCH, FAR, leaves=None, joins=None)) == {"no_change": some(FAR)}


def test_a_change_is_done_once_by_its_holder_and_not_before_its_day() -> None:
    story = notified()
    change(story, SPLIT)
    assert refusals(change(story, SPLIT)) == {"changed_already": some(SPLIT)}
    assert refusals(change(story, SOLE)) == {"another_holder": some(SOLE)}
    told = [message for message in story.told(REGISTRATION) if isinstance(message, HubsRefused)]
    assert {message.code for message in told} == {"changed_already", "another_holder"}
    early = {"role": GAS, "leaves": None, "joins": BETA, "effective": date(2026, 1, 6), "guids": some(SPLIT)}
    assert story.refused(CompleteSupplierChange, REGISTRATION, **early) == "in_the_future"
    assert story.refused(CompleteSupplierChange, REGISTRATION, **{**early, "guids": some()}) == "no_hubs"


def test_a_completed_change_is_no_longer_announced() -> None:
    story = notified()
    soon = story.now.date()
    announce(story, soon, SPLIT)
    announce(story, soon + timedelta(days=30), GAS_ONLY)
    change(story, SPLIT, GAS_ONLY)
    assert story.hub(SPLIT).changes == ()
    assert len(story.hub(GAS_ONLY).changes) == 1


def test_a_day_at_the_dccs_date_is_not_lost_by_a_change() -> None:
    story = notified()
    publish(story, row(SPLIT))
    change(story, SPLIT)
    assert (story.state(SPLIT), story.hub(SPLIT).day) == (HubState.PLANNED, date(2026, 7, 6))


def test_whoever_joins_is_told_the_published_day_that_stands_and_nobody_else_is() -> None:
    """CS3, BR3.6: the next plan says nothing of a day that it does not change."""
    story = notified()
    publish(story, row(SPLIT), row(GAS_ONLY, hours=(2, 5)))
    sent = len(story.sent)
    change(story, SPLIT, GAS_ONLY)
    told = [one for one in story.sent[sent:] if isinstance(one, HubsScheduled)]
    assert [(one.to, one.window_opens.hour, one.by_agreement, one.guids) for one in told] == [
        (GAMMA, 1, False, some(SPLIT)),
        (GAMMA, 2, False, some(GAS_ONLY)),
    ]
    sent = len(story.sent)
    publish(story, row(SPLIT), row(GAS_ONLY, hours=(2, 5)))
    change(story, SPLIT, leaves=GAMMA, joins=ALPHA)  # which has the other role, and was told
    assert not [one for one in story.sent[sent:] if isinstance(one, HubsScheduled)]


def test_whoever_joins_is_told_of_no_day_that_does_not_stand() -> None:
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT)
    instruct(story, BETA, GAS, SPLIT)
    publish(story, row(SPLIT, day=MARCH, basis=BOTH))
    change(story, SPLIT)
    assert not [one for one in story.told(GAMMA) if isinstance(one, HubsScheduled)]


def test_a_withdrawal_of_the_one_that_stays_is_still_one() -> None:
    story = notified()
    instruct(story, BETA, GAS, SPLIT)
    story.do(WithdrawInstructions, ALPHA, role=IMPORT, guids=some(SPLIT))
    change(story, SPLIT)
    assert story.state(SPLIT) is HubState.WITHDRAWN


def test_a_hub_at_its_csp_or_held_stays_where_it_is() -> None:
    story = handed_over(SPLIT)
    story.do(HoldHubs, reason="x", guids=some(GAS_ONLY))
    change(story, SPLIT, GAS_ONLY)
    assert story.state(SPLIT) is HubState.HANDED_TO_CSP
    assert story.state(GAS_ONLY) is HubState.HELD


def test_the_hub_leaves_the_pilot_list_of_who_no_longer_answers_for_it() -> None:
    """I10."""
    story = notified()
    story.do(SubmitPilotList, BETA, guids=some(SPLIT))
    story.do(SubmitPilotList, ALPHA, guids=some(SPLIT))
    change(story, SPLIT, GAS_ONLY)
    assert story.roll_out.release.pilots[BETA].guids == some()
    assert story.roll_out.release.pilots[ALPHA].guids == some(SPLIT)


def test_the_former_holder_is_told_also_where_the_change_does_not_say_who_it_is() -> None:
    story = notified()
    change(story, SPLIT, FAR, leaves=None)
    assert {message.to for message in story.sent if isinstance(message, SupplierLeaves)} == {ALPHA, BETA}


@pytest.mark.parametrize("leaves", [BETA, None])
def test_whoever_is_to_lose_a_role_is_told_and_nobody_else(leaves: str | None) -> None:
    """CS3, NF7: also where the registration systems do not say who leaves; and that it stays after all."""
    story = notified()
    announce(story, MARCH, SPLIT, leaves=leaves)
    story.do(CancelSupplierChange, REGISTRATION, role=GAS, effective=MARCH, guids=some(SPLIT))
    told = [message for message in story.sent if isinstance(message, ChangeExpected)]
    assert [(m.to, m.role, m.effective, m.cancelled, m.guids) for m in told] == [
        (BETA, GAS, MARCH, False, some(SPLIT)),
        (BETA, GAS, MARCH, True, some(SPLIT)),
    ]


def test_what_is_told_of_an_announced_change_says_nothing_of_who_comes() -> None:
    """NF7: changing only who joins changes nothing that anybody reads."""
    sent = []
    for joins in (GAMMA, ALPHA, None):
        story = notified()
        announce(story, MARCH, SPLIT, joins=joins)
        sent.append(story.sent)
    assert sent[0] == sent[1] == sent[2]
    assert not [message for message in sent[0] if message.to == GAMMA]


def test_a_later_change_is_not_told_to_who_does_not_hold_the_role_yet() -> None:
    story = notified()
    announce(story, MARCH, SPLIT)
    story.do(
        AnnounceSupplierChange,
        REGISTRATION,
        role=GAS,
        leaves=GAMMA,
        joins=ALPHA,
        effective=date(2026, 4, 1),
        guids=some(SPLIT),
    )
    assert [message.to for message in story.sent if isinstance(message, ChangeExpected)] == [BETA]
