"""What is put into a column comes back the same, and in the same order, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from chfw_app.stores.store import Store
from chfw_app.stores.tables import hub, release, task
from tests.app.stores.small_world import HUB

GUIDS = [0, 1, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 1]
INSTANTS = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC),  # a microsecond before the spring change
    datetime(2026, 10, 25, 1, 30, tzinfo=timezone(timedelta(hours=1))),
    datetime(2199, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
]


def test_guids_keep_their_value_and_their_order(store: Store) -> None:
    with store.update() as connection:
        rows = [{**HUB, "release": "R", "guid": guid, "last_seq": 1} for guid in reversed(GUIDS)]
        connection.execute(insert(hub), rows)
    with store.read() as connection:
        assert list(connection.execute(select(hub.c.guid).order_by(hub.c.guid)).scalars()) == GUIDS
        above = select(hub.c.guid).where(hub.c.guid > 2**63 - 1).order_by(hub.c.guid)
        assert list(connection.execute(above).scalars()) == GUIDS[3:]
        one = select(hub.c.guid).where(hub.c.guid == 2**64 - 1)
        assert connection.execute(one).scalar_one() == 2**64 - 1


@pytest.mark.parametrize("guid", [-1, 2**64])
def test_a_number_that_is_no_guid_is_refused(store: Store, guid: int) -> None:
    with pytest.raises(StatementError, match="unsigned 64-bit"), store.update() as connection:
        connection.execute(insert(hub).values(**HUB, release="R", guid=guid, last_seq=1))


def test_instants_come_back_in_utc_to_the_microsecond_and_in_order(store: Store) -> None:
    with store.update() as connection:
        rows = [
            {"release": "R", "owner": "DCC", "kind": f"{n}", "subject": "", "binding": True, "starts": at}
            for n, at in enumerate(INSTANTS)
        ]
        connection.execute(insert(task), rows)
    with store.read() as connection:
        found = list(connection.execute(select(task.c.starts).order_by(task.c.starts.desc())).scalars())
    assert found == INSTANTS[::-1]
    assert all(instant.tzinfo is UTC for instant in found)


def test_a_time_without_an_offset_is_refused(store: Store) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001
    with pytest.raises(StatementError, match="has no offset"), store.update() as connection:
        connection.execute(
            insert(task).values(release="R", owner="DCC", kind="x", subject="", binding=True, starts=naive)
        )


def test_days_and_missing_values_come_back(store: Store) -> None:
    values = {**HUB, "release": "R", "guid": 5, "last_seq": 1, "day": date(2026, 3, 29)}
    with store.update() as connection:
        connection.execute(insert(hub).values(**values))
    with store.read() as connection:
        row = connection.execute(select(hub)).one()
    assert (row.day, row.window_opens, row.batch_id) == (date(2026, 3, 29), None, None)


def test_text_is_ordered_by_code_points(store: Store) -> None:
    """The same pages on both databases, whatever language the server speaks."""
    names = ["a", "B", "A", "b", "é", "z", "_", "10", "9", "ß"]
    with store.update() as connection:
        connection.execute(
            insert(release),
            [{"id": name, "stage": "", "standing": "", "record": b"", "last_seq": 1} for name in names],
        )
    with store.read() as connection:
        found = list(connection.execute(select(release.c.id).order_by(release.c.id)).scalars())
    assert found == sorted(names)
    assert all(one < other for one, other in pairwise(found))
