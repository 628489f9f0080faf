"""What each command does to a hub in each state, and what each standing means for it: a sentence each.

The sentences are what a user is shown before confirming a command, and what the reference page holds. Tests
hold them against `decide` and `evolve`: a command never leads a hub to a state that its effect does not name.
"""

from collections.abc import Iterable, Mapping

from attrs import frozen

from chfw_core.rollout.base import Command
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.handover import commands as handover
from chfw_core.rollout.incidents import commands as incidents
from chfw_core.rollout.instructing import commands as instructing
from chfw_core.rollout.notice import commands as notice
from chfw_core.rollout.outcomes import commands as outcomes
from chfw_core.rollout.pilot import commands as pilot
from chfw_core.rollout.states import AT_CSP, FINAL_STATES, WAITING, HubState, ReleaseStanding
from chfw_core.rollout.suppliers import commands as suppliers

H = HubState


@frozen
class Effect:
    """A sentence, and the states in which the hub may be afterwards."""

    sentence: str
    after: frozenset[HubState]


UNCHANGED = "nothing changes for the hub"
_Says = tuple[Iterable[HubState], str, Iterable[HubState]]
_STAYS = ()


def _table(*says: _Says) -> dict[HubState, Effect]:
    found = {state: Effect(UNCHANGED, frozenset({state})) for state in H}
    for states, sentence, after in says:
        for state in states:
            found[state] = Effect(sentence, frozenset(after) | {state})
    return found


_DONE = (H.VERIFIED, H.FAILED)
_OUT = tuple(sorted(FINAL_STATES))
_GIVEN = "refused: the hub is with its CSP already"
_HALTED: tuple[_Says, ...] = (
    (WAITING, "the hub is not handed over while this lasts; what was instructed stays", _STAYS),
    (AT_CSP, "the CSP is told to stop; what it has begun may still end, and its report is still taken", _STAYS),
    ((H.ACTIVATED,), "the hub runs the new version; the SMI has still to show it", _STAYS),
    ((H.HELD,), "the hub stays held", _STAYS),
)
_ENDED: tuple[_Says, ...] = (
    (WAITING, "the hub is never handed over in this release; its instructions are void", _STAYS),
    (AT_CSP, "the CSP is told to stop; what it has begun may still end, and its report is still taken", _STAYS),
    ((H.ACTIVATED,), "the hub runs the new version; the SMI has still to show it", _STAYS),
    ((H.HELD,), "the hub is never handed over in this release", _STAYS),
    ((H.FAILED,), "there is no further attempt in this release", _STAYS),
)
_GOES_ON: tuple[_Says, ...] = (
    (WAITING, "the hub goes on as it was planned or instructed", _STAYS),
    (AT_CSP, "the CSP goes on", _STAYS),
    ((H.HELD,), "the hub stays held: the DCC lets it go by a command of its own", _STAYS),
)
_MOVED: tuple[_Says, ...] = (
    ((H.ELIGIBLE, H.WITHDRAWN), "the hub's own date and cut-off move, unless the DCC gave it others", _STAYS),
    (
        (H.AWAITING_OTHER_SUPPLIER, H.PLANNED),
        "what was instructed or published stays; one that the new date has overtaken is left to the DCC's date",
        _STAYS,
    ),
)
_SETTLED = (H.PLANNED, H.AWAITING_OTHER_SUPPLIER, H.WITHDRAWN, H.ELIGIBLE)
_FROM_SMI: tuple[_Says, ...] = (
    (
        (*WAITING, H.HELD),
        "with the release's version it is verified, though nobody reported it; its Suppliers are alerted",
        (H.VERIFIED,),
    ),
    (
        (*AT_CSP, H.ACTIVATED),
        "with the release's version it is verified, with one that nobody asked for it has failed; alerted either way",
        (H.VERIFIED, H.FAILED),
    ),
    ((H.FAILED,), "with the release's version it has succeeded after all; its Suppliers are alerted", (H.VERIFIED,)),
    ((H.VERIFIED,), "back at what it ran before it has failed; its Suppliers are alerted", (H.FAILED,)),
    (_OUT, "its version is kept, and its Suppliers are alerted where it changed", _STAYS),
)

