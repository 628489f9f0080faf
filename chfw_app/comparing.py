"""`schedule diff`: two schedules on disk, with the list that may be written."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from chfw_app.explaining.story import check_reader
from chfw_app.inputs.gathered import UnreadableError
from chfw_app.inputs.places import check_table
from chfw_app.problems import no_result
from chfw_app.steps import Report
from chfw_core.errors import InputError
from chfw_core.model.guid import format_guid

if TYPE_CHECKING:
    import pyarrow as pa

    from chfw_core.engines.schedules import Difference
    from chfw_core.engines.schedules.counted import Tally, Transition
    from chfw_core.engines.schedules.steps import Outcome
    from chfw_files.documents.estate import EstateFile
    from chfw_files.documents.schedule import ScheduleFile


@frozen(kw_only=True, eq=False)
class SchedulesCompared:
    """A comparison and what it was made from. `bad_rows`: of the estate, whose hubs count in no region."""

    old: Path
    new: Path
    found: "Difference"
    bad_rows: int

    def as_object(self) -> dict[str, object]:
        """For a program, in a fixed order."""
        found, counted = self.found, self.found.counted
        return {
            "old": str(self.old),
            "new": str(self.new),
            "as": found.reader,
            "hubs": found.hubs,
            "changed": found.changed,
            "moves": {move.value: hubs for move, hubs in counted.moves.items()},
            "days_moved": _days(counted.days),
            "regions": _tally(counted.regions, ("csp_region",)),
            "suppliers": _tally(counted.suppliers, ("party", "roles")),
            "transitions": [_transition(one) for one in counted.transitions],
            "not_in_the_estate": found.unknown,
            "bad_rows": self.bad_rows,
        }


def compare(
    old: Path, new: Path, *, estate: Path | None, reader: str | None, out: Path | None, report: Report
) -> SchedulesCompared:
    """Compare two schedules, and write the list of hubs that differ.

    Raises InputError for what cannot be read and for a reader without an estate, or that it does not name; OutputError;
    Failed for a schedule with two rows of a hub.
    """
    from chfw_core.engines.schedules import diff_schedules
    from chfw_files.documents.schedule import open_schedule
    from chfw_files.tables.writing import write_table

    named = (("the old schedule", old), ("the new schedule", new))
    check_table(out, (*named, *(() if estate is None else (("the estate", estate),))))
    if reader is not None and estate is None:
        raise InputError("--as: which hubs are its is not known", hint="name the estate with --estate")
    opened = [open_schedule(path) for _, path in named]
    hubs = None if estate is None else _open_estate(estate, reader)
    try:
        found = diff_schedules(
            _batches(opened[0]),
            _batches(opened[1]),
            hubs,
            reader=reader,
            progress=report,
            chunks=(opened[0].chunk_count, opened[1].chunk_count),
        )
    except UnreadableError:
        raise
    except InputError as repeated:
        raise no_result(str(repeated), hint=repeated.hint) from repeated
    if out is not None:
        write_table(out, found.schema, found.batches())
    return SchedulesCompared(old=old, new=new, found=found, bad_rows=0 if hubs is None else len(hubs.quarantine))


def _open_estate(path: Path, reader: str | None) -> "EstateFile":
    from chfw_files.documents.estate import open_estate

    opened = open_estate(path, columns=("csp_region", "import_supplier", "gas_supplier"))
    opened.set_aside_repeated()
    if reader is not None:
        check_reader(opened, reader)
    return opened


def _batches(opened: "ScheduleFile") -> "Iterator[pa.RecordBatch]":
    """A file that breaks off is told apart from a schedule that contradicts itself."""
    try:
        yield from opened.batches()
    except InputError as problem:
        raise UnreadableError(str(problem), hint=problem.hint) from problem


def _transition(one: "Transition") -> dict[str, object]:
    return {
        "old": _outcome(one.old),
        "new": _outcome(one.new),
        "hubs": one.hubs,
        "differs_in": dict(one.differs_in),
        "days_moved": _days(one.days),
        "regions": _tally(one.regions, ("csp_region",)),
        "suppliers": _tally(one.suppliers, ("party", "roles")),
        "examples": [format_guid(guid) for guid in one.examples],
    }


def _outcome(outcome: "Outcome | None") -> dict[str, object] | None:
    return None if outcome is None else {"status": outcome.status, "basis": outcome.basis, "rules": list(outcome.rules)}


def _days(days: Mapping[int, int]) -> list[dict[str, int]]:
    return [{"days": moved, "hubs": hubs} for moved, hubs in days.items()]


def _tally(tally: "Tally", names: tuple[str, ...]) -> list[dict[str, object]]:
    return [
        {
            **dict(zip(names, key, strict=True)),
            "hubs": sum(moves.values()),
            "moves": {move.value: hubs for move, hubs in moves.items()},
        }
        for key, moves in tally.items()
    ]
