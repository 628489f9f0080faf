"""`chfw rules fmt`, `new`, `schema` and `check --why` (NF3)."""

import json
from pathlib import Path

import pytest

from chfw_app.workbench import code_pages
from chfw_app.workbench import formatting as rule_format
from chfw_app.workbench.templates import Template, all_templates, from_template
from chfw_core.rules.check import check_sources
from chfw_core.rules.formatting import format_text
from chfw_core.rules.keys.schema import rule_file_schema
from chfw_core.rules.problems.codes import CODES
from tests.app.helpers import Chfw, left_in

UGLY = "rules:   v1\nowner: NWND # whose\nexclude:\n- {id: a, because: b, when: split}\n"
GOOD = "rules: v1\nowner: NWND  # whose\nexclude:\n  - id: a\n    because: b\n    when: split\n"
BROKEN = "rules:   v1\nowner: NWND\nexclude:\n- {id: a, because: b, when: splitt}\n"


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    file = tmp_path / "a.rules.yaml"
    file.write_text(UGLY, encoding="utf-8")
    return file


def test_fmt_writes_the_canonical_form(chfw: Chfw, ugly: Path) -> None:
    ran = chfw("rules", "fmt", ugly.parent)
    assert (ran.code, ran.out) == (0, "1 file formatted, 0 unchanged\n")
    assert ugly.read_text(encoding="utf-8") == GOOD
    assert left_in(ugly.parent) == [ugly.name]
    assert chfw("rules", "fmt", ugly).out == "0 files formatted, 1 unchanged\n"


def test_fmt_check_prints_the_difference_and_writes_nothing(chfw: Chfw, ugly: Path) -> None:
    ran = chfw("rules", "fmt", "--check", ugly)
    assert ran.code == 2
    assert f"--- {ugly}\n+++ {ugly}\n" in ran.out
    assert "-rules:   v1\n" in ran.out
    assert "+rules: v1\n" in ran.out
    assert ran.out.endswith("1 file would change, 0 unchanged\n")
    assert ugly.read_text(encoding="utf-8") == UGLY
    ugly.write_text(GOOD, encoding="utf-8")
    assert chfw("rules", "fmt", "--check", ugly).code == 0


def test_a_missing_end_of_line_is_told_of(chfw: Chfw, ugly: Path) -> None:
    ugly.write_text(GOOD.rstrip("\n"), encoding="utf-8")
    assert "\\ No newline at end of file\n" in chfw("rules", "fmt", "--check", ugly).out


def test_fmt_stdout(chfw: Chfw, ugly: Path) -> None:
    ran = chfw("rules", "fmt", "--stdout", ugly)
    assert (ran.code, ran.out) == (0, GOOD)
    assert ugly.read_text(encoding="utf-8") == UGLY


def test_a_file_with_errors_is_left_as_it_is_and_the_others_are_not(chfw: Chfw, ugly: Path) -> None:
    broken = ugly.with_name("b.rules.yaml")
    broken.write_text(BROKEN, encoding="utf-8")
    ran = chfw("rules", "fmt", ugly.parent)
    assert ran.code == 3
    assert f"{broken}:4:" in ran.err
    assert "did you mean `split`" in ran.err
    assert f"error: `{broken}` has errors and was left as it is" in ran.err
    assert broken.read_text(encoding="utf-8") == BROKEN
    assert ugly.read_text(encoding="utf-8") == GOOD
    assert chfw("rules", "fmt", "--stdout", broken).out == ""


def test_what_another_file_of_the_owner_holds_is_no_error(chfw: Chfw, ugly: Path) -> None:
    """`decide` may end in another file; and two files with one id are each sound."""
    first, last = ugly.with_name("1.rules.yaml"), ugly.with_name("2.rules.yaml")
    rule = "decide: [{id: %s, because: b, when: %s, then: leave_to_dcc}]\n"
    first.write_text("rules: v1\nowner: BRKW\n" + rule % ("a", "split"), encoding="utf-8")
    assert chfw("rules", "fmt", first).code == 3
    last.write_text("rules: v1\nowner: BRKW\n" + rule % ("a", "otherwise"), encoding="utf-8")
    assert chfw("rules", "check", ugly.parent).code == 3
    assert chfw("rules", "fmt", ugly.parent).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no rule file was named"),
        (["nowhere.rules.yaml"], "nowhere.rules.yaml"),
        (["--check", "--stdout", "x"], "do not go together"),
    ],
)
def test_fmt_of_nothing(chfw: Chfw, words: list[str], said: str) -> None:
    ran = chfw("rules", "fmt", *words)
    assert ran.code == 1
    assert said in ran.err


