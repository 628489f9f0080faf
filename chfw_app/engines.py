"""The engines behind one face: whichever makes the plan, the application sees the same things."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from chfw_app.inputs.arrow import give_back
from chfw_app.inputs.gathered import Gathered, UnreadableError
from chfw_app.problems import no_result
from chfw_app.steps import Report
from chfw_core.consent.model import Refusal
from chfw_core.errors import InputError
from chfw_core.model.hubs import CommsHub
from chfw_core.planning.model import Finding, HubStatus, ScheduledHub
from chfw_core.planning.summary import Summary
from chfw_files.atomic import OutputError

if TYPE_CHECKING:
    import pyarrow as pa

    from chfw_core.engines.reference import ReferencePlan

ROWS_AT_ONCE = 100_000


class Engine(StrEnum):
    """Who makes the plan; both make the same one."""

    COLUMNAR = "columnar"
    REFERENCE = "reference"


class MadePlan(Protocol):
    """A plan, however it was made; batches as the file transport writes them."""

    @property
    def summary(self) -> Summary: ...
    @property
    def findings(self) -> Sequence[Finding]: ...
    @property
    def refusals(self) -> Sequence[Refusal]: ...
    def schedule(self) -> "Iterator[pa.RecordBatch]": ...
    def own_instructions(self) -> "Iterator[pa.RecordBatch]": ...


def make_plan(engine: Engine, gathered: Gathered, report: Report, *, threads: int, configurations: bool) -> MadePlan:
    """Plan; `configurations`: the summary counts configuration sets too. Raises Failed where the
    inputs contradict each other, UnreadableError for a damaged estate.
    """
    try:
        return _made(engine, gathered, report, threads, configurations)
    except (UnreadableError, OutputError):
        raise
    except InputError as contradiction:
        raise no_result(str(contradiction), hint=contradiction.hint) from contradiction


def _made(engine: Engine, gathered: Gathered, report: Report, threads: int, configurations: bool) -> MadePlan:
    from chfw_core.engines.flow import solve_flow

    match engine:
        case Engine.COLUMNAR:
            from chfw_core.engines.columnar.plan import plan_columnar

            return plan_columnar(
                gathered.inputs,
                gathered.estate,
                instructions=gathered.instructions,
                attributes=gathered.attributes,
                solver=solve_flow,
                threads=threads,
                configurations=configurations,
                progress=report,
                give_back=give_back,
            )
        case Engine.REFERENCE:
            from chfw_core.engines.reference import plan_reference

            report("reading", 0.0)
            hubs = gathered.hubs()
            if not hubs:
                raise InputError(
                    "the estate has no good rows", hint="see the quarantine file for what is wrong with them"
                )
            report("planning", 0.0)
            plan = plan_reference(gathered.inputs, hubs, gathered.instruction_rows(), solve_flow)
            report("planning", 1.0)
            return _Reference(plan=plan, summary=summarise(hubs, plan.rows))


@frozen(kw_only=True)
class _Reference:
    """The reference's rows as batches."""

    plan: "ReferencePlan"
    summary: Summary

    @property
    def findings(self) -> Sequence[Finding]:
        return self.plan.findings

    @property
    def refusals(self) -> Sequence[Refusal]:
        return self.plan.refusals

    def schedule(self) -> "Iterator[pa.RecordBatch]":
        from chfw_files.documents.schedule import SCHEDULE_SCHEMA

        return _batches(self.plan.rows, SCHEDULE_SCHEMA)

    def own_instructions(self) -> "Iterator[pa.RecordBatch]":
        from chfw_files.documents.instructions import as_batch

        rows = self.plan.own_instructions
        return (as_batch(rows[start : start + ROWS_AT_ONCE]) for start in range(0, len(rows), ROWS_AT_ONCE))


def _batches(rows: Sequence[object], schema: "pa.Schema") -> "Iterator[pa.RecordBatch]":
    """The rows' attributes as columns, so many rows at once."""
    import pyarrow as pa

    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        columns = [_column([getattr(row, entry.name) for row in part], entry.type) for entry in schema]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(values: list[object], kind: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    if not pa.types.is_dictionary(kind):
        return pa.array(values, kind)
    return pa.array([None if v is None else str(v) for v in values], kind.value_type).dictionary_encode().cast(kind)


def summarise(hubs: Iterable[CommsHub], rows: Iterable[ScheduledHub]) -> Summary:
    """Count the rows of these hubs, one row for each, in the same order."""
    outcome: Counter[tuple[object, ...]] = Counter()
    region: Counter[tuple[object, ...]] = Counter()
    day: Counter[tuple[object, ...]] = Counter()
    party: Counter[tuple[object, ...]] = Counter()
    ineligible: Counter[str] = Counter()
    sets: Counter[tuple[object, ...]] = Counter()
    count = 0
    for hub, row in zip(hubs, rows, strict=True):
        count += 1
        result = (row.status, row.basis)
        outcome[result] += 1
        region[hub.csp_region, *result] += 1
        for supplier in hub.suppliers.parties:
            party[supplier, *result] += 1
        if row.day is not None:
            day[hub.csp_region, row.day, row.basis] += 1
        if row.status is HubStatus.INELIGIBLE:
            ineligible[row.reason] += 1
        sets[hub.configuration_set, hub.firmware_version, row.status is HubStatus.PLANNED] += 1
    return Summary(
        hubs=count,
        by_outcome=_plain(outcome),  # type: ignore[arg-type]
        by_region=_plain(region),  # type: ignore[arg-type]
        by_region_day=_plain(day),  # type: ignore[arg-type]
        by_party=_plain(party),  # type: ignore[arg-type]
        by_ineligible=dict(ineligible),
        by_configuration=_plain(sets),  # type: ignore[arg-type]
    )


def _plain(counted: Counter[tuple[object, ...]]) -> Mapping[tuple[object, ...], int]:
    return dict(counted)
