"""Rows that cannot be cut into the right number of columns: which GUID they bear all the same.

A row that lacks its last values may repeat the GUID of a good one, and then neither can be used.
"""

import csv
from collections.abc import Iterable, Sequence

import numpy as np

from chfw_core.errors import InputError
from chfw_core.model.guid import parse_guid
from chfw_files.guids import LENGTH, Guids
from chfw_files.raw import Unreadable


def cut_guid(row: Unreadable, names: Sequence[str]) -> str:
    """What stands in the GUID's place; the row's beginning where nothing does."""
    place = names.index("guid")
    try:
        values = next(csv.reader([row.text]), [])
    except csv.Error:
        values = []
    return (values[place].strip() if place < len(values) else row.text)[:LENGTH]


def read_guid(row: Unreadable, names: Sequence[str]) -> int | None:
    """The GUID of one row; None where it cannot be read."""
    try:
        return parse_guid(cut_guid(row, names))
    except InputError:
        return None


def readable_guids(rows: Iterable[Unreadable], names: Sequence[str]) -> Guids:
    """The GUIDs that can be read, once for each row that bears one."""
    found = [number for row in rows if (number := read_guid(row, names)) is not None]
    return np.array(found, dtype=np.uint64)
