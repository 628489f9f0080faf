"""What the formatter promises, over generated files and over all that are at hand (NF3)."""

from pathlib import Path

import pytest
from hypothesis import given

from chfw_core.diagnostics import Severity
from chfw_core.rules.check import Checked, check_sources
from chfw_core.rules.formatting import WIDTH, format_text, same_meaning
from chfw_core.rules.formatting.same import meaning
from chfw_core.rules.formatting.tree import lay_out
from chfw_core.testing.rule_files import rule_files

ROOT = Path(__file__).parents[4]
SHARED = ROOT.parent / "shared" / "rules-examples"
FILES = sorted([*ROOT.glob("rulesets/**/*.rules.yaml"), *ROOT.glob("chfw_app/**/*.rules.yaml"), *SHARED.glob("*.yaml")])
SOUND = [
    path
    for path in FILES
    if path.name.endswith(".rules.yaml") and not check_sources([(path.name, path.read_text("utf-8"))]).has_errors
]
NAME = "f.rules.yaml"


def _told(checked: Checked) -> list[tuple[str, str, str | None]]:
    """The problems without their places."""
    return [(problem.code, problem.message, problem.hint) for problem in checked.problems]


def _promises(text: str) -> None:
    once = format_text(text)
    assert format_text(once) == once
    before, after = check_sources([(NAME, text)]), check_sources([(NAME, once)])
    assert meaning(before.rulesets) == meaning(after.rulesets)
    assert _told(before) == _told(after)
    assert [comment.text for comment in lay_out(text).comments] == [comment.text for comment in lay_out(once).comments]
    assert same_meaning(NAME, text, once)
    assert once.endswith("\n")
    assert not once.startswith("\n")
    assert "\n\n\n" not in once or "|" in once or ">" in once
    assert "\t\n" not in once
    assert " \n" not in once


@given(rule_files())
def test_a_generated_file_is_valid(text: str) -> None:
    found = check_sources([(NAME, text)]).problems
    assert [problem.render() for problem in found if problem.severity is Severity.ERROR] == []


@given(rule_files())
def test_the_form_is_stable_and_the_meaning_stays(text: str) -> None:
    _promises(text)


@given(rule_files())
def test_line_endings_and_a_byte_order_mark_change_nothing(text: str) -> None:
    assert format_text("\ufeff" + text.replace("\n", "\r\n")) == format_text(text)


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_every_file_at_hand(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    _promises(text)
    assert all(len(line) <= WIDTH or "#" in line for line in format_text(text).splitlines())
