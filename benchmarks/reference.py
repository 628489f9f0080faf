"""The reference engine on few hubs: what a plan costs hub by hub."""

from itertools import islice

from benchmarks.case import Case, make_estate
from benchmarks.clock import Clock
from benchmarks.rules import build_inputs
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import plan_reference
from chfw_core.model.hubs import CommsHub
from chfw_files.documents.estate import open_estate

HUBS = 20_000


def few(case: Case, count: int = HUBS) -> Case:
    """The same rules on an estate small enough for the reference engine."""
    return case.smaller(count)


def hubs_of(case: Case) -> tuple[CommsHub, ...]:
    """Every hub of a small estate."""
    estate = open_estate(make_estate(case))
    return tuple(islice((hub for index in range(estate.chunk_count) for hub in estate.rows(index)), case.hubs))


def run_reference(case: Case, clock: Clock, count: int = HUBS) -> dict[str, object]:
    """Plan few hubs, without files. Same rules, capacity in proportion."""
    small = few(case, count)
    hubs, inputs = hubs_of(small), build_inputs(small)
    with clock.step("plan"):
        plan_reference(inputs, hubs, (), solve_flow)
    return {"hubs": len(hubs)}
