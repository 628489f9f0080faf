"""One item in a process of its own: `python -m benchmarks.worker ITEM CASE` answers with a line of JSON.

Libraries are imported, rules built and queries put together before the clock starts; the clock runs
from opening the estate to the last byte of the schedule. The peak is that of the whole process.
"""

import json
import subprocess
import sys
from importlib import import_module

from benchmarks.case import Case, case_of, make_estate
from benchmarks.clock import Clock, peak_bytes
from chfw_app.inputs.arrow import ready_arrow

IMPORT = "import time; t = time.perf_counter(); import chfw_core; print(time.perf_counter() - t)"


def run_item(item: str, case: Case, clock: Clock) -> dict[str, object]:
    """Run one item of the table; what it has to tell beside its times."""
    match item:
        case "estate":
            return {"bytes": make_estate(case).stat().st_size}
        case "agreement":
            from benchmarks.agreement import run_agreement

            return run_agreement(case)
        case "floor":
            from benchmarks.floor import run_floor

            return run_floor(case, clock)
        case "polars" | "duckdb":
            return _query(item, case, clock)
        case "reference":
            from benchmarks.reference import run_reference

            return run_reference(case, clock)
        case "import":
            return _import(clock)
        case _:
            return _ours(item, case, clock)


LIBRARIES = ("networkx", "ortools.graph.python.min_cost_flow", "pyarrow.compute", "pyarrow.parquet")
"""What ours imports when it is first used."""


def _ours(item: str, case: Case, clock: Clock) -> dict[str, object]:
    for name in LIBRARIES:
        import_module(name)
    from benchmarks.ours import run_explain, run_plan, run_verify

    match item:
        case "plan":
            return run_plan(case, clock, case.schedule)
        case "verify":
            return run_verify(case, clock)
        case "explain":
            return run_explain(case, clock, indexed=False)
        case "explain-index":
            return run_explain(case, clock, indexed=True)
        case _:
            raise SystemExit(f"no item `{item}`")


def _query(item: str, case: Case, clock: Clock) -> dict[str, object]:
    from benchmarks.analyst import make_brief
    from benchmarks.rules import build_inputs

    brief = make_brief(build_inputs(case))
    if item == "polars":
        from benchmarks.polars_plan import plan_polars as plan
    else:
        from benchmarks.duckdb_plan import plan_duckdb as plan
    with clock.step("plan"):
        plan(brief, case.estate, case.output(item))
    return {}


def _import(clock: Clock) -> dict[str, object]:
    """In a fresh interpreter, timed from within."""
    said = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)
    clock.wall = float(said.stdout)
    clock.cpu = clock.wall
    return {}


def main(item: str, case: str) -> None:
    """Run the item and print what was measured."""
    clock = Clock()
    ready_arrow()  # as the command does
    told = run_item(item, case_of(case), clock)
    measured = {"wall": clock.wall, "cpu": clock.cpu, "steps": clock.steps, "peak": peak_bytes(), "told": told}
    print(json.dumps(measured, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
