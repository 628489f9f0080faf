"""What is wrong with rows that are set aside, counted: a million of them may have three causes.

A cause is a reason without the values of the single row, which stand in backticks.
"""

import re
from collections.abc import Iterable

from attrs import define, field, frozen

from chfw_files.tables.quarantine import BadRow

_VALUE = re.compile(r"`[^`]*`")
_Key = tuple[str, str, str]


@frozen(kw_only=True)
class Cause:
    """What is wrong with `rows` rows of a file; `first` is the place of the first of them."""

    rows: int
    file: str
    column: str
    words: str
    first: int


@define
class Causes:
    """Counts rows by file, columns at fault and cause."""

    _rows: dict[_Key, int] = field(factory=dict)
    _first: dict[_Key, int] = field(factory=dict)

    def add(self, rows: Iterable[BadRow], *, file: str = "") -> None:
        """Count some more; `file`: the input of those that do not name it."""
        for row in rows:
            key = (row.file or file, row.column, _VALUE.sub("`…`", row.reason))
            self._rows[key] = self._rows.get(key, 0) + 1
            self._first.setdefault(key, row.line)

    def ranked(self) -> list[Cause]:
        """The most frequent first."""
        order = sorted(self._rows.items(), key=lambda item: (-item[1], item[0]))
        return [
            Cause(rows=rows, file=key[0], column=key[1], words=key[2], first=self._first[key]) for key, rows in order
        ]
