"""Results in the forms that people and machines read: text, JSON, JUnit's XML. The same text for the same results."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

from attrs import frozen

from chfw_core.diagnostics import Diagnostic
from chfw_core.model.periods import format_instant
from chfw_core.reports.trials.model import TrialSet
from chfw_core.reports.trials.run import Check, Row, TrialResult
from chfw_core.rules.problems.formats import as_json as problems_as_json
from chfw_core.rules.problems.formats import as_text as problems_as_text

_WIDEST = 40


class TrialFormat(StrEnum):
    """The known forms."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


@frozen(kw_only=True, eq=False)
class FileResult:
    """One file's results. `trials` None: an error was in the way."""

    file: str
    trials: TrialSet | None
    results: tuple[TrialResult, ...] = ()


@frozen(kw_only=True, eq=False)
class Run:
    """Everything that came of a run: results by file, and all problems in order of place."""

    files: tuple[FileResult, ...]
    problems: tuple[Diagnostic, ...] = ()

    @property
    def results(self) -> tuple[TrialResult, ...]:
        """All of them."""
        return tuple(result for file in self.files for result in file.results)

    @property
    def failed(self) -> int:
        """How many trials did not pass."""
        return sum(not result.passed for result in self.results)


def render_run(run: Run, form: TrialFormat) -> str:
    """A run in one form, each line ended."""
    return _FORMS[form](run)


def as_text(run: Run) -> str:
    """Failures as tables of expected beside got, then how many there were of each."""
    lines = [problems_as_text(run.problems)] if run.problems else []
    for result in run.results:
        if not result.passed:
            place = result.trial.span
            lines.append(f"{place.file}:{place.line}:{place.column}: failed: {result.trial.name}\n")
            lines += [_check_text(check) for check in result.checks if not check.passed]
    for file in run.files:
        if file.trials is None:
            lines.append(f"{file.file}: not run\n")
            continue
        failed = sum(not result.passed for result in file.results)
        said = f"{failed} failed" if failed else "all passed"
        lines.append(f"{file.file}: {_count(len(file.results), 'test')} of {file.trials.rules.owner}, {said}\n")
    return "".join(lines)


def _check_text(check: Check) -> str:
    rows = [("", "expected", "got"), *((row.what, row.expected, row.got) for row in check.rows)]
    wide = [min(_WIDEST, max(len(row[at]) for row in rows)) for at in (0, 1, 2)]
    marks = ["", *("" if row.holds else "  <--" for row in check.rows)]
    table = [
        f"    {what:{wide[0]}}  {expected:{wide[1]}}  {got:{wide[2]}}{mark}".rstrip()
        for (what, expected, got), mark in zip(rows, marks, strict=True)
    ]
    lines = [f"  as of {format_instant(check.expected.as_of)}", *table, *(f"    {line}" for line in check.why)]
    return "".join(f"{line}\n" for line in lines)


def as_json(run: Run) -> str:
    """One object, keys in a fixed order."""
    files = [
        {
            "file": file.file,
            "owner": None if file.trials is None else file.trials.rules.owner,
            "run": file.trials is not None,
            "tests": [_as_object(result) for result in file.results],
        }
        for file in run.files
    ]
    problems = json.loads(problems_as_json(run.problems))["problems"]
    value = {"files": files, "tests": len(run.results), "failed": run.failed, "problems": problems}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _as_object(result: TrialResult) -> dict[str, object]:
    place = result.trial.span
    checks = [
        {
            "as_of": format_instant(check.expected.as_of),
            "passed": check.passed,
            "expected": {row.what: row.expected for row in check.rows},
            "got": {row.what: row.got for row in check.rows},
            "why": list(check.why),
        }
        for check in result.checks
    ]
    return {
        "name": result.trial.name,
        "line": place.line,
        "column": place.column,
        "passed": result.passed,
        "checks": checks,
    }


def as_junit(run: Run) -> str:
    """A test suite for each file; a file that could not be run is an error."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    errors = sum(file.trials is None for file in run.files)
    lines.append(f'<testsuites tests="{len(run.results) + errors}" failures="{run.failed}" errors="{errors}">')
    for file in run.files:
        lines += _suite(file, run.problems)
    return "".join(f"{line}\n" for line in (*lines, "</testsuites>"))


def _suite(file: FileResult, problems: Sequence[Diagnostic]) -> Iterator[str]:
    name, failed = quoteattr(file.file), sum(not result.passed for result in file.results)
    if file.trials is None:
        own = [problem for problem in problems if problem.span.file == file.file]
        said = escape(problems_as_text(own or problems))
        yield f'<testsuite name={name} tests="1" failures="0" errors="1">'
        yield f'<testcase classname={name} name="it can be run"><error message="not run">{said}</error></testcase>'
    else:
        yield f'<testsuite name={name} tests="{len(file.results)}" failures="{failed}" errors="0">'
        for result in file.results:
            yield from _case(result)
    yield "</testsuite>"


def _case(result: TrialResult) -> Iterator[str]:
    place = result.trial.span
    head = f'<testcase classname={quoteattr(place.file)} name={quoteattr(result.trial.name)} line="{place.line}"'
    if result.passed:
        yield f"{head}/>"
        return
    wrong: list[Row] = [row for check in result.checks for row in check.rows if not row.holds]
    message = "; ".join(f"{row.what}: expected {row.expected}, got {row.got}" for row in wrong)
    text = "".join(_check_text(check) for check in result.checks if not check.passed)
    yield f"{head}><failure message={quoteattr(message)}>{escape(text)}</failure></testcase>"


_FORMS: Mapping[TrialFormat, Callable[[Run], str]] = {
    TrialFormat.TEXT: as_text,
    TrialFormat.JSON: as_json,
    TrialFormat.JUNIT: as_junit,
}


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
