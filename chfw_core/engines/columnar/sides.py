"""The look-up tables of one side: the rules of several owners, laid out so that a hub's match is
a few additions and one look-up away.

A *side* is one reason why an owner's rules speak about a hub: as the DCC, as its CSP, as its
Import or as its Gas Supplier. Row 0 of the tables is nobody; row r is one owner in one context.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.compile import compile_rules, public_and_private_flags
from chfw_core.engines.columnar.match import CodeSpace, Matches
from chfw_core.engines.columnar.owner import OwnerRules
from chfw_core.engines.columnar.views import AxisView
from chfw_core.engines.columnar.vocabulary import KeyIndex
from chfw_core.planning.scope import EventsIndex
from chfw_core.rules.evaluate import RuleContext

Ints = NDArray[np.int64]
Numbers = NDArray[np.integer]
DIRECT_CODES = 1 << 22
"""Up to so many codes every one is matched beforehand; above, only those that occur."""


@define(kw_only=True)
class Speaker:
    """One row of a side: an owner in one context, with the axes as it sees them."""

    owner: str
    rules: OwnerRules
    views: Sequence[AxisView]
    context: RuleContext
    space: CodeSpace
    matches: Matches | None = None

    @property
    def known(self) -> Matches:
        """The matches, once they are worked out."""
        if self.matches is None:
            raise RuntimeError("matches are asked for before they are worked out")
        return self.matches


def speaker(
    owner: str,
    rules: OwnerRules,
    views: Sequence[AxisView],
    context: RuleContext,
    events: EventsIndex,
    constants: Mapping[str, object],
    *,
    private: bool = False,
) -> Speaker:
    """Fold the axes for one owner. `private`: it has flags of its own on a further axis."""
    conditions = rules.conditions
    if private:
        conditions = tuple(map(public_and_private_flags, conditions))
    needs = rules.needs(events)
    compiled = compile_rules(conditions, needs, views, context, constants)
    space = CodeSpace(rules=rules, compiled=compiled, needs=needs)
    return Speaker(owner=owner, rules=rules, views=views, context=context, space=space)


@define
class Side:
    """The tables of some speakers over the same axes."""

    speakers: list[Speaker]
    tables: list[NDArray[np.integer] | None] = field(init=False)
    offsets: Ints = field(init=False)
    sizes: list[int] = field(init=False)
    match_of: NDArray[np.int32] = field(init=False)
    index: KeyIndex | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        spaces = [speaker.space for speaker in self.speakers]
        self.offsets = np.concatenate([[0, 1], 1 + np.cumsum([space.size for space in spaces])]).astype(np.int64)
        total = int(self.offsets[-1])
        dtype = np.int32 if total < 2**31 else np.int64
        views = self.speakers[0].views if self.speakers else ()
        self.sizes = [view.size for view in views]
        self.tables = []
        for axis in range(len(views)):
            if all(len(space.compiled.classes[axis]) == 1 for space in spaces):
                self.tables.append(None)
                continue
            rows = [space.table(axis, s.views[axis], dtype) for space, s in zip(spaces, self.speakers, strict=True)]
            self.tables.append(np.concatenate([np.zeros(self.sizes[axis], dtype=dtype), *rows]))
        if total <= DIRECT_CODES:
            self._match(np.arange(total, dtype=np.int64))
        else:
            self.index = KeyIndex()

    @property
    def direct(self) -> bool:
        """Whether every code is matched beforehand."""
        return self.index is None

    def counts(self) -> Ints:
        """The number of matches of each row; row 0, nobody, has one."""
        return np.array([1, *(len(speaker.known) for speaker in self.speakers)], dtype=np.int64)

    def codes(self, rows: NDArray[np.integer], axes: Sequence[NDArray[np.integer]]) -> NDArray[np.integer]:
        """The code of each hub, given the row that speaks for it."""
        if not self.speakers:
            return np.zeros(len(rows), dtype=np.int32)
        small = self.offsets[-1] < 2**31
        found: Numbers = np.take(self.offsets, rows, mode="clip")
        if small:
            found = found.astype(np.int32)
        for table, size, axis in zip(self.tables, self.sizes, axes, strict=True):
            if table is None:
                continue
            at: Numbers = rows.astype(np.int32) if len(table) < 2**31 else rows.astype(np.int64)
            at *= size
            at += axis
            found += np.take(table, at, mode="clip")
        return found

    def remember(self, coded: "Coded") -> NDArray[np.int32]:
        """Numbers for the codes that occur, where there are too many to match them all."""
        if self.index is None:
            raise RuntimeError("every code is matched already")
        return self.index.ids(coded.distinct)[coded.inverse]

    def match_remembered(self) -> None:
        """Match the codes that occurred."""
        if self.index is not None:
            self._match(self.index.keys_by_id)

    def _match(self, codes: Ints) -> None:
        row = np.searchsorted(self.offsets, codes, side="right") - 1
        self.match_of = np.zeros(len(codes), dtype=np.int32)
        for number, speaker in enumerate(self.speakers, 1):
            mine = np.flatnonzero(row == number)
            of, speaker.matches = speaker.space.matches(codes[mine] - self.offsets[number])
            self.match_of[mine] = of


@frozen(eq=False)
class Coded:
    """The distinct codes of a block, and which of them each hub has."""

    distinct: Ints
    inverse: Ints


@define
class Lookup:
    """The matches of one side for the blocks of an estate; where need be the codes are noted first."""

    side: Side
    notes: dict[tuple[int, int], NDArray[np.int32]] = field(factory=dict)

    def coded(self, rows: NDArray[np.integer], axes: Sequence[NDArray[np.integer]]) -> "Coded | None":
        """The codes that occur, where they are too many to match all; else None."""
        if self.side.direct:
            return None
        return Coded(*np.unique(self.side.codes(rows, axes).astype(np.int64), return_inverse=True))

    def note(self, key: tuple[int, int], coded: "Coded | None") -> None:
        """Remember the codes of a block. Not to be called by two threads at once."""
        if coded is not None:
            self.notes[key] = self.side.remember(coded)

    def match(
        self, key: tuple[int, int], rows: NDArray[np.integer], axes: Sequence[NDArray[np.integer]]
    ) -> NDArray[np.int32]:
        """The match of each hub of a block."""
        codes = self.side.codes(rows, axes) if self.side.direct else self.notes[key]
        return np.take(self.side.match_of, codes, mode="clip")
