"""Results as text, JSON and JUnit's XML: golden, and the last two read back."""

import json
from xml.etree import ElementTree as ET

import pytest

from chfw_core.documents.defaults import bank_holidays, default_parameters
from chfw_core.reports.trials.formats import FileResult, Run, TrialFormat, render_run
from chfw_core.reports.trials.run import run_trials
from tests.core.reports.trials.support import HEAD, fitted

TEXT = f"""{HEAD}\
  - {{name: it is so, expect: {{outcome: leave_to_dcc}}}}
  - name: it <is> not so
    hub: {{flags: [psr]}}
    expect:
      - {{outcome: excluded}}
      - {{as_of: 2026-03-01, outcome: instruct, by: approved}}
"""
FAILED = """\
t.tests.yaml:6:11: failed: it <is> not so
  as of 2026-03-01T00:00:00Z
             expected  got
    outcome  instruct  excluded  <--
    by       approved  register  <--
    NWND excludes it by `register`: Not early
    `register` matches
      `flags has "psr"` holds: flags is psr
      `release.phase != "mass"` holds: release.phase is notified
    `approved` does not match
      `configuration_set in ["CS-0112", "CS-0151"]` does not hold: configuration_set is missing
      `my_role == "gas"` does not hold: my_role is both
t.tests.yaml: 2 tests of NWND, 1 failed
"""


def run_of(text: str) -> Run:
    document, trials = fitted(text)
    results = () if trials is None else run_trials(trials, default_parameters(), bank_holidays())
    return Run(
        files=(FileResult(file="t.tests.yaml", trials=trials, results=results),),
        problems=tuple(document.problems.found),
    )


@pytest.fixture
def failed() -> Run:
    return run_of(TEXT)


@pytest.fixture
def broken() -> Run:
    return run_of(TEXT.replace("approved", "aproved"))


def test_text(failed: Run) -> None:
    assert render_run(failed, TrialFormat.TEXT) == FAILED


def test_text_of_what_passes() -> None:
    passed = run_of(TEXT[: TEXT.index("  - name: it <is>")])
    assert render_run(passed, TrialFormat.TEXT) == "t.tests.yaml: 1 test of NWND, all passed\n"


def test_text_of_what_cannot_be_run(broken: Run) -> None:
    text = render_run(broken, TrialFormat.TEXT)
    assert text.startswith("t.tests.yaml:10:52: E503 no rule called `aproved` (did you mean `approved`?)\n")
    assert text.endswith("1 error\nt.tests.yaml: not run\n")


def test_json(failed: Run, broken: Run) -> None:
    told = json.loads(render_run(failed, TrialFormat.JSON))
    assert (told["tests"], told["failed"], told["problems"]) == (2, 1, [])
    first, second = told["files"][0]["tests"]
    assert (first["passed"], second["passed"]) == (True, False)
    assert second["checks"][1]["expected"] == {"outcome": "instruct", "by": "approved"}
    assert second["checks"][1]["got"] == {"outcome": "excluded", "by": "register"}
    told = json.loads(render_run(broken, TrialFormat.JSON))
    assert told["files"] == [{"file": "t.tests.yaml", "owner": None, "run": False, "tests": []}]
    assert [problem["code"] for problem in told["problems"]] == ["E503"]


def test_junit(failed: Run, broken: Run) -> None:
    root = ET.fromstring(render_run(failed, TrialFormat.JUNIT))
    assert root.attrib == {"tests": "2", "failures": "1", "errors": "0"}
    assert [case.get("name") for case in root.iter("testcase")] == ["it is so", "it <is> not so"]
    (failure,) = root.iter("failure")
    assert failure.get("message") == "outcome: expected instruct, got excluded; by: expected approved, got register"
    root = ET.fromstring(render_run(broken, TrialFormat.JUNIT))
    assert root.attrib == {"tests": "1", "failures": "0", "errors": "1"}
    (error,) = root.iter("error")
    assert "E503" in (error.text or "")
