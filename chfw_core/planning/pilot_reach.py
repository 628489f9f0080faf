"""Why a pilot got fewer hubs than it asked for (G2, BR2.2): what its condition holds for, and what became of that.

Excludes are asked before pilots, so a condition is counted over the hubs that no exclude keeps out. Of those that it
holds for each is barred by one thing, or could be chosen. Both engines count alike, and only for a pilot that is short.
"""

from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from chfw_core.rules.problems.problem import counted


class Barred(StrEnum):
    """What keeps a hub out of a pilot whose condition holds for it: the first that is so. The value says it."""

    INELIGIBLE = "not eligible"
    STOPPED = "stopped, or held by the DCC"
    HELD = "held by {party}"
    INSTRUCTED = "instructed on record"
    NO_TIME = "without time for its `at`"


@frozen(kw_only=True)
class PilotReach:
    """Hubs. `hubs`: all of the pilot's Supplier; `excluded`: those that its excludes keep out, whatever the condition.

    `met`: those of the others for which the condition holds; `barred`: of these by what keeps them out. The rest could
    be chosen; `taken`: of that rest those that an earlier pilot of the Supplier has.
    """

    hubs: int
    excluded: int
    met: int
    barred: Mapping[Barred, int]
    taken: int

    @property
    def candidates(self) -> int:
        """Those that could be in it."""
        return self.met - sum(self.barred.values())


def why_short(party: str, reach: PilotReach, got: int, limit: int | None) -> str:
    """Why a pilot of this Supplier got so few. `limit`: the release's, where pilots ask for more together."""
    whose = f"{party}'s {counted(reach.hubs, 'hub')}"
    if reach.excluded:
        said = f"{reach.excluded:,} of {whose} are excluded, and its `from` holds for {reach.met:,} of the others"
    else:
        said = f"its `from` holds for {reach.met:,} of {whose}"
    barred = [f"{hubs:,} {bar.value.format(party=party)}" for bar in Barred if (hubs := reach.barred.get(bar, 0))]
    if barred:
        said += f" ({', '.join(barred)})"
    if not reach.met:
        return said
    said += f"; {counted(reach.candidates, 'hub')} could be in it"
    if reach.taken:
        said += f", {reach.taken:,} of them in an earlier pilot"
    without = reach.candidates - reach.taken - got
    if without and limit is not None:
        said += f"; {without:,} have no seat, since the release's limit of {limit:,} is shared"
    return said
