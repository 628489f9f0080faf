"""Messages to a Supplier that wait together, joined before they are sent (`chfw_app.rollout.together`, NF7).

Only what nobody has tried to send yet: what was tried keeps what it said under its id. The joined messages bear the
first of the ids that waited, and the rest are given to what comes next: a gap would count the causes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, cast

from attrs import frozen
from sqlalchemy import Connection, bindparam, delete, func, or_, select, update
from sqlalchemy.engine import Row

from chfw_app.rollout.together import OF_HUBS, OWN, OfHubs, joined
from chfw_app.stores.dialects import Database
from chfw_app.stores.tables import outbox
from chfw_core.documents.rollout_messages import message_bytes, read_message
from chfw_core.documents.rollout_values import type_name
from chfw_core.model.parties import is_supplier

_OF_HUBS = frozenset(type_name(one) for one in OF_HUBS)
_OWN = frozenset(type_name(one) for one in OWN)
_FRESH = (outbox.c.attempts == 0) & outbox.c.last_error.is_(None) & outbox.c.next_at.is_not(None)
_TRIED = or_(outbox.c.attempts > 0, outbox.c.last_error.is_not(None), outbox.c.next_at.is_(None))


@frozen(kw_only=True)
class _Waits:
    """A message that waits, wherever in the outbox it lies."""

    type: str
    payload: bytes
    next_at: datetime


def is_anything_to_join(connection: Connection, at: datetime, to: Sequence[str] | None) -> bool:
    """Whether a Supplier has more than one message that is due and untried."""
    return bool(_parties(connection, at, to))


def join_waiting(connection: Connection, database: Database, at: datetime, to: Sequence[str] | None) -> None:
    """Joins what is due at `at`. `to`: of these parties alone. The caller's transaction holds the head.

    Nobody else numbers a party's messages meanwhile, and so the numbers that become free can be given again.
    """
    for party in _parties(connection, at, to):
        mine = outbox.c.to_party == party
        last = select(outbox.c.id).where(mine, _TRIED).order_by(outbox.c.seq.desc(), outbox.c.nth.desc()).limit(1)
        after = connection.execute(last).scalar() or ""
        fresh = select(outbox).where(mine, _FRESH, outbox.c.id > after).order_by(outbox.c.seq, outbox.c.nth)
        _write(connection, rows := connection.execute(database.locked(fresh)).all(), list(_joined(rows, at)))


def _parties(connection: Connection, at: datetime, to: Sequence[str] | None) -> list[str]:
    query = select(outbox.c.to_party).where(outbox.c.next_at <= at, _FRESH).group_by(outbox.c.to_party)
    if to is not None:
        query = query.where(outbox.c.to_party.in_(to))
    found = connection.execute(query.having(func.count() > 1).order_by(outbox.c.to_party)).scalars()
    return [party for party in found if is_supplier(party)]


def _joined(rows: Sequence[Row[Any]], at: datetime) -> Iterator[_Waits]:
    """News of the release as a whole stay where they are: what came before them comes before them."""
    own: list[_Waits] = []
    of_hubs: list[_Waits] = []
    for row in rows:
        one = _Waits(type=row.type, payload=bytes(row.payload), next_at=row.next_at)
        if row.next_at <= at and row.type in _OWN:
            own.append(one)
        elif row.next_at <= at and row.type in _OF_HUBS:
            of_hubs.append(one)
        else:
            yield from (*own, *_together(of_hubs), one)
            own, of_hubs = [], []
    yield from (*own, *_together(of_hubs))


def _together(some: Sequence[_Waits]) -> Sequence[_Waits]:
    if len(some) < 2:
        return some
    first = min(one.next_at for one in some)
    messages = joined(cast("OfHubs", read_message(one.payload)) for one in some)
    return [_Waits(type=type_name(type(one)), payload=message_bytes(one), next_at=first) for one in messages]


def _write(connection: Connection, rows: Sequence[Row[Any]], wait: Sequence[_Waits]) -> None:
    changed: list[dict[str, object]] = []
    for row, one in zip_longest(rows, wait[: len(rows)]):
        if one is not None and (row.type, bytes(row.payload), row.next_at) != (one.type, one.payload, one.next_at):
            changed.append({"slot": row.id, "type": one.type, "payload": one.payload, "next_at": one.next_at})
    place = outbox.c.id == bindparam("slot")
    if changed:
        connection.execute(update(outbox).where(place), changed)
    if free := [{"slot": row.id} for row in rows[len(wait) :]]:
        connection.execute(delete(outbox).where(place), free)
