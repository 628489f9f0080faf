"""A frame: some hubs, with a code column for every field that a rule may name.

A block is a run of the estate's rows; a frame is a block, or some of its rows as one owner sees
them. Columns are taken when asked for, once.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import define, field, frozen

from chfw_core.engines.verify.arrays import Domain, Guids, Ints, Longs

_NOTHING: Domain[Any] = Domain(None)


@frozen
class Column:
    """Codes, and the domain that knows their values."""

    codes: Ints
    domain: Domain[Any]

    def take(self, rows: Longs) -> "Column":
        """The column of some rows."""
        return Column(self.codes[rows], self.domain)


@define
class Frame:
    """`size` rows; `make[name]` gives a column the first time it is needed."""

    size: int
    make: Mapping[str, Callable[[], Column]]
    _made: dict[str, Column] = field(factory=dict)

    def column(self, name: str) -> Column:
        """The column of a field. A field that nobody brought is missing on every row."""
        if name not in self._made:
            make = self.make.get(name)
            self._made[name] = Column(np.zeros(self.size, np.int32), _NOTHING) if make is None else make()
        return self._made[name]

    def take(self, rows: Longs) -> "Frame":
        """The same fields of some rows."""
        names = {*self.make, *self._made}

        def taken(name: str) -> Callable[[], Column]:
            return lambda: self.column(name).take(rows)

        return Frame(len(rows), {name: taken(name) for name in names})

    def with_columns(self, columns: Mapping[str, Column]) -> "Frame":
        """The frame with columns added or replaced."""

        def given(column: Column) -> Callable[[], Column]:
            return lambda: column

        def own(name: str) -> Callable[[], Column]:
            return lambda: self.column(name)

        made: dict[str, Callable[[], Column]] = {name: own(name) for name in self.make}
        made.update((name, given(column)) for name, column in columns.items())
        return Frame(self.size, made)


@frozen
class Block:
    """A run of the estate's rows: `first` is the number of its first row."""

    first: int
    guids: Guids
    frame: Frame
