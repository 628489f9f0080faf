"""`rules check` knows the codes of files of tests, and that such a file holds no rules."""

from pathlib import Path

import pytest

from chfw_app.inputs.rule_files import find_rule_files
from chfw_app.problems import Problems
from chfw_app.workbench.code_pages import code_page
from chfw_core.reports.trials.codes import TRIAL_CODES


@pytest.mark.parametrize("code", sorted(TRIAL_CODES))
def test_every_code_of_a_file_of_tests_has_its_page(code: str) -> None:
    assert code in code_page(code.lower())


def test_a_file_of_tests_is_not_read_as_rules(tmp_path: Path) -> None:
    file = tmp_path / "nwnd.tests.yaml"
    file.write_text("tests_for: [nwnd.rules.yaml]\n")
    problems = Problems()
    assert find_rule_files([file], problems) == []
    assert problems.errors == 1
