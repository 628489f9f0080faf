"""The options of `chfw rules check` that say what is looked for in rules that have no errors."""

from pathlib import Path
from typing import Annotated

from attrs import frozen
from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.workbench.analysis import RuleAnalysis


@Parameter(name="*")
@frozen(kw_only=True)
class AnalysisOptions:
    """What to look for.

    Parameters
    ----------
    analyse
        Look for rules that never match, are hidden or leave hubs undecided.
    prove
        Put to a solver (z3) what the quick analysis leaves open.
    overlaps
        Tell of decisions that both match a hub, with a hub that shows it. The first one decides.
    release
        A release file: periods, windows and holds are held against its times.
    """

    analyse: Annotated[bool, Parameter(negative="--no-analyse")] = True
    prove: Flag = False
    overlaps: Flag = False
    release: Path | None = None

    def wanted(self) -> RuleAnalysis:
        """The same for the application."""
        return RuleAnalysis(analyse=self.analyse, prove=self.prove, overlaps=self.overlaps, release=self.release)


PLAIN = AnalysisOptions()
