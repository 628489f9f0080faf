"""The phase of each hub, where `phase_opened` events name some hubs only: a column of the frame.

Conditions then ask for that column in place of `release.phase`.
"""

import numpy as np

from chfw_core.engines.verify.acts import concerns
from chfw_core.engines.verify.arrays import Domain
from chfw_core.engines.verify.frames import Column, Frame
from chfw_core.engines.verify.masks import Truths
from chfw_core.engines.verify.world import HUB_PHASE, World
from chfw_core.model.releases import Phase

PHASES: Domain[str | None] = Domain(None)
PHASES.codes(phase.value for phase in Phase)


def with_phases(frame: Frame, world: World, truths: Truths) -> Frame:
    """planning 1: the frame with each hub's phase, the last one that was opened for it."""
    if not world.phase_of_some:
        return frame
    codes = np.full(frame.size, PHASES.find(Phase.NOTIFIED.value), np.int32)
    for event in world.opened:
        codes[concerns(event, frame, truths)] = PHASES.find(str(event.fields["phase"]))
    return frame.with_columns({HUB_PHASE: Column(codes, PHASES)})
