"""Instants of many hubs as one immutable value: eight bytes each, in the order of the hubs' GUIDs.

What a CSP says of ten thousand hubs, each at its own time, is one event with two lists side by side.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import overload

from chfw_core.errors import InputError
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.periods import as_utc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class InstantList(Sequence[datetime]):
    """Instants in UTC, to the microsecond. Hashable, compared by content."""

    __slots__ = ("_items",)
    _items: "array[int]"

    def __init__(self, instants: Iterable[datetime] = ()) -> None:
        self._items = array("q", ((as_utc(one) - _EPOCH) // _MICROSECOND for one in instants))

    @classmethod
    def of_microseconds(cls, numbers: Iterable[int]) -> "InstantList":
        """From microseconds since 1970. Raises InputError for one that is no instant."""
        made = cls.__new__(cls)
        try:
            made._items = array("q", numbers)
            for one in (min(made._items, default=0), max(made._items, default=0)):
                _instant(one)
        except (OverflowError, TypeError):
            raise InputError("microseconds since 1970 belong here") from None
        return made

    @property
    def microseconds(self) -> Sequence[int]:
        """Each in microseconds since 1970."""
        return self._items

    @overload
    def __getitem__(self, at: int) -> datetime: ...
    @overload
    def __getitem__(self, at: slice) -> "InstantList": ...
    def __getitem__(self, at: int | slice) -> "datetime | InstantList":
        if isinstance(at, slice):
            return InstantList.of_microseconds(self._items[at])
        return _instant(self._items[at])

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[datetime]:
        return map(_instant, self._items)

    def __eq__(self, other: object) -> bool:
        return self._items == other._items if isinstance(other, InstantList) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._items.tobytes())

    def __repr__(self) -> str:
        more = f", … {len(self)} in all" if len(self) > 3 else ""
        return f"InstantList({', '.join(one.isoformat() for one in self[:3])}{more})"

    def earliest(self) -> datetime:
        """The first of them in time. There has to be one."""
        return _instant(min(self._items))

    def latest(self) -> datetime:
        """The last of them in time. There has to be one."""
        return _instant(max(self._items))

    def by_time(self, guids: GuidList) -> Iterator[tuple[datetime, GuidList]]:
        """The hubs of each instant, in order of time."""
        found: dict[int, list[Guid]] = {}
        for guid, one in zip(guids, self._items, strict=True):
            found.setdefault(one, []).append(guid)
        return ((_instant(one), GuidList(found[one])) for one in sorted(found))


def _instant(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
