"""A firmware release for Communications Hubs, as its notice says it (G1, BR1.2)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from chfw_core.model.periods import as_utc


class ReleaseKind(StrEnum):
    """G1: what the release belongs to."""

    SEC_RELEASE = "sec_release"
    PLANNED_MAINTENANCE = "planned_maintenance"
    UNPLANNED_MAINTENANCE = "unplanned_maintenance"


class Severity(StrEnum):
    """BR1.2: severity of the upgrade."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Priority(StrEnum):
    """BR1.2: priority of the upgrade."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Participation(StrEnum):
    """G7: whether Suppliers owe a decision."""

    VOLUNTARY = "voluntary"
    MANDATORY = "mandatory"


class Phase(StrEnum):
    """The last `phase_opened` by `as_of`; before any, `notified`."""

    NOTIFIED = "notified"
    PILOT = "pilot"
    SAFE_LAUNCH = "safe_launch"
    MASS = "mass"


@frozen(kw_only=True)
class Blackout:
    """No activation in any of `regions` (None = all) from `opens` to before `closes`."""

    opens: datetime = field(converter=as_utc)
    closes: datetime = field(converter=as_utc)
    regions: frozenset[str] | None = None


@frozen(kw_only=True)
class FirmwareRelease:
    """One release, all defaults filled in: instants in UTC, capacity in hubs per London day.

    `capacity` None = no limit. `upgrade_from` None = any other version.
    """

    id: str
    kind: ReleaseKind
    device_models: tuple[str, ...]
    firmware_version: str
    notified_at: datetime = field(converter=as_utc)
    automatic_at: datetime = field(converter=as_utc)
    mass_period_days: int
    pilot_limit: int
    severity: Severity
    priority: Priority
    participation: Participation
    upgrade_from: tuple[str, ...] | None = None
    release_note: str | None = None
    capacity: Mapping[str, int] | None = None
    blackouts: tuple[Blackout, ...] = ()
