"""Ports: what the core asks of the outside, as protocols that adapters fulfil."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

RecordBatch: TypeAlias = Any
"""A `pyarrow.RecordBatch`. pyarrow has no types, and only `chfw_core.engines` imports it."""


Guids: TypeAlias = Any
"""A numpy array of uint64."""


class EstateSource(Protocol):
    """The rows of an estate in chunks, in the estate's own order.

    Rows that were quarantined (a repeated GUID among them) are no longer there.
    """

    @property
    def chunk_count(self) -> int:
        """How many chunks there are; 0 for an estate without rows."""
        ...

    def read(self, index: int, columns: Sequence[str] | None = None) -> RecordBatch:
        """One chunk: `guid` uint64, text as dictionary<int32, string>, `installed_on` date32.

        Missing values are nulls; sets are sorted text joined by `|`. `columns` None = all.
        """
        ...

    def set_aside(self) -> Guids:
        """The GUIDs that rows set aside so far bear, once for each row; rows without a readable GUID bear none.

        A GUID that stands twice sets all its rows aside, also where one of them is a bad row.
        """
        ...

    def refuse(self, guids: Guids) -> None:
        """Set aside, as repeated, every row with one of these GUIDs, in chunks read from now on."""
        ...
