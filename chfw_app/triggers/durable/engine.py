"""One trigger on durable_rules: the same answer as the automaton's, by another road.

An event that comes in order of event time meets what waits for it in durable_rules, which knows what waits in which
scope. Order and time are judged here on what met. What comes out of order is looked up in what is kept here, since
durable_rules compares nothing but equal with equal.

A scope can be taken over from the automaton's state and given back as one: either goes on where the other was.
"""

from collections.abc import Collection, Sequence

from attrs import define, field

from chfw_app.triggers.durable.count import Counting
from chfw_app.triggers.durable.host import DurableHost
from chfw_app.triggers.durable.scope import Scope, Way
from chfw_app.triggers.durable.steps import Stepping
from chfw_core.triggers.due import DueScopes
from chfw_core.triggers.engine import Happened
from chfw_core.triggers.firing import Completed, remembered, tell_completed
from chfw_core.triggers.model import Arrival, CompiledTrigger, Moment
from chfw_core.triggers.records import Firing, PassedOver, in_time
from chfw_core.triggers.state import Mark, State


@define(kw_only=True, eq=False)
class DurableEngine:
    """See `chfw_core.triggers.engine.Engine`. Raises DurableError where durable_rules fails: build it again then."""

    trigger: CompiledTrigger
    host: DurableHost = field(factory=DurableHost)
    _way: Way = field(init=False)
    _scopes: dict[str, Scope] = field(factory=dict)
    _due: DueScopes = field(factory=DueScopes)

    def __attrs_post_init__(self) -> None:
        trigger = self.trigger
        if len(trigger.steps) > 1:
            self._way = Stepping(trigger=trigger, meeting=self.host.open_meeting(len(trigger.steps) - 1))
        elif trigger.count > 1:
            self._way = Counting(trigger=trigger, meeting=self.host.open_meeting(1))
        else:
            self._way = Alone(trigger=trigger)

    def take(self, arrival: Arrival) -> Happened:
        """See `Engine`."""
        seen = arrival.seen
        scope = self._scopes.setdefault(arrival.key, Scope(key=arrival.key))
        if scope.knows(seen.id):
            return Happened()
        completed, late = self._way.take(scope, arrival, Mark(seen.at, seen.seq, seen.row, seen.id))
        firings, swallowed = tell_completed(self.trigger, arrival.key, completed, scope.fired, seen.known)
        self._queue(scope)
        return Happened(firings=tuple(firings), passed_over=(*late, *swallowed))

    def tick(self, moment: Moment) -> Happened:
        """See `Engine`. Scopes in which nothing is due are not looked at."""
        told: list[Firing | PassedOver] = []
        for key in self._due.passed(moment.at):
            scope = self._scopes.get(key)
            if scope is not None:
                told += self._expire(scope, moment)
        return _happened(told)

    def tick_in(self, key: str, moment: Moment) -> Happened:
        """What the passing of time leads to in one scope."""
        scope = self._scopes.get(key)
        return Happened() if scope is None else _happened(self._expire(scope, moment))

    def state(self, key: str) -> State | None:
        """What the automaton would remember in a scope."""
        scope = self._scopes.get(key)
        return None if scope is None else scope.state()

    def keys(self) -> Collection[str]:
        """The scopes in which something is remembered."""
        return self._scopes.keys()

    def put(self, key: str, state: State | None) -> None:
        """Goes on in a scope from where another engine is, whatever was known of it here."""
        scope = self._scopes.pop(key, None)
        if scope is not None:
            self._way.leave(scope)
        if state is not None:
            scope = self._scopes[key] = Scope(key=key, fired=list(state.fired))
            self._way.load(scope, state)
            self._queue(scope)

    def _expire(self, scope: Scope, moment: Moment) -> Sequence[Firing | PassedOver]:
        told = self._way.tick(scope, moment)
        scope.fired = [one for one in scope.fired if one.until >= moment.at]
        self._queue(scope)
        return told

    def _queue(self, scope: Scope) -> None:
        due = scope.due
        if due is None:
            del self._scopes[scope.key]
            return
        self._due.note(scope.key, due)


def _happened(told: Sequence[Firing | PassedOver]) -> Happened:
    return Happened(
        firings=in_time(one for one in told if isinstance(one, Firing)),
        passed_over=tuple(one for one in told if isinstance(one, PassedOver)),
    )


@define(kw_only=True, eq=False)
class Alone:
    """A trigger that every event completes on its own: there is nothing to meet."""

    trigger: CompiledTrigger

    def take(self, scope: Scope, arrival: Arrival, mark: Mark) -> tuple[Sequence[Completed], Sequence[PassedOver]]:
        """See `Way`."""
        return [((mark,), remembered(self.trigger, 0, arrival.seen))], ()

    def tick(self, scope: Scope, moment: Moment) -> Sequence[Firing | PassedOver]:
        """See `Way`."""
        return ()

    def load(self, scope: Scope, state: State) -> None:
        """See `Way`."""

    def leave(self, scope: Scope) -> None:
        """See `Way`."""
