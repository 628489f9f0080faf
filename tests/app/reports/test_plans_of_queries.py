"""What a Supplier's page costs does not grow with the estate: every question goes by an index of `link` and `hub`."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Select, event
from sqlalchemy import text as sql

from chfw_app.reports.statuses import Asked, status_query
from chfw_app.rollout.ticking import silent_query
from chfw_app.stores.bulk import load
from chfw_app.stores.store import Store
from chfw_app.stores.tables import consent, hub, link
from chfw_core.model.guid import Guid
from chfw_core.rollout.states import HubState
from tests.app.stores.small_world import HUB, START

HUBS, PARTIES = 20_000, 40
PAGE = 50
MIDDLE = (Guid(HUBS // 2), "")
WHOLE = "WHOLE"
"""A party that has every hub, in both roles."""

QUERIES: dict[str, Callable[[], Select[Any]]] = {
    "a page": lambda: status_query("P7", "R1").limit(PAGE),
    "a page in a state": lambda: status_query("P7", "R1", Asked(states=(HubState.PLANNED,))).limit(PAGE),
    "one hub": lambda: status_query("P7", "R1", Asked(guid=Guid(7))),
    "all hubs": lambda: status_query("P7", "R1"),
}


def day_of(guid: int) -> date:
    """So that a hundredth of the hubs is for one day."""
    return date(2026, 3, 1) + timedelta(days=guid % 100)


@pytest.fixture
def estate(rollouts: Store) -> Store:
    """Many hubs of many parties, and statistics of them."""
    with rollouts.update() as connection:
        rows = (("R1", guid, 1, day_of(guid), *HUB.values()) for guid in range(HUBS))
        load(connection, hub, ("release", "guid", "last_seq", "day", *HUB), rows)
        links = [(f"P{guid % PARTIES}", "R1", guid, "import") for guid in range(HUBS)]
        links += [(WHOLE, "R1", guid, role) for guid in range(HUBS) for role in ("gas", "import")]
        load(connection, link, ("party", "release", "guid", "role"), sorted(links))
        given = ((WHOLE, "import", START, "R1", guid) for guid in range(0, HUBS, 2))
        load(connection, consent, ("party", "role", "received_at", "release", "guid"), given)
        connection.execute(sql("ANALYZE"))
    return rollouts


def plan_of(connection: Connection, query: Select[Any]) -> str:
    """What the database says it would do, in its own words."""
    prefix = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "

    def explain(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> tuple[str, Any]:
        return prefix + statement, parameters

    event.listen(connection, "before_cursor_execute", explain, retval=True)
    found: Any = connection.execute(query)
    rows = found.cursor.fetchall()
    event.remove(connection, "before_cursor_execute", explain)
    return "\n".join(" ".join(map(str, row)) for row in rows)


@pytest.mark.parametrize("name", QUERIES)
def test_the_status_of_hubs_is_found_by_indexes(estate: Store, name: str) -> None:
    with estate.read("P7") as connection:
        assert len(connection.execute(QUERIES["a page"]()).all()) == PAGE
        plan = plan_of(connection, QUERIES[name]())
        if connection.dialect.name == "sqlite":
            assert "SCAN" not in plan, plan
            assert "SEARCH link USING COVERING INDEX sqlite_autoindex_link_1 (party=? AND release=?" in plan, plan
            assert "SEARCH hub USING INDEX sqlite_autoindex_hub_1 (release=? AND guid=?)" in plan, plan
            assert "TEMP B-TREE" not in plan, plan  # nothing is sorted: the first rows come at once
        else:
            assert "Seq Scan on hub" not in plan, plan
            assert "Seq Scan on link" not in plan, plan
            assert "pk_link" in plan, plan
            assert "pk_hub" in plan, plan


@pytest.mark.parametrize("party", ["P7", WHOLE])
def test_a_page_from_the_middle_is_as_quick_as_the_first(estate: Store, party: str) -> None:
    """Read with the party's own rights, and without: what is joined to a page is looked up hub by hub."""
    query = status_query(party, "R1", after=MIDDLE, limit=PAGE)
    for reader in (party, None):
        with estate.read(reader) as connection:
            rows = connection.execute(query).all()
            assert len(rows) == PAGE
            assert min(row.guid for row in rows) >= MIDDLE[0]
            plan = plan_of(connection, query)
        if connection.dialect.name == "sqlite":
            assert re.search(
                r"SEARCH link USING COVERING INDEX \S+ \(party=\? AND release=\? AND \(guid,role\)>", plan
            ), plan
            assert "SEARCH hub USING INDEX sqlite_autoindex_hub_1 (release=? AND guid=?)" in plan, plan
            assert not re.search("SCAN (hub|link|consent)", plan), plan
        else:
            assert "Seq Scan" not in plan, plan
            assert "Merge Join" not in plan, plan  # it would read all hubs before the page
            assert "hashed SubPlan" not in plan, plan  # it would read all links of the party, for its rights
            assert re.search(r"Index Cond: .*ROW\(guid, role\) >", plan), plan
            assert "Limit" in plan, plan


def test_what_fell_silent_is_looked_for_in_its_region_and_day_alone(estate: Store) -> None:
    with estate.read() as connection:
        plan = plan_of(connection, silent_query("R1", "North", day_of(7), START))
    assert "ix_hub_region_day" in plan, plan
    assert not re.search("Seq Scan|SCAN", plan), plan
