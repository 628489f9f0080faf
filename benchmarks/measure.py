"""Every item in its own process, several times in turn, and the medians of it.

Items take turns within a round, so that a machine that slows down slows all of them. An item whose
first run takes longer than a minute is run no more than once.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from statistics import median

from attrs import field, frozen

from benchmarks.case import Case

SLOW_SECONDS = 60.0
THREADS = 2
MIB = 1 << 20


@frozen(kw_only=True)
class Measured:
    """Medians of `runs` runs: seconds, bytes. `failed`: the last lines of what went wrong, or None."""

    item: str
    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    runs: int = 0
    walls: tuple[float, ...] = ()
    told: Mapping[str, object] = field(factory=dict)
    failed: str | None = None


def measure(case: Case, items: Iterable[str], repetitions: int, say: Callable[[str], None]) -> dict[str, Measured]:
    """All items of a case. What fails is noted and left out of the next rounds."""
    runs: dict[str, list[Mapping[str, object]]] = {item: [] for item in items}
    failed: dict[str, str] = {}
    for turn in range(repetitions):
        for item, done in runs.items():
            if item in failed or (done and _number(done[0]["wall"]) > SLOW_SECONDS):
                continue
            say(f"{case.label}: {item}, run {turn + 1}")
            found = run_worker(item, case)
            if isinstance(found, str):
                failed[item] = found
            else:
                done.append(found)
    return {item: _median(item, done, failed.get(item)) for item, done in runs.items()}


def run_worker(item: str, case: Case) -> Mapping[str, object] | str:
    """One run in a process of its own: what it measured, or why it did not."""
    command = [sys.executable, "-m", "benchmarks.worker", item, case.as_text()]
    threads = str(THREADS)
    # numpy's own threads would otherwise depend on the machine; Polars reads its number at import.
    limits = {"POLARS_MAX_THREADS": threads, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, **limits, "PYTHONPATH": paths}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return "\n".join(lines[-8:])
    measured: Mapping[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured


def _median(item: str, runs: list[Mapping[str, object]], failed: str | None) -> Measured:
    if not runs:
        return Measured(item=item, failed=failed or "not run")
    walls = tuple(_number(run["wall"]) for run in runs)
    middle = min(runs, key=lambda run: abs(_number(run["wall"]) - median(walls)))
    told = middle["told"]
    return Measured(
        item=item,
        wall=median(walls),
        cpu=median(_number(run["cpu"]) for run in runs),
        peak=int(median(_number(run["peak"]) for run in runs)),
        runs=len(runs),
        walls=walls,
        told=told if isinstance(told, dict) else {},
        failed=failed,
    )


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return float(value)
