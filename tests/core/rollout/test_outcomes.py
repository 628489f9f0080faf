"""CS2, BR5.6, BR5.7: outcomes, silence, verification, and the activation alert."""

from datetime import (
    UTC,
    datetime,
    timedelta,
)
from typing import Any

import pytest
from attrs import evolve

from chfw_core.errors import InputError
from chfw_core.messages import ActivationAlert, HubNews, HubsRefused, InventoryUpdate
from chfw_core.model.guid import Guid
from chfw_core.model.instant_list import InstantList
from chfw_core.model.periods import instant_words
from chfw_core.rollout.base import SMI, RollOutEvent
from chfw_core.rollout.handover.commands import ExcludeHubs, HoldHubs
from chfw_core.rollout.notice.commands import AddHubs, DraftRelease, NotifyRelease, RevokeNotice
from chfw_core.rollout.outcomes.answers import Reported, answer_to
from chfw_core.rollout.outcomes.commands import DeclareSilence, ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.outcomes.events import HubsActivated, HubsFailed, OutcomesNoted, OutcomesRefused
from chfw_core.rollout.records import Mode
from chfw_core.rollout.states import HUB_STATES, HubState
from chfw_core.rollout.suppliers.commands import CompleteSupplierChange
from chfw_core.rollout.telling import told_reason
from chfw_core.rollout.triggering.sources import happenings
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    CLASSES,
    FAR,
    FIRMWARE,
    GAMMA,
    GAS,
    NEW,
    NORTH,
    OLD,
    REGISTRATION,
    SOLE,
    SPLIT,
    R,
    Story,
    hand_over,
    handed_over,
    notified,
    publish,
    row,
    some,
)

CSP = "CSP:North"
DELIVERED, ACTIVATED, FAILED = OutcomeKind.IMAGE_DELIVERED, OutcomeKind.ACTIVATED, OutcomeKind.FAILED


def report(
    story: Story, outcome: OutcomeKind, *guids: Guid, by: str = CSP, version: str = NEW
) -> tuple[RollOutEvent, ...]:
    return story.do(
        ReportOutcomes,
        by,
        outcome=outcome,
        occurred_at=story.now,
        firmware_version=version if outcome is ACTIVATED else None,
        reason="no image held" if outcome is FAILED else "",
        guids=some(*guids),
    )


def observe(story: Story, version: str, *guids: Guid, ago: timedelta = timedelta()) -> tuple[RollOutEvent, ...]:
    return story.do(ObserveVersions, SMI, firmware_version=version, observed_at=story.now - ago, guids=some(*guids))


def codes(found: tuple[RollOutEvent, ...]) -> list[str]:
    return [event.code for event in found if isinstance(event, OutcomesNoted | OutcomesRefused)]


def alerts(story: Story) -> list[tuple[str, str, tuple[int, ...]]]:
    return [
        (message.to, message.firmware_version, tuple(message.guids))
        for message in story.sent
        if isinstance(message, ActivationAlert)
    ]


def test_success_counts_when_the_smi_shows_the_version() -> None:
    """BR5.6: handed over, at the hub, activated and verified are four things."""
    story = handed_over(SOLE, SPLIT)
    report(story, DELIVERED, SOLE, SPLIT)
    assert story.state(SPLIT) is HubState.IMAGE_AT_HUB
    report(story, ACTIVATED, SOLE, SPLIT)
    assert story.state(SPLIT) is HubState.ACTIVATED
    assert alerts(story) == []
    (update,) = [message for message in story.sent if isinstance(message, InventoryUpdate)]
    assert (update.to, update.firmware_version, update.guids) == (SMI, NEW, some(SOLE, SPLIT))
    observe(story, NEW, SOLE, SPLIT)
    assert story.state(SPLIT) is HubState.VERIFIED
    assert story.hub(SPLIT).firmware_version == NEW
    assert alerts(story) == [(ALPHA, NEW, (SOLE, SPLIT)), (BETA, NEW, (SPLIT,))]


def test_the_smi_is_not_told_what_it_shows_already() -> None:
    story = handed_over(SOLE)
    story.roll_out = evolve(story.roll_out, hubs={SOLE: evolve(story.hub(SOLE), firmware_version=NEW)})
    report(story, ACTIVATED, SOLE)
    assert not [message for message in story.sent if isinstance(message, InventoryUpdate)]


