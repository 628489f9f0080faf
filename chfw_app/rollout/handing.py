"""CS1: one day's hubs to their CSPs, region by region, and the work list of each.

A list is what a CSP works by: while the release does not go on none is written, not even again (I4, NF6). Rules in
force hear of everything first: what they stop does not go.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from chfw_app.problems import no_result
from chfw_app.rollout.sent_again import give
from chfw_app.rollout.service import RollOutService, release_in
from chfw_app.rollout.work_lists import handed_for, planned_for, regions_on, write_work_list
from chfw_core.errors import InputError
from chfw_core.model.guid_list import GuidList
from chfw_core.model.periods import london_date
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.handover.commands import HandOver
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.states import ReleaseStanding
from chfw_core.rules.problems.problem import did_you_mean
from chfw_core.transport.receipts import Answer

if TYPE_CHECKING:
    from chfw_app.triggers.knowing import Beside
    from chfw_app.triggers.running import Ran


AHEAD_DAYS = 7
"""A day that is further ahead is asked about. CSPs work by lists of some days."""


@frozen(kw_only=True)
class DayHandedOver:
    """A day, region by region. `triggers`: what rules wrote down before."""

    regions: tuple["HandedOver", ...]
    triggers: "Ran"


@frozen(kw_only=True)
class HandedOver:
    """One region's part of a day. `answers`: none where nothing was left to hand over.

    `hubs`: those at the CSP for that day. `path`: its work list, None where there is none or none may be written.
    """

    region: str
    answers: tuple[Answer, ...]
    hubs: int
    path: Path | None


def far_ahead(service: RollOutService, release: str, day: date, region: str | None) -> str | None:
    """What it means that hubs go to their CSPs long before their day; None where none does.

    Holds, withdrawals and plans of the days between do not reach what a CSP has. Raises InputError.
    """
    days = (day - london_date(service.clock())).days
    if days <= AHEAD_DAYS or service.release(release).standing is not ReleaseStanding.ACTIVE:
        return None
    with service.store.read() as connection:
        regions = (region,) if region is not None else regions_on(connection, release, day)
        hubs = sum(len(planned_for(connection, release, one, day)) for one in regions)
    if not hubs:
        return None
    return (
        f"{day} is {days} days ahead: no hold, no withdrawal and no new plan until then reaches "
        f"{'the hub that is' if hubs == 1 else f'the {hubs:,} hubs that are'} handed over now"
    )


def hand_over_day(
    service: RollOutService,
    release: str,
    day: date,
    region: str | None,
    by: str,
    key: str,
    out: Path,
    extension: str,
    beside: "Beside",
) -> DayHandedOver:
    """Hands over what may go and writes what each CSP has to do. `beside`: what rules may ask beside the ledger.

    Raises InputError, also for a region of which the release has no hubs; OutputError; and Failed where there is no
    region to refuse and the release does not go on.
    """
    from chfw_app.triggers.hearing import let_hear  # triggers give commands by what lies beside this

    if region is not None:
        _check_region(region, service.release(release))
    ran = let_hear(service, lambda: beside)
    record = service.release(release)
    with service.store.read() as connection:
        regions = (region,) if region is not None else regions_on(connection, release, day)
    if not regions and record.standing is not ReleaseStanding.ACTIVE:
        raise no_result(f"the release is {record.standing.value}: {record.standing_because}")
    found = tuple(_region(service, release, day, one, by, f"{key}/{one}/{day}", out, extension) for one in regions)
    return DayHandedOver(regions=found, triggers=ran)


def _check_region(region: str, record: ReleaseRecord) -> None:
    """A misspelt region is nobody's, and its day is not done with."""
    if region not in record.regions:
        regions = ", ".join(f"`{one}`" for one in sorted(record.regions))
        raise InputError(
            f"`{record.id}` has no hubs in the CSP region `{region}`",
            hint=did_you_mean(region, sorted(record.regions)) or (f"its regions are {regions}" if regions else None),
        )


def _region(
    service: RollOutService, release: str, day: date, region: str, by: str, key: str, out: Path, extension: str
) -> HandedOver:
    def asked(own_key: str, guids: GuidList) -> Answer:
        return give(service, HandOver(by=by, key=own_key, release=release, region=region, day=day, guids=guids))

    with service.store.read() as connection:
        guids = planned_for(connection, release, region, day)
    answers = [asked(key, guids)] if guids else []
    path = None
    with service.store.read() as connection:
        record = release_in(connection, release)
        handed = handed_for(connection, release, region, day)
        # I4, NF6, BR6.3: by the standing of the very state that the list is made of.
        active = record.standing is ReleaseStanding.ACTIVE
        if handed and active:
            path = out / f"{release}-{region}-{day}.{extension}"
            write_work_list(connection, path, release, firmware_of(record).firmware_version, handed)
    if not active and all(answer.receipt.refused is None for answer in answers):
        # What was handed over before has no command of its own: the refusal that names the standing is the gate's.
        answers.append(asked(f"{key}/list", GuidList()))
    return HandedOver(region=region, answers=tuple(answers), hubs=len(handed), path=path)
