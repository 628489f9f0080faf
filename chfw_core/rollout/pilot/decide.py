"""BR2: what follows from the commands about the pilot and the approval of the mass roll-out."""

from datetime import datetime
from typing import assert_never

from chfw_core.model.parties import Party
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.pilot import commands, events
from chfw_core.rollout.pilot.commands import PilotCommand, SeenVerdict
from chfw_core.rollout.records import HubRecord, ReleaseRecord, RollOut, Verdict
from chfw_core.rollout.refusals import Code, Sorted, hub_reason, refuse
from chfw_core.rollout.states import WAITING, HubState, ReleaseStage

DONE = frozenset({HubState.VERIFIED, HubState.FAILED, HubState.HELD, HubState.EXCLUDED, HubState.SUPERSEDED})
"""What a hub may be when the release is completed: it has an outcome, or the DCC holds it."""


def decide(roll_out: RollOut, command: PilotCommand, at: datetime) -> tuple[RollOutEvent, ...]:
    """The events that follow, at least one. The gate has let the command through."""
    record, by = roll_out.release, command.by
    match command:
        case commands.ApprovePilot():
            if record.cpl_entry is None:
                return refuse(command, at, Code.NOT_ON_CPL)  # G6
            if not command.approval:
                return refuse(command, at, Code.NEEDS_A_REASON, what="the reference of the operational approval")
            return (events.PilotApproved(at=at, by=by, approval=command.approval),)  # BR2.6
        case commands.SubmitPilotList():
            return _submit(roll_out, command, at)
        case commands.BeginPilot():
            return (events.PilotBegun(at=at, by=by),)  # BR2.4, BR2.9
        case commands.RecordPilotProgress():
            return _progress(roll_out, command, at)
        case commands.CompletePilotPhase():
            if command.phase in record.pilot_phases:
                return refuse(command, at, Code.SAME_AGAIN)
            completed = events.PilotPhaseCompleted(at=at, by=by, phase=command.phase, commentary=command.commentary)
            return (completed,)  # BR2.6
        case commands.EndPilot():
            if not command.commentary:  # BR2.5
                return refuse(command, at, Code.NEEDS_A_REASON, what="how the pilot went")
            ended = events.PilotEnded(at=at, by=by, succeeded=command.succeeded, commentary=command.commentary)
            return (ended,)  # BR2.5
        case commands.GiveVerdict():
            verdict = Verdict(opinion=command.opinion, findings=command.findings, given_at=at)
            former = record.verdicts.get(Party(by))
            if former is not None and (former.opinion, former.findings) == (verdict.opinion, verdict.findings):
                return refuse(command, at, Code.SAME_AGAIN)
            given = events.VerdictGiven(
                at=at, by=by, party=Party(by), opinion=command.opinion, findings=command.findings
            )
            return (given,)  # BR2.10
        case commands.ApproveMass():
            return _approve_mass(record, command, at)
        case commands.BeginMass():
            return (events.MassBegun(at=at, by=by),)
        case commands.CompleteRelease():
            still = sum(count for state, count in roll_out.hub_count.items() if state not in DONE)
            if still:
                return refuse(command, at, Code.HUBS_OPEN, hubs=still)
            return (events.ReleaseCompleted(at=at, by=by),)
        case _:
            assert_never(command)


def _submit(roll_out: RollOut, command: commands.SubmitPilotList, at: datetime) -> tuple[RollOutEvent, ...]:
    """BR2.3: an empty list is an answer too: this Supplier wants no pilot (BR2.7)."""
    record, party, answers = roll_out.release, Party(command.by), Sorted()
    for guid in command.guids:
        answers.add(*_fit_for_pilot(roll_out.hubs.get(guid), party), guid)
    fit = answers.take("")
    # I10. The lists' sizes are added up, so that nobody learns from it who chose the same hubs (NF7).
    others = sum(len(chosen.guids) for owner, chosen in record.pilots.items() if owner != party)
    limit = firmware_of(record).pilot_limit
    if others + len(fit) > limit:
        return refuse(command, at, Code.OVER_PILOT_LIMIT, limit=limit)
    submitted = events.PilotListSubmitted(at=at, by=command.by, party=party, guids=fit)
    refused = (
        events.PilotHubsRefused(at=at, by=command.by, party=party, code=code, reason=reason, guids=guids)
        for code, reason, guids in answers.rest()
    )
    # Where hubs were named and none of them will do, the former list stands.
    return (*((submitted,) if fit or not command.guids else ()), *refused)


def _fit_for_pilot(hub: HubRecord | None, party: Party) -> tuple[str, str]:
    if hub is None:
        return hub_reason("unknown_guid")
    if not hub.suppliers.roles_of(party):
        return hub_reason("not_responsible")
    if hub.state not in WAITING:
        return hub_reason("not_waiting", state=hub.state.value.replace("_", " "))  # I10: no held hub either
    if party in hub.excluded:
        return hub_reason("excluded")  # I10, BR2.7: vulnerable and high-risk consumers are kept out
    return "", ""


def _progress(roll_out: RollOut, command: commands.RecordPilotProgress, at: datetime) -> tuple[RollOutEvent, ...]:
    if not command.guids:
        return refuse(command, at, Code.NO_HUBS)
    if not command.succeeded and not command.reason:
        return refuse(command, at, Code.NEEDS_A_REASON, what="the reason of the failure")  # BR2.4
    answers = Sorted()
    for guid in command.guids:
        known = guid in roll_out.hubs and any(guid in chosen.guids for chosen in roll_out.release.pilots.values())
        answers.add(*(("", "") if known else hub_reason("not_in_pilot")), guid)
    told = answers.take("")
    recorded = events.PilotProgressRecorded(
        at=at,
        by=command.by,
        succeeded=command.succeeded,
        reason=command.reason,
        commentary=command.commentary,
        guids=told,
    )
    refused = (
        events.PilotHubsRefused(at=at, by=command.by, party=Party(command.by), code=code, reason=reason, guids=guids)
        for code, reason, guids in answers.rest()
    )
    return (*((recorded,) if told else ()), *refused)


def _approve_mass(record: ReleaseRecord, command: commands.ApproveMass, at: datetime) -> tuple[RollOutEvent, ...]:
    if record.cpl_entry is None:
        return refuse(command, at, Code.NOT_ON_CPL)  # G6
    if not command.approval:
        return refuse(command, at, Code.NEEDS_A_REASON, what="the reference of the operational approval")
    skipped = record.stage is ReleaseStage.NOTIFIED
    if skipped and not command.without_pilot:  # BR2.7: optional, and then it is said why
        return refuse(command, at, Code.NEEDS_A_REASON, what="why there was no pilot")
    there = {SeenVerdict(party=party, given_at=verdict.given_at) for party, verdict in record.verdicts.items()}
    if set(command.seen) != there:
        return refuse(command, at, Code.VERDICTS_UNSEEN)  # BR2.10
    without = command.without_pilot if skipped else None
    return (events.MassApproved(at=at, by=command.by, approval=command.approval, without_pilot=without),)  # BR2.6
