"""Where a command's outputs go: refused before anything is read where they cannot be written, or would replace a file.

Paths are compared as the file system resolves them, so that `./plan.csv`, a link and the full path are one place.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from chfw_core.errors import InputError

Named = tuple[str, Path]
"""What a file is for (such as `--out`), and where it is."""

TABLES = (".parquet", ".csv", ".jsonl", ".xlsx")


def check_extension(option: str, path: Path, extensions: tuple[str, ...]) -> None:
    """Raises InputError."""
    if path.suffix.lower() not in extensions:
        known = " or ".join(extensions)
        name = path.name or path
        had = (
            f"the extension `{path.suffix}` is not {known}" if path.suffix else f"no extension, and it is to be {known}"
        )
        raise InputError(f"{option}: `{name}`: {had}", hint="the extension chooses the format")


def check_writable(path: Path) -> None:
    """Raises InputError where the place is a folder, or in no folder."""
    if path.is_dir():
        raise InputError(f"cannot write `{path}`: it is a folder")
    if not path.parent.is_dir():
        raise InputError(f"cannot write `{path}`: there is no folder `{path.parent}`", hint="make it first")


def check_folder(path: Path) -> Path:
    """The folder, into which files are written. Raises InputError where it is not there."""
    if not path.is_dir():
        raise InputError(f"there is no folder `{path}`", hint="make it first")
    return path


def check_apart(outputs: Iterable[Named], inputs: Iterable[Named]) -> None:
    """Raises InputError where two outputs are one place, or an output would replace an input."""
    taken = {os.path.realpath(path): (what, False) for what, path in inputs}
    for what, path in outputs:
        place = os.path.realpath(path)
        if place not in taken:
            taken[place] = (what, True)
            continue
        other, written = taken[place]
        if written:
            raise InputError(f"{other} and {what} would be written to the same file `{path}`", hint=_OTHER)
        raise InputError(f"{what} would overwrite {other} `{path}`", hint=_OTHER)


def check_table(out: Path | None, inputs: Iterable[Named]) -> None:
    """The one table that a command may write: refuses what could not be written anyway, or would replace an input.

    Raises InputError.
    """
    if out is not None:
        check_extension("--out", out, TABLES)
        check_apart([("--out", out)], inputs)
        check_writable(out)


_OTHER = "give the output another name"
