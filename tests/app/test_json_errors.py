"""`--json` prints one object, also where there is no result (contracts, Command line): the problems, by code."""

import json
from pathlib import Path

import pytest

from chfw_app.demo.prepare import DemoFiles
from tests.app.helpers import Chfw, inputs

BAD_RULES = 'rules: v1\nowner: NWND\ndecide:\n  - id: a\n    because: b\n    when: flag has "psr"\n    then: instruct\n'


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("rules", "check", "nowhere", "--json"), 1),
        (("rules", "check", "nowhere", "--format", "json"), 1),
        (("rules", "check", "nowhere", "--format=json"), 1),
        (("rules", "test", "nowhere", "--json"), 1),
        (("rules", "coverage", "nowhere", "--json"), 1),
        (("estate", "check", "nowhere.csv", "--json"), 1),
        (("plan", "--json"), 1),
        (("plam", "--json"), 1),
    ],
)
def test_what_cannot_be_read_is_told_to_programs_too(
    chfw: Chfw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = chfw(*words)
    assert ran.code == code
    told = json.loads(ran.out)
    problems = told.get("problems")
    assert problems
    assert all(problem["message"] for problem in problems)
    assert ran.err


def test_a_plan_or_a_preview_without_a_result_names_the_codes(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    rules = tmp_path / "NWND.rules.yaml"
    rules.write_text(BAD_RULES, encoding="utf-8")
    ran = chfw("plan", *inputs(world, rules=rules), "--out", tmp_path / "plan.csv", "--json")
    assert ran.code == 3
    told = json.loads(ran.out)
    (problem, *_) = (found for found in told["problems"] if found["severity"] == "error")
    assert problem["code"].startswith("E")
    assert problem["code"] in ran.err
    assert problem["file"] == str(rules)
    assert f"{rules}:{problem['line']}:{problem['column']}: {problem['code']}" in ran.err
    assert told["errors"] >= 1
    few = ["--estate", world.estate, "--release", world.release, "--as-of", "2026-01-15T09:00:00Z"]
    ran = chfw("rules", "preview", rules, *few, "--json")
    assert ran.code == 3, ran.err
    assert json.loads(ran.out)["problems"][0]["file"] == str(rules)


def test_a_text_reader_gets_no_object(chfw: Chfw, tmp_path: Path) -> None:
    assert chfw("estate", "check", tmp_path / "nowhere.csv").out == ""


def test_rules_that_nobody_can_use_are_said_plainly(chfw: Chfw, tmp_path: Path) -> None:
    rules = tmp_path / "NWND.rules.yaml"
    rules.write_text("rules: v1\nowner: [\n", encoding="utf-8")
    ran = chfw("rules", "check", rules)
    assert ran.code == 3
    assert "1 file, no usable rules" in ran.out
    assert "rules of nobody" not in ran.out
