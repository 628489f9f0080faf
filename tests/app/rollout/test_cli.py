"""The commands on a roll-out as people and scripts use them: from notice to verified activation, on SQLite."""

import csv
import io
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from sqlalchemy import select, update

from chfw_app.cli import _GROUPS, run
from chfw_app.rollout.opening import open_ledger
from chfw_app.stores.tables import consent, entry, hub
from chfw_core.model.guid import format_guid, parse_guid
from chfw_core.rollout.commands import COMMANDS
from tests.app.helpers import Chfw, Ran

RELEASE = """
release: v1
id: CH-1
device_models: ["433100AC", "54311F52", "54322052", "57310100"]
firmware_version: "0D050002"
notified_at: 2026-01-05T09:00:00Z
release_note: https://example.org/notes/ch-1
capacity: {North: 120, Central: 160, South: 160, 4G North: 10, 4G Central: 20, 4G South: 20, Unknown: 10}
"""
RULES = """
rules: v1
owner: NWND
decide:
  - id: all-of-them
    because: One version before the summer
    when: otherwise
    then: instruct
    at: {from: 2026-02-16, to: 2026-04-30}
"""
NOWHERE = "FF-FF-FF-FF-FF-FF-FF-FF"
NOTICE, PLANNED, THEN = "2026-01-05T09:00:00Z", "2026-01-15T09:00:00Z", "2026-02-15T08:00:00Z"


@define(kw_only=True)
class World:
    """A folder with an estate, a release, rules and a ledger; `at` is what counts as now."""

    chfw: Chfw
    folder: Path
    at: str = NOTICE
    store: Path = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store = self.folder / "chfw.db"

    def rollout(self, *words: object, at: str | None = None) -> Ran:
        self.at = at or self.at
        return self.chfw("rollout", *words, "--store", self.store, "--at", self.at)

    def done(self, *words: object, at: str | None = None, code: int = 0) -> dict[str, Any]:
        """A command that must end so, and what it printed."""
        ran = self.rollout(*words, "--json", at=at)
        assert ran.code == code, ran.err + ran.out
        found: dict[str, Any] = json.loads(ran.out)
        return found

    def notified(self) -> "World":
        self.done("draft", self.folder / "release.yaml")
        self.done("cpl-entry", "--release", "CH-1", "--entry", "77")
        self.done("notify", "--release", "CH-1", "--estate", self.folder / "estate.csv")
        return self

    def rolling_out(self) -> "World":
        self.notified()
        rules, estate = self.folder / "rules", self.folder / "estate.csv"
        self.done("publish", "--release", "CH-1", "--estate", estate, "--rules", rules, at=PLANNED)
        self.done("approve-mass", "--release", "CH-1", "--approval", "OA-1", "--without-pilot", "urgent")
        self.done("start-mass", "--release", "CH-1")
        return self

    def hubs(self, *where: Any) -> list[str]:
        """GUIDs of hubs, as text."""
        with open_ledger(str(self.store)) as store, store.read() as connection:
            found = connection.execute(select(hub.c.guid).where(*where).order_by(hub.c.guid)).scalars()
            return [format_guid(guid) for guid in found]

    def day(self) -> date:
        """The first day of the plan."""
        with open_ledger(str(self.store)) as store, store.read() as connection:
            found = connection.execute(select(hub.c.day).where(hub.c.day.is_not(None)).order_by(hub.c.day)).scalar()
        assert isinstance(found, date)
        return found

    def table(self, name: str, *rows: tuple[object, ...]) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        return path


