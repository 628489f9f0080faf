"""Hubs changed by classes: one statement says to all hubs of a class, or of many, what each of them has become.

Beside the hubs go what follows from them: what each party may see, what stands of its instructions, which hubs are out
of the ordinary course (`apart`), and how many hubs there are in each state (`hub_count`), which nobody could count
anew at every look.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import Column, Connection, Integer, Table, delete, insert, literal, select, text, tuple_, update

from chfw_app.stores.apart import Listed, moves
from chfw_app.stores.bulk import among, guids_as_rows, insert_into, staged
from chfw_app.stores.hub_records import CONSENT, VALUES, consent_values, values_of
from chfw_app.stores.hub_rows import FEW, HubClass
from chfw_app.stores.staged_guids import staged_guids
from chfw_app.stores.tables import apart, consent, hub, hub_count, link, owed
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import ResponsibleSuppliers
from chfw_core.rollout.records import HubConsent, HubRecord

_GROWN = 0.1
"""By such a part of itself a table has to grow for statistics to be made anew."""


@frozen(kw_only=True)
class Change:
    """Hubs alike: what they were (None: not in the release yet), and what they have become; GUIDs aside."""

    before: HubRecord | None
    after: HubRecord
    guids: GuidList


def add_hubs(connection: Connection, release: str, record: HubRecord, guids: GuidList, seq: int) -> None:
    """Puts hubs into a release that has none of them yet, all as `record` says but for the GUID."""
    apply_changes(connection, release, [Change(before=None, after=record, guids=guids)], seq)


def change_hubs(connection: Connection, release: str, alike: HubClass, after: HubRecord, seq: int) -> None:
    """Makes all hubs of a class what its record has become; nothing where that is as it was."""
    apply_changes(connection, release, [Change(before=alike.record, after=after, guids=alike.guids)], seq)


def apply_changes(connection: Connection, release: str, changes: Iterable[Change], seq: int) -> None:
    """Makes hubs what they have become; no hub may be in two changes, each was as its change says."""
    real = [change for change in changes if change.guids and change.before != change.after]
    if not real:
        return
    lists = [change.guids for change in real]
    if connection.dialect.name == "postgresql" and sum(map(len, lists)) > FEW:
        with staged_guids(connection, lists) as staging:
            _Joined(connection, release, seq, staging).apply(real)
    else:
        _Named(connection, release, seq).apply(real)
    _count(connection, release, real)


def _sets(change: Change) -> tuple[tuple[str, object], ...]:
    """The columns that change, with their values; all of them for a hub that is new."""
    known = values_of(change.after)
    was = {} if change.before is None else values_of(change.before)
    return tuple((name, value) for name, value in known.items() if name not in was or was[name] != value)


def _seen(suppliers: ResponsibleSuppliers) -> frozenset[tuple[str, str]]:
    """BR1.4: each responsible Supplier sees the hub, once for each of its roles."""
    return frozenset((party, role.value) for party in suppliers.parties for role in suppliers.roles_of(party))


def _links(change: Change) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """Who sees the hubs no longer, and who does now."""
    before = frozenset() if change.before is None else _seen(change.before.suppliers)
    after = _seen(change.after.suppliers)
    return before - after, after - before


def _consents(change: Change) -> tuple[tuple[str, ...], tuple[HubConsent, ...]]:
    """Whose instructions stand no longer as they were, and what stands anew."""
    before = () if change.before is None else change.before.consents
    gone = tuple(given.party for given in before if given not in change.after.consents)
    return gone, tuple(given for given in change.after.consents if given not in before)


def _listed(changes: Sequence[Change]) -> list[tuple[Listed, Listed]]:
    """Under what the hubs of each change are listed no more, and under what anew (`apart`)."""
    return moves((change.before, change.after, len(change.guids)) for change in changes)


@frozen
class _Named:
    """Statements that are given the GUIDs themselves, one for all changes that say the same."""

    connection: Connection
    release: str
    seq: int

    def apply(self, changes: Sequence[Change]) -> None:
        for new, sets, guids in _alike((c.before is None, _sets(c), c.guids) for c in changes):
            if new:
                self._insert(hub, {**dict(sets), "last_seq": self.seq}, guids)
            elif sets:
                self.connection.execute(
                    update(hub).where(*self._these(hub, guids)).values(**dict(sets), last_seq=self.seq)
                )
        for gone, come, guids in _alike((*_links(c), c.guids) for c in changes):
            if gone:
                here = tuple_(link.c.party, link.c.role).in_(sorted(gone))
                self.connection.execute(delete(link).where(*self._these(link, guids), here))
            for party, role in sorted(come):
                self._insert(link, {"party": party, "role": role}, guids)
        for ended, given, guids in _alike((*_consents(c), c.guids) for c in changes):
            if ended:
                mine = consent.c.party.in_(ended)
                self.connection.execute(delete(consent).where(*self._these(consent, guids), mine))
            for one in given:
                values = zip((column.name for column in CONSENT), consent_values(one), strict=True)
                self._insert(consent, dict(values), guids)
        for off, on, guids in _alike(
            (*at, c.guids) for at, c in zip(_listed(changes), changes, strict=True) if any(at)
        ):
            if off:
                here = tuple_(apart.c.party, apart.c.state).in_(sorted(off))
                self.connection.execute(delete(apart).where(*self._these(apart, guids), here))
            for party, state in sorted(on):
                self._insert(apart, {"party": party, "state": state}, guids)

    def _these(self, table: Table, guids: GuidList) -> tuple[Any, ...]:
        return table.c.release == self.release, among(self.connection, table.c.guid, guids)

    def _insert(self, table: Table, values: dict[str, object], guids: GuidList) -> None:
        source = guids_as_rows(self.connection, guids)
        said = {"release": self.release, **values}
        query = select(source, *(literal(value, table.c[name].type) for name, value in said.items()))
        self.connection.execute(insert(table).from_select(["guid", *said], query))


def _alike(found: Iterable[tuple[Any, Any, GuidList]]) -> list[tuple[Any, Any, GuidList]]:
    """Those that say the same, with all their hubs."""
    by: dict[tuple[Any, Any], list[GuidList]] = {}
    for new, sets, guids in found:
        by.setdefault((new, sets), []).append(guids)
    return [(new, sets, GuidList.joined(lists)) for (new, sets), lists in by.items()]


@frozen
class _Joined:
    """Statements that join the GUIDs from a table, with what becomes of each change's hubs beside it."""

    connection: Connection
    release: str
    seq: int
    staging: Table

    def apply(self, changes: Sequence[Change]) -> None:
        numbered = list(enumerate(changes))
        self._insert(
            hub, VALUES, [(nth, tuple(values_of(c.after).values())) for nth, c in numbered if c.before is None]
        )
        self._update([(nth, c) for nth, c in numbered if c.before is not None])
        gone, come = [], []
        for nth, change in numbered:
            left, joined = _links(change)
            gone += [(nth, seen) for seen in sorted(left)]
            come += [(nth, seen) for seen in sorted(joined)]
        self._delete(link, (link.c.party, link.c.role), gone)
        self._insert(link, (link.c.party, link.c.role), come)
        ended, given = [], []
        for nth, change in numbered:
            over, new = _consents(change)
            ended += [(nth, (party,)) for party in over]
            given += [(nth, consent_values(one)) for one in new]
        self._delete(consent, (consent.c.party,), ended)
        self._insert(consent, CONSENT, given)
        self._list([(nth, *at) for nth, at in enumerate(_listed(changes))])

    def _list(self, found: Sequence[tuple[int, Listed, Listed]]) -> None:
        place = (apart.c.party, apart.c.state)
        self._delete(apart, place, [(nth, one) for nth, off, _ in found for one in sorted(off)])
        self._insert(apart, place, [(nth, one) for nth, _, on in found for one in sorted(on)])

    def _values(self, columns: Sequence[Column[Any]], rows: Sequence[tuple[int, tuple[object, ...]]]) -> Any:
        nth: Column[Any] = Column("nth", Integer)
        return staged(self.connection, (nth, *columns), ((number, *values) for number, values in rows))

    def _insert(
        self, table: Table, columns: Sequence[Column[Any]], rows: Sequence[tuple[int, tuple[object, ...]]]
    ) -> None:
        if not rows:
            return
        with self._values(columns, rows) as values:
            names = ["release", "guid", *(column.name for column in columns)]
            said: list[Any] = [literal(self.release), self.staging.c.guid]
            said += [values.c[column.name] for column in columns]
            if table is hub:
                names.append("last_seq")
                said.append(literal(self.seq))
            query = select(*said).join_from(self.staging, values, values.c.nth == self.staging.c.nth)
            adding = insert(table).from_select(names, query.order_by(self.staging.c.guid))
            added = self.connection.execute(adding.execution_options(preserve_rowcount=True))
        _look_again(self.connection, table, added.rowcount)

    def _update(self, changes: Sequence[tuple[int, Change]]) -> None:
        sets = {nth: dict(_sets(change)) for nth, change in changes}
        names = {name for found in sets.values() for name in found}
        columns = [column for column in VALUES if column.name in names]
        if not columns:
            return
        rows = []
        for nth, change in changes:
            if sets[nth]:
                known = values_of(change.after)
                rows.append((nth, tuple(known[column.name] for column in columns)))
        with self._values(columns, rows) as values:
            new = {column.name: values.c[column.name] for column in columns}
            self.connection.execute(
                update(hub)
                .values(**new, last_seq=self.seq)
                .where(
                    hub.c.release == self.release,
                    hub.c.guid == self.staging.c.guid,
                    values.c.nth == self.staging.c.nth,
                )
            )

    def _delete(
        self, table: Table, columns: Sequence[Column[Any]], rows: Sequence[tuple[int, tuple[object, ...]]]
    ) -> None:
        if not rows:
            return
        with self._values(columns, rows) as values:
            alike = [table.c[column.name] == values.c[column.name] for column in columns]
            self.connection.execute(
                delete(table).where(
                    table.c.release == self.release,
                    table.c.guid == self.staging.c.guid,
                    values.c.nth == self.staging.c.nth,
                    *alike,
                )
            )


