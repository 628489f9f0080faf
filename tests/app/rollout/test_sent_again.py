"""Files that are sent again: what is answered, what does not stand any more, and what is tried anew (I9, BR5.1)."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from chfw_app.rollout.opening import open_ledger
from chfw_app.stores.tables import consent, entry, hub
from tests.app.rollout.test_cli import NOTICE, NOWHERE, PLANNED, THEN, World, estate, world

__all__ = ["estate", "world"]

HEAD = ("guid", "party", "role", "opens", "closes", "received_at", "action")
OUTCOMES = ("guid", "outcome", "occurred_at", "firmware_version", "reason")
BY_NWND = ("--release", "CH-1", "--as", "NWND")
FIRST, SECOND, THIRD = "2026-01-06T09:00:00Z", "2026-01-07T09:00:00Z", "2026-01-08T09:00:00Z"


def own(world: World) -> str:
    """A hub of NWND alone."""
    return world.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[0]


def instruction(world: World, name: str, *rows: tuple[str, str, str]) -> Path:
    """A file of NWND's instructions: GUID, first and last day of each."""
    return world.table(name, HEAD, *((guid, "NWND", "import", *days, NOTICE, "instruct") for guid, *days in rows))


def opens(world: World) -> list[str]:
    """The first days of all instructions that stand."""
    with open_ledger(str(world.store)) as store, store.read() as connection:
        return [str(found.date()) for found in connection.execute(select(consent.c.opens)).scalars() if found]


def entries(world: World) -> int:
    with open_ledger(str(world.store)) as store, store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(entry)).scalar() or 0)


def test_an_instruction_that_was_amended_since_is_not_said_to_stand(world: World) -> None:
    # BR5.1: what is confirmed is what stands.
    world.notified()
    guid = own(world)
    one = instruction(world, "i1.csv", (guid, "2026-03-02", "2026-03-09"))
    other = instruction(world, "i2.csv", (guid, "2026-03-16", "2026-03-20"))
    world.done("instruct", one, *BY_NWND, at=FIRST)
    world.done("instruct", other, *BY_NWND, at=SECOND)
    before = entries(world)
    ran = world.rollout("instruct", one, *BY_NWND, at=THIRD)
    assert ran.code == 2
    assert ran.out.startswith(f"answered before, at {FIRST}: this is not what stands now for 1 hub")
    assert "--key" in ran.out
    (answer,) = world.done("instruct", one, *BY_NWND, code=2)["answers"]
    assert (answer["again"], answer["answered_at"], answer["not_standing"]) == (True, FIRST, 1)
    assert (entries(world), opens(world)) == (before, ["2026-03-16"])  # I9
    # What stands is said to stand, and a key of its own carries the file out again.
    assert world.done("instruct", other, *BY_NWND)["answers"][0]["not_standing"] == 0
    world.done("instruct", one, *BY_NWND, "--key", "once more")
    assert opens(world) == ["2026-03-02"]
    assert world.rollout("instruct", other, *BY_NWND, "--key", "once more").code == 3


def test_an_instruction_that_was_withdrawn_since_is_not_said_to_stand(world: World) -> None:
    # BR5.1, for a withdrawal too.
    world.notified()
    guid = own(world)
    file = instruction(world, "i1.csv", (guid, "2026-03-02", "2026-03-09"))
    back = world.table("w1.csv", HEAD, (guid, "NWND", "import", "", "", NOTICE, "withdraw"))
    world.done("instruct", file, *BY_NWND)
    world.done("withdraw", back, *BY_NWND)
    assert world.done("instruct", file, *BY_NWND, code=2)["answers"][0]["not_standing"] == 1
    assert world.done("withdraw", back, *BY_NWND)["answers"][0]["not_standing"] == 0
    world.done("instruct", file, *BY_NWND, "--key", "once more")
    ran = world.rollout("withdraw", back, *BY_NWND)
    assert ran.code == 2
    assert "this is not what stands now for 1 hub" in ran.out


def test_a_file_that_amends_itself_stands_by_its_last_word(world: World) -> None:
    world.notified()
    guid = own(world)
    head, back = HEAD, (guid, "NWND", "import", "", "", NOTICE, "withdraw")
    file = world.table("both.csv", head, (guid, "NWND", "import", "2026-03-02", "2026-03-09", NOTICE, "instruct"), back)
    first = world.rollout("instruct", file, *BY_NWND)
    again = world.rollout("instruct", file, *BY_NWND)
    assert again.code == first.code


