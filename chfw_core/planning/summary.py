"""What a plan amounts to, counted: the tables and charts that people look at first."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.planning.model import HubStatus

Outcome = tuple[HubStatus, ActivationBasis | None]


@frozen(kw_only=True)
class Summary:
    """Numbers of hubs. `by_party` counts a split hub once for each of its two Suppliers.

    `by_region_day[(region, day, basis)]`: the planned ones, by the London day on which they go.
    `by_ineligible[reason]`: the ineligible ones.
    `by_configuration[(configuration set, firmware before, goes to the release's version)]`.
    """

    hubs: int
    by_outcome: Mapping[Outcome, int]
    by_region: Mapping[tuple[str, HubStatus, ActivationBasis | None], int]
    by_region_day: Mapping[tuple[str, date, ActivationBasis], int]
    by_party: Mapping[tuple[str, HubStatus, ActivationBasis | None], int]
    by_ineligible: Mapping[str, int]
    by_configuration: Mapping[tuple[str | None, str, bool], int]