@pytest.fixture
def world(chfw: Chfw, tmp_path: Path, estate: Path) -> World:
    (tmp_path / "rules").mkdir()
    (tmp_path / "lists").mkdir()
    (tmp_path / "rules" / "NWND.rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "release.yaml").write_text(RELEASE, encoding="utf-8")
    (tmp_path / "estate.csv").write_bytes(estate.read_bytes())
    return World(chfw=chfw, folder=tmp_path)


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("estate") / "estate.csv"
    assert run(["estate", "generate", "--hubs", "400", "--seed", "11", "--suppliers", "4", "--out", str(path)]) == 0
    return path


def test_from_notice_to_verified_activation(world: World) -> None:
    world.rolling_out()
    day = world.day()
    world.done(
        "hand-over", "--release", "CH-1", "--day", day, "--region", "North", "--out", world.folder / "lists", at=THEN
    )
    with (world.folder / "lists" / f"CH-1-North-{day}.csv").open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    # CS1: every hub of the region and day, with its period and the day by which its outcome is owed.
    assert [row["guid"] for row in listed] == world.hubs(hub.c.state == "handed_to_csp")
    assert {(row["csp_region"], row["day"], row["firmware_version"]) for row in listed} == {
        ("North", str(day), "0D050002")
    }
    assert all(row["window_opens"] < row["window_closes"] < row["due"] for row in listed)
    head = ("guid", "outcome", "occurred_at", "firmware_version", "reason")
    said = [(row["guid"], "activated", row["window_opens"], "0D050002", "") for row in listed[2:]]
    failed = (listed[1]["guid"], "failed", listed[1]["window_opens"], "", "no image")
    report = world.table("outcomes.csv", head, *said, failed)
    after = f"{day}T23:59:00Z"
    world.done("outcomes", report, "--release", "CH-1", "--as", "CSP:North", at=after)
    assert len(world.hubs(hub.c.state == "activated")) == len(listed) - 2
    seen = world.table(
        "smi.csv",
        ("guid", "firmware_version", "observed_at"),
        *((row["guid"], "0D050002", row["window_closes"]) for row in listed[2:]),
    )
    world.done("inventory", seen, at="2026-02-20T00:00:00Z")
    assert len(world.hubs(hub.c.state == "verified")) == len(listed) - 2
    ticked = world.done("tick", "--deliver", world.folder / "lists", at="2026-03-20T00:00:00Z", code=2)
    assert ticked["silent"] == 1  # CS2: the first hub, of which nothing was heard
    assert [(late["owner"], late["task"]) for late in ticked["late"]] == [("CSP:North", "report_outcomes")]
    alerts = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((world.folder / "lists" / "NWND").glob("*.json"))
        if "activation_alert" in path.read_text(encoding="utf-8")
    ]
    told = {guid for alert in alerts for guid in alert["guids"]}
    assert told <= {row["guid"] for row in listed[2:]}  # BR5.6
    assert told
    checked = world.chfw("ledger", "verify", "--store", world.store, "--json")
    assert checked.code == 0
    assert json.loads(checked.out)["tables_differ"] == []


def test_a_file_sent_again_is_answered_and_not_carried_out_again(world: World) -> None:
    world.notified()
    guid = world.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[0]
    head = ("guid", "party", "role", "opens", "closes", "received_at", "action")
    row = (guid, "NWND", "import", "2026-03-02", "2026-03-09", NOTICE, "instruct")
    file = world.table("instructions.csv", head, row)
    words = ("instruct", file, "--release", "CH-1", "--as", "NWND")
    first = world.done(*words)
    with open_ledger(str(world.store)) as store, store.read() as connection:
        before = connection.execute(select(entry.c.seq)).all()
    again = world.done(*words, at=PLANNED)
    with open_ledger(str(world.store)) as store, store.read() as connection:
        assert connection.execute(select(entry.c.seq)).all() == before
    (one,), (other,) = first["answers"], again["answers"]
    assert (one.pop("again"), other.pop("again")) == (False, True)
    assert one == other
    assert world.hubs(hub.c.state == "planned") == [guid]
    taken_back = world.table("withdrawn.csv", head, (guid, "NWND", "import", "", "", NOTICE, "withdraw"))
    assert world.rollout("withdraw", file, "--release", "CH-1", "--as", "NWND").code == 1
    world.done("withdraw", taken_back, "--release", "CH-1", "--as", "NWND")
    assert world.hubs(hub.c.state == "withdrawn") == [guid]


@pytest.mark.parametrize(
    "words",
    [
        ["outcomes", ".", "--release", "CH-1", "--as", "CSP:North"],
        ["outcomes", "nowhere.csv", "--release", "CH-1", "--as", "CSP:North"],
        ["inventory", "."],
        ["instruct", ".", "--release", "CH-1", "--as", "NWND"],
        ["draft", "."],
        ["notify", "--release", "CH-1", "--estate", "."],
        ["publish", "--release", "CH-1", "--schedule", "."],
        ["hold", "--release", "CH-1", "--reason", "a defect", "--guids", ".", "--yes"],
    ],
)
def test_a_folder_in_the_place_of_a_file_is_an_error_of_the_input(world: World, words: list[str]) -> None:
    # TR4: exit 1 says that an input cannot be read.
    world.notified()
    places = [str(world.folder / word) if word in (".", "nowhere.csv") else word for word in words]
    ran = world.rollout(*places)
    assert ran.code == 1
    (problem,) = ran.problems
    assert "fault" not in problem
    assert str(world.folder) in problem


