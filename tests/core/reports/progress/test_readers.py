"""Who may read which report."""

import pytest

from chfw_core.errors import InputError
from chfw_core.reports.progress.flight import is_in_flight
from chfw_core.reports.progress.late import late_days
from chfw_core.reports.progress.readers import ReaderKind, reader_named
from chfw_core.rollout.notice.commands import RevokeNotice
from tests.core.rollout.worlds import NORTH, SOLE, SOUTH, handed_over, notified


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ALPHA", ReaderKind.SUPPLIER),
        ("DCC", ReaderKind.DCC),
        ("CSP:North", ReaderKind.CSP),
        ("PANEL", ReaderKind.PANEL),
    ],
)
def test_readers_by_name(name: str, kind: ReaderKind) -> None:
    found = reader_named(name)
    assert found.kind is kind
    assert (found.party is not None) is (kind is ReaderKind.SUPPLIER)
    assert found.region == ("North" if kind is ReaderKind.CSP else None)


@pytest.mark.parametrize("name", ["", "CSP:", "SMI", "REGISTRATION"])
def test_nobody_else_reads(name: str) -> None:
    with pytest.raises(InputError, match="there are no reports for"):
        reader_named(name)


def test_a_report_is_for_whom_it_is_for() -> None:
    """PR3: the industry's volumes are the DCC's alone."""
    with pytest.raises(InputError, match="for the DCC, and `ALPHA` is a Supplier"):
        reader_named("ALPHA", ReaderKind.DCC)


def test_lateness_shows_after_the_deadline_and_to_its_own_csp_alone() -> None:
    """CS2."""
    story = handed_over(SOLE)
    record = story.roll_out.release
    (pool,) = record.pools.values()
    assert late_days([record], pool.due) == ()
    story.now = pool.due
    story.later(hours=5)
    (late,) = late_days([record], story.now)
    assert (late.region, late.handed, late.overdue, late.silent) == (NORTH, 1, 1, 0)
    assert late.late_by.total_seconds() == 5 * 3600
    assert late_days([record], story.now, NORTH) == (late,)
    assert late_days([record], story.now, SOUTH) == ()


def test_a_revoked_release_is_in_flight_as_long_as_a_csp_has_hubs_of_it() -> None:
    story = notified()
    assert is_in_flight(story.roll_out.release)
    story.do(RevokeNotice, reason="a defect")
    assert not is_in_flight(story.roll_out.release)
    late = handed_over(SOLE)
    late.do(RevokeNotice, reason="a defect")
    assert is_in_flight(late.roll_out.release)
