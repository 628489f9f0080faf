"""One item in a process of its own: `python -m benchmarks.triggers.worker ITEM TRIGGERS OPEN EVENTS`; JSON out.

`floor`: the bare loop over the events. `seeing`: which trigger takes which event, which all engines need. `automaton`
and `durable_rules`: all of it. `runner`: from a file into a ledger and through the rules in force there.
Memory is what the process has more at the end than before the first event.
"""

import gc
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

import psutil
from attrs import define, field

from benchmarks.clock import Clock
from benchmarks.triggers import runner
from benchmarks.triggers.soak import soak_items, soak_rules
from benchmarks.triggers.stream import Item, Load, opening, rules, steady
from chfw_app.triggers.durable.engine import DurableEngine
from chfw_app.triggers.durable.host import DurableHost
from chfw_core.triggers.engine import Automaton, Engine
from chfw_core.triggers.model import CompiledTrigger, Moment, TriggerSet
from chfw_core.triggers.seeing import arrivals

SAMPLES = 6


@define
class Work:
    """What an item makes of the events. `fired`: how often something fired."""

    triggers: TriggerSet
    engine_for: Callable[[CompiledTrigger], Engine] | None
    fired: int = 0
    passed_over: int = 0
    engines: dict[CompiledTrigger, Engine] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if self.engine_for is not None:
            self.engines = {trigger: self.engine_for(trigger) for trigger in self.triggers.triggers}

    def go(self, items: Iterable[Item]) -> None:
        """All of them."""
        for item in items:
            if isinstance(item, Moment):
                for engine in self.engines.values():
                    happened = engine.tick(item)
                    self.fired += len(happened.firings)
                    self.passed_over += len(happened.passed_over)
                continue
            for arrival in arrivals(self.triggers, item):
                if self.engines:
                    happened = self.engines[arrival.trigger].take(arrival)
                    self.fired += len(happened.firings)
                    self.passed_over += len(happened.passed_over)


def bare(items: Iterable[Item]) -> None:
    """Nothing but the events."""
    for _ in items:
        pass


def main(arguments: Sequence[str]) -> None:
    """Prints what was measured."""
    item, (triggers, sequences, events) = arguments[0], map(int, arguments[1:])
    load = Load(triggers=triggers, open=sequences, events=events)
    print(json.dumps(_measured(item, load)))


def _measured(item: str, load: Load) -> dict[str, object]:
    if item == "runner":
        return runner.measured(load)
    return _timed(item, load) if load.triggers else _soaked(item, load.events)


def _timed(item: str, load: Load) -> dict[str, object]:
    made, first, clock = _made(item, rules(load)), Clock(), Clock()
    before = _resident()
    with first.step("opening"):
        _go(made, opening(load))
    with clock.step("steady"):
        _go(made, steady(load))
    return {
        "opening": load.open / first.wall,
        "steady": load.events / clock.wall,
        "cpu": clock.cpu / load.events,
        "memory": _resident() - before,
        "fired": 0 if made is None else made.fired,
    }


def _soaked(item: str, events: int) -> dict[str, object]:
    made, clock = _made(item, soak_rules()), Clock()
    samples: list[int] = []

    def watched() -> Iterator[Item]:
        each = max(1, events // SAMPLES)
        for number, one in enumerate(soak_items(events), start=1):
            yield one
            if number % each == 0:
                samples.append(_resident())

    with clock.step("soak"):
        _go(made, watched())
    return {
        "steady": events / clock.wall,
        "cpu": clock.cpu / events,
        "samples": samples,
        "fired": 0 if made is None else made.fired,
        "passed over": 0 if made is None else made.passed_over,
    }


def _made(item: str, triggers: TriggerSet) -> Work | None:
    match item:
        case "floor":
            return None
        case "seeing":
            return Work(triggers, None)
        case "automaton":
            return Work(triggers, lambda trigger: Automaton(trigger=trigger))
        case _:
            host = DurableHost()
            return Work(triggers, lambda trigger: DurableEngine(trigger=trigger, host=host))


def _go(made: Work | None, items: Iterable[Item]) -> None:
    if made is None:
        bare(items)
    else:
        made.go(items)


def _resident() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main(sys.argv[1:])