@pytest.mark.parametrize("store", [".", "./", "sqlite:///.", "/", "lists"])
def test_a_folder_in_the_place_of_a_ledger_is_an_error_of_the_input(
    world: World, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    # TR4: exit 1 says that an input cannot be read.
    monkeypatch.chdir(world.folder)
    place = store.removeprefix("sqlite:///").removesuffix("./") or "."
    for words in (("rollout", "show"), ("rollout", "draft", "release.yaml"), ("ledger", "verify")):
        ran = world.chfw(*words, "--store", store)
        assert (ran.code, ran.problems) == (1, [f"error: `{place}` is a folder, not a ledger"])


def test_every_refused_hub_is_listed_with_its_reason(world: World) -> None:
    # BR5.2
    world.notified()
    mine = world.hubs(hub.c.import_supplier == "NWND")[0]
    other = world.hubs(hub.c.import_supplier == "BRKW", hub.c.gas_supplier == "BRKW")[0]
    words = ("instruct", "--release", "CH-1", "--as", "NWND", "--role", "import", "--opens", "2026-03-02")
    said = world.done(*words, "--closes", "2026-03-09", "--guid", mine, "--guid", other, "--guid", NOWHERE, code=2)
    (answer,) = said["answers"]
    refused = {one["code"]: one["guids"] for one in answer["refused_hubs"]}
    assert refused == {"unknown_guid": [NOWHERE], "not_responsible": [other]}
    assert answer["taken"] == [{"what": "instructions_accepted", "hubs": 1}]
    ran = world.rollout(*words, "--closes", "2026-03-09", "--guid", other)
    assert ran.code == 2
    assert other in ran.out


def test_a_command_that_is_refused_as_a_whole_ends_with_3_and_a_cure(world: World) -> None:
    world.notified()
    ran = world.rollout("start-mass", "--release", "CH-1")
    assert ran.code == 3
    assert ran.problems == ["error: the release is notified"]
    assert "hint: this may be done when it is mass approved" in ran.err
    assert "out_of_phase" in ran.out


def test_the_first_use_says_what_to_do(world: World) -> None:
    for words in (["show"], ["start-pilot", "--release", "CH-1"], ["tick"], ["effects", "instruct", "--release", "X"]):
        ran = world.rollout(*words)
        assert ran.code == 1
        assert ran.problems == [f"error: there is no ledger at `{world.store}`"]
        assert "`chfw rollout draft` begins one" in ran.err
    assert not world.store.exists()


def test_a_release_that_is_not_there_is_told_with_one_that_is(world: World) -> None:
    world.notified()
    ran = world.rollout("show", "--release", "CH-2")
    assert (ran.code, ran.problems) == (1, ["error: the ledger knows no release `CH-2`"])
    assert "did you mean `CH-1`" in ran.err


def test_who_acts_has_to_be_said_where_several_may(world: World) -> None:
    world.notified()
    ran = world.rollout("verdict", "proceed", "--release", "CH-1", "--findings", "none")
    assert (ran.code, ran.problems) == (1, ["error: --as is missing: this is for a Supplier"])
    ran = world.rollout("start-pilot", "--release", "CH-1", "--as", "NWND")
    assert (ran.code, ran.problems) == (3, ["error: `NWND` may not do this"])


@pytest.mark.parametrize(
    "words",
    [
        ["suspend", "--reason", "a defect"],
        ["revoke", "--reason", "a defect"],
        ["move-date", "--to", "2026-09-01", "--reason", "supply"],
        ["dcc-only", "--consultation", "C-1"],
        ["participation", "mandatory"],
    ],
)
def test_what_cannot_be_asked_has_to_be_confirmed(world: World, words: list[str]) -> None:
    world.notified()
    with open_ledger(str(world.store)) as store, store.read() as connection:
        before = connection.execute(select(entry.c.seq)).all()
    ran = world.rollout(*words, "--release", "CH-1")
    assert ran.code == 1
    assert "give --yes" in ran.err
    with open_ledger(str(world.store)) as store, store.read() as connection:
        assert connection.execute(select(entry.c.seq)).all() == before
    assert world.rollout(*words, "--release", "CH-1", "--yes").code == 0


def test_a_planned_day_that_passed_without_a_hand_over_is_said_by_tick_and_show(world: World) -> None:
    # CS2, BR5.4
    world.rolling_out()
    day = world.day()
    hubs = len(world.hubs(hub.c.day == day, hub.c.region == "North"))
    after = f"{day + timedelta(days=1)}T12:00:00Z"
    expected = {"release": "CH-1", "region": "North", "day": str(day), "hubs": hubs}
    assert expected in world.done("show", "--release", "CH-1", at=after, code=2)["missed"]
    assert expected in world.done("tick", at=after, code=2)["missed"]
    line = f"CH-1: {hubs} hubs planned for {day} in North were not handed over; plan again"
    for words in (["show", "--release", "CH-1"], ["tick"]):
        ran = world.rollout(*words, at=after)
        assert line in " ".join(ran.out.split())
        assert ran.code == 2
    assert world.done("show", "--release", "CH-1", at=THEN)["missed"] == []


@pytest.mark.parametrize(
    ("region", "hint"),
    [("Nrth", "did you mean `North`?"), ("north", "did you mean `North`?"), ("X", "its regions are `")],
)
def test_a_region_that_the_release_has_no_hubs_of_is_refused_by_a_hand_over(
    world: World, region: str, hint: str
) -> None:
    # CS1: else a slip reads as a day with nothing to do.
    world.rolling_out()
    words = ("--release", "CH-1", "--day", str(world.day()), "--region", region, "--out", world.folder / "lists")
    ran = world.rollout("hand-over", *words, at=THEN)
    assert (ran.code, ran.problems) == (1, [f"error: `CH-1` has no hubs in the CSP region `{region}`"])
    assert hint in " ".join(ran.err.split())


@pytest.mark.parametrize("step", ["announced", "completed"])
def test_a_role_passes_to_a_supplier_that_nobody_knows_only_where_that_is_confirmed(world: World, step: str) -> None:
    """CS3: a name that is misspelt would take a Supplier's hubs away."""
    world.notified()
    guid = world.hubs(hub.c.gas_supplier == "NWND")[0]
    words = ["change-supplier", step, "--release", "CH-1", "--role", "gas", "--effective", "2026-01-05", "--guid", guid]
    ran = world.rollout(*words, "--joins", "CLDX")
    assert (ran.code, ran.problems) == (1, ["error: no release has hubs of `CLDX`: did you mean `CLDR`?"])
    ran = world.rollout(*words, "--joins", "cldr")
    assert (ran.code, ran.problems) == (1, ["error: there is no party `cldr`"])
    for nobody in ("DCC", "CSP:North"):
        ran = world.rollout(*words, "--joins", nobody)
        assert (ran.code, ran.problems) == (1, [f"error: `{nobody}` is no Supplier"])
    assert world.hubs(hub.c.guid == parse_guid(guid), hub.c.gas_supplier != "NWND") == []
    ran = world.rollout(*words, "--joins", "CLDX", "--yes")
    assert ran.code == 0
    assert "note: no release has hubs of `CLDX`" in ran.err


@pytest.mark.parametrize("step", ["announced", "completed"])
def test_a_role_is_left_empty_only_where_that_is_said(world: World, step: str) -> None:
    # CS3: what was forgotten must not take a Supplier's hubs away.
    world.notified()
    guid = world.hubs(hub.c.gas_supplier.is_not(None))[0]
    words = ["change-supplier", step, "--release", "CH-1", "--role", "gas", "--effective", "2026-01-05", "--guid", guid]
    for more in ([], ["--leaves", "NWND"]):
        ran = world.rollout(*words, *more)
        assert (ran.code, ran.problems) == (1, ["error: who gets the role is missing"])
        assert "`--joins PARTY`" in ran.err
        assert "`--vacant`" in ran.err
    ran = world.rollout(*words, "--joins", "NWND", "--vacant")
    assert (ran.code, ran.problems) == (1, ["error: a role that `NWND` gets is not vacant"])
    assert world.hubs(hub.c.guid == parse_guid(guid), hub.c.gas_supplier.is_(None)) == []
    assert world.rollout(*words, "--vacant").code == 0
    assert (world.hubs(hub.c.gas_supplier.is_(None), hub.c.guid == parse_guid(guid)) == [guid]) is (step == "completed")


def test_the_repercussions_of_participation_are_shown_before_it_is_chosen(world: World) -> None:
    # G7
    world.notified()
    for choice in ("voluntary", "mandatory"):
        ran = world.rollout("participation", choice, "--release", "CH-1")
        assert ran.code == 1
        told = ran.out.splitlines()
        both = told.index("Either way:"), told.index("With voluntary participation:")
        assert both[1] - both[0] == 4
        assert told[both[1] + 1] == "- a Supplier that says nothing owes nothing, and is not shown as late"
        assert told[both[1] + 2] == "With mandatory participation:"
        assert told[both[1] + 3].startswith("- 4 Suppliers owe a decision")
    done = world.done("participation", "mandatory", "--release", "CH-1", "--yes")
    assert {choice: len(said) for choice, said in done["repercussions"].items()} == {"voluntary": 4, "mandatory": 4}


def test_nobody_but_the_dcc_sees_what_participation_brings(world: World) -> None:
    # NF7: it says how many Suppliers there are.
    world.notified()
    ran = world.rollout("participation", "mandatory", "--release", "CH-1", "--as", "NWND", "--yes")
    assert ran.code == 3
    assert "Suppliers owe" not in ran.out
    done = world.done("participation", "mandatory", "--release", "CH-1", "--as", "NWND", "--yes", code=3)
    assert done["repercussions"] == {}


def test_a_mass_roll_out_without_a_pilot_says_how_to_say_why(world: World) -> None:
    # BR2.7
    world.notified()
    ran = world.rollout("approve-mass", "--release", "CH-1", "--approval", "OA-1")
    assert ran.code == 3
    assert "--without-pilot WHY" in ran.err
    ran = world.rollout("approve-mass", "--release", "CH-1", "--approval", "")
    assert "--without-pilot" not in ran.err


def test_effects_are_counted_by_state(world: World) -> None:
    world.notified()
    hubs = world.hubs()
    told = world.done("effects", "hold-hubs", "--release", "CH-1")
    assert told["effects"] == [
        {
            "state": "eligible",
            "hubs": len(hubs),
            "what": "the hub is held and loses its day; its instructions stay",
            "after": ["eligible", "held"],
        }
    ]
    told = world.done("effects", "hold-hubs", "--release", "CH-1", "--guid", hubs[0])
    assert [one["hubs"] for one in told["effects"]] == [1]
    ran = world.rollout("effects", "hold-hub", "--release", "CH-1")
    assert (ran.code, ran.problems) == (1, ["error: there is no command `hold-hub` on a roll-out"])
    assert "hold-hubs" in ran.err


def test_an_incident_stops_the_release_and_nothing_is_handed_over_after_it(world: World) -> None:
    # BR6, I4
    world.rolling_out()
    for words in (
        ["raise-incident", "--as", "NWND", "--incident", "I1", "--description", "meters lost", "--emergency-stop"],
        ["suspend", "--reason", "meters lost", "--yes"],
        ["stop", "--incident", "I1", "--reason", "meters lost"],
        ["confirm", "--incident", "I1", "--commentary", "agreed", "--yes"],
    ):
        world.done(words[0], "--release", "CH-1", *words[1:])
    day = world.day()
    said = world.done("hand-over", "--release", "CH-1", "--day", day, "--out", world.folder / "lists", at=THEN, code=3)
    assert {answer["refused"]["code"] for answer in said["answers"]} == {"final"}
    assert list((world.folder / "lists").iterdir()) == []
    assert world.done("show", "--release", "CH-1")["standing"] == "stopped"


@pytest.mark.parametrize(
    ("words", "standing"),
    [(["suspend", "--reason", "meters lost"], "suspended"), (["revoke", "--reason", "meters lost"], "revoked")],
)
def test_no_work_list_is_written_once_the_release_does_not_go_on(world: World, words: list[str], standing: str) -> None:
    # NF6, I4, BR6.3: nor that of hubs which were handed over before.
    world.rolling_out()
    day, lists = world.day(), world.folder / "lists"
    hand_over = ("hand-over", "--release", "CH-1", "--day", day, "--out", lists)
    world.done(*hand_over, at=THEN)
    written = sorted(lists.iterdir())
    assert written
    for path in written:
        path.unlink()
    world.done(words[0], "--release", "CH-1", *words[1:], "--yes")
    said = world.done(*hand_over, code=3)
    assert [answer["refused"]["reason"].partition(":")[0] for answer in said["answers"]] == [
        f"the release is {standing}" + (", which is final" if standing == "revoked" else "")
    ] * len(written)
    assert said["lists"] == {}
    assert list(lists.iterdir()) == []
    nowhere = world.rollout("hand-over", "--release", "CH-1", "--day", "2026-12-24", "--out", lists)
    assert nowhere.code == 3
    assert f"the release is {standing}" in nowhere.problems[0]


def test_a_triage_says_that_it_proposes_and_what_goes_on_until_the_panel_confirms(world: World) -> None:
    # BR6.2, BR6.3
    world.rolling_out()
    raised = ("raise-incident", "--release", "CH-1", "--as", "NWND", "--description", "meters lost", "--incident")
    world.done(*raised, "I1")
    day, lists = world.day(), world.folder / "lists"
    world.done("hand-over", "--release", "CH-1", "--day", day, "--region", "North", "--out", lists, at=THEN)
    gone = len(world.hubs(hub.c.state == "handed_to_csp"))
    to_go = len(world.hubs()) - gone
    words = ("--release", "CH-1", "--incident", "I1", "--reason", "meters lost")
    ran = world.rollout("stop", *words)
    assert ran.code == 0
    assert gone
    assert (
        f"proposed: stop; the release goes on until the Panel confirms, with {to_go} hubs to be handed over; "
        "`chfw rollout suspend` halts it at once"
    ) in ran.out
    said = world.done("pause", *words)
    assert (said["proposed"], said["standing"], said["hubs_to_go"]) == ("pause", "active", to_go)
    assert "proposed: proceed; the release goes on" in world.rollout("triage", *words, "--outcome", "proceed").out
    # Nothing is promised where nothing was proposed, and a release that is halted does not go on.
    assert "proposed" not in world.rollout("stop", *words[:2], "--incident", "I2", "--reason", "meters lost").out
    world.done("suspend", "--release", "CH-1", "--reason", "meters lost", "--yes")
    ran = world.rollout("stop", *words)
    assert "proposed: stop; the release stays suspended until the Panel confirms" in ran.out
    assert "goes on" not in ran.out


def test_a_pilot_from_its_approval_to_the_verdicts(world: World) -> None:
    # BR2
    world.notified()
    guid = world.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[0]
    for words in (
        ["pilot-list", "--as", "NWND", "--guid", guid],
        ["pilot-list", "--as", "BRKW", "--none"],
        ["approve-pilot", "--approval", "OA-1"],
        ["start-pilot"],
        ["progress", "--succeeded", "--guid", guid],
        ["complete-phase", "--phase", "first", "--commentary", "well"],
        ["end-pilot", "--succeeded", "--commentary", "well"],
        ["verdict", "proceed-with-care", "--findings", "one restart", "--as", "NWND"],
    ):
        world.done(words[0], "--release", "CH-1", *words[1:])
    ran = world.rollout("approve-mass", "--release", "CH-1", "--approval", "OA-2")
    assert ran.code == 1
    assert "one restart" in ran.out  # BR2.10: read before it is approved
    world.done("approve-mass", "--release", "CH-1", "--approval", "OA-2", "--yes")


def test_alerts_alone_work_with_everything_else_switched_off(world: World) -> None:
    # BR5.7
    world.done("draft", world.folder / "release.yaml", "--alerts-only")
    world.done("add-hubs", "--release", "CH-1", "--estate", world.folder / "estate.csv")
    assert len(world.hubs()) == 400
    guid = world.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[0]
    seen = world.table("smi.csv", ("guid", "firmware_version", "observed_at"), (guid, "0D050002", NOTICE))
    world.done("inventory", seen)
    waiting = world.done("outbox")["waiting"]
    due: dict[str, object] = {"next_at": None, "last_error": None}
    assert waiting == [{"to": "NWND", "type": "activation_alert", "messages": 1, **due}]
    assert world.rollout("notify", "--release", "CH-1", "--estate", world.folder / "estate.csv").code == 3


def test_a_schedule_with_what_rules_instructed_is_published(world: World) -> None:
    world.notified()
    plan, own = world.folder / "plan.parquet", world.folder / "own.parquet"
    ran = world.chfw(
        "plan", "--estate", world.folder / "estate.csv", "--release", world.folder / "release.yaml",
        "--rules", world.folder / "rules", "--as-of", PLANNED, "--out", plan, "--instructions-out", own,
    )  # fmt: skip
    assert ran.code == 0
    said = world.done("publish", "--release", "CH-1", "--schedule", plan, "--instructions", own, at=PLANNED)
    assert said["answers"][-1]["taken"] == [{"what": "hubs_planned", "hubs": len(world.hubs())}]
    first = world.day()
    again = world.done("publish", "--release", "CH-1", "--schedule", plan, "--instructions", own)
    assert len(again["answers"]) == 1  # the instructions stand already, just so
    assert world.day() == first


def test_a_plan_made_now_leaves_out_what_was_handed_over(world: World) -> None:
    world.rolling_out()
    day, lists = world.day(), world.folder / "lists"
    world.done("hand-over", "--release", "CH-1", "--day", day, "--out", lists, at=THEN)
    handed = world.hubs(hub.c.state == "handed_to_csp")
    estate = world.folder / "estate.csv"
    said = world.done("publish", "--release", "CH-1", "--estate", estate, "--rules", world.folder / "rules")
    assert said["answers"][-1]["taken"] == [{"what": "days_unchanged", "hubs": len(world.hubs()) - len(handed)}]
    assert world.hubs(hub.c.state == "handed_to_csp") == handed
    # Run again, a list is written again, and nothing is handed over twice.
    before = {path.name: path.read_bytes() for path in lists.iterdir()}
    world.done("hand-over", "--release", "CH-1", "--day", day, "--out", lists)
    assert {path.name: path.read_bytes() for path in lists.iterdir()} == before


def test_what_a_supplier_is_shown_does_not_vary_with_who_the_other_supplier_is(
    chfw: Chfw, tmp_path: Path, world: World
) -> None:
    # NF7, I8: the same estate, but whoever shares a hub with NWND bears another name, first of all or last of all.
    twin_folder = tmp_path / "twin"
    (twin_folder / "rules").mkdir(parents=True)
    (twin_folder / "lists").mkdir()
    for name in ("release.yaml", "rules/NWND.rules.yaml"):
        (twin_folder / name).write_bytes((world.folder / name).read_bytes())
    text = (world.folder / "estate.csv").read_text(encoding="utf-8")
    (world.folder / "estate.csv").write_text(text.replace("BRKW", "AARD"), encoding="utf-8")
    (twin_folder / "estate.csv").write_text(text.replace("BRKW", "ZULU"), encoding="utf-8")
    twin = World(chfw=chfw, folder=twin_folder)
    shown: list[list[str]] = []
    for one, other in ((world, "AARD"), (twin, "ZULU")):
        one.rolling_out()
        if one is twin:  # what else goes on is not told either
            one.done("capacity", "--release", "CH-1", "--region", "North", "--day", "2026-02-20", "--hubs", "99")
        split = one.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == other)
        words = ("--release", "CH-1", "--opens", "2026-03-02", "--closes", "2026-03-09", "--guid", split[0])
        assert one.rollout("instruct", "--as", other, "--role", "gas", *words).code == 0
        seen = [one.rollout("instruct", "--as", "NWND", "--role", "import", *words, "--key", "k", "--json").out]
        seen += [one.rollout("show", "--release", "CH-1", "--as", "NWND", "--json").out]
        seen += [one.rollout("show", "--release", "CH-1", "--as", "NWND").out]
        assert one.rollout("outbox", "--deliver", one.folder / "lists").code == 0
        messages = sorted((one.folder / "lists" / "NWND").glob("*.json"))
        # The names too: they are all that is seen of a message before it is opened, and so is their order.
        seen += [f"{path.name}: {path.read_text(encoding='utf-8')}" for path in messages]
        shown.append(seen)
    assert len(shown[0]) > 4
    assert shown[0] == shown[1]
    assert not any("AARD" in text or "ZULU" in text for text in (*shown[0], *shown[1]))