def test_the_alert_goes_to_whoever_is_responsible_now() -> None:
    """BR5.6: the *current* Suppliers."""
    story = handed_over(SPLIT)
    story.do(
        CompleteSupplierChange,
        REGISTRATION,
        role=GAS,
        leaves=BETA,
        joins=GAMMA,
        effective=story.now.date(),
        guids=some(SPLIT),
    )
    observe(story, NEW, SPLIT)
    assert [to for to, _, _ in alerts(story)] == [ALPHA, GAMMA]


def test_success_that_nobody_reported_counts_too() -> None:
    """Reconcile with the inventory: reported failed though it had succeeded."""
    story = handed_over(SOLE)
    report(story, FAILED, SOLE)
    observe(story, NEW, SOLE)
    assert story.state(SOLE) is HubState.VERIFIED
    observe(story, NEW, FAR)
    assert story.state(FAR) is HubState.VERIFIED


def test_a_wrong_version_is_a_failure_with_its_reason() -> None:
    story = handed_over(SOLE, SPLIT)
    report(story, ACTIVATED, SOLE, version="0000000F")
    observe(story, "0000000F", SPLIT)
    for guid in (SOLE, SPLIT):
        hub = story.hub(guid)
        assert (hub.state, hub.failure) == (HubState.FAILED, "wrong_version")
        assert hub.reason == "the hub runs 0000000F, not 00000002"
    assert alerts(story) == [(ALPHA, "0000000F", (SPLIT,)), (BETA, "0000000F", (SPLIT,))]


def test_a_failure_says_when_it_happened() -> None:
    """CS2: as the CSP says, or as the SMI showed it; a report may come hours later."""
    story, shown = handed_over(SOLE, SPLIT), handed_over(SOLE)
    happened = story.now
    said: dict[str, Any] = {"occurred_at": happened}
    story.later(hours=5)
    shown.later(hours=5)
    story.do(ReportOutcomes, CSP, outcome=FAILED, reason="no image held", guids=some(SOLE), **said)
    story.do(ReportOutcomes, CSP, outcome=ACTIVATED, firmware_version="0000000F", guids=some(SPLIT), **said)
    observe(shown, "0000000F", SOLE, ago=timedelta(hours=5))
    failed = [*story.all_of(HubsFailed), *shown.all_of(HubsFailed)]
    assert [event.occurred_at for event in failed] == [happened] * 3
    assert {event.at for event in failed} == {happened + timedelta(hours=5)}


def test_a_verified_hub_that_is_back_at_its_old_version_has_failed() -> None:
    """Success recorded while the old image still runs is no success."""
    story = handed_over(SOLE, SPLIT)
    observe(story, NEW, SOLE, SPLIT)
    story.later(hours=1)
    observe(story, OLD, SOLE)
    assert story.hub(SOLE).failure == "wrong_version"
    observe(story, "00000003", SPLIT)  # moved on: another release's business
    assert story.state(SPLIT) is HubState.VERIFIED
    assert story.hub(SPLIT).firmware_version == "00000003"


def test_a_failure_has_its_reason_and_the_suppliers_are_told() -> None:
    story = handed_over(SPLIT)
    report(story, FAILED, SPLIT)
    assert (story.state(SPLIT), story.hub(SPLIT).reason) == (HubState.FAILED, "no image held")
    assert [(message.to, message.words) for message in story.sent if isinstance(message, HubNews)] == [
        (ALPHA, "no image held"),
        (BETA, "no image held"),
    ]
    publish(story, row(SPLIT, hours=(7, 9)))  # another attempt
    hand_over(story, SPLIT)
    assert (story.hub(SPLIT).attempts, story.hub(SPLIT).failure) == (2, None)


