"""Broken rule files, each with what must be found in it: no more, no less, and in its place (NF3).

The first line of a file says it: `# expect: E101@7:11 …`, code, line and column, in order. One fault
has one problem: a slip must not drag others after it. The files called `many-…` have several.
"""

from pathlib import Path

import pytest

from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.check import check_sources
from chfw_core.rules.problems.codes import CODES
from chfw_core.rules.problems.formats import ProblemFormat, render
from tests.core.rules.support import PERIOD, places

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(CORPUS.glob("*.rules.yaml"))
EXPECT = "# expect: "
OF_SEVERAL_FILES_OR_A_LONG_ONE = {"E202", "E217", "E221", "W307", "W310"}
ALL = Analysis(overlaps=True, release=PERIOD)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _expected(path: Path) -> list[str]:
    first = _text(path).split("\n", 1)[0]
    assert first.startswith(EXPECT)
    return first.removeprefix(EXPECT).split()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".rules.yaml"))
def test_what_is_wrong_is_found_and_nothing_else(path: Path) -> None:
    checked = check_sources([(path.name, _text(path))], analysis=ALL)
    assert places(checked) == _expected(path)
    assert checked.left_open == ()
    for form in ProblemFormat:
        assert render(checked.problems, form)
    for problem in checked.problems:
        assert problem.source_line or not _text(path).split("\n")[problem.span.line - 1].strip()


def test_the_corpus_is_large_and_has_every_code() -> None:
    assert len(FILES) >= 60
    expected = {path.name: _expected(path) for path in FILES}
    single = {name: codes for name, codes in expected.items() if not name.startswith(("many-", "alias"))}
    assert all(len(codes) == 1 for codes in single.values())
    assert sum(name.startswith("many-") for name in expected) >= 5
    seen = {code.split("@")[0] for codes in expected.values() for code in codes}
    assert seen == set(CODES) - OF_SEVERAL_FILES_OR_A_LONG_ONE


def test_one_bad_file_does_not_spoil_another() -> None:
    """All of them in one run: each file has the same problems as alone, but for owners that have several files."""
    sources = [(path.name, _text(path).replace("NWND", f"P{at}")) for at, path in enumerate(FILES)]
    together = check_sources(sources, analysis=ALL)
    for name, text in sources:
        alone = check_sources([(name, text)], analysis=ALL)
        of_file = [problem for problem in together.problems if problem.span.file == name]
        if "owner: P" in text:
            assert of_file == list(alone.problems)
