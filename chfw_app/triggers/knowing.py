"""Hubs and releases as triggers know them: what the ledger's tables say now, and an estate file where one is given.

The tables have a hub's region, model, version, configuration set and Suppliers. What else rules ask of a hub (the day
of installation, flags, its HAN, private attributes) is in the estate alone; without it those values are missing.
Of several releases that have a hub, the one that was notified last counts, of those that have not ended.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection, select

from chfw_app.stores.bulk import among
from chfw_app.stores.rollout_codec import read_releases
from chfw_app.stores.tables import hub
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party
from chfw_core.rollout.agreement import cutoff_of, firmware_of
from chfw_core.rollout.phases import phase_of
from chfw_core.rollout.records import Mode, ReleaseRecord
from chfw_core.rollout.states import FINAL_STANDINGS, ReleaseStage
from chfw_core.rules.meaning.evaluate import Read, RuleContext, make_context
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.triggers.model import Known

if TYPE_CHECKING:
    from chfw_files.documents.attributes import Attributes
    from chfw_files.documents.estate import EstateFile

_COLUMNS = (
    hub.c.guid,
    hub.c.region,
    hub.c.device_model,
    hub.c.firmware_version,
    hub.c.configuration_set,
    hub.c.import_supplier,
    hub.c.gas_supplier,
    hub.c.batch_id,
)


@frozen(kw_only=True)
class KnownHub:
    """A hub, and the release in progress that has it."""

    hub: CommsHub
    release: str | None = None
    batch: str | None = None


@define(kw_only=True, eq=False)
class Beside:
    """What is known beside the ledger: an estate file, and Suppliers' private attributes."""

    estate: "EstateFile | None" = None
    private: "Mapping[str, Attributes]" = field(factory=dict)

    def hubs(self, guids: GuidList) -> dict[Guid, CommsHub]:
        """Of these, those that the estate has."""
        if self.estate is None or not guids:
            return {}
        from chfw_files.documents.estate import hub_of

        found: dict[Guid, CommsHub] = {}
        for batch in self.estate.batches_of(guids):
            for row in batch.to_pylist():
                one = hub_of(row)
                private = {party: known.of(one.guid) for party, known in self.private.items()}
                found[one.guid] = evolve(one, private=private) if private else one
        return found


@define(kw_only=True, eq=False)
class Book:
    """What is known at one place of the ledger. `look_up` hubs before they are asked for."""

    connection: Connection
    beside: Beside = field(factory=Beside)
    _hubs: dict[Guid, KnownHub] = field(factory=dict)
    _releases: dict[str, ReleaseRecord] | None = None
    _contexts: dict[tuple[str, datetime], RuleContext] = field(factory=dict)

    @property
    def releases(self) -> dict[str, ReleaseRecord]:
        """All releases that are drafted, by id."""
        if self._releases is None:
            records = read_releases(self.connection)
            self._releases = {of: record for of, record in records.items() if record.firmware is not None}
        return self._releases

    @property
    def in_progress(self) -> tuple[ReleaseRecord, ...]:
        """Releases that have not ended, the one that was notified last first."""
        going = (
            record
            for record in self.releases.values()
            if record.standing not in FINAL_STANDINGS
            and record.stage not in (ReleaseStage.DRAFTED, ReleaseStage.COMPLETED)
            and record.mode is not Mode.ALERTS_ONLY
        )
        return tuple(sorted(going, key=lambda one: (firmware_of(one).notified_at, one.id), reverse=True))

    @property
    def newest(self) -> str | None:
        """The release in progress that was notified last."""
        return next((record.id for record in self.in_progress), None)

    def forget(self) -> None:
        """Everything may have changed."""
        self._hubs.clear()
        self._releases = None
        self._contexts.clear()

    def look_up(self, guids: Iterable[Guid]) -> None:
        """Reads these hubs, where they are not known yet."""
        wanted = GuidList(guid for guid in guids if guid not in self._hubs)
        if not wanted:
            return
        rows: dict[Guid, tuple[str, Any]] = {}
        for record in (*self.in_progress, *self._ended()):
            query = select(*_COLUMNS).where(hub.c.release == record.id, among(self.connection, hub.c.guid, wanted))
            for row in self.connection.execute(query):
                rows.setdefault(Guid(row.guid), (record.id, row))
        going = {record.id for record in self.in_progress}
        more = self.beside.hubs(wanted)
        for guid in rows.keys() | more.keys():
            if guid not in rows:
                self._hubs[guid] = KnownHub(hub=more[guid])
                continue
            of, row = rows[guid]
            self._hubs[guid] = KnownHub(
                hub=_merged(guid, row, more.get(guid)), release=of if of in going else None, batch=row.batch_id
            )

    def _ended(self) -> tuple[ReleaseRecord, ...]:
        going = {record.id for record in self.in_progress}
        return tuple(record for of, record in self.releases.items() if of not in going)

    def hub(self, guid: Guid) -> KnownHub | None:
        """A hub that was looked up; None where nobody knows it."""
        return self._hubs.get(guid)

    def known(self, at: datetime) -> Known:
        """What rules may ask, at an instant."""

        def read(guid: Guid, owner: str) -> Read | None:
            self.look_up((guid,))
            found = self.hub(guid)
            return None if found is None else hub_reader(found.hub, owner)

        return Known(hub=read, context=lambda of, _: None if of is None else self.context(of, at), at=at)

    def context(self, of: str, at: datetime) -> RuleContext | None:
        """What `release.*` means at an instant; None for a release that is not there.

        A roll-out's phase is the same for every hub.
        """
        record = self.releases.get(of)
        if record is None:
            return None
        if (of, at) not in self._contexts:
            firmware = firmware_of(record)
            self._contexts[of, at] = make_context(
                firmware,
                as_of=at,
                phase=phase_of(record),
                automatic_at=firmware.automatic_at,
                cutoff=cutoff_of(record, firmware.automatic_at),
            )
        return self._contexts[of, at]


def _merged(guid: Guid, row: Any, base: CommsHub | None) -> CommsHub:
    """The ledger's word counts, and the estate says the rest."""
    bare = base or CommsHub(
        guid=guid, csp_region=row.region, device_model=row.device_model or "", firmware_version=row.firmware_version
    )
    return evolve(
        bare,
        csp_region=row.region,
        firmware_version=row.firmware_version,
        configuration_set=row.configuration_set or bare.configuration_set,
        import_supplier=None if row.import_supplier is None else Party(row.import_supplier),
        gas_supplier=None if row.gas_supplier is None else Party(row.gas_supplier),
    )
