"""`chfw rollout outbox` and `tick`: what is not sent yet, and why, as whoever looks after it sees it."""

from pathlib import Path

import pytest

from tests.app.rollout.test_cli import NOTICE, World
from tests.app.rollout.test_cli import estate as estate
from tests.app.rollout.test_cli import world as world

LATER, MUCH_LATER = "2026-01-05T09:05:00Z", "2026-01-06T09:00:00Z"


@pytest.fixture
def blocked(world: World) -> Path:
    """A folder in which a file stands where NWND's messages belong; the others' can be delivered."""
    world.notified()
    lists = world.folder / "lists"
    (lists / "NWND").write_text("in the way", encoding="utf-8")
    return lists


def test_what_could_not_be_delivered_is_told_with_its_reason(world: World, blocked: Path) -> None:
    found = world.done("outbox", "--deliver", blocked, code=2)
    assert found["not_delivered"] == list(found["why"])
    assert all(name.startswith("NWND/") and "File exists" in why for name, why in found["why"].items())
    assert found["delivered"]


def test_a_person_reads_the_reason_and_when_it_is_tried_again(world: World, blocked: Path) -> None:
    ran = world.rollout("outbox", "--deliver", blocked)
    assert ran.code == 2
    assert "FileExistsError" in ran.out
    listed = world.done("outbox")["waiting"]
    assert {(one["to"], one["next_at"]) for one in listed} == {("NWND", "2026-01-05T09:00:10Z")}
    assert all("File exists" in one["last_error"] for one in listed)
    early = world.rollout("outbox", "--deliver", blocked)
    assert early.code == 0, "nothing is due; what waits is told all the same"
    assert "Waiting for their time" in early.out
    assert "FileExistsError" in early.out


def test_a_tick_tells_the_reason_too_and_once_mended_all_is_sent(world: World, blocked: Path) -> None:
    found = world.done("tick", "--deliver", blocked, code=2)
    assert list(found["why"]) == found["not_delivered"] != []
    ran = world.rollout("tick", "--deliver", blocked, at=LATER)
    assert "FileExistsError" in ran.out
    (blocked / "NWND").unlink()
    assert world.done("tick", "--deliver", blocked, at=MUCH_LATER)["not_delivered"] == []
    assert world.rollout("outbox").out.strip() == "no message waits"


def test_what_waits_for_somebody_to_deliver_it_is_due_now(world: World) -> None:
    world.notified()
    ran = world.rollout("outbox")
    assert "now" in ran.out
    assert NOTICE[:4] not in ran.out, "no time is told where nothing is put off"
