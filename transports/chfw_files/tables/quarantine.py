"""Rows that are set aside: what was wrong with each, written beside the output (BR5.2).

A bad row is never fatal to the others. The file is made when the first one turns up, and is
written as they come, so that an estate of millions of bad rows needs no memory for them.
"""

import csv
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from attrs import frozen

from chfw_core.model.guid import format_guid
from chfw_files.atomic import OutputError, output_error, usual_mode
from chfw_files.lines.escapes import escape
from chfw_files.raw import RawChunk

COLUMNS = ("line", "guid", "column", "reason", "file")


@frozen(kw_only=True, order=True)
class BadRow:
    """One row that was set aside. `line` in a CSV file, number of the row in a Parquet file.

    `column` names the columns at fault, joined by `|`; it is empty where the row as a whole is.
    `file` is the name of the input; empty where whoever holds the row knows it.
    """

    line: int
    guid_text: str
    column: str
    reason: str
    file: str = ""


def guid_text(raw: RawChunk, row: int) -> str:
    """The GUID that a row of a chunk bears, as text, however the file has it."""
    value = raw.columns["guid"][row].as_py()
    return format_guid(value) if isinstance(value, int) else str(value or "")


def quarantine_path(output: str | Path) -> Path:
    """`plan.parquet` → `plan.quarantine.csv`, in the same folder."""
    place = Path(output)
    return place.with_name(f"{place.stem}.quarantine.csv")


class QuarantineWriter:
    """Writes bad rows to a file that appears, whole, on `close`; without bad rows there is none.

    An older file of that name is removed then: it would tell of another run.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.count = 0
        self._file: TextIO | None = None
        self._temporary = Path()

    def write(self, rows: Iterable[BadRow], *, file: str = "") -> None:
        """Append rows, in the order given; `file`: the input of those that do not name it. Raises OutputError."""
        try:
            for row in rows:
                if self._file is None:
                    self._open()
                csv.writer(self._file, lineterminator="\n").writerow(  # type: ignore[arg-type]
                    (row.line, *map(escape, (row.guid_text, row.column, row.reason, row.file or file)))
                )
                self.count += 1
        except OSError as failure:
            self.discard()
            raise output_error(failure, self.path) from failure

    def close(self) -> None:
        """Put the file in its place. Raises OutputError."""
        try:
            if self._file is None:
                self.path.unlink(missing_ok=True)
                return
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self._temporary, self.path)
            self._file = None
        except OSError as failure:
            self.discard()
            raise output_error(failure, self.path) from failure

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            self._file.close()
            self._temporary.unlink(missing_ok=True)
            self._file = None

    def _open(self) -> None:
        if not self.path.parent.is_dir():
            raise OutputError(f"cannot write `{self.path}`: there is no folder `{self.path.parent}`")
        handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", suffix=".part", dir=self.path.parent)
        self._temporary = Path(name)
        self._temporary.chmod(usual_mode(self.path))
        self._file = os.fdopen(handle, "w", encoding="utf-8", newline="")
        csv.writer(self._file, lineterminator="\n").writerow(COLUMNS)
