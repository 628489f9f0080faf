"""An estate for the ledger: GUIDs, Suppliers and regions in a fixed way, as a release and its classes of hubs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
from attrs import field, frozen

from chfw_app.stores.staged_guids import unsigned
from chfw_core.model.guid_list import GuidList
from chfw_core.model.hubs import CSP_REGIONS
from chfw_core.model.parties import Party
from chfw_core.model.releases import FirmwareRelease, Participation, Priority, ReleaseKind, Severity
from chfw_core.rollout.notice.commands import HubClass

RELEASE, OLD, NEW = "REL-1", "01020304", "01020305"
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
AUTOMATIC = datetime(2026, 7, 6, 0, tzinfo=UTC)
SPLIT = 6
"""One hub in so many has two Suppliers."""
REGIONS = tuple(sorted(CSP_REGIONS))


@frozen(kw_only=True)
class Estate:
    """`hubs` hubs of `suppliers` Suppliers, dealt out alike; hub number n is the same in every run.

    `passing`: so many of them, the first ones, pass to a Supplier of Last Resort.
    """

    hubs: int
    suppliers: int = 40
    passing: int = field(default=2_000_000)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "passing", min(self.passing, self.hubs))

    @property
    def parties(self) -> tuple[Party, ...]:
        """Their ids."""
        return tuple(Party(f"SUP{n:02d}") for n in range(self.suppliers))

    def guids(self, start: int = 0, stop: int | None = None) -> GuidList:
        """The hubs from one number up to another, in the order of GUIDs."""
        return unsigned(self._numbers(np.arange(start, self.hubs if stop is None else stop, dtype=np.uint64)))

    @staticmethod
    def _numbers(at: "np.typing.NDArray[np.uint64]") -> "np.typing.NDArray[np.int64]":
        """Makers' prefixes, gaps in between: neighbours in an estate are near each other, never next to each other."""
        spread = (at * np.uint64(7)) + (at * np.uint64(2_654_435_761)) % np.uint64(7)
        return ((np.uint64(0x001D_2400_0000_0000) + spread) ^ np.uint64(1 << 63)).view(np.int64)

    def classes(self, start: int = 0, stop: int | None = None) -> Iterator[HubClass]:
        """Hubs alike, of those from one number up to another: by Suppliers and region."""
        at = np.arange(start, self.hubs if stop is None else stop, dtype=np.uint64)
        first = at % np.uint64(self.suppliers)
        split = (at // np.uint64(self.suppliers)) % np.uint64(SPLIT) == 0
        region = (at // np.uint64(self.suppliers * SPLIT)) % np.uint64(len(REGIONS))
        for party in range(self.suppliers):
            for two in (False, True):
                for place, name in enumerate(REGIONS):
                    chosen = at[(first == party) & (split == two) & (region == place)]
                    if len(chosen):
                        yield HubClass(
                            region=name,
                            import_supplier=self.parties[party],
                            gas_supplier=self.parties[(party + 1) % self.suppliers if two else party],
                            firmware_version=OLD,
                            guids=unsigned(self._numbers(chosen)),
                        )


def firmware() -> FirmwareRelease:
    """A release without limits of capacity: places are not what is measured."""
    return FirmwareRelease(
        id=RELEASE,
        kind=ReleaseKind.PLANNED_MAINTENANCE,
        device_models=("433100AC",),
        firmware_version=NEW,
        notified_at=START,
        automatic_at=AUTOMATIC,
        mass_period_days=28,
        pilot_limit=1_000,
        severity=Severity.MEDIUM,
        priority=Priority.NORMAL,
        participation=Participation.VOLUNTARY,
        release_note="https://example.org/note",
    )


def window(day: int) -> tuple[datetime, datetime]:
    """The window of a day of the mass period, counted from 0."""
    opens = AUTOMATIC + timedelta(days=day, hours=1)
    return opens, opens + timedelta(hours=4)
