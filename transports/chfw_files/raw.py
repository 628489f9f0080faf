"""Tables on disk, read in chunks: what Parquet, CSV, JSON Lines and XLSX have in common.

A source knows its columns' names and types and hands out chunks of raw columns, from any thread.
The place of a row is what a person counts: the line in a CSV file (the header is line 1) or one of JSON
Lines, the row of a worksheet as it is numbered there, the number of the row in a Parquet file (the first is 1).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from attrs import field, frozen

Lines = npt.NDArray[np.int64]


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
