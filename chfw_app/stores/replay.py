"""Replay: the tables made anew from the entries alone (I11), as they are now or as they were (NF5).

What is rebuilt are the projections. The outbox is not: that something was sent, and when, is a fact of its
own and no consequence of an entry.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Table, delete, select

from chfw_app.pieces import in_pieces
from chfw_app.stores.ledger import add_entries, read_entries
from chfw_app.stores.open import open_store
from chfw_app.stores.projections import Projections
from chfw_app.stores.store import Store, WriteTransaction
from chfw_app.stores.tables import LISTS, PROJECTIONS
from chfw_core.errors import UsageError
from chfw_core.rollout.entries import head_of

_AT_ONCE = 64


@frozen(kw_only=True)
class Difference:
    """A row that two stores have differently; None where one has no such row."""

    table: str
    key: tuple[object, ...]
    here: dict[str, object] | None
    there: dict[str, object] | None


def rebuild(transaction: WriteTransaction) -> int:
    """Empties every projection and fills it from the first entry on; how many entries there were."""
    for table in (*LISTS, *reversed(PROJECTIONS)):
        transaction.connection.execute(delete(table))
    count = 0
    for entries in in_pieces(read_entries(transaction.connection), _AT_ONCE):
        transaction.projections.apply(transaction.connection, entries)
        count += len(entries)
    return count


def replay_into(source: Connection, target: Store, upto: int | None = None) -> int:
    """Copies entries, up to and with number `upto`, into an empty store and projects them there; how many.

    The target is then the store as it was when that entry had been committed (NF5). Raises UsageError where
    it is not empty.
    """
    count = 0
    with target.write() as transaction:
        if transaction.head.seq:
            raise UsageError("a ledger can be replayed into an empty store only")
        for entries in in_pieces(read_entries(source, upto=upto), _AT_ONCE):
            add_entries(transaction.connection, entries)
            target.projections.apply(transaction.connection, entries)
            count += len(entries)
            transaction.head = head_of(entries[-1])
    return count


@contextmanager
def as_it_was(source: Connection, projections: Projections, upto: int | None = None) -> Iterator[Store]:
    """A store for a while, in a file of its own, that holds what `source` held at entry `upto` (now: None)."""
    with (
        tempfile.TemporaryDirectory(prefix="chfw-") as folder,
        open_store(f"sqlite:///{Path(folder) / 'replay.db'}", projections) as store,
    ):
        replay_into(source, store, upto)
        yield store


def differences(here: Connection, there: Connection, tables: Sequence[Table] = PROJECTIONS) -> Iterator[Difference]:
    """Every row of these tables that is not the same in both stores, in the order of primary keys (I11)."""
    for table in tables:
        yield from _differences(table, _rows(here, table), _rows(there, table))


def _differences(table: Table, here: Iterator[Any], there: Iterator[Any]) -> Iterator[Difference]:
    width = len(table.primary_key.columns)
    one, other = next(here, None), next(there, None)
    while one is not None or other is not None:
        # Where one of the two has come to its end, the other one's key is the lower.
        keys = [tuple(row)[-width:] for row in (one, other) if row is not None]
        lowest = min(keys)
        mine = one if one is not None and tuple(one)[-width:] == lowest else None
        theirs = other if other is not None and tuple(other)[-width:] == lowest else None
        if mine is None or theirs is None or tuple(mine) != tuple(theirs):
            yield Difference(table=table.name, key=lowest, here=_shown(table, mine), there=_shown(table, theirs))
        one = next(here, None) if mine is not None else one
        other = next(there, None) if theirs is not None else other


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    """All rows with all columns, then the primary key once more, in its order."""
    keys = list(table.primary_key.columns)
    again = [key.label(f"key_{number}") for number, key in enumerate(keys)]
    query = select(table, *again).order_by(*keys).execution_options(yield_per=1_000)
    with connection.execute(query) as rows:
        yield from rows


def _shown(table: Table, row: Any) -> dict[str, object] | None:
    if row is None:
        return None
    return {column.name: value for column, value in zip_longest(table.columns, tuple(row)[: len(table.columns)])}
