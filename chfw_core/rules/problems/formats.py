"""Problems in the forms that people and machines read: text, JSON, SARIF 2.1.0, GitHub annotations, JUnit.

Pure: problems in, text out, the same text for the same problems.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from chfw_core.diagnostics import Diagnostic, Severity
from chfw_core.rules.problems.codes import CODES
from chfw_core.rules.problems.junit import as_junit

PAGE = "docs/reference/codes/{code}.md"


class ProblemFormat(StrEnum):
    """The known forms."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    JUNIT = "junit"


def render(problems: Sequence[Diagnostic], form: ProblemFormat) -> str:
    """The problems in one form, each line ended; JSON, SARIF and JUnit also of none."""
    return _FORMS[form](problems)


def as_text(problems: Sequence[Diagnostic]) -> str:
    """One after the other, each with its line and a caret, and how many there are."""
    if not problems:
        return ""
    counts = [_count(_how_many(problems, severity), severity.value) for severity in Severity]
    total = " and ".join(count for count in counts if count)
    return "".join(f"{problem.render()}\n" for problem in problems) + f"{total}\n"


def as_object(problem: Diagnostic) -> dict[str, object]:
    """A problem for a program, keys in a fixed order."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
        "file": problem.span.file,
        "line": problem.span.line,
        "column": problem.span.column,
        "length": problem.span.length,
    }


def as_json(problems: Sequence[Diagnostic]) -> str:
    """One object: the problems, and how many there are of each kind."""
    found = [as_object(problem) for problem in problems]
    counts = {f"{severity.value}s": _how_many(problems, severity) for severity in (Severity.ERROR, Severity.WARNING)}
    return _dump({"problems": found, **counts})


def as_sarif(problems: Sequence[Diagnostic]) -> str:
    """A SARIF 2.1.0 log with one run; only the codes that occur are described in it."""
    codes = sorted({problem.code for problem in problems})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": CODES.get(code, code)},
            "help": {"text": PAGE.format(code=code)},
        }
        for code in codes
    ]
    results = [
        {
            "ruleId": problem.code,
            "ruleIndex": codes.index(problem.code),
            "level": problem.severity.value,
            "message": {"text": _said(problem)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": problem.span.file.replace("\\", "/")},
                        "region": {
                            "startLine": problem.span.line,
                            "startColumn": problem.span.column,
                            "endColumn": problem.span.column + problem.span.length,
                        },
                    }
                }
            ],
        }
        for problem in problems
    ]
    driver = {"name": "chfw", "rules": rules}
    return _dump(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
        }
    )


def as_github(problems: Sequence[Diagnostic]) -> str:
    """Workflow commands, one a line, that GitHub shows beside the line."""
    lines = []
    for problem in problems:
        place = problem.span
        title = _property(f"{problem.code} {CODES.get(problem.code, '')}".strip())
        where = f"file={_property(place.file)},line={place.line},col={place.column}"
        command = "notice" if problem.severity is Severity.NOTE else problem.severity.value
        lines.append(f"::{command} {where},title={title}::{_data(_said(problem))}\n")
    return "".join(lines)


_FORMS: Mapping[ProblemFormat, Callable[[Sequence[Diagnostic]], str]] = {
    ProblemFormat.TEXT: as_text,
    ProblemFormat.JSON: as_json,
    ProblemFormat.SARIF: as_sarif,
    ProblemFormat.GITHUB: as_github,
    ProblemFormat.JUNIT: as_junit,
}


def _how_many(problems: Sequence[Diagnostic], severity: Severity) -> int:
    return sum(problem.severity is severity for problem in problems)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}" if number else ""


def _said(problem: Diagnostic) -> str:
    return f"{problem.message} ({problem.hint})" if problem.hint else problem.message


def _dump(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
