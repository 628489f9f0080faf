"""The options that plan, verify and explain share: one set of inputs, named alike everywhere."""

from pathlib import Path
from typing import Annotated

from attrs import frozen
from cyclopts import Parameter

from chfw_app.inputs.reading import InputPaths

Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
"""A switch without a `--no-` form."""

Several = Parameter(consume_multiple=True, negative=(), show_default=False)


@Parameter(name="*")
@frozen(kw_only=True)
class InputOptions:
    """Where the inputs are.

    Parameters
    ----------
    estate
        The hubs: .parquet, .csv, .jsonl or .xlsx.
    release
        The release file.
    rules
        Rule files; a folder means every *.rules.yaml below it.
    as_of
        The instant at which the plan looks at the world: 2026-03-01, or 2026-03-01T09:00:00Z.
    attributes
        PARTY=FILE: what one Supplier alone knows of its hubs. May be given again.
    instructions
        Recorded instructions of Suppliers.
    events
        What happened: JSON Lines.
    capacity
        Hubs per region on single days, over the release's figure.
    cpl
        The Central Products List.
    triggers
        What triggers hold: the file that `chfw rollout fired --records` wrote.
    """

    estate: Path
    release: Path
    rules: Annotated[tuple[Path, ...], Several]
    as_of: str
    attributes: Annotated[tuple[str, ...], Several] = ()
    instructions: Path | None = None
    events: Path | None = None
    capacity: Path | None = None
    cpl: Path | None = None
    triggers: Path | None = None

    def paths(self) -> InputPaths:
        """The same for the application."""
        return InputPaths(
            estate=self.estate,
            release=self.release,
            rules=self.rules,
            as_of=self.as_of,
            attributes=self.attributes,
            instructions=self.instructions,
            events=self.events,
            capacity=self.capacity,
            cpl=self.cpl,
            triggers=self.triggers,
        )
