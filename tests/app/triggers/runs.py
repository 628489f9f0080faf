"""A ledger in which the DCC's rules are in force and the DCC says events: what tests of the runner share."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import define, field

from chfw_app.rollout.service import RollOutService
from chfw_app.triggers.installing import Installed, install
from chfw_app.triggers.observing import Taken, observe_lines
from chfw_app.triggers.passing import pass_time
from chfw_app.triggers.running import Ran, run_triggers
from chfw_app.triggers.showing import firings
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.periods import format_instant

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
METER_THEN_READ = """
rules: v1
owner: DCC
events:
  - id: upgraded-and-read
    because: Each upgraded meter is read within a week
    per: hub
    steps:
      - on: meter_firmware_activated
      - on: meter_read_received
        within: 7 days
        otherwise: {notify: service-desk, text: "{guid} was not read"}
    do: {notify: service-desk, text: "{guid} was read"}
"""


@define(kw_only=True)
class Runs:
    """`now` moves only where the test says so."""

    service: RollOutService
    folder: Path
    now: datetime = START
    seq: int = field(default=0)

    def installs(self, text: str = METER_THEN_READ, *, after: int | None = None) -> Installed:
        place = self.folder / "dcc.rules.yaml"
        place.write_text(text, encoding="utf-8")
        return install(self.service, [place], "DCC", after=after)

    def says(self, kind: str, *guids: int, **fields: Any) -> Taken:
        """The DCC says it of each of these hubs, as of now; triggers have not heard of it."""
        return observe_lines(self.service, list(enumerate(self.lines(kind, guids, **fields), start=1)), "DCC")

    def lines(self, kind: str, guids: Iterable[int], **fields: Any) -> Iterable[str]:
        for guid in guids or (None,):
            self.seq += 1
            about = {} if guid is None else {"guid": format_guid(Guid(guid))}
            yield json.dumps({"seq": self.seq, "at": format_instant(self.now), "type": kind, **about, **fields})

    def runs(self, **how: Any) -> Ran:
        return run_triggers(self.service, **how)

    def ticks(self) -> Ran:
        return pass_time(self.service)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def fired(self) -> Counter[str]:
        """How often each trigger fired, as the ledger has it."""
        with self.service.store.read() as connection:
            return Counter(one.fired.trigger for one in firings(connection))