def _look_again(connection: Connection, table: Table, added: int) -> None:
    """New statistics where a table has grown by much: until its own housekeeping comes, PostgreSQL would take the
    hubs of a release for a few, and read all of them for every command that names some."""
    query = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)")
    if added > _GROWN * max(connection.execute(query, {"name": table.name}).scalar_one(), 0):
        connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {table.name}")  # no command waits for somebody's vacuum


def _count(connection: Connection, release: str, changes: Sequence[Change]) -> None:
    """Hubs of a class leave one count and join another: for each of its Suppliers and for all together, and where
    they owe an outcome."""
    standing: Counter[tuple[object, ...]] = Counter()
    owing: Counter[tuple[object, ...]] = Counter()
    for change in changes:
        for record, hubs in ((change.before, -len(change.guids)), (change.after, len(change.guids))):
            if record is None:
                continue
            day = "" if record.day is None else record.day.isoformat()
            for party in ("", *record.suppliers.parties):
                standing[party, record.state.value, record.region, day] += hubs
            if record.outcome_due_at is not None:
                owing[record.region, day, record.outcome_due_at] += hubs
    _add(connection, release, hub_count, ("party", "state", "region", "day"), standing)
    _add(connection, release, owed, ("region", "day", "due"), owing)


def _add(
    connection: Connection, release: str, table: Table, names: Sequence[str], moved: Counter[tuple[object, ...]]
) -> None:
    """Adds to the counts of a table by these names; what comes to nothing is not kept."""
    rows = [
        {"release": release, **dict(zip(names, key, strict=True)), "hubs": hubs}
        for key, hubs in sorted(moved.items())
        if hubs
    ]
    if not rows:
        return
    adding = insert_into(connection.dialect.name, table)
    total = {"hubs": table.c.hubs + adding.excluded.hubs}
    connection.execute(adding.on_conflict_do_update(index_elements=["release", *names], set_=total), rows)
    first = table.c[names[0]].in_(sorted({row[names[0]] for row in rows}))  # by the primary key's first columns
    connection.execute(delete(table).where(table.c.release == release, first, table.c.hubs == 0))
