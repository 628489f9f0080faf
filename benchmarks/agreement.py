"""Do all four say the same? Checked on a small estate before anything is timed.

The rule on each side and the basis are compared with our schedule, the resolved opening and the
first possible day with the reference engine's trace. Hubs of a pilot are left out, since the
queries have no pilots; days are not compared where the windows of two Suppliers leave nothing
(the queries have no second choice of windows).
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
from attrs import frozen

from benchmarks.analyst import Brief, local, make_brief
from benchmarks.case import Case, make_estate
from benchmarks.clock import Clock
from benchmarks.ours import run_plan
from benchmarks.reference import few, hubs_of
from benchmarks.rules import build_inputs
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import HubTrace, ReferencePlan, plan_reference

HUBS = 20_000
Query = Callable[[Brief, Path, Path], None]


class DisagreementError(Exception):
    """The queries do not decide as we do: their times would mean nothing."""


@frozen(kw_only=True)
class Answer:
    """What is compared of one hub. `day` None = there is none, or it is not compared."""

    basis: str | None
    import_rule: str | None
    gas_rule: str | None
    opens: datetime | None
    day: date | None


def run_agreement(case: Case, hubs: int = HUBS) -> dict[str, object]:
    """Raises DisagreementError with the first hubs on which an answer differs from ours."""
    from benchmarks.duckdb_plan import plan_duckdb
    from benchmarks.polars_plan import plan_polars

    small = few(case, hubs)
    make_estate(small)
    inputs, brief = build_inputs(small), make_brief(build_inputs(small))
    schedule = small.output("agreement")
    run_plan(small, Clock(), schedule)
    ours = _rows(schedule, "window_opens")
    reference = plan_reference(inputs, hubs_of(small), (), solve_flow)
    expected = dict(_expected(reference, ours))
    queries: dict[str, Query] = {"Polars": plan_polars, "DuckDB": plan_duckdb}
    for name, query in queries.items():
        out = small.output(f"agreement-{name.lower()}")
        query(brief, small.estate, out)
        _compare(name, expected, _rows(out, "opens"))
    return {"hubs": len(ours), "compared": len(expected), "in pilots": len(ours) - len(expected)}


def _rows(path: Path, opens: str) -> dict[int, dict[str, object]]:
    columns = ["guid", "status", "basis", "import_rule", "gas_rule", "day", opens]
    return {row["guid"]: {**row, "opens": row[opens]} for row in pq.read_table(path, columns=columns).to_pylist()}


def _expected(plan: ReferencePlan, ours: dict[int, dict[str, object]]) -> Iterator[tuple[int, Answer]]:
    """Our answers; of a hub that capacity left out, the basis and the day that it would have had."""
    in_pilots = {guid for pilot in plan.pilots for guid in pilot.group.guids}
    for row in plan.rows:
        own, trace = ours[row.guid], plan.traces[row.guid]
        said = (row.status.value, row.basis and row.basis.value, row.import_rule, row.gas_rule)
        if said != (own["status"], own["basis"], own["import_rule"], own["gas_rule"]):
            raise DisagreementError(f"our two engines differ on {row.guid}: {said} and {own}")
        if row.guid not in in_pilots:
            yield row.guid, _answer(trace, row.import_rule, row.gas_rule)


def _answer(trace: HubTrace, import_rule: str | None, gas_rule: str | None) -> Answer:
    plan = trace.plan
    if plan is None:
        return Answer(basis=None, import_rule=None, gas_rule=None, opens=None, day=None)
    resolution = plan.resolution
    compared = not trace.batch and not resolution.windows_disjoint
    return Answer(
        basis=resolution.basis.value,
        import_rule=import_rule,
        gas_rule=gas_rule,
        opens=local(resolution.period.opens),
        day=next(iter(trace.days), None) if compared else None,
    )


def _compare(name: str, expected: dict[int, Answer], got: dict[int, dict[str, object]]) -> None:
    wrong = []
    for guid, answer in expected.items():
        row = got[guid]
        theirs = Answer(
            basis=row["basis"],  # type: ignore[arg-type]
            import_rule=row["import_rule"],  # type: ignore[arg-type]
            gas_rule=row["gas_rule"],  # type: ignore[arg-type]
            opens=row["opens"],  # type: ignore[arg-type]
            day=row["day"] if answer.day is not None else None,  # type: ignore[arg-type]
        )
        if theirs != answer:
            wrong.append(f"{guid}: ours {answer}, {name} {theirs}")
    if wrong:
        raise DisagreementError("\n".join([f"{name} decides otherwise on {len(wrong)} hubs", *wrong[:5]]))
