"""Scopes of events looked for in an estate: found where a hub has all of their values, as a plan compares them."""

from typing import cast

import pyarrow as pa
import pytest

from chfw_app.inputs.gathered import CarefulEstate
from chfw_app.remarks.estate_search import EstateSearch, Scope
from chfw_core.model.events import Event
from chfw_core.model.periods import parse_instant
from chfw_core.planning.scope import concerns, scope_of

ROWS: list[dict[str, str | None]] = [
    {"csp_region": "North", "device_model": "433100AC", "configuration_set": "CS-1"},
    {"csp_region": "South", "device_model": "433100AC", "configuration_set": None},
    {"csp_region": "South", "device_model": "433100AD", "configuration_set": "CS-2"},
    {"csp_region": "Central", "device_model": None, "configuration_set": "CS-1"},
]


class Estate:
    """Two chunks, the second with a dictionary of its own."""

    chunk_count = 2

    def __init__(self) -> None:
        self.reads = 0

    def read(self, index: int, columns: list[str]) -> pa.RecordBatch:
        self.reads += 1
        rows = ROWS[index * 2 : index * 2 + 2]
        made = {"guid": pa.array([index * 2, index * 2 + 1], pa.uint64())}
        for name in columns:
            if name in ROWS[0]:
                made[name] = pa.array([row[name] for row in rows], pa.string()).dictionary_encode()
        return pa.RecordBatch.from_pydict(made)


def event(**fields: object) -> Event:
    return Event(seq=1, at=parse_instant("2026-01-14T08:00:00Z"), type="release_stopped", fields=fields)


ASKED = [
    event(csp_region="North"),
    event(csp_region="north"),
    event(device_model="433100ac", configuration_set="CS-1"),
    event(device_model="433100ac", configuration_set="CS-2"),
    event(device_model="433100AD", csp_region="South", configuration_set="CS-2"),
    event(manufacturer="106C"),
    event(configuration_set="CS-1", csp_region="Central"),
    event(configuration_set=7),
]


def look(events: list[Event]) -> tuple[EstateSearch, Estate]:
    scopes: dict[Scope, bool] = {scope_of(event): False for event in events}
    search, estate = EstateSearch(scopes=scopes, guids=set(), private={}), Estate()
    search.through(cast("CarefulEstate", estate))
    return search, estate


def test_a_scope_is_found_where_an_event_that_bears_it_concerns_a_hub() -> None:
    search, _ = look(ASKED)
    for one in ASKED:
        assert search.scopes[scope_of(one)] == any(concerns(one, row.get, None) for row in ROWS), one


def test_of_the_fields_that_were_not_found_all_values_are_known() -> None:
    search, _ = look([event(csp_region="north"), event(device_model="433100ac")])
    assert search.near == {"csp_region": {"North", "South", "Central"}}


@pytest.mark.parametrize(("number", "reads"), [(1, 1), (2, 2), (2_000, 2)])
def test_a_chunk_is_read_once_however_many_scopes_there_are(number: int, reads: int) -> None:
    others = (event(configuration_set=f"CS-{at}", csp_region="X") for at in range(1, number))
    assert look([event(csp_region="North"), *others])[1].reads == reads
