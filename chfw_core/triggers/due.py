"""Which scopes of a trigger a tick may change, found without looking at the others."""

from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush

from attrs import define, field


@define(kw_only=True, eq=False)
class DueScopes:
    """Scopes by the moment after which they change. A scope that changes earlier than it was noted is noted again."""

    _due: list[tuple[datetime, str]] = field(factory=list, init=False)
    _noted: dict[str, datetime] = field(factory=dict, init=False)

    def note(self, key: str, due: datetime) -> None:
        """A tick later than `due` may change the scope; a later moment than the noted one changes nothing here."""
        noted = self._noted.get(key)
        if noted is None or due < noted:
            self._noted[key] = due
            heappush(self._due, (due, key))

    def passed(self, now: datetime) -> Iterator[str]:
        """The scopes that were noted for a moment before now, each once. They are noted no more."""
        while self._due and self._due[0][0] < now:
            due, key = heappop(self._due)
            if self._noted.get(key) == due:  # else it was noted again for an earlier moment
                del self._noted[key]
                yield key