def test_a_changed_entry_and_a_changed_table_are_found(world: World) -> None:
    # I11, NF5
    world.notified()
    with open_ledger(str(world.store)) as store, store.update() as connection:
        connection.execute(update(hub).where(hub.c.region == "North").values(region="South"))
    ran = world.chfw("ledger", "verify", "--store", world.store)
    assert ran.code == 3
    assert ran.problems == ["error: the tables are not what the entries make of them"]
    with open_ledger(str(world.store)) as store, store.update() as connection:
        connection.exec_driver_sql("DROP TRIGGER entry_update")
        connection.execute(update(entry).where(entry.c.seq == 2).values(by="PANEL"))
    ran = world.chfw("ledger", "verify", "--store", world.store)
    assert ran.code == 3
    assert ran.problems == ["error: entry 2 is not what was written: its hash does not fit it"]


def test_any_past_state_can_be_seen_again(world: World) -> None:
    # NF5
    world.rolling_out()
    then = world.chfw("ledger", "replay", "--store", world.store, "--as-of", "2026-01-10", "--json")
    (found,) = json.loads(then.out)["releases"]
    assert (found["stage"], found["hubs"]) == ("notified", {"eligible": len(world.hubs())})
    kept = world.folder / "then.db"
    assert world.chfw("ledger", "replay", "--store", world.store, "--as-of", "2", "--out", kept).code == 0
    shown = world.chfw("rollout", "show", "--store", kept, "--json")
    assert [one["stage"] for one in json.loads(shown.out)["releases"]] == ["drafted"]
    ran = world.chfw("ledger", "replay", "--store", world.store, "--as-of", "99999")
    assert (ran.code, ran.problems) == (1, ["error: there is no entry 99999 yet"])


