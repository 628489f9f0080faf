"""The states of a release and of a hub in it, and which may follow which, as tables.

A release has a stage, its main line, and beside it a standing. What a standing means for a hub is never
written into the hub: it follows from both, so that a stop of ten million hubs is one small entry, and is
ordered against every hand-over by the ledger (I4, NF6).
"""

from collections.abc import Mapping
from enum import StrEnum


class ReleaseStage(StrEnum):
    """The main line of a release (BR1, BR2.6)."""

    DRAFTED = "drafted"
    NOTIFIED = "notified"
    PILOT_APPROVED = "pilot_approved"
    PILOTING = "piloting"
    PILOT_ENDED = "pilot_ended"
    MASS_APPROVED = "mass_approved"
    ROLLING_OUT = "rolling_out"
    COMPLETED = "completed"


class ReleaseStanding(StrEnum):
    """Whether the release may go on. Stopped and revoked are final (BR1.6, BR6.2, BR6.3)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    STOPPED = "stopped"
    REVOKED = "revoked"


class HubState(StrEnum):
    """Where one hub is in one release. Handed over, activated and verified are three different things."""

    ELIGIBLE = "eligible"
    AWAITING_OTHER_SUPPLIER = "awaiting_other_supplier"
    PLANNED = "planned"
    HANDED_TO_CSP = "handed_to_csp"
    IMAGE_AT_HUB = "image_at_hub"
    ACTIVATED = "activated"
    VERIFIED = "verified"
    FAILED = "failed"
    HELD = "held"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class ReleaseStep(StrEnum):
    """What moves a release along its main line."""

    NOTIFY = "notify"
    APPROVE_PILOT = "approve_pilot"
    BEGIN_PILOT = "begin_pilot"
    END_PILOT = "end_pilot"
    APPROVE_MASS = "approve_mass"
    BEGIN_MASS = "begin_mass"
    COMPLETE = "complete"


class StandingStep(StrEnum):
    """What changes whether the release may go on."""

    SUSPEND = "suspend"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    REVOKE = "revoke"


class HubStep(StrEnum):
    """What happens to a hub, whoever caused it."""

    AGREE = "agree"  # every responsible Supplier has instructed, so its period is settled (BR3.2, BR4.3)
    AGREE_IN_PART = "agree_in_part"  # one of two has (BR3.3)
    TAKE_BACK = "take_back"  # a withdrawal left no instruction
    FALL_BACK = "fall_back"  # responsibility ended, and its instruction with it (CS3)
    PLAN = "plan"
    HOLD = "hold"
    LET_GO = "let_go"  # a hold ended
    LET_GO_FAILED = "let_go_failed"  # a hold ended on a hub that had failed: another attempt is asked for by name
    EXCLUDE = "exclude"
    HAND_OVER = "hand_over"
    DELIVER = "deliver"
    ACTIVATE = "activate"
    FAIL = "fail"
    FALL_SILENT = "fall_silent"  # nothing was heard by the deadline
    VERIFY = "verify"  # the SMI shows the release's version
    SHOW_ANOTHER_VERSION = "show_another_version"  # the SMI or the CSP says a version that nobody asked for
    OVERTAKE = "overtake"  # a newer release takes the hub


_S, _R = ReleaseStage, ReleaseStep
STAGES: Mapping[tuple[ReleaseStage, ReleaseStep], ReleaseStage] = {
    (_S.DRAFTED, _R.NOTIFY): _S.NOTIFIED,  # BR1.1
    (_S.NOTIFIED, _R.APPROVE_PILOT): _S.PILOT_APPROVED,  # BR2.6
    (_S.NOTIFIED, _R.APPROVE_MASS): _S.MASS_APPROVED,  # BR2.7: the pilot is optional
    (_S.PILOT_APPROVED, _R.BEGIN_PILOT): _S.PILOTING,  # BR2.9
    (_S.PILOTING, _R.END_PILOT): _S.PILOT_ENDED,  # BR2.5
    (_S.PILOT_ENDED, _R.APPROVE_MASS): _S.MASS_APPROVED,  # BR2.6
    (_S.MASS_APPROVED, _R.BEGIN_MASS): _S.ROLLING_OUT,
    (_S.ROLLING_OUT, _R.COMPLETE): _S.COMPLETED,
}
"""The stage that follows; a pair that is not here may not be."""

_A, _T = ReleaseStanding, StandingStep
STANDINGS: Mapping[tuple[ReleaseStanding, StandingStep], ReleaseStanding] = {
    (_A.ACTIVE, _T.SUSPEND): _A.SUSPENDED,  # BR6.3: at once, pending the Panel
    (_A.PAUSED, _T.SUSPEND): _A.SUSPENDED,
    (_A.ACTIVE, _T.PAUSE): _A.PAUSED,
    (_A.SUSPENDED, _T.PAUSE): _A.PAUSED,
    (_A.PAUSED, _T.PAUSE): _A.PAUSED,  # the decision on another incident
    (_A.ACTIVE, _T.RESUME): _A.ACTIVE,  # the decision was to proceed
    (_A.SUSPENDED, _T.RESUME): _A.ACTIVE,
    (_A.PAUSED, _T.RESUME): _A.ACTIVE,
    (_A.ACTIVE, _T.STOP): _A.STOPPED,
    (_A.SUSPENDED, _T.STOP): _A.STOPPED,
    (_A.PAUSED, _T.STOP): _A.STOPPED,
    (_A.ACTIVE, _T.REVOKE): _A.REVOKED,  # BR1.6
    (_A.SUSPENDED, _T.REVOKE): _A.REVOKED,
    (_A.PAUSED, _T.REVOKE): _A.REVOKED,
}
"""The standing that follows; a pair that is not here may not be."""

FINAL_STANDINGS = frozenset({_A.STOPPED, _A.REVOKED})

_H, _P = HubState, HubStep
WAITING = (_H.ELIGIBLE, _H.AWAITING_OTHER_SUPPLIER, _H.PLANNED, _H.WITHDRAWN)
"""Not with a CSP yet, and free to move: what Suppliers and the DCC may still decide about."""
AT_CSP = (_H.HANDED_TO_CSP, _H.IMAGE_AT_HUB)
"""With a CSP, with no end reported yet."""
FINAL_STATES = frozenset({_H.EXCLUDED, _H.SUPERSEDED})


def _hub_states() -> dict[tuple[HubState, HubStep], HubState]:
    table: dict[tuple[HubState, HubStep], HubState] = {}
    for state in WAITING:
        table[state, _P.AGREE] = _H.PLANNED
        table[state, _P.AGREE_IN_PART] = _H.AWAITING_OTHER_SUPPLIER
        table[state, _P.TAKE_BACK] = _H.WITHDRAWN
        table[state, _P.FALL_BACK] = _H.ELIGIBLE
        table[state, _P.PLAN] = _H.PLANNED
    # A held hub keeps what its Suppliers said: their instructions count once the hold has ended.
    table |= {(_H.HELD, step): _H.HELD for step in (_P.AGREE, _P.AGREE_IN_PART, _P.TAKE_BACK, _P.FALL_BACK)}
    table[_H.HELD, _P.LET_GO] = _H.ELIGIBLE
    table[_H.HELD, _P.LET_GO_FAILED] = _H.FAILED
    table[_H.FAILED, _P.PLAN] = _H.PLANNED  # another attempt
    table[_H.PLANNED, _P.HAND_OVER] = _H.HANDED_TO_CSP
    table |= {(_H.FAILED, step): _H.FAILED for step in (_P.AGREE, _P.AGREE_IN_PART, _P.TAKE_BACK, _P.FALL_BACK)}
    for state in (*WAITING, _H.FAILED):
        table[state, _P.HOLD] = _H.HELD
    for state in (*WAITING, _H.FAILED, _H.HELD):
        table[state, _P.EXCLUDE] = _H.EXCLUDED
        table[state, _P.OVERTAKE] = _H.SUPERSEDED
    table[_H.HANDED_TO_CSP, _P.DELIVER] = _H.IMAGE_AT_HUB
    # Reports may skip one another, and one may come after the hub was given up as silent.
    table[_H.FAILED, _P.DELIVER] = _H.IMAGE_AT_HUB
    for state in (*AT_CSP, _H.FAILED):
        table[state, _P.ACTIVATE] = _H.ACTIVATED
    for state in (*AT_CSP, _H.ACTIVATED):
        table[state, _P.FALL_SILENT] = _H.FAILED
    for state in (*AT_CSP, _H.ACTIVATED, _H.FAILED):
        table[state, _P.FAIL] = _H.FAILED
        table[state, _P.SHOW_ANOTHER_VERSION] = _H.FAILED
    table[_H.VERIFIED, _P.SHOW_ANOTHER_VERSION] = _H.FAILED  # the hub went back to what it ran before
    # Success is what the SMI shows, whatever was reported before, or nothing was.
    for state in (*WAITING, *AT_CSP, _H.ACTIVATED, _H.FAILED, _H.HELD):
        table[state, _P.VERIFY] = _H.VERIFIED
    return table


HUB_STATES: Mapping[tuple[HubState, HubStep], HubState] = _hub_states()
"""The state that follows; a pair that is not here may not be."""
