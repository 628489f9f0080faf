"""Our plan, and what stands beside it: verifying it, and explaining one hub of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.case import Case
from benchmarks.clock import Clock
from benchmarks.rules import build_inputs
from chfw_app.inputs.arrow import give_back
from chfw_core.engines.columnar import place, plan_columnar
from chfw_core.engines.columnar.world import gather_rules
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.verify import verify_schedule
from chfw_core.model.guid import Guid
from chfw_core.planning.capacity import Assignment, assign_days
from chfw_files.documents.estate import open_estate
from chfw_files.documents.schedule import open_schedule, write_schedule


def columns_read(case: Case) -> tuple[str, ...]:
    """The estate's columns that our plan reads for these rules."""
    return gather_rules(build_inputs(case)).layout.columns


def run_plan(case: Case, clock: Clock, out: Path) -> dict[str, object]:
    """Open the estate, plan, write the schedule; the time that days took (flow and proofs)."""
    inputs = build_inputs(case)
    begun = time.perf_counter()
    steps: dict[str, float] = {}

    def progress(step: str, share: float) -> None:
        steps[step] = time.perf_counter() - begun

    with _timed_days() as days, clock.step("plan"):
        estate = open_estate(case.estate)
        plan = plan_columnar(inputs, estate, solver=solve_flow, threads=2, progress=progress, give_back=give_back)
        write_schedule(out, plan.schedule())
    outcome = {f"{status} {basis or ''}".strip(): n for (status, basis), n in plan.summary.by_outcome.items()}
    return {"flow and proof": sum(days), "finished at": steps, "outcome": outcome}


@contextmanager
def _timed_days() -> Iterator[list[float]]:
    """Times the capacity step where the engine calls it; the engine itself stays as it is."""
    spent: list[float] = []

    def timed(*args: Any) -> Assignment:
        begun = time.perf_counter()
        try:
            return assign_days(*args)
        finally:
            spent.append(time.perf_counter() - begun)

    with patch.object(place, "assign_days", timed):
        yield spent


def run_verify(case: Case, clock: Clock) -> dict[str, object]:
    """Put our schedule to the independent verifier, files and all."""
    inputs = build_inputs(case)
    with clock.step("verify"):
        verdict = verify_schedule(inputs, open_estate(case.estate), open_schedule(case.schedule).batches())
    return {"holds": verdict.holds, "violations": {check.value: n for check, n in verdict.counts.items()}}


def run_explain(case: Case, clock: Clock, *, indexed: bool) -> dict[str, object]:
    """The story of the hub in the middle of the estate; with the schedule's index, or reading for it."""
    from chfw_app.explaining.guid_index import index_path
    from chfw_app.explaining.locate import find_hub, find_scheduled
    from chfw_core.reports.explain import explain_hub

    inputs, guid = build_inputs(case), _middle(case.estate)
    index, hidden = index_path(case.schedule), case.output("hidden")
    index_schedule(case.schedule, index)
    if not indexed:
        index.rename(hidden)
    try:
        with clock.step("explain"):
            hub = find_hub(open_estate(case.estate), guid)
            scheduled = find_scheduled(case.schedule, guid)
            story = explain_hub(inputs, hub, (), scheduled, None) if hub is not None else None
    finally:
        if not indexed:
            hidden.rename(index)
    return {"sections": 0 if story is None else len(story.sections)}


def _middle(estate: Path) -> Guid:
    file = pq.ParquetFile(estate)
    group = file.read_row_group(file.num_row_groups // 2, columns=["guid"]).column("guid")
    return Guid(group[len(group) // 2].as_py())


def index_schedule(schedule: Path, index: Path) -> None:
    """The index that `chfw plan` writes beside its schedule, unless it is there already."""
    from chfw_app.explaining.guid_index import IndexWriter

    if index.exists():
        return
    file = pq.ParquetFile(schedule)
    with index.open("wb") as out:
        writer = IndexWriter(out)
        for group in range(file.num_row_groups):
            guids: pa.ChunkedArray = file.read_row_group(group, columns=["guid"]).column("guid")
            writer.add(guids.to_numpy())
