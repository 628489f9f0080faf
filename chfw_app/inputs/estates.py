"""Estates made and looked at."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from chfw_app.inputs.arrow import ready_arrow
from chfw_app.steps import Report
from chfw_core.errors import InputError, UsageError
from chfw_core.model.estate import parse_set
from chfw_core.planning.flag_findings import flags_by_themselves
from chfw_files.tables.quarantine import BadRow

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_ROWS = 1 << 18
"""Rows that a generated Parquet file holds together: one hub is found quickly, and threads have work."""

COUNTED = ("csp_region", "device_model", "firmware_version", "smi_status", "import_supplier", "gas_supplier")


@frozen(kw_only=True)
class EstateCounts:
    """Hubs per value of each counted column, and per flag; the rows that cannot be used.

    `remarks`: flags that are most likely slips.
    """

    hubs: int
    counts: dict[str, dict[str, int]]
    flags: dict[str, int]
    remarks: tuple[str, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    ignored_columns: tuple[str, ...] = field(default=())

    def as_object(self) -> dict[str, object]:
        """For JSON, in a fixed order."""
        return {
            "hubs": self.hubs,
            "counts": {name: dict(sorted(counts.items())) for name, counts in self.counts.items()},
            "flags": dict(sorted(self.flags.items())),
            "remarks": list(self.remarks),
            "ignored_columns": list(self.ignored_columns),
            "bad_rows": [
                {"line": row.line, "guid": row.guid_text, "column": row.column, "reason": row.reason}
                for row in self.bad_rows
            ],
        }


def write_generated(
    out: Path, *, hubs: int, seed: int, suppliers: int, split_share: float, shuffle: bool, report: Report
) -> int:
    """Generate an estate into a file; how many hubs. Raises InputError, OutputError."""
    ready_arrow()
    from chfw_emulator.estates import SCHEMA, generate_estate
    from chfw_files.tables.writing import write_table
    from chfw_files.xlsx.writing import check_rows

    if out.suffix.lower() == ".xlsx":
        check_rows(hubs)

    def told() -> Iterator["pa.RecordBatch"]:
        done = 0
        for batch in generate_estate(hubs, seed, suppliers, split_share, shuffle=shuffle, chunk_rows=CHUNK_ROWS):
            yield batch
            done += batch.num_rows
            report("making hubs", done / hubs)

    try:
        return write_table(out, SCHEMA, told())
    except UsageError as problem:
        raise InputError(str(problem), hint=problem.hint) from problem


def count_estate(path: Path, *, report: Report) -> EstateCounts:
    """Read all of an estate once (its GUIDs twice). Raises InputError where it cannot be read."""
    ready_arrow()
    import pyarrow.compute as pc

    from chfw_files.documents.estate import open_estate

    estate = open_estate(path)
    estate.set_aside_repeated()
    counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
    flags: Counter[str] = Counter()
    hubs = 0
    for index in range(estate.chunk_count):
        batch = estate.read(index)
        hubs += batch.num_rows
        for name in COUNTED:
            for pair in pc.value_counts(batch.column(name)).to_pylist():
                counts[name][pair["values"] or ""] += pair["counts"]
        for pair in pc.value_counts(batch.column("flags")).to_pylist():
            for flag in parse_set(pair["values"]):
                flags[flag] += pair["counts"]
        report("reading", (index + 1) / estate.chunk_count)
    return EstateCounts(
        hubs=hubs,
        counts={name: dict(found) for name, found in counts.items()},
        flags=dict(flags),
        remarks=flags_by_themselves(frozenset(flags)),
        bad_rows=tuple(estate.quarantine),
        ignored_columns=estate.ignored_columns,
    )
