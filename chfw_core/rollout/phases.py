"""What rules read as `phase`, by the release's stage."""

from collections.abc import Mapping

from chfw_core.model.releases import Phase
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.states import ReleaseStage

PHASES: Mapping[ReleaseStage, Phase] = {
    ReleaseStage.PILOTING: Phase.PILOT,
    ReleaseStage.PILOT_ENDED: Phase.PILOT,
    ReleaseStage.MASS_APPROVED: Phase.SAFE_LAUNCH,
    ReleaseStage.ROLLING_OUT: Phase.MASS,
}
"""Stages that have opened a phase; before them it is `notified`."""


def phase_of(record: ReleaseRecord) -> Phase:
    """The last phase opened."""
    return PHASES.get(record.stage, Phase.NOTIFIED)
