"""Both engines on one world, and everything in which their plans could differ."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar import ColumnarPlan, MemoryEstate, instruction_table, plan_columnar
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import ReferencePlan, plan_reference
from chfw_core.model.estate import format_set
from chfw_core.model.hubs import CommsHub
from chfw_core.planning.model import SCHEDULE_COLUMNS, HubStatus, ScheduledHub
from chfw_core.testing.worlds import World


@frozen
class Joined:
    """Several estates in memory as one, as a file may be: a GUID of the one may stand in the other too."""

    parts: tuple[MemoryEstate, ...]

    @property
    def chunk_count(self) -> int:
        """Of all parts."""
        return sum(part.chunk_count for part in self.parts)

    def read(self, index: int, columns: Sequence[str] | None = None) -> pa.RecordBatch:
        """A chunk of the part that it falls to."""
        for part in self.parts:
            if index < part.chunk_count:
                return part.read(index, columns)
            index -= part.chunk_count
        raise IndexError

    def set_aside(self) -> NDArray[np.uint64]:
        """None."""
        return np.array([], dtype=np.uint64)

    def refuse(self, guids: NDArray[np.uint64]) -> None:
        """In all parts."""
        for part in self.parts:
            part.refuse(guids)


def attribute_tables(hubs: Sequence[CommsHub]) -> dict[str, pa.Table]:
    """The hubs' private attributes as each owner's own file has them."""
    tables = {}
    for owner in sorted({owner for hub in hubs for owner in hub.private}):
        own = [(hub.guid, hub.private[owner]) for hub in hubs if owner in hub.private]
        names = sorted({name for _, known in own for name in known.values})
        columns: dict[str, Any] = {
            "guid": pa.array([guid for guid, _ in own], pa.uint64()),
            "flags": pa.array([format_set(known.flags) or None for _, known in own], pa.string()),
        }
        tables[owner] = pa.table({**columns, **{n: pa.array([k.values.get(n) for _, k in own]) for n in names}})
    return tables


def columnar(world: World, *, chunk: int = 7, threads: int = 2) -> ColumnarPlan:
    """The columnar engine's plan of a world."""
    inputs, hubs, instructions = world
    return plan_columnar(
        inputs,
        MemoryEstate(hubs, chunk=chunk),
        instructions=instruction_table(instructions),
        attributes=attribute_tables(hubs),
        solver=solve_flow,
        threads=threads,
    )


def rows_of(plan: ColumnarPlan) -> list[dict[str, Any]]:
    """The schedule's rows."""
    return [row for batch in plan.schedule() for row in batch.to_pylist()]


def as_row(hub: ScheduledHub) -> dict[str, Any]:
    """A row of the reference engine in the form of the columns."""
    return {name: getattr(hub, name) for name in SCHEDULE_COLUMNS}


def assert_agree(world: World) -> tuple[ReferencePlan, ColumnarPlan]:
    """I14: hub for hub, and in everything that is said beside the rows."""
    inputs, hubs, instructions = world
    wanted = plan_reference(inputs, hubs, instructions, solve_flow)
    found = columnar(world)
    rows = rows_of(found)
    assert len(rows) == len(wanted.rows)
    for hub, row in zip(wanted.rows, rows, strict=True):
        assert as_row(hub) == row
    assert found.findings == wanted.findings
    assert found.pilots == wanted.pilots
    assert _said(found.refusals) == _said(wanted.refusals)
    own = [row for batch in found.own_instructions() for row in batch.to_pylist()]
    assert [tuple(row.values()) for row in own] == [
        (i.guid, i.party, i.role, i.opens, i.closes, i.received_at, i.action, i.group, i.rule)
        for i in wanted.own_instructions
    ]
    summary = found.summary
    assert summary.hubs == len(hubs)
    assert dict(summary.by_outcome) == Counter((row.status, row.basis) for row in wanted.rows)
    reasons = Counter(row.reason for row in wanted.rows if row.status is HubStatus.INELIGIBLE)
    assert dict(summary.by_ineligible) == reasons
    region = {hub.guid: hub.csp_region for hub in hubs}
    days = [(region[row.guid], row.day, row.basis) for row in wanted.rows if row.day is not None]
    assert dict(summary.by_region_day) == Counter(days)
    parties = {hub.guid: hub.suppliers.parties for hub in hubs}
    named = [(party, row.status, row.basis) for row in wanted.rows for party in parties[row.guid]]
    assert dict(summary.by_party) == Counter(named)
    return wanted, found


def _said(refusals: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [(r.instruction.guid, r.instruction.party, r.code, r.reason) for r in refusals]
