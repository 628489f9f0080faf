"""Deployed configuration sets before and after: hubs by configuration set, version and outcome."""

import numpy as np
from attrs import define
from numpy.typing import NDArray

from chfw_core.engines.columnar.place import Placed
from chfw_core.engines.columnar.world import World

Ints = NDArray[np.integer]
COLUMN = "configuration_set"


@define
class Configurations:
    """Counts by configuration set, if its axis was kept."""

    world: World
    axes: list[tuple[Ints, Ints]]

    @classmethod
    def keep(cls, world: World) -> "Configurations":
        """Keep what is needed of the axes, before they are let go."""
        axis = world.estate.layout.axis_of(COLUMN)
        return cls(world, [(chunk.axes[0], chunk.axes[axis]) for chunk in world.estate.chunks])

    def count(self, placed: Placed, planned: NDArray[np.bool_]) -> dict[tuple[str | None, str, bool], int]:
        """Hubs by (configuration set, firmware version now, whether they go)."""
        sets = self.world.views[self.world.estate.layout.axis_of(COLUMN)].fields[COLUMN]
        versions = self.world.views[0].fields["firmware_version"]
        shape = (len(sets.values), len(versions.values), 2)
        total = np.zeros(int(np.prod(shape)), dtype=np.int64)
        for (small, wide), slots in zip(self.axes, placed.classes, strict=True):
            cells = sets.codes[wide].astype(np.int64) * shape[1] + versions.codes[small]
            total += np.bincount(cells * 2 + planned[slots], minlength=len(total))
        counts = total.reshape(shape)
        found = {}
        for at, version, goes in zip(*(index.tolist() for index in np.nonzero(counts)), strict=True):
            value = sets.values[at]
            key = (None if value is None else str(value), str(versions.values[version]), bool(goes))
            found[key] = int(counts[at, version, goes])
        return found
