"""Problems as text, JSON, SARIF and GitHub annotations (NF3)."""

import json

from chfw_core.diagnostics import Diagnostic, Severity, Span
from chfw_core.rules.problems.formats import ProblemFormat, render
from tests.core.rules.support import check

ERROR = Diagnostic(
    code="E101",
    severity=Severity.ERROR,
    message="no field called `x`",
    span=Span(file="rules\\a,b.rules.yaml", line=3, column=5, length=2),
    hint="100 %\nsure",
    source_line="abcdefgh",
)
WARNING = Diagnostic(code="W999", severity=Severity.WARNING, message="odd", span=Span(file="a", line=1, column=1))
BOTH = (ERROR, WARNING)


def test_text_shows_line_and_caret_and_counts() -> None:
    assert render(BOTH, ProblemFormat.TEXT) == (
        "rules\\a,b.rules.yaml:3:5: E101 no field called `x` (100 %\nsure)\n    abcdefgh\n        ^^\n"
        "a:1:1: W999 odd\n1 error and 1 warning\n"
    )
    assert render((ERROR, ERROR), ProblemFormat.TEXT).endswith("\n2 errors\n")
    assert render((), ProblemFormat.TEXT) == ""


def test_json_is_one_object() -> None:
    found = json.loads(render(BOTH, ProblemFormat.JSON))
    assert (found["errors"], found["warnings"]) == (1, 1)
    assert found["problems"][0] == {
        "code": "E101",
        "severity": "error",
        "message": "no field called `x`",
        "hint": "100 %\nsure",
        "file": "rules\\a,b.rules.yaml",
        "line": 3,
        "column": 5,
        "length": 2,
    }
    assert json.loads(render((), ProblemFormat.JSON)) == {"problems": [], "errors": 0, "warnings": 0}


def test_sarif_has_one_run_with_rules_and_places() -> None:
    log = json.loads(render(BOTH, ProblemFormat.SARIF))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["E101", "W999"]
    error, warning = run["results"]
    assert (error["level"], warning["level"]) == ("error", "warning")
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    place = error["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "rules/a,b.rules.yaml"
    assert place["region"] == {"startLine": 3, "startColumn": 5, "endColumn": 7}


def test_github_annotations_escape_what_would_end_them() -> None:
    assert render(BOTH, ProblemFormat.GITHUB) == (
        "::error file=rules\\a%2Cb.rules.yaml,line=3,col=5,title=E101 no such field::"
        "no field called `x` (100 %25%0Asure)\n"
        "::warning file=a,line=1,col=1,title=W999::odd\n"
    )


def test_every_form_takes_every_problem_of_a_file() -> None:
    problems = check("rules: v1\nowner: NWND\nwhat: 1\n").problems
    for form in ProblemFormat:
        assert "E205" in render(problems, form)
