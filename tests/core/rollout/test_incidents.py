"""BR6: incidents, triage, the Panel, suspension, and what everybody is told."""

from datetime import timedelta

import pytest
from attrs import evolve

from chfw_core.messages import Answer, Decision, DecisionToConfirm, IncidentReported
from chfw_core.rollout.base import (
    PANEL,
    SMI,
    SUB_COMMITTEE,
)
from chfw_core.rollout.evolve import evolve as evolve_event
from chfw_core.rollout.handover.commands import (
    HandOver,
    HoldHubs,
)
from chfw_core.rollout.incidents.commands import (
    ConfirmDecision,
    RaiseIncident,
    ResumeRelease,
    SuspendRelease,
    TriageIncident,
)
from chfw_core.rollout.incidents.events import IncidentDecided
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.outcomes.commands import ObserveVersions
from chfw_core.rollout.pilot.commands import CompleteRelease
from chfw_core.rollout.states import (
    HubState,
    ReleaseStage,
    ReleaseStanding,
)
from chfw_core.rollout.tasks import TaskKind, next_acts, own_tasks, tasks_of
from chfw_core.rollout.triggering.sources import happenings
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    FAR,
    GAS_ONLY,
    NEW,
    NORTH,
    SOLE,
    SPLIT,
    R,
    Story,
    hand_over,
    handed_over,
    publish,
    rolling_out,
    row,
    some,
)

ACTIVE, PAUSED, STOPPED = ReleaseStanding.ACTIVE, ReleaseStanding.PAUSED, ReleaseStanding.STOPPED


def raised(*, stop: bool = False) -> Story:
    story = rolling_out()
    publish(story, row(SOLE))
    story.do(RaiseIncident, ALPHA, incident="I1", description="meters lost", high_priority=True, emergency_stop=stop)
    return story


def decide_on(story: Story, outcome: IncidentOutcome, incident: str = "I1", days: int | None = None) -> None:
    later = None if days is None else AUTOMATIC + timedelta(days=days)
    story.do(TriageIncident, incident=incident, outcome=outcome, automatic_at=later, reason="as found")
    story.do(ConfirmDecision, PANEL, incident=incident, confirmed=True, commentary="agreed")


def test_an_incident_reaches_the_dcc_and_with_an_emergency_stop_the_panel() -> None:
    """BR6.1: and nobody else learns who raised it."""
    story = raised()
    assert [message.to for message in story.sent if isinstance(message, IncidentReported)] == ["DCC"]
    story.do(RaiseIncident, BETA, incident="I2", description="fire", emergency_stop=True)
    last = [message for message in story.sent if isinstance(message, IncidentReported)][-3:]
    assert [(message.to, message.party, message.emergency_stop) for message in last] == [
        ("DCC", BETA, True),
        (PANEL, BETA, True),
        (SUB_COMMITTEE, BETA, True),
    ]
    assert story.refused(RaiseIncident, BETA, incident="I2", description="x") == "incident_exists"
    answers = [message.reason for message in story.told(BETA) if isinstance(message, Answer)]
    assert answers[-1] == "there is an incident `I2` already"  # in its own words


def test_ids_of_incidents_are_a_partys_own() -> None:
    """NF7: who raises an incident does not learn that another Supplier has one of that id."""
    story = raised()
    story.do(RaiseIncident, BETA, incident="I1", description="fire")
    reported = [message.incident for message in story.sent if isinstance(message, IncidentReported)]
    assert reported == ["ALPHA/I1", "BETA/I1"]
    ambiguous = {"incident": "I1", "reason": "x", "outcome": IncidentOutcome.PROCEED}
    assert story.refused(TriageIncident, **ambiguous) == "no_such_incident"
    story.do(TriageIncident, **{**ambiguous, "incident": "BETA/I1"})
    (asked,) = [message for message in story.told(PANEL) if isinstance(message, DecisionToConfirm)]
    assert asked.incident == "BETA/I1"
    story.do(ConfirmDecision, PANEL, incident="BETA/I1", confirmed=True, commentary="agreed")
    assert [known.open for known in story.roll_out.release.incidents] == [True, False]
    story.do(TriageIncident, **ambiguous)  # only one of that id is open now
    assert story.roll_out.release.incidents[0].outcome is IncidentOutcome.PROCEED


