"""Small tables row by row: lists that people keep, up to some thousands of rows.

CSV keeps its cells' text as it is; values may have line breaks here (the history of the Central
Products List has), and a row's line is the one on which it begins. Other formats' values are turned into
the texts that CSV would have.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from chfw_core.documents.rows import Row
from chfw_core.errors import InputError
from chfw_files.column_names import check_names
from chfw_files.lines.csv_source import CsvSource
from chfw_files.lines.escapes import unescape
from chfw_files.raw import Source
from chfw_files.sources import open_source
from chfw_files.tables.writing import cell_texts
from chfw_files.texts import decode


def read_small_table(
    path: str | Path, columns: Sequence[str], required: Sequence[str], *, others: bool = False
) -> list[Row]:
    """All rows. `others`: columns beside the known ones are none of our business, however near.

    Raises InputError for a file that is missing, is no table, or lacks a required column.
    """
    source = open_source(path)
    if others:
        missing = [name for name in required if name not in source.names]
        if missing:
            check_names(source, columns, required)
    else:
        check_names(source, columns, required)
    names = [name for name in columns if name in source.names]
    return list(_csv(source.path) if isinstance(source, CsvSource) else _columns(source, names))


def _csv(path: Path) -> Iterator[Row]:
    text = decode(path.read_bytes(), path)
    reader = csv.reader(io.StringIO(text, newline=""))
    names = [name.strip() for name in next(reader)]
    line = reader.line_num + 1
    for cells in reader:
        if cells:
            yield Row(line=line, cells=dict(zip(names, map(unescape, cells), strict=False)))
        line = reader.line_num + 1


def _columns(source: Source, names: Sequence[str]) -> Iterator[Row]:
    for index in range(source.chunk_count):
        raw = source.read(index, names)
        if raw.unreadable:
            first = raw.unreadable[0]
            raise InputError(f"`{source.path}`:{first.line}: {first.reason}")
        texts = [cell_texts(raw.columns[name]) for name in names]
        for line, cells in zip(raw.lines().tolist(), zip(*texts, strict=True), strict=True):
            yield Row(line=line, cells=dict(zip(names, cells, strict=True)))
