"""BR5.3: the firmware status of a Supplier's estate, hub by hub; BR1.4, BR2.1: its eligible hubs and its roles.

A hub that the reader does not answer for is answered like one that nobody has ever heard of (NF7).
"""

from collections.abc import Mapping
from datetime import date, datetime

from attrs import field, frozen

from chfw_core.errors import InputError
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.later_fields import LEFT_OUT
from chfw_core.model.parties import SupplierRole
from chfw_core.rollout.states import FINAL_STATES, HubState

ELIGIBLE = tuple(state for state in HubState if state not in FINAL_STATES)
"""BR1.4: a hub that is excluded or overtaken by a newer release is not the release's any more."""


@frozen(kw_only=True)
class HubStatus:
    """One hub in one release as one of its Suppliers sees it. Times in UTC, `day` London.

    `instructed_opens`, `instructed_closes`, `group`, `rule`, `window`: of the reader's own instruction. `opens`,
    `closes`, `basis`: the period that stands and what it rests on. `second_instructed`: None where there is no second
    Supplier. `reason`: why it is as it is, for a hub that failed, is held, excluded or overtaken.
    """

    release: str
    guid: Guid
    roles: tuple[SupplierRole, ...]
    state: HubState
    region: str
    device_model: str | None
    firmware_version: str
    configuration_set: str | None
    version_at: datetime | None
    instructed_opens: datetime | None
    instructed_closes: datetime | None
    group: str | None
    rule: str | None
    window: str | None = field(default=None, metadata=LEFT_OUT)
    second_instructed: bool | None
    opens: datetime | None
    closes: datetime | None
    day: date | None
    basis: str | None
    handed_at: datetime | None
    outcome_due_at: datetime | None
    attempts: int
    failure: str | None
    reason: str | None


@frozen(kw_only=True)
class ReleaseStatus:
    """A release and how many of the reader's hubs are in each state, in the order of the states."""

    release: str
    stage: str
    standing: str
    firmware_version: str
    automatic_at: datetime
    hubs: Mapping[HubState, int]


def second_has_instructed(suppliers: int, instructed: int, own: bool) -> bool | None:
    """BR3.3: whether the second Supplier has instructed, from counts alone; None where there is none.

    `suppliers`: how many answer for the hub; `instructed`: of how many an instruction stands; `own`: of the reader.
    """
    return None if suppliers < 2 else instructed - own > 0


def not_yours(guid: Guid, reader: str) -> InputError:
    """The one answer for a hub of somebody else's and for one that does not exist (NF7)."""
    return InputError(f"`{format_guid(guid)}` is none of the hubs of `{reader}`")
