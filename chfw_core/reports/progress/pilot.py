"""BR2.4: a pilot device by device: how far each is, and what the DCC has said of it; BR2.7: and since when it runs."""

from collections.abc import Mapping
from datetime import date, datetime

from attrs import frozen

from chfw_core.model.guid import Guid
from chfw_core.rollout.pilot.events import PilotProgressRecorded
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.states import HubState, ReleaseStage


@frozen(kw_only=True)
class PilotHub:
    """One hub of the pilot. `chosen`: it is on the reader's own list; for the DCC and a CSP on anybody's.

    `succeeded`, `reason`, `commentary`, `recorded_at`: the DCC's last word on it, None and empty where there is none.
    `because`: why its state is as it is, as a hub's status has it.
    """

    guid: Guid
    region: str
    state: HubState
    day: date | None
    because: str | None
    chosen: bool
    succeeded: bool | None
    reason: str
    commentary: str
    recorded_at: datetime | None


@frozen(kw_only=True)
class PilotSoFar:
    """`since`: when the pilot began, None where it does not run. `phases`: those that are complete (BR2.6)."""

    release: str
    stage: str
    since: datetime | None
    phases: tuple[str, ...]
    hubs: tuple[PilotHub, ...]


def so_far(record: ReleaseRecord, hubs: tuple[PilotHub, ...]) -> PilotSoFar:
    """The release's pilot with these hubs."""
    runs = record.stage is ReleaseStage.PILOTING
    return PilotSoFar(
        release=record.id,
        stage=record.stage.value,
        since=record.stage_since if runs else None,
        phases=record.pilot_phases,
        hubs=hubs,
    )


def pilot_hub(
    *,
    guid: Guid,
    region: str,
    state: HubState,
    day: date | None,
    because: str | None,
    chosen: bool,
    said: Mapping[int, PilotProgressRecorded],
) -> PilotHub:
    """A hub with the last that was said of it."""
    last = said.get(guid)
    return PilotHub(
        guid=guid,
        region=region,
        state=state,
        day=day,
        because=because,
        chosen=chosen,
        succeeded=None if last is None else last.succeeded,
        reason="" if last is None else last.reason,
        commentary="" if last is None else last.commentary,
        recorded_at=None if last is None else last.at,
    )
