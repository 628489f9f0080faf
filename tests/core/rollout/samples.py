"""One sensible command of every class, to be varied by tests that ask all of them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC
from chfw_core.model.periods import Period
from chfw_core.model.releases import Participation
from chfw_core.rollout.base import PANEL, REGISTRATION, SMI
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.gate import GATES, Who
from chfw_core.rollout.handover import commands as handover
from chfw_core.rollout.incidents import commands as incidents
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing import commands as instructing
from chfw_core.rollout.notice import commands as notice
from chfw_core.rollout.outcomes import commands as outcomes
from chfw_core.rollout.pilot import commands as pilot
from chfw_core.rollout.records import Opinion, Protection, ReleaseNote
from chfw_core.rollout.suppliers import commands as suppliers
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    CLASSES,
    FIRMWARE,
    GAMMA,
    IMPORT,
    NEW,
    NORTH,
    SOLE,
    START,
    R,
    row,
)

BY = {
    Who.DCC: DCC,
    Who.SUPPLIER: ALPHA,
    Who.CSP: f"CSP:{NORTH}",
    Who.PANEL: PANEL,
    Who.SMI: SMI,
    Who.REGISTRATION: REGISTRATION,
}
DAY = AUTOMATIC.date()
TODAY = START.date()
MARCH = START + timedelta(days=64)
PERIOD = Period(opens=AUTOMATIC, closes=AUTOMATIC + timedelta(days=1))

FIELDS: dict[type, Callable[[GuidList], dict[str, Any]]] = {
    notice.DraftRelease: lambda g: {"firmware": FIRMWARE},
    notice.PublishReleaseNote: lambda g: {"note": ReleaseNote(url="https://example.org", version="3")},
    notice.RecordCplEntry: lambda g: {"entry": "CPL-78"},
    notice.NotifyRelease: lambda g: {"classes": CLASSES},
    notice.AddHubs: lambda g: {"classes": CLASSES[:1]},
    notice.MoveAutomaticDate: lambda g: {"automatic_at": AUTOMATIC + timedelta(days=1), "reason": "supply"},
    notice.RevokeNotice: lambda g: {"reason": "a defect"},
    notice.ChooseParticipation: lambda g: {"participation": Participation.MANDATORY, "seen": ()},
    notice.ReturnToDccOnly: lambda g: {"consultation": "https://example.org/c"},
    notice.SupersedeHubs: lambda g: {"by_release": "REL-2", "guids": g},
    pilot.ApprovePilot: lambda g: {"approval": "OA-1"},
    pilot.SubmitPilotList: lambda g: {"guids": g},
    pilot.BeginPilot: lambda g: {},
    pilot.RecordPilotProgress: lambda g: {"succeeded": True, "guids": g},
    pilot.CompletePilotPhase: lambda g: {"phase": "1", "commentary": ""},
    pilot.EndPilot: lambda g: {"succeeded": True, "commentary": "as hoped"},
    pilot.GiveVerdict: lambda g: {"opinion": Opinion.PROCEED, "findings": ""},
    pilot.ApproveMass: lambda g: {"approval": "OA-2", "without_pilot": "urgent"},
    pilot.BeginMass: lambda g: {},
    pilot.CompleteRelease: lambda g: {},
    instructing.Instruct: lambda g: {
        "role": IMPORT,
        "opens": MARCH,
        "closes": MARCH + timedelta(days=2),
        "guids": g,
    },
    instructing.WithdrawInstructions: lambda g: {"role": IMPORT, "guids": g},
    instructing.SetExclusions: lambda g: {"role": IMPORT, "rule": "at-risk", "reason": "medical", "guids": g},
    handover.PublishPlan: lambda g: {"classes": (row(*g),)},
    handover.SetCapacity: lambda g: {"region": NORTH, "day": DAY, "hubs": 9},
    handover.HandOver: lambda g: {"region": NORTH, "day": DAY, "guids": g},
    handover.HoldHubs: lambda g: {"reason": "a defect", "guids": g},
    handover.LetHubsGo: lambda g: {"guids": g},
    handover.ExcludeHubs: lambda g: {"reason": "recovered", "guids": g},
    handover.ProtectHubs: lambda g: {"kind": Protection.DATA_UPLOAD, "period": PERIOD, "guids": g},
    handover.LiftProtection: lambda g: {"kind": Protection.DATA_UPLOAD, "guids": g},
    outcomes.ReportOutcomes: lambda g: {
        "outcome": outcomes.OutcomeKind.ACTIVATED,
        "occurred_at": START,
        "firmware_version": NEW,
        "guids": g,
    },
    outcomes.ObserveVersions: lambda g: {"firmware_version": NEW, "observed_at": START, "guids": g},
    outcomes.DeclareSilence: lambda g: {"guids": g},
    incidents.RaiseIncident: lambda g: {"incident": "I1", "description": "meters lost"},
    incidents.SuspendRelease: lambda g: {"reason": "a defect"},
    incidents.TriageIncident: lambda g: {"incident": "I1", "outcome": IncidentOutcome.STOP, "reason": "bad"},
    incidents.ConfirmDecision: lambda g: {"incident": "I1", "confirmed": True, "commentary": ""},
    incidents.ResumeRelease: lambda g: {"reason": "mended"},
    suppliers.AnnounceSupplierChange: lambda g: {
        "role": IMPORT,
        "leaves": ALPHA,
        "joins": GAMMA,
        "effective": date(2026, 8, 1),
        "guids": g,
    },
    suppliers.CancelSupplierChange: lambda g: {"role": IMPORT, "effective": date(2026, 8, 1), "guids": g},
    suppliers.CompleteSupplierChange: lambda g: {
        "role": IMPORT,
        "leaves": ALPHA,
        "joins": GAMMA,
        "effective": TODAY,
        "guids": g,
    },
}


def sample(kind: type, by: str | None = None, *guids: Guid, **fields: Any) -> AnyCommand:
    """A command of that class about one hub, by whoever may give it or by somebody else."""
    given = FIELDS[kind](GuidList(guids or (SOLE,)))
    who = BY[GATES[kind].who] if by is None else by
    made: AnyCommand = kind(by=who, key="k", release=R, **{**given, **fields})
    return made
