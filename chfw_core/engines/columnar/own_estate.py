"""An estate seen by one owner: the rows of its own hubs, and nothing of the others.

A Supplier's own hubs are those that name it in either role; a CSP's those of its region; the DCC's
are all. The GUIDs of the other rows are looked at for repetitions alone: a GUID that stands twice
sets both rows aside, whoever they belong to.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import EstateAxes, Layout
from chfw_core.engines.columnar.load import load_estate
from chfw_core.engines.columnar.steps import Progress
from chfw_core.engines.duplicates import find_duplicates
from chfw_core.errors import InputError
from chfw_core.model.guid import Guid
from chfw_core.model.parties import CSP_PREFIX, DCC
from chfw_core.ports import EstateSource

Mask = NDArray[np.bool_]


@define
class OwnEstate:
    """An EstateSource of one owner's hubs over one of everybody's."""

    source: EstateSource
    owner: str
    guids: list[NDArray[np.uint64]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.guids = [np.zeros(0, dtype=np.uint64)] * self.chunk_count

    @property
    def chunk_count(self) -> int:
        """How many chunks there are."""
        return self.source.chunk_count

    def read(self, index: int, columns: Sequence[str] | None = None) -> pa.RecordBatch:
        """The owner's rows of one chunk. `columns` hold those that tell whose a hub is."""
        batch = self.source.read(index, columns)
        self.guids[index] = batch.column("guid").to_numpy(zero_copy_only=False)
        if self.owner == DCC:
            return batch
        if self.owner.startswith(CSP_PREFIX):
            mine = _names(batch.column("csp_region"), self.owner.removeprefix(CSP_PREFIX))
        else:
            mine = _names(batch.column("import_supplier"), self.owner)
            mine |= _names(batch.column("gas_supplier"), self.owner)
        return batch.filter(pa.array(mine))

    def set_aside(self) -> NDArray[np.uint64]:
        """The GUIDs of bad rows, whoever they belong to."""
        found: NDArray[np.uint64] = self.source.set_aside()
        return found

    def refuse(self, guids: NDArray[np.uint64]) -> None:
        """Leave out these hubs from now on."""
        self.source.refuse(guids)


def _names(column: pa.DictionaryArray, name: str) -> Mask:
    """The rows whose value is this name."""
    codes = [code for code, value in enumerate(column.dictionary.to_pylist()) if value == name]
    indices = column.indices.fill_null(-1) if column.indices.null_count else column.indices
    return np.isin(indices.to_numpy(zero_copy_only=False), codes)


def load_own(
    source: EstateSource, owner: str, layout: Layout, threads: int, progress: Progress
) -> tuple[EstateAxes, tuple[Guid, ...]]:
    """The owner's hubs as axes, and the GUIDs that are there more than once, which are left out.

    Raises InputError where the estate has no hub of the owner's.
    """
    own = OwnEstate(source, owner)

    def told(share: float) -> None:
        progress("reading the estate", share)

    axes = load_estate(own, layout, threads, told)
    repeated = find_duplicates(own.guids, own.set_aside())
    if len(repeated):
        own.refuse(repeated)
        axes = load_estate(own, layout, threads, told)
    if not axes.rows:
        raise InputError(f"the estate has no usable hub of `{owner}`", hint="`chfw estate check` names its Suppliers")
    return axes, tuple(Guid(number) for number in repeated.tolist())
