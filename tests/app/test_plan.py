"""`chfw plan` from end to end, with both engines."""

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from attrs import frozen

from chfw_app.demo.prepare import DemoFiles
from chfw_app.outcomes import OUTCOMES, share_of
from chfw_core.documents.cpl import CPL_COLUMNS
from tests.app.helpers import HUBS, Chfw, Ran, inputs, left_in, write_csv

ENGINES = ("columnar", "reference")


@frozen(kw_only=True)
class Planned:
    """A plan and all that was written."""

    folder: Path
    ran: Ran

    def read(self, name: str) -> bytes:
        """One of the files."""
        return (self.folder / name).read_bytes()


def plan(
    chfw: Chfw, world: DemoFiles, folder: Path, *more: object, engine: str = "columnar", **replaced: object
) -> Planned:
    """Plan into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    outputs = ["--out", folder / "plan.parquet", "--instructions-out", folder / "decided.parquet"]
    outputs += ["--report", folder / "plan.html", "--engine", engine]
    return Planned(folder=folder, ran=chfw("plan", *inputs(world, **replaced), *outputs, *more))


@pytest.fixture(params=ENGINES)
def planned(request: pytest.FixtureRequest, chfw: Chfw, world: DemoFiles, tmp_path: Path) -> Planned:
    """The demonstration's plan."""
    return plan(chfw, world, tmp_path / "out", engine=request.param)


def test_the_schedule_and_everything_beside_it_are_written(planned: Planned) -> None:
    assert planned.ran.code == 2, planned.ran.err
    assert left_in(planned.folder) == [
        "decided.parquet", "plan.html", "plan.parquet", "plan.parquet.index", "plan.refused.csv",
    ]  # fmt: skip
    assert pq.read_table(planned.folder / "plan.parquet").num_rows == HUBS
    for name in ("plan.parquet", "decided.parquet", "plan.html", "plan.refused.csv"):
        assert str(planned.folder / name) in planned.ran.out
    assert planned.ran.err == ""


def test_every_interesting_thing_happens(planned: Planned) -> None:
    table = pq.read_table(planned.folder / "plan.parquet", columns=["status", "basis", "batch_id"]).to_pydict()
    found = set(zip(table["status"], table["basis"], strict=True))
    wanted = {(kind.status.value, kind.basis and kind.basis.value) for kind in OUTCOMES if kind.key != "infeasible"}
    assert wanted <= found
    assert any(table["batch_id"])


def test_refused_instructions_are_all_listed(planned: Planned) -> None:
    lines = planned.read("plan.refused.csv").decode().splitlines()
    assert lines[0] == "row,guid,party,role,opens,closes,received_at,action,code,reason"
    assert f"{len(lines) - 1} instructions refused" in planned.ran.out


