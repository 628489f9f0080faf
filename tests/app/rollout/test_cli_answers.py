"""What the commands on a roll-out say to the one who gave them: who is missing, what is left, what would help."""

import json

import pytest

from chfw_app.cli import _GROUPS
from chfw_app.rollout.foreseen import command_named
from chfw_app.stores.tables import hub
from chfw_core.errors import InputError
from chfw_core.model.hubs import CSP_REGIONS
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.handover.commands import HoldHubs
from chfw_core.rollout.notice.commands import RevokeNotice
from chfw_core.rollout.states import HubState
from tests.app.rollout.test_cli import NOTICE, PLANNED, THEN, World, estate, world

__all__ = ["estate", "world"]


def _piloted(world: World) -> World:
    """A pilot that has ended, and of which NWND alone has given its verdict."""
    world.notified()
    guid = world.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[0]
    for words in (
        ["pilot-list", "--as", "NWND", "--guid", guid],
        ["approve-pilot", "--approval", "OA-1"],
        ["start-pilot"],
        ["progress", "--succeeded", "--guid", guid],
        ["end-pilot", "--succeeded", "--commentary", "well"],
        ["verdict", "proceed", "--findings", "one restart", "--as", "NWND"],
    ):
        world.done(words[0], "--release", "CH-1", *words[1:])
    return world


def test_who_has_given_no_verdict_is_shown_before_the_mass_roll_out_is_approved(world: World) -> None:
    # BR2.10: the verdicts are seen, and so is whose are not there.
    _piloted(world)
    others = [party for party in _suppliers(world) if party != "NWND"]
    ran = world.rollout("approve-mass", "--release", "CH-1", "--approval", "OA-2")
    assert "one restart" in ran.out
    for party in others:
        (line,) = [line for line in ran.out.splitlines() if party in line]
        assert "none given" in line
    assert f"the verdicts of {len(others)} Suppliers are missing" in ran.out
    said = world.done("approve-mass", "--release", "CH-1", "--approval", "OA-2", "--yes")
    assert said["no_verdict"] == others


def test_the_verdict_of_one_supplier_is_counted_as_one(world: World) -> None:
    _piloted(world)
    ran = world.rollout("approve-mass", "--release", "CH-1", "--approval", "OA-2", "--json")
    assert ran.problems == ["error: the verdicts of 1 Supplier have to be read first"]


def test_who_may_not_publish_is_not_told_what_a_plan_comes_to(world: World) -> None:
    # NF7: who owes a decision is the DCC's to see.
    world.notified()
    estate, rules = world.folder / "estate.csv", world.folder / "rules"
    words = ("publish", "--release", "CH-1", "--estate", estate, "--rules", rules)
    ran = world.rollout(*words, "--as", "NWND")
    assert (ran.code, ran.problems) == (3, ["error: `NWND` may not do this"])
    assert not any(party in ran.out + ran.err for party in _suppliers(world) if party != "NWND")


def test_a_release_that_is_not_there_is_refused_with_what_its_asker_can_do(world: World) -> None:
    world.notified()
    period = ("--role", "import", "--opens", "2026-03-02", "--closes", "2026-03-09")
    guid = world.hubs()[0]
    ran = world.rollout("instruct", "--release", "CH-9", "--as", "NWND", *period, "--guid", guid)
    assert (ran.code, ran.problems) == (3, ["error: there is no release `CH-9` with hubs of `NWND`"])
    assert "hint: check its id" in ran.err


def test_who_may_not_approve_is_not_shown_the_verdicts(world: World) -> None:
    # NF7: the verdicts and the names of all Suppliers are the DCC's to see.
    _piloted(world)
    ran = world.rollout("approve-mass", "--release", "CH-1", "--approval", "OA-2", "--as", "NWND", "--yes")
    assert ran.code == 3
    assert not any(party in ran.out + ran.err for party in _suppliers(world) if party != "NWND")
    assert "one restart" not in ran.out


