"""Capacity of single days, from a file."""

from pathlib import Path

from chfw_core.documents.capacity import CapacityRead
from chfw_core.documents.capacity import read_capacity as read_capacity_rows
from chfw_core.documents.tables import CAPACITY
from chfw_files.tables.small_tables import read_small_table

_COLUMNS = tuple(column.name for column in CAPACITY)


def read_capacity(path: str | Path) -> CapacityRead:
    """Read a file; its problems are in the result. Raises InputError for what is no such table."""
    return read_capacity_rows(read_small_table(path, _COLUMNS, _COLUMNS), str(path))
