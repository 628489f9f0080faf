"""Inputs that contradict each other, or say what nothing can use, are told of."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chfw_app.demo.prepare import DemoFiles
from chfw_core.model.guid import format_guid
from tests.app.helpers import Chfw, Ran, inputs, installed, left_in, write_csv

RULE = 'rules: v1\nowner: {owner}\ndecide:\n  - id: mine\n    because: x\n    when: my.{column} == "gold"\n'
RULE += "    then: instruct\n    at: {{from: my.ready_on}}\n"
RULE += "  - id: rest\n    because: x\n    when: otherwise\n    then: leave_to_dcc\n"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "plan.parquet"


def with_events(chfw: Chfw, world: DemoFiles, out: Path, *lines: str, **replaced: object) -> Ran:
    events = out.parent.parent / "events.jsonl"
    events.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return chfw("plan", *inputs(world, events=events, **replaced), "--out", out, "--json")


def event(seq: int, kind: str, **more: object) -> str:
    return json.dumps({"seq": seq, "at": "2026-01-14T08:00:00Z", "type": kind, **more})


@pytest.mark.parametrize("engine", ["columnar", "reference"])
@pytest.mark.parametrize(
    ("line", "says"),
    [
        (event(2, "release_stoped"), "did you mean `release_stopped`?"),
        (event(2, "release_stopped", csp_region="Nort"), "did you mean `North`?"),
        (event(2, "release_stopped", region="South"), "did you mean `csp_region`?"),
        (event(2, "release_stopped", model="433100AC"), "did you mean `device_model`?"),
        (event(1, "release_stopped"), "E409"),
        (event(2, "release_stopped")[:-3], "not JSON"),
    ],
)
def test_a_misspelt_stop_leaves_no_plan(
    chfw: Chfw, world: DemoFiles, out: Path, engine: str, line: str, says: str
) -> None:
    ran = with_events(chfw, world, out, event(1, "release_notified"), line)
    assert (ran.code, len(ran.problems)) == (3, 1), ran.err
    assert "events.jsonl:2:1" in ran.err
    assert says in ran.err
    assert left_in(out.parent) == []


@pytest.mark.parametrize("command", ["plan", "verify", "explain"])
def test_a_pause_is_not_lifted_everywhere_by_a_misspelt_region(
    chfw: Chfw, world: DemoFiles, out: Path, command: str
) -> None:
    # NF6, I4: whoever plans and whoever proves read the same events, so both refuse to guess.
    pause = event(1, "release_paused")
    right = with_events(chfw, world, out, pause, event(2, "release_resumed", csp_region="South"))
    assert json.loads(right.out)["outcomes"]["held"] > 0
    events = out.parent.parent / "events.jsonl"
    events.write_text(f"{pause}\n{event(2, 'release_resumed', region='South')}\n", encoding="utf-8")
    more = {"plan": ("--out", out), "explain": ("--guid", "88-73-84-90-6A-10-02-DB"), "verify": ("--schedule", out)}
    ran = chfw(command, *inputs(world, events=events), *more[command])
    assert (ran.code, len(ran.problems)) == (3, 1), ran.err
    assert "E408 `region` is no key of `release_resumed`" in ran.err


def test_a_type_that_nothing_knows_is_a_finding(chfw: Chfw, world: DemoFiles, out: Path) -> None:
    ran = with_events(chfw, world, out, event(1, "test_pased"), event(2, "test_pased"))
    assert ran.code == 2
    (found,) = (f for f in json.loads(ran.out)["findings"] if f["code"] == "unknown-event")
    assert found["count"] == 2
    assert "did you mean `test_passed`?" in found["message"]


def test_events_of_other_releases_are_counted(chfw: Chfw, world: DemoFiles, out: Path) -> None:
    own = next(line for line in installed("release.yaml").splitlines() if line.startswith("id:")).split()[1]
    ran = with_events(
        chfw, world, out, event(1, "release_stopped", release=own.lower()), event(2, "tick", release="other")
    )
    assert json.loads(ran.out)["notes"] == [
        f"2 events are of other releases (`{own.lower()}`, `other`): did you mean `{own}`?"
    ]
    told = chfw("plan", *inputs(world, events=out.parent.parent / "events.jsonl"), "--out", out)
    assert "note: 2 events are of other releases" in told.out


@pytest.mark.parametrize("command", ["plan", "explain", "verify"])
def test_nothing_is_planned_before_the_notice(chfw: Chfw, world: DemoFiles, out: Path, command: str) -> None:
    more = {"plan": ("--out", out), "explain": ("--guid", "88-73-84-90-6A-10-02-DB"), "verify": ("--schedule", out)}
    ran = chfw(command, *inputs(world, as_of="2026-01-04"), *more[command])
    assert (ran.code, len(ran.problems)) == (3, 1), ran.err
    assert "is before the release" in ran.err
    assert "2026-01-05" in ran.err
    assert left_in(out.parent) == []


@pytest.mark.parametrize("party", ["QQQQ", "nwnd", "CSP:North", "DCC"])
def test_explain_speaks_to_suppliers_of_the_estate_alone(chfw: Chfw, world: DemoFiles, party: str) -> None:

    guid = format_guid(pq.read_table(world.estate, columns=["guid"]).column("guid")[0].as_py())
    ran = chfw("explain", *inputs(world), "--guid", guid, "--as", party)
    assert len(ran.problems) == 1
    assert ran.out == ""
    assert ran.code == 1  # contracts: bad usage, whoever is no reader
    if party in ("QQQQ", "nwnd"):
        assert f"the estate names no Supplier `{party}`" in ran.err
        assert ("did you mean `NWND`?" in ran.err) == (party == "nwnd")
    else:
        assert "--as takes a Supplier" in ran.err
        assert "without --as" in ran.err


@pytest.mark.parametrize("engine", ["columnar", "reference"])
def test_columns_that_nobody_gave_are_findings(
    chfw: Chfw, world: DemoFiles, out: Path, tmp_path: Path, engine: str
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    for owner, column in (("NWND", "teem"), ("BRKW", "tier")):
        (rules / f"{owner}.rules.yaml").write_text(RULE.format(owner=owner, column=column), encoding="utf-8")
    rows = [line.split(",") for line in world.attributes.read_text(encoding="utf-8").splitlines()[1:]]
    own = write_csv(tmp_path / "own.csv", [("guid", "flags", "team"), *((*row, "north") for row in rows)])
    words = inputs(world, rules=rules, attributes=f"NWND={own}")
    ran = chfw("plan", *words, "--out", out, "--engine", engine, "--json")
    assert ran.code == 2
    found = [(f["party"], f["message"]) for f in json.loads(ran.out)["findings"] if f["code"] == "unknown-attribute"]
    none = "and no attributes of its own were given (--attributes BRKW=FILE)"
    assert found == [
        ("BRKW", f"its rules read `my.ready_on`, {none}"),
        ("BRKW", f"its rules read `my.tier`, {none}"),
        ("NWND", "its rules read `my.ready_on`, and its attributes have no such column (it has `team`)"),
        ("NWND", "its rules read `my.teem`, and its attributes have no such column (did you mean `team`?)"),
    ]


def test_a_finding_about_a_file_shows_no_number_of_hubs(
    chfw: Chfw, world: DemoFiles, out: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "ZZZZ.rules.yaml"
    rules.write_text(installed("JUNI.rules.yaml").replace("JUNI", "ZZZZ"), encoding="utf-8")
    told = chfw("plan", *inputs(world), "--rules", rules, "--out", out).out
    row = next(line for line in told.splitlines() if "the estate names no Supplier `ZZZZ`" in line)
    assert row.split()[0] == "ZZZZ"


def test_explain_says_nothing_twice(chfw: Chfw, world: DemoFiles) -> None:

    rows = pq.read_table(world.estate, columns=["guid", "import_supplier", "gas_supplier"]).to_pylist()
    hub = next(row for row in rows if len({row["import_supplier"], row["gas_supplier"], None}) == 3)
    words = inputs(world, as_of="2026-06-20", instructions=None)
    ran = chfw("explain", *words, "--guid", format_guid(hub["guid"]))
    assert ran.out.count("nothing of a Supplier's after the cut-off") == 1


DATED = """\
rules: v1
owner: NWND
decide:
  - {{id: launch, because: x, when: configuration_set is not missing, then: instruct, at: {at}}}
  - {{id: rest, because: x, when: otherwise, then: leave_to_dcc}}
