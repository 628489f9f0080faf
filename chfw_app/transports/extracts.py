"""What readers may ask for, put into their drop folders: statuses for Suppliers, dashboards for all (BR5.3, BR5.5)."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from attrs import frozen

from chfw_app.reports.dashboard import write as write_dashboard
from chfw_app.reports.extracts import write_statuses
from chfw_app.reports.reading import looking
from chfw_app.reports.statuses import names_hours, statuses
from chfw_app.reports.trend import trend_for
from chfw_app.stores.store import Store
from chfw_core.errors import InputError
from chfw_core.model.periods import format_instant
from chfw_core.reports.progress.readers import Reader, ReaderKind, reader_named
from chfw_core.reports.progress.trends import TrendBy
from chfw_files.drop.transport import DropFolders


@frozen(kw_only=True)
class Extract:
    """A report that was put into a party's folder. `rows`: of its table, or sheets of a dashboard."""

    party: str
    file: str
    rows: int


def put_extracts(store: Store, drop: DropFolders, at: datetime) -> Iterator[Extract]:
    """For each party with a folder that is a reader. Raises InputError where one cannot be written or put there."""
    for party in drop.parties:
        try:
            reader = reader_named(party)
        except InputError:
            continue  # the SMI and the registration systems tell, and are told; there is no report for them
        with tempfile.TemporaryDirectory(prefix="chfw-") as here:
            yield from _of(store, drop, reader, at, Path(here))


def _of(store: Store, drop: DropFolders, reader: Reader, at: datetime, here: Path) -> Iterator[Extract]:
    extension = "csv" if drop.extension == "json" else drop.extension
    names = {
        "status": f"status.{extension}",
        "dashboard": "dashboard.xlsx",
    }
    weeks = trend_for(store, reader, TrendBy.FIRMWARE_VERSION, at)
    rows: dict[str, int] = {}
    with looking(store, reader) as sight:
        if reader.kind is ReaderKind.SUPPLIER:
            rows["status"] = write_statuses(here / names["status"], statuses(sight), hours=names_hours(sight))
        rows["dashboard"] = write_dashboard(here / names["dashboard"], sight, at, weeks)
    for report, count in rows.items():
        name = names[report]
        drop.put_report(reader.name, name, here / name, count, type=report, at=format_instant(at), to=reader.name)
        yield Extract(party=reader.name, file=name, rows=count)
