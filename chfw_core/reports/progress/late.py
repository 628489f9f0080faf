"""CS2: CSPs with outcomes overdue, per region and day: lateness stays visible until the outcomes have come."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from attrs import frozen

from chfw_core.rollout.records import ReleaseRecord


@frozen(kw_only=True)
class LateDay:
    """What the CSP of one region owes of one London day. `overdue`: hubs without an outcome after `due`.

    `silent`: those of them that were given up as failed because nothing was heard.
    """

    release: str
    region: str
    day: date
    handed: int
    overdue: int
    silent: int
    due: datetime
    late_by: timedelta


def late_days(records: Iterable[ReleaseRecord], at: datetime, region: str | None = None) -> tuple[LateDay, ...]:
    """All that is late at an instant, the longest first. `region`: of one CSP alone."""
    found = [
        LateDay(
            release=record.id,
            region=pool.region,
            day=pool.day,
            handed=pool.handed,
            overdue=pool.outstanding + pool.silent,
            silent=pool.silent,
            due=pool.due,
            late_by=at - pool.due,
        )
        for record in records
        for pool in record.pools.values()
        if at > pool.due and pool.outstanding + pool.silent and region in (None, pool.region)
    ]
    return tuple(sorted(found, key=lambda late: (late.due, late.region, late.release, late.day)))
