"""What runs triggers in memory: one engine for each trigger, and a run that hands events and ticks to all of them.

Two engines have the same answer: the automaton here, and durable_rules beside it in the application. Where
millions of scopes lie in a store, `chfw_core.triggers.automaton` is called scope by scope instead.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from attrs import define, evolve, field, frozen

from chfw_core.triggers.automaton import expire, step
from chfw_core.triggers.due import DueScopes
from chfw_core.triggers.model import Arrival, CompiledTrigger, Moment, Seen, TriggerSet
from chfw_core.triggers.outcome import Outcome
from chfw_core.triggers.records import Firing, PassedOver, in_time
from chfw_core.triggers.seeing import arrivals
from chfw_core.triggers.state import State


@frozen(kw_only=True)
class Happened:
    """Firings and what was passed over, in order of what led to them."""

    firings: tuple[Firing, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()


NOTHING_HAPPENED = Happened()


class Engine(Protocol):
    """Runs one trigger in all its scopes. Events come in the ledger's order, each once; so do ticks."""

    def take(self, arrival: Arrival) -> Happened:
        """What an event leads to."""

    def tick(self, moment: Moment) -> Happened:
        """What the passing of time leads to."""


@define(kw_only=True, eq=False)
class Automaton:
    """The automaton with its states in memory. `states`: by scope key."""

    trigger: CompiledTrigger
    states: dict[str, State] = field(factory=dict)
    _due: DueScopes = field(factory=DueScopes)

    def take(self, arrival: Arrival) -> Happened:
        """See `Engine`."""
        outcome = step(arrival, self.states.get(arrival.key))
        self._keep(arrival.key, outcome)
        if not outcome.firings and not outcome.passed_over:
            return NOTHING_HAPPENED
        return Happened(firings=outcome.firings, passed_over=outcome.passed_over)

    def tick(self, moment: Moment) -> Happened:
        """See `Engine`. Scopes in which nothing is due are not looked at."""
        outcomes = []
        for key in self._due.passed(moment.at):
            state = self.states.get(key)
            if state is not None:
                outcome = expire(self.trigger, key, state, moment)
                self._keep(key, outcome)
                outcomes.append(outcome)
        return _together(outcomes)

    def _keep(self, key: str, outcome: Outcome) -> None:
        state = outcome.state
        if state is None:
            self.states.pop(key, None)
            return
        self.states[key] = state
        self._due.note(key, state.due)


def automaton_for(trigger: CompiledTrigger) -> Engine:
    """The engine that runs any trigger anywhere."""
    return Automaton(trigger=trigger)


@define(kw_only=True, eq=False)
class Run:
    """All triggers of all owners over a ledger's events, in memory: for a back-test, and to compare engines.

    Events must come in the ledger's order. An id that has come before does nothing, as in the ledger.
    """

    triggers: tuple[TriggerSet, ...]
    engine_for: Callable[[CompiledTrigger], Engine] = automaton_for
    engines: Mapping[CompiledTrigger, Engine] = field(init=False)
    _ids: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self.engines = {one: self.engine_for(one) for rules in self.triggers for one in rules.triggers}

    def see(self, seen: Seen) -> Happened:
        """What an event leads to, owner by owner and in the files' order."""
        if seen.id in self._ids:
            return NOTHING_HAPPENED
        self._ids.add(seen.id)
        return _together(
            [self.engines[one.trigger].take(one) for rules in self.triggers for one in arrivals(rules, seen)]
        )

    def tick(self, moment: Moment) -> Happened:
        """What the passing of time leads to, in order of the moments at which it was over."""
        happened = _together([engine.tick(moment) for engine in self.engines.values()])
        return evolve(happened, firings=in_time(happened.firings))


def _together(parts: Sequence[Outcome | Happened]) -> Happened:
    firings = [firing for part in parts for firing in part.firings]
    passed_over = [one for part in parts for one in part.passed_over]
    if not firings and not passed_over:
        return NOTHING_HAPPENED
    return Happened(firings=tuple(firings), passed_over=tuple(passed_over))