def test_silence_has_its_own_deadline_and_a_late_report_is_taken_all_the_same() -> None:
    """CS2."""
    story = handed_over(SOLE, SPLIT)
    pool = (NORTH, story.now.date())
    assert codes(story.do(DeclareSilence, guids=some(SOLE))) == ["not_due"]
    story.later(days=5)
    found = story.do(DeclareSilence, guids=some(SOLE, SPLIT, FAR, Guid(0x99)))
    assert codes(found) == ["not_due", "unknown_guid"]
    assert {story.hub(guid).failure for guid in (SOLE, SPLIT)} == {"silent"}
    counted = story.roll_out.release.pools[pool]
    assert (counted.handed, counted.outstanding, counted.silent) == (2, 0, 2)
    report(story, DELIVERED, SOLE)
    counted = story.roll_out.release.pools[pool]
    assert (counted.outstanding, counted.silent) == (1, 1)
    assert story.state(SOLE) is HubState.IMAGE_AT_HUB
    report(story, FAILED, SPLIT)
    assert story.hub(SPLIT).failure == "reported"
    report(story, ACTIVATED, SOLE, SPLIT)
    assert story.state(SPLIT) is HubState.ACTIVATED
    assert story.roll_out.release.pools[pool].silent == 0


def test_after_silence_a_wrong_version_says_so() -> None:
    story = handed_over(SOLE)
    story.later(days=5)
    story.do(DeclareSilence, guids=some(SOLE))
    report(story, ACTIVATED, SOLE, version="0000000F")
    assert story.hub(SOLE).failure == "wrong_version"


def test_an_activation_that_the_smi_never_shows_fails_by_a_deadline_of_its_own() -> None:
    story = handed_over(SOLE)
    report(story, ACTIVATED, SOLE)
    story.later(days=3, seconds=1)
    story.do(DeclareSilence, guids=some(SOLE))
    assert story.hub(SOLE).failure == "not_verified"
    observe(story, NEW, SOLE)
    assert story.state(SOLE) is HubState.VERIFIED


def test_repeated_and_out_of_order_reports_change_nothing_and_are_kept() -> None:
    """CS2: every report has a defined answer."""
    story = handed_over(SOLE)
    report(story, ACTIVATED, SOLE)
    before = story.hub(SOLE)
    assert codes(report(story, ACTIVATED, SOLE)) == ["repeated"]
    assert codes(report(story, DELIVERED, SOLE)) == ["out_of_order"]
    assert story.hub(SOLE) == before
    observe(story, NEW, SOLE)
    assert codes(report(story, FAILED, SOLE)) == ["smi_decides"]
    assert codes(observe(story, NEW, SOLE)) == ["unchanged"]
    assert len(alerts(story)) == 1
    assert {message.to for message in story.told(CSP) if isinstance(message, HubsRefused)} == {CSP}


def test_a_csp_reports_on_hubs_that_it_has_and_learns_nothing_of_others() -> None:
    story = handed_over(SOLE)
    found = report(story, FAILED, SOLE, SPLIT, FAR, Guid(0x99))
    (refused,) = [event for event in found if isinstance(event, OutcomesRefused)]
    assert (refused.code, refused.guids) == ("not_handed_over", some(SPLIT, FAR, Guid(0x99)))
    assert codes(report(story, ACTIVATED, SOLE, by="CSP:South")) == ["not_handed_over"]


def test_a_report_about_a_former_attempt_is_noted() -> None:
    story = handed_over(SOLE)
    report(story, FAILED, SOLE)
    story.do(HoldHubs, reason="look at it", guids=some(SOLE))
    assert codes(report(story, ACTIVATED, SOLE)) == ["from_another_attempt"]


def test_reports_and_observations_from_the_future_or_incomplete_are_refused() -> None:
    story = handed_over(SOLE)
    later = story.now + timedelta(seconds=1)
    common = {"guids": some(SOLE)}
    assert story.refused(ReportOutcomes, CSP, outcome=DELIVERED, occurred_at=later, **common) == "in_the_future"
    assert story.refused(ReportOutcomes, CSP, outcome=ACTIVATED, occurred_at=story.now, **common) == "version_missing"
    assert story.refused(ReportOutcomes, CSP, outcome=FAILED, occurred_at=story.now, **common) == "needs_a_reason"
    assert story.refused(ObserveVersions, SMI, firmware_version=NEW, observed_at=later, **common) == "in_the_future"
    assert story.refused(DeclareSilence, guids=some()) == "no_hubs"


