"""BR5.4, BR5.5, CS2, G7: what is owed, until when, and what others do next."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve

from chfw_core.documents.defaults import default_parameters
from chfw_core.model.releases import (
    Participation,
    ReleaseKind,
)
from chfw_core.rollout.base import PANEL
from chfw_core.rollout.figures import figures_at
from chfw_core.rollout.incidents.commands import ConfirmDecision, RaiseIncident, TriageIncident
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.notice.commands import (
    DraftRelease,
    PublishReleaseNote,
    ReturnToDccOnly,
    RevokeNotice,
)
from chfw_core.rollout.outcomes.commands import DeclareSilence, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import GiveVerdict
from chfw_core.rollout.records import (
    Figures,
    Opinion,
    ReleaseNote,
    ReleaseRecord,
)
from chfw_core.rollout.states import ReleaseStage
from chfw_core.rollout.tasks import (
    Task,
    TaskKind,
    next_acts,
    own_tasks,
    tasks_of,
)
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    FIRMWARE,
    SOLE,
    SPLIT,
    START,
    Story,
    handed_over,
    notified,
    piloting,
    some,
)

CUTOFF = datetime(2026, 6, 6, tzinfo=UTC)


def test_every_supplier_sees_how_long_it_may_instruct() -> None:
    """BR5.4."""
    story = notified()
    (task,) = own_tasks(story.roll_out.release, ALPHA)
    assert (task.kind, task.due) == (TaskKind.INSTRUCT, CUTOFF)
    assert task.left(CUTOFF - timedelta(days=2)) == timedelta(days=2)
    assert task.left(CUTOFF + timedelta(days=2)) == timedelta(days=-2)


@pytest.mark.parametrize(("participation", "late"), [(Participation.MANDATORY, True), (Participation.VOLUNTARY, False)])
def test_only_who_owes_a_decision_is_late(participation: Participation, late: bool) -> None:
    """G7."""
    story = notified(evolve(FIRMWARE, participation=participation))
    (task,) = own_tasks(story.roll_out.release, ALPHA)
    assert not task.late(CUTOFF)
    assert task.late(CUTOFF + timedelta(seconds=1)) is late


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        (ReleaseStage.NOTIFIED, TaskKind.APPROVE_PILOT),
        (ReleaseStage.PILOT_APPROVED, TaskKind.BEGIN_PILOT),
        (ReleaseStage.PILOTING, TaskKind.END_PILOT),
        (ReleaseStage.PILOT_ENDED, TaskKind.APPROVE_MASS),
        (ReleaseStage.MASS_APPROVED, TaskKind.BEGIN_MASS),
        (ReleaseStage.ROLLING_OUT, None),
    ],
)
def test_the_dcc_owes_the_next_step(stage: ReleaseStage, kind: TaskKind | None) -> None:
    record = evolve(notified().roll_out.release, stage=stage)
    assert [task.kind for task in own_tasks(record, "DCC")] == ([] if kind is None else [kind])


def test_verdicts_are_a_chance_until_the_mass_roll_out_has_to_be_approved() -> None:
    """BR2.10, BR5.4: they are seen before it; nobody is late with one."""
    story = piloting()
    story.do(GiveVerdict, ALPHA, opinion=Opinion.PROCEED, findings="fine")
    done = {task.owner: task for task in tasks_of(story.roll_out.release) if task.kind is TaskKind.GIVE_VERDICT}
    assert (done[ALPHA].done_at, done[BETA].done_at) == (story.now, None)
    assert not done[BETA].late(AUTOMATIC + timedelta(days=1))
    assert done[BETA].left(AUTOMATIC - timedelta(days=3)) == timedelta(days=3)
    assert done[ALPHA].left(AUTOMATIC) is None
    ended = evolve(story.roll_out.release, stage=ReleaseStage.PILOT_ENDED)
    (approval,) = own_tasks(ended, "DCC")
    assert (approval.kind, approval.due) == (TaskKind.APPROVE_MASS, done[BETA].due)


def test_a_csp_owes_outcomes_until_each_hub_has_one_and_its_lateness_is_visible() -> None:
    """CS2: also after the hub was given up as silent."""
    story = handed_over(SOLE, SPLIT)
    csp = "CSP:North"
    (task,) = own_tasks(story.roll_out.release, csp)
    assert task.subject == "2026-07-06: 2 of 2 hubs"
    story.later(days=6)
    assert task.late(story.now)
    story.do(DeclareSilence, guids=some(SOLE, SPLIT))
    (still,) = own_tasks(story.roll_out.release, csp)
    assert still.late(story.now)
    report = {"outcome": OutcomeKind.FAILED, "occurred_at": story.now, "reason": "no image held"}
    story.do(ReportOutcomes, csp, guids=some(SOLE, SPLIT), **report)
    assert own_tasks(story.roll_out.release, csp) == ()


def test_an_incident_is_triaged_then_confirmed_each_by_its_time() -> None:
    """BR6.2, BR6.3."""
    story = notified()
    story.do(RaiseIncident, ALPHA, incident="I1", description="meters lost")
    triage = next(task for task in own_tasks(story.roll_out.release, "DCC") if task.kind is TaskKind.TRIAGE)
    assert triage.left(story.now) == timedelta(hours=24)
    assert own_tasks(story.roll_out.release, PANEL) == ()
    story.later(hours=25)
    assert triage.late(story.now)
    story.do(TriageIncident, incident="I1", outcome=IncidentOutcome.PROCEED, reason="fine")
    (confirm,) = own_tasks(story.roll_out.release, PANEL)
    assert confirm.left(story.now) == timedelta(days=10)
    story.do(ConfirmDecision, PANEL, incident="I1", confirmed=True, commentary="")
    (done,) = own_tasks(story.roll_out.release, PANEL)
    assert done.done_at == story.now
    assert done.left(story.now) is None


def test_others_are_shown_with_their_next_act_and_date_but_without_their_name() -> None:
    """BR5.5, NF7."""
    story = handed_over(SOLE)
    story.do(RaiseIncident, BETA, incident="I1", description="x")
    record = evolve(story.roll_out.release, stage=ReleaseStage.PILOTING)
    later = evolve(
        record,
        pools={
            **record.pools,
            ("South", date(2026, 7, 1)): evolve(next(iter(record.pools.values())), due=AUTOMATIC),
        },
    )
    found = {(act.actor, act.kind): act.due for act in next_acts(later, ALPHA, CUTOFF)}
    assert found == {
        ("DCC", TaskKind.END_PILOT): AUTOMATIC,
        ("DCC", TaskKind.TRIAGE): story.now + timedelta(hours=24),
        ("a CSP", TaskKind.REPORT_OUTCOMES): AUTOMATIC,
        ("a Supplier", TaskKind.INSTRUCT): CUTOFF,
    }
    assert not any(name in repr(next_acts(later, ALPHA, CUTOFF)) for name in (BETA, "North", "I1"))


@pytest.mark.parametrize(
    ("participation", "shown"), [(Participation.MANDATORY, True), (Participation.VOLUNTARY, False)]
)
def test_a_chance_that_has_passed_is_nobodys_next_act(participation: Participation, shown: bool) -> None:
    """BR5.5, G7."""
    record = notified(evolve(FIRMWARE, participation=participation)).roll_out.release
    for at, expected in ((CUTOFF, True), (CUTOFF + timedelta(seconds=1), shown)):
        assert (TaskKind.INSTRUCT in {act.kind for act in next_acts(record, ALPHA, at)}) is expected


def test_nothing_is_owed_before_the_draft_with_alerts_alone_or_after_a_final_standing() -> None:
    """BR5.7."""
    assert tasks_of(ReleaseRecord(id="R")) == ()
    alerts = Story()
    alerts.do(DraftRelease, firmware=FIRMWARE, alerts_only=True)
    assert tasks_of(alerts.roll_out.release) == ()
    drafted = Story()
    drafted.do(DraftRelease, firmware=FIRMWARE)
    assert tasks_of(drafted.roll_out.release) == ()
    story = notified()
    story.do(RevokeNotice, reason="a defect")
    assert tasks_of(story.roll_out.release) == ()


def test_with_the_dcc_alone_nobody_is_asked_to_instruct() -> None:
    """G9."""
    story = notified()
    story.do(ReturnToDccOnly, consultation="https://example.org/c")
    assert own_tasks(story.roll_out.release, ALPHA) == ()


def test_the_figures_come_from_the_parameters_that_are_in_force() -> None:
    assert figures_at(default_parameters(), date(2026, 1, 5)) == Figures()


def test_a_chance_is_never_late_whatever_its_time() -> None:
    """BR5.4, G7."""
    due = datetime(2026, 3, 1, tzinfo=UTC)
    for binding in (True, False):
        task = Task(owner=ALPHA, kind=TaskKind.INSTRUCT, starts=START, due=due, binding=binding)
        assert task.late(due + timedelta(seconds=1)) is binding
        assert not task.late(due)
        done = evolve(task, done_at=due + timedelta(days=1))
        assert done.late(due) is binding  # done, and after its time
        assert not evolve(task, due=None).late(AUTOMATIC)


@pytest.mark.parametrize(
    ("kind", "due"),
    [(ReleaseKind.SEC_RELEASE, CUTOFF), (ReleaseKind.UNPLANNED_MAINTENANCE, START + timedelta(days=5))],
)
def test_the_release_note_is_owed_by_the_dcc_until_it_is_there(kind: ReleaseKind, due: datetime) -> None:
    """BR1.5: some days after the notice of a Maintenance Release; of a SEC Release, which is tested, by the cut-off."""
    story = notified(evolve(FIRMWARE, kind=kind, release_note=None))
    owed = [task for task in own_tasks(story.roll_out.release, "DCC") if task.kind is TaskKind.PUBLISH_NOTE]
    assert [(task.due, task.binding) for task in owed] == [(due, True)]
    acts = [act.actor for act in next_acts(story.roll_out.release, ALPHA, START) if act.kind is TaskKind.PUBLISH_NOTE]
    assert acts == ["DCC"]
    story.do(PublishReleaseNote, note=ReleaseNote(url="https://example.org/n", version="1"))
    assert TaskKind.PUBLISH_NOTE not in {task.kind for task in tasks_of(story.roll_out.release)}


def test_a_note_that_the_notice_names_is_owed_no_more() -> None:
    assert TaskKind.PUBLISH_NOTE not in {task.kind for task in tasks_of(notified().roll_out.release)}
