"""BR5.4, BR5.5, CS2: who owes what until when, and what every other actor does next and when; never by name.

Derived from the release's record alone, so that what is owed is never out of step with what has happened.
Mandatory participation makes the Suppliers' task one that can be late (G7); otherwise its end is a chance missed.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen

from chfw_core.model.parties import CSP_PREFIX, DCC, is_supplier
from chfw_core.model.periods import add_wall_days
from chfw_core.model.releases import Participation, ReleaseKind
from chfw_core.rollout.agreement import cutoff_of, firmware_of
from chfw_core.rollout.base import CONFIRMING, PANEL
from chfw_core.rollout.incidents.model import Incident
from chfw_core.rollout.records import Mode, ReleaseRecord
from chfw_core.rollout.states import FINAL_STANDINGS, ReleaseStage


class TaskKind(StrEnum):
    """What may be owed."""

    PUBLISH_NOTE = "publish_note"
    INSTRUCT = "instruct"
    GIVE_VERDICT = "give_verdict"
    APPROVE_PILOT = "approve_pilot"
    BEGIN_PILOT = "begin_pilot"
    END_PILOT = "end_pilot"
    APPROVE_MASS = "approve_mass"
    BEGIN_MASS = "begin_mass"
    REPORT_OUTCOMES = "report_outcomes"
    TRIAGE = "triage"
    CONFIRM = "confirm"


@frozen(kw_only=True)
class Task:
    """One task: its owner, what it is about, since when, until when (None: open), and when it was done."""

    owner: str
    kind: TaskKind
    subject: str = ""
    starts: datetime
    due: datetime | None
    done_at: datetime | None = None
    binding: bool = True  # False: a chance, which nobody has to take

    def late(self, at: datetime) -> bool:
        """Whether it is, or was, done after its time."""
        return self.binding and self.due is not None and (self.done_at or at) > self.due

    def left(self, at: datetime) -> timedelta | None:
        """BR5.4: the time left; negative where it is late, None where it has no end or is done."""
        return None if self.due is None or self.done_at is not None else self.due - at


@frozen(kw_only=True)
class NextAct:
    """BR5.5: what another actor does next, and by when: its kind of actor, never its name."""

    actor: str
    kind: TaskKind
    due: datetime | None


_DCC_NEXT = {
    ReleaseStage.NOTIFIED: TaskKind.APPROVE_PILOT,
    ReleaseStage.PILOT_APPROVED: TaskKind.BEGIN_PILOT,
    ReleaseStage.PILOTING: TaskKind.END_PILOT,
    ReleaseStage.PILOT_ENDED: TaskKind.APPROVE_MASS,
    ReleaseStage.MASS_APPROVED: TaskKind.BEGIN_MASS,
}


def tasks_of(record: ReleaseRecord) -> tuple[Task, ...]:
    """All tasks of the release, in order of owner, due date and kind. None with alerts alone (BR5.7)."""
    if record.firmware is None or record.stage_since is None or record.mode is Mode.ALERTS_ONLY:
        return ()
    found = [*_of_incidents(record), *_of_csps(record)]
    if record.standing not in FINAL_STANDINGS:
        found += [*_note(record), *_of_dcc(record), *_of_suppliers(record)]
    return tuple(sorted(found, key=_order))


def _order(task: Task) -> tuple[object, ...]:
    return (task.owner, task.due is None, task.due or task.starts, task.kind, task.subject)


def _note(record: ReleaseRecord) -> list[Task]:
    """BR1.5: until there is one: soon after the notice of a Maintenance Release.

    That of a SEC Release follows the testing cycle, and is there by the cut-off: Suppliers decide by it.
    """
    firmware = firmware_of(record)
    if record.note is not None or firmware.release_note or record.stage is ReleaseStage.COMPLETED:
        return []
    due = cutoff_of(record, firmware.automatic_at)
    if firmware.kind is not ReleaseKind.SEC_RELEASE:
        due = add_wall_days(firmware.notified_at, record.figures.release_note_due_days)
    return [Task(owner=DCC, kind=TaskKind.PUBLISH_NOTE, starts=firmware.notified_at, due=due)]


def _of_dcc(record: ReleaseRecord) -> list[Task]:
    """Each step of the main line; the roll-out cannot be later than the automatic date that was promised."""
    kind = _DCC_NEXT.get(record.stage)
    if kind is None or record.stage_since is None:
        return []
    return [Task(owner=DCC, kind=kind, starts=record.stage_since, due=firmware_of(record).automatic_at)]


def _of_suppliers(record: ReleaseRecord) -> list[Task]:
    firmware, since = firmware_of(record), record.stage_since
    if since is None or record.stage in (ReleaseStage.DRAFTED, ReleaseStage.COMPLETED):
        return []
    cutoff = cutoff_of(record, firmware.automatic_at)
    owed = TaskKind.INSTRUCT
    found = []
    if record.mode is not Mode.DCC_ONLY:
        found = [
            Task(owner=party, kind=owed, starts=firmware.notified_at, due=cutoff, binding=owes_a_decision(record))
            for party in sorted(record.suppliers)
        ]
    if record.stage in (ReleaseStage.PILOTING, ReleaseStage.PILOT_ENDED):
        # BR2.10: seen before the mass roll-out is approved, which the DCC owes by the automatic date.
        for party in sorted(record.suppliers):
            verdict = record.verdicts.get(party)
            done = None if verdict is None else verdict.given_at
            found.append(
                Task(
                    owner=party,
                    kind=TaskKind.GIVE_VERDICT,
                    starts=since,
                    due=firmware.automatic_at,
                    done_at=done,
                    binding=False,
                )
            )
    return found


def _of_csps(record: ReleaseRecord) -> list[Task]:
    """CS2: the outcome of every hub, per region and day; lateness stays visible until it has come."""
    return [
        Task(
            owner=f"{CSP_PREFIX}{pool.region}",
            kind=TaskKind.REPORT_OUTCOMES,
            subject=f"{pool.day}: {pool.outstanding + pool.silent} of {pool.handed} hubs",
            starts=pool.since,
            due=pool.due,
        )
        for _, pool in sorted(record.pools.items())
        if pool.outstanding or pool.silent
    ]


def _of_incidents(record: ReleaseRecord) -> list[Task]:
    return [task for incident in record.incidents for task in _of_incident(record, incident)]


def _of_incident(record: ReleaseRecord, incident: Incident) -> list[Task]:
    """BR6.2, BR6.3: first the DCC's triage, then the Panel's word."""
    figures = record.figures
    triage = Task(
        owner=DCC,
        kind=TaskKind.TRIAGE,
        subject=incident.id,
        starts=incident.raised_at,
        due=incident.raised_at + timedelta(hours=figures.triage_due_hours),
        done_at=incident.triaged_at,
    )
    if incident.triaged_at is None:
        return [triage]
    confirm = Task(
        owner=PANEL,
        kind=TaskKind.CONFIRM,
        subject=incident.id,
        starts=incident.triaged_at,
        due=add_wall_days(incident.triaged_at, figures.confirmation_due_days),
        done_at=incident.decided_at,
    )
    return [triage, confirm]


def own_tasks(record: ReleaseRecord, actor: str) -> tuple[Task, ...]:
    """BR5.4: what one actor owes."""
    return tuple(task for task in tasks_of(record) if task.owner == _owner(actor))


def is_open(task: Task, at: datetime, uninstructed: int) -> bool:
    """BR5.4: whether it is still to be done. `uninstructed`: its owner's hubs that wait for an instruction of its own.

    A chance that has passed is nothing to do any more; nor is a question that every hub has an answer to.
    """
    if task.done_at is not None or (task.kind is TaskKind.INSTRUCT and not uninstructed):
        return False
    return not _passed(task, at)


def _passed(task: Task, at: datetime) -> bool:
    return not task.binding and task.due is not None and at > task.due


def next_acts(record: ReleaseRecord, reader: str, at: datetime) -> tuple[NextAct, ...]:
    """BR5.5: what the other actors do next, without the chances that have passed at `at`.

    Suppliers are one actor here, whoever and however many they are (NF7).
    """
    found = dict[tuple[str, TaskKind], NextAct]()
    for task in tasks_of(record):
        if (
            task.owner == _owner(reader)
            or task.done_at is not None
            or task.kind is TaskKind.GIVE_VERDICT
            or _passed(task, at)
        ):
            continue
        actor = _actor(task.owner)
        key = (actor, task.kind)
        act = NextAct(actor=actor, kind=task.kind, due=task.due)
        if key not in found or _earlier(act.due, found[key].due):
            found[key] = act
    return tuple(found[key] for key in sorted(found))


def _owner(actor: str) -> str:
    """BR6.3: what the Panel owes its Sub-Committee may do, so that it stands under one name."""
    return PANEL if actor in CONFIRMING else actor


def _actor(owner: str) -> str:
    if owner in (DCC, PANEL):
        return owner
    return "a Supplier" if is_supplier(owner) else "a CSP"


def _earlier(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one < other)


def owes_a_decision(record: ReleaseRecord) -> bool:
    """G7: whether a Supplier that says nothing is shown as late."""
    return firmware_of(record).participation is Participation.MANDATORY
