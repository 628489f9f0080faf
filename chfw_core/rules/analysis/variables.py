"""A variable and its cells: sets of values that no question of the rules tells apart.

A set of cells is a number, one bit for each: `&` is both, `|` either, `~` the rest. A line is cut
at every point that is asked about: below the first, the first, between it and the next, and so on.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from itertools import chain, count

from attrs import define, field

from chfw_core.rules.analysis.questions import Key, Kind, Position, Question
from chfw_core.rules.model import LeafOp

ORDERS = ("lt", "eq", "gt", "none")
_ORDER_BITS = {
    LeafOp.LT: 0b0001,
    LeafOp.EQ: 0b0010,
    LeafOp.GT: 0b0100,
    LeafOp.LE: 0b0011,
    LeafOp.GE: 0b0110,
    LeafOp.NE: 0b0101,
}


class NoValue(Enum):
    """What a cell stands for that no value of the variable's own kind lies in."""

    MISSING = "missing"
    OTHER = "of another kind"


@define(eq=False, kw_only=True)
class Variable:
    """`full` are all cells. The first may stand for the missing value, the next for one of another kind;
    `first` is the place of the next one, from which on cells are values.

    Of a line, `points` are in order and the cells are 2n + 1; else `values` has one value per cell.
    """

    key: Key
    number: int
    kind: Kind
    optional: bool = False
    other: bool = False
    points: Sequence[Position] = ()
    values: Sequence[object] = ()
    bounds: tuple[int, int] | None = None
    full: int = field(init=False)
    first: int = field(init=False)
    _places: dict[object, int] = field(init=False)
    _asked: dict[object, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.first = self.optional + self.other
        self._places = {value: place for place, value in enumerate(self.points or self.values)}
        if self.is_line:
            cells = sum(1 << cell for cell in range(2 * len(self.points) + 1) if self._has_value(cell))
        else:
            cells = (1 << len(self.values)) - 1
        self.full = (cells << self.first) | ((1 << self.first) - 1)

    @property
    def is_line(self) -> bool:
        """Whether its cells are parts of a line."""
        return self.kind in (Kind.WHOLE, Kind.DENSE)

    @property
    def present(self) -> int:
        """Every cell but that of the missing value."""
        return self.full & ~1 if self.optional else self.full

    def mask(self, question: Question, holds: Callable[[object], bool]) -> int:
        """The cells where the answer is yes. `holds` asks a leaf about one value of a closed variable."""
        if question.op is LeafOp.MISSING:
            return self.full & ~self.present
        if question.op is LeafOp.NOT_MISSING:
            return self.present
        if self.is_line:
            return self._on_line(question.op, question.points)
        match self.kind:
            case Kind.TEXT:
                return self._on_texts(question.op, question.points)
            case Kind.CLOSED:
                return self._of(holds(value) for value in self.values)
            case Kind.ORDER:
                return _ORDER_BITS[question.op]
            case _:
                return 1 << self.first

    def _of(self, answers: Iterable[bool]) -> int:
        return sum(1 << place for place, yes in enumerate(answers) if yes) << self.first

    def _on_line(self, op: LeafOp, points: tuple[object, ...]) -> int:
        if op is LeafOp.IN:
            cells = 0
            for point in points:
                cells |= 2 << 2 * self._places[point]
            return (cells << self.first) & self.full
        at = 2 * self._places[points[0]]
        below, here = (1 << (at + 1)) - 1, 2 << at
        cells = {
            LeafOp.LT: below,
            LeafOp.LE: below | here,
            LeafOp.GT: ~(below | here),
            LeafOp.GE: ~below,
            LeafOp.EQ: here,
            LeafOp.NE: ~here,
        }[op]
        return (cells << self.first) & self.full

    def _on_texts(self, op: LeafOp, points: tuple[object, ...]) -> int:
        cells = 0
        if op is LeafOp.STARTS_WITH:
            prefix = str(points[0])
            first = bisect_left(self.values, prefix)  # type: ignore[type-var]
            last = bisect_left(self.values, prefix + chr(0x10FFFF))  # type: ignore[type-var]
            cells = (1 << last) - (1 << first)
        else:
            for point in points:
                cells |= 1 << self._places[point]
        cells <<= self.first
        return self.full & ~((1 << self.first) - 1) & ~cells if op is LeafOp.NE else cells

    # --- from cells back to values

    def edges(self, cell: int) -> tuple[Position | None, Position | None, bool]:
        """Between which points a cell of a line lies, counted without the first two; the flag: it is a point itself."""
        place, odd = divmod(cell, 2)
        if odd:
            return self.points[place], self.points[place], True
        low = self.points[place - 1] if place else None
        high = self.points[place] if place < len(self.points) else None
        return low, high, False

    def _has_value(self, cell: int) -> bool:
        low, high, point = self.edges(cell)
        if self.kind is Kind.DENSE:
            return True
        if point:
            return low is not None and low % 2 == 0
        if low is None or high is None:
            least, most = self.bounds or (low, high)
            return (high is None or least is None or high > least) and (low is None or most is None or low < most)
        return _even_between(low, high) is not None

    def sample(self, mask: int) -> object:
        """A value of some cell of the mask: one that is there, if any is."""
        cells = mask >> self.first
        if not cells:
            return NoValue.MISSING if mask & 1 and self.optional else NoValue.OTHER
        # The last cell: the newest date, a value that is written in the rules rather than none of them.
        bit = cells.bit_length() - 1 if self.is_line else (cells & -cells).bit_length() - 1
        if not self.is_line:
            return self.values[bit]
        low, high, point = self.edges(bit)
        if point or (low is None and high is None):
            return low or 0
        if high is None:
            return _step_up(low or 0)
        if low is None:
            return _step_up(high - 4)
        middle = _even_between(low, high)
        return middle if middle is not None else (low + high) / 2


def _even_between(low: Position, high: Position) -> int | None:
    even = int(low // 2) * 2 + 2
    return even if even < high else None


def _step_up(low: Position) -> int:
    return int(low // 2) * 2 + 2


def text_values(points: Iterable[object], prefixes: set[str]) -> list[object]:
    """The texts that are asked about, one more for each prefix, and one that is none of them; sorted."""
    known = set(points)
    for prefix in sorted(prefixes):
        longer = {other[len(prefix)] for other in prefixes if len(other) > len(prefix) and other.startswith(prefix)}
        known.add(next(text for text in _endings(prefix) if text not in known and text[len(prefix)] not in longer))
    starts = {prefix[:1] for prefix in prefixes}
    if all(isinstance(value, str) for value in known):
        if "" not in prefixes:
            fresh = (text for text in chain(("other",), _endings("other")) if text not in known)
            odd = (chr(code) for code in count(0x2460) if chr(code) not in starts and chr(code) not in known)
            known.add(next(fresh) if not {"o"} & starts else next(odd))
        return sorted(known, key=str)
    numbers = sorted(value for value in known if isinstance(value, int))
    return [*numbers, next(number for number in count(0x8873_8490_6A10_0000) if number not in known)]


def _endings(prefix: str) -> Iterator[str]:
    letters = "-_~0123456789abcdefghijklmnopqrstuvwxyz"
    return chain((prefix + letter for letter in letters), (prefix + chr(code) for code in count(0x2460)))
