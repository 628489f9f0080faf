"""Reports as tables, written in pieces of some thousand rows (BR5.3, TR4)."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from chfw_app.pieces import in_pieces
from chfw_app.reports.statuses import AT_ONCE
from chfw_core.reports.progress.status import HubStatus
from chfw_files.tables.writing import INSTANT, write_table

_TEXT = pa.string()
_STATUS: Mapping[str, pa.DataType] = {
    "release": _TEXT,
    "guid": pa.uint64(),
    "roles": _TEXT,
    "state": _TEXT,
    "region": _TEXT,
    "device_model": _TEXT,
    "firmware_version": _TEXT,
    "configuration_set": _TEXT,
    "version_at": INSTANT,
    "instructed_opens": INSTANT,
    "instructed_closes": INSTANT,
    "group": _TEXT,
    "rule": _TEXT,
    "window": _TEXT,
    "second_instructed": _TEXT,
    "opens": INSTANT,
    "closes": INSTANT,
    "day": pa.date32(),
    "basis": _TEXT,
    "handed_at": INSTANT,
    "outcome_due_at": INSTANT,
    "attempts": pa.int32(),
    "failure": _TEXT,
    "reason": _TEXT,
}
STATUS_SCHEMA = pa.schema([(name, kind) for name, kind in _STATUS.items() if name != "window"])
"""The columns of an extract of a Supplier's estate (BR5.3); `window` is there where an instruction of its names one."""

_ELIGIBLE = ("guid", "roles", "region", "device_model", "firmware_version", "configuration_set")
_YES_NO = {True: "yes", False: "no", None: None}


def write_statuses(path: Path, found: Iterable[HubStatus], *, hours: bool) -> int:
    """All columns, `window` where `hours` are named; how many rows. Raises InputError for an unknown extension."""
    return _write(path, tuple(_STATUS) if hours else tuple(STATUS_SCHEMA.names), found)


def write_eligible(path: Path, found: Iterable[HubStatus]) -> int:
    """BR1.4: GUIDs, roles and what runs on them; how many rows. Raises InputError as above."""
    return _write(path, _ELIGIBLE, found)


def _write(path: Path, names: tuple[str, ...], found: Iterable[HubStatus]) -> int:
    schema = pa.schema([(name, _STATUS[name]) for name in names])
    return write_table(path, schema, _batches(schema, found))


def _batches(schema: pa.Schema, found: Iterable[HubStatus]) -> Iterator[pa.RecordBatch]:
    for piece in in_pieces(found, AT_ONCE):
        columns = [pa.array([cell(one, entry.name) for one in piece], type=entry.type) for entry in schema]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def cell(status: HubStatus, name: str) -> object:
    """One column of a hub's row: roles in one text, `yes` or `no` for what is either."""
    match name:
        case "roles":
            return "|".join(status.roles)
        case "state":
            return status.state.value
        case "second_instructed":
            return _YES_NO[status.second_instructed]
        case _:
            return getattr(status, name)
