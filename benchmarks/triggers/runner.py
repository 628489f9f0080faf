"""Events through the whole runner: a file of JSON Lines, as `chfw rollout observe` takes it, and a new SQLite ledger.

A rule waits for each upgraded meter's read. So many hubs are upgraded first. Then, of every ten events, one is the read
that the oldest open sequence waits for, which fires and is told; one upgrades another hub; and eight are reads of
hubs that nobody waits for. Taking is until all events are in the ledger, hearing until the rules have heard of all.
"""

import gc
import json
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from benchmarks.clock import Clock, peak_bytes
from benchmarks.open_steps import FIRST, RULES, START
from benchmarks.triggers.stream import Load
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.open import open_store
from chfw_app.stores.rollout_codec import projections
from chfw_app.triggers.installing import install
from chfw_app.triggers.observing import observe_file
from chfw_app.triggers.running import run_triggers
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.periods import format_instant

OF_TEN = 10
_UPGRADED, _READ = "meter_firmware_activated", "meter_read_received"
_OTHERS = 1 << 30
"""From here on hubs that nobody waits for."""


def lines(load: Load) -> Iterator[str]:
    """What opens the sequences, and then the events; a tenth of a second apart."""
    for number in range(load.open):
        yield _line(number, _UPGRADED, number)
    for place in range(load.events):
        number, turn = load.open + place, place // OF_TEN
        match place % OF_TEN:
            case 0:
                yield _line(number, _READ, turn)
            case 1:
                yield _line(number, _UPGRADED, load.open + turn)
            case _:
                yield _line(number, _READ, _OTHERS + place)


def measured(load: Load) -> dict[str, object]:
    """Events for each second, CPU seconds of each, how often the rule fired, bytes held and at most."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "r.rules.yaml").write_text(RULES, encoding="utf-8")
        (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines(load)), encoding="utf-8")
        gc.collect()
        before = psutil.Process().memory_info().rss
        taking, hearing = Clock(), Clock()
        with (
            open_store(f"sqlite:///{folder / 'ledger.db'}", projections()) as store,
            RollOutService(store=store, clock=lambda: _at(load.open + load.events)) as service,
        ):
            install(service, [folder / "r.rules.yaml"], "DCC")
            with taking.step("taking"):
                taken = observe_file(service, folder / "events.jsonl", "DCC")
            with hearing.step("hearing"):
                ran = run_triggers(service)
            assert not taken.set_aside
            assert ran.heard == sum(taken.events.values()) == load.open + load.events
            fired = len(ran.fired)
            del taken, ran
            gc.collect()
            held = psutil.Process().memory_info().rss - before
        events = load.open + load.events
        return {
            "steady": events / (taking.wall + hearing.wall),
            "taking": events / taking.wall,
            "hearing": events / hearing.wall,
            "taking cpu": taking.cpu / events,
            "hearing cpu": hearing.cpu / events,
            "fired": fired,
            "memory": held,
            "peak": peak_bytes(),
            "ledger": sum(path.stat().st_size for path in folder.glob("ledger.db*")),
        }


def _line(number: int, kind: str, hub: int) -> str:
    said = {"seq": number + 1, "at": format_instant(_at(number)), "type": kind, "guid": format_guid(Guid(FIRST + hub))}
    return json.dumps(said)


def _at(number: int) -> datetime:
    return START + timedelta(seconds=number // OF_TEN)
