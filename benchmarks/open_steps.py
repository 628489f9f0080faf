"""Open sequences of triggers in the store: written, kept through a restart, found again by key and by what is due.

`python -m benchmarks.open_steps --sequences 5000000 --folder /var/tmp/x` measures SQLite, or with `--store ADDRESS` any
ledger that is empty. Beside it, what the way through the runner costs: events said, heard and stepped.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.open import open_store
from chfw_app.stores.rollout_codec import projections
from chfw_app.triggers.installing import install
from chfw_app.triggers.observing import observe_lines
from chfw_app.triggers.passing import pass_time
from chfw_app.triggers.running import run_triggers
from chfw_app.triggers.steps_table import StepKey, count_steps, due_steps, load_steps, save_steps
from chfw_core.model.guid import Guid, format_guid
from chfw_core.triggers.state import Mark, Opened, State

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FIRST = 0x8873_8490_0000_0000
AT_ONCE = 50_000
RULES = """
rules: v1
owner: DCC
events:
  - id: read-after-upgrade
    because: A meter that was upgraded sends a read within a week
    per: hub
    steps:
      - on: meter_firmware_activated
      - on: meter_read_received
        within: 7 days
        otherwise: {notify: service-desk}
    do: {notify: service-desk}
"""


def states(count: int) -> Iterator[tuple[StepKey, State]]:
    """Sequences that have begun, one for each hub, a second apart and due a week later."""
    for number in range(count):
        at = START + timedelta(seconds=number)
        mark = Mark(at, 10 + number // AT_ONCE, number % AT_ONCE, f"DCC/{number}")
        until = at + timedelta(days=7)
        opened = Opened(0, (mark,), {}, until)
        yield StepKey("0" * 32, "read-after-upgrade", format_guid(Guid(FIRST + number))), State(opened=(opened,))


def measure(url: str, count: int) -> dict[str, float]:
    """Seconds of each part."""
    found: dict[str, float] = {}
    rest = states(count)
    with open_store(url, projections()) as store:
        begun = time.perf_counter()
        while some := dict(islice(rest, AT_ONCE)):
            with store.update() as connection:
                save_steps(connection, some)
        found["save"] = time.perf_counter() - begun
    # A restart: another connection to what lies on the disk.
    with open_store(url, projections()) as store, store.read() as connection:
        begun = time.perf_counter()
        assert count_steps(connection) == count
        found["count"] = time.perf_counter() - begun
        stride = max(count // AT_ONCE, 1)
        asked = dict(islice(((key, state) for n, (key, state) in enumerate(states(count)) if n % stride == 0), AT_ONCE))
        begun = time.perf_counter()
        assert load_steps(connection, asked) == asked
        found[f"load {len(asked)} by key"] = time.perf_counter() - begun
        begun = time.perf_counter()
        due = due_steps(connection, START + timedelta(days=7, seconds=AT_ONCE), AT_ONCE)
        assert len(due) == min(AT_ONCE, count)
        found[f"find {len(due)} that are due"] = time.perf_counter() - begun
    return found


def way(url: str, folder: Path, count: int) -> dict[str, float]:
    """Events through the whole of it: said and kept, heard and stepped, half of them over in the end."""
    found: dict[str, float] = {}
    rules = folder / "dcc.rules.yaml"
    rules.write_text(RULES, encoding="utf-8")
    now = START + timedelta(days=30)

    def lines(kind: str, first: int, every: int) -> Iterator[tuple[int, str]]:
        for number in range(0, count, every):
            guid, at = format_guid(Guid(FIRST + number)), f"2026-01-{5 + first // count:02d}T09:00:00Z"
            yield number, json.dumps({"seq": first + number, "at": at, "type": kind, "guid": guid})

    with open_store(url, projections()) as store, RollOutService(store=store, clock=lambda: now) as service:
        install(service, [rules], "DCC")
        begun = time.perf_counter()
        for kind, first, every in (("meter_firmware_activated", 0, 1), ("meter_read_received", count, 2)):
            rest = lines(kind, first, every)
            while some := list(islice(rest, AT_ONCE)):
                assert observe_lines(service, some, "DCC").set_aside == ()
        found[f"say {count + count // 2} events"] = time.perf_counter() - begun
        begun = time.perf_counter()
        ran = run_triggers(service)
        assert len(ran.fired) == count // 2, len(ran.fired)
        found[f"hear and step them, {len(ran.fired)} firings"] = time.perf_counter() - begun
        begun = time.perf_counter()
        ran = pass_time(service)
        assert len(ran.fired) == count // 2, len(ran.fired)
        found[f"a tick, {len(ran.fired)} firings"] = time.perf_counter() - begun
    return found


def main() -> None:
    """Prints seconds, and how large the file is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sequences", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--store", action="append", default=[], help="addresses of two empty ledgers, else SQLite")
    options = parser.parse_args()
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    urls = options.store or [f"sqlite:///{folder / name}.db" for name in ("steps", "way")]
    for name, seconds in measure(urls[0], options.sequences).items():
        sys.stdout.write(f"{options.sequences:,} open: {name}: {seconds:.2f} s\n")
    for name, seconds in way(urls[1], folder, options.events).items():
        sys.stdout.write(f"{name}: {seconds:.2f} s\n")
    for path in sorted(folder.glob("*.db")):
        sys.stdout.write(f"{path.name}: {path.stat().st_size / 2**20:,.0f} MiB\n")


if __name__ == "__main__":
    main()
