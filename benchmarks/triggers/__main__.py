"""`python -m benchmarks.triggers`: both engines on the same events, each item in a process of its own, in turn.

And the whole way of as many events as a day may bring, from a file into a ledger and through the rules in force.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import MIB
from benchmarks.report import machine, reporting_console, show_head, write_json
from benchmarks.triggers.stream import Load
from chfw_app.triggers.choosing import durable_version

ITEMS = ("floor", "seeing", "automaton", "durable_rules")
OPEN_BEFORE = 100_000
"""Sequences open all the time on the whole way."""
SOAK = Load(triggers=0, open=0, events=3_000_000)

Measured = Mapping[str, object]


def main(arguments: Sequence[str]) -> int:
    """0; 1 where an item failed or the engines did not fire equally often."""
    options = _parser().parse_args(arguments)
    console = reporting_console(options.json)
    about, command = machine(), ["python", "-m", "benchmarks.triggers", *arguments]
    show_head(console, about, command)
    found, why_not = durable_version()
    console.print(f"durable_rules {found}" if found else f"durable_rules: {why_not}", highlight=False)
    items = tuple(item for item in options.items if found or item != "durable_rules")
    loads = [
        Load(triggers=triggers, open=sequences, events=options.events)
        for triggers in options.triggers
        for sequences in options.open
    ]
    results = {load.label: _measured(load, items, console) for load in loads}
    for label, measured in results.items():
        _show(console, label, measured)
    soak = Load(triggers=0, open=0, events=options.soak)
    if options.soak:
        label = f"soak, {options.soak:,} events"
        results[label] = _measured(soak, [item for item in items if item != "seeing"], console)
        _show_soak(console, label, results[label])
    if options.runner:
        whole = Load(triggers=1, open=OPEN_BEFORE, events=options.runner)
        label = f"the whole way of {whole.open + whole.events:,} events"
        results[label] = _measured(whole, ["runner"], console)
        _show_runner(console, label, results[label]["runner"])
    write_json(options.json, {"machine": about, "command": command, "figures": results})
    return 0 if all(_is_sound(measured) for measured in results.values()) else 1


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.triggers", description=__doc__)
    made.add_argument("--triggers", type=_sizes, default=(1, 20, 200))
    made.add_argument("--open", type=_sizes, default=(10_000, 100_000), help="sequences open all the time")
    made.add_argument("--events", type=_size, default=100_000, help="after they are open")
    made.add_argument("--soak", type=_size, default=SOAK.events, help="events of the soak; 0 leaves it out")
    made.add_argument("--runner", type=_size, default=1_000_000, help="events of the whole way; 0 leaves it out")
    made.add_argument("--items", type=lambda text: tuple(text.split(",")), default=ITEMS, help=",".join(ITEMS))
    made.add_argument("--json", type=Path, metavar="FILE", help="write everything there; - for the standard output")
    return made


def _size(text: str) -> int:
    scale = {"k": 1_000, "m": 1_000_000}.get(text[-1:], 1)
    return int(text[:-1] if scale > 1 else text) * scale


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_size(part) for part in text.split(","))


def _measured(load: Load, items: Sequence[str], console: Console) -> dict[str, Measured]:
    found = {}
    for item in items:
        with console.status(f"{load.label}: {item}"):
            found[item] = _run(item, load)
    return found


def _run(item: str, load: Load) -> Measured:
    numbers = [str(number) for number in (load.triggers, load.open, load.events)]
    command = [sys.executable, "-m", "benchmarks.triggers.worker", item, *numbers]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip()[-400:] or f"ended with {done.returncode}"}
    measured: Measured = json.loads(done.stdout)
    return measured


def _is_sound(measured: Mapping[str, Measured]) -> bool:
    fired = {(one.get("fired"), one.get("passed over")) for item, one in measured.items() if item in ITEMS[2:]}
    return len(fired) <= 1 and not any("failed" in one for one in measured.values())


def _show(console: Console, label: str, measured: Mapping[str, Measured]) -> None:
    table = Table(title=label, title_justify="left")
    for column in ("", "opening, events/s", "steady, events/s", "CPU µs each", "× floor", "memory MiB", "fired"):
        table.add_column(column, justify="right" if column else "left")
    floor = measured.get("floor", {}).get("cpu")
    for item, one in measured.items():
        if "failed" in one:
            table.add_row(item, "failed", str(one["failed"]))
            continue
        ratio = f"{_number(one['cpu']) / _number(floor):.0f}" if floor else ""
        memory = f"{_number(one['memory']) / MIB:,.0f}"
        rates = (_rate(one["opening"]), _rate(one["steady"]), _micro(one["cpu"]))
        table.add_row(item, *rates, ratio, memory, f"{one['fired']:,}")
    console.print(table)


def _show_soak(console: Console, label: str, measured: Mapping[str, Measured]) -> None:
    table = Table(title=label, title_justify="left")
    for column in ("", "events/s", "CPU µs each", "fired", "passed over", "memory MiB after each sixth"):
        table.add_column(column, justify="right" if column else "left")
    for item, one in measured.items():
        if "failed" in one:
            table.add_row(item, "failed", str(one["failed"]))
            continue
        samples = one["samples"]
        assert isinstance(samples, list)
        memory = " ".join(f"{sample / MIB:,.0f}" for sample in samples)
        counts = (f"{one['fired']:,}", f"{one['passed over']:,}")
        table.add_row(item, _rate(one["steady"]), _micro(one["cpu"]), *counts, memory)
    console.print(table)


def _show_runner(console: Console, label: str, one: Measured) -> None:
    table = Table(title=label, title_justify="left")
    for column in ("", "events/s", "CPU µs each", "fired", "memory MiB", "peak MiB", "ledger MiB"):
        table.add_column(column, justify="right" if column else "left")
    if "failed" in one:
        table.add_row("runner", "failed", str(one["failed"]))
    else:
        table.add_row("taking", _rate(one["taking"]), _micro(one["taking cpu"]))
        table.add_row("hearing", _rate(one["hearing"]), _micro(one["hearing cpu"]))
        sizes = (f"{_number(one[what]) / MIB:,.0f}" for what in ("memory", "peak", "ledger"))
        cpu = _micro(_number(one["taking cpu"]) + _number(one["hearing cpu"]))
        table.add_row("both", _rate(one["steady"]), cpu, f"{one['fired']:,}", *sizes)
    console.print(table)


def _rate(value: object) -> str:
    return f"{_number(value):,.0f}"


def _micro(value: object) -> str:
    return f"{_number(value) * 1e6:,.1f}"


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
