"""`chfw rules preview`, `diff` and `explain` on the small world."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chfw_app.demo.prepare import AS_OF, DemoFiles
from tests.app.helpers import Chfw, installed, left_in

RULE = "decide:\n  - id: rest\n    because: x\n    when: otherwise\n    then: leave_to_dcc\n"


def looked(where: DemoFiles, **replaced: object) -> list[str]:
    """The options of what the rules look at; None leaves one out."""
    options: dict[str, object] = {
        "estate": where.estate,
        "release": where.release,
        "as_of": AS_OF,
        "attributes": f"NWND={where.attributes}",
        "events": where.events,
    } | replaced
    return [word for name, value in options.items() if value for word in ("--" + name.replace("_", "-"), str(value))]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The folder of one owner's files."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for name in ("NWND.rules.yaml", "NWND.pilot.rules.yaml"):
        (folder / name).write_text(installed(name), encoding="utf-8")
    return folder


def changed(files: Path, old: str, new: str) -> Path:
    """Another version of the files."""
    folder = files.with_name("new")
    folder.mkdir()
    for path in files.iterdir():
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_a_preview_counts_and_lists(chfw: Chfw, world: DemoFiles, files: Path, tmp_path: Path) -> None:
    out = tmp_path / "hubs.parquet"
    ran = chfw("rules", "preview", files, *looked(world), "--out", out, "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    rows = pq.read_table(out).to_pylist()
    assert told["hubs"] == len(rows) > 500
    assert sum(told["outcomes"].values()) == told["hubs"]
    for outcome, count in told["outcomes"].items():
        assert sum(row["outcome"] == outcome for row in rows) == count
    assert sum(entry["hubs"] for entry in told["configuration_sets"]) == told["hubs"]
    decides = {entry["rule"]: entry["decides"] for entry in told["rules"] if entry["block"] != "prioritise"}
    for rule, count in decides.items():
        assert sum(row["rule"] == rule for row in rows) == count
    assert decides["complaint-open"] > 0  # by a private flag
    assert told["pilots"][0]["hubs"] == decides["first-250"]
    assert {entry["window"]: len(entry["opens"]) for entry in told["windows"]} == {"daytime": 3, "nights": 3}
    estate = {row["guid"]: row for row in pq.read_table(world.estate).to_pylist()}
    assert all("NWND" in (estate[r["guid"]]["import_supplier"], estate[r["guid"]]["gas_supplier"]) for r in rows)


def test_a_preview_in_words(chfw: Chfw, world: DemoFiles, files: Path, tmp_path: Path) -> None:
    text = (files / "NWND.rules.yaml").read_text(encoding="utf-8").replace('"complaint_open"', '"nobody"')
    (files / "NWND.rules.yaml").write_text(text, encoding="utf-8")
    ran = chfw("rules", "preview", files, *looked(world), "--out", tmp_path / "hubs.csv")
    assert ran.code == 0
    for said in ("hubs of NWND", "By rule", "no hub today: `complaint-open`", "Windows open next", "pilot `first-250`"):
        assert said in ran.out
    with (tmp_path / "hubs.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file))[:4] == ["guid", "role", "outcome", "rule"]


def test_a_preview_says_why_a_pilot_is_short(chfw: Chfw, world: DemoFiles, files: Path) -> None:
    """NF1, BR2.2: in the words of the plan's finding, and nothing of a pilot that got what it asked for."""
    few = changed(files, "    and not split\n", '    and not split\n    and csp_region == "4G North"\n')
    (pilot,) = json.loads(chfw("rules", "preview", few, *looked(world), "--json").out)["pilots"]
    assert pilot["hubs"] < 250
    assert "its `from` holds for " in pilot["why_short"]
    assert f"{pilot['hubs']} hubs could be in it" in pilot["why_short"]
    said = f"pilot `first-250`: {pilot['hubs']} of 250 asked: {pilot['why_short']}"
    assert said in chfw("rules", "preview", few, *looked(world)).out
    (pilot,) = json.loads(chfw("rules", "preview", files, *looked(world), "--json").out)["pilots"]
    assert (pilot["hubs"], pilot["why_short"]) == (250, None)


