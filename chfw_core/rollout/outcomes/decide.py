"""CS2, BR5.6, BR5.7: what follows from reports of CSPs, from observations of the SMI, and from silence.

Handed over is not activated, and activated is not verified: success counts when the SMI shows the version.
"""

from datetime import datetime
from itertools import repeat
from typing import assert_never

from attrs import evolve

from chfw_core.model.guid_list import GuidList
from chfw_core.model.periods import add_wall_days, instant_words
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import RollOutEvent, region_of
from chfw_core.rollout.outcomes import commands, events
from chfw_core.rollout.outcomes.answers import NOT_VERIFIED, SILENT, Answer, Reported, answer_to
from chfw_core.rollout.outcomes.commands import OutcomeCommand, OutcomeKind
from chfw_core.rollout.outcomes.evolve import outside_words
from chfw_core.rollout.outcomes.times import Times, is_outside
from chfw_core.rollout.records import HubRecord, Mode, RollOut
from chfw_core.rollout.refusals import Code, Sorted, hub_reason, refuse
from chfw_core.rollout.states import AT_CSP, HUB_STATES, HubState, HubStep

OUTSIDE = "outside"


def decide(roll_out: RollOut, command: OutcomeCommand, at: datetime) -> tuple[RollOutEvent, ...]:
    """The events that follow, at least one. The gate has let the command through."""
    if not command.guids:
        return refuse(command, at, Code.NO_HUBS)
    match command:
        case commands.ReportOutcomes():
            if command.times is None and command.occurred_at > at:
                return refuse(command, at, Code.IN_THE_FUTURE, when=instant_words(command.occurred_at))
            if command.outcome is OutcomeKind.ACTIVATED and not command.firmware_version:
                return refuse(command, at, Code.VERSION_MISSING)
            if command.outcome is OutcomeKind.FAILED and not command.reason:
                return refuse(command, at, Code.NEEDS_A_REASON, what="the reason of the failure")
            return _report(roll_out, command, at)
        case commands.ObserveVersions():
            if command.observed_at > at:
                return refuse(command, at, Code.IN_THE_FUTURE, when=instant_words(command.observed_at))
            return _observe(roll_out, command, at)
        case commands.DeclareSilence():
            return _silence(roll_out, command, at)
        case _:
            assert_never(command)


def _reported(roll_out: RollOut, command: commands.ReportOutcomes) -> Reported:
    match command.outcome:
        case OutcomeKind.IMAGE_DELIVERED:
            return Reported.DELIVERED
        case OutcomeKind.FAILED:
            return Reported.FAILED
        case OutcomeKind.ACTIVATED:
            right = command.firmware_version == firmware_of(roll_out.release).firmware_version
            return Reported.ACTIVATED if right else Reported.ACTIVATED_ANOTHER
        case _:
            assert_never(command.outcome)


def _report(roll_out: RollOut, command: commands.ReportOutcomes, at: datetime) -> tuple[RollOutEvent, ...]:
    said, region = _reported(roll_out, command), region_of(command.by)
    steps, marked, noted, refused = Sorted(), Sorted(), Sorted(), Sorted()
    times = repeat(command.occurred_at) if command.times is None else command.times
    for guid, when in zip(command.guids, times, strict=command.times is not None):
        hub = roll_out.hubs.get(guid)
        # A CSP learns nothing of the hubs of another region, not even that there are any.
        own = hub is not None and hub.region == region
        answer = Answer(refused="not_handed_over")
        if hub is not None and own:
            answer = answer_to(hub.state, said, attempts=hub.attempts, failure=hub.failure)
        late = hub is not None and _is_marked_late(hub, said, answer, when)
        if answer.refused is None and when > at:
            refused.add(*hub_reason("in_the_future", when=instant_words(when)), guid)
        elif answer.step is not None:
            outside = answer.step is HubStep.ACTIVATE and hub is not None and is_outside(hub, when)
            steps.add(answer.step.value, f"{OUTSIDE} {when.isoformat()}" if outside else "", guid)
        elif late:
            marked.add("", outside_words(when), guid)
        elif answer.noted is not None:
            state = hub.state.value.replace("_", " ") if hub is not None else ""
            noted.add(*hub_reason(answer.noted, state=state), guid)
        else:
            refused.add(*hub_reason(answer.refused or "not_handed_over"), guid)
    of = Times.of(command)
    found = [_stepped(roll_out, command, HubStep(step), guids, at, mark, of) for step, mark, guids in steps.rest()]
    kept = (
        events.OutcomesNoted(at=at, by=command.by, outcome=command.outcome, code=code, reason=reason, guids=guids)
        for code, reason, guids in noted.rest()
    )
    return (*found, *_marks(command, marked, at), *kept, *_refused(command, refused, at))


