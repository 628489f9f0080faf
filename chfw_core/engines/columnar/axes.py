"""The axes: the few integer columns into which an estate is read.

Which fields share an axis is decided before reading (`layout_for`): small fields are fused into
one axis; the configuration set, the installation day and the pair of Suppliers stand alone. Where
a rule compares fields of two axes, these axes become one. Fields that nothing needs are not read.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.vocabulary import Fusion, Vocabulary
from chfw_core.model.parties import SUPPLIER_FIELDS

SMALL_FIELDS = (
    "csp_region",
    "device_model",
    "firmware_version",
    "smi_status",
    "holiday_division",
    "manufacturer",
    "flags",
    "han_device_types",
)
PLANNING_FIELDS = ("csp_region", "device_model", "firmware_version", "smi_status")
PAIR_FIELDS = frozenset({"import_supplier", "gas_supplier", "split", "my_role"})
NO_DATE = 65_535
"""The code of a missing date; others are days since 1970, which lasts until 2149."""

PAIR_AXIS = 1


@frozen(kw_only=True)
class Layout:
    """The columns of each axis. Axis 0 holds the small fields, axis 1 the pair of Suppliers."""

    axes: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that must be read, `guid` first."""
        return ("guid", *(name for axis in self.axes for name in axis))

    def axis_of(self, name: str) -> int:
        """The axis on which a hub field lies. Raises KeyError for one that is not read."""
        if name in PAIR_FIELDS:
            return PAIR_AXIS
        for number, axis in enumerate(self.axes):
            if name in axis:
                return number
        raise KeyError(name)


def layout_for(fields: Iterable[str], together: Iterable[tuple[str, ...]]) -> Layout:
    """The axes for the fields that rules read; `together`: fields that one leaf compares."""
    read = {name for name in fields if name not in PAIR_FIELDS}
    joined = {name for group in together for name in group if name not in PAIR_FIELDS}
    small = [n for n in SMALL_FIELDS if n in read or n in PLANNING_FIELDS]
    wide = sorted(name for name in read if name not in SMALL_FIELDS)
    small += [name for name in wide if name in joined]
    alone = tuple((name,) for name in wide if name not in joined)
    return Layout(axes=(tuple(small), SUPPLIER_FIELDS, *alone))


@define
class Chunk:
    """The rows of one chunk: the GUIDs, and one array of axis numbers per axis."""

    guid: NDArray[np.uint64]
    axes: list[NDArray[np.integer]]

    def __len__(self) -> int:
        return len(self.guid)


BLOCK = 1 << 18
"""Hubs handled at a time: what fits the processor's caches."""


def blocks(chunk: Chunk) -> Iterator[tuple[int, list[NDArray[np.integer]]]]:
    """The chunk's axes in blocks, each with its first row."""
    for start in range(0, len(chunk), BLOCK):
        yield start, [axis[start : start + BLOCK] for axis in chunk.axes]


@define
class Axis:
    """The distinct rows of values of one axis: `values[column][number]`."""

    columns: tuple[str, ...]
    vocabularies: tuple[Vocabulary, ...]
    fusion: Fusion = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.fusion = Fusion(len(self.columns))


@define
class EstateAxes:
    """A whole estate in memory: its chunks in order, and what the axis numbers mean."""

    layout: Layout
    axes: list[Axis]
    chunks: list[Chunk]

    @property
    def rows(self) -> int:
        """How many hubs there are."""
        return sum(len(chunk) for chunk in self.chunks)

    def let_go(self) -> None:
        """Free the axes once every hub has its class; the GUIDs stay."""
        for chunk in self.chunks:
            chunk.axes = []


_EPOCH = date(1970, 1, 1).toordinal()


def day_value(code: int) -> date | None:
    """The date behind a number of the `installed_on` axis."""
    return None if code == NO_DATE else date.fromordinal(_EPOCH + code)


def new_axes(layout: Layout) -> list[Axis]:
    """Axes without values yet."""
    return [Axis(columns=columns, vocabularies=tuple(Vocabulary() for _ in columns)) for columns in layout.axes]
