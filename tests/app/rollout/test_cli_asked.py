"""What is asked about before it is done, since nothing takes it back (BR1.3, CS1, BR6)."""

from datetime import timedelta

import pytest

from chfw_app.stores.tables import hub
from tests.app.rollout.test_cli import PLANNED, World
from tests.app.rollout.test_cli import estate as estate
from tests.app.rollout.test_cli import world as world

MANDATORY = "\nparticipation: mandatory\n"


def test_a_day_far_ahead_is_not_handed_over_unasked(world: World) -> None:
    """CS1: and it is said what it means; a day within a week is not asked about."""
    world.rolling_out()
    day = world.day()
    words = ("hand-over", "--release", "CH-1", "--day", day, "--out", world.folder / "lists")
    far = f"{day - timedelta(days=8)}T09:00:00Z"
    ran = world.rollout(*words, at=far)
    hubs = len(world.hubs(hub.c.day == day))
    assert ran.code == 1
    assert f"{day} is 8 days ahead" in ran.err
    assert f"the {hubs} hubs that are handed over now" in ran.err
    assert "give --yes" in ran.err
    assert not world.hubs(hub.c.state == "handed_to_csp")
    one = world.rollout(*words, "--region", "4G North", "--json")
    assert f"the {hubs} hubs" not in one.err
    assert world.rollout(*words, "--as", "NWND").code == 3, "who may not is told of no hubs"
    done = world.rollout(*words, "--yes")
    assert done.code == 0
    assert "8 days ahead" in done.err
    assert len(world.hubs(hub.c.state == "handed_to_csp")) == hubs


def test_a_day_within_a_week_or_without_hubs_is_not_asked_about(world: World) -> None:
    world.rolling_out()
    day = world.day()
    words = ("hand-over", "--release", "CH-1", "--out", world.folder / "lists", "--day")
    assert world.rollout(*words, "2027-12-24", at=PLANNED).code == 0
    assert world.rollout(*words, day, at=f"{day - timedelta(days=7)}T09:00:00Z").code == 0


@pytest.mark.parametrize("mandatory", [False, True])
def test_a_date_that_ends_instructions_at_once_says_so_first(world: World, mandatory: bool) -> None:
    """BR1.3, BR3.4, G7: with mandatory participation Suppliers are late at once."""
    if mandatory:
        release = world.folder / "release.yaml"
        release.write_text(release.read_text(encoding="utf-8") + MANDATORY, encoding="utf-8")
    world.notified()
    words = ("move-date", "--release", "CH-1", "--reason", "urgent", "--to")
    ran = world.rollout(*words, "2026-02-10", at=PLANNED)
    assert ran.code == 1
    assert "which has passed: no Supplier could instruct any more" in ran.err
    assert ("4 Suppliers would be late at once" in ran.err) is mandatory
    later = world.rollout(*words, "2026-06-10")
    assert "which has passed" not in later.err, "asked about as ever"
    assert later.code == 1
    assert "see `chfw rollout effects move-date --release CH-1`" in later.err, "by the name that is typed"
    done = world.rollout(*words, "2026-02-10", "--yes")
    assert done.code == 0
    assert "which has passed" in done.err
    again = world.rollout(*words, "2026-02-11", "--yes", at="2026-01-16T09:00:00Z")
    assert "which has passed" not in again.err, "instructions were over before"
