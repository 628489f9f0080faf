"""Problems as JUnit: readable as XML, whatever stands in the user's file (NF3)."""

from xml.etree import ElementTree as ET

from chfw_core.rules.problems.formats import ProblemFormat, render
from chfw_core.rules.problems.junit import as_junit
from tests.core.rules.support import check, one_rule


def test_an_error_fails_and_a_warning_does_not() -> None:
    text = one_rule('flagz has "<x>" & "y"').replace("exclude", "sets: {unused: []}\nexclude")
    problems = check(text).problems
    root = ET.fromstring(render(problems, ProblemFormat.JUNIT))
    (suite,) = root.iter("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    (case,) = root.iter("testcase")
    failure = case.find("failure")
    assert failure is not None
    assert case.get("file") == "f.rules.yaml"
    assert (failure.text or "").startswith("f.rules.yaml:")
    warned = ET.fromstring(as_junit(check("rules: v1\nowner: NWND\nsets: {unused: []}\n").problems))
    assert warned.get("failures") == "0"
    assert [said.text for said in warned.iter("system-out")]


def test_nothing_found_is_one_case_that_passed() -> None:
    root = ET.fromstring(as_junit(()))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert len(list(root.iter("testcase"))) == 1


def test_a_control_character_does_not_break_the_report() -> None:
    problems = check("rules: v1\nowner: a\x07b\n").problems
    assert "\x07" in problems[0].source_line
    assert ET.fromstring(as_junit(problems)).get("failures") == "1"
