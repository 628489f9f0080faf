"""What `chfw rules check` looks for in rules, and what it has to say about what it did not look for."""

from functools import partial
from pathlib import Path

from attrs import frozen

from chfw_app.inputs.swapped import refuse_other_kind, refuse_table
from chfw_app.inputs.texts import read_text
from chfw_app.problems import Problems
from chfw_app.workbench.z3_prover import HINT, Z3Prover, z3_is_here
from chfw_core.documents.defaults import default_parameters
from chfw_core.documents.release import read_release
from chfw_core.model.periods import add_months, london_date
from chfw_core.rules.analysis.subject import Analysis, ReleasePeriod

MOST_OPEN = 20


@frozen(kw_only=True)
class RuleAnalysis:
    """`analyse`: look for anything in the rules at all; the others ask for more."""

    analyse: bool = True
    overlaps: bool = False
    prove: bool = False
    release: Path | None = None

    def analysis(self, problems: Problems) -> Analysis | None:
        """The same for the core. A release that cannot be read is a problem."""
        if not self.analyse:
            return None
        period = problems.attempt(partial(_period, self.release, problems)) if self.release is not None else None
        prover = Z3Prover() if self.prove and z3_is_here() else None
        return Analysis(overlaps=self.overlaps, release=period, prover=prover)

    def notes(self, left_open: tuple[str, ...]) -> list[str]:
        """What was not found out, and how it could be."""
        found = [f"not found out: {question}" for question in left_open[:MOST_OPEN]]
        if len(left_open) > MOST_OPEN:
            found.append(f"not found out: {len(left_open) - MOST_OPEN:,} questions more")
        if self.prove and self.analyse and not z3_is_here():
            what = "whether a rule is hidden by many others together, or has too many alternatives to look through"
            found.append(f"not checked without z3: {what}; {HINT}")
        elif left_open and not self.prove:
            found.append("`--prove` puts such questions to a solver")
        return found


def _period(path: Path, problems: Problems) -> ReleasePeriod | None:
    parameters = default_parameters()
    refuse_table(path, "a release")
    text = read_text(path)
    refuse_other_kind(text, path, "release")
    read = read_release(text, str(path), parameters)
    problems.add_placed(read.problems)
    if read.release is None:
        return None
    release = read.release
    months = parameters.at("cutoff_before_months", london_date(release.notified_at))
    return ReleasePeriod(
        id=release.id,
        notified_at=release.notified_at,
        automatic_at=release.automatic_at,
        cutoff=add_months(release.automatic_at, -months),
    )
