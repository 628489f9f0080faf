"""Tables on disk, read in chunks: what Parquet, CSV, JSON Lines and XLSX have in common.

A source knows its columns' names and types and hands out chunks of raw columns, from any thread.
The place of a row is what a person counts: the line in a CSV file (the header is line 1) or one of JSON
Lines, the row of a worksheet as it is numbered there, the number of the row in a Parquet file (the first is 1).
"""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from attrs import field, frozen

from chfw_core.errors import InputError
from chfw_files import limits

Lines = npt.NDArray[np.int64]

EXTENSIONS = (".parquet", ".csv", ".jsonl", ".xlsx")
"""The formats of a table, by which one is chosen."""


@frozen(kw_only=True)
class Unreadable:
    """A row that cannot be cut into columns at all."""

    line: int
    text: str
    reason: str


@frozen(kw_only=True, eq=False)
class RawChunk:
    """Columns as the file has them, all of one length; rows that could not be cut are apart.

    `lines` counts only when asked, since it is wanted for bad rows alone.
    """

    columns: Mapping[str, pa.Array]
    rows: int
    lines: Callable[[], Lines]
    unreadable: Sequence[Unreadable] = field(default=())


class Source(Protocol):
    """A table in chunks. `types` is filled for Parquet alone: elsewhere everything is text until it is judged."""

    @property
    def path(self) -> Path: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def types(self) -> Mapping[str, pa.DataType]: ...
    @property
    def chunk_count(self) -> int: ...
    def read(self, index: int, names: Sequence[str]) -> RawChunk: ...


def open_source(path: str | Path, *, plain: frozenset[str] = frozenset()) -> Source:
    """The file as a source, by its extension. `plain`: columns with few repetitions, such as GUIDs.

    Raises InputError for a missing file, an unknown extension, a file that is not what its extension
    says, or a column named twice.
    """
    place = Path(path)
    if place.is_dir():
        raise InputError(f"`{place}` is a folder, not a table")
    if not place.exists():
        raise missing_file(place)
    source = _source(place, plain)
    if len(source.names) > limits.MAX_COLUMNS:
        raise InputError(
            f"`{place}` has {len(source.names):,} columns", hint=f"a table has {limits.MAX_COLUMNS:,} at most"
        )
    twice = sorted({name for name in source.names if source.names.count(name) > 1})
    if twice:
        raise InputError(f"`{place}`: the column `{twice[0]}` is there more than once")
    return source


def _source(place: Path, plain: frozenset[str]) -> Source:
    """Only what the format needs is imported: who looks one hub up waits for nothing else."""
    match place.suffix.lower():
        case ".parquet":
            from chfw_files.parquet.source import ParquetSource

            return ParquetSource(place, plain)
        case ".csv":
            from chfw_files.lines.csv_source import CsvSource

            return CsvSource(place, plain)
        case ".jsonl":
            from chfw_files.lines.jsonl_source import JsonlSource

            return JsonlSource(place, plain)
        case ".xlsx":
            from chfw_files.xlsx.source import XlsxSource

            return XlsxSource(place, plain)
        case _:
            raise unknown_extension(place)


def unknown_extension(place: Path) -> InputError:
    """The message for a name that says of no format."""
    known = f"{', '.join(EXTENSIONS[:-1])} and {EXTENSIONS[-1]}"
    return InputError(
        f"`{place.name}`: the extension `{place.suffix}` is not one of {known}", hint="the extension chooses the format"
    )


def missing_file(place: Path) -> InputError:
    """The message for a file that is not there, with a name that is nearly this one."""
    return InputError(f"there is no file `{place}`", hint=_near(place))


def unreadable_file(place: Path, failure: OSError) -> InputError:
    """The message for a file that the system does not let us read."""
    return InputError(f"cannot read `{place}`: {(failure.strerror or str(failure)).lower()}")


def check_names(source: Source, known: Sequence[str], required: Sequence[str]) -> tuple[str, ...]:
    """Which columns are neither known nor near to a known name; those may stay and are not read.

    Raises InputError that names every required column that is missing, and every likely slip.
    """
    missing = [name for name in required if name not in source.names]
    unknown = [name for name in source.names if name not in known]
    free = [name for name in known if name not in source.names]
    hints, slips = [], []
    for name in unknown:
        near = get_close_matches(name.strip().lower(), free, n=1, cutoff=0.75)
        if near:
            slips.append(name)
            hints.append(f"did you mean `{near[0]}` by `{name}`?")
    if missing:
        raise InputError(f"`{source.path}`: {_columns(missing)} missing", hint=" ".join(hints) or _has(source))
    if slips:
        raise InputError(f"`{source.path}`: {_columns(slips)} not known", hint=" ".join(hints))
    return tuple(unknown)


def _columns(names: Sequence[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in names)
    return f"the column {listed} is" if len(names) == 1 else f"the columns {listed} are"


def _has(source: Source) -> str:
    shown = ", ".join(source.names[:12])
    return f"the file has {shown}" if shown else "the file has no columns"


def _near(place: Path) -> str | None:
    """A file in the same folder whose name is nearly this one."""
    if not place.parent.is_dir():
        return f"there is no folder `{place.parent}`"
    names = [entry.name for entry in place.parent.iterdir()]
    near = get_close_matches(place.name, names, n=1, cutoff=0.75)
    return f"did you mean `{place.parent / near[0]}`?" if near else None
