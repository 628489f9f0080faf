"""`chfw rules check`: what is looked for, and what is said about what was not (NF3)."""

import json
from pathlib import Path

import pytest

from chfw_app.workbench import analysis as rule_analysis
from chfw_app.workbench.analysis import MOST_OPEN, RuleAnalysis
from chfw_app.workbench.z3_prover import z3_is_here
from tests.app.helpers import Chfw, installed

MANY = " and ".join(f"(my.a{n} == 1 or my.b{n} == 1)" for n in range(8))
HIDDEN = """rules: v1
owner: NWND
decide:
  - {id: a, because: x, when: split, then: instruct}
  - {id: b, because: x, when: split and csp_region == "North", then: leave_to_dcc}
  - {id: rest, because: x, when: otherwise, then: leave_to_dcc}
"""


@pytest.fixture
def write(tmp_path: Path) -> Path:
    return tmp_path / "f.rules.yaml"


def test_the_analysis_is_on_and_can_be_turned_off(chfw: Chfw, write: Path) -> None:
    write.write_text(HIDDEN)
    ran = chfw("rules", "check", write)
    assert ran.code == 0
    assert "W302 `b` is never reached" in ran.out
    assert chfw("rules", "check", write, "--fail-level", "warning").code == 2
    assert "W302" not in chfw("rules", "check", write, "--no-analyse").out


def test_a_note_is_no_warning(chfw: Chfw, write: Path) -> None:
    write.write_text(HIDDEN.replace('split and csp_region == "North"', 'csp_region == "North"'))
    ran = chfw("rules", "check", write, "--overlaps", "--fail-level", "warning")
    assert ran.code == 0
    assert "N401" in ran.out
    assert "1 note" in ran.out
    assert json.loads(chfw("rules", "check", write, "--overlaps", "--json").out)["warnings"] == 0


def test_periods_are_held_against_a_release(chfw: Chfw, write: Path, tmp_path: Path) -> None:
    write.write_text(HIDDEN.replace("then: instruct}", "then: instruct, at: {from: 2031-01-01}}"))
    release = tmp_path / "release.yaml"
    release.write_text(installed("release.yaml"))
    assert "W312" not in chfw("rules", "check", write).out
    assert "W312 the period of `a` begins at 2031-01-01" in chfw("rules", "check", write, "--release", release).out


def test_a_release_that_cannot_be_read_is_said(chfw: Chfw, write: Path, tmp_path: Path) -> None:
    write.write_text(HIDDEN)
    assert chfw("rules", "check", write, "--release", tmp_path / "none.yaml").code == 1
    bad = tmp_path / "bad.yaml"
    bad.write_text("release: v1\n")
    ran = chfw("rules", "check", write, "--release", bad)
    assert ran.code == 1
    assert "bad.yaml" in ran.err


def test_what_was_left_open_is_said_on_standard_error(chfw: Chfw, write: Path) -> None:
    write.write_text(HIDDEN.replace("when: split,", f"when: split and {MANY},"))
    ran = chfw("rules", "check", write, "--json")
    assert json.loads(ran.out)["problems"] == []
    assert "not found out: whether `a` ever matches" in ran.err
    assert "`--prove` puts such questions to a solver" in ran.err


@pytest.mark.skipif(not z3_is_here(), reason="z3 is not installed: pip install 'chfw[analysis]'")
def test_the_solver_finds_it_out(chfw: Chfw, write: Path) -> None:
    write.write_text(HIDDEN.replace("when: split,", f"when: split and {MANY},"))
    ran = chfw("rules", "check", write, "--prove")
    assert "not found out" not in ran.err
    assert ran.code == 0


def test_without_z3_the_rest_runs_and_says_what_was_not_checked(
    chfw: Chfw, write: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_analysis, "z3_is_here", lambda: False)
    write.write_text(HIDDEN)
    ran = chfw("rules", "check", write, "--prove")
    assert "W302 `b` is never reached" in ran.out
    assert "not checked without z3: " in ran.err
    assert "pip install 'chfw[analysis]'" in ran.err


def test_a_long_list_of_open_questions_is_cut() -> None:
    notes = RuleAnalysis(prove=True).notes(tuple(f"whether {n}" for n in range(MOST_OPEN + 3)))
    assert len([note for note in notes if note.startswith("not found out: whether")]) == MOST_OPEN
    assert "not found out: 3 questions more" in notes


@pytest.mark.parametrize(
    ("command", "names", "near"),
    [
        ("check", ["NWND.rules.yml", "other.yaml"], "NWND.rules.yml"),
        ("check", ["NWND.RULES.YAML"], "NWND.RULES.YAML"),
        ("fmt", ["other.yaml"], "other.yaml"),
        ("check", ["NWND.tests.yaml", "readme.txt"], None),
        ("test", ["NWND.tests.yml", "NWND.rules.yaml"], "NWND.tests.yml"),
        ("test", ["NWND.rules.yaml"], None),
    ],
)
def test_a_folder_without_such_a_file_names_one_that_nearly_is(
    chfw: Chfw, tmp_path: Path, command: str, names: list[str], near: str | None
) -> None:
    for name in names:
        (tmp_path / name).write_text("rules: v1\nowner: NWND\n", encoding="utf-8")
    ran = chfw("rules", command, tmp_path)
    assert ran.code == 1
    assert f"in or below the folder `{tmp_path}`" in ran.err
    assert ("hint:" in ran.err) is (near is not None)
    assert near is None or f"`{tmp_path / near}` does not end in" in ran.err


def test_a_file_that_is_named_twice_is_read_once(chfw: Chfw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is named, it is no second file of the same name."""
    folder = tmp_path / "rules"
    folder.mkdir()
    file = folder / "NWND.rules.yaml"
    file.write_text("rules: v1\nowner: NWND\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ran = chfw("rules", "check", "rules", file, "rules/../rules", folder)
    assert (ran.code, ran.out) == (0, "1 file, usable rules of NWND\n")
