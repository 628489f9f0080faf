"""`configuration_set_trend`, once a London day: said by a tick to each Supplier whose rules wait for it (RU2).

What it says of the industry is the core's to disclose (`set_trends`). The event is that Supplier's alone, as if it had
said it itself: no other rules hear of it.
"""

import hashlib
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from chfw_app.reports.trend import industry_minimum
from chfw_app.rollout.carrying import now_in
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.rollout_codec import parts_of, read_releases
from chfw_app.stores.store import WriteTransaction
from chfw_app.stores.tables import answer, hub
from chfw_app.triggers.appending import append_entry
from chfw_app.triggers.installing import in_force
from chfw_core.documents.rollout_values import canonical, type_name
from chfw_core.model.events import Event
from chfw_core.model.parties import Party
from chfw_core.model.periods import london_date
from chfw_core.reports.progress.set_trends import SetCount, SetTrend, set_trends
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import is_party
from chfw_core.rollout.notice.events import HubsAdded
from chfw_core.rollout.outcomes.events import HubsVerified, VersionsObserved
from chfw_core.rollout.triggering.entries import EventsObserved

TYPE = "configuration_set_trend"
TREND = "TREND"
"""Who says it, with the Supplier that it is said to: nobody but the roll-out itself."""
_WORD = "trend"
_MOST_SETS = 1_000_000


def tell_trends(service: RollOutService) -> int:
    """Says today's trend to whom it was not said yet; to how many Suppliers."""
    return service.writer.run(lambda transaction: _tell(transaction, service))


def _tell(transaction: WriteTransaction, service: RollOutService) -> int:
    connection, at = transaction.connection, now_in(transaction, service.clock)
    waiting = _waiting(connection, at)
    if not waiting:
        return 0
    counts, first_seen = set_counts(connection), _first_seen(connection)
    minimum = industry_minimum(at)
    for party in waiting:
        found = set_trends(counts, first_seen, party, minimum)
        if found:
            _append(transaction, party, found, at)
    return len(waiting)


def _waiting(connection: Connection, at: datetime) -> tuple[str, ...]:
    """The Suppliers whose rules wait for it and that were not told today."""
    owners = {
        one.rules.owner
        for one in in_force(connection)
        if is_party(one.rules.owner) and one.triggers.wanting(TYPE) and one.times[-1][1] is None
    }
    by = {f"{TREND}:{party}": party for party in owners}
    told = select(answer.c.by).where(answer.c.by.in_(list(by)), answer.c.key == f"{_WORD}/{_day(at)}")
    done = set(connection.execute(told).scalars()) if by else set()
    return tuple(sorted(party for name, party in by.items() if name not in done))


def _day(at: datetime) -> str:
    return london_date(at).isoformat()


def _append(transaction: WriteTransaction, party: str, found: tuple[SetTrend, ...], at: datetime) -> None:
    day = london_date(at).toordinal()
    by = f"{TREND}:{party}"  # numbered for each by itself: a number that others share would count them (NF7)
    events = tuple(
        Event(
            seq=day * _MOST_SETS + number,
            at=at,
            type=TYPE,
            party=Party(party),
            fields={
                "configuration_set": one.configuration_set,
                "industry_share_on_newer": f"{one.industry_on_newer}%",
                "our_share_on_older": f"{one.ours_on_older}%",
            },
        )
        for number, one in enumerate(islice(found, _MOST_SETS))
    )
    digest = hashlib.sha256(canonical([party, day])).digest()
    entry = EventsObserved(by=by, type=TYPE, events=events)
    append_entry(transaction, entry, by=by, at=at, word=_WORD, of=_day(at), digest=digest)


def set_counts(connection: Connection) -> tuple[SetCount, ...]:
    """Each hub once, as the release has it that was notified last."""
    drafted = [record for record in read_releases(connection).values() if record.firmware is not None]
    ordered = sorted(drafted, key=lambda one: (firmware_of(one).notified_at, one.id), reverse=True)
    found: list[SetCount] = []
    newer: list[str] = []
    for record in ordered:
        columns = (hub.c.configuration_set, hub.c.import_supplier, hub.c.gas_supplier)
        query = select(*columns, func.count()).where(hub.c.release == record.id, hub.c.configuration_set.is_not(None))
        if newer:
            other = aliased(hub)
            query = query.where(
                ~select(other.c.guid).where(other.c.release.in_(newer), other.c.guid == hub.c.guid).exists()
            )
        for name, import_supplier, gas_supplier, hubs in connection.execute(query.group_by(*columns)):
            found.append(
                SetCount(configuration_set=name, import_supplier=import_supplier, gas_supplier=gas_supplier, hubs=hubs)
            )
        newer.append(record.id)
    return tuple(found)


def _first_seen(connection: Connection) -> dict[str, int]:
    """Per configuration set the entry that first showed it on any hub."""
    found: dict[str, int] = {}
    kinds = [type_name(kind) for kind in (HubsAdded, VersionsObserved, HubsVerified)]
    for entry in read_entries(connection, types=kinds):
        if entry.rows is None:
            continue
        for event, _ in parts_of(entry.payload, entry.rows):
            name = getattr(event, "configuration_set", None)
            if name is not None:
                found.setdefault(name, entry.seq)
    return found