@pytest.mark.parametrize(
    "name", [f"rollout {name}" for name in _GROUPS["rollout"][1]] + ["ledger verify", "ledger replay"]
)
def test_every_command_has_help(chfw: Chfw, name: str) -> None:
    ran = chfw(*name.split(), "--help")
    assert ran.code == 0
    assert "Usage" in ran.out


def test_every_command_of_the_core_can_be_given() -> None:
    """Each is named in a module of the command line; silence is declared by the tick, which runs what time brings."""
    folder = Path(__file__).parents[3] / "chfw_app"
    files = [
        *(folder / "cli").glob("rollout_*.py"),
        folder / "rollout" / "ticking.py",
        *(folder / "rollout").glob("*.py"),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert [kind.__name__ for kind in COMMANDS if kind.__name__ not in text] == []


def test_a_key_used_for_two_commands_and_a_clock_put_back_are_refused_as_a_whole(world: World) -> None:
    world.notified()
    words = ("note", "--release", "CH-1", "--url", "https://example.org", "--key", "k")
    world.done(*words, "--version", "1", at=PLANNED)
    ran = world.rollout(*words, "--version", "2")
    assert ran.code == 3
    assert "(key_reused)" in ran.problems[0]
    assert "entry" not in ran.err  # NF7: the same words are a Supplier's, whom entries' numbers tell what others do
    ran = world.rollout("note", "--release", "CH-1", "--url", "https://example.org", "--version", "3", at=NOTICE)
    assert ran.code == 3
    assert "(clock_went_back)" in ran.problems[0]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answer", "code", "standing"), [("y\n", 0, "suspended"), ("n\n", 1, "active"), ("", 1, "active")]
)
def test_on_a_terminal_what_a_command_does_is_shown_and_asked(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, standing: str
) -> None:
    world.notified()
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    ran = world.rollout("suspend", "--release", "CH-1", "--reason", "a defect")
    assert ran.code == code
    assert "the hub is not handed over while this lasts" in ran.out
    assert "go on? [y/N]" in ran.err
    assert world.done("show", "--release", "CH-1")["standing"] == standing


