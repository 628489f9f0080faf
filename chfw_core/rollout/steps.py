"""One step of a release along its main line, or of its standing."""

from datetime import datetime

from attrs import evolve

from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.states import STAGES, STANDINGS, ReleaseStep, StandingStep


def advanced(record: ReleaseRecord, step: ReleaseStep, at: datetime) -> ReleaseRecord:
    """The release one stage on. Raises KeyError for a step that its stage does not have: the gate asks first."""
    return evolve(record, stage=STAGES[record.stage, step], stage_since=at)


def stood(record: ReleaseRecord, step: StandingStep, because: str) -> ReleaseRecord:
    """The release with its new standing. Raises KeyError where that may not be."""
    return evolve(record, standing=STANDINGS[record.standing, step], standing_because=because)