def test_a_file_that_was_refused_as_a_whole_is_tried_anew(world: World) -> None:
    # BR5.2: a refusal changes nothing, so it is not the last word on a file.
    world.rolling_out()
    day, lists = world.day(), world.folder / "lists"
    world.done("hand-over", "--release", "CH-1", "--day", day, "--region", "North", "--out", lists, at=THEN)
    guid = world.hubs(hub.c.state == "handed_to_csp")[0]
    report = world.table("o.csv", OUTCOMES, (guid, "activated", f"{day}T02:00:00Z", "0D050002", ""))
    words = ("outcomes", report, "--release", "CH-1", "--as", "CSP:North")
    first = world.done(*words, code=3)
    second = world.done(*words, at="2026-02-15T09:00:00Z", code=3)
    assert [one["answers"][0]["refused"]["code"] for one in (first, second)] == ["in_the_future"] * 2
    assert [one["answers"][0]["again"] for one in (first, second)] == [False, False]
    late = world.done(*words, at=f"{day}T23:00:00Z")
    assert late["answers"][0]["taken"] == [{"what": "hubs_activated", "hubs": 1}]
    before = entries(world)
    answer = world.done(*words)["answers"][0]
    assert (answer["again"], entries(world)) == (True, before)  # I9: once taken it is never carried out again


def test_a_file_all_of_whose_hubs_were_refused_is_tried_anew(world: World) -> None:
    # BR5.2
    world.rolling_out()
    day, lists = world.day(), world.folder / "lists"
    guid = world.hubs(hub.c.region == "North", hub.c.day == day)[0]
    report = world.table("o.csv", OUTCOMES, (guid, "image_delivered", THEN, "", ""))
    words = ("outcomes", report, "--release", "CH-1", "--as", "CSP:North")
    assert world.done(*words, at=THEN, code=2)["answers"][0]["refused_hubs"][0]["code"] == "not_handed_over"
    world.done("hand-over", "--release", "CH-1", "--day", day, "--region", "North", "--out", lists)
    assert world.done(*words)["answers"][0]["taken"] == [{"what": "images_delivered", "hubs": 1}]


def test_a_refusal_under_a_key_of_ones_own_stays_and_names_the_key(world: World) -> None:
    # I9: whoever gives a key says which command it is.
    world.notified()
    file = instruction(world, "i.csv", (own(world), "2026-03-02", "2026-03-09"))
    words = ("instruct", file, *BY_NWND, "--key", "mine")
    world.done("suspend", "--release", "CH-1", "--reason", "a defect", "--yes", at=FIRST)
    world.done("dcc-only", "--release", "CH-1", "--consultation", "C-1", "--yes")
    world.done(*words, code=3)
    ran = world.rollout(*words, at=PLANNED)
    assert ran.code == 3
    assert f"answered before, at {FIRST}" in ran.out
    assert "another --key" in ran.out


def test_refused_commands_of_a_file_name_their_hubs_and_one_reason_is_said_once(world: World) -> None:
    # BR5.2
    world.rolling_out()
    day, lists = world.day(), world.folder / "lists"
    world.done("hand-over", "--release", "CH-1", "--day", day, "--region", "North", "--out", lists, at=THEN)
    guids = world.hubs(hub.c.state == "handed_to_csp")[:2]
    rows = [(guid, "failed", f"{day}T0{n}:00:00Z", "", f"reason {n}") for n, guid in enumerate(guids, 1)]
    report = world.table("o.csv", OUTCOMES, *rows, (guids[0], "activated", f"{day}T01:30:00Z", "0D050002", ""))
    ran = world.rollout("outcomes", report, "--release", "CH-1", "--as", "CSP:North")
    assert ran.code == 3
    said = [line for line in ran.out.splitlines() if line.startswith("refused (in_the_future)")]
    assert len(said) == 3  # three instants, three reasons
    assert all(any(guid in line for line in said) for guid in guids)
    answers = world.done("outcomes", report, "--release", "CH-1", "--as", "CSP:North", code=3)["answers"]
    assert sorted(guid for answer in answers for guid in answer["refused"]["guids"]) == sorted([*guids, guids[0]])
    nobody = world.table(
        "n.csv", OUTCOMES, *((guid, "failed", THEN, "", f"reason {n}") for n, guid in enumerate(guids))
    )
    ran = world.rollout("outcomes", nobody, "--release", "CH-2", "--as", "CSP:North")
    assert len(ran.problems) == 1
    assert all(guid in ran.out for guid in guids)


@pytest.mark.parametrize(
    ("name", "hint"), [("North", "`CSP:North`"), ("north", "`CSP:North`"), ("NWND", "`CSP:North`")]
)
def test_a_csp_that_is_named_by_its_region_alone_is_told_once_how_to_say_it(world: World, name: str, hint: str) -> None:
    world.notified()
    before = entries(world)
    rows = [(NOWHERE, "failed", NOTICE, "", f"reason {n}") for n in range(9)]
    ran = world.rollout("outcomes", world.table("o.csv", OUTCOMES, *rows), "--release", "CH-1", "--as", name)
    assert (ran.code, ran.problems) == (1, [f"error: `{name}` is no CSP"])
    assert hint in ran.err
    assert entries(world) == before