def test_a_csp_sees_the_hubs_of_its_region_and_a_stranger_nothing(world: World) -> None:
    world.notified()
    shown = world.done("show", "--release", "CH-1", "--as", "CSP:North")
    assert shown["hubs"] == {"eligible": len(world.hubs(hub.c.region == "North"))}
    ran = world.rollout("show", "--release", "CH-1", "--as", "ZULU")
    assert (ran.code, ran.problems) == (1, ["error: there is no release `CH-1` with hubs of `ZULU`"])
    for reader, hint in (("ZULU", ""), ("NWND", "  hint: did you mean `CH-1`?\n")):  # nobody is told to draft one
        gone = world.rollout("show", "--release", "CH-9", "--as", reader)
        assert (gone.code, gone.err) == (1, f"error: there is no release `CH-9` with hubs of `{reader}`\n{hint}")
    assert world.done("show", "--as", "ZULU") == {"releases": []}


def left_by_rules(world: World, rules: str) -> Counter[str]:
    """A plan made now with other rules of NWND; what its commands came to, by what was taken."""
    (world.folder / "rules" / "NWND.rules.yaml").write_text(rules, encoding="utf-8")
    estate = world.folder / "estate.csv"
    said = world.done("publish", "--release", "CH-1", "--estate", estate, "--rules", world.folder / "rules")
    assert not any(answer["refused"] or answer["refused_hubs"] for answer in said["answers"])
    taken = Counter[str]()
    for answer in said["answers"]:
        taken.update({one["what"]: one["hubs"] for one in answer["taken"]})
    return taken