def test_a_preview_says_why_a_hold_holds_nobody(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    """RU5, NF1: a hold on a flag that its hubs do not bear; no other rule comes before it."""
    path = tmp_path / "n.rules.yaml"
    holds = "hold:\n  - id: sick\n    because: x\n    when: not split\n    until: {flag_cleared: nobody_bears_it}\n"
    path.write_text(f"rules: v1\nowner: NWND\n{holds}{RULE}", encoding="utf-8")
    ran = chfw("rules", "preview", path, *looked(world))
    assert ran.code == 0
    assert "holds no hub: `sick` (" in ran.out
    assert "they do not bear the flag that ends it)" in ran.out
    assert "other rules come before" not in ran.out
    told = json.loads(chfw("rules", "preview", path, *looked(world), "--json").out)
    (sick,) = (entry for entry in told["rules"] if entry["rule"] == "sick")
    assert [(idle["cause"], idle["hubs"]) for idle in sick["idle_for"]] == [("no_flag", sick["matches"])]


def test_a_preview_of_the_dcc_and_of_a_csp(chfw: Chfw, world: DemoFiles) -> None:
    for name in ("DCC", "CSP-North"):
        ran = chfw("rules", "preview", world.rules / f"{name}.rules.yaml", *looked(world, attributes=None), "--json")
        assert ran.code == 0, ran.err
        assert json.loads(ran.out)["hubs"] > 500


def test_rows_that_cannot_be_used_are_a_finding(chfw: Chfw, world: DemoFiles, files: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text(world.events.read_text(encoding="utf-8") + "no event\n", encoding="utf-8")
    ran = chfw("rules", "preview", files, *looked(world, events=events))
    assert ran.code == 2
    assert "1 row could not be used" in ran.out


def test_two_versions_compared(chfw: Chfw, world: DemoFiles, files: Path, tmp_path: Path) -> None:
    new, out = changed(files, '"CS-0113", ', ""), tmp_path / "changed.csv"
    ran = chfw("rules", "diff", files, new, *looked(world), "--out", out, "--json")
    assert ran.code == 2, ran.err
    told = json.loads(ran.out)
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert told["changed"] == len(rows) == sum(one["hubs"] for one in told["transitions"]) > 10
    for one in told["transitions"]:
        own = [r["guid"] for r in rows if (r["old_rule"], r["new_rule"]) == (one["old"]["rule"], one["new"]["rule"])]
        assert set(one["examples"]) <= set(own)
    assert any(one["new"]["rule"] == "everything-else" for one in told["transitions"])
    words = chfw("rules", "diff", files, new, *looked(world))
    assert words.code == 2
    assert "instruct by approved-sets → leave_to_dcc by everything-else: such as" in words.out


def test_a_difference_in_batches_is_shown_with_both(chfw: Chfw, world: DemoFiles, files: Path, tmp_path: Path) -> None:
    """NF2: who reads "batch" wants to know which."""
    new, out = changed(files, "{size: 20000, pause: 2 days,", "{size: 10000, pause: 1 day,"), tmp_path / "changed.csv"
    both = [
        f"{said}, stop if failed > 2% within 48 hours"
        for said in ("20,000 hubs, 2 days apart", "10,000 hubs, 1 day apart")
    ]
    ran = chfw("rules", "diff", files, new, *looked(world), "--out", out, "--json")
    (one,) = json.loads(ran.out)["transitions"]
    assert [one["old"]["batch"], one["new"]["batch"]] == both
    with out.open(encoding="utf-8") as file:
        assert {(row["old_batch"], row["new_batch"]) for row in csv.DictReader(file)} == {tuple(both)}
    words = " ".join(chfw("rules", "diff", files, new, *looked(world)).out.split())
    assert "batch; batches: 20,000 hubs, 2 days apart" in words


def test_one_line_for_each_pair_of_rules(chfw: Chfw, world: DemoFiles, files: Path) -> None:
    """NF2: no two lines look alike, and where not all hubs of a line differ in the same the line says how many do."""
    new = changed(files, "22:00-05:00", "22:00-04:00")
    extra = (
        "rules: v1\nowner: NWND\nprioritise:\n  - {id: north, because: x, when: csp_region == 'North', priority: 90}\n"
    )
    (new / "NWND.zz.rules.yaml").write_text(extra, encoding="utf-8")
    told = json.loads(chfw("rules", "diff", files, new, *looked(world), "--json").out)
    pairs = [(json.dumps(one["old"]), json.dumps(one["new"])) for one in told["transitions"]]
    assert len(pairs) == len(set(pairs))
    (same,) = [one for one in told["transitions"] if one["old"] == one["new"] and one["old"]["rule"] == "approved-sets"]
    assert same["differs_in"]["windows"] == same["hubs"] > same["differs_in"]["priority"] > 0
    words = chfw("rules", "diff", files, new, *looked(world)).out
    assert f"windows, priority ({same['differs_in']['priority']:,})" in words


def test_no_difference(chfw: Chfw, world: DemoFiles, files: Path) -> None:
    ran = chfw("rules", "diff", files, changed(files, "Signed off", "Agreed"), *looked(world))
    assert ran.code == 0
    assert "no hub is decided differently" in ran.out


def test_why_and_what_would_change_it(chfw: Chfw, world: DemoFiles, files: Path, tmp_path: Path) -> None:
    out = tmp_path / "hubs.csv"
    assert chfw("rules", "preview", files, *looked(world), "--out", out).code == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for outcome in ("instruct", "held", "excluded"):
        row = next(row for row in rows if row["outcome"] == outcome)
        ran = chfw("rules", "explain", files, *looked(world), "--guid", row["guid"].lower())
        assert ran.code == 0, ran.err
        assert f"{outcome} by `{row['rule']}`" in ran.out
        assert "what would change it" in ran.out
        told = json.loads(chfw("rules", "explain", files, *looked(world), "--guid", row["guid"], "--json").out)
        assert (told["decision"]["outcome"], told["decision"]["rule"]) == (outcome, row["rule"])
        assert told["determining_rule"]["rule"] == row["rule"]
        assert told["decision"]["reason"] == row["reason"]
        assert {"rules_above", "holds", "missing_acts", "changes", "hub", "notes"} <= set(told)
        if outcome == "held":
            assert all(act["actor"] and act["by"] for act in told["missing_acts"])
            assert told["decision"]["held_until"] <= "2026-07-05T08:00:00Z"


def test_a_hub_in_a_pilot_is_explained_as_previewed(chfw: Chfw, world: DemoFiles, files: Path, tmp_path: Path) -> None:
    """NF1: whether a pilot chooses a hub depends on all hubs, and both commands say the same of it."""
    out = tmp_path / "hubs.csv"
    assert chfw("rules", "preview", files, *looked(world), "--out", out).code == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    chosen = next(row for row in rows if row["outcome"] == "pilot")
    told = json.loads(chfw("rules", "explain", files, *looked(world), "--guid", chosen["guid"], "--json").out)
    assert (told["decision"]["outcome"], told["decision"]["rule"]) == ("pilot", chosen["rule"])
    assert told["decision"]["opens"] == chosen["opens"]
    size = sum(row["outcome"] == "pilot" for row in rows)
    passed_over = 0
    for row in [row for row in rows if row["outcome"] == "instruct"][:40]:
        text = chfw("rules", "explain", files, *looked(world), "--guid", row["guid"]).out
        assert f"instruct by `{row['rule']}`" in text
        assert "chfw rules preview --out" not in text
        passed_over += f"the hub is not among the {size} that it chose" in text
    assert passed_over


def test_a_hub_of_somebody_else(chfw: Chfw, world: DemoFiles, files: Path) -> None:
    rows = pq.read_table(world.estate, columns=["guid", "import_supplier", "gas_supplier"]).to_pylist()
    other = next(row for row in rows if "NWND" not in (row["import_supplier"], row["gas_supplier"]))
    ran = chfw("rules", "explain", files, *looked(world), "--guid", f"{other['guid']:016X}")
    if ran.code == 0:
        assert "NWND is not responsible for this hub" in ran.out
        assert "configuration_set" not in ran.out.split("note:")[0]
    assert chfw("rules", "explain", files, *looked(world), "--guid", "00-00-00-00-00-00-00-01").code == 3


def test_what_cannot_be_looked_at(chfw: Chfw, world: DemoFiles, files: Path, tmp_path: Path) -> None:
    """Each with one error, and nothing is written."""
    stranger = tmp_path / "stranger.rules.yaml"
    stranger.write_text(f"rules: v1\nowner: ZZZZ\n{RULE}", encoding="utf-8")
    broken = tmp_path / "broken.rules.yaml"
    broken.write_text("rules: v1\nowner: NWND\nnonsense: 1\n", encoding="utf-8")
    before = left_in(tmp_path)
    plain = looked(world, attributes=None)
    cases: list[tuple[int, list[object]]] = [
        (1, ["preview", *plain]),
        (1, ["preview", files, *plain, "--out", tmp_path / "x.txt"]),
        (1, ["preview", files, *plain, "--out", tmp_path / "no" / "x.csv"]),
        (1, ["preview", tmp_path / "missing.rules.yaml", *plain]),
        (3, ["preview", world.rules, *plain]),
        (3, ["preview", stranger, *plain]),
        (3, ["preview", broken, *plain]),
        (3, ["preview", files, *looked(world, attributes=f"BRKW={world.attributes}")]),
        (3, ["diff", files, stranger, *plain]),
        (3, ["diff", broken, files, *plain]),
        (3, ["diff", files, broken, *plain]),
    ]
    for code, words in cases:
        ran = chfw("rules", *words)
        assert (ran.code, len(ran.problems)) == (code, 1), (words, ran.err)
    both = chfw("rules", "diff", broken, broken, *plain)
    assert (both.code, len(both.problems)) == (3, 2)
    assert left_in(tmp_path) == before


def test_what_the_figures_leave_out_is_said(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    path = tmp_path / "n.rules.yaml"
    follow = RULE.replace(
        "decide:\n",
        "decide:\n  - id: follow\n    because: x\n    when: other_supplier_instructed\n    then: instruct\n",
    )
    events = "events:\n  - id: e\n    because: x\n    on: hub_lost_wan\n    do: {notify: us}\n"
    path.write_text(f"rules: v1\nowner: NWND\n{follow}{events}", encoding="utf-8")
    ran = chfw("rules", "preview", path, *looked(world))
    assert ran.code == 0, ran.err
    assert "`other_supplier_instructed` is taken as false" in ran.out
    assert "`events` rules act in a roll-out" in ran.out


def test_what_plays_no_part_is_said(chfw: Chfw, world: DemoFiles, files: Path, tmp_path: Path) -> None:
    """CS3: a hub that its Supplier is about to lose is not decided as if it kept it without a word about it."""
    out = tmp_path / "hubs.csv"
    assert chfw("rules", "preview", files, *looked(world), "--out", out).code == 0
    with out.open(encoding="utf-8") as file:
        mine, other = [row["guid"] for row in csv.DictReader(file) if row["outcome"] == "instruct"][:2]
    change = {"type": "change_of_supplier_started", "at": AS_OF, "role": "import", "effective": "2026-03-05"}
    rows = [
        {"seq": 1, **change, "guid": mine, "from": "NWND", "to": "BRKW"},
        {"seq": 2, **change, "guid": other, "from": "BRKW", "to": "GLEN"},
    ]
    events = tmp_path / "events.jsonl"
    events.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    told = looked(world, events=events)

    def notes(*words: object) -> list[str]:
        found: list[str] = json.loads(chfw("rules", *words, *told, "--json").out)["notes"]
        assert any(note.startswith("instructions on record are not looked at") for note in found)
        return [note for note in found if note.startswith("changes of Supplier")]

    (all_hubs,) = notes("preview", files)
    assert all_hubs.startswith("changes of Supplier announced for 1 hub count")
    (one,) = notes("explain", files, "--guid", mine)
    assert one.startswith("changes of Supplier announced for this hub (2026-03-05) count")
    assert notes("explain", files, "--guid", other) == []
