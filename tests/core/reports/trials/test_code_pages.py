"""Every code of a problem in a file of tests has a page of one form, whose examples are true (NF3)."""

import re
from pathlib import Path

import pytest

from chfw_core.documents.defaults import default_parameters
from chfw_core.reports.trials.codes import TRIAL_CODES, trial_index_page
from chfw_core.reports.trials.document import read_trials
from chfw_core.reports.trials.fit import fit
from chfw_core.rules.check import check_sources

ROOT = Path(__file__).parents[4]
PAGES = ROOT / "docs" / "reference" / "test-codes"
FENCE = re.compile(r"```yaml ([^\n]+)\n(.*?)```", re.DOTALL)


def _section(page: str, heading: str) -> str:
    return page.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


def _codes(section: str) -> set[str]:
    """What the section's file of tests comes to, with the rules beside it."""
    files = dict(FENCE.findall(section))
    (tests,) = (name for name in files if name.endswith(".tests.yaml"))
    document = read_trials(files[tests], tests)
    for scalar in document.tests_for:
        if scalar.value not in files:
            document.cannot_have(scalar, "it is not there")
    named = [(scalar.value, files[scalar.value]) for scalar in document.tests_for if scalar.value in files]
    checked = check_sources(named)
    assert not checked.has_errors
    fit(document, checked, default_parameters())
    return {problem.code for problem in document.problems.found}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*TRIAL_CODES, "index"}
    assert (PAGES / "index.md").read_text() == trial_index_page()


@pytest.mark.parametrize("code", TRIAL_CODES)
def test_the_examples_of_the_page_are_true(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text()
    assert page.startswith(f"# {code}: {TRIAL_CODES[code]}\n\n")
    assert code in _codes(_section(page, "## Avoid"))
    assert _codes(_section(page, "## Prefer")) == set()
    assert _section(page, "## Why").strip()


def test_every_code_in_the_source_is_in_the_table() -> None:
    trials = ROOT / "chfw_core" / "reports" / "trials"
    used = {code for path in trials.rglob("*.py") for code in re.findall(r'"(E5\d\d)"', path.read_text())}
    assert used == set(TRIAL_CODES)
