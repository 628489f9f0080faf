"""What is aimed at, beside what was measured. An aim that is missed is printed; it fails nothing."""

from collections.abc import Iterator, Mapping
from statistics import median

from attrs import frozen

from benchmarks.case import Case, plain_number
from benchmarks.measure import Measured
from benchmarks.reference import HUBS as REFERENCE_HUBS

GIB = 1 << 30
LARGE = 10_000_000
HUGE = 30_000_000
Results = Mapping[Case, Mapping[str, Measured]]


@frozen(kw_only=True)
class Aim:
    """`measured` is to be at most `limit`, or at least it (`at_least`). `unit` is put behind both."""

    what: str
    measured: float
    limit: float
    unit: str = "×"
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether it is."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def verdict(self) -> str:
        """As printed."""
        return "ok" if self.met else "MISSED"


def aims_of(results: Results) -> Iterator[Aim]:
    """Every aim for which there are figures."""
    for case, items in results.items():
        if not (case.each or case.batches):
            yield from _of_case(case, {name: one for name, one in items.items() if one.runs})
    yield from _of_rules(results)


def scaled_reference(case: Case, reference: Measured) -> float:
    """What the reference engine would take for all hubs, if it grew in proportion."""
    return reference.wall * case.hubs / min(REFERENCE_HUBS, case.hubs)


def _of_case(case: Case, items: Mapping[str, Measured]) -> Iterator[Aim]:
    plan, name = items.get("plan"), case.label
    if plan is not None:
        yield from _of_plan(case, plan, items)
        flow = plan.told.get("flow and proof")
        if isinstance(flow, float):
            yield Aim(
                what=f"flow and proof, share of the plan: {name}", measured=100 * flow / plan.wall, limit=5, unit="%"
            )
    if plan is not None and "verify" in items:
        yield Aim(what=f"verify to plan: {name}", measured=items["verify"].wall / plan.wall, limit=4)
    if plan is not None and "explain" in items:
        yield Aim(
            what=f"explain one hub, to plan and reading: {name}", measured=items["explain"].wall / plan.wall, limit=1
        )
    if "explain-index" in items:
        wall = items["explain-index"].wall
        yield Aim(what=f"explain one hub, schedule and index at hand: {name}", measured=wall, limit=0.1, unit=" s")
    if "import" in items:
        yield Aim(what="import chfw_core", measured=items["import"].wall, limit=0.15, unit=" s")


def _of_plan(case: Case, plan: Measured, items: Mapping[str, Measured]) -> Iterator[Aim]:
    name = case.label
    if case.hubs >= LARGE and "floor" in items:
        yield Aim(what=f"plan to floor: {name}", measured=plan.wall / items["floor"].wall, limit=2)
    for item, label, limit in (("polars", "Polars", 0.6), ("duckdb", "DuckDB", 0.25)):
        if item in items:
            yield Aim(what=f"plan to {label}: {name}", measured=plan.wall / items[item].wall, limit=limit)
    if "reference" in items:
        ratio = scaled_reference(case, items["reference"]) / plan.wall
        yield Aim(what=f"reference (scaled) to plan: {name}", measured=ratio, limit=30, at_least=True)
    peaks = {LARGE: 1.0, HUGE: 1.25}
    if case.hubs in peaks:
        yield Aim(what=f"peak memory: {name}", measured=plan.peak / GIB, limit=peaks[case.hubs], unit=" GiB")


def _of_rules(results: Results) -> Iterator[Aim]:
    """A hundred times the rules, at most twice the time."""
    plain = {case: items for case, items in results.items() if not (case.each or case.batches)}
    plans = {case: items["plan"].wall for case, items in plain.items() if "plan" in items and items["plan"].runs}
    for case, wall in plans.items():
        few = [w for other, w in plans.items() if other.rules == 10 and other.estate == case.estate]
        if case.rules == 1_000 and few:
            what = f"plan with 1,000 rules to 10: {plain_number(case.hubs)} hubs"
            yield Aim(what=what, measured=wall / median(few), limit=2)
