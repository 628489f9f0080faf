"""What it means for Suppliers that the automatic date comes so near that no instruction is taken any more (BR1.3)."""

from datetime import datetime

from attrs import evolve

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.uninstructed import has_uninstructed
from chfw_core.errors import InputError
from chfw_core.model.periods import as_utc, instant_words
from chfw_core.rollout.agreement import cutoff_of, firmware_of
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.tasks import TaskKind, is_open, tasks_of
from chfw_core.rules.problems.problem import counted


def moving_means(service: RollOutService, release: str, automatic_at: datetime) -> str | None:
    """In words for the DCC; None where instructions are taken still, were over before, or the core refuses anyway."""
    at = as_utc(service.clock())
    try:
        record = service.release(release)
    except InputError:
        return None
    cutoff, now = cutoff_of(record, automatic_at), cutoff_of(record, firmware_of(record).automatic_at)
    if cutoff > at or now <= at or automatic_at <= at or not record.suppliers:
        return None
    moved = evolve(record, firmware=evolve(firmware_of(record), automatic_at=automatic_at))
    late = _late(service, moved, at)
    owing = f", and {counted(late, 'Supplier')} would be late at once with a decision" if late else ""
    return f"the cut-off would be {instant_words(cutoff)}, which has passed: no Supplier could instruct any more{owing}"


def _late(service: RollOutService, moved: ReleaseRecord, at: datetime) -> int:
    owed = [task for task in tasks_of(moved) if task.kind is TaskKind.INSTRUCT and task.late(at)]
    with service.store.read() as connection:
        return sum(is_open(task, at, has_uninstructed(connection, moved.id, task.owner)) for task in owed)
