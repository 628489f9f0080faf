"""A process that says events and runs triggers until it is killed."""

import itertools
from pathlib import Path

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.open import open_store
from chfw_app.stores.rollout_codec import projections
from chfw_app.triggers.observing import observe_lines
from tests.app.children import Talk
from tests.app.triggers.runs import START, Runs

AT_ONCE = 25


def main(talk: Talk, url: str, folder: Path, seed: int) -> None:
    with open_store(url, projections()) as store, RollOutService(store=store, clock=lambda: START) as service:
        runs = Runs(service=service, folder=folder, seq=seed * 1_000_000)
        runs.installs()
        for round_ in itertools.count():
            first = seed * 1_000_000 + round_ * AT_ONCE + 1
            guids = range(first, first + AT_ONCE)
            lines = [*runs.lines("meter_firmware_activated", guids), *runs.lines("meter_read_received", guids)]
            observe_lines(service, list(enumerate(lines)), "DCC")
            talk.say("said")
            runs.runs(most=AT_ONCE)
