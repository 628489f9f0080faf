"""What the tests of the application share."""

import csv
import os
import sys
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from attrs import frozen

from chfw_app.demo.prepare import AS_OF, PRIVATE, DemoFiles

HUBS = 5_000


@frozen(kw_only=True)
class Ran:
    """What a command did: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def problems(self) -> list[str]:
        """The lines that tell of a problem."""
        return [line for line in self.err.splitlines() if line.startswith("error: ") or ": E" in line]


Chfw = Callable[..., Ran]


def inputs(where: DemoFiles, **replaced: object) -> list[str]:
    """The options of all inputs; None leaves one out."""
    options: dict[str, object] = {
        "estate": where.estate,
        "release": where.release,
        "rules": where.rules,
        "attributes": f"{PRIVATE}={where.attributes}",
        "instructions": where.instructions,
        "events": where.events,
        "capacity": where.capacity,
        "as_of": AS_OF,
    } | replaced
    words: list[str] = []
    for name, value in options.items():
        if value is not None:
            words += ["--" + name.replace("_", "-"), str(value)]
    return words


def installed(name: str) -> str:
    """The text of one of the demonstration's files."""
    return (files("chfw_app.demo") / "files" / name).read_text(encoding="utf-8")


def write_csv(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def left_in(folder: Path) -> list[str]:
    """Names of all that lies in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


def environment() -> dict[str, str]:
    """For a child process: the packages of this checkout."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(place).absolute()) for place in sys.path if place)}