def test_an_older_observation_does_not_undo_a_newer_one() -> None:
    story = handed_over(SOLE)
    story.later(hours=2)
    observe(story, NEW, SOLE)
    assert codes(observe(story, OLD, SOLE, ago=timedelta(hours=1))) == ["older"]
    assert codes(observe(story, NEW, Guid(0x99))) == ["unknown_guid"]
    assert story.state(SOLE) is HubState.VERIFIED


def test_a_new_configuration_set_is_kept_and_alerts_nobody() -> None:
    """PR2: a HAN moves to another set also while its hub runs what it ran."""
    story = notified()
    assert story.hub(SOLE).configuration_set == "SET-1"
    common = {"firmware_version": OLD, "observed_at": story.now, "guids": some(SOLE)}
    story.do(ObserveVersions, SMI, configuration_set="SET-2", **common)
    assert story.hub(SOLE).configuration_set == "SET-2"
    assert alerts(story) == []
    assert codes(story.do(ObserveVersions, SMI, configuration_set="SET-2", **common)) == ["unchanged"]
    assert codes(story.do(ObserveVersions, SMI, **common)) == ["unchanged"]  # silence about the set ends none


def test_a_verified_hub_shows_its_new_configuration_set() -> None:
    story = handed_over(SOLE)
    common = {"firmware_version": NEW, "observed_at": story.now, "guids": some(SOLE)}
    story.do(ObserveVersions, SMI, configuration_set="SET-2", **common)
    assert story.state(SOLE) is HubState.VERIFIED
    assert story.hub(SOLE).configuration_set == "SET-2"


def test_outcomes_are_facts_and_are_taken_whatever_the_standing() -> None:
    story = handed_over(SOLE)
    story.do(RevokeNotice, reason="a defect")
    report(story, ACTIVATED, SOLE)
    observe(story, NEW, SOLE)
    assert story.state(SOLE) is HubState.VERIFIED


def test_a_hub_that_is_out_of_the_release_is_still_alerted_of() -> None:
    story = notified()
    story.do(ExcludeHubs, reason="recovered", guids=some(SOLE))
    observe(story, NEW, SOLE)
    assert story.state(SOLE) is HubState.EXCLUDED
    assert alerts(story) == [(ALPHA, NEW, (SOLE,))]
    assert codes(observe(story, NEW, SOLE)) == ["unchanged"]


def test_another_version_before_the_hand_over_is_kept_and_alerted() -> None:
    story = notified()
    observe(story, "0000000A", SOLE)
    assert (story.state(SOLE), story.hub(SOLE).firmware_version) == (HubState.ELIGIBLE, "0000000A")
    assert alerts(story) == [(ALPHA, "0000000A", (SOLE,))]


def test_the_alert_alone_works_with_everything_else_switched_off() -> None:
    """BR5.7: SMI observations in, alerts out; changes of Supplier are followed, all else is refused."""
    story = Story()
    story.do(DraftRelease, firmware=FIRMWARE, alerts_only=True)
    story.do(AddHubs, classes=CLASSES)
    assert story.roll_out.release.mode is Mode.ALERTS_ONLY
    assert story.sent == []
    assert story.refused(NotifyRelease, classes=CLASSES) == "switched_off"
    assert story.refused(DeclareSilence, guids=some(SOLE)) == "switched_off"
    story.sent.clear()
    observe(story, NEW, SPLIT)
    change = {"role": GAS, "leaves": BETA, "joins": GAMMA, "effective": story.now.date(), "guids": some(SPLIT)}
    story.do(CompleteSupplierChange, REGISTRATION, **change)
    assert codes(observe(story, NEW, SPLIT)) == ["unchanged"]
    story.later(hours=1)
    observe(story, "00000009", SPLIT)
    assert alerts(story) == [
        (ALPHA, NEW, (SPLIT,)),
        (BETA, NEW, (SPLIT,)),
        (ALPHA, "00000009", (SPLIT,)),
        (GAMMA, "00000009", (SPLIT,)),
    ]
    kinds = {type(message).__name__ for message in story.sent}
    assert kinds == {"ActivationAlert", "HubsRefused"}  # the SMI is told that the repeat changed nothing
    assert story.state(SPLIT) is HubState.ELIGIBLE