def test_what_a_rule_instructs_no_more_is_taken_back_and_may_be_instructed_again(world: World) -> None:
    """Contracts, Rules' own instructions: they are replaced by today's; nothing that a rule drops is left standing."""
    world.rolling_out()
    everything = len(world.hubs())
    with open_ledger(str(world.store)) as store, store.read() as connection:
        instructed = len(set(connection.execute(select(consent.c.guid)).scalars()))
    assert instructed > 50
    fewer = RULES.replace("when: otherwise", 'when: csp_region == "North"') + REST
    taken = left_by_rules(world, fewer)
    assert 0 < taken["instructions_withdrawn"] < instructed
    assert taken["hubs_planned"] + taken["days_unchanged"] == everything
    assert "instructions_accepted" not in taken
    gone = taken["instructions_withdrawn"]
    assert "instructions_withdrawn" not in left_by_rules(world, fewer)  # once
    again = left_by_rules(world, RULES)
    assert (again["instructions_accepted"], again["hubs_planned"] + again["days_unchanged"]) == (gone, everything)
    held = RULES.replace("decide:", HOLD + "decide:")
    assert left_by_rules(world, held)["instructions_withdrawn"] == instructed
    # Without that Supplier's rules nobody knows what they say: what stands is left standing.
    assert left_by_rules(world, RULES)["instructions_accepted"] == instructed
    (world.folder / "rules" / "NWND.rules.yaml").unlink()
    (world.folder / "rules" / "DCC.rules.yaml").write_text("rules: v1\nowner: DCC\n", encoding="utf-8")
    estate = world.folder / "estate.csv"
    said = world.done("publish", "--release", "CH-1", "--estate", estate, "--rules", world.folder / "rules", code=2)
    assert [one["what"] for answer in said["answers"] for one in answer["taken"]] == ["days_unchanged"]
    assert {one["code"] for answer in said["answers"] for one in answer["refused_hubs"]} == {"another_basis"}


