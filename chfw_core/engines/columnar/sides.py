"""The look-up tables of one side: the rules of several owners, laid out so that a hub's match is
a few additions and one look-up away.

A *side* is one reason why an owner's rules speak about a hub: as the DCC, as its CSP, as its
Import or as its Gas Supplier. Row 0 of the tables is nobody; row r is one owner in one context.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.engines.columnar.compile import compile_rules, public_and_private_flags
from chfw_core.engines.columnar.match import CodeSpace, Matches
from chfw_core.engines.columnar.owner import OwnerRules
from chfw_core.engines.columnar.views import AxisView
from chfw_core.engines.columnar.vocabulary import KeyIndex, Mixed, Mixer
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
        self.sizes = [view.size for view in self.speakers[0].views] if self.speakers else []
        total = int(self.offsets[-1])
        if total > DIRECT_CODES:
            self.index = KeyIndex()
        self.tables = [self._table(axis) for axis in range(len(self.sizes))]
        if self.index is None:
            self._match(np.arange(total, dtype=np.int64))

    def _table(self, axis: int) -> NDArray[np.integer] | None:
        """By row and number of the axis what adds up to the code, or else the class; None = one class."""
        spaces = [speaker.space for speaker in self.speakers]
        if all(len(space.compiled.classes[axis]) == 1 for space in spaces):
            return None
        rows = [
            space.table(axis, speaker.views[axis], scaled=self.index is None)
            for space, speaker in zip(spaces, self.speakers, strict=True)
        ]
        return np.concatenate([np.zeros(self.sizes[axis], dtype=np.int32), *rows])

    @property
    def direct(self) -> bool:
        """Whether every code is matched beforehand."""
        return self.index is None

    def counts(self) -> Ints:
        """The number of matches of each row; row 0, nobody, has one."""
        return np.array([1, *(len(speaker.known) for speaker in self.speakers)], dtype=np.int64)

    def codes(self, rows: Numbers, axes: Sequence[Numbers]) -> Numbers:
        """The code of each hub, given the row that speaks for it."""
        if self.index is not None:
            mixed = self.classes(rows, axes)
            return np.take(self._code_of(mixed), mixed.rows, mode="clip")
        found = np.take(self.offsets.astype(np.int32), rows, mode="clip")
        for column in self._columns(rows, axes):
            if column is not None:
                found += column
        return found

    def classes(self, rows: Numbers, axes: Sequence[Numbers]) -> Mixed:
        """The row and the class on each axis of each hub, mixed."""
        own = self.speakers[: len(self.offsets) - 2]
        mixer = Mixer(rows, len(own) + 1)
        for axis, column in enumerate(self._columns(rows, axes)):
            if column is not None:
                mixer.add(column, max(len(s.space.compiled.classes[axis]) for s in own))
        mixer.compact()
        return Mixed(rows=mixer.rows, columns=mixer.known)

    def _columns(self, rows: Numbers, axes: Sequence[Numbers]) -> Iterator[Numbers | None]:
        for table, size, axis in zip(self.tables, self.sizes, axes, strict=bool(self.tables)):
            if table is None:
                yield None
                continue
            at: Numbers = rows.astype(np.int32) if len(table) < 2**31 else rows.astype(np.int64)
            at *= size
            at += axis
            yield np.take(table, at, mode="clip")

    def remember(self, mixed: Mixed) -> NDArray[np.int32]:
        """Numbers for the codes that occur, where there are too many to match them all."""
        if self.index is None:
            raise RuntimeError("every code is matched already")
        return np.take(self.index.ids(self._code_of(mixed)), mixed.rows, mode="clip")

    def _code_of(self, mixed: Mixed) -> Ints:
        """The code of each combination of a row and classes."""
        rows = mixed.columns[0]
        own = self.speakers[: len(self.offsets) - 2]  # later ones speak about single hubs
        radices = np.array([[0] * len(self.sizes), *(s.space.radices for s in own)], dtype=np.int64)
        code: Ints = self.offsets[rows]
        used = [axis for axis, table in enumerate(self.tables) if table is not None]
        for axis, column in zip(used, mixed.columns[1:], strict=True):
            code = code + column * radices[rows, axis]
        return code

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


@define
class Lookup:
    """The matches of one side for the blocks of an estate; where need be the codes are noted first."""

    side: Side
    notes: dict[tuple[int, int], NDArray[np.int32]] = field(factory=dict)

    def coded(self, rows: Numbers, axes: Sequence[Numbers]) -> Mixed | None:
        """The codes that occur, where they are too many to match all; else None."""
        return None if self.side.direct else self.side.classes(rows, axes)

    def note(self, key: tuple[int, int], coded: Mixed | None) -> None:
        """Remember the codes of a block. Not to be called by two threads at once."""
        if coded is not None:
            self.notes[key] = self.side.remember(coded)

    def match(
        self, key: tuple[int, int], rows: NDArray[np.integer], axes: Sequence[NDArray[np.integer]]
    ) -> NDArray[np.int32]:
        """The match of each hub of a block."""
        codes = self.side.codes(rows, axes) if self.side.direct else self.notes[key]
        return np.take(self.side.match_of, codes, mode="clip")