@pytest.mark.parametrize("state", HubState)
@pytest.mark.parametrize("said", Reported)
@pytest.mark.parametrize("failure", [None, "silent", "reported"])
def test_every_report_has_an_answer_in_every_state(state: HubState, said: Reported, failure: str | None) -> None:
    answer = answer_to(state, said, attempts=1, failure=failure)
    assert (answer.step is None) != (answer.noted is None)
    if answer.step is not None:
        assert (state, answer.step) in HUB_STATES
    assert answer_to(state, said, attempts=0, failure=failure).refused == "not_handed_over"


@pytest.mark.parametrize(("hour", "outside"), [(0, True), (1, False), (4, False), (5, True)])
def test_an_activation_outside_the_planned_window_is_marked_and_told(hour: int, outside: bool) -> None:
    """BR3.5: and the mark stays when the SMI has shown the version."""
    story = handed_over(SOLE)
    story.now = datetime(2026, 7, 6, 8, tzinfo=UTC)
    when = datetime(2026, 7, 6, hour, tzinfo=UTC)
    said = {"outcome": ACTIVATED, "occurred_at": when, "firmware_version": NEW, "guids": some(SOLE)}
    story.do(ReportOutcomes, "CSP:North", **said)
    words = f"activated at 2026-07-06T0{hour}:00:00Z, outside the window that was planned" if outside else ""
    assert (story.state(SOLE), story.hub(SOLE).reason) == (HubState.ACTIVATED, words)
    story.do(ObserveVersions, SMI, firmware_version=NEW, observed_at=story.now, guids=some(SOLE))
    assert (story.state(SOLE), told_reason(story.hub(SOLE))) == (HubState.VERIFIED, words or None)
    news = [m for m in story.sent if isinstance(m, HubNews) and m.what == "activated_outside_window"]
    assert [(message.to, message.words) for message in news] == ([(ALPHA, words), ("DCC", words)] if outside else [])


def timed(*whens: tuple[Guid, datetime]) -> dict[str, Any]:
    """What a CSP says of hubs that differ in their time alone."""
    ordered = sorted(whens)
    times = InstantList(when for _, when in ordered)
    return {"guids": some(*(guid for guid, _ in ordered)), "times": times, "occurred_at": times.earliest()}


def test_hubs_of_one_report_have_each_its_own_time() -> None:
    """CS2: one event for hubs that differ in their time alone."""
    story = handed_over(SOLE, SPLIT)
    opens = story.hub(SOLE).window_opens
    assert opens is not None
    story.now = opens + timedelta(hours=5)
    said = timed((SOLE, opens + timedelta(minutes=5)), (SPLIT, opens))
    (found,) = story.do(ReportOutcomes, CSP, outcome=ACTIVATED, firmware_version=NEW, **said)
    assert isinstance(found, HubsActivated)
    assert (found.guids, found.times, found.occurred_at) == (said["guids"], said["times"], opens)
    assert not found.outside_window


def test_the_one_that_was_outside_its_window_is_marked() -> None:
    """BR3.5: by its own time, whatever the others of the report were."""
    story = handed_over(SOLE, SPLIT)
    opens = story.hub(SOLE).window_opens
    assert opens is not None
    story.now, late = opens + timedelta(hours=5), opens + timedelta(hours=4)
    said = timed((SOLE, opens), (SPLIT, late))
    found = story.do(ReportOutcomes, CSP, outcome=ACTIVATED, firmware_version=NEW, **said)
    times = [(one.guids, one.occurred_at, one.times) for one in found if isinstance(one, HubsActivated)]
    assert times == [(some(SOLE), opens, None), (some(SPLIT), late, None)]
    assert story.hub(SPLIT).reason.startswith(f"activated at {instant_words(late)}")
    assert story.hub(SOLE).reason == ""


def test_a_hub_whose_time_is_still_to_come_is_refused_alone() -> None:
    """CS2: one slip of a CSP's clock costs nothing but its own hub."""
    story = handed_over(SOLE, SPLIT)
    later = story.now + timedelta(minutes=1)
    found = story.do(ReportOutcomes, CSP, outcome=DELIVERED, **timed((SOLE, story.now), (SPLIT, later)))
    assert codes(found) == ["in_the_future"]
    assert story.state(SOLE) is HubState.IMAGE_AT_HUB
    assert story.state(SPLIT) is HubState.HANDED_TO_CSP