EFFECTS: Mapping[type[Command], Mapping[HubState, Effect]] = {
    **{kind: _table() for kind in COMMANDS},
    notice.MoveAutomaticDate: _table(*_MOVED),
    notice.RevokeNotice: _table(*_ENDED),
    notice.ReturnToDccOnly: _table(
        (WAITING, "what was instructed stays; no new instruction is taken (G9)", _STAYS),
        ((H.HELD,), "what was instructed stays; no new instruction is taken (G9)", _STAYS),
    ),
    notice.SupersedeHubs: _table(
        ((*WAITING, H.HELD, H.FAILED), "the newer release takes the hub", (H.SUPERSEDED,)),
        ((*AT_CSP, H.ACTIVATED, *_DONE[:1]), "refused: this release has gone too far with the hub", _STAYS),
        (_OUT, "refused: the hub is out of this release", _STAYS),
    ),
    notice.AddHubs: _table((H, "refused: the hub is in the release already", _STAYS)),
    notice.NotifyRelease: _table((H, "refused: there is a notice already", _STAYS)),
    pilot.SubmitPilotList: _table(
        (WAITING, "the hub is in this Supplier's pilot group; it needs an instruction still", _STAYS),
        (set(H) - set(WAITING), "refused: the hub is not free for a pilot", _STAYS),
    ),
    pilot.BeginPilot: _table((WAITING, "a hub whose Suppliers agreed may be handed over (BR2.8)", _STAYS)),
    pilot.RecordPilotProgress: _table((H, "its Suppliers are told how it went", _STAYS)),
    pilot.ApproveMass: _table((WAITING, "a hub whose Suppliers agreed may be handed over (BR2.8)", _STAYS)),
    pilot.BeginMass: _table((WAITING, "a hub may be handed over at the DCC's own date as well", _STAYS)),
    instructing.Instruct: _table(
        (
            WAITING,
            "with the agreement of every Supplier its period is settled and it waits for its day; else for the other",
            _SETTLED,
        ),
        ((H.HELD, H.FAILED), "the instruction is kept for when the hub is free again", _STAYS),
        ((*AT_CSP, H.ACTIVATED, H.VERIFIED), _GIVEN, _STAYS),
        (_OUT, "refused: the hub is out of this release", _STAYS),
    ),
    instructing.WithdrawInstructions: _table(
        (WAITING, "the agreement ends; the DCC's date applies, and a day that rested on it is gone", _SETTLED),
        ((H.HELD, H.FAILED), "the instruction is gone", _STAYS),
        ((*AT_CSP, H.ACTIVATED, H.VERIFIED), _GIVEN, _STAYS),
        (_OUT, "refused: the hub is out of this release", _STAYS),
    ),
    instructing.SetExclusions: _table(
        (
            WAITING,
            "what its Supplier instructs counts for nothing while a rule keeps the hub out",
            _SETTLED,
        ),
        ((H.HELD, H.FAILED), "it counts so when the hub is free again", _STAYS),
        ((*AT_CSP, H.ACTIVATED, H.VERIFIED), _GIVEN, _STAYS),
        (_OUT, "refused: the hub is out of this release", _STAYS),
    ),
    handover.PublishPlan: _table(
        (WAITING, "the hub has its day", (H.PLANNED,)),
        ((H.PLANNED,), "the hub has its day; one that it had already stands, and is not told again", _STAYS),
        ((H.FAILED,), "the hub has a day for another attempt", (H.PLANNED,)),
        ((H.HELD,), "refused: the DCC holds the hub", _STAYS),
        ((*AT_CSP, H.ACTIVATED, H.VERIFIED), _GIVEN, _STAYS),
        (_OUT, "refused: the hub is out of this release", _STAYS),
    ),
    handover.HandOver: _table(
        ((H.PLANNED,), "on its own day the hub goes to its CSP", (H.HANDED_TO_CSP,)),
        (set(H) - {H.PLANNED}, "refused: the hub is not planned", _STAYS),
    ),
    handover.HoldHubs: _table(
        (WAITING, "the hub is held and loses its day; its instructions stay", (H.HELD,)),
        ((H.FAILED,), "the hub is held; that it failed, and why, is kept for when it is let go", (H.HELD,)),
        ((*AT_CSP, H.ACTIVATED, H.VERIFIED), _GIVEN, _STAYS),
        ((H.HELD, *_OUT), "refused: it is held or out already", _STAYS),
    ),
    handover.LetHubsGo: _table(
        (
            (H.HELD,),
            "the hub is where its instructions put it, and waits for a day; one that had failed has failed still",
            (*_SETTLED, H.FAILED),
        ),
        (set(H) - {H.HELD}, "refused: the hub is not held", _STAYS),
    ),
    handover.ExcludeHubs: _table(
        ((*WAITING, H.FAILED, H.HELD), "the hub is out of this release for good", (H.EXCLUDED,)),
        ((*AT_CSP, H.ACTIVATED, H.VERIFIED), _GIVEN, _STAYS),
        (_OUT, "refused: the hub is out of this release", _STAYS),
    ),
    handover.ProtectHubs: _table(
        (WAITING, "the hub is not activated in that time; a day in it has to be planned again", _STAYS),
        ((H.HELD, H.FAILED), "the time is kept for when the hub is free again", _STAYS),
        (AT_CSP, "too late for this attempt: the CSP has the hub", _STAYS),
    ),
    handover.LiftProtection: _table(
        (WAITING, "the hub may be given a day in that time again", _STAYS),
        ((H.HELD, H.FAILED), "the time is kept no more", _STAYS),
    ),
    outcomes.ReportOutcomes: _table(
        ((H.HANDED_TO_CSP,), "the report is taken", (H.IMAGE_AT_HUB, H.ACTIVATED, H.FAILED)),
        ((H.IMAGE_AT_HUB,), "the report is taken; a second delivery is noted", (H.ACTIVATED, H.FAILED)),
        ((H.ACTIVATED,), "a failure is taken; a delivery or a second activation is noted", (H.FAILED,)),
        (
            (H.VERIFIED,),
            "noted: the SMI has the last word; an activation outside its window is marked all the same",
            _STAYS,
        ),
        (
            (H.FAILED,),
            "an activation is taken; after silence everything is; else it is noted",
            (H.IMAGE_AT_HUB, H.ACTIVATED),
        ),
        ((*WAITING, H.HELD, *_OUT), "noted where it was handed over before, else refused", _STAYS),
    ),
    outcomes.ObserveVersions: _table(*_FROM_SMI),
    outcomes.DeclareSilence: _table(
        (AT_CSP, "after its deadline the hub counts as failed, for silence", (H.FAILED,)),
        ((H.ACTIVATED,), "after its deadline the hub counts as failed: the SMI never showed it", (H.FAILED,)),
        (set(H) - {*AT_CSP, H.ACTIVATED}, "refused: nothing is owed", _STAYS),
    ),
    incidents.SuspendRelease: _table(*_HALTED),
    incidents.ConfirmDecision: _table(
        (WAITING, "as the decision says: it goes on, waits, or is never handed over", _STAYS),
        (AT_CSP, "as the decision says: the CSP goes on, or is told to stop", _STAYS),
    ),
    incidents.ResumeRelease: _table(*_GOES_ON),
    suppliers.AnnounceSupplierChange: _table(
        (WAITING, "the hub is left alone around that day; the old Supplier's instruction counts until then", _STAYS),
        (AT_CSP, "too late for this attempt: the CSP has the hub", _STAYS),
    ),
    suppliers.CancelSupplierChange: _table((WAITING, "the hub is not left alone any more", _STAYS)),
    suppliers.CompleteSupplierChange: _table(
        (
            WAITING,
            "the old Supplier's instruction ends; the new one has until the cut-off; the day rests on who remains",
            _SETTLED,
        ),
        ((H.HELD, H.FAILED), "the old Supplier's instruction ends; the new one may instruct until the cut-off", _STAYS),
        (
            (*AT_CSP, H.ACTIVATED, H.VERIFIED, *_OUT),
            "the new Supplier is told of the hub, and alerted in place of the old one",
            _STAYS,
        ),
    ),
}
"""Per command and state of a hub."""

STANDING_EFFECTS: Mapping[ReleaseStanding, Mapping[HubState, Effect]] = {
    ReleaseStanding.ACTIVE: _table(*_GOES_ON),
    ReleaseStanding.SUSPENDED: _table(*_HALTED),
    ReleaseStanding.PAUSED: _table(*_HALTED),
    ReleaseStanding.STOPPED: _table(*_ENDED),
    ReleaseStanding.REVOKED: _table(*_ENDED),
}
"""What a standing means for a hub in each state (BR6.4); the hub's own record never changes for it."""


def effect_of(command: type[Command], state: HubState) -> Effect:
    """What the command does to a hub in that state."""
    return EFFECTS[command][state]


def meaning_of(standing: ReleaseStanding) -> Mapping[str, str]:
    """BR6.4: per state of a hub what the standing means for it, where it means anything."""
    effects = STANDING_EFFECTS[standing]
    return {state.value: effect.sentence for state, effect in effects.items() if effect.sentence != UNCHANGED}
