"""Problems as a JUnit report, which most systems that run tests can show: one suite a file, one case a problem."""

import re
from collections.abc import Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from chfw_core.diagnostics import Diagnostic, Severity
from chfw_core.rules.problems.codes import CODES

_ODD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold: control characters of a line that is shown."""


def as_junit(problems: Sequence[Diagnostic]) -> str:
    """Errors fail; warnings and notes pass, with their text. Without any problem: one case that passed."""
    suites = [_suite(file, list(found)) for file, found in groupby(problems, key=lambda problem: problem.span.file)]
    passed = '  <testsuite name="rules" tests="1" failures="0">\n    <testcase name="check"/>\n  </testsuite>\n'
    counts = _counts(problems) if problems else 'tests="1" failures="0"'
    body = "".join(suites) or passed
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="chfw rules check" {counts}>\n'
    return _ODD.sub("\ufffd", f"{head}{body}</testsuites>\n")


def _counts(problems: Sequence[Diagnostic]) -> str:
    failures = sum(problem.severity is Severity.ERROR for problem in problems)
    return f'tests="{len(problems)}" failures="{failures}"'


def _suite(file: str, problems: Sequence[Diagnostic]) -> str:
    cases = "".join(_case(problem) for problem in problems)
    return f"  <testsuite name={quoteattr(file)} {_counts(problems)}>\n{cases}  </testsuite>\n"


def _case(problem: Diagnostic) -> str:
    place, file = problem.span, quoteattr(problem.span.file)
    title = f"{problem.code} {CODES.get(problem.code, '')}".strip()
    name = quoteattr(f"{place.line}:{place.column} {title}")
    head = f'    <testcase classname={file} name={name} file={file} line="{place.line}">'
    text = escape(problem.render())
    if problem.severity is Severity.ERROR:
        inner = f'<failure type="{problem.code}" message={quoteattr(problem.message)}>{text}</failure>'
    else:
        inner = f"<system-out>{text}</system-out>"
    return f"{head}\n      {inner}\n    </testcase>\n"
