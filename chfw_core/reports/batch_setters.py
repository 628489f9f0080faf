"""BR3.7: whose rules a hub's batches owe their size and their pause to, for the DCC to read."""

from collections.abc import Mapping

from attrs import frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.parties import DCC
from chfw_core.planning.batch_terms import length_of
from chfw_core.reports.acts import actor_of
from chfw_core.reports.case import Case
from chfw_core.rules.model import BatchSpec


@frozen(kw_only=True)
class Setters:
    """Who asked for the smallest size, and who for the longest pause: nobody where there is none."""

    size: tuple[str, ...]
    pause: tuple[str, ...]

    @property
    def text(self) -> str:
        """`size: ALFA; pause: BRVO and CSP:North`."""
        said = [("size", self.size), ("pause", self.pause)]
        return "; ".join(f"{what}: {' and '.join(whose)}" for what, whose in said if whose)

    def as_dict(self) -> dict[str, object]:
        """As an object."""
        return {"size": list(self.size), "pause": list(self.pause)}


def setters_of(case: Case) -> Setters | None:
    """Who sets the terms that bind this hub; None of a hub without batches.

    Other hubs of a sole Supplier, or of those left to the DCC, can be bound more tightly, and these terms with them.
    """
    bound = case.plan.batch
    if bound is None:
        return None
    asked, longest = _asked(case), length_of(bound.pause)
    return Setters(
        size=tuple(actor_of(owner) for owner, spec in asked.items() if spec.size == bound.size),
        pause=tuple(actor_of(owner) for owner, spec in asked.items() if 0 < longest == length_of(spec.pause)),
    )


def _asked(case: Case) -> Mapping[str, BatchSpec]:
    """The terms of all who have a say on this hub's batches."""
    early = case.plan.resolution.basis is not ActivationBasis.DCC_DEFAULT
    said = {name: decision.batch for name, decision in case.decisions.items()} if early else {}
    said |= {DCC: case.match.dcc.batch, case.csp: case.matcher.rules(case.csp).region_batch}
    return {owner: spec for owner, spec in said.items() if spec is not None}
