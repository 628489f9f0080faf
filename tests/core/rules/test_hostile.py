"""Files made to hurt, and files made by chance: always an answer, soon, never an exception."""

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.rules.check import check_sources
from chfw_core.rules.conditions.expressions import parse_at_most, parse_condition, parse_limit, parse_term
from tests.core.rules.support import check, one_rule

HEAD = "rules: v1\nowner: NWND\n"
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
SEED = one_rule(
    'flags has any ["psr"] and not (my.a in s) or installed_on within last 28 days',
    before=(
        'applies_to: {device_models: ["433100AC", "5431*"]}\nsets: {s: [a, "b"]}\n'
        'windows:\n  nights: {days: [mon], between: "22:00-05:00"}\n'
    ),
)
PIECES = (
    *"[]{}()&*!|>'\"%@`,:-?#\n\t ",
    "- ",
    ": ",
    "\n  ",
    "\n---\n",
    "<<",
    "rules",
    "owner",
    "when",
    "decide",
    "hold",
    "until",
    "and",
    "or",
    "not",
    "in",
    "between",
    "has any",
    "28 days",
    "2026-03-01",
    "98%",
    "==",
    "<",
    "\x00",
    "\ud800",
    "\ufeff",
    "é",
    "\x85",
    "\u2028",
)


def test_a_text_of_200_mb_is_refused_by_its_length() -> None:
    text = "a" * 200_000_000
    tracemalloc.start()
    (problem,) = check(text).problems
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert problem.code == "E202"
    assert peak < 1_000_000


def test_the_limit_counts_bytes() -> None:
    assert [problem.code for problem in check("# " + "é" * 600_000).problems] == ["E202"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 1_000_000, "E203"),
        ("{" * 1_000_000, "E203"),
        ("- " * 500_000, "E203"),
        ("? " * 500_000, "E203"),
        ("{a: " * 200_000, "E203"),
        (HEAD + "exclude: " + "[" * 33 + "]" * 33, "E203"),
        (BOMB, "E206"),
        (one_rule("(" * 500_000), "E112"),
        (one_rule("(" * 200_000 + "split" + ")" * 200_000), "E112"),
        (one_rule("not " * 200_000 + "splat"), "E101"),
        (one_rule("not (" * 40 + "split" + ")" * 40), "E112"),
        (one_rule("my.a < 1" + "0" * 900_000), "E113"),
        (one_rule("today" + " + 36525 days" * 50_000 + " < splat"), "E101"),
        ('"' + "\\\n " * 300_000, "E201"),
        ("a:" * 500_000, "E201"),
        (HEAD + "".join(f"unknown{n}: x\n" for n in range(50_000)), "E221"),
    ],
    ids=range(16),
)
def test_a_file_made_to_exhaust_is_refused_at_once(text: str, code: str) -> None:
    before = time.process_time()
    codes = {problem.code for problem in check(text).problems}
    assert code in codes
    assert time.process_time() - before < 20, "seconds, on a busy machine; quadratic work would take minutes"


def test_brackets_up_to_the_limit_are_read() -> None:
    assert check(one_rule("(" * 32 + "split" + ")" * 32)).problems == ()


def _seconds(text: str) -> float:
    def once() -> float:
        before = time.process_time()
        check(text)
        return time.process_time() - before

    return min(once() for _ in range(3))


@pytest.mark.parametrize("piece", ["split and ", "not ", "not (split) or ", "my.a in [1, 2] and "])
def test_time_is_linear_in_the_length_of_a_condition(piece: str) -> None:
    short, long = (_seconds(one_rule(piece * times + "split")) for times in (500, 4_000))
    assert long < 40 * short + 0.05, "8 times the text; quadratic work would take 64 times the time"


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    checked = check(text)
    assert checked.problems
    assert checked.rulesets == ()


@given(st.binary())
def test_any_bytes_have_an_answer(content: bytes) -> None:
    assert check(content.decode("latin-1")).problems
    assert check(content.decode("utf-8", "surrogateescape")).problems


@given(st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 6), st.sampled_from(PIECES)), max_size=6))
def test_a_damaged_file_has_an_answer_with_places_inside_it(damage: list[tuple[int, int, str]]) -> None:
    text = SEED
    for start, cut, piece in damage:
        text = text[:start] + piece + text[start + cut :]
    for problem in check(text).problems:
        assert problem.span.line >= 1
        assert problem.span.column >= 1
        assert problem.render()


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_any_row_of_tokens_has_an_answer(text: str) -> None:
    for parse in (parse_condition, parse_term, parse_limit, parse_at_most):
        assert parse(text) is not None
    checked = check(HEAD + "exclude:\n- id: a\n  because: x\n  when: |-\n    " + text.replace("\n", " "))
    assert checked.has_errors == (not checked.rulesets)


def test_the_same_files_have_the_same_problems_in_any_order() -> None:
    files = [("b.rules.yaml", one_rule("splat")), ("a.rules.yaml", one_rule("spilt").replace("id: a", "id: b"))]
    assert check_sources(files).problems == check_sources(files[::-1]).problems
