"""A schedule in, as the rows of a plan that is published (CS1): alike ones together."""

from datetime import date
from pathlib import Path
from typing import Any

from chfw_core.consent.model import ActivationBasis
from chfw_core.planning.model import HubStatus
from chfw_core.rollout.handover.commands import PlannedClass
from chfw_files.documents.alike import alike
from chfw_files.documents.commands_in import instant


def read_schedule(path: Path) -> tuple[PlannedClass, ...]:
    """The planned rows of a schedule. Raises InputError for what is no schedule."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from chfw_files.documents.schedule import SCHEDULE_SCHEMA, open_schedule

    batches = list(open_schedule(path).batches())
    table = pa.Table.from_batches(batches, schema=SCHEDULE_SCHEMA) if batches else SCHEDULE_SCHEMA.empty_table()
    planned = table.filter(pc.equal(table.column("status").cast(pa.string()), HubStatus.PLANNED.value))
    return planned_classes(planned)


def planned_classes(planned: Any) -> tuple[PlannedClass, ...]:
    """Rows of a schedule, all of them planned, that are alike in all but the hub."""
    found = []
    for values, guids in alike(planned, ("window_opens", "window_closes", "day", "basis", "batch_id", "reason")):
        opens, closes, day, basis, batch, reason = values
        assert isinstance(day, date)
        found.append(
            PlannedClass(
                window_opens=instant(opens),
                window_closes=instant(closes),
                day=day,
                basis=ActivationBasis(str(basis)),
                batch_id=None if batch is None else str(batch),
                reason=str(reason or ""),
                guids=guids,
            )
        )
    return tuple(found)
