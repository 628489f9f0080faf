"""Many rows at once: all of them, as they are, in the transaction that is open and in no other."""

import random

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from chfw_app.stores.bulk import among, load, staged
from chfw_app.stores.store import Store
from chfw_app.stores.tables import hub
from tests.app.stores.small_world import HUB, at

NAMES = ("release", "guid", "batch_id", "window_opens", "last_seq", *HUB)
AWKWARD = ["", "tab\there", "line\nbreak", "back\\slash", r"\N", "£ – ü", 'quote"', "NULL", None]


def rows(count: int, seed: int = 1) -> list[tuple[object, ...]]:
    draw = random.Random(seed)
    guids = sorted({draw.getrandbits(64) for _ in range(count)})
    return [("R1", guid, AWKWARD[n % len(AWKWARD)], at(n), n, *HUB.values()) for n, guid in enumerate(guids)]


def found(store: Store) -> list[tuple[object, ...]]:
    columns = [hub.c[name] for name in NAMES]
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(hub.c.guid))]


def test_rows_come_back_as_they_were_loaded(store: Store) -> None:
    with store.update() as connection:
        load(connection, hub, NAMES, iter(rows(2_000)))
    assert found(store) == rows(2_000)


def test_nothing_is_loaded(store: Store) -> None:
    with store.update() as connection:
        load(connection, hub, NAMES, [])
    assert found(store) == []


def test_a_load_is_undone_with_its_transaction(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.update() as connection:
        load(connection, hub, NAMES, (row if row[4] != 900 else 1 // 0 for row in rows(1_000)))  # type: ignore[misc]
    assert found(store) == []


def test_a_load_is_undone_with_its_savepoint(store: Store) -> None:
    with store.update() as connection:
        load(connection, hub, NAMES, rows(10))
        savepoint = connection.begin_nested()
        load(connection, hub, NAMES, [("R2", *row[1:]) for row in rows(10)])
        savepoint.rollback()
    assert len(found(store)) == 10


def test_a_row_that_is_there_already_is_an_error(store: Store) -> None:
    with store.update() as connection:
        load(connection, hub, NAMES, rows(10))
    with pytest.raises(DBAPIError), store.update() as connection:
        load(connection, hub, NAMES, rows(10))


def test_a_statement_is_about_the_hubs_that_it_names(store: Store) -> None:
    with store.update() as connection:
        load(connection, hub, NAMES, rows(500))
        chosen = [row[1] for row in rows(500) if row[4] in range(100, 200)]
        these = update(hub).where(hub.c.release == "R1", among(connection, hub.c.guid, [*chosen, 1, 2**64 - 1]))  # type: ignore[list-item]
        assert connection.execute(these.values(state="held")).rowcount == 100
        nobody = update(hub).where(among(connection, hub.c.guid, []))
        assert connection.execute(nobody.values(state="held")).rowcount == 0
        held = select(func.count()).select_from(hub).where(hub.c.state == "held")
        assert connection.execute(held).scalar_one() == 100


def test_rows_are_joined_set_wise(store: Store) -> None:
    with store.update() as connection:
        load(connection, hub, NAMES, rows(100))
        given = [(row[1], f"batch {row[4]}") for row in rows(100)[::2]]
        with staged(connection, [hub.c.guid, hub.c.failure], given) as new:
            connection.execute(
                update(hub).where(hub.c.guid == new.c.guid, hub.c.release == "R1").values(failure=new.c.failure)
            )
        with staged(connection, [hub.c.guid], []) as empty:
            assert connection.execute(select(func.count()).select_from(empty)).scalar_one() == 0
        numbered = select(hub.c.last_seq, hub.c.failure).where(hub.c.failure.is_not(None)).order_by(hub.c.guid)
        assert [(n, text) for n, text in connection.execute(numbered)] == [(n, f"batch {n}") for n in range(0, 100, 2)]


@pytest.mark.nightly
def test_a_million_rows_are_loaded_and_changed_in_one_transaction(store: Store) -> None:
    count = 1_000_000
    with store.update() as connection:
        load(connection, hub, NAMES, (("R1", 2**63 - 500_000 + n, None, None, n, *HUB.values()) for n in range(count)))
        middle = range(2**63 - 250_000, 2**63 + 250_000)
        held = connection.execute(update(hub).where(among(connection, hub.c.guid, middle)).values(state="held"))
        assert held.rowcount == 500_000
    by_state = select(hub.c.state, func.count(), func.min(hub.c.guid), func.max(hub.c.guid)).group_by(hub.c.state)
    with store.read() as connection:
        found = {tuple(row) for row in connection.execute(by_state)}
    assert found == {
        ("held", 500_000, 2**63 - 250_000, 2**63 + 249_999),
        ("planned", 500_000, 2**63 - 500_000, 2**63 + 499_999),
    }
