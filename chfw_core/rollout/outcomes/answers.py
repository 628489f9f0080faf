"""What a CSP's report means for a hub, by the hub's state: a table, so that late, repeated and out-of-order
reports have a defined answer, and the same one for a hub as for a million alike (CS2)."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from chfw_core.rollout.states import HubState, HubStep


class Reported(StrEnum):
    """A report as the table knows it: an activation with another version than the release's is none."""

    DELIVERED = "delivered"
    ACTIVATED = "activated"
    ACTIVATED_ANOTHER = "activated_another"
    FAILED = "failed"


@frozen
class Answer:
    """Either a step of the hub, or a code: the report is kept and changes nothing (`noted`), or is refused."""

    step: HubStep | None = None
    noted: str | None = None
    refused: str | None = None


_H, _R = HubState, Reported
_GO = {
    _R.DELIVERED: Answer(step=HubStep.DELIVER),
    _R.ACTIVATED: Answer(step=HubStep.ACTIVATE),
    _R.ACTIVATED_ANOTHER: Answer(step=HubStep.SHOW_ANOTHER_VERSION),
    _R.FAILED: Answer(step=HubStep.FAIL),
}
_REPEATED = Answer(noted="repeated")
_LATE = Answer(noted="out_of_order")
_SMI = Answer(noted="smi_decides")
ANSWERS: Mapping[tuple[HubState, Reported], Answer] = {
    **{(_H.HANDED_TO_CSP, said): answer for said, answer in _GO.items()},
    **{(_H.IMAGE_AT_HUB, said): answer for said, answer in _GO.items()},
    (_H.IMAGE_AT_HUB, _R.DELIVERED): _REPEATED,
    **{(_H.ACTIVATED, said): answer for said, answer in _GO.items()},
    (_H.ACTIVATED, _R.DELIVERED): _LATE,
    (_H.ACTIVATED, _R.ACTIVATED): _REPEATED,
    # The SMI has the last word: success is what it shows.
    (_H.VERIFIED, _R.DELIVERED): _LATE,
    (_H.VERIFIED, _R.ACTIVATED): _REPEATED,
    (_H.VERIFIED, _R.ACTIVATED_ANOTHER): _SMI,
    (_H.VERIFIED, _R.FAILED): _SMI,
    # Given up or failed, and yet: an activation is taken, for the SMI to confirm.
    (_H.FAILED, _R.DELIVERED): _LATE,
    (_H.FAILED, _R.ACTIVATED): _GO[_R.ACTIVATED],
    (_H.FAILED, _R.ACTIVATED_ANOTHER): _REPEATED,
    (_H.FAILED, _R.FAILED): _REPEATED,
}
"""For hubs that were handed over for the attempt that they are in."""

SILENT = "silent"
NOT_VERIFIED = "not_verified"


def answer_to(state: HubState, said: Reported, *, attempts: int, failure: str | None) -> Answer:
    """The answer for hubs of a state; `attempts`: handed over how often; `failure`: the code of a failed one."""
    if attempts == 0:
        return Answer(refused="not_handed_over")
    if state is HubState.FAILED and failure == SILENT:
        return _GO[said]  # what the hub was given up for has come after all, late
    return ANSWERS.get((state, said), Answer(noted="from_another_attempt"))
