"""The port to a solver: what the boxes leave open is asked there, within a time limit.

A solver may use how the lines hang together (`Variable.key`), and must never call a formula
impossible that some cells fulfil. It may always say that it does not know.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from chfw_core.rules.analysis.examples import Chosen
from chfw_core.rules.analysis.formula import Formula
from chfw_core.rules.analysis.variables import Variable


class Verdict(StrEnum):
    """Whether a formula can be fulfilled."""

    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class Proof:
    """An answer; `chosen` says where, if it is possible."""

    verdict: Verdict
    chosen: Chosen | None = None


class Session(Protocol):
    """A solver that remembers what was assumed."""

    def assume(self, formula: Formula) -> None:
        """From here on this holds."""
        ...

    def ask(self, formula: Formula) -> Proof:
        """Whether this can hold besides all that was assumed; it is not remembered."""
        ...


class Prover(Protocol):
    """Makes sessions about some variables."""

    def session(self, variables: Sequence[Variable]) -> Session:
        """A session without assumptions."""
        ...
