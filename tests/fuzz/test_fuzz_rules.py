"""Some fuzzing in every run, a long one by night; and that the work grows as the text does, no faster (NF3)."""

import importlib.util
import os
import subprocess
import sys
import tracemalloc
from itertools import islice
from types import FrameType

import pytest

from chfw_core.rules.check import check_sources
from chfw_core.rules.conditions.expressions import parse_condition
from tests.core.rules.support import one_rule
from tests.fuzz.fuzz_rules import ANALYSIS, ROOT, mutants, seed_texts, try_text

MUTANTS = 400
ENDS = 4_000_000
"""The work of one mutant, counted in calls: far more than any seed needs, far less than a hang."""

NIGHTLY_SECONDS = int(os.environ.get("CHFW_FUZZ_SECONDS", "300"))


class TooMuchWork(Exception):  # noqa: N818 - it is the finding
    """A text that keeps the checker busy beyond all measure."""


def _calls(work: str, *, parse_only: bool = False) -> int:
    """How many calls of Python functions, methods and built-ins it takes: the same number on every machine."""
    count = 0

    def tick(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1
            if count > ENDS:
                raise TooMuchWork

    known = sys.getprofile()
    sys.setprofile(tick)
    try:
        if parse_only:
            parse_condition(work)
        else:
            check_sources([("f", work)], analysis=ANALYSIS)
    finally:
        sys.setprofile(known)
    return count


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_are_well_received(seed: int) -> None:
    for text in islice(mutants(seed, seed_texts()), MUTANTS // 4):
        try_text(text)


def test_the_damage_is_worth_trying() -> None:
    """Not all of it is unreadable, not all of it is harmless."""
    texts = list(islice(mutants(11, seed_texts()), 200))
    checked = [check_sources([("f", text)], analysis=None) for text in texts]
    codes = {problem.code for one in checked for problem in one.problems}
    unreadable = sum(any(problem.code == "E201" for problem in one.problems) for one in checked)
    sound = sum(not one.has_errors for one in checked)
    assert len(codes) > 25
    assert unreadable < 0.5 * len(texts)
    assert 0.05 * len(texts) < sound < 0.6 * len(texts)


def test_no_damage_makes_the_checker_hang_or_fills_the_memory() -> None:
    texts = list(islice(mutants(5, seed_texts()), 40))
    assert max(_calls(text) for text in texts) < ENDS
    tracemalloc.start()
    for text in texts:
        check_sources([("f", text)], analysis=ANALYSIS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000


@pytest.mark.parametrize(
    "piece",
    [("(", ")"), ("not (", ")"), ("((", "))"), ("[", "]"), ("(split or ", ")"), ("my.a in [", "]")],
    ids=lambda piece: piece[0].strip(),
)
def test_nested_brackets_cost_no_more_than_their_number(piece: tuple[str, str]) -> None:
    """Eight times the brackets, at most eight times the work: counted in calls, not in seconds."""
    opening, closing = piece
    for parse_only in (True, False):
        few, many = (
            _calls(text if parse_only else one_rule(text), parse_only=parse_only)
            for text in (opening * n + "split" + closing * n for n in (1_000, 8_000))
        )
        assert many < 8.5 * few


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nested_yaml_is_refused_at_a_fixed_cost(opening: str) -> None:
    few, many = (_calls("rules: v1\nowner: A\nexclude:\n " + opening * n) for n in (100, 10_000))
    assert many <= few + 20


@pytest.mark.parametrize(
    "piece", ["split and ", "not split or ", 'my.a in ["x", "y"] and ', "(my.a == 1 or my.b == 2) and "]
)
def test_a_long_condition_costs_no_more_than_its_length(piece: str) -> None:
    few, many = (_calls(one_rule(piece * n + "split")) for n in (200, 1_600))
    assert many < 8.5 * few


@pytest.mark.nightly
def test_thousands_of_damaged_files_are_well_received() -> None:
    for text in islice(mutants(2_026, seed_texts()), 20_000):
        try_text(text)


@pytest.mark.nightly
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not installed: pip install 'chfw[fuzz]' (it has wheels for some Pythons on Linux only)",
)
def test_guided_fuzzing_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.fuzz_rules", "--seconds", str(NIGHTLY_SECONDS)],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *map(str, (ROOT / "transports", ROOT / "emulator"))]),
        },
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
