"""Hubs of a release as they lie in the tables: single records, or classes of which all the same is known.

What an event makes of a hub depends on what is known of it and not on its GUID. So the hubs that are named are
put into classes; the core says for one of each what becomes of it (see `hub_changes`). A hand-over of
half a million hubs is then some hundred judgements, by the very function that judges a single hub. PostgreSQL
finds the classes of many hubs itself, and gives each with its GUIDs packed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from attrs import evolve, frozen
from sqlalchemy import Column, ColumnElement, Connection, Table, func, literal, select, type_coerce
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.types import BigInteger, LargeBinary, NullType, Text

from chfw_app.stores.bulk import among, staged
from chfw_app.stores.hub_records import CONSENT, KNOWN, consent_of, record_of
from chfw_app.stores.staged_guids import staged_guids, unsigned
from chfw_app.stores.tables import consent, hub
from chfw_core.model.guid import Guid, from_signed
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.records import HubConsent, HubRecord

FEW = 2_000
"""Up to so many hubs a statement is given the GUIDs themselves; a table for them would cost more."""


@frozen(kw_only=True)
class HubClass:
    """Hubs of which all the same is known: the record of the first, and all their GUIDs.

    `nth`: which of the lists that were asked for names them, counted from 0.
    """

    record: HubRecord
    guids: GuidList
    nth: int = 0


def classes_of(connection: Connection, release: str, guids: Iterable[int]) -> tuple[HubClass, ...]:
    """The hubs of these that the release has, by class, in the order of their first GUIDs."""
    found = _grouped_here(connection, release, (GuidList(guids),), consents=True)
    return tuple(sorted(found, key=lambda alike: alike.record.guid))


def hubs_of(connection: Connection, release: str, guids: Iterable[int]) -> dict[Guid, HubRecord]:
    """The hubs of these that the release has, each by itself: what a command is judged against."""
    found = classes_of(connection, release, guids)
    return {guid: evolve(alike.record, guid=guid) for alike in found for guid in alike.guids}


def classes_among(
    connection: Connection, release: str, lists: Sequence[GuidList], *, consents: bool = True
) -> tuple[HubClass, ...]:
    """The hubs of these lists that the release has, by list and class; in the lists' order, then by first GUIDs.

    No hub may be in two lists. Without `consents` their Suppliers' instructions are left out, and records bear none.
    For transactions that write: on PostgreSQL a table for the GUIDs is made where they are many.
    """
    many = sum(map(len, lists)) > FEW and connection.dialect.name == "postgresql"
    found = (_grouped_there if many else _grouped_here)(connection, release, lists, consents)
    return tuple(sorted(found, key=lambda alike: (alike.nth, alike.record.guid)))


def _grouped_here(
    connection: Connection, release: str, lists: Sequence[GuidList], consents: bool
) -> Iterator[HubClass]:
    """Values are compared as the driver gives them, and made into ours once for a class."""
    named = lists[0] if len(lists) == 1 else GuidList.joined(lists)
    said = _consents(connection, release, among(connection, consent.c.guid, named)) if consents and named else {}
    where = {} if len(lists) == 1 else {guid: nth for nth, guids in enumerate(lists) for guid in guids}
    bare: list[ColumnElement[Any]] = [type_coerce(column, NullType()) for column in (hub.c.guid, *KNOWN)]
    query = select(*bare).where(hub.c.release == release, among(connection, hub.c.guid, named))
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    with connection.execute(query.execution_options(yield_per=10_000)) as rows:
        for number, *known in rows:
            guid = from_signed(number)
            groups[(*known, said.get(guid, ()), where.get(guid, 0))].append(guid)
    readers = [
        column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None) for column in KNOWN
    ]
    for (*known, mine, nth), guids in groups.items():
        alike = GuidList(guids)
        values = [value if read is None else read(value) for read, value in zip(readers, known, strict=True)]
        yield HubClass(record=record_of(next(iter(alike)), values, mine), guids=alike, nth=nth)


def _grouped_there(
    connection: Connection, release: str, lists: Sequence[GuidList], consents: bool
) -> Iterator[HubClass]:
    with staged_guids(connection, lists) as staging, _said(connection, release, staging, consents) as said:
        source = staging.join(hub, (hub.c.release == release) & (hub.c.guid == staging.c.guid))
        keys: list[Any] = [staging.c.nth, *KNOWN]
        if said is not None:
            source = source.outerjoin(said, said.c.guid == staging.c.guid)
            keys.append(said.c.said)
        packed = func.string_agg(func.int8send(type_coerce(hub.c.guid, BigInteger())), literal(b"", LargeBinary))
        query = select(type_coerce(packed, LargeBinary), *keys[: 1 + len(KNOWN)]).select_from(source).group_by(*keys)
        with _by_hashing(connection):
            rows = connection.execute(query).all()
    found = [(unsigned(np.frombuffer(bytes(row[0]), ">i8").astype(np.int64)), row) for row in rows]
    firsts = [next(iter(guids)) for guids, _ in found]
    stand = _consents(connection, release, among(connection, consent.c.guid, firsts)) if consents else {}
    for (guids, row), first in zip(found, firsts, strict=True):
        yield HubClass(record=record_of(first, row[2:], stand.get(first, ())), guids=guids, nth=row[1])


@contextmanager
def _by_hashing(connection: Connection) -> Iterator[None]:
    """Groups are formed by hashing. PostgreSQL cannot know how few they are, and would sort whole rows instead."""
    connection.exec_driver_sql("SET LOCAL enable_sort = off")
    yield
    connection.exec_driver_sql("SET LOCAL enable_sort = on")


@contextmanager
def _said(connection: Connection, release: str, staging: Table, consents: bool) -> Iterator[Table | None]:
    """By GUID one text that says all that stands of its instructions: equal texts, equal instructions. None: not asked.

    A table of its own, so that PostgreSQL knows how many have one before it joins them to millions.
    """
    if not consents:
        yield None
        return
    one = func.jsonb_build_array(*(type_coerce(column, NullType()) for column in CONSENT)).cast(Text)
    ordered = aggregate_order_by(literal(",", Text), consent.c.party)
    query = (
        select(consent.c.guid, func.string_agg(one, ordered))
        .join(staging, staging.c.guid == consent.c.guid)
        .where(consent.c.release == release)
        .group_by(consent.c.guid)
    )
    with staged(connection, (consent.c.guid, Column("said", Text)), query) as said:
        yield said


def _consents(connection: Connection, release: str, these: Any) -> dict[int, tuple[HubConsent, ...]]:
    """By GUID, what stands of its Suppliers' instructions, in the order of the Parties; few values, many times."""
    query = select(consent.c.guid, *CONSENT).where(consent.c.release == release, these)
    met: dict[tuple[object, ...], HubConsent] = {}
    found: dict[int, tuple[HubConsent, ...]] = {}
    ordered = query.order_by(consent.c.guid, consent.c.party).execution_options(yield_per=10_000)
    with connection.execute(ordered) as rows:
        for guid, *values in rows:
            key = tuple(values)
            if key not in met:
                met[key] = consent_of(*values)
            found[guid] = (*found.get(guid, ()), met[key])
    return found
