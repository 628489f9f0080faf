"""Which engine runs a trigger.

Bursts, thresholds, phases and incidents are counted for a release, a region or a batch: few scopes, many events, and
durable_rules runs them. Steps of each hub are millions of scopes for months, and run on the automaton, scope by scope
from the store; so does everything where durable_rules is not installed. The answer is the same.
"""

import importlib.util
import sys
from collections.abc import Callable
from threading import Lock

from attrs import define, field

from chfw_app.triggers.durable.engine import DurableEngine
from chfw_app.triggers.durable.host import DurableError, DurableHost
from chfw_app.versions import part_version
from chfw_core.triggers.automaton import expire, step
from chfw_core.triggers.engine import Automaton, Engine
from chfw_core.triggers.model import Arrival, CompiledTrigger, Moment
from chfw_core.triggers.outcome import Outcome
from chfw_core.triggers.state import State

FIRST_WITHOUT_DURABLE = (3, 13)
_ONE_WRITER = Lock()
"""durable_rules is handed one message at a time, whatever threads there are."""
MOST_FAILURES = 3
"""After so many failures of durable_rules in one process the automaton runs all."""


def durable_version() -> tuple[str | None, str]:
    """The version of durable_rules where it would run, else why it would not."""
    if sys.version_info >= FIRST_WITHOUT_DURABLE:
        return None, "it needs a Python before 3.13"
    if importlib.util.find_spec("durable") is None:
        return None, "not installed (pip install 'chfw[durable]' needs a C compiler)"
    return part_version("durable-rules") or "unknown version", ""


def who_runs() -> str:
    """Which engine runs which triggers here, and why, in words."""
    found, why_not = durable_version()
    if found is None:
        return f"the automaton, all of them (durable_rules: {why_not})"
    return f"durable_rules {found} where a scope is shared by many hubs; the automaton for steps of each hub"


def suits_durable(trigger: CompiledTrigger) -> bool:
    """Whether its scopes are few, and something is to meet in them."""
    return not trigger.is_per_hub and (trigger.count > 1 or len(trigger.steps) > 1)


def engines(*, durable: bool | None = None) -> Callable[[CompiledTrigger], Engine]:
    """What makes each trigger's engine for a run in memory. `durable`: None = where it is installed."""
    use = durable_version()[0] is not None if durable is None else durable
    hosts: dict[str, DurableHost] = {}

    def made(trigger: CompiledTrigger) -> Engine:
        if use and suits_durable(trigger):
            host = hosts.get(trigger.version) or hosts.setdefault(trigger.version, DurableHost())
            return DurableEngine(trigger=trigger, host=host)
        return Automaton(trigger=trigger)

    return made


@define(kw_only=True, eq=False)
class Stepper:
    """`step` and `expire` as the automaton has them, on the engine that suits the trigger.

    The state that is handed in is the truth: where durable_rules has another one (a transaction was undone, the
    process is new) it goes on from the one handed in. Where it fails it is built again from that, and where it fails
    again the automaton answers. One for a process.
    """

    use_durable: bool = field(factory=lambda: durable_version()[0] is not None)
    failures: int = 0
    _hosts: dict[str, DurableHost] = field(factory=dict)
    _engines: dict[tuple[str, str], DurableEngine] = field(factory=dict)

    def step(self, arrival: Arrival, state: State | None) -> Outcome:
        """See `chfw_core.triggers.automaton.step`."""
        trigger, key = arrival.trigger, arrival.key

        def asked(engine: DurableEngine) -> Outcome:
            happened = engine.take(arrival)
            return Outcome(state=engine.state(key), firings=happened.firings, passed_over=happened.passed_over)

        return self._on_durable(trigger, key, state, asked) or step(arrival, state)

    def expire(self, trigger: CompiledTrigger, key: str, state: State, moment: Moment) -> Outcome:
        """See `chfw_core.triggers.automaton.expire`."""
        if moment.at <= state.due:
            return Outcome(state=state)

        def asked(engine: DurableEngine) -> Outcome:
            happened = engine.tick_in(key, moment)
            return Outcome(state=engine.state(key), firings=happened.firings, passed_over=happened.passed_over)

        return self._on_durable(trigger, key, state, asked) or expire(trigger, key, state, moment)

    def _on_durable(
        self, trigger: CompiledTrigger, key: str, state: State | None, ask: Callable[[DurableEngine], Outcome]
    ) -> Outcome | None:
        """None where the automaton is to answer."""
        while self.use_durable and suits_durable(trigger):
            with _ONE_WRITER:
                try:
                    engine = self._engine(trigger)
                    if engine.state(key) != state:
                        engine.put(key, state)
                    return ask(engine)
                except DurableError:
                    self._failed()
        return None

    def _engine(self, trigger: CompiledTrigger) -> DurableEngine:
        name = (trigger.version, trigger.id)
        found = self._engines.get(name)
        if found is None:
            host = self._hosts.get(trigger.version) or self._hosts.setdefault(trigger.version, DurableHost())
            found = self._engines[name] = DurableEngine(trigger=trigger, host=host)
        return found

    def _failed(self) -> None:
        """All that durable_rules knew is given up: each scope goes on from the state that is handed in."""
        self.failures += 1
        self._hosts.clear()
        self._engines.clear()
        if self.failures >= MOST_FAILURES:
            self.use_durable = False
