"""Who runs what, for every hub that the ledger knows of, counted as it changes (PR2).

A hub is a few numbers here, so that ten million take some hundred megabytes. Counts are changed with the hubs,
never found by looking through them.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import define, field

Guids: TypeAlias = npt.NDArray[np.uint64]
Codes: TypeAlias = npt.NDArray[np.int32]
NONE = 0
"""The code of nothing: no product yet, no Supplier."""


@define
class Names:
    """Texts by number, from 1 on in the order in which they were met."""

    texts: list[str] = field(factory=lambda: [""])
    _codes: dict[str, int] = field(factory=dict)

    def code(self, text: str | None) -> int:
        """The number of a text; NONE for None."""
        if text is None:
            return NONE
        if text not in self._codes:
            self._codes[text] = len(self.texts)
            self.texts.append(text)
        return self._codes[text]


@define(kw_only=True, eq=False)
class Field:
    """All hubs. `guids`: in ascending order; `own`: which are the reader's.

    `hubs[p]`: own hubs that run product p; `rest[p]`: others that do; `run_by[p, s]`: of those, how many are
    Supplier s's in one of its roles.
    """

    guids: Guids
    own: npt.NDArray[np.bool_]
    products: Names = field(factory=Names)
    suppliers: Names = field(factory=Names)
    product: Codes = field(init=False)
    holder: npt.NDArray[np.int32] = field(init=False)
    hubs: npt.NDArray[np.int64] = field(factory=lambda: np.zeros(1, dtype=np.int64), init=False)
    rest: npt.NDArray[np.int64] = field(factory=lambda: np.zeros(1, dtype=np.int64), init=False)
    run_by: npt.NDArray[np.int64] = field(factory=lambda: np.zeros((1, 1), dtype=np.int64), init=False)

    def __attrs_post_init__(self) -> None:
        self.product = np.zeros(len(self.guids), dtype=np.int32)
        self.holder = np.zeros((2, len(self.guids)), dtype=np.int32)

    def run(self, guids: Guids, product: str) -> None:
        """These hubs run that product from now on."""
        at = self._places(guids)
        self._count(at, -1)
        self.product[at] = self.products.code(product)
        self._count(at, 1)

    def hold(self, guids: Guids, role: int, supplier: str | None) -> None:
        """That Supplier, or nobody, is responsible for them in a role from now on. `role`: 0 or 1."""
        at = self._places(guids)
        self._count(at, -1)
        self.holder[role, at] = self.suppliers.code(supplier)
        self._count(at, 1)

    def named(self, counts: npt.NDArray[np.int64]) -> dict[str, int]:
        """Counts by product, the largest first."""
        found = [(self.products.texts[code], int(counts[code])) for code in np.flatnonzero(counts) if code != NONE]
        return dict(sorted(found, key=lambda one: (-one[1], one[0])))

    def parties(self) -> dict[str, int]:
        """By product, how many Suppliers run it on hubs that are not the reader's."""
        many = (self.run_by[:, 1:] > 0).sum(axis=1)
        return {self.products.texts[code]: int(many[code]) for code in range(1, len(many))}

    def all_parties(self) -> int:
        """How many Suppliers have hubs that are not the reader's."""
        return int((self.run_by[1:, 1:] > 0).any(axis=0).sum())

    def _places(self, guids: Guids) -> npt.NDArray[np.intp]:
        """Where these hubs are; those that no notice ever named are nowhere."""
        at = np.searchsorted(self.guids, guids)
        inside = at < len(self.guids)
        at, guids = at[inside], guids[inside]
        found: npt.NDArray[np.intp] = at[self.guids[at] == guids]
        return found

    def _count(self, at: npt.NDArray[np.intp], sign: int) -> None:
        self._grow()
        mine = self.own[at]
        own, others = at[mine], at[~mine]
        width = len(self.products.texts)
        self.hubs += sign * np.bincount(self.product[own], minlength=width)
        self.rest += sign * np.bincount(self.product[others], minlength=width)
        wide = len(self.suppliers.texts)
        for holders in self.holder:
            pairs = self.product[others].astype(np.int64) * wide + holders[others]
            self.run_by += sign * np.bincount(pairs, minlength=width * wide).reshape(width, wide)

    def _grow(self) -> None:
        width, wide = len(self.products.texts), len(self.suppliers.texts)
        if len(self.hubs) < width:
            self.hubs = np.pad(self.hubs, (0, width - len(self.hubs)))
            self.rest = np.pad(self.rest, (0, width - len(self.rest)))
        more: Any = [(0, width - self.run_by.shape[0]), (0, wide - self.run_by.shape[1])]
        self.run_by = np.pad(self.run_by, more)


def all_guids(lists: Iterable[bytes]) -> Guids:
    """All GUIDs of these packed lists, each once, in ascending order."""
    found = [unpacked(one) for one in lists]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.uint64)


def unpacked(packed: bytes) -> Guids:
    """A packed list of GUIDs as an array, in ascending order."""
    return np.frombuffer(packed, dtype=">u8").astype(np.uint64)
