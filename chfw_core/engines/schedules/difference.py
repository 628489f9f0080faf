"""Two schedules and what differs, with the list by hub."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.steps import Progress, quiet
from chfw_core.engines.schedules.counted import SLICE, Counted, count
from chfw_core.engines.schedules.kinds import Cell, Kinds
from chfw_core.engines.schedules.looked_up import Changed, everywhere, look_up
from chfw_core.engines.schedules.pairs import pair
from chfw_core.engines.schedules.steps import Steps
from chfw_core.engines.schedules.views import DCC_COLUMNS, OWN_COLUMNS
from chfw_core.errors import UsageError
from chfw_core.ports import EstateSource, RecordBatch

TEXT = pa.dictionary(pa.int32(), pa.string())
_TYPES = {
    "window_opens": pa.timestamp("us", tz="UTC"),
    "window_closes": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
}


@frozen(kw_only=True, eq=False)
class Difference:
    """`hubs`: how many there are in either schedule, for a Supplier its own of the estate; `changed` of them differ.

    `unknown`: how many that differ the estate does not have; they count in no region.
    """

    reader: str | None
    hubs: int
    changed: int
    unknown: int
    counted: Counted
    found: Changed
    steps: Steps
    with_estate: bool

    @property
    def schema(self) -> pa.Schema:
        """The columns of the list: whose the hub is, where an estate told, and both rows as the reader may see them."""
        whose = ["csp_region", *(["roles"] if self.reader else ["import_supplier", "gas_supplier"])]
        return pa.schema(
            [
                ("guid", pa.uint64()),
                *((name, TEXT) for name in whose if self.with_estate),
                ("differs_in", TEXT),
                ("days_moved", pa.int32()),
                *(
                    (f"{side}_{name}", _TYPES.get(name, TEXT))
                    for side in ("old", "new")
                    for name in self.found.views.columns
                ),
            ]
        )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The hubs that differ, in the new schedule's order; those that only the old one has come last."""
        pairs, views, steps = self.found.pairs, self.found.views, self.steps
        whose = zip(*map(self._whose, self.found.places), strict=True) if self.with_estate else ()
        places = [_column(cells, TEXT) for cells in whose]
        ways = [
            _column([", ".join(step.differs_in) for step in steps.steps], TEXT),
            pa.array([step.days for step in steps.steps], pa.int32()),
        ]
        rows = [
            _column([row[at] for row in views.rows], _TYPES.get(name, TEXT)) for at, name in enumerate(views.columns)
        ]
        for start in range(0, len(pairs.guids), SLICE):
            some = slice(start, start + SLICE)
            taken: list[tuple[Sequence[pa.Array], NDArray[Any]]] = [
                (places, self.found.place_of),
                (ways, steps.of),
                (rows, pairs.old),
                (rows, pairs.new),
            ]
            arrays = [pa.array(pairs.guids[some])]
            arrays += [column.take(pa.array(numbers[some])) for columns, numbers in taken for column in columns]
            yield pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _whose(self, place: tuple[str | None, ...]) -> tuple[str | None, ...]:
        region, one, other = place
        if self.reader is None:
            return place
        return region, "|".join(role for role, party in (("import", one), ("gas", other)) if party) or None


def diff_schedules(
    old: Iterable[RecordBatch],
    new: Iterable[RecordBatch],
    estate: EstateSource | None = None,
    *,
    reader: str | None = None,
    progress: Progress = quiet,
    chunks: tuple[int, int] = (0, 0),
) -> Difference:
    """What differs, hub by hub; batches have the columns of a schedule. `chunks`: how many, where it is known.

    `reader`: a Supplier, who sees its own hubs and of their rows what `explain --as` shows (I8, NF7); None = the DCC.
    Raises InputError for a hub with two rows, UsageError for a reader without an estate that tells which hubs are its.
    """
    if reader is not None and estate is None:
        raise UsageError("a Supplier's hubs are not known without an estate")
    kinds = Kinds(columns=DCC_COLUMNS if reader is None else OWN_COLUMNS)
    sides = [
        kinds.read(f"the {name} schedule", batches, _counting(progress, f"reading the {name} schedule", many))
        for name, batches, many in (("old", old, chunks[0]), ("new", new, chunks[1]))
    ]
    pairs = pair(sides[0], sides[1])
    if estate is None:
        found = everywhere(kinds, pairs)
    else:
        found = look_up(kinds, pairs, estate, reader, lambda share: progress("looking up hubs", share))
    progress("counting", 0.0)
    steps = Steps.of_all(found)
    counted = count(found, steps)
    progress("counting", 1.0)
    return Difference(
        reader=reader,
        hubs=found.hubs,
        changed=len(found.pairs.guids),
        unknown=found.unknown,
        counted=counted,
        found=found,
        steps=steps,
        with_estate=estate is not None,
    )


def _counting(progress: Progress, step: str, many: int) -> Callable[[], None]:
    """Tells the share of batches that have been read."""
    seen = 0

    def one_more() -> None:
        nonlocal seen
        seen += 1
        progress(step, min(1.0, seen / many) if many else 1.0)

    return one_more


def _column(cells: Sequence[Cell], kind: pa.DataType) -> pa.Array:
    """Few values, to be taken from many times."""
    if pa.types.is_timestamp(kind):
        return pa.array(cells, pa.int64()).cast(kind)
    if pa.types.is_date(kind):
        return pa.array(cells, pa.int32()).cast(kind)
    return pa.array(cells, pa.string()).dictionary_encode()
