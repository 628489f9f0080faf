"""What scenarios of rules say beside those of a roll-out: files come in force, events are said, triggers run."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import define, field

from chfw_app.rollout.ticking import tick
from chfw_app.triggers.installing import Installed, install
from chfw_app.triggers.observing import Taken, observe_lines
from chfw_app.triggers.running import Ran, run_triggers
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.periods import format_instant
from chfw_core.rollout.triggering.entries import Fired
from tests.acceptance.people import Home
from tests.acceptance.world import World


@define(kw_only=True)
class RuleWorld:
    """A world in which rules are in force."""

    world: World
    folder: Path
    said: dict[str, int] = field(factory=dict)
    ran: list[Ran] = field(factory=list)

    def installs(self, owner: str, *texts: str, after: int | None = None) -> Installed:
        """An owner's files come in force."""
        place = self.folder / owner.replace(":", "-")
        place.mkdir(exist_ok=True)
        for old in place.glob("*.rules.yaml"):
            old.unlink()
        for number, text in enumerate(texts):
            (place / f"{number}.rules.yaml").write_text(text, encoding="utf-8")
        return install(self.world.service, [place], owner, after=after)

    def says(self, by: str, kind: str, home: Home | None = None, at: datetime | None = None, **fields: object) -> Taken:
        """Somebody says an event, by itself in a file, and triggers hear of it."""
        number = self.said[by] = self.said.get(by, 0) + 1
        content: dict[str, Any] = {"seq": number, "at": format_instant(at or self.world.now), "type": kind, **fields}
        if home is not None:
            content["guid"] = format_guid(home.guid)
        taken = self.sends(by, content)
        self.runs()
        return taken

    def says_of_all(self, by: str, kind: str, guids: Iterable[Guid]) -> None:
        """The same of several hubs, in one file."""
        at = format_instant(self.world.now)
        events = [
            {"seq": number, "at": at, "type": kind, "guid": format_guid(guid)}
            for number, guid in enumerate(guids, start=self.said.get(by, 0) + 1)
        ]
        self.said[by] = self.said.get(by, 0) + len(events)
        assert self.sends(by, *events).set_aside == ()
        self.runs()

    def sends(self, by: str, *events: Mapping[str, Any]) -> Taken:
        """A file of events, of which triggers have not heard yet."""
        lines = [(number, json.dumps(event)) for number, event in enumerate(events, start=1)]
        return observe_lines(self.world.service, lines, by)

    def runs(self) -> Ran:
        """Triggers hear of everything."""
        self.ran.append(run_triggers(self.world.service))
        return self.ran[-1]

    def ticks(self) -> None:
        """The clock is looked at."""
        found = tick(self.world.service, self.world.now)
        self.ran.append(found.triggers)

    def fired(self, trigger: str | None = None) -> list[Fired]:
        """All that fired, in order."""
        found = [one for ran in self.ran for _, one in ran.fired]
        return [one for one in found if trigger in (None, one.trigger)]

    def notices(self, to: str) -> list[tuple[str, str]]:
        """What teams of a house were told: team and text."""
        return [(said["team"], said["text"]) for said in self.world.told(to, "trigger_notice")]
