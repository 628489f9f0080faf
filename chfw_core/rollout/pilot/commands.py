"""What may be asked for about the pilot and the approval of the mass roll-out (BR2)."""

from datetime import datetime

from attrs import frozen

from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.rollout.base import Command
from chfw_core.rollout.records import Opinion


@frozen(kw_only=True)
class ApprovePilot(Command):
    """BR2.6, G6: the operational approval to begin, by its reference."""

    approval: str


@frozen(kw_only=True)
class SubmitPilotList(Command):
    """BR2.3: this Supplier's pilot hubs, in place of those it gave before; none is an answer too (BR2.7)."""

    guids: GuidList


@frozen(kw_only=True)
class BeginPilot(Command):
    """BR2.4, BR2.9: the update of the pilot group, ahead of the others."""


@frozen(kw_only=True)
class RecordPilotProgress(Command):
    """BR2.4: per device, success or failure with its reason, and commentary."""

    succeeded: bool
    reason: str = ""
    commentary: str = ""
    guids: GuidList


@frozen(kw_only=True)
class CompletePilotPhase(Command):
    """BR2.6: the DCC completes a phase of the pilot, by its name."""

    phase: str
    commentary: str


@frozen(kw_only=True)
class EndPilot(Command):
    """BR2.5."""

    succeeded: bool
    commentary: str


@frozen(kw_only=True)
class GiveVerdict(Command):
    """BR2.10: a Supplier's findings, in place of what it said before."""

    opinion: Opinion
    findings: str


@frozen(kw_only=True)
class SeenVerdict:
    """A verdict that whoever approves has read."""

    party: Party
    given_at: datetime


@frozen(kw_only=True)
class ApproveMass(Command):
    """BR2.6, BR2.10: the operational approval; `seen` are all verdicts there are.

    `without_pilot`: why there was none (BR2.7); only where none was approved.
    """

    approval: str
    seen: tuple[SeenVerdict, ...] = ()
    without_pilot: str | None = None


@frozen(kw_only=True)
class BeginMass(Command):
    """From here on hubs are handed over at the DCC's own date too."""


@frozen(kw_only=True)
class CompleteRelease(Command):
    """No hub is planned or with a CSP any more."""


PilotCommand = (
    ApprovePilot
    | SubmitPilotList
    | BeginPilot
    | RecordPilotProgress
    | CompletePilotPhase
    | EndPilot
    | GiveVerdict
    | ApproveMass
    | BeginMass
    | CompleteRelease
)
