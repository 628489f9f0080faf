"""The demonstration's files: an estate, rule files that differ, and what Suppliers have sent and done.

Everything follows from the number of hubs and the seed. Instructions, events and private attributes
speak of hubs that are there, chosen in order of the file.
"""

import csv
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from chfw_core.model.guid import format_guid

if TYPE_CHECKING:
    import pyarrow as pa

AS_OF = "2026-01-15T09:00:00Z"
SEED = 20260105
PRIVATE = "NWND"
"""The Supplier that has attributes of its own."""

INSTRUCTIONS = ("guid", "party", "role", "opens", "closes", "received_at", "action", "group", "rule")
SAMPLE = 50_000


@frozen(kw_only=True)
class DemoFiles:
    """Where everything lies."""

    folder: Path

    @property
    def estate(self) -> Path:
        return self.folder / "estate.parquet"

    @property
    def release(self) -> Path:
        return self.folder / "release.yaml"

    @property
    def rules(self) -> Path:
        return self.folder / "rules"

    @property
    def attributes(self) -> Path:
        return self.folder / f"{PRIVATE}.attributes.csv"

    @property
    def instructions(self) -> Path:
        return self.folder / "instructions.csv"

    @property
    def events(self) -> Path:
        return self.folder / "events.jsonl"

    @property
    def capacity(self) -> Path:
        return self.folder / "capacity.csv"

    @property
    def schedule(self) -> Path:
        return self.folder / "plan.parquet"

    @property
    def decided(self) -> Path:
        return self.folder / "decided.parquet"

    @property
    def report(self) -> Path:
        return self.folder / "plan.html"


@frozen(kw_only=True)
class Sampled:
    """One hub of the estate's beginning, with its two roles."""

    guid: str
    imports: str | None
    gas: str | None

    @property
    def split(self) -> bool:
        """Two Suppliers."""
        return self.imports != self.gas and None not in (self.imports, self.gas)

    def role_of(self, party: str) -> str:
        """`import` or `gas`."""
        return "import" if self.imports == party else "gas"


def copy_documents(where: DemoFiles, share: float) -> None:
    """Release and rule files as they are installed; capacities in proportion to the hubs."""
    where.rules.mkdir(parents=True, exist_ok=True)
    with as_file(files("chfw_app.demo") / "files") as installed:
        for source in sorted(installed.glob("*.rules.yaml")):
            shutil.copyfile(source, where.rules / source.name)
        release = (installed / "release.yaml").read_text(encoding="utf-8")
    where.release.write_text(_scaled(release, share), encoding="utf-8")
    rows = [("csp_region", "day", "hubs")]
    rows += [("South", f"2026-03-{day}", str(max(int(900 * share), 1))) for day in (21, 22, 28, 29)]
    _write_csv(where.capacity, rows)


def write_sayings(where: DemoFiles) -> None:
    """Instructions, private attributes and events about hubs of the estate that was made."""
    hubs = list(_sample(where.estate))
    _write_csv(where.instructions, [INSTRUCTIONS, *_instructions(hubs)])
    flagged = [hub for hub in hubs if PRIVATE in (hub.imports, hub.gas)][:400]
    _write_csv(
        where.attributes,
        [
            ("guid", "flags"),
            *((hub.guid, "complaint_open" if at % 4 else "") for at, hub in enumerate(flagged)),
        ],
    )
    lines = [json.dumps({"seq": at, **event}) for at, event in enumerate(_events(hubs), start=1)]
    where.events.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _sample(estate: Path) -> Iterator[Sampled]:
    """Hubs spread evenly over the estate."""
    from chfw_files.documents.estate import open_estate

    opened = open_estate(estate, columns=("guid", "import_supplier", "gas_supplier"))
    for index in range(opened.chunk_count):
        batch: pa.RecordBatch = opened.read(index)
        step = max(batch.num_rows // SAMPLE, 1)
        rows = batch.take(list(range(0, batch.num_rows, step)))
        columns = [rows.column(name).to_pylist() for name in ("guid", "import_supplier", "gas_supplier")]
        for guid, imports, gas in zip(*columns, strict=True):
            yield Sampled(guid=format_guid(guid), imports=imports, gas=gas)


def _instructions(hubs: Sequence[Sampled]) -> Iterator[tuple[str, ...]]:
    """Valid ones, of which some meet their other half; withdrawals; and some that are refused."""
    with_cldr = [hub for hub in hubs if hub.split and "CLDR" in (hub.imports, hub.gas)][:300]
    for hub in with_cldr:
        other = next(p for p in (hub.imports, hub.gas) if p not in (None, "CLDR"))
        yield _row(hub, str(other), "2026-02-23T00:00:00Z", "2026-06-01T00:00:00Z")
    own = [hub for hub in hubs if not hub.split and hub.imports == "IVYB"][:250]
    for hub in own:
        yield _row(hub, "IVYB", "2026-02-09T20:00:00Z", "2026-03-20T05:00:00Z")
    for hub in [hub for hub in hubs if hub.imports == "BRKW"][:40]:
        yield (hub.guid, "BRKW", "import", "", "", "2026-01-13T12:00:00Z", "withdraw", "", "")
    # To be refused: ends before it begins, later than the DCC's date, of somebody else's hub.
    for hub in own[:6]:
        yield _row(hub, "IVYB", "2026-03-20T05:00:00Z", "2026-03-02T20:00:00Z", received="2026-01-14T10:00:00Z")
    for hub in own[6:14]:
        yield _row(hub, "IVYB", "2026-08-01T00:00:00Z", "2026-08-05T00:00:00Z", received="2026-01-14T10:00:00Z")
    for hub in with_cldr[:5]:
        yield (
            hub.guid,
            "JUNI",
            "gas",
            "2026-03-01T00:00:00Z",
            "2026-04-01T00:00:00Z",
            "2026-01-14T10:00:00Z",
            "instruct",
            "",
            "",
        )


def _row(hub: Sampled, party: str, opens: str, closes: str, received: str = "2026-01-12T10:00:00Z") -> tuple[str, ...]:
    return (hub.guid, party, hub.role_of(party), opens, closes, received, "instruct", "safe_launch", "")


def _events(hubs: Sequence[Sampled]) -> Iterator[dict[str, object]]:
    yield {"at": "2026-01-05T09:00:00Z", "type": "release_notified"}
    yield {"at": "2026-01-12T09:00:00Z", "type": "phase_opened", "phase": "pilot"}
    yield {"at": "2026-01-10T15:00:00Z", "type": "test_passed", "party": "NWND", "configuration_set": "CS-0151"}
    for name in ("CS-0112", "CS-0113", "CS-0020", "CS-0033", "CS-0046", "CS-0059"):
        yield {"at": "2026-01-13T11:00:00Z", "type": "test_passed", "party": "FROS", "configuration_set": name}
    for hub in [hub for hub in hubs if hub.imports == "KELP" and not hub.split][:60]:
        yield {
            "at": "2026-01-14T08:00:00Z",
            "type": "change_of_supplier_started",
            "guid": hub.guid,
            "role": "import",
            "from": "KELP",
            "to": "REED",
            "effective": "2026-02-04",
        }


def _scaled(release: str, share: float) -> str:
    """The release with its daily capacities for a smaller or larger estate."""
    lines = release.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("capacity:"))
    pairs = (entry.split(": ") for entry in lines[at].removeprefix("capacity: {").rstrip("}").split(", "))
    lines[at] = "capacity: {" + ", ".join(f"{name}: {max(round(int(hubs) * share), 1)}" for name, hubs in pairs) + "}"
    return "\n".join(lines) + "\n"


def _write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