def _is_marked_late(hub: HubRecord, said: Reported, answer: Answer, when: datetime) -> bool:
    """BR3.5: the SMI showed the version before its CSP says that it was activated outside its window."""
    verified = hub.state is HubState.VERIFIED and said is Reported.ACTIVATED and answer.noted is not None
    return verified and not hub.reason and is_outside(hub, when)


def _marks(command: OutcomeCommand, marked: Sorted, at: datetime) -> list[RollOutEvent]:
    return [
        events.FoundOutsideWindow(at=at, by=command.by, reason=reason, guids=guids)
        for _, reason, guids in marked.rest()
    ]


def _stepped(
    roll_out: RollOut,
    command: commands.ReportOutcomes,
    step: HubStep,
    guids: GuidList,
    at: datetime,
    mark: str,
    of: Times,
) -> RollOutEvent:
    by, (when, times) = command.by, of.among(guids)
    if step is HubStep.DELIVER:
        return events.ImagesDelivered(at=at, by=by, occurred_at=when, times=times, guids=guids)
    if step is HubStep.ACTIVATE:
        due = add_wall_days(at, roll_out.release.figures.verification_due_days)
        return events.HubsActivated(
            at=at, by=by, occurred_at=when, times=times, due=due, outside_window=bool(mark), guids=guids
        )
    if step is HubStep.FAIL:
        reason = command.reason
        return events.HubsFailed(
            at=at, by=by, occurred_at=when, times=times, code="reported", reason=reason, guids=guids
        )
    return evolve(_wrong_version(roll_out, by, command.firmware_version or "", guids, at, when), times=times)


def _wrong_version(
    roll_out: RollOut, by: str, version: str, guids: GuidList, at: datetime, occurred_at: datetime
) -> events.HubsFailed:
    wanted = firmware_of(roll_out.release).firmware_version
    reason = f"the hub runs {version}, not {wanted}"
    return events.HubsFailed(at=at, by=by, occurred_at=occurred_at, code="wrong_version", reason=reason, guids=guids)


def _refused(command: OutcomeCommand, refused: Sorted, at: datetime) -> list[RollOutEvent]:
    return [
        events.OutcomesRefused(at=at, by=command.by, code=code, reason=reason, guids=guids)
        for code, reason, guids in refused.rest()
    ]


def _observe(roll_out: RollOut, command: commands.ObserveVersions, at: datetime) -> tuple[RollOutEvent, ...]:
    """BR5.6: whoever changed the version, the current Suppliers are alerted; BR5.7: this needs nothing else."""
    found, marked = Sorted(), Sorted()
    for guid in command.guids:
        hub = roll_out.hubs.get(guid)
        meant = _seen(roll_out, hub, command)
        found.add(*meant, guid)
        if hub is not None and meant[0] == "verify" and _is_early(hub, command.observed_at):
            marked.add("", _early_words(command.observed_at), guid)
    by, version = command.by, command.firmware_version
    verified, went_wrong, moved = found.take("verify"), found.take("wrong"), found.take("moved")
    made: list[RollOutEvent] = []
    if verified:
        made.append(
            events.HubsVerified(
                at=at,
                by=by,
                firmware_version=version,
                configuration_set=command.configuration_set,
                observed_at=command.observed_at,
                guids=verified,
            )
        )
    if went_wrong or moved:
        made.append(_observed(command, went_wrong | moved, at))
    if went_wrong:
        made.append(_wrong_version(roll_out, by, version, went_wrong, at, command.observed_at))
    if made:
        told = verified | went_wrong | moved
        made.append(events.ActivationConfirmed(at=at, by=by, firmware_version=version, guids=told))
    made += _marks(command, marked, at)
    other_set = found.take("other_set")
    if other_set:  # PR2: nothing was activated, so nobody is alerted
        made.append(_observed(command, other_set, at))
    unknown = found.take("unknown_guid")
    made += (
        events.OutcomesNoted(at=at, by=by, outcome=None, code=code, reason=reason, guids=guids)
        for code, reason, guids in found.rest()
    )
    if unknown:
        code, reason = hub_reason("unknown_guid")
        made.append(events.OutcomesRefused(at=at, by=by, code=code, reason=reason, guids=unknown))
    return tuple(made)


