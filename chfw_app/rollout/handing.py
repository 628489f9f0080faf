"""CS1: one day's hubs to their CSPs, region by region, and the work list of each."""

from datetime import date
from pathlib import Path

from attrs import frozen

from chfw_app.rollout.receipts import Receipt
from chfw_app.rollout.service import RollOutService
from chfw_app.rollout.work_lists import handed_for, planned_for, regions_on, write_work_list
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.handover.commands import HandOver


@frozen(kw_only=True)
class HandedOver:
    """One region's part of a day. `receipt`: None where nothing was left to hand over; `path`: its work list."""

    region: str
    key: str
    receipt: Receipt | None
    hubs: int
    path: Path | None


def hand_over_day(
    service: RollOutService, release: str, day: date, region: str | None, by: str, key: str, out: Path, extension: str
) -> tuple[HandedOver, ...]:
    """Hands over what may go and writes what each CSP has to do. Raises InputError, OutputError."""
    record = service.release(release)
    with service.store.read() as connection:
        regions = (region,) if region is not None else regions_on(connection, release, day)
    done = []
    for one in regions:
        with service.store.read() as connection:
            guids = planned_for(connection, release, one, day)
        own_key = f"{key}/{one}/{day}"
        receipt = None
        if guids:
            receipt = service.submit(HandOver(by=by, key=own_key, release=release, region=one, day=day, guids=guids))
        with service.store.read() as connection:
            handed = handed_for(connection, release, one, day)
            path = out / f"{release}-{one}-{day}.{extension}" if handed else None
            if path is not None:
                write_work_list(connection, path, release, firmware_of(record).firmware_version, handed)
        done.append(HandedOver(region=one, key=own_key, receipt=receipt, hubs=len(handed), path=path))
    return tuple(done)
