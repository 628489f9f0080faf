"""Small documents from disk as text: a file of 200 MB is not read, only found to be too large."""

from collections.abc import Iterator
from pathlib import Path

from chfw_core.rules.text.reading import MAX_BYTES
from chfw_files.lines.chunks import BOM
from chfw_files.texts import decode, opened


def read_text(path: Path) -> str:
    """The file's text; of a file that is too large, a little more than a document may have.

    Raises InputError for a file that is missing, is a folder, may not be read, or is not UTF-8.
    """
    with opened(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return data.decode("utf-8-sig", errors="replace")
    return decode(data, path).replace("\r\n", "\n").replace("\r", "\n")


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a file of any size, one after the other, without their ends.

    A line is cut after `MAX_BYTES`, and bytes that are no UTF-8 are replaced: whoever reads it will find it wrong.
    Raises InputError for a file that is missing, is a folder or may not be read.
    """
    with opened(path) as file:
        while line := file.readline(MAX_BYTES):
            yield line.removeprefix(BOM).decode("utf-8", errors="replace").rstrip("\r\n")
            while len(line) == MAX_BYTES and not line.endswith(b"\n"):
                line = file.readline(MAX_BYTES)