@pytest.mark.parametrize(
    ("outcome", "standing"),
    [
        (IncidentOutcome.PROCEED, ACTIVE),
        (IncidentOutcome.PAUSE, PAUSED),
        (IncidentOutcome.DELAY, ACTIVE),
        (IncidentOutcome.STOP, STOPPED),
    ],
)
def test_a_decision_is_in_force_once_the_panel_has_confirmed(
    outcome: IncidentOutcome, standing: ReleaseStanding
) -> None:
    """BR6.2, BR6.3."""
    story = raised()
    later = AUTOMATIC + timedelta(days=9)
    story.do(TriageIncident, incident="I1", outcome=outcome, automatic_at=later, reason="as found")
    assert story.roll_out.release.standing is ACTIVE
    (asked,) = [message for message in story.told(PANEL) if isinstance(message, DecisionToConfirm)]
    assert asked.outcome == outcome.value
    story.do(ConfirmDecision, PANEL, incident="I1", confirmed=True, commentary="agreed")
    assert story.roll_out.release.standing is standing
    assert story.roll_out.release.firmware is not None
    moved = later if outcome is IncidentOutcome.DELAY else AUTOMATIC  # only a delay moves the date
    assert story.roll_out.release.firmware.automatic_at == moved


def test_everybody_is_told_what_a_decision_means_for_its_pending_requests() -> None:
    """BR6.4: each Supplier for its own hubs."""
    story = raised()
    story.roll_out = evolve(
        story.roll_out, tallies={ALPHA: {HubState.PLANNED: 3, HubState.VERIFIED: 0}, BETA: {HubState.ELIGIBLE: 1}}
    )
    decide_on(story, IncidentOutcome.STOP)
    told = {message.to: message for message in story.sent if isinstance(message, Decision)}
    assert set(told) == {ALPHA, BETA, "CSP:North", "CSP:South"}
    assert (dict(told[ALPHA].pending), dict(told[BETA].pending)) == ({"planned": 3}, {"eligible": 1})
    assert told[ALPHA].standing == "stopped"
    assert "never handed over" in told[ALPHA].meaning["planned"]
    assert "told to stop" in told["CSP:North"].meaning["handed_to_csp"]
    assert "I1" not in told[BETA].because


def test_the_dcc_suspends_at_once_pending_the_panel() -> None:
    """BR6.3, I4."""
    story = raised(stop=True)
    story.do(SuspendRelease, reason="an emergency stop was asked for")
    day = AUTOMATIC.date()
    assert story.refused(HandOver, region=NORTH, day=day, guids=some(SOLE)) == "not_active"
    assert story.refused(SuspendRelease, reason="again") == "same_again"
    assert story.refused(ResumeRelease, reason="why not") == "incident_open"
    decide_on(story, IncidentOutcome.PROCEED)
    hand_over(story, SOLE)
    assert story.state(SOLE) is HubState.HANDED_TO_CSP


def test_what_the_panel_does_not_confirm_is_triaged_again() -> None:
    """BR6.3."""
    story = raised()
    assert story.refused(ConfirmDecision, PANEL, incident="I1", confirmed=True, commentary="") == "no_such_incident"
    story.do(TriageIncident, incident="I1", outcome=IncidentOutcome.STOP, reason="bad")
    story.do(ConfirmDecision, PANEL, incident="I1", confirmed=False, commentary="too much")
    assert story.roll_out.release.standing is ACTIVE
    (back,) = [message for message in story.told("DCC") if isinstance(message, DecisionToConfirm)]
    assert back.reason == "too much"
    assert story.refused(ConfirmDecision, PANEL, incident="I1", confirmed=True, commentary="") == "no_such_incident"
    decide_on(story, IncidentOutcome.PAUSE)
    assert story.roll_out.release.standing is PAUSED


