"""Files of lines: mapped into memory, and cut at line ends into pieces that any thread can read."""

import mmap
import re
from pathlib import Path

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.file_errors import unreadable_file

NO_LINE_END = re.compile(rb"[^\r\n]")
BOM = b"\xef\xbb\xbf"


def mapped(path: Path, needed: str) -> mmap.mmap:
    """The file's bytes. Raises InputError for one that is empty (`needed` says what there has to be) or unreadable."""
    try:
        with path.open("rb") as file:
            if not file.seek(0, 2):
                raise InputError(f"`{path}` is empty", hint=needed)
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as failure:
        raise unreadable_file(path, failure) from failure


def cut_at_lines(path: Path, data: mmap.mmap, body: int, size: int) -> list[int]:
    """Where the pieces begin, each after a line end; the last number is the end of the file.

    Raises InputError for a line without an end in sight.
    """
    end = len(data) if NO_LINE_END.search(data, body) else body
    cuts = [body]
    while cuts[-1] < end:
        start = min(cuts[-1] + size, end)
        after = data.find(b"\n", start, start + limits.MAX_LINE) + 1
        if not after and start + limits.MAX_LINE < end:
            raise endless_line(path, data[:start].count(b"\n") + 1)
        cuts.append(after or end)
    return cuts


def endless_line(path: Path, line: int) -> InputError:
    """The message for a line that is no row of a list."""
    return InputError(
        f"line {line} of `{path}` has more than {limits.MAX_LINE:,} bytes",
        hint="every row is a line of its own: the file is damaged, or another kind of file",
    )
