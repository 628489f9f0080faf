"""The look-up tables of one side: the rules of several owners, laid out so that a hub's match is
a few additions and one look-up away.

A *side* is one reason why an owner's rules speak about a hub: as the DCC, as its CSP, as its
Import or as its Gas Supplier. Row 0 of the tables is nobody; row r is one owner in one context.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.alike import Answers
from chfw_core.engines.columnar.apart import public_and_private_flags
from chfw_core.engines.columnar.compile import compile_rules
from chfw_core.engines.columnar.marks import Marks, marks_of
from chfw_core.engines.columnar.match import CodeSpace, Matches
from chfw_core.engines.columnar.owner import OwnerRules
from chfw_core.engines.columnar.views import AxisView
from chfw_core.engines.columnar.vocabulary import Mixer, distinct_keys, first_of_each
from chfw_core.planning.scope import EventsIndex
from chfw_core.rules.meaning.evaluate import RuleContext

Ints = NDArray[np.int64]
Numbers = NDArray[np.integer]
DIRECT_CODES = 1 << 22
"""Up to so many codes every one is matched beforehand; above, only those that occur."""


@define(kw_only=True)
class Speaker:
    """One row of a side: an owner in one context, with the axes as it sees them; `single`: about single hubs.

    `axis_of`: by field, the last axis that it lies on: what is known of single hubs comes before what all have.
    """

    owner: str
    rules: OwnerRules
    views: Sequence[AxisView]
    context: RuleContext
    space: CodeSpace
    single: bool = False
    matches: Matches | None = None
    axis_of: Mapping[str, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.axis_of = {name: axis for axis, view in enumerate(self.views) for name in view.fields}

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
    single: bool = False,
) -> Speaker:
    """Fold the axes for one owner. `private`: it has flags of its own on a further axis.

    Matches tell the strata of pilots apart only where `single` hubs are spoken about: of others the axes know.
    """
    conditions = rules.conditions
    if private:
        conditions = tuple(map(public_and_private_flags, conditions))
    needs = rules.needs(events, spread=single)
    compiled = compile_rules(conditions, needs, views, context, constants)
    space = CodeSpace(rules=rules, compiled=compiled, needs=needs)
    return Speaker(owner=owner, rules=rules, views=views, context=context, space=space, single=single)


@define
class Side:
    """The tables of some speakers over the same axes."""

    speakers: list[Speaker]
    threads: int = 1
    tables: list[NDArray[np.integer] | None] = field(init=False)
    offsets: Ints = field(init=False)
    sizes: list[int] = field(init=False)
    match_of: NDArray[np.int32] = field(init=False)
    answers: Answers | None = field(init=False, default=None)
    marks: Marks | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        spaces = [speaker.space for speaker in self.speakers]
        self.offsets = np.concatenate([[0, 1], 1 + np.cumsum([space.size for space in spaces])]).astype(np.int64)
        self.sizes = [view.size for view in self.speakers[0].views] if self.speakers else []
        total = int(self.offsets[-1])
        if spaces and total > DIRECT_CODES:
            self.answers = Answers(spaces)
            self.marks = marks_of(spaces, [speaker.views for speaker in self.speakers])
        self.tables = [self._table(axis) for axis in range(len(self.sizes))]
        if self.answers is None:
            self._match(np.arange(total, dtype=np.int64))

    def _table(self, axis: int) -> NDArray[np.integer] | None:
        """By row and number of the axis what adds up to the code, or else the class; None = one class."""
        spaces = [speaker.space for speaker in self.speakers]
        if all(len(space.compiled.classes[axis]) == 1 for space in spaces):
            return None
        table = np.zeros((len(spaces) + 1, self.sizes[axis]), dtype=np.int32)
        for row, (space, speaker) in enumerate(zip(spaces, self.speakers, strict=True), 1):
            radix = space.radices[axis] if self.answers is None else 1
            table[row, speaker.views[axis].numbers] = space.compiled.classes[axis].of * radix
        return table.ravel()

    @property
    def direct(self) -> bool:
        """Whether every code is matched beforehand."""
        return self.answers is None

    def counts(self) -> Ints:
        """The number of matches of each row; row 0, nobody, has one."""
        return np.array([1, *(len(speaker.known) for speaker in self.speakers)], dtype=np.int64)

    def look_up(self, what: Callable[[Matches], Ints], rows: Numbers, matches: Numbers, nobody: int = 0) -> Ints:
        """What is so of each match, given its row; `nobody` where nobody speaks."""
        starts = np.cumsum([0, *self.counts()])
        values = np.concatenate([[nobody], *(what(speaker.known) for speaker in self.speakers)])
        return np.asarray(values[starts[rows] + matches * (rows > 0)], dtype=np.int64)

    def see(self, rows: Numbers, axes: Sequence[Numbers]) -> "Seen":
        """What the hubs of a block are to this side, given the row that speaks for each."""
        if not self.speakers:
            return Seen(numbers=np.zeros(len(rows), dtype=np.int32))
        if self.answers is None:
            return Seen(numbers=np.take(self.match_of, self.codes(rows, axes), mode="clip"))
        of_hub, speaking, classes = self._mixed(rows, axes)
        sample, of = self.answers.alike(speaking, classes)
        codes = self._code_of(speaking[sample], [c if c is None else c[sample] for c in classes])
        return Seen(numbers=np.take(of.astype(np.int32), of_hub, mode="clip"), codes=codes)

    def codes(self, rows: Numbers, axes: Sequence[Numbers]) -> Numbers:
        """The code of each hub."""
        if self.answers is not None:
            of_hub, speaking, classes = self._mixed(rows, axes)
            return np.take(self._code_of(speaking, classes), of_hub, mode="clip")
        codes = np.take(self.offsets.astype(np.int32), rows, mode="clip")
        for column in self._columns(rows, axes):
            if column is not None:
                codes += column
        return codes

    def of_first_speaker(self, axes: Sequence[Numbers]) -> NDArray[np.int32]:
        """The match of each hub to the first speaker, where every code is matched beforehand."""
        codes = np.full(len(axes[0]), self.offsets[1], dtype=np.int32)
        for table, size, axis in zip(self.tables, self.sizes, axes, strict=True):
            if table is not None:
                codes += np.take(table[size : 2 * size], axis, mode="clip")
        return np.take(self.match_of, codes, mode="clip")

    def _mixed(self, rows: Numbers, axes: Sequence[Numbers]) -> tuple[Numbers, Ints, list[Ints | None]]:
        """The combination of each hub; by combination, in order of the rows, its row and its classes."""
        of_hub, known = self._combined(rows, axes)
        order = np.argsort(known[0].astype(np.min_scalar_type(len(self.offsets))), kind="stable")
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        speaking, *columns = (column[order].astype(np.int64) for column in known)
        found = iter(columns)
        of_hub = np.take(place, of_hub, mode="clip")
        return of_hub, speaking, [None if table is None else next(found) for table in self.tables]

    def _combined(self, rows: Numbers, axes: Sequence[Numbers]) -> tuple[Numbers, list[Numbers]]:
        """A number for each hub, equal only for hubs that are alike; by number its row and its classes."""
        if self.marks is not None:
            marks, of_hub = distinct_keys(self.marks.of(rows, axes))
            sample = first_of_each(of_hub, len(marks))
            speaking = rows[sample]
            columns = self._columns(speaking, [axis[sample] for axis in axes])
            return of_hub, [speaking, *(column for column in columns if column is not None)]
        own = self.speakers[: len(self.offsets) - 2]  # later ones speak about single hubs
        mixer = Mixer(rows, len(own) + 1)
        for axis, column in enumerate(self._columns(rows, axes)):
            if column is not None:
                mixer.add(column, max(len(s.space.compiled.classes[axis]) for s in own))
        mixer.compact()
        return mixer.rows, list(mixer.known)

    def _columns(self, rows: Numbers, axes: Sequence[Numbers]) -> Iterator[Numbers | None]:
        for table, size, axis in zip(self.tables, self.sizes, axes, strict=bool(self.tables)):
            if table is None:
                yield None
                continue
            at: Numbers = rows.astype(np.int32) if len(table) < 2**31 else rows.astype(np.int64)
            at *= size
            at += axis
            yield np.take(table, at, mode="clip")

    def _code_of(self, rows: Ints, classes: Sequence[Ints | None]) -> Ints:
        """The code of each combination of a row and classes."""
        own = self.speakers[: len(self.offsets) - 2]
        radices = np.array([[0] * len(self.sizes), *(s.space.radices for s in own)], dtype=np.int64)
        code: Ints = self.offsets[rows]
        for axis, column in enumerate(classes):
            if column is not None:
                code = code + column * radices[rows, axis]
        return code

    def match_seen(self, codes: Sequence[Ints | None]) -> list[NDArray[np.int32] | None]:
        """The match of each number of what was seen, once the codes of all of it are known; None = it is the match."""
        if self.answers is None:
            return [None] * len(codes)
        known = [own for own in codes if own is not None]
        distinct, of = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *known]), return_inverse=True)
        self._match(distinct)
        return list(np.split(self.match_of[of], np.cumsum([len(own) for own in known])[:-1]))

    def _match(self, codes: Ints) -> None:
        """Find the match of each code; they ascend, so that those of a speaker lie together."""
        self.match_of = np.zeros(len(codes), dtype=np.int32)
        edges = np.searchsorted(codes, self.offsets)

        def match(number: int, speaker: Speaker) -> None:
            mine = slice(int(edges[number]), int(edges[number + 1]))
            self.match_of[mine], speaker.matches = speaker.space.matches(codes[mine] - self.offsets[number])

        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(match, range(1, len(self.offsets) - 1), self.speakers))


@frozen(eq=False, kw_only=True)
class Seen:
    """Some hubs as one side sees them: the match of each, or, where `codes` are given, a number of one of them."""

    numbers: NDArray[np.int32]
    codes: Ints | None = None


@define
class Lookup:
    """The matches of one speaker's side for the blocks of an estate, where all are asked at once."""

    side: Side
    _noted: dict[tuple[int, int], NDArray[np.int32]] = field(factory=dict)

    def note(self, blocks: Iterable[tuple[tuple[int, int], Sequence[Numbers]]]) -> None:
        """Look at all blocks beforehand, where there are too many codes to match them all."""
        if self.side.direct:
            return
        seen = {key: self.side.see(_all_one(axes), axes) for key, axes in blocks}
        for (key, one), table in zip(
            seen.items(), self.side.match_seen([one.codes for one in seen.values()]), strict=True
        ):
            self._noted[key] = one.numbers if table is None else np.take(table, one.numbers, mode="clip")

    def match(self, key: tuple[int, int], axes: Sequence[Numbers]) -> NDArray[np.int32]:
        """The match of each hub of a block."""
        noted = self._noted.get(key)
        return self.side.of_first_speaker(axes) if noted is None else noted


def _all_one(axes: Sequence[Numbers]) -> NDArray[np.int32]:
    return np.ones(len(axes[0]), dtype=np.int32)
