"""Events: what happened, when, to which hub, said by whom.

An event is immutable and carries its own time; nothing in the core reads a clock. A Supplier's
event (one that bears its `party`) concerns that Supplier's own holds only.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from chfw_core.model.guid import Guid
from chfw_core.model.parties import Party
from chfw_core.model.periods import as_utc

EVENT_TYPES: tuple[str, ...] = (
    "release_notified",
    "release_revoked",
    "release_paused",
    "release_resumed",
    "release_stopped",
    "phase_opened",
    "hub_commissioned",
    "hub_update_succeeded",
    "hub_update_failed",
    "hub_lost_wan",
    "meter_firmware_started",
    "meter_firmware_activated",
    "meter_read_received",
    "change_of_supplier_started",
    "change_of_supplier_completed",
    "configuration_set_changed",
    "configuration_set_trend",
    "defect_flagged",
    "flag_cleared",
    "incident_raised",
    "incident_closed",
    "test_passed",
    "price_change_announced",
    "data_upload_started",
    "data_upload_finished",
    "prepayment_topup",
    "tick",
)


@frozen(kw_only=True)
class Event:
    """`fields` holds what this type of event carries beyond the common fields, as read."""

    seq: int
    at: datetime = field(converter=as_utc)
    type: str
    party: Party | None = None
    guid: Guid | None = None
    fields: Mapping[str, object] = field(factory=dict)