REST = """  - id: the-rest
    because: not yet
    when: otherwise
    then: leave_to_dcc
"""
HOLD = """hold:
  - id: wait
    because: a defect is looked into
    when: guid != "00-00-00-00-00-00-00-01"
    until: manual
"""


def test_a_plan_made_now_minds_changes_of_supplier_and_protected_periods(world: World) -> None:
    """CS3, CS4: the rows that it publishes are rows that the roll-out takes."""
    world.rolling_out()
    day = world.day()
    first, *rest = world.hubs(hub.c.day == day)
    leaving = world.hubs(hub.c.day == day, hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[-1]
    assert leaving != first
    world.done(
        "protect", "--release", "CH-1", "--kind", "price-change", "--opens", day, "--closes", day + timedelta(days=9),
        "--guid", first,
    )  # fmt: skip
    for role in ("import", "gas"):
        world.done(
            "change-supplier", "announced", "--release", "CH-1", "--role", role, "--leaves", "NWND", "--joins", "BRKW",
            "--effective", day + timedelta(days=1), "--guid", leaving,
        )  # fmt: skip
    left_by_rules(world, RULES)
    with open_ledger(str(world.store)) as store, store.read() as connection:
        query = select(hub.c.guid, hub.c.day).where(hub.c.state == "planned")
        days = {format_guid(guid): found for guid, found in connection.execute(query)}
    assert days[first] > day + timedelta(days=9)
    assert days[leaving] > day + timedelta(days=1)
    assert len(days) == len(world.hubs())
    assert rest


def test_the_same_file_may_be_sent_for_two_releases(world: World) -> None:
    """I9: what a file's commands are known by names the release."""
    world.notified()
    text = (world.folder / "release.yaml").read_text(encoding="utf-8")
    (world.folder / "release.yaml").write_text(text.replace("CH-1", "CH-2"), encoding="utf-8")
    world.done("draft", world.folder / "release.yaml")
    file = world.table(
        "outcomes.csv",
        ("guid", "outcome", "occurred_at", "firmware_version", "reason"),
        (world.hubs()[0], "failed", NOTICE, "", "no signal"),
    )
    first = world.done("outcomes", file, "--release", "CH-1", "--as", "CSP:North", code=2)
    again = world.done("outcomes", file, "--release", "CH-2", "--as", "CSP:North", code=3)  # it has no hubs yet
    keys = [said["answers"][0]["key"] for said in (first, again)]
    assert keys[0].endswith("/outcomes/CH-1/0")
    assert keys[1].endswith("/outcomes/CH-2/0")
