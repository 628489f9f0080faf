"""The options of the commands that look at an estate with one owner's files."""

from pathlib import Path
from typing import Annotated

from attrs import frozen
from cyclopts import Parameter

from chfw_app.cli.options import Several
from chfw_app.inputs.reading import InputPaths

RulePaths = Annotated[Path, Parameter(name="PATH", negative=())]
Threads = Annotated[int, Parameter(show=False)]


@Parameter(name="*")
@frozen(kw_only=True)
class OwnOptions:
    """Where the inputs are.

    Parameters
    ----------
    estate
        The hubs: .parquet, .csv, .jsonl or .xlsx. Those of other Suppliers are passed over.
    release
        The release file.
    as_of
        The instant at which the rules look at the world: 2026-03-01, or 2026-03-01T09:00:00Z.
    attributes
        PARTY=FILE: what the owner alone knows of its hubs.
    events
        What happened: JSON Lines.
    cpl
        The Central Products List.
    """

    estate: Path
    release: Path
    as_of: str
    attributes: Annotated[tuple[str, ...], Several] = ()
    events: Path | None = None
    cpl: Path | None = None

    def paths(self, rules: tuple[Path, ...]) -> InputPaths:
        """The same for the application."""
        return InputPaths(
            estate=self.estate,
            release=self.release,
            rules=rules,
            as_of=self.as_of,
            attributes=self.attributes,
            events=self.events,
            cpl=self.cpl,
        )
