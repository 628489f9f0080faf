"""What the tests of triggers share: one file's triggers, events of one hub or of none, and what fires."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from attrs import define, evolve, field

from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party
from chfw_core.rules.meaning.evaluate import Read, RuleContext
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.trigger_streams import compiled
from chfw_core.triggers.engine import Happened, Run
from chfw_core.triggers.model import Known, Moment, Seen
from chfw_core.triggers.records import Firing, PassedOver
from tests.core.rules.support import HUB, context

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def file_of(*rules: str, owner: str = "NWND", before: str = "") -> str:
    """A rule file of these items of `events`."""
    items = "".join(f"  - {rule.strip()}\n" for rule in rules)
    return f"rules: v1\nowner: {owner}\n{before}events:\n{items}"


def known(*hubs: CommsHub, release: RuleContext | None = None) -> Known:
    """An estate of these hubs, and one release."""
    by_guid = {hub.guid: hub for hub in hubs}

    def hub(guid: int, owner: str) -> Read | None:
        return hub_reader(by_guid[guid], owner) if guid in by_guid else None  # type: ignore[index]

    return Known(hub=hub, context=lambda name, _: release if name == "R-1" else None)


@define(kw_only=True)
class Told:
    """A run over one file; time in days from the start."""

    run: Run
    known: Known
    places: int = 0
    firings: list[Firing] = field(factory=list)
    passed_over: list[PassedOver] = field(factory=list)

    def see(self, kind: str, days: float = 0, *, name: str | None = None, **more: object) -> list[Firing]:
        """One event of the hub, unless `guid=None`; what fires. Other keywords are of Seen or are fields."""
        self.places += 1
        own = {key: more.pop(key) for key in ("party", "release", "batch", "private", "known") if key in more}
        guid = more.pop("guid", HUB.guid)
        seen = Seen(
            seq=self.places,
            id=name or f"e{self.places}",
            at=START + timedelta(days=days),
            type=kind,
            guid=guid,  # type: ignore[arg-type]
            fields=more,
            **{"private": False, "known": self.known, **own},  # type: ignore[arg-type]
        )
        return self._told(self.run.see(seen))

    def tick(self, days: float) -> list[Firing]:
        """The clock; what fires."""
        return self._told(self.run.tick(Moment(at=START + timedelta(days=days), known=self.known)))

    def _told(self, happened: Happened) -> list[Firing]:
        self.firings += happened.firings
        self.passed_over += happened.passed_over
        return list(happened.firings)


def told(*rules: str, owner: str = "NWND", before: str = "", hub: CommsHub = HUB, release: bool = True) -> Told:
    """A run over a file of these rules, with one hub and release R-1 known."""
    triggers = compiled(file_of(*rules, owner=owner, before=before))
    return Told(run=Run(triggers=(triggers,)), known=known(hub, release=context() if release else None))


def ids(firings: list[Firing]) -> list[tuple[str, ...]]:
    """The chains of firings, by the ids of events."""
    return [tuple(link.id for link in firing.chain) for firing in firings]


def hub_of(*, importer: str | None, gas: str | None, **more: object) -> CommsHub:
    """A hub of these Suppliers."""
    changes: Mapping[str, object] = {
        "import_supplier": None if importer is None else Party(importer),
        "gas_supplier": None if gas is None else Party(gas),
        **more,
    }
    return evolve(HUB, **changes)  # type: ignore[arg-type]
