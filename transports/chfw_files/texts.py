"""Files opened, and whole small ones as text, with one clear message where that cannot be."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from chfw_core.errors import InputError
from chfw_files.file_errors import missing_file, unreadable_file


@contextmanager
def opened(path: str | Path) -> Iterator[BufferedReader]:
    """A file to read bytes from. Raises InputError for one that is missing, is a folder or may not be read."""
    place = Path(path)
    if place.is_dir():
        raise InputError(f"`{place}` is a folder, not a file")
    try:
        with place.open("rb") as file:
            yield file
    except FileNotFoundError:
        raise missing_file(place) from None
    except OSError as failure:
        raise unreadable_file(place, failure) from failure


def read_text(path: str | Path) -> str:
    """The text of a UTF-8 file, line ends as `\\n`. Raises InputError."""
    with opened(path) as file:
        content = file.read()
    return decode(content, Path(path)).replace("\r\n", "\n").replace("\r", "\n")


def decode(content: bytes, place: Path) -> str:
    """UTF-8 with or without a byte-order mark. Raises InputError that names the line."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError(f"`{place}` is not UTF-8: it is UTF-16", hint="save it as UTF-8") from None
        line = failure.object[: failure.start].count(b"\n") + 1
        byte = failure.object[failure.start]
        raise InputError(f"`{place}` is not UTF-8: line {line}, byte 0x{byte:02X}", hint="save it as UTF-8") from None
