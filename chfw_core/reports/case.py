"""A hub in a plan, with all that its story is told from."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.engines.matching import HubMatch, Matcher, PartyMatch
from chfw_core.model.parties import CSP_PREFIX
from chfw_core.planning.decision import Decision
from chfw_core.planning.hub_plan import HubPlan
from chfw_core.planning.model import ScheduledHub


@frozen(kw_only=True)
class Case:
    """`decisions`: after changes of Supplier, which those of `leaving` do not outlive.

    `pilots`: per Supplier the pilot that it was chosen for. `reader`: the Supplier for whom it is told, or None.
    `scheduled`: its row of the plan, where that is known. `days`: the possible ones, batch and capacity apart.
    """

    matcher: Matcher
    match: HubMatch
    plan: HubPlan
    decisions: Mapping[str, Decision]
    leaving: frozenset[str]
    pilots: Mapping[str, str | None]
    reader: str | None
    scheduled: ScheduledHub | None = None
    days: tuple[date, ...] = ()

    @property
    def parties(self) -> tuple[PartyMatch, ...]:
        """Those whose rules the reader may know."""
        return tuple(party for party in self.match.parties if self.reader in (None, party.matched.party))

    @property
    def others_hours_count(self) -> bool:
        """What another Supplier than the reader agreed to is in the possible days: they are not told (NF7)."""
        if self.reader is None or self.plan.resolution.basis is ActivationBasis.DCC_DEFAULT:
            return False
        return any(decision.consent is not None for name, decision in self.decisions.items() if name != self.reader)

    @property
    def settled(self) -> bool:
        """Neither the Suppliers nor the calendar have a say: it is not eligible, or held."""
        return self.match.ineligible is not None or self.match.dcc.held is not None

    @property
    def csp(self) -> str:
        """Who serves its region."""
        return CSP_PREFIX + self.match.hub.csp_region
