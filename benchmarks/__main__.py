"""`python -m benchmarks`: check that all decide alike, measure, print, and judge nothing by its time."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.aims import LARGE, aims_of
from benchmarks.case import Case
from benchmarks.measure import Measured, measure, run_worker
from benchmarks.report import NAMES, as_object, machine, reporting_console, show_aims, show_case, show_head, write_json

OURS_ALONE = ("plan",)
CACHE = Path(__file__).parent / ".cache"


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    made.add_argument("--size", type=_sizes, default=_sizes("1m,10m"), help="hubs, such as 1m,10m or 100k")
    made.add_argument("--rules", type=_numbers, help="rules of all Suppliers together (10,300,1000; above 10m: 300)")
    made.add_argument("--each", type=int, default=300, help="ours alone with so many rules for each Supplier; 0: not")
    made.add_argument("--batches", type=int, default=10, help="ours alone with batches of the DCC so small; 0: not")
    made.add_argument("--suppliers", type=int, default=40)
    made.add_argument("--order", choices=("sorted", "shuffled", "both"), default="sorted", help="of the estate's rows")
    made.add_argument("--items", type=_items, help=f"some of {','.join(NAMES)} (above 10m: without polars, duckdb)")
    made.add_argument("--repetitions", type=int, default=5)
    made.add_argument("--json", type=Path, metavar="FILE", help="write everything there; - for the standard output")
    made.add_argument("--cache", type=Path, default=CACHE, help="where estates and schedules are kept")
    return made


def main(arguments: Sequence[str]) -> int:
    """0; 1 where the answers differ, for then the times mean nothing."""
    options = parser().parse_args(arguments)
    console, command = reporting_console(options.json), ["python", "-m", "benchmarks", *arguments]
    about = machine()
    show_head(console, about, command)
    checked: dict[str, object] = {}
    results: dict[Case, Mapping[str, Measured]] = {}
    for case in _cases(options):
        items = _items_of(case, options.items)
        failed = _check(console, case, items, checked) or _prepare(console, case)
        if failed is not None:
            console.print(failed, style="bold red", highlight=False, markup=False)
            return 1
        with console.status("") as status:
            results[case] = measure(case, items, options.repetitions, status.update)
        show_case(console, case, results[case])
    aims = list(aims_of(results))
    show_aims(console, aims)
    write_json(options.json, as_object(results, aims, about, command, checked))
    return 0


def _cases(options: argparse.Namespace) -> list[Case]:
    orders = {"sorted": (False,), "shuffled": (True,), "both": (False, True)}[options.order]
    found = []
    for hubs in options.size:
        for shuffle in orders:
            plain = {"hubs": hubs, "suppliers": options.suppliers, "shuffle": shuffle, "folder": str(options.cache)}
            rules = options.rules or ((10, 300, 1_000) if hubs <= LARGE else (300,))
            found += [Case(rules=count, **plain) for count in rules]
            if options.each:
                found.append(Case(rules=options.each, each=True, **plain))
            if options.batches:
                found.append(Case(rules=10, batches=options.batches, **plain))
    return found


def _items_of(case: Case, chosen: tuple[str, ...] | None) -> tuple[str, ...]:
    wanted = chosen or tuple(name for name in NAMES if case.hubs <= LARGE or name not in {"polars", "duckdb"})
    return tuple(name for name in wanted if not (case.each or case.batches) or name in OURS_ALONE)


def _check(console: Console, case: Case, items: Sequence[str], checked: dict[str, object]) -> str | None:
    """Whether all decide alike with these rules; asked once for each number of rules."""
    key = f"{case.rules} rules"
    if case.each or case.batches or key in checked or not {"polars", "duckdb"} & set(items):
        return None
    with console.status(f"{key}: do all decide alike?"):
        found = run_worker("agreement", case)
    if isinstance(found, str):
        return found
    checked[key] = found["told"]
    console.print(f"{key}: all decide alike ({found['told']})", highlight=False)
    return None


def _prepare(console: Console, case: Case) -> str | None:
    """The estate, and a first plan: the floor writes its columns again."""
    for item in ("estate", "plan"):
        with console.status(f"{case.label}: {item}, not counted"):
            found = run_worker(item, case)
        if isinstance(found, str):
            return found
    return None


def _sizes(text: str) -> tuple[int, ...]:
    units = {"k": 1_000, "m": 1_000_000}
    parts = [part.strip().lower() for part in text.split(",")]
    return tuple(int(part[:-1]) * units[part[-1]] if part[-1] in units else int(part) for part in parts)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _items(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    unknown = [part for part in parts if part not in NAMES]
    if unknown:
        raise argparse.ArgumentTypeError(f"`{unknown[0]}` is not one of {', '.join(NAMES)}")
    return parts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
