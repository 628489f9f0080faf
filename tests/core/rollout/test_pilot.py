"""BR2: lists, approvals, phases, progress, verdicts, and a pilot that is left out."""

import pytest
from attrs import evolve

from chfw_core.messages import HubsRefused, ListReceipt, PilotProgress, ReleaseNews, VerdictReceived
from chfw_core.model.guid import Guid
from chfw_core.rollout.handover.commands import HoldHubs
from chfw_core.rollout.notice.commands import AddHubs, RecordCplEntry
from chfw_core.rollout.pilot.commands import (
    ApproveMass,
    ApprovePilot,
    BeginMass,
    BeginPilot,
    CompletePilotPhase,
    CompleteRelease,
    EndPilot,
    GiveVerdict,
    RecordPilotProgress,
    SeenVerdict,
    SubmitPilotList,
)
from chfw_core.rollout.pilot.decide import DONE
from chfw_core.rollout.pilot.events import PilotHubsRefused, PilotListSubmitted, PilotProgressRecorded
from chfw_core.rollout.records import Opinion
from chfw_core.rollout.states import HubState, ReleaseStage
from tests.core.rollout.worlds import (
    ALPHA,
    BETA,
    CLASSES,
    FAR,
    GAS_ONLY,
    SOLE,
    SPLIT,
    Story,
    notified,
    piloting,
    rolling_out,
    some,
)


def test_a_supplier_submits_its_list_and_replaces_it() -> None:
    """BR2.3."""
    story = notified()
    story.do(SubmitPilotList, ALPHA, guids=some(SOLE))
    story.do(SubmitPilotList, ALPHA, guids=some(FAR))
    assert story.roll_out.release.pilots[ALPHA].guids == some(FAR)
    assert [message.guids for message in story.told(ALPHA) if isinstance(message, ListReceipt)] == [
        some(SOLE),
        some(FAR),
    ]


def test_a_list_holds_neither_hubs_of_others_nor_excluded_nor_held_ones() -> None:
    """I10, BR2.7: and each of them is told with its reason."""
    story = notified()
    kept_out = Guid(0x66)
    story.do(AddHubs, classes=(evolve(CLASSES[0], excluded_by_gas=("keep", "vulnerable"), guids=some(kept_out)),))
    story.do(HoldHubs, reason="defect", guids=some(FAR))
    found = story.do(SubmitPilotList, ALPHA, guids=some(SOLE, FAR, GAS_ONLY, kept_out, Guid(0x99)))
    assert {event.code: event.guids for event in found if isinstance(event, PilotHubsRefused)} == {
        "excluded": some(kept_out),
        "not_responsible": some(GAS_ONLY),
        "not_waiting": some(FAR),
        "unknown_guid": some(Guid(0x99)),
    }
    assert story.roll_out.release.pilots[ALPHA].guids == some(SOLE)
    assert len([message for message in story.told(ALPHA) if isinstance(message, HubsRefused)]) == 4


def test_where_no_hub_of_a_list_will_do_the_former_list_stands() -> None:
    story = notified()
    story.do(SubmitPilotList, ALPHA, guids=some(SOLE))
    found = story.do(SubmitPilotList, ALPHA, guids=some(GAS_ONLY))
    assert not any(isinstance(event, PilotListSubmitted) for event in found)
    assert story.roll_out.release.pilots[ALPHA].guids == some(SOLE)


def test_an_empty_list_means_no_pilot_for_this_supplier() -> None:
    """BR2.7."""
    story = notified()
    story.do(SubmitPilotList, ALPHA, guids=some(SOLE))
    story.do(SubmitPilotList, ALPHA, guids=some())
    assert not story.roll_out.release.pilots[ALPHA].guids


def test_the_pilot_group_is_never_over_its_limit() -> None:
    """I10, G2: two here, for all Suppliers together."""
    story = notified()
    story.do(SubmitPilotList, ALPHA, guids=some(SOLE))
    assert story.refused(SubmitPilotList, BETA, guids=some(SPLIT, GAS_ONLY)) == "over_pilot_limit"
    story.do(SubmitPilotList, BETA, guids=some(GAS_ONLY))
    assert story.refused(SubmitPilotList, ALPHA, guids=some(SOLE, FAR)) == "over_pilot_limit"
    story.do(SubmitPilotList, ALPHA, guids=some(FAR))  # one's own former list makes room


