"""A schedule on disk put to the independent verifier."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chfw_app.inputs.gathered import Gathered, UnreadableError
from chfw_app.problems import no_result
from chfw_app.steps import Report
from chfw_core.errors import InputError
from chfw_core.planning.verify import Verdict

if TYPE_CHECKING:
    import pyarrow as pa


def verify_files(gathered: Gathered, schedule: Path, *, report: Report) -> Verdict:
    """The verifier's answer. Raises InputError for a file that cannot be read, Failed for contradictory inputs."""
    from chfw_core.engines.verify import verify_schedule
    from chfw_files.documents.schedule import open_schedule

    opened = open_schedule(schedule)

    def batches() -> "Iterator[pa.RecordBatch]":
        for index in range(opened.chunk_count):
            try:
                yield opened.read(index)
            except InputError as problem:
                raise UnreadableError(str(problem), hint=problem.hint) from problem
            report("verifying", (index + 1) / opened.chunk_count)

    report("verifying", 0.0)
    try:
        return verify_schedule(gathered.inputs, gathered.estate, batches(), gathered.instructions, gathered.attributes)
    except UnreadableError:
        raise
    except InputError as contradiction:
        raise no_result(str(contradiction), hint=contradiction.hint) from contradiction