def _suppliers(world: World) -> list[str]:
    return sorted(
        task["owner"] for task in world.done("show", "--release", "CH-1")["tasks"] if task["task"] == "instruct"
    )


def test_a_time_that_was_given_is_not_the_clock_of_the_machine(world: World) -> None:
    world.notified()
    words = ("note", "--release", "CH-1", "--url", "https://example.org", "--version")
    world.done(*words, "1", at=PLANNED)
    ran = world.rollout(*words, "2", at=NOTICE)
    assert (ran.code, "(clock_went_back)" in ran.problems[0]) == (3, True)
    assert f"give an --at not before {PLANNED}" in ran.err
    assert "machine" not in ran.err


_TELLS_NOTHING = {"show", "effects", "tick", "outbox", "observe", "install-rules", "fired"}


@pytest.mark.parametrize("name", sorted(set(_GROUPS["rollout"][1]) - _TELLS_NOTHING - {"change-supplier"}))
def test_effects_knows_the_commands_as_they_are_typed(name: str) -> None:
    # BR6.2: what is about to be confirmed can be asked for by the name under which it is given.
    assert command_named(name) in COMMANDS


def test_effects_of_a_typed_command_are_those_of_the_ledgers(world: World) -> None:
    assert command_named("revoke") is RevokeNotice
    assert command_named("hold") is HoldHubs
    world.notified()
    typed, own = (world.done("effects", name, "--release", "CH-1") for name in ("hold", "hold-hubs"))
    assert typed == own


def test_a_command_that_is_several_names_them() -> None:
    with pytest.raises(InputError, match="`change-supplier` is three commands") as caught:
        command_named("change-supplier")
    assert caught.value.hint == ("say announce-supplier-change, cancel-supplier-change or complete-supplier-change")


def test_what_others_do_next_comes_with_the_time_left(world: World) -> None:
    # BR5.4, BR5.5
    world.notified()
    shown = world.done("show", "--release", "CH-1", "--as", "NWND")
    (dcc,) = [act for act in shown["next"] if act["actor"] == "DCC"]
    assert dcc["seconds_left"] > 0
    out = world.rollout("show", "--release", "CH-1", "--as", "NWND").out
    _, next_acts = out.split("What others do next")
    days, hours = dcc["seconds_left"] // 86_400, dcc["seconds_left"] % 86_400 // 3_600
    assert f"{days} d {hours} h left" in next_acts, "as reports word it"


def test_a_region_that_is_none_is_shown_nothing(world: World) -> None:
    world.notified()
    ran = world.rollout("show", "--release", "CH-1", "--as", "CSP:Nowhere")
    assert (ran.code, ran.problems) == (1, ["error: there is no release `CH-1` with hubs of `CSP:Nowhere`"])
    assert "CSP:North" in ran.err
    assert "0D050002" not in ran.out
    assert world.done("show", "--as", "CSP:Nowhere") == {"releases": []}


def test_a_plan_can_be_published_without_rules_and_the_help_says_so(world: World) -> None:
    world.notified()
    guid = world.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[0]
    period = ("--opens", "2026-03-02", "--closes", "2026-03-09")
    world.done("instruct", "--release", "CH-1", "--as", "NWND", "--role", "import", *period, "--guid", guid)
    world.done("publish", "--release", "CH-1", "--estate", world.folder / "estate.csv", at=PLANNED)
    assert guid in world.hubs(hub.c.state == HubState.PLANNED.value, hub.c.day.is_not(None))
    shown = world.rollout("publish", "--help")
    assert "--estate and --rules are needed" not in " ".join(shown.out.split())
    ran = world.rollout("publish", "--release", "CH-1")
    assert (ran.code, ran.problems) == (1, ["error: a plan is published from --schedule, or made with --estate"])


def test_an_instant_of_another_day_in_london_comes_with_that_day(world: World) -> None:
    # G4: 2026-09-01 is London's; in UTC it begins on the day before.
    world.notified()
    world.done("move-date", "--release", "CH-1", "--to", "2026-09-01", "--reason", "supply", "--yes")
    shown = world.rollout("show", "--release", "CH-1").out
    assert "automatic date 2026-08-31T23:00:00Z (2026-09-01 in London)" in shown
    assert "2026-08-31T23:00:00Z (2026-09-01 in London)" in world.rollout("show").out
    assert world.done("show", "--release", "CH-1")["automatic_at"] == "2026-08-31T23:00:00Z"


