"""Who may command what, and when: a table, asked before anything else.

The order of the questions matters for what is told: a stranger learns nothing about a release but its name.
Facts (outcomes, versions, changes of Supplier) are taken whatever the standing: they are so, stop or no stop.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from chfw_core.model.parties import DCC
from chfw_core.model.periods import instant_words
from chfw_core.rollout.base import CONFIRMING, REGISTRATION, SMI, Command, CommandRefused, region_of
from chfw_core.rollout.handover import commands as handover
from chfw_core.rollout.incidents import commands as incidents
from chfw_core.rollout.instructing import commands as instructing
from chfw_core.rollout.notice import commands as notice
from chfw_core.rollout.outcomes import commands as outcomes
from chfw_core.rollout.pilot import commands as pilot
from chfw_core.rollout.records import Mode, ReleaseRecord, RollOut
from chfw_core.rollout.refusals import Code, refuse
from chfw_core.rollout.relevance import concerns, is_bounded
from chfw_core.rollout.states import FINAL_STANDINGS, ReleaseStage, ReleaseStanding
from chfw_core.rollout.suppliers import commands as suppliers


class Who(StrEnum):
    """Those who act in a roll-out."""

    DCC = "the DCC"
    SUPPLIER = "a Supplier"
    CSP = "a CSP"
    PANEL = "the Panel or its Sub-Committee"
    SMI = "the SMI"
    REGISTRATION = "the registration systems"


_S = ReleaseStage
ALL_STAGES = tuple(_S)
BEFORE_THE_END = ALL_STAGES[:-1]
FROM_NOTICE = ALL_STAGES[1:-1]
EVER_SINCE = ALL_STAGES[1:]
"""BR6.1: a fault that shows when the release is complete is an incident on it too."""
ANY_STANDING = frozenset(ReleaseStanding)
NOT_FINAL = ANY_STANDING - FINAL_STANDINGS
ACTIVE = frozenset({ReleaseStanding.ACTIVE})


@frozen(kw_only=True)
class Gate:
    """Who may, at which stages, with which standings, and whether with alerts alone as well (BR5.7).

    `also`: others whose rules may do it (RU7); people are asked for `who`.
    """

    who: Who
    also: frozenset[Who] = frozenset()
    stages: tuple[ReleaseStage, ...]
    standings: frozenset[ReleaseStanding] = NOT_FINAL
    alerts_only: bool = False
    dcc_only: bool = True


_OF_DCC, _OF_SUPPLIER = Who.DCC, Who.SUPPLIER
GATES: Mapping[type[Command], Gate] = {
    notice.DraftRelease: Gate(who=_OF_DCC, stages=(_S.DRAFTED,), alerts_only=True),
    notice.PublishReleaseNote: Gate(who=_OF_DCC, stages=BEFORE_THE_END),
    notice.RecordCplEntry: Gate(who=_OF_DCC, stages=BEFORE_THE_END),
    notice.NotifyRelease: Gate(who=_OF_DCC, stages=(_S.DRAFTED,), standings=ACTIVE),
    notice.AddHubs: Gate(who=_OF_DCC, stages=BEFORE_THE_END, alerts_only=True),
    notice.MoveAutomaticDate: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    notice.RevokeNotice: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    notice.ChooseParticipation: Gate(who=_OF_DCC, stages=BEFORE_THE_END),
    notice.ReturnToDccOnly: Gate(who=_OF_DCC, stages=BEFORE_THE_END, dcc_only=False),
    notice.SupersedeHubs: Gate(who=_OF_DCC, stages=FROM_NOTICE, standings=ANY_STANDING),
    pilot.ApprovePilot: Gate(who=_OF_DCC, stages=(_S.NOTIFIED,), standings=ACTIVE),
    # A list may be given as soon as there is a notice, and until the pilot ends.
    pilot.SubmitPilotList: Gate(who=_OF_SUPPLIER, stages=(_S.NOTIFIED, _S.PILOT_APPROVED, _S.PILOTING), dcc_only=False),
    pilot.BeginPilot: Gate(who=_OF_DCC, stages=(_S.PILOT_APPROVED,), standings=ACTIVE),
    pilot.RecordPilotProgress: Gate(who=_OF_DCC, stages=(_S.PILOTING, _S.PILOT_ENDED), standings=ANY_STANDING),
    pilot.CompletePilotPhase: Gate(who=_OF_DCC, stages=(_S.PILOTING,)),
    pilot.EndPilot: Gate(who=_OF_DCC, stages=(_S.PILOTING,)),
    pilot.GiveVerdict: Gate(who=_OF_SUPPLIER, stages=(_S.PILOTING, _S.PILOT_ENDED)),
    pilot.ApproveMass: Gate(who=_OF_DCC, stages=(_S.NOTIFIED, _S.PILOT_ENDED), standings=ACTIVE),
    pilot.BeginMass: Gate(who=_OF_DCC, stages=(_S.MASS_APPROVED,), standings=ACTIVE),
    pilot.CompleteRelease: Gate(who=_OF_DCC, stages=(_S.ROLLING_OUT,), standings=ACTIVE),
    # During a pause Suppliers may still say what they want: it counts when the release goes on.
    instructing.Instruct: Gate(who=_OF_SUPPLIER, stages=FROM_NOTICE, dcc_only=False),
    instructing.WithdrawInstructions: Gate(who=_OF_SUPPLIER, stages=FROM_NOTICE),
    instructing.SetExclusions: Gate(who=_OF_SUPPLIER, stages=FROM_NOTICE, dcc_only=False),
    handover.PublishPlan: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    handover.SetCapacity: Gate(who=_OF_DCC, stages=BEFORE_THE_END),
    # I4, NF6: never unless the release is active. BR2.6: never before the pilot was begun or the mass approved.
    handover.HandOver: Gate(
        who=_OF_DCC, stages=(_S.PILOTING, _S.PILOT_ENDED, _S.MASS_APPROVED, _S.ROLLING_OUT), standings=ACTIVE
    ),
    handover.HoldHubs: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    handover.LetHubsGo: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    handover.ExcludeHubs: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    handover.ProtectHubs: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    handover.LiftProtection: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    outcomes.ReportOutcomes: Gate(who=Who.CSP, stages=ALL_STAGES, standings=ANY_STANDING),
    outcomes.ObserveVersions: Gate(who=Who.SMI, stages=ALL_STAGES, standings=ANY_STANDING, alerts_only=True),
    outcomes.DeclareSilence: Gate(who=_OF_DCC, stages=ALL_STAGES, standings=ANY_STANDING),
    incidents.RaiseIncident: Gate(who=_OF_SUPPLIER, also=frozenset({Who.DCC, Who.CSP}), stages=EVER_SINCE),
    incidents.SuspendRelease: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    incidents.TriageIncident: Gate(who=_OF_DCC, stages=EVER_SINCE),
    incidents.ConfirmDecision: Gate(who=Who.PANEL, stages=EVER_SINCE),
    incidents.ResumeRelease: Gate(who=_OF_DCC, stages=FROM_NOTICE),
    suppliers.AnnounceSupplierChange: Gate(
        who=Who.REGISTRATION, stages=ALL_STAGES, standings=ANY_STANDING, alerts_only=True
    ),
    suppliers.CancelSupplierChange: Gate(
        who=Who.REGISTRATION, stages=ALL_STAGES, standings=ANY_STANDING, alerts_only=True
    ),
    suppliers.CompleteSupplierChange: Gate(
        who=Who.REGISTRATION, stages=ALL_STAGES, standings=ANY_STANDING, alerts_only=True
    ),
}
"""Per command its gate."""


def who_is(by: str) -> Who:
    """Which actor an id stands for."""
    fixed = {DCC: Who.DCC, **dict.fromkeys(CONFIRMING, Who.PANEL), SMI: Who.SMI, REGISTRATION: Who.REGISTRATION}
    if by in fixed:
        return fixed[by]
    return Who.CSP if region_of(by) is not None else Who.SUPPLIER


def may_give(by: str, kind: type[Command]) -> bool:
    """Whether such a command is for this actor at all, of whichever release.

    Whoever asks somebody before it is given, or shows what it would do, asks this first: a stranger is refused
    without having seen anything (NF7).
    """
    gate = GATES[kind]
    return bool(by) and who_is(by) in {gate.who, *gate.also}


def stopped_at_gate(roll_out: RollOut, command: Command, at: datetime) -> tuple[CommandRefused] | None:
    """Why a command may not even be looked at, or None."""
    record, gate = roll_out.release, GATES[type(command)]
    if record.last_at is not None and at < record.last_at:
        return refuse(command, at, Code.CLOCK_WENT_BACK, now=instant_words(at), last=instant_words(record.last_at))
    if command.release != record.id:
        return refuse(command, at, Code.WRONG_RELEASE, id=command.release)
    if not may_give(command.by, type(command)):
        return refuse(command, at, Code.WRONG_PARTY, by=command.by, who=gate.who.value)
    drafting = isinstance(command, notice.DraftRelease)
    if drafting:
        return None if record.firmware is None else refuse(command, at, Code.DRAFTED_ALREADY, id=record.id)
    if not concerns(record, command.by):
        # BR3.3, NF7: the same words for a release of others and for none.
        code = Code.NOT_RELEVANT if is_bounded(command.by) else Code.UNKNOWN_RELEASE
        return refuse(command, at, code, id=record.id, by=command.by)
    return _closed(record, gate, command, at)


def _closed(record: ReleaseRecord, gate: Gate, command: Command, at: datetime) -> tuple[CommandRefused] | None:
    if record.mode is Mode.ALERTS_ONLY and not gate.alerts_only:
        return refuse(command, at, Code.SWITCHED_OFF)  # BR5.7
    if record.mode is Mode.DCC_ONLY and not gate.dcc_only:
        return refuse(command, at, Code.DCC_ONLY, consultation=record.consultation)  # G9
    if record.standing not in gate.standings:
        code = Code.FINAL if record.standing in FINAL_STANDINGS else Code.NOT_ACTIVE
        return refuse(command, at, code, standing=record.standing.value, because=record.standing_because)
    if record.stage not in gate.stages:
        named = [stage.value.replace("_", " ") for stage in gate.stages]
        return refuse(
            command, at, Code.OUT_OF_PHASE, stage=record.stage.value.replace("_", " "), stages=" or ".join(named)
        )
    return None
