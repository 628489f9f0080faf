"""What is known of one scope beside durable_rules: the times and places that it does not compare."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import define, field

from chfw_core.triggers.firing import Completed
from chfw_core.triggers.model import Arrival, Moment
from chfw_core.triggers.records import Firing, PassedOver
from chfw_core.triggers.state import Fired, Kept, Mark, Opened, State, earliest, in_order


@define(kw_only=True, eq=False)
class Scope:
    """One trigger in one scope.

    `waiting`: opened steps by the name under which they wait in durable_rules. `expired`: those remembered for what
    comes too late. `places`: of events that are counted and wait, by event id, the name under which each does and its
    place. `last`: the last place that was given.
    """

    key: str
    waiting: dict[int, Opened] = field(factory=dict)
    expired: list[Opened] = field(factory=list)
    kept: list[Kept] = field(factory=list)
    fired: list[Fired] = field(factory=list)
    places: dict[str, tuple[int, int]] = field(factory=dict)
    last: int = 0

    def knows(self, name: str) -> bool:
        """Whether an event of this id is remembered."""
        return (
            name in [one.mark.id for one in self.kept]
            or name in [one.mark.id for one in self.fired]
            or name in [mark.id for one in (*self.waiting.values(), *self.expired) for mark in one.path]
        )

    def state(self) -> State | None:
        """The same as the automaton has it."""
        if not (self.waiting or self.expired or self.kept or self.fired):
            return None
        opened = sorted([*self.waiting.values(), *self.expired], key=in_order)
        return State(opened=tuple(opened), kept=tuple(sorted(self.kept, key=in_order)), fired=tuple(self.fired))

    @property
    def due(self) -> datetime | None:
        """A tick later than this may change it; None where nothing is remembered."""
        if not (self.waiting or self.expired or self.kept or self.fired):
            return None
        return earliest([*self.waiting.values(), *self.expired], self.kept, self.fired)


class Way(Protocol):
    """How a kind of trigger finds what completes it."""

    def take(self, scope: Scope, arrival: Arrival, mark: Mark) -> tuple[Sequence[Completed], Sequence[PassedOver]]:
        """What an event completes, and for what it comes too late."""

    def tick(self, scope: Scope, moment: Moment) -> Sequence[Firing | PassedOver]:
        """What a tick declares over. What it has passed is forgotten."""

    def load(self, scope: Scope, state: State) -> None:
        """Goes on from a state; the scope is empty."""

    def leave(self, scope: Scope) -> None:
        """Nothing of the scope waits any longer."""