def test_times_that_are_not_those_of_the_hubs_make_no_report() -> None:
    said: dict[str, Any] = {"by": CSP, "key": "k", "release": R, "outcome": DELIVERED, "guids": some(SOLE, SPLIT)}
    with pytest.raises(InputError, match="1 times are given for 2 hubs"):
        ReportOutcomes(**said, occurred_at=AUTOMATIC, times=InstantList([AUTOMATIC]))
    with pytest.raises(InputError, match="not the first"):
        ReportOutcomes(**said, occurred_at=AUTOMATIC, times=InstantList([AUTOMATIC, AUTOMATIC - timedelta(hours=1)]))


def test_triggers_hear_of_each_failure_at_its_own_time() -> None:
    """RU6: twenty-five failures in six hours are counted by when they happened."""
    story = handed_over(SOLE, SPLIT)
    earlier = story.now - timedelta(hours=3)
    said = timed((SOLE, story.now), (SPLIT, earlier))
    (failed,) = story.do(ReportOutcomes, CSP, outcome=FAILED, reason="no image held", **said)
    assert [(one.at, one.guids) for one in happenings(failed, R)] == [
        (earlier, some(SPLIT)),
        (story.now, some(SOLE)),
    ]


def outside_news(story: Story) -> list[tuple[str, str]]:
    return [
        (one.to, one.words) for one in story.sent if isinstance(one, HubNews) and one.what == "activated_outside_window"
    ]


def test_what_the_smi_shows_before_the_window_opens_is_marked_without_a_report() -> None:
    """BR3.5: the hub runs it before it was to; its Suppliers and the DCC are told."""
    story = handed_over(SOLE, SPLIT)
    opens = story.hub(SOLE).window_opens
    assert opens is not None
    story.now = opens + timedelta(days=1)
    seen = opens - timedelta(hours=2)
    story.do(ObserveVersions, SMI, firmware_version=NEW, observed_at=seen, guids=some(SOLE))
    assert story.state(SOLE) is HubState.VERIFIED
    words = f"the SMI showed the version at {instant_words(seen)}, before the window that was planned opened"
    assert told_reason(story.hub(SOLE)) == words
    assert outside_news(story) == [(ALPHA, words), ("DCC", words)]
    # Later than its opening it may have been activated within the window: the SMI does not say.
    story.do(ObserveVersions, SMI, firmware_version=NEW, observed_at=story.now, guids=some(SPLIT))
    assert told_reason(story.hub(SPLIT)) is None
    assert len(outside_news(story)) == 2


def test_a_report_that_comes_after_the_smi_still_marks_what_was_outside() -> None:
    """BR3.5: once; the same said again is noted."""
    story = handed_over(SOLE, SPLIT)
    opens = story.hub(SOLE).window_opens
    assert opens is not None
    late = opens + timedelta(hours=4)
    story.now = late + timedelta(hours=4)
    observe(story, NEW, SOLE, SPLIT)
    said = timed((SOLE, late), (SPLIT, opens))
    found = story.do(ReportOutcomes, CSP, outcome=ACTIVATED, firmware_version=NEW, **said)
    assert codes(found) == ["repeated"]
    words = f"activated at {instant_words(late)}, outside the window that was planned"
    assert told_reason(story.hub(SOLE)) == words
    assert story.state(SOLE) is HubState.VERIFIED
    assert told_reason(story.hub(SPLIT)) is None
    assert outside_news(story) == [(ALPHA, words), ("DCC", words)]
    again = story.do(ReportOutcomes, CSP, outcome=ACTIVATED, firmware_version=NEW, **said)
    assert codes(again) == ["repeated"]
    assert len(outside_news(story)) == 2


def test_what_is_marked_already_is_not_marked_anew() -> None:
    story = handed_over(SOLE)
    opens = story.hub(SOLE).window_opens
    assert opens is not None
    story.now = opens
    early, said = opens - timedelta(minutes=30), {"firmware_version": NEW, "guids": some(SOLE)}
    story.do(ReportOutcomes, CSP, outcome=ACTIVATED, occurred_at=early, **said)
    marked = story.hub(SOLE).reason
    story.do(ObserveVersions, SMI, observed_at=early, **said)
    assert story.state(SOLE) is HubState.VERIFIED
    assert story.hub(SOLE).reason == marked
    assert len(outside_news(story)) == 2