def _is_early(hub: HubRecord, observed_at: datetime) -> bool:
    """BR3.5: the hub ran it before its window opened. Once it has opened, what the SMI shows tells nothing of when."""
    marked = hub.state is HubState.ACTIVATED and bool(hub.reason)
    return not marked and hub.window_opens is not None and observed_at < hub.window_opens


def _early_words(observed_at: datetime) -> str:
    when = instant_words(observed_at)
    return f"the SMI showed the version at {when}, before the window that was planned opened"


def _observed(command: commands.ObserveVersions, guids: GuidList, at: datetime) -> events.VersionsObserved:
    return events.VersionsObserved(
        at=at,
        by=command.by,
        firmware_version=command.firmware_version,
        configuration_set=command.configuration_set,
        observed_at=command.observed_at,
        guids=guids,
    )


def _seen(roll_out: RollOut, hub: HubRecord | None, command: commands.ObserveVersions) -> tuple[str, str]:
    """What an observation means for a hub: `verify`, `wrong` (and no success), `moved`, `other_set`, or a code.

    The codes are those of `HUB_REASONS`.
    """
    record = roll_out.release
    if hub is None:
        return "unknown_guid", ""
    if hub.version_at is not None and command.observed_at < hub.version_at:
        return hub_reason("older")
    changed = command.firmware_version != hub.firmware_version
    if record.mode is Mode.ALERTS_ONLY:
        return ("moved", "") if changed else _unchanged(hub, command)
    if command.firmware_version == firmware_of(record).firmware_version:
        if (hub.state, HubStep.VERIFY) in HUB_STATES:
            return "verify", ""
    elif changed and _is_wrong(hub, command.firmware_version):
        return "wrong", ""
    return ("moved", "") if changed else _unchanged(hub, command)


def _unchanged(hub: HubRecord, command: commands.ObserveVersions) -> tuple[str, str]:
    """The hub runs what it ran; its HAN may have moved to another configuration set all the same."""
    said = command.configuration_set
    return ("other_set", "") if said is not None and said != hub.configuration_set else hub_reason("unchanged")


def _is_wrong(hub: HubRecord, version: str) -> bool:
    """Another version than was asked for, where one was: or a verified hub that is back at what it ran before."""
    if hub.state is HubState.VERIFIED:
        return version == hub.version_before
    return hub.state in (*AT_CSP, HubState.ACTIVATED)


def _silence(roll_out: RollOut, command: commands.DeclareSilence, at: datetime) -> tuple[RollOutEvent, ...]:
    """Silence has its own deadline: one for the CSP's report, another for the SMI to show it."""
    silent, refused = Sorted(), Sorted()
    for guid in command.guids:
        hub = roll_out.hubs.get(guid)
        if hub is None:
            refused.add(*hub_reason("unknown_guid"), guid)
        elif (
            (hub.state, HubStep.FALL_SILENT) not in HUB_STATES or hub.outcome_due_at is None or at <= hub.outcome_due_at
        ):
            refused.add(*hub_reason("not_due"), guid)
        elif hub.state is HubState.ACTIVATED:
            due = instant_words(hub.outcome_due_at)
            silent.add(NOT_VERIFIED, f"the SMI has not shown the version by {due}", guid)
        else:
            silent.add(SILENT, f"nothing was heard by {instant_words(hub.outcome_due_at)}", guid)
    found = (
        events.HubsFellSilent(at=at, by=command.by, code=code, reason=reason, guids=guids)
        for code, reason, guids in silent.rest()
    )
    return (*found, *_refused(command, refused, at))