def test_a_delay_needs_a_later_date() -> None:
    """BR6.2."""
    story = raised()
    delay = {"incident": "I1", "outcome": IncidentOutcome.DELAY, "reason": "time"}
    assert story.refused(TriageIncident, **delay) == "needs_a_reason"
    assert story.refused(TriageIncident, automatic_at=AUTOMATIC, **delay) == "not_later"


def test_only_open_incidents_are_triaged_and_decided() -> None:
    story = raised()
    decide_on(story, IncidentOutcome.PROCEED)
    again = {"incident": "I1", "reason": "x", "outcome": IncidentOutcome.STOP}
    assert story.refused(TriageIncident, **again) == "no_such_incident"
    assert story.refused(ConfirmDecision, PANEL, incident="I1", confirmed=True, commentary="") == "no_such_incident"
    assert story.refused(TriageIncident, **{**again, "incident": "I9"}) == "no_such_incident"


@pytest.mark.parametrize("stop", [True, False])
def test_proceeding_on_one_incident_does_not_lift_what_another_asked_for(stop: bool) -> None:
    """BR6.2, BR6.3, NF6: the release goes on once every incident is decided, as `resume` asks too."""
    story = raised(stop=stop)
    story.do(RaiseIncident, BETA, incident="I2", description="fire", emergency_stop=stop)
    story.do(SuspendRelease, reason="two of them")
    decide_on(story, IncidentOutcome.PROCEED)
    assert story.roll_out.release.standing is ReleaseStanding.SUSPENDED
    assert {message.standing for message in story.sent[-4:] if isinstance(message, Decision)} == {"suspended"}
    decide_on(story, IncidentOutcome.DELAY, "I2", days=9)
    assert story.roll_out.release.standing is ACTIVE
    assert [event.resumes for event in story.all_of(IncidentDecided)] == [False, True]


@pytest.mark.parametrize("suspended", [True, False])
def test_proceeding_on_one_incident_does_not_end_the_pause_that_was_decided_on_another(suspended: bool) -> None:
    """BR6.2, NF6: also where the DCC suspended what was paused already."""
    story = raised()
    story.do(RaiseIncident, BETA, incident="I2", description="labels")
    decide_on(story, IncidentOutcome.PAUSE)
    if suspended:
        story.do(SuspendRelease, reason="worse than it was")
    halted = story.roll_out.release.standing
    assert halted is (ReleaseStanding.SUSPENDED if suspended else PAUSED)
    decide_on(story, IncidentOutcome.PROCEED, "I2")
    assert story.roll_out.release.standing is halted
    story.do(ResumeRelease, reason="mended")
    assert story.roll_out.release.standing is ACTIVE
    story.do(RaiseIncident, ALPHA, incident="I3", description="again")
    story.do(SuspendRelease, reason="again")
    decide_on(story, IncidentOutcome.PROCEED, "I3")
    assert story.roll_out.release.standing is ACTIVE  # the pause was over


def test_a_suspension_while_no_incident_was_open_is_ended_by_a_command_alone() -> None:
    """BR6.3, NF6: a decision ends no more than its own incident may have brought about."""
    story = raised()
    decide_on(story, IncidentOutcome.PROCEED)
    story.do(SuspendRelease, reason="the lights went out")
    story.do(RaiseIncident, BETA, incident="I2", description="labels")
    decide_on(story, IncidentOutcome.PROCEED, "I2")
    assert story.roll_out.release.standing is ReleaseStanding.SUSPENDED
    story.do(ResumeRelease, reason="they are on again")
    assert story.roll_out.release.standing is ACTIVE
    story.do(RaiseIncident, BETA, incident="I3", description="smoke")
    story.do(SuspendRelease, reason="for a look")
    decide_on(story, IncidentOutcome.PROCEED, "I3")
    assert story.roll_out.release.standing is ACTIVE


def test_a_release_that_was_never_halted_is_not_resumed_by_a_decision() -> None:
    """RU6: no rule hears that it was; everybody is told the decision all the same (BR6.4)."""
    story = raised()
    decide_on(story, IncidentOutcome.PROCEED)
    (decided,) = story.all_of(IncidentDecided)
    assert decided.resumes is False
    assert [one.type for one in happenings(decided, R)] == ["incident_closed", "incident_closed"]
    assert [message.because for message in story.told(BETA) if isinstance(message, Decision)] == ["agreed"]


