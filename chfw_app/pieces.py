"""Many things, so many at a time: none is held longer than its piece."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_pieces(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """All items in their order; every piece but the last has `size` of them, and none is empty."""
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece
