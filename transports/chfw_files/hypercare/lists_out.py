"""The lists that an import makes, and what it says of the cells that it could not use, as tables."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import attrs
import pyarrow as pa

from chfw_files.documents.lists import COLUMNS, ListKind
from chfw_files.hypercare.importing import Imported, MendedCell, RefusedCell
from chfw_files.tables.writing import write_table

_ROWS_AT_ONCE = 50_000


def list_paths(folder: Path, extension: str) -> tuple[Path, ...]:
    """Every file that an import can write into a folder."""
    return tuple(folder / f"{name}{extension}" for name in (*ListKind, "refused", "mended"))


def write_lists(imported: Imported, folder: Path, extension: str) -> dict[str, tuple[Path, int]]:
    """Write a table for each list, and `refused` and `mended` where there are any; by name where, and how many rows.

    Raises OutputError, and InputError for an unknown extension and for what the format cannot hold.
    """
    files: dict[str, tuple[Path, int]] = {}
    for kind in imported.kinds:
        path = folder / f"{kind.value}{extension}"
        seldom = {column.name for column in COLUMNS[kind] if column.seldom}
        said = {name for row in imported.rows(kind) for name in seldom if row.get(name)} if seldom else set()
        names = [column.name for column in COLUMNS[kind] if column.name in said or not column.seldom]
        files[kind.value] = path, _write(path, names, imported.rows(kind))
    mended = [cell for sheet in imported.sheets for cell in sheet.mended]
    for name, kind_of_cell, cells in (
        ("refused", RefusedCell, imported.refused),
        ("mended", MendedCell, mended),
    ):
        path = folder / f"{name}{extension}"
        if cells:
            columns = [one.name for one in attrs.fields(kind_of_cell)]
            files[name] = path, _write(path, columns, (attrs.asdict(cell) for cell in cells))
        else:
            path.unlink(missing_ok=True)  # it would tell of another run
    return files


def _write(path: Path, names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    schema = pa.schema([(name, pa.string()) for name in names])
    rest = iter(rows)

    def batches() -> Iterable[pa.RecordBatch]:
        while piece := list(islice(rest, _ROWS_AT_ONCE)):
            columns = [pa.array([row.get(name) or None for row in piece], pa.string()) for name in names]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return write_table(path, schema, batches())