def test_what_was_decided_before_ledgers_said_so_means_what_it_meant() -> None:
    """I11: an entry without `resumes` is replayed as it was."""
    story = raised()
    story.do(SuspendRelease, reason="for a look")
    story.do(RaiseIncident, BETA, incident="I2", description="labels")
    story.do(TriageIncident, incident="I1", outcome=IncidentOutcome.PROCEED, reason="as found")
    old = IncidentDecided(
        at=story.now, by=PANEL, incident="ALPHA/I1", outcome=IncidentOutcome.PROCEED, commentary="agreed"
    )
    assert evolve_event(story.roll_out, old).release.standing is ACTIVE
    assert next(one.type for one in happenings(old, R)) == "release_resumed"


def test_a_pause_is_ended_by_the_dcc_once_every_incident_is_decided() -> None:
    story = raised()
    decide_on(story, IncidentOutcome.PAUSE)
    story.do(ResumeRelease, reason="mended")
    assert story.roll_out.release.standing is ACTIVE
    assert story.refused(ResumeRelease, reason="again") == "same_again"


def completed() -> Story:
    story = handed_over(SOLE)
    story.do(HoldHubs, reason="no signal", guids=some(SPLIT, FAR, GAS_ONLY))
    story.do(ObserveVersions, SMI, firmware_version=NEW, observed_at=story.now, guids=some(SOLE))
    story.roll_out = evolve(story.roll_out, hub_count={HubState.VERIFIED: 1, HubState.HELD: 3})
    story.do(CompleteRelease)
    assert story.roll_out.release.stage is ReleaseStage.COMPLETED
    return story


def test_a_fault_found_when_the_release_is_complete_is_an_incident_too() -> None:
    """BR6.1, BR6.2: there is nothing left to pause or to delay; a stop is for good."""
    story = completed()
    story.do(RaiseIncident, ALPHA, incident="I9", description="hubs lose their meters after a week")
    assert [task.kind for task in tasks_of(story.roll_out.release)] == [TaskKind.TRIAGE]
    for outcome in (IncidentOutcome.PAUSE, IncidentOutcome.DELAY):
        assert story.refused(TriageIncident, incident="I9", outcome=outcome, reason="x") == "all_done"
    decide_on(story, IncidentOutcome.STOP, "I9")
    assert story.roll_out.release.standing is STOPPED
    assert len([message for message in story.sent if isinstance(message, Decision)]) == 4  # BR6.4: everybody
    story = completed()
    story.do(RaiseIncident, ALPHA, incident="I9", description="a label was wrong")
    decide_on(story, IncidentOutcome.PROCEED, "I9")
    assert story.roll_out.release.standing is ACTIVE
    assert story.refused(SuspendRelease, reason="x") == "out_of_phase"  # nothing goes on that could halt


def test_the_sub_committee_confirms_as_the_panel_does_and_the_ledger_says_which() -> None:
    """BR6.3: both are asked, both see the task, and one word is enough."""
    story = raised()
    story.do(TriageIncident, incident="I1", outcome=IncidentOutcome.PAUSE, reason="as found")
    asked = [message.to for message in story.sent if isinstance(message, DecisionToConfirm)]
    assert asked == [PANEL, SUB_COMMITTEE]
    record = story.roll_out.release
    assert own_tasks(record, SUB_COMMITTEE) == own_tasks(record, PANEL) != ()
    assert next_acts(record, SUB_COMMITTEE, story.now) == next_acts(record, PANEL, story.now)
    story.do(ConfirmDecision, SUB_COMMITTEE, incident="I1", confirmed=True, commentary="agreed")
    assert story.roll_out.release.standing is PAUSED
    (decided,) = story.all_of(IncidentDecided)
    assert decided.by == SUB_COMMITTEE
    assert story.refused(ConfirmDecision, PANEL, incident="I1", confirmed=True, commentary="x") == "no_such_incident"
    assert story.refused(SuspendRelease, SUB_COMMITTEE, reason="x") == "wrong_party"
