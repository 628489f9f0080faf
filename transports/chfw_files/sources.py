"""Tables on disk are opened by their extension: Parquet, CSV, JSON Lines, XLSX."""

from pathlib import Path

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.file_errors import missing_file
from chfw_files.raw import Source

EXTENSIONS = (".parquet", ".csv", ".jsonl", ".xlsx")
"""The formats of a table, by which one is chosen."""


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