"""


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("{from: 2025-03-02, to: 2025-05-02}", "is over at 2025-05-02T23:00:00Z, before the notice at"),
        ("{from: 2027-03-02, to: 2027-05-02}", "begins at 2027-03-02T00:00:00Z, not before the automatic time at"),
        ("{from: 2026-03-02, to: 2026-05-02}", None),
        ("{from: today, to: cutoff}", None),
    ],
)
def test_a_period_in_another_year_is_a_finding(
    chfw: Chfw, world: DemoFiles, out: Path, tmp_path: Path, at: str, says: str | None
) -> None:
    # BR3.4: earlier than the automatic time; nothing may be planned before the notice (BR1.1).
    rules = tmp_path / "NWND.rules.yaml"
    rules.write_text(DATED.format(at=at), encoding="utf-8")
    ran = chfw("plan", *inputs(world, rules=rules), "--out", out, "--json")
    found = [f for f in json.loads(ran.out)["findings"] if f["code"] == "rule-never"]
    assert [f["party"] for f in found] == (["NWND"] if says else [])
    for finding in found:
        assert finding["message"].startswith(f"the rule `launch` never instructs in this release: its period {says}")
        assert ran.code == 2


def test_capacity_that_binds_no_day_is_a_finding(chfw: Chfw, world: DemoFiles, out: Path, tmp_path: Path) -> None:
    # G5: somebody who gives a limit believes that it binds.
    told = []
    for rows in ([], [("North", "2031-03-01", 5)], [("North", "2026-03-01", 5)]):
        file = write_csv(tmp_path / "capacity.csv", [("csp_region", "day", "hubs"), *rows])
        ran = chfw("plan", *inputs(world, capacity=file), "--out", out, "--json")
        told.append([f["message"] for f in json.loads(ran.out)["findings"] if f["code"] == "capacity-unused"])
    assert told[0] == ["the capacity file has no rows"]
    assert told[1][0].startswith("1 figure of the capacity file for days after 2027-")
    assert told[1][0].endswith(", when nothing of this release is left: no effect (2031-03-01)")
    assert told[2] == []


def test_what_comes_after_the_instant_of_the_plan_is_noted(
    chfw: Chfw, world: DemoFiles, out: Path, tmp_path: Path
) -> None:
    later = event(1, "tick").replace("2026-01-14", "2026-01-20")
    assert json.loads(with_events(chfw, world, out, later).out)["notes"] == [
        "1 event later than 2026-01-15T09:00:00Z: not yet there"
    ]
    columns = ("guid", "party", "role", "opens", "closes", "received_at", "action")
    row = ("88-73-84-90-6A-10-02-DB", "NWND", "gas", "2026-03-01", "2026-03-20", "2026-02-01T09:00:00Z", "instruct")
    file = write_csv(tmp_path / "instructions.csv", [columns, row])
    ran = chfw("plan", *inputs(world, instructions=file), "--out", out, "--json")
    assert "1 instruction later than 2026-01-15T09:00:00Z: not yet there" in json.loads(ran.out)["notes"]


def test_a_phase_that_is_opened_for_some_hubs_is_no_slip_and_one_for_no_hub_is(
    chfw: Chfw, world: DemoFiles, out: Path
) -> None:
    told = []
    for name, value in (("csp_region", "North"), ("configuration_set", "CS-9999")):
        ran = with_events(chfw, world, out, event(1, "phase_opened", phase="mass", **{name: value}))
        told.append([one["code"] for one in json.loads(ran.out)["findings"] if "phase_opened" in one["message"]])
    assert told == [[], ["release-act-unused"]]


@pytest.mark.parametrize("windows", [2, 3, 4, 900])
def test_many_warnings_of_rule_files_are_one_line_beside_a_result(
    chfw: Chfw, world: DemoFiles, tmp_path: Path, out: Path, windows: int
) -> None:
    rules = "rules: v1\nowner: NWND\nwindows:\n"
    rules += "".join(f'  w{at}: {{days: [mon], between: "01:00-05:00"}}\n' for at in range(windows))
    rules += "decide:\n  - id: rest\n    because: x\n    when: otherwise\n    then: leave_to_dcc\n"
    mine = tmp_path / "NWND.rules.yaml"
    mine.write_text(rules, encoding="utf-8")
    given = inputs(world, rules=mine)
    planned = chfw("plan", *given, "--out", out)
    assert planned.code == 2, planned.err
    guid = format_guid(pq.read_table(world.estate, columns=["guid"]).column("guid")[0].as_py())
    explained = chfw("explain", *given, "--guid", guid)
    for ran in (planned, explained, chfw("verify", *given, "--schedule", out)):
        if windows > 3:
            said = f"{windows} warnings in 1 rule file: {windows} W304 (a window that nothing uses)"
            assert ran.err == f"{said}; `chfw rules check` shows them\n"
        else:
            assert ran.err.count("W304 nothing uses the window `w") == windows
