"""The outcomes of a plan in one order and in one wording, for tables, charts and JSON alike."""

from collections.abc import Mapping

from attrs import frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.planning.model import HubStatus
from chfw_core.planning.summary import Outcome, Summary


@frozen(kw_only=True)
class OutcomeKind:
    """One outcome: `key` in JSON and as a colour, `words` in headings, `says` in a sentence."""

    key: str
    words: str
    says: str
    status: HubStatus
    basis: ActivationBasis | None = None

    @property
    def outcome(self) -> Outcome:
        """The key under which a Summary counts it."""
        return (self.status, self.basis)


OUTCOMES: tuple[OutcomeKind, ...] = (
    OutcomeKind(
        key="both",
        words="both Suppliers",
        says="early: both Suppliers agree",
        status=HubStatus.PLANNED,
        basis=ActivationBasis.BOTH_SUPPLIERS,
    ),
    OutcomeKind(
        key="sole",
        words="sole Supplier",
        says="early: the sole Supplier agrees",
        status=HubStatus.PLANNED,
        basis=ActivationBasis.SOLE_SUPPLIER,
    ),
    OutcomeKind(
        key="default",
        words="DCC's date",
        says="at the DCC's date",
        status=HubStatus.PLANNED,
        basis=ActivationBasis.DCC_DEFAULT,
    ),
    OutcomeKind(key="held", words="held", says="held: nothing may happen now", status=HubStatus.HELD),
    OutcomeKind(
        key="infeasible", words="infeasible", says="infeasible: no day could be found", status=HubStatus.INFEASIBLE
    ),
    OutcomeKind(key="ineligible", words="ineligible", says="ineligible: not for this hub", status=HubStatus.INELIGIBLE),
)


def per_outcome(counts: Mapping[Outcome, int]) -> dict[str, int]:
    """Every outcome's count by key, zeros included."""
    return {kind.key: counts.get(kind.outcome, 0) for kind in OUTCOMES}


def ineligible_for(summary: Summary) -> dict[str, int]:
    """Why hubs are ineligible: hubs by reason, the most frequent first."""
    return dict(sorted(summary.by_ineligible.items(), key=lambda item: (-item[1], item[0])))


def share_of(count: int, total: int) -> str:
    """A share in per cent; what is there never is 0.0%."""
    share = f"{100 * count / max(total, 1):.1f}%"
    return "<0.1%" if count and share == "0.0%" else share


def by_group(counts: Mapping[tuple[str, HubStatus, ActivationBasis | None], int]) -> dict[str, dict[str, int]]:
    """Per region or Party, in order of name: every outcome's count."""
    names = sorted({name for name, _, _ in counts})
    return {name: {kind.key: counts.get((name, kind.status, kind.basis), 0) for kind in OUTCOMES} for name in names}
