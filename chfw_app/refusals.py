"""BR5.2: refused instructions, each with its reason, in a file beside the schedule."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from chfw_app.inputs.staging import Staging
from chfw_core.consent.model import Refusal
from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_files.atomic import write_text
from chfw_files.lines.escapes import escape

COLUMNS = ("row", "guid", "party", "role", "opens", "closes", "received_at", "action", "code", "reason")


def refused_path(schedule: Path) -> Path:
    """`plan.parquet` → `plan.refused.csv`."""
    return schedule.with_name(f"{schedule.stem}.refused.csv")


def write_refusals(staging: Staging, schedule: Path, refusals: Sequence[Refusal], files: dict[str, Path]) -> None:
    """BR5.2: every refused instruction with its reason."""
    path = refused_path(schedule)
    if not refusals:
        staging.remove(path)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    in_order = sorted(refusals, key=lambda refusal: (refusal.instruction.row or 0, refusal.code))
    writer.writerows([_safe(cell) for cell in _refused_row(refusal)] for refusal in in_order)
    write_text(staging.place(path), text.getvalue())
    files["refused instructions"] = path


def reasons_of(refusals: Sequence[Refusal]) -> dict[str, int]:
    """How many were refused why, the commonest reason first."""
    counted = Counter(refusal.code.replace("_", " ") for refusal in refusals)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _safe(cell: object) -> object:
    """No formula for a spreadsheet."""
    return escape(cell) if isinstance(cell, str) else cell


def _refused_row(refusal: Refusal) -> tuple[object, ...]:
    row = refusal.instruction
    return (
        row.row,
        format_guid(row.guid),
        row.party,
        row.role,
        format_instant(row.opens) if row.opens else "",
        format_instant(row.closes) if row.closes else "",
        format_instant(row.received_at),
        row.action,
        refusal.code,
        refusal.reason,
    )
