"""BR5.5: every upgrade in flight: its stage, and the reader's hubs by state, region and day."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from attrs import frozen

from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.records import Mode, ReleaseRecord
from chfw_core.rollout.states import FINAL_STANDINGS, HubState, ReleaseStage


@frozen(kw_only=True)
class DayInFlight:
    """One CSP region and one London day (None: no day is planned yet), and its hubs by state."""

    region: str
    day: date | None
    hubs: Mapping[HubState, int]


@frozen(kw_only=True)
class ReleaseInFlight:
    """One release. `hubs`, `days`: of the reader's hubs alone; everybody's for the DCC."""

    release: str
    stage: str
    standing: str
    standing_because: str
    firmware_version: str
    device_models: tuple[str, ...]
    notified_at: datetime
    automatic_at: datetime
    hubs: Mapping[HubState, int]
    days: tuple[DayInFlight, ...]


def is_in_flight(record: ReleaseRecord) -> bool:
    """Whether anything is still to come: of a release that was stopped, the hubs that a CSP has (CS2)."""
    if record.firmware is None or record.mode is Mode.ALERTS_ONLY:
        return False
    if any(pool.outstanding or pool.silent for pool in record.pools.values()):
        return True
    over = record.stage in (ReleaseStage.DRAFTED, ReleaseStage.COMPLETED)
    return not over and record.standing not in FINAL_STANDINGS


def release_in_flight(
    record: ReleaseRecord, counts: Iterable[tuple[HubState, str, date | None, int]]
) -> ReleaseInFlight:
    """The release with its hubs. `counts`: state, region, day, how many; each combination once."""
    by_state: dict[HubState, int] = {}
    by_day: dict[tuple[str, date | None], dict[HubState, int]] = {}
    for state, region, day, hubs in counts:
        by_state[state] = by_state.get(state, 0) + hubs
        by_day.setdefault((region, day), {})[state] = hubs
    firmware = firmware_of(record)
    return ReleaseInFlight(
        release=record.id,
        stage=record.stage.value,
        standing=record.standing.value,
        standing_because=record.standing_because,
        firmware_version=firmware.firmware_version,
        device_models=firmware.device_models,
        notified_at=firmware.notified_at,
        automatic_at=firmware.automatic_at,
        hubs=in_order(by_state),
        days=tuple(
            DayInFlight(region=region, day=day, hubs=in_order(by_day[region, day]))
            for region, day in sorted(by_day, key=lambda key: (key[1] is None, key[1], key[0]))
        ),
    )


def in_order(counts: Mapping[HubState, int]) -> dict[HubState, int]:
    """By state, in the order in which a hub goes through them."""
    return {state: counts[state] for state in HubState if state in counts}
