"""Many hubs as one immutable value: sorted, distinct, eight bytes each.

What concerns ten thousand hubs is one event with one list, never ten thousand rows of JSON. The packed
form is big-endian, so that the bytes sort as the GUIDs do and are the same on every machine (I7).
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import eq, ge

from chfw_core.errors import InputError, UsageError
from chfw_core.model.guid import MASK_64, Guid, format_guid

_SIZE = 8
_TEXT = 23
"""Letters of a GUID's text."""


class GuidList(Collection[Guid]):
    """GUIDs in ascending order, each once. Hashable, compared by content; membership by bisection."""

    __slots__ = ("_items",)
    _items: "array[int]"

    def __init__(self, guids: Iterable[int] = ()) -> None:
        """Any iterable of unsigned 64-bit numbers. Raises InputError for one outside 0 … 2^64 - 1, UsageError for what
        is no number, such as the text of a GUID.
        """
        given = set[int]()
        try:
            given.update(guids)
            distinct = sorted(given)
            if distinct and not (distinct[0] >= 0 and distinct[-1] <= MASK_64):
                wrong = distinct[0] if distinct[0] < 0 else distinct[-1]
                raise InputError(f"{wrong} is not an unsigned 64-bit number")
            self._items = array("Q", distinct)
        except TypeError:
            objects: Iterable[object] = given
            odd = next((one for one in objects if not isinstance(one, int)), guids)
            raise UsageError(
                f"`{odd}` ({type(odd).__name__}) is not a GUID as a number",
                hint="`chfw_core.model.guid.parse_guid` makes one of its text",
            ) from None

    @classmethod
    def _of(cls, items: "array[int]") -> "GuidList":
        made = cls.__new__(cls)
        made._items = items
        return made

    @classmethod
    def unpack(cls, packed: bytes) -> "GuidList":
        """The inverse of `pack`. Raises InputError where the bytes are no such list."""
        if len(packed) % _SIZE:
            raise InputError(f"{len(packed)} bytes are no list of GUIDs", hint="each takes eight bytes")
        items = array("Q")
        items.frombytes(packed)
        _to_big_endian(items)
        if any(map(ge, items, islice(items, 1, None))):
            raise InputError("the GUIDs are not in ascending order, each once")
        return cls._of(items)

    @classmethod
    def joined(cls, lists: Iterable["GuidList"]) -> "GuidList":
        """All of lists that have no GUID in common, quickly. Raises InputError where two have one."""
        items = array("Q")
        for one in lists:
            items.extend(one._items)
        items = array("Q", sorted(items))
        if any(map(eq, items, islice(items, 1, None))):
            raise InputError("a GUID is in two lists")
        return cls._of(items)

    @classmethod
    def united(cls, lists: Sequence["GuidList"]) -> "GuidList":
        """All of any lists; quick where no two have a GUID in common, as is usual."""
        if len(lists) == 1:
            return lists[0]
        try:
            return cls.joined(lists)
        except InputError:
            return cls(chain.from_iterable(one._items for one in lists))

    def pack(self) -> bytes:
        """Eight bytes for each GUID, big-endian, in ascending order."""
        items = self._items[:]
        _to_big_endian(items)
        return items.tobytes()

    def texts(self) -> list[str]:
        """Each as `format_guid` writes it, in order; made all at once, since a command may name millions."""
        text = self.pack().hex("-").upper()
        return [text[at : at + _TEXT] for at in range(0, len(text), _TEXT + 1)]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Guid]:
        return (Guid(item) for item in self._items)

    def __contains__(self, guid: object) -> bool:
        if not isinstance(guid, int):
            return False
        at = bisect_left(self._items, guid)
        return at < len(self._items) and self._items[at] == guid

    def __eq__(self, other: object) -> bool:
        return self._items == other._items if isinstance(other, GuidList) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._items.tobytes())

    def __repr__(self) -> str:
        shown = ", ".join(format_guid(guid) for guid in self._items[:3])
        more = f", … {len(self)} in all" if len(self) > 3 else ""
        return f"GuidList({shown}{more})"

    def __or__(self, other: "GuidList") -> "GuidList":
        return GuidList((*self._items, *other._items))

    def __and__(self, other: "GuidList") -> "GuidList":
        common = set(other._items)
        return GuidList._of(array("Q", (item for item in self._items if item in common)))

    def __sub__(self, other: "GuidList") -> "GuidList":
        gone = set(other._items)
        return GuidList._of(array("Q", (item for item in self._items if item not in gone)))


def _to_big_endian(items: "array[int]") -> None:
    if sys.byteorder == "little":
        items.byteswap()
