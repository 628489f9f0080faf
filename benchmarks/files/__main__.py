"""`python -m benchmarks.files`: tables of every format in and out, with their validation, beside bare libraries."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from attrs import asdict, frozen
from rich.console import Console
from rich.table import Table

from benchmarks.files import items
from benchmarks.measure import THREADS
from benchmarks.report import machine, reporting_console, show_head, write_json


@frozen(kw_only=True)
class Figure:
    """Medians of an item: `seconds` by the clock, `cpu` of all threads. `floor`: those of the bare library."""

    item: str
    rows: int
    seconds: float
    cpu: float
    start_mib: float
    peak_mib: float
    floor: float | None = None
    floor_cpu: float | None = None
    aim: float | None = None


def main(arguments: Sequence[str]) -> int:
    """0."""
    options = _parser().parse_args(arguments)
    console = reporting_console(options.json)
    about, command = machine(), ["python", "-m", "benchmarks.files", *arguments]
    show_head(console, about, command)
    with tempfile.TemporaryDirectory(prefix="chfw-bench-", dir=options.folder) as name, console.status("") as status:
        status.update("making the tables")
        items.make(Path(name), options.rows, options.sheet_rows)
        figures = list(_figures(Path(name), options, status.update))
    _show(console, figures)
    write_json(options.json, {"machine": about, "command": command, "figures": [asdict(one) for one in figures]})
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.files", description=__doc__)
    made.add_argument("--rows", type=int, default=items.ROWS, help="of the tables that are read")
    made.add_argument("--sheet-rows", type=int, default=items.SHEET_ROWS, help="of the XLSX table")
    made.add_argument("--few", type=int, default=items.FEW, help="rows of a small extract")
    made.add_argument("--many", type=int, default=items.MANY, help="rows of a large one")
    made.add_argument("--sheet-few", type=int, default=items.SHEET_FEW, help="the same of XLSX")
    made.add_argument("--sheet-many", type=int, default=items.SHEET_MANY)
    made.add_argument("--repetitions", type=int, default=3)
    made.add_argument("--folder", type=Path, help="where the tables are made; else where temporary files are")
    made.add_argument("--json", type=Path, metavar="FILE", help="write everything there; - for the standard output")
    return made


def _figures(folder: Path, options: argparse.Namespace, say: Callable[[str], None]) -> Iterator[Figure]:
    for name, (_, _, aim) in items.READ.items():
        say(f"reading {name}")
        floor = _median(f"floor {name}", folder, options.repetitions)
        yield _median(f"read {name}", folder, options.repetitions, floor=floor.seconds, floor_cpu=floor.cpu, aim=aim)
    sizes = items.extracts(options.few, options.many, options.sheet_few, options.sheet_many)
    for name, (extension, few, many) in sizes.items():
        for rows in (few, many):
            say(f"writing {name}, {rows:,} rows")
            yield _median(f"write {extension} {rows}", folder, 1)


def _median(item: str, folder: Path, repetitions: int, **more: float | None) -> Figure:
    runs = [_run(item, folder) for _ in range(repetitions)]
    middle = median(run["seconds"] for run in runs)
    run = min(runs, key=lambda one: abs(one["seconds"] - middle))
    return Figure(
        item=item,
        rows=int(run["rows"]),
        seconds=middle,
        cpu=median(run["cpu"] for run in runs),
        start_mib=run["start_mib"],
        peak_mib=max(one["peak_mib"] for one in runs),
        **more,
    )


def _run(item: str, folder: Path) -> dict[str, float]:
    threads = str(THREADS)
    limits = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    environment = {**os.environ, **limits, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "benchmarks.files.worker", item, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _show(console: Console, figures: Sequence[Figure]) -> None:
    table = Table(title="files", title_justify="left")
    for column in (
        "item",
        "rows",
        "time",
        "CPU",
        "rows/s",
        "floor",
        "its CPU",
        "to floor",
        "aim",
        "MiB before",
        "MiB at most",
    ):
        table.add_column(column, justify="left" if column == "item" else "right")
    for one in figures:
        table.add_row(
            one.item,
            f"{one.rows:,}",
            f"{one.seconds:.2f} s",
            f"{one.cpu:.2f} s",
            f"{one.rows / one.seconds:,.0f}",
            "" if one.floor is None else f"{one.floor:.2f} s",
            "" if one.floor_cpu is None else f"{one.floor_cpu:.2f} s",
            "" if one.floor is None else f"{one.seconds / one.floor:.1f} ×",
            "" if one.aim is None else f"< {one.aim:.0f} s",
            f"{one.start_mib:,.0f}",
            f"{one.peak_mib:,.0f}",
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