def test_hand_over_says_of_which_region_it_tells(world: World) -> None:
    # CS1
    world.rolling_out()
    day = world.day()
    ran = world.rollout("hand-over", "--release", "CH-1", "--day", day, "--out", world.folder / "lists", at=THEN)
    assert ran.code == 0
    lines = ran.out.splitlines()
    at = [number for number, line in enumerate(lines) if line.startswith("hubs handed over: ")]
    assert at
    assert {lines[number - 1] for number in at} <= {f"CSP:{region}" for region in CSP_REGIONS}


def test_the_title_of_a_narrow_table_is_one_line(world: World) -> None:
    world.notified()
    ran = world.chfw("ledger", "replay", "--as-of", NOTICE, "--store", world.store)
    assert "CH-1: notified, active" in [line.rstrip() for line in ran.out.splitlines()]


def test_a_release_note_that_is_missing_is_owed_by_the_dcc_and_late(world: World) -> None:
    """BR1.5, BR5.4: a link in the release file, or a note that is published later, ends it."""
    release = world.folder / "release.yaml"
    text = release.read_text(encoding="utf-8")
    lines = ["kind: planned_maintenance\n" if "release_note" in line else line for line in text.splitlines(True)]
    release.write_text("".join(lines), encoding="utf-8")
    world.notified()

    def owed(at: str) -> list[str]:
        ticked = json.loads(world.rollout("tick", "--json", at=at).out)
        return [late["task"] for late in ticked["late"] if late["owner"] == "DCC"]

    assert owed("2026-01-10T08:00:00Z") == []
    assert owed("2026-01-10T10:00:00Z") == ["publish_note"]
    world.done("note", "--release", "CH-1", "--url", "https://example.org/n", "--version", "1")
    assert owed("2026-01-10T11:00:00Z") == []


def test_many_refusals_are_shown_reason_by_reason(world: World) -> None:
    """BR5.2: --json has every hub."""
    world.notified()
    guids = [*world.hubs()[:60], "00-00-00-00-00-00-00-01"]
    table = world.table("hubs.csv", ("guid",), *((guid,) for guid in guids))
    told = ("let-go", "--release", "CH-1", "--guids", table)
    shown = world.rollout(*told)
    lines = [line for line in shown.out.splitlines() if "_" in line]
    assert shown.code == 2
    assert "Refused: 61 hubs" in shown.out
    assert [line.split()[:2] for line in lines] == [["60", "not_held"], ["1", "unknown_guid"]]
    assert "and 55 more" in shown.out
    refused = world.done(*told, code=2)["answers"][0]["refused_hubs"]
    assert sum(len(one["guids"]) for one in refused) == 61


def test_a_column_of_a_file_that_nobody_reads_is_said(world: World) -> None:
    """BR5.2, NF1: the rows are taken; a group that was misspelt is not lost in silence."""
    world.notified()
    guid = world.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[0]
    head = ("guid", "party", "role", "opens", "closes", "received_at", "action", "pilot_group")
    row = (guid, "NWND", "import", "2026-03-02", "2026-03-09", NOTICE, "instruct", "pilot")
    ran = world.rollout("instruct", world.table("own.csv", head, row), "--release", "CH-1", "--as", "NWND")
    assert ran.code == 0
    assert ran.err.splitlines()[0] == "note: the column `pilot_group` is not read (did you mean `group`?)"
    slip = world.table("slip.csv", (*head[:-1], "grp"), row)
    ran = world.rollout("instruct", slip, "--release", "CH-1", "--as", "NWND")
    assert (ran.code, ran.problems) == (1, [f"error: `{slip}`: the column `grp` is not known"])
    assert "did you mean `group` by `grp`?" in ran.err
