"""Every code has a page of one form, whose examples are true (NF3)."""

import re
from pathlib import Path

import pytest

from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.check import check_sources
from chfw_core.rules.problems.codes import CODES, index_page
from tests.core.rules.support import PERIOD

PAGES = Path(__file__).parents[3] / "docs" / "reference" / "codes"
FENCE = re.compile(r"```yaml ?([^\n]*)\n(.*?)```", re.DOTALL)
HEADINGS = ("## Avoid", "## Prefer", "## Why")


def _section(page: str, heading: str) -> str:
    return page.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


def _sources(section: str) -> list[tuple[str, str]]:
    """The files of a section, with what is too long for a page written out."""
    files = [(name or "example.rules.yaml", text) for name, text in FENCE.findall(section)]
    assert files
    more_keys = "".join(f"extra{number}: 1\n" for number in range(1_001))
    return [
        (name, text.replace("# … 1 MiB more", "#" * (1 << 20)).replace("# … 1,001 more keys like this\n", more_keys))
        for name, text in files
    ]


def _codes(section: str) -> set[str]:
    analysis = Analysis(overlaps=True, release=PERIOD)
    return {problem.code for problem in check_sources(_sources(section), analysis=analysis).problems}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*CODES, "index"}


def test_the_index_is_what_the_table_says() -> None:
    assert (PAGES / "index.md").read_text() == index_page()


@pytest.mark.parametrize("code", CODES)
def test_the_page_has_the_one_form(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text()
    assert page.startswith(f"# {code}: {CODES[code]}\n\n")
    places = [page.index(f"\n{heading}\n") for heading in HEADINGS]
    assert places == sorted(places)
    assert all(_section(page, heading).strip() for heading in HEADINGS)


@pytest.mark.parametrize("code", CODES)
def test_what_the_page_says_to_avoid_yields_the_code(code: str) -> None:
    assert code in _codes(_section((PAGES / f"{code}.md").read_text(), "## Avoid"))


@pytest.mark.parametrize("code", CODES)
def test_what_the_page_prefers_is_clean(code: str) -> None:
    assert _codes(_section((PAGES / f"{code}.md").read_text(), "## Prefer")) == set()


def test_every_code_in_the_source_is_in_the_table() -> None:
    rules = Path(__file__).parents[3] / "chfw_core" / "rules"
    used = {code for path in rules.rglob("*.py") for code in re.findall(r'"([ENW]\d{3})"', path.read_text())}
    assert used == set(CODES)
