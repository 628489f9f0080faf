"""The hubs that differ, with what an estate knows of them: their region, and who is responsible in which role."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

import numpy as np
from attrs import evolve, frozen

from chfw_core.engines.schedules.kinds import NO_ROW, Kinds, Numbers, Row
from chfw_core.engines.schedules.pairs import Pairs, places
from chfw_core.engines.schedules.views import GAS, IMPORT, Views
from chfw_core.ports import EstateSource

Place: TypeAlias = tuple[str | None, str | None, str | None]
"""CSP region, import Supplier, gas Supplier; for a Supplier everybody else is missing from it."""
COLUMNS = ("csp_region", "import_supplier", "gas_supplier")
UNKNOWN: Place = (None, None, None)
T = TypeVar("T", Row, Place)


@frozen(kw_only=True, eq=False)
class Changed:
    """The hubs whose rows differ, and of how many: `pairs` of numbers of `views.rows`, `place_of` in `places`.

    `unknown`: how many of them the estate does not have.
    """

    hubs: int
    views: Views
    pairs: Pairs
    places: Sequence[Place]
    place_of: Numbers
    unknown: int = 0


def everywhere(kinds: Kinds, pairs: Pairs) -> Changed:
    """For the DCC, without an estate."""
    views = Views.for_dcc(kinds.values)
    changed = pairs.only(pairs.old != pairs.new)
    nowhere = np.zeros(len(changed.guids), dtype=np.int32)
    return Changed(hubs=len(pairs.guids), views=views, pairs=changed, places=[UNKNOWN], place_of=nowhere)


def look_up(
    kinds: Kinds, pairs: Pairs, estate: EstateSource, reader: str | None, done: Callable[[float], None]
) -> Changed:
    """Ask the estate, chunk by chunk. `reader`: a Supplier, who has the hubs that it answers for; None = the DCC."""
    changed = pairs.only(pairs.old != pairs.new)
    order = np.argsort(changed.guids)
    known = Kinds(columns=COLUMNS)
    place_of = np.full(len(changed.guids), NO_ROW, dtype=np.int32)
    own = 0
    for index in range(estate.chunk_count):
        chunk = estate.read(index, ("guid", *COLUMNS))
        there = known.of(chunk)
        if reader is not None:
            there = np.where([reader in row[1:] for row in known.values], np.arange(len(known.values)), NO_ROW)[there]
            own += int((there != NO_ROW).sum())
        found = places(changed.guids, chunk.column("guid").to_numpy(), order)
        place_of[found[found >= 0]] = there[found >= 0]
        done((index + 1) / estate.chunk_count)
    if reader is not None:
        return _own(reader, Views.for_supplier(kinds.values), changed, known.values, place_of, own)
    return Changed(
        hubs=len(pairs.guids),
        views=Views.for_dcc(kinds.values),
        pairs=changed,
        places=[_place(row) for row in known.values],
        place_of=place_of,
        unknown=int((place_of == NO_ROW).sum()),
    )


def _own(reader: str, views: Views, changed: Pairs, known: Sequence[Row], place_of: Numbers, hubs: int) -> Changed:
    """The reader's hubs, and of them those in which it sees a difference."""
    as_gas = np.array([row[1] != reader for row in known])[place_of]
    old, new = (np.where(as_gas, views.of[GAS][kinds], views.of[IMPORT][kinds]) for kinds in (changed.old, changed.new))
    seen = (place_of != NO_ROW) & (old != new)
    rows, (old, new) = _in_order(views.rows, old[seen], new[seen])
    own, (there,) = _in_order([_place(row, reader) for row in known], place_of[seen])
    return Changed(
        hubs=hubs,
        views=evolve(views, rows=rows),
        pairs=Pairs(guids=changed.guids[seen], old=old, new=new),
        places=own,
        place_of=there,
    )


def _in_order(rows: Sequence[T], *numbers: Numbers) -> tuple[list[T], list[Numbers]]:
    """Only what the reader's hubs have, in an order that is its own: the rest, and when it was met, is not for it."""
    used = np.unique(np.concatenate(numbers)).tolist()
    values = sorted({rows[number] for number in used}, key=lambda row: [(cell is not None, cell) for cell in row])
    at = {row: number for number, row in enumerate(values)}
    of = np.zeros(len(rows), dtype=np.int32)
    for number in used:
        of[number] = at[rows[number]]
    return values, [of[some] for some in numbers]


def _place(row: Row, reader: str | None = None) -> Place:
    """A row of COLUMNS; for a reader without who else there is (NF7)."""
    region, *suppliers = (None if cell is None else str(cell) for cell in row)
    one, other = (name if reader in (None, name) else None for name in suppliers)
    return (region, one, other)
