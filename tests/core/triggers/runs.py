"""A case run by an engine, in the oracle's words."""

from collections.abc import Callable

from chfw_core.testing.trigger_oracle import Told, told_by_firing, told_by_passing
from chfw_core.testing.trigger_streams import Case
from chfw_core.triggers.engine import Engine, Run, automaton_for
from chfw_core.triggers.model import CompiledTrigger, Moment, TriggerSet


def run_over(case: Case, engine_for: Callable[[CompiledTrigger], Engine] = automaton_for) -> tuple[Told, ...]:
    """All that an engine says over a case's ledger."""
    trigger = case.trigger
    waits = {step.on: (trigger,) for step in trigger.steps}
    triggers = TriggerSet(owner=trigger.owner, version=trigger.version, triggers=(trigger,), by_type=waits)
    run = Run(triggers=(triggers,), engine_for=engine_for)
    found: list[Told] = []
    for place, item in enumerate(case.ledger):
        happened = run.tick(item) if isinstance(item, Moment) else run.see(item)
        found += [told_by_firing(place, firing) for firing in happened.firings]
        found += [told_by_passing(place, one) for one in happened.passed_over]
    return tuple(sorted(found))