def test_stdout_takes_one_file(chfw: Chfw, ugly: Path) -> None:
    ugly.with_name("b.rules.yaml").write_text(GOOD, encoding="utf-8")
    assert chfw("rules", "fmt", "--stdout", ugly.parent).code == 1


def test_fmt_tells_a_program_what_became_of_each_file(chfw: Chfw, ugly: Path) -> None:
    """NF3: one object, whatever happens; the exit codes are those of the contracts."""
    good, broken = ugly.with_name("b.rules.yaml"), ugly.with_name("c.rules.yaml")
    good.write_text(GOOD.replace("id: a", "id: b"), encoding="utf-8")
    ran = chfw("rules", "fmt", "--check", "--json", ugly.parent)
    told = json.loads(ran.out)
    assert ran.code == 2
    assert [(one["file"], one["state"]) for one in told["files"]] == [
        (str(ugly), "would_change"),
        (str(good), "unchanged"),
    ]
    assert told["files"][0]["diff"].startswith(f"--- {ugly}\n+++ {ugly}\n")
    assert (told["would_change"], told["unchanged"], told["refused"], told["unread"]) == (1, 1, 0, [])
    assert ugly.read_text(encoding="utf-8") == UGLY
    broken.write_text(BROKEN, encoding="utf-8")
    ran = chfw("rules", "fmt", "--json", ugly.parent, ugly.parent / "nowhere.rules.yaml")
    told = json.loads(ran.out)
    assert ran.code == 1
    assert [one["state"] for one in told["files"]] == ["written", "unchanged", "refused"]
    assert [(each["code"], each["line"], each["hint"]) for each in told["files"][2]["problems"]] == [
        ("E101", 4, "did you mean `split`?")
    ]
    assert (told["written"], told["unchanged"], told["refused"]) == (1, 1, 1)
    assert "nowhere.rules.yaml" in told["unread"][0]["message"]
    assert ugly.read_text(encoding="utf-8") == GOOD
    assert chfw("rules", "fmt", "--json", broken).code == 3
    assert chfw("rules", "fmt", "--json", good).code == 0
    assert chfw("rules", "fmt", "--json", "--stdout", good).code == 1


def test_new_tells_a_program_what_it_wrote(chfw: Chfw, tmp_path: Path) -> None:
    file = tmp_path / "x.rules.yaml"
    listed = json.loads(chfw("rules", "new", "--list", "--json").out)
    assert [one["template"] for one in listed["templates"]] == [template.name for template in TEMPLATES]
    printed = json.loads(chfw("rules", "new", "pilot", "--json").out)
    assert printed == {"template": "pilot", "owner": "NWND", "files": [], "text": from_template("pilot", None)}
    ran = chfw("rules", "new", "pilot", "--owner", "BRKW", "--out", file, "--json")
    assert ran.code == 0
    written = {"template": "pilot", "owner": "BRKW", "files": [{"file": str(file), "state": "written"}], "text": None}
    assert json.loads(ran.out) == written
    again = chfw("rules", "new", "pilot", "--out", file, "--json")
    assert again.code == 1
    (refused,) = json.loads(again.out)["files"]
    assert (refused["state"], refused["hint"]) == ("refused", "name another file with `--out`")
    assert "is there already" in refused["reason"]
    assert "is there already" in again.err


def test_line_endings_and_links_stay(chfw: Chfw, ugly: Path) -> None:
    ugly.write_bytes(UGLY.replace("\n", "\r\n").encode())
    link = ugly.with_name("b.rules.yaml")
    link.symlink_to(ugly.name)
    assert chfw("rules", "fmt", link).code == 0
    assert link.is_symlink()
    assert ugly.read_bytes() == GOOD.replace("\n", "\r\n").encode()


