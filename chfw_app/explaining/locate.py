"""One hub among millions: in the estate, and in a schedule.

Row groups whose statistics exclude the GUID are not read; where an index lies beside the schedule,
only the row group that it names is. Whatever a hint says, the GUID itself is compared.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chfw_app.explaining.guid_index import find_rows, index_path
from chfw_app.problems import no_result
from chfw_core.consent.model import ActivationBasis
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.hubs import CommsHub
from chfw_core.planning.model import HubStatus, ScheduledHub

if TYPE_CHECKING:
    import pyarrow as pa

    from chfw_files.documents.estate import EstateFile


def find_hub(estate: "EstateFile", guid: Guid) -> CommsHub | None:
    """The hub as a good row of the estate has it; None where none has. Raises InputError.

    Raises Failed where the GUID is there more than once: a plan sets all its rows aside, bad ones counted (contracts,
    Estate). So every chunk that can hold it is looked into, which of a sorted Parquet file is one.
    """
    hubs, bad = list[CommsHub](), 0
    for index in _likely_chunks(estate.path, estate.chunk_count, guid, ()):
        found, bad_rows = estate.bearing(index, guid)
        hubs += found
        bad += bad_rows
    if len(hubs) + bad > 1:
        raise no_result(
            f"the GUID `{format_guid(guid)}` stands more than once in the estate: all its rows are set aside",
            hint="a plan has no row for it; `chfw estate check` tells where they are",
        )
    return hubs[0] if hubs else None


def find_scheduled(schedule: Path, guid: Guid) -> ScheduledHub | None:
    """The hub's row of the schedule; None where it has none. Raises InputError."""
    from chfw_files.documents.schedule import open_schedule

    opened = open_schedule(schedule)
    hints = tuple(find_rows(index_path(schedule), guid))
    for index in _likely_chunks(schedule, opened.chunk_count, guid, hints):
        row = opened.row(index, guid)
        if row is not None:
            return _scheduled(row.to_pylist()[0])
    return None


def _likely_chunks(path: Path, count: int, guid: Guid, hints: Sequence[int]) -> Iterator[int]:
    """Every chunk that can hold the GUID, those that a hint names first."""
    if path.suffix.lower() != ".parquet":
        yield from range(count)
        return
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path)
    first = list(dict.fromkeys(_chunks_of_rows(metadata, hints)))
    yield from first
    place = metadata.schema.names.index("guid")
    for index in range(count):
        statistics = metadata.row_group(index).column(place).statistics
        low, high = (statistics.min, statistics.max) if statistics and statistics.has_min_max else (None, None)
        outside = isinstance(low, int) and isinstance(high, int) and not low <= guid <= high
        if index not in first and not outside:
            yield index


def _chunks_of_rows(metadata: "pa.parquet.FileMetaData", rows: Iterable[int]) -> Iterator[int]:
    for row in rows:
        end = 0
        for index in range(metadata.num_row_groups):
            end += metadata.row_group(index).num_rows
            if row < end:
                yield index
                break


def _scheduled(values: dict[str, object]) -> ScheduledHub:
    typed = dict(values)
    typed["guid"] = Guid(int(str(values["guid"])))
    typed["status"] = HubStatus(str(values["status"]))
    typed["basis"] = None if values["basis"] is None else ActivationBasis(str(values["basis"]))
    typed["reason"] = str(values["reason"] or "")
    return ScheduledHub(**typed)  # type: ignore[arg-type] # the schedule's columns are its attributes
