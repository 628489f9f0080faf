"""`python -m benchmarks.ledger`: a roll-out over an estate on each database, timed beside its floors."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import asdict
from rich.console import Console
from rich.table import Table

from benchmarks.ledger.estate import Estate
from benchmarks.ledger.story import Figure, told
from benchmarks.report import machine, reporting_console, show_head, write_json
from chfw_app.stores.open import open_store
from chfw_app.stores.rollout_codec import projections
from tests.app.stores.servers import PostgresDatabases, postgres_address

DATABASES = ("sqlite", "postgresql")


def main(arguments: Sequence[str]) -> int:
    """0."""
    options = _parser().parse_args(arguments)
    console = reporting_console(options.json)
    about, command = machine(), ["python", "-m", "benchmarks.ledger", *arguments]
    show_head(console, about, command)
    results: dict[str, list[Figure]] = {}
    for name in options.database:
        with _address(name) as url, open_store(url, projections()) as store, console.status("") as status:
            estate = Estate(hubs=options.hubs, suppliers=options.suppliers, passing=options.passing)
            figures = told(store, estate, url, status.update, short=options.short)
            results[name] = list(figures)
        _show(console, name, results[name])
    found = {name: [asdict(one) for one in figures] for name, figures in results.items()}
    write_json(options.json, {"machine": about, "command": command, "figures": found})
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    made.add_argument("--hubs", type=_size, default=_size("1m"), help="of the estate, such as 100k or 3m")
    made.add_argument("--suppliers", type=int, default=40)
    made.add_argument("--passing", type=_size, default=_size("2m"), help="hubs that pass to one Supplier at once")
    made.add_argument("--short", action="store_true", help="without plan, hand-over, outcomes and inventory")
    made.add_argument("--database", type=_databases, default=DATABASES, help=f"one of {','.join(DATABASES)}, or both")
    made.add_argument("--json", type=Path, metavar="FILE", help="write everything there; - for the standard output")
    return made


@contextmanager
def _address(name: str) -> Iterator[str]:
    """An empty database, gone at the end. CHFW_TEST_POSTGRES names a server; else one is started here."""
    if name == "sqlite":
        with tempfile.TemporaryDirectory(prefix="chfw-bench-") as folder:
            yield f"sqlite:///{folder}/ledger.db"
        return
    with postgres_address() as server:
        databases = PostgresDatabases(server=server)
        databases.prepare()
        try:
            with databases.one() as url:
                yield url
        finally:
            databases.drop(databases.template)


def _show(console: Console, name: str, figures: Sequence[Figure]) -> None:
    table = Table(title=name, title_justify="left")
    for column in ("item", "hubs", "time", "hubs/s", "floor", "to floor", "aim", ""):
        table.add_column(column, justify="left" if column in ("item", "aim", "") else "right")
    for one in figures:
        times = f"{one.seconds / one.floor:.1f} ×" if one.floor else ""
        rate = "" if one.item.endswith("p95") else f"{one.hubs / one.seconds:,.0f}"
        floor = "" if one.floor is None else _time(one.floor)
        table.add_row(one.item, f"{one.hubs:,}", _time(one.seconds), rate, floor, times, one.aim, one.told)
    console.print(table)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _size(text: str) -> int:
    units = {"k": 1_000, "m": 1_000_000}
    small = text.strip().lower()
    return int(small[:-1]) * units[small[-1]] if small[-1] in units else int(small)


def _databases(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    unknown = [part for part in parts if part not in DATABASES]
    if unknown:
        raise argparse.ArgumentTypeError(f"`{unknown[0]}` is not one of {', '.join(DATABASES)}")
    return parts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