def test_both_engines_write_the_same_bytes(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    one, other = (plan(chfw, world, tmp_path / engine, engine=engine) for engine in ENGINES)
    rows = [pq.read_table(made.folder / "plan.parquet") for made in (one, other)]
    assert rows[0].to_pylist() == rows[1].to_pylist()
    decided = [pq.read_table(made.folder / "decided.parquet").to_pylist() for made in (one, other)]
    assert decided[0] == decided[1]
    for name in ("plan.html", "plan.refused.csv"):
        assert one.read(name) == other.read(name), name


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_inputs_give_the_same_bytes(chfw: Chfw, world: DemoFiles, tmp_path: Path, engine: str) -> None:
    made = [plan(chfw, world, tmp_path / str(n), "--threads", n, engine=engine) for n in (1, 2)]
    for name in left_in(made[0].folder):
        assert made[0].read(name) == made[1].read(name), name


def test_csv_and_parquet_say_the_same(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    planned = plan(chfw, world, tmp_path / "out")
    out = tmp_path / "out" / "plan.csv"
    assert chfw("plan", *inputs(world), "--out", out).code == 2
    lines = out.read_text(encoding="utf-8").splitlines()
    assert len(lines) == HUBS + 1
    assert not out.with_name("plan.csv.index").exists()
    assert chfw("verify", *inputs(world), "--schedule", out).code == 0
    assert chfw("verify", *inputs(world), "--schedule", planned.folder / "plan.parquet").code == 0


def test_json_is_one_object(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    ran = plan(chfw, world, tmp_path, "--json").ran
    told = json.loads(ran.out)
    assert told["hubs"] == HUBS == sum(told["outcomes"].values())
    assert told["exit"] == ran.code == 2
    assert sum(day["early"] + day["default"] for day in told["days"]) == sum(
        told["outcomes"][key] for key in ("both", "sole", "default")
    )
    assert set(told["regions"]) >= {"North", "Central", "South"}
    assert told["suppliers"]["NWND"]["both"] > 0
    assert told["refused"] == sum(told["refused_for"].values()) > 0


def test_a_plan_without_findings_is_done(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "JUNI.rules.yaml").write_bytes((world.rules / "JUNI.rules.yaml").read_bytes())
    text = world.release.read_text(encoding="utf-8")
    release = tmp_path / "release.yaml"
    release.write_text("\n".join(line for line in text.splitlines() if not line.startswith("capacity")), "utf-8")
    nothing: dict[str, object] = dict.fromkeys(("instructions", "attributes", "capacity"))
    words = inputs(world, rules=rules, release=release, **nothing)
    ran = chfw("plan", *words, "--out", tmp_path / "plan.parquet")
    assert ran.code == 0, ran.out
    assert "not checked: whether 0D050002 is Current on the Central Products List" in ran.out
    assert "not checked: capacity: the release names none, so no day is ever full" in ran.out
    told = json.loads(chfw("plan", *words, "--out", tmp_path / "plan.parquet", "--json").out)
    assert (told["exit"], told["findings"]) == (0, []), "what was not checked is said as such alone"
    full = ("csp_region", "day", "hubs"), ("North", "2027-01-04", 0)
    words = inputs(world, rules=rules, release=release, **nothing | {"capacity": write_csv(tmp_path / "c.csv", full)})
    told = json.loads(chfw("plan", *words, "--out", tmp_path / "plan.parquet", "--json").out)
    assert "capacity: the release names none, so only days of the capacity file are limited" in told["not_checked"]


def test_what_the_rules_instructed_can_be_passed_back(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    """Today's rules replace such rows up to the cut-off: the plan is the same."""
    first = plan(chfw, world, tmp_path / "first", instructions=None)
    again = plan(chfw, world, tmp_path / "again", instructions=first.folder / "decided.parquet")
    assert first.read("plan.parquet") == again.read("plan.parquet")


def test_a_bad_line_of_events_is_set_aside_and_told_of(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text(world.events.read_text(encoding="utf-8") + "{not json\n", encoding="utf-8")
    made = plan(chfw, world, tmp_path / "out", events=events)
    assert made.ran.code == 2
    assert "E405" in made.ran.err
    header, row = made.read("plan.quarantine.csv").decode().splitlines()
    assert header == "line,guid,column,reason,file"
    assert "this is not JSON" in row
    assert row.endswith(",events.jsonl")


@pytest.mark.parametrize("engine", ENGINES)
def test_why_hubs_are_ineligible_is_on_the_screen(chfw: Chfw, world: DemoFiles, tmp_path: Path, engine: str) -> None:
    """G6: with a list on which the release is not Current nothing goes, and every reader of the plan learns why."""
    entry = ["000012", "Current", "Communications Hub", "1086", "5431", "1F", "52", "54311F52", "000A7100", ""]
    products = write_csv(tmp_path / "cpl.csv", [CPL_COLUMNS, entry])
    made = plan(chfw, world, tmp_path / "out", engine=engine, cpl=products)
    assert made.ran.code == 2
    said = " ".join(made.ran.out.split())
    assert "Why hubs are ineligible" in said
    assert "0D050002 is not Current on the CPL for device model 433100AC" in said
    assert "0D050002 is not Current on the CPL for device models" in said
    page = made.read("plan.html").decode()
    assert "Why hubs are ineligible" in page
    assert "0D050002 is not Current on the CPL for device model 433100AC" in page
    told = json.loads(plan(chfw, world, tmp_path / "json", "--json", engine=engine, cpl=products).ran.out)
    assert told["outcomes"]["ineligible"] == HUBS == sum(told["ineligible_for"].values())
    assert list(told["ineligible_for"].values()) == sorted(told["ineligible_for"].values(), reverse=True)
    (found,) = (f for f in told["findings"] if f["code"] == "cpl-not-current")
    assert 0 < found["count"] <= HUBS


def test_what_is_there_never_is_no_per_cent() -> None:
    assert [share_of(n, 1_000_000) for n in (0, 109, 499, 500, 1_000_000)] == [
        "0.0%",
        "<0.1%",
        "<0.1%",
        "0.1%",
        "100.0%",
    ]
    assert share_of(0, 0) == "0.0%"


def test_findings_are_near_the_top_of_the_page(planned: Planned) -> None:
    page = planned.read("plan.html").decode()
    assert page.index(">Findings</h2>") < page.index(">When</h2>")


def test_the_gravest_findings_come_first_and_none_is_scrolled_away(planned: Planned) -> None:
    """By hubs, on the page and at the terminal; on the page their table is as long as it is."""
    page = planned.read("plan.html").decode()
    table = page[page.index(">Findings</h2>") :].split("</table>")[0]
    assert '<div class="scroll whole" role="region" tabindex="0" aria-label="Findings">' in table
    hubs = [int(row.replace(",", "")) for row in re.findall(r"<tr><td[^>]*>([\d,]+)</td>", table)]
    assert len(hubs) > 1
    assert hubs == sorted(hubs, reverse=True)
    shown = planned.ran.out.split("Findings")[1]
    said = [int(row.replace(",", "")) for row in re.findall(r"^ +([\d,]+)  ", shown, re.M)]
    assert said == hubs


@pytest.mark.parametrize("width", [80, 110])
def test_no_heading_breaks_inside_a_word(
    chfw: Chfw, world: DemoFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown = plan(chfw, world, tmp_path / "out").ran.out
    table = shown.split("By CSP region")[1].split("──")[0]
    assert table.split().count("Supplier") == 1, table
    assert {"region", "hubs", "both", "Suppliers", "sole", "date", "held", "infeasible", "ineligible"} <= set(
        table.split()
    )
    body = shown.split("By day")[0]
    assert max(len(line) for line in body.splitlines()) <= width
