"""Files appear whole or not at all.

Everything is written to a temporary file in the same folder, flushed to the disk, and renamed over
the target. Whatever goes wrong before that leaves the former file as it was and no trace beside it.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chfw_core.errors import InputError


class OutputError(InputError):
    """A file cannot be written: the place does not exist, is not ours, or has no room left."""


@contextmanager
def written_whole(target: str | Path) -> Iterator[Path]:
    """A path to write to; on leaving it becomes `target`, on an exception it is removed.

    Raises OutputError where the folder is missing or not writable, or the disk is full.
    """
    final = Path(target)
    temporary = _temporary_beside(final)
    try:
        yield temporary
        _flush(temporary)
        os.replace(temporary, final)
        _flush_folder(final.parent)
    except OSError as failure:
        raise output_error(failure, final) from failure
    finally:
        temporary.unlink(missing_ok=True)


def write_text(target: str | Path, text: str) -> None:
    """Write a small text file whole, as UTF-8 with `\\n`. Raises OutputError."""
    with written_whole(target) as path:
        path.write_text(text, encoding="utf-8", newline="\n")


def output_error(failure: OSError, target: Path) -> OutputError:
    """The message for a failed write; pyarrow's errors bear their number in the text alone."""
    if isinstance(failure, OutputError):
        return failure
    if failure.errno == errno.ENOSPC or "[Errno 28]" in str(failure):
        return OutputError(
            f"no room left on the disk for `{target}`; nothing was written",
            hint="free some space, or write to another disk",
        )
    why = os.strerror(failure.errno).lower() if failure.errno else str(failure)
    return OutputError(f"cannot write `{target}`: {why}")


def _temporary_beside(final: Path) -> Path:
    if final.is_dir():
        raise OutputError(f"cannot write `{final}`: it is a folder")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{final.name}.", suffix=".part" + final.suffix, dir=final.parent)
    except FileNotFoundError:
        raise OutputError(
            f"cannot write `{final}`: there is no folder `{final.parent}`", hint="make it first"
        ) from None
    except OSError as failure:
        raise output_error(failure, final) from failure
    os.close(handle)
    path = Path(name)
    with suppress(OSError):
        path.chmod(usual_mode(final))
    return path


def usual_mode(final: Path) -> int:
    """What a plain `open` would give: the former file's mode, else that of the umask."""
    if final.exists():
        return final.stat().st_mode & 0o777
    mask = os.umask(0o022)
    os.umask(mask)
    return 0o666 & ~mask


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """So that the new name survives a power cut; some systems cannot open a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
