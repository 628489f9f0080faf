"""The report: what ran where, one table for each case, and the aims."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import psutil
from attrs import asdict
from rich.console import Console
from rich.table import Table

from benchmarks.aims import Aim, Results, scaled_reference
from benchmarks.case import Case, plain_number
from benchmarks.measure import MIB, Measured
from benchmarks.reference import HUBS as REFERENCE_HUBS

STANDARD_OUTPUT = Path("-")
WIDTH_IN_FILES = 160
LIBRARIES = ("chfw", "numpy", "pyarrow", "ortools", "polars", "duckdb", "attrs")
NAMES = {
    "floor": "floor: reading and writing alone",
    "plan": "chfw: plan",
    "polars": "Polars: decisions and first day alone",
    "duckdb": "DuckDB: decisions and first day alone",
    "reference": "reference engine, scaled",
    "verify": "chfw: verify",
    "explain": "chfw: explain one hub, reading",
    "explain-index": "chfw: explain one hub, with index",
    "import": "import chfw_core",
}
NOTES = (
    "Polars and DuckDB do less: no pilots, priorities, batches, capacity, reasons or proofs, and fewer columns.",
    "Rules, the analysts' tables of rules and their calendars are made before the clock starts.",
    "The floor reads and writes our plan's own columns, with its row groups and writer options, by bare pyarrow.",
    f"The reference engine plans {plain_number(REFERENCE_HUBS)} hubs without files; its time is scaled linearly.",
    "Times are medians, from opening the estate to the schedule on the disk; the peak is that of the process.",
    "Files are in the page cache.",
)


def machine() -> dict[str, object]:
    """Where this runs."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory GiB": round(psutil.virtual_memory().total / 2**30, 1),
        "load at the start": round(psutil.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Of what is measured."""
    return {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except ImportError:
        return "not installed"


def _processor() -> str:
    place = Path("/proc/cpuinfo")
    lines = place.read_text(encoding="utf-8").splitlines() if place.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown")


def reporting_console(to: Path | None) -> Console:
    """Where people read. To the error output where `to`, the JSON, is the standard output; wide where no one looks on,
    so that no table is folded in a file."""
    made = Console(stderr=to == STANDARD_OUTPUT)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = WIDTH_IN_FILES
    return made


def write_json(to: Path | None, found: Mapping[str, object]) -> None:
    """Nothing where `to` is None."""
    if to is None:
        return
    text = json.dumps(found, indent=2, default=str)
    if to == STANDARD_OUTPUT:
        print(text)
    else:
        to.write_text(text + "\n", encoding="utf-8")


def show_head(console: Console, about: Mapping[str, object], command: Sequence[str]) -> None:
    """Machine, versions and command."""
    console.print(", ".join(f"{name} {value}" for name, value in about.items()), highlight=False)
    console.print(", ".join(f"{name} {value}" for name, value in versions().items()), highlight=False)
    console.print(f"command: {' '.join(command)}", highlight=False)


def show_case(console: Console, case: Case, items: Mapping[str, Measured]) -> None:
    """One table."""
    table = Table(title=case.label, title_justify="left")
    for name in ("", "wall s", "CPU s", "peak MiB", "× floor", "runs"):
        table.add_column(name, justify="left" if not name else "right")
    floor = items.get("floor")
    for item, one in items.items():
        if not one.runs:
            table.add_row(NAMES[item], "failed")
            continue
        scale = scaled_reference(case, one) / one.wall if item == "reference" else 1.0
        ratio = f"{one.wall * scale / floor.wall:.2f}" if floor is not None and floor.runs else ""
        runs = str(one.runs) if one.runs > 1 else "1 only"
        peak = f"{one.peak / MIB:,.0f}" if item != "import" else ""
        table.add_row(NAMES[item], f"{one.wall * scale:,.3f}", f"{one.cpu * scale:,.3f}", peak, ratio, runs)
    console.print(table)
    for item, one in items.items():
        if one.failed is not None:
            console.print(f"{NAMES[item]} failed:\n{one.failed}", highlight=False, markup=False)
    for item in ("floor", "plan", "verify"):
        if item in items and items[item].runs:
            console.print(f"  {item}: {_told(items[item].told)}", highlight=False, markup=False)


def _told(told: Mapping[str, object]) -> str:
    return "; ".join(f"{name}: {_text(value)}" for name, value in told.items())


def _text(value: object) -> str:
    match value:
        case float():
            return f"{value:.2f}"
        case dict():
            return ", ".join(f"{name} {_text(entry)}" for name, entry in value.items()) or "none"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def show_aims(console: Console, aims: Sequence[Aim]) -> None:
    """Every aim beside its figure."""
    table = Table(title="Aims", title_justify="left")
    for name in ("", "measured", "aim", ""):
        table.add_column(name, justify="left" if not name else "right")
    for aim in aims:
        sign = "≥" if aim.at_least else "≤"
        style = "green" if aim.met else "bold red"
        limit = f"{sign} {aim.limit:g}{aim.unit}"
        table.add_row(aim.what, f"{aim.measured:.2f}{aim.unit}", limit, f"[{style}]{aim.verdict}[/{style}]")
    console.print(table)
    for note in NOTES:
        console.print(note, highlight=False, style="dim")


def as_object(
    results: Results, aims: Sequence[Aim], about: Mapping[str, object], command: Sequence[str], checked: object
) -> dict[str, object]:
    """The same for JSON."""
    return {
        "machine": dict(about),
        "versions": versions(),
        "command": list(command),
        "agreement": checked,
        "notes": list(NOTES),
        "cases": [
            {"case": asdict(case), "items": {item: asdict(one) for item, one in items.items()}}
            for case, items in results.items()
        ],
        "aims": [{**asdict(aim), "verdict": aim.verdict} for aim in aims],
    }