def test_a_changed_meaning_is_never_written(chfw: Chfw, ugly: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_format, "format_text", lambda text: text.replace("split", "not split"))
    ran = chfw("rules", "fmt", ugly)
    assert ran.code == 3
    assert "a fault in chfw" in ran.err
    assert ugly.read_text(encoding="utf-8") == UGLY


TEMPLATES = all_templates()


def test_there_is_a_template_for_every_kind_of_rule() -> None:
    """RU1 to RU8, pilot and emergency; RU7 for the DCC and for a CSP."""
    clauses = {template.clause for template in TEMPLATES}
    assert clauses >= {f"RU{number}" for number in range(1, 9)}
    assert {"pilot", "emergency", "dcc", "csp"} <= {template.name for template in TEMPLATES}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: str(template.name))
def test_a_template_is_clean_stable_and_teaches(template: Template) -> None:
    checked = check_sources([(f"{template.name}.rules.yaml", template.text)])
    assert [problem.render() for problem in checked.problems] == []
    assert format_text(template.text) == template.text
    comments = [line for line in template.text.splitlines() if line.lstrip().startswith("#")]
    assert len(comments) >= 5


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: str(template.name))
def test_new_writes_it_and_it_checks(chfw: Chfw, template: Template, tmp_path: Path) -> None:
    file = tmp_path / "x.rules.yaml"
    owner = template.owner if template.owner != "NWND" else "BRKW"
    assert chfw("rules", "new", template.name, "--owner", owner, "--out", file).code == 0
    assert f"owner: {owner}\n" in file.read_text(encoding="utf-8")
    assert chfw("rules", "check", file, "--fail-level", "warning").code == 0
    assert chfw("rules", "fmt", "--check", file).code == 0


def test_new_prints_and_lists(chfw: Chfw) -> None:
    assert chfw("rules", "new", "pilot").out == from_template("pilot", None)
    told = chfw("rules", "new", "--list").out
    assert all(template.name in told for template in TEMPLATES)


def test_new_never_overwrites(chfw: Chfw, ugly: Path) -> None:
    ran = chfw("rules", "new", "pilot", "--out", ugly)
    assert ran.code == 1
    assert "is there already" in ran.err
    assert ugly.read_text(encoding="utf-8") == UGLY
    assert chfw("rules", "new", "pilot", "--out", ugly.parent / "nowhere" / "x").code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no template was named"),
        (["pilto"], "did you mean `pilot`?"),
        (["xyz"], "--list"),
        (["csp", "--owner", "NWND"], "is not for the owner `NWND`"),
        (["pilot", "--owner", "DCC"], "is not for the owner `DCC`"),
        (["pilot", "--owner", "two words"], "is not for the owner"),
        (["pilot", "--owner", "NWND # x"], "is not for the owner"),
    ],
)
def test_new_says_what_is_wrong(chfw: Chfw, words: list[str], said: str) -> None:
    ran = chfw("rules", "new", *words)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err


def test_schema(chfw: Chfw, tmp_path: Path) -> None:
    assert json.loads(chfw("rules", "schema").out) == rule_file_schema()
    file = tmp_path / "rules.schema.json"
    ran = chfw("rules", "schema", "--out", file)
    assert "$schema=./rules.schema.json" in ran.out
    assert json.loads(file.read_text(encoding="utf-8")) == rule_file_schema()


@pytest.mark.parametrize("code", CODES)
def test_why_prints_the_page(chfw: Chfw, code: str) -> None:
    ran = chfw("rules", "check", "--why", code.lower())
    assert ran.code == 0
    assert ran.out.startswith(f"# {code}: {CODES[code]}\n")


def test_why_of_no_code(chfw: Chfw) -> None:
    ran = chfw("rules", "check", "--why", "E999")
    assert ran.code == 1
    assert "there is no code `E999`" in ran.err


def test_the_installed_pages_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "code_pages").mkdir()
    (tmp_path / "code_pages" / "E101.md").write_text("installed", encoding="utf-8")
    monkeypatch.setattr(code_pages, "files", lambda _: tmp_path)
    assert code_pages.code_page("E101") == "installed"


def test_check_tells_junit(chfw: Chfw, ugly: Path) -> None:
    assert chfw("rules", "check", ugly, "--format", "junit").out.startswith("<?xml")
