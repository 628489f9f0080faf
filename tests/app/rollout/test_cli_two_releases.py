"""Design 6: a release that takes hubs from another one says so before, is asked, and says so after."""

import json

import pytest

from chfw_app.stores.tables import hub
from tests.app.rollout.test_cli import World, estate, world

__all__ = ["estate", "world"]


@pytest.fixture
def second(world: World) -> World:
    """One release is rolling out, and another is drafted for a version that does not build on it."""
    world.rolling_out()
    text = (world.folder / "release.yaml").read_text(encoding="utf-8")
    (world.folder / "second.yaml").write_text(text.replace("CH-1", "CH-2"), encoding="utf-8")
    world.done("draft", world.folder / "second.yaml")
    return world


def test_it_is_told_beforehand_which_release_loses_how_many_hubs(second: World) -> None:
    waiting = second.hubs(hub.c.release == "CH-1", hub.c.state.in_(("planned", "eligible")))
    said = second.done("effects", "notify", "--release", "CH-2", "--estate", second.folder / "estate.csv")
    assert {one["release"] for one in said["taken_from"]} == {"CH-1"}
    assert sum(one["hubs"] for one in said["taken_from"]) == len(waiting) > 0
    assert "taken_from" not in second.done("effects", "suspend", "--release", "CH-1")
    ran = second.rollout("effects", "suspend", "--release", "CH-1", "--estate", second.folder / "estate.csv")
    assert ran.problems == ["error: no hubs join a release by this command"]


def test_it_is_done_where_that_is_confirmed_and_the_answer_says_so(second: World) -> None:
    waiting = second.hubs(hub.c.release == "CH-1", hub.c.state.in_(("planned", "eligible")))
    notify = ("notify", "--release", "CH-2", "--estate", second.folder / "estate.csv")
    ran = second.rollout(*notify)
    assert (ran.code, ran.problems) == (1, [f"error: this takes {len(waiting)} hubs from `CH-1`, for good"])
    assert "effects notify" in ran.err
    assert second.hubs(hub.c.release == "CH-1", hub.c.state == "superseded") == []
    ran = second.rollout(*notify, "--yes", "--json")
    said = json.loads(ran.out)
    (taken,) = said["taken_from"]
    assert (taken["release"], taken["hubs"]) == ("CH-1", len(waiting))
    assert taken["entry"] > said["answers"][0]["last_entry"]
    assert second.hubs(hub.c.release == "CH-1", hub.c.state == "superseded") == waiting
    ran = second.rollout("publish", "--release", "CH-1", "--estate", second.folder / "estate.csv")
    assert (ran.code, ran.problems) == (1, ["error: no hub of `CH-1` waits for a day"])
    assert f"there is nothing to plan: its hubs are {len(waiting)} superseded" in ran.err


def test_a_first_release_is_not_asked_about(world: World) -> None:
    world.notified()
    assert (
        world.done("effects", "add-hubs", "--release", "CH-1", "--estate", world.folder / "estate.csv")["taken_from"]
        == []
    )
