"""Fuzzing of the reader, the checker, the analysis and the formatter of rule files.

`python -m tests.fuzz.fuzz_rules --seconds 600` runs atheris (extra `fuzz`), guided by the branches it
reaches, from the corpus of broken files on. `mutants` needs no atheris: every test run tries some.

A text is well received if it has an answer without a traceback, in time and in little memory; if its
problems lie in it and can be shown in every form; and if a sound file means the same when formatted.
"""

import argparse
import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chfw_core.diagnostics import Severity
from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.check import Checked, check_sources
from chfw_core.rules.formatting import format_text, same_meaning
from chfw_core.rules.problems.formats import ProblemFormat, render
from chfw_core.testing.conditions import Dice, condition_text
from tests.core.rules.support import PERIOD, one_rule

ROOT = Path(__file__).parents[2]
SEEDS = sorted(
    [*(ROOT / "tests" / "core" / "rules" / "corpus").glob("*.yaml"), *(ROOT / "rulesets").glob("**/*.rules.yaml")]
)
ANALYSIS = Analysis(overlaps=True, release=PERIOD)
MEGABYTES = 1_500
SECONDS_PER_INPUT = 20
NAME = "f.rules.yaml"
_WORD = re.compile(r"[\w.-]+|\"[^\"\n]*\"|[<>=!]+")
PIECES: tuple[str, ...] = (
    *"[]{}()&*!|>'\"%@`,:-?#=<\n\t ",
    *(
        "- ",
        ": ",
        "\n  ",
        "\n---\n",
        "<<",
        "''",
        "((((",
        "))))",
        "not ",
        " and ",
        " or ",
        "\x00",
        "\x85",
        "\u2028",
        "\ufeff",
    ),
    *(
        "when: ",
        "otherwise",
        "decide:\n",
        "in [",
        "between ",
        "has all [",
        "is missing",
        "28 days",
        "2026-03-01",
        "today - ",
    ),
    *(
        "event.at",
        "my.a",
        "cutoff",
        "99999999999999999999",
        "98%",
        "é",
        "🙂",
        "\\u0000",
        "0x1F",
        "~",
        "null",
        "1e9",
        ".inf",
    ),
)


def try_text(text: str) -> Checked:
    """Put a text through everything; AssertionError or whatever it raises is a fault."""
    checked = check_sources([(NAME, text)], analysis=ANALYSIS)
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 1
    for problem in checked.problems:
        assert 1 <= problem.span.line <= lines, problem
        assert problem.span.column >= 1, problem
    for form in ProblemFormat:
        assert isinstance(render(checked.problems, form), str)
    if not checked.has_errors:
        formatted = format_text(text)
        assert same_meaning(NAME, text, formatted)
        assert format_text(formatted) == formatted
    assert any(problem.severity is Severity.ERROR for problem in checked.problems) == checked.has_errors
    return checked


def mutants(seed: int, seeds: Sequence[str]) -> Iterator[str]:
    """Texts without end, each a seed with some damage: cut, doubled, joined with another, or with something put in."""
    dice = Dice(seed)
    while True:
        text = dice.one(seeds)
        for _ in range(1 + dice.number(2)):
            text = _damaged(dice, text, seeds)
        yield text


def _damaged(dice: Dice, text: str, seeds: Sequence[str]) -> str:
    at = dice.number(len(text) + 1)
    length = dice.number(12)
    match dice.number(10):
        case 0:
            return text[:at] + text[at + length :]
        case 1:
            return text[:at] + text[at : at + length] * (2 + dice.number(6)) + text[at + length :]
        case 2:
            other = dice.one(seeds)
            return text[:at] + other[dice.number(len(other) + 1) :]
        case 3:
            lines = text.split("\n")
            one, two = dice.number(len(lines)), dice.number(len(lines))
            lines[one], lines[two] = lines[two], lines[one]
            return "\n".join(lines)
        case 4 | 5 | 6 | 7:
            words = [found.span() for found in _WORD.finditer(text)] or [(0, 0)]
            (start, end), (first, last) = dice.one(words), dice.one(words)
            return text[:start] + text[first:last] + text[end:]
        case _:
            return text[:at] + dice.one(PIECES) + text[at + dice.number(3) :]


def seed_texts() -> list[str]:
    """The texts to start from: the corpus of broken files, the installed ones, and as many sound ones."""
    dice = Dice(1)
    sound = [one_rule(f"|-\n      {condition_text(dice)}") for _ in SEEDS]
    return [*(path.read_text(encoding="utf-8") for path in SEEDS), *sound]


def main() -> None:
    """Run atheris for so many seconds; it ends with a code other than 0 at the first fault."""
    parser = argparse.ArgumentParser(description="Fuzz the reader of rule files.")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, default=ROOT / ".cache" / "fuzz" / "rules")
    given = parser.parse_args()
    given.corpus.mkdir(parents=True, exist_ok=True)
    for path in SEEDS:
        (given.corpus / path.name).write_bytes(path.read_bytes())
    atheris: Any = importlib.import_module("atheris")
    atheris.instrument_all()

    def one_input(content: bytes) -> None:
        try_text(content.decode("utf-8", "surrogateescape"))

    limits = [
        f"-max_total_time={given.seconds}",
        f"-timeout={SECONDS_PER_INPUT}",
        f"-rss_limit_mb={MEGABYTES}",
        "-max_len=20000",
        f"-artifact_prefix={given.corpus.parent}/",
    ]
    atheris.Setup([sys.argv[0], *limits, str(given.corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
