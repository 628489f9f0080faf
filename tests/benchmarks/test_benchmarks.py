"""The benchmark runs, and what it compares decides alike. Nothing here is about time."""

import importlib.util
import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.aims import Aim
from benchmarks.case import Case
from benchmarks.report import NAMES
from benchmarks.rules import KINDS, build_inputs

pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("polars", "duckdb", "psutil")),
    reason="needs the extra `bench`",
)


def test_everything_runs_and_all_decide_alike(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    options = ["--size", "5k", "--rules", "10", "--each", "1", "--repetitions", "1"]
    assert main([*options, "--cache", str(tmp_path), "--json", str(out)]) == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    few, each, batches = told["cases"]
    assert list(few["items"]) == list(NAMES)
    assert list(each["items"]) == list(batches["items"]) == ["plan"]
    for case in (few, each, batches):
        for item in case["items"].values():
            assert item["failed"] is None
            assert item["runs"] == 1
    assert told["agreement"]["10 rules"]["hubs"] == 5_000
    assert few["items"]["verify"]["told"] == {"holds": True, "violations": {}}
    assert few["items"]["plan"]["told"]["outcome"]["infeasible"] > 0  # capacity really limits
    assert {aim["verdict"] for aim in told["aims"]} <= {"ok", "MISSED"}


@pytest.mark.parametrize("count", [10, 300, 1_000])
def test_rules_are_as_many_as_asked_and_of_every_kind(count: int) -> None:
    inputs = build_inputs(Case(hubs=100_000, rules=count))
    suppliers = [rules for rules in inputs.rulesets if rules.owner != "DCC"]
    blocks = ("excludes", "holds", "decides", "priorities", "pilots")
    counts = {block: sum(len(getattr(rules, block)) for rules in suppliers) for block in blocks}
    assert sum(counts.values()) == count
    assert counts["holds"] == 2 * count // len(KINDS)
    assert all(counts.values())


def test_the_same_case_has_the_same_rules() -> None:
    case = Case(hubs=100_000, rules=300)
    assert build_inputs(case) == build_inputs(case)


def test_an_aim_says_when_it_is_missed() -> None:
    assert Aim(what="plan to floor", measured=2.1, limit=2).verdict == "MISSED"
    assert Aim(what="reference to plan", measured=31, limit=30, at_least=True).verdict == "ok"