def test_the_main_line_from_approval_to_the_end_and_everybody_is_told() -> None:
    """BR2.4–BR2.6, BR2.9."""
    story = notified()
    assert story.refused(BeginPilot) == "out_of_phase"
    assert story.refused(ApprovePilot, approval="") == "needs_a_reason"
    story.do(ApprovePilot, approval="OA-1")
    assert story.refused(ApprovePilot, approval="OA-1") == "out_of_phase"
    story.do(BeginPilot)
    assert story.refused(BeginPilot) == "out_of_phase"
    story.do(CompletePilotPhase, phase="1", commentary="fine")
    assert story.refused(CompletePilotPhase, phase="1", commentary="fine") == "same_again"
    assert story.refused(EndPilot, succeeded=True, commentary="") == "needs_a_reason"  # BR2.5
    story.do(EndPilot, succeeded=True, commentary="all well")
    story.do(ApproveMass, approval="OA-2")
    story.do(BeginMass)
    story.do(CompleteRelease)
    assert story.roll_out.release.stage is ReleaseStage.COMPLETED
    assert story.refused(CompleteRelease) == "out_of_phase"
    for reader in ("ALPHA", "BETA", "CSP:North", "CSP:South"):
        news = [
            (message.what, message.commentary) for message in story.told(reader) if isinstance(message, ReleaseNews)
        ]
        assert news == [
            ("PilotApproved", ""),
            ("PilotBegun", ""),
            ("PilotPhaseCompleted", "fine"),
            ("PilotEnded", "all well"),
            ("MassApproved", ""),
            ("MassBegun", ""),
            ("ReleaseCompleted", ""),
        ]


def test_no_approval_without_an_entry_on_the_cpl() -> None:
    """G6."""
    story = notified()
    story.do(RecordCplEntry, entry="CPL-77", current=False)
    assert story.refused(ApprovePilot, approval="OA-1") == "not_on_cpl"
    assert story.refused(ApproveMass, approval="OA-2", without_pilot="urgent") == "not_on_cpl"


def test_progress_is_told_per_device_to_its_suppliers() -> None:
    """BR2.4: success or failure, failure reason, commentary."""
    story = notified()
    story.do(SubmitPilotList, ALPHA, guids=some(SOLE, SPLIT))
    story.do(ApprovePilot, approval="OA-1")
    story.do(BeginPilot)
    assert story.refused(RecordPilotProgress, succeeded=False, guids=some(SOLE)) == "needs_a_reason"
    assert story.refused(RecordPilotProgress, succeeded=True, guids=some()) == "no_hubs"
    found = story.do(
        RecordPilotProgress, succeeded=False, reason="no image held", commentary="tried twice", guids=some(SPLIT, FAR)
    )
    assert [event.guids for event in found if isinstance(event, PilotProgressRecorded)] == [some(SPLIT)]
    assert [event.code for event in found if isinstance(event, PilotHubsRefused)] == ["not_in_pilot"]
    told = [message for message in story.sent if isinstance(message, PilotProgress)]
    assert {(message.to, message.reason, message.commentary) for message in told} == {
        (ALPHA, "no image held", "tried twice"),
        (BETA, "no image held", "tried twice"),
    }
    (only,) = story.do(RecordPilotProgress, succeeded=True, guids=some(FAR))
    assert isinstance(only, PilotHubsRefused)


def test_verdicts_are_seen_before_the_mass_roll_out_is_approved() -> None:
    """BR2.10: all of them, and as they are now."""
    story = piloting()
    story.do(GiveVerdict, ALPHA, opinion=Opinion.PROCEED, findings="fine")
    assert story.refused(GiveVerdict, ALPHA, opinion=Opinion.PROCEED, findings="fine") == "same_again"
    first = SeenVerdict(party=ALPHA, given_at=story.now)
    story.later(hours=1)
    story.do(EndPilot, succeeded=False, commentary="mixed")
    story.do(GiveVerdict, BETA, opinion=Opinion.DO_NOT_PROCEED, findings="meters lost")
    second = SeenVerdict(party=BETA, given_at=story.now)
    assert story.refused(ApproveMass, approval="OA", seen=(first,)) == "verdicts_unseen"
    story.later(hours=1)
    story.do(GiveVerdict, ALPHA, opinion=Opinion.PROCEED_WITH_CARE, findings="on reflection")
    assert story.refused(ApproveMass, approval="OA", seen=(first, second)) == "verdicts_unseen"
    story.do(ApproveMass, approval="OA", seen=(SeenVerdict(party=ALPHA, given_at=story.now), second))
    told = [message for message in story.sent if isinstance(message, VerdictReceived)]
    assert {message.to for message in told} == {"DCC"}
    assert len(told) == 3


def test_the_pilot_may_be_left_out_and_it_is_said_why() -> None:
    """BR2.7."""
    story = notified()
    assert story.refused(ApproveMass, approval="OA-2") == "needs_a_reason"
    assert story.refused(ApproveMass, approval="", without_pilot="urgent") == "needs_a_reason"
    story.do(ApproveMass, approval="OA-2", without_pilot="urgent")
    assert story.roll_out.release.stage is ReleaseStage.MASS_APPROVED
    assert [message.commentary for message in story.told(ALPHA) if isinstance(message, ReleaseNews)] == ["urgent"]


@pytest.mark.parametrize("state", HubState)
def test_a_release_is_complete_when_every_hub_has_an_outcome_or_is_held(state: HubState) -> None:
    story: Story = rolling_out()
    story.roll_out = evolve(story.roll_out, hub_count={state: 1, HubState.VERIFIED: 7})
    if state in DONE:
        story.do(CompleteRelease)
        assert story.roll_out.release.stage is ReleaseStage.COMPLETED
    else:
        assert story.refused(CompleteRelease) == "hubs_open"
