"""What the formatter promises, over generated files and over all that are at hand (NF3)."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yaml import CSafeLoader, MarkedYAMLError, ScalarEvent, parse

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
MARK = "# beside"


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


def _without_comments(text: str) -> str:
    for comment in reversed(lay_out(text).comments):
        text = (
            text[: comment.at].rstrip(" \t")
            + text[comment.at :].partition("\n")[1]
            + text[comment.at :].partition("\n")[2]
        )
    return text


def _with_a_comment(text: str) -> Iterator[tuple[int, str]]:
    """The text with one comment at the end of each of its lines, where that is a comment."""
    lines, before = text.split("\n"), len(lay_out(text).comments)
    for at, line in enumerate(lines):
        if not line.strip():
            continue
        written = "\n".join([*lines[:at], f"{line}  {MARK}", *lines[at + 1 :]])
        try:
            found = lay_out(written).comments
        except MarkedYAMLError:
            continue  # within a quoted text
        if len(found) == before + 1 and any(comment.text == MARK for comment in found):
            yield at, written


def _content(text: str, line: int) -> set[str]:
    """The keys and values of which some part stands on a line; after a dash or bracket at its end, what it opens.

    The bracket that a whole file may stand in is no content: what stands beside it heads the file.
    """
    found, before, opens = set(), False, text.split("\n")[line].partition("  #")[0].rstrip()[-1:] in ("-", "{", "[")
    for event in parse(text, Loader=CSafeLoader):
        first, last = event.start_mark, event.end_mark
        if not isinstance(event, ScalarEvent) or first is None or last is None:
            continue
        if first.line <= line <= last.line - (last.column == 0):
            found.add(_bare(event.value))
        elif opens and before and first.line > line:
            return {*found, _bare(event.value)}
        before = before or first.line <= line
    return found


def _bare(text: str) -> str:
    """Without what the canonical form of a condition may change."""
    return re.sub(r"[\s'\"]", "", text)


def _stays_beside(text: str, first: int = 0, step: int = 1) -> int:
    """NF3: a comment stays with its line's content, wherever in the file it is put. How many were tried."""
    tried = 0
    for at, written in islice(_with_a_comment(text), first, None, step):
        after = format_text(written)
        assert format_text(after) == after
        assert same_meaning(NAME, written, after)
        (line,) = [number for number, shown in enumerate(after.split("\n")) if shown.endswith(MARK)]
        content, beside = _content(written, at), _content(after, line)
        assert not content or not content.isdisjoint(beside), (written.split("\n")[at], after.split("\n")[line])
        tried += 1
    return tried


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_a_comment_at_any_line_end_of_a_file_in_form_stays_where_it_is(path: Path) -> None:
    text = format_text(path.read_text(encoding="utf-8"))
    written = [with_comment for _, with_comment in _with_a_comment(text)]
    assert len(written) >= len([line for line in text.split("\n") if line.startswith(" ")]) // 2
    for with_comment in written:
        assert format_text(with_comment) == with_comment


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_a_comment_at_any_line_end_of_a_file_stays_with_the_lines_content(path: Path) -> None:
    assert _stays_beside(_without_comments(path.read_text(encoding="utf-8"))) > 3


@settings(max_examples=25)
@example('{\n\n  rules: "v1", owner: "NWND", decide: [ {id: otherwise, when: otherwise, then: leave_to_dcc} ]}\n', 0)
@given(rule_files(), st.integers(0, 6))
def test_a_comment_at_any_line_end_stays_with_the_lines_content_in_any_style(text: str, first: int) -> None:
    _stays_beside(_without_comments(text), first, step=7)


@given(rule_files())
def test_line_endings_and_a_byte_order_mark_change_nothing(text: str) -> None:
    assert format_text("\ufeff" + text.replace("\n", "\r\n")) == format_text(text)


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_every_file_at_hand(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    _promises(text)
    assert all(len(line) <= WIDTH or "#" in line for line in format_text(text).splitlines())
