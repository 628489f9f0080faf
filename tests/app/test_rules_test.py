"""`chfw rules test` and `chfw rules coverage`, with their exit codes and forms (NF3)."""

import json
from pathlib import Path

import pytest

from tests.app.helpers import Chfw

SHARED = Path(__file__).parents[3] / "shared" / "rules-examples"
RULES = """\
rules: v1
owner: NWND
decide:
  - {id: old, because: The fault, when: installed_on < 2020-01-01, then: instruct}
  - {id: rest, because: The DCC's date, when: otherwise, then: leave_to_dcc}
"""
TESTS = """\
tests_for: [../rules/a.rules.yaml]
as_of: 2026-01-15
release: {device_models: ["433100AC"], notified_on: 2026-01-05}
tests:
  - {name: an old hub, hub: {installed_on: 2018-05-01}, expect: {outcome: instruct, by: old}}
"""
NEW = "  - {name: a new hub, hub: {installed_on: 2022-05-01}, expect: {outcome: leave_to_dcc}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Rules and their tests in folders beside each other."""
    for name, text in (("rules/a.rules.yaml", RULES), ("tests/a.tests.yaml", TESTS + NEW)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_what_passes(chfw: Chfw, folder: Path) -> None:
    for path in (folder, folder / "tests", folder / "tests" / "a.tests.yaml"):
        ran = chfw("rules", "test", path)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == f"{folder}/tests/a.tests.yaml: 2 tests of NWND, all passed\n"


def test_what_fails_is_a_finding(chfw: Chfw, folder: Path) -> None:
    write(folder / "tests" / "a.tests.yaml", TESTS.replace("2018", "2022"))
    ran = chfw("rules", "test", folder)
    assert ran.code == 2
    assert "outcome  instruct  leave_to_dcc  <--" in ran.out
    assert "`installed_on < 2020-01-01` does not hold: installed_on is 2022-05-01" in ran.out
    assert chfw("rules", "test", folder, "--format", "junit").out.startswith("<?xml")
    assert json.loads(chfw("rules", "test", folder, "--json").out)["failed"] == 1
    assert chfw("rules", "coverage", folder).code == 2
    assert json.loads(chfw("rules", "coverage", folder, "--json").out)["failed"] == 1


def test_an_error_in_a_file_gives_no_result(chfw: Chfw, folder: Path) -> None:
    write(folder / "tests" / "a.tests.yaml", TESTS.replace("by: old", "by: odl"))
    ran = chfw("rules", "test", folder)
    assert ran.code == 3
    assert "E503 no rule called `odl` (did you mean `old`?)" in ran.out
    assert chfw("rules", "coverage", folder).code == 3
    write(folder / "rules" / "a.rules.yaml", RULES.replace("installed_on", "instaled_on"))
    assert "did you mean `installed_on`?" in chfw("rules", "test", folder).out
    assert "E101" in chfw("rules", "coverage", folder).err


def test_a_rule_file_that_is_not_there_is_said_at_its_name(chfw: Chfw, folder: Path) -> None:
    tests = write(folder / "tests" / "a.tests.yaml", TESTS.replace("a.rules", "aa.rules"))
    ran = chfw("rules", "test", folder)
    assert ran.code == 3
    assert f"{tests}:1:13: E501 there is no file" in ran.out
    assert "did you mean `a.rules.yaml`?" in ran.out


@pytest.mark.parametrize("command", ["test", "coverage"])
def test_without_files(chfw: Chfw, tmp_path: Path, command: str) -> None:
    for words in ([], ["nowhere.tests.yaml"], [tmp_path]):
        ran = chfw("rules", command, *words)
        assert (ran.code, len(ran.problems)) == (1, 1)


def test_rules_are_no_tests(chfw: Chfw, folder: Path) -> None:
    ran = chfw("rules", "test", folder / "rules" / "a.rules.yaml")
    assert ran.code == 1
    assert "holds rules, not tests" in ran.err


def test_one_file_that_cannot_be_read_does_not_hide_the_others(chfw: Chfw, folder: Path) -> None:
    (folder / "tests" / "b.tests.yaml").write_bytes(b"\xff\xfe")
    ran = chfw("rules", "test", folder)
    assert ran.code == 1
    assert "a.tests.yaml: 2 tests of NWND, all passed" in ran.out


def test_coverage(chfw: Chfw, folder: Path) -> None:
    ran = chfw("rules", "coverage", folder, "--fail-under", 100)
    assert (ran.code, ran.out) == (0, "100%: 2 of 2 rules, 1 of 1 conditions\n")
    write(folder / "tests" / "a.tests.yaml", TESTS)
    ran = chfw("rules", "coverage", folder, "--fail-under", 34)
    rules = folder / "rules" / "a.rules.yaml"
    assert ran.code == 2
    assert ran.out == (
        f"{rules}:4:41: `installed_on < 2020-01-01` was never false\n"
        f"{rules}:5:10: the rule `rest` determined no outcome\n"
        "33%: 1 of 2 rules, 0 of 1 conditions\n"
    )
    told = json.loads(chfw("rules", "coverage", folder, "--json").out)
    assert (told["percent"], told["tests"]) == (33, 1)
    assert chfw("rules", "coverage", folder, "--fail-under", 33).code == 0


def test_rules_without_any_test_are_not_covered(chfw: Chfw, folder: Path) -> None:
    write(folder / "rules" / "b.rules.yaml", RULES.replace("NWND", "BRKW"))
    told = json.loads(chfw("rules", "coverage", folder, "--json").out)
    assert (told["percent"], told["rules"]["total"]) == (50, 4)
    alone = chfw("rules", "coverage", folder / "rules" / "b.rules.yaml")
    assert alone.out.endswith("0%: 0 of 2 rules, 0 of 1 conditions\n")
    assert chfw("rules", "coverage", folder / "tests").out.startswith("100%")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the examples of the language page are not beside this repository")
def test_the_tests_of_the_language_page_pass(chfw: Chfw) -> None:
    ran = chfw("rules", "test", SHARED / "northwind.tests.yaml")
    assert ran.code == 0
    assert "3 tests of NWND, all passed" in ran.out
