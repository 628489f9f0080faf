"""`chfw rules check`: find every problem in rule files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, say, show_problems
from chfw_app.exits import Exit
from chfw_app.problems import Problems
from chfw_app.rule_files import read_rules
from chfw_core.errors import InputError
from chfw_core.rules.formats import ProblemFormat, render


class FailLevel(StrEnum):
    """From which severity on the exit code is not 0."""

    ERROR = "error"
    WARNING = "warning"


def check(
    *paths: Annotated[Path, Parameter(name="PATH", negative=())],
    format: ProblemFormat = ProblemFormat.TEXT,  # noqa: A002 - the option's name
    json: Flag = False,
    fail_level: FailLevel = FailLevel.ERROR,
) -> int:
    """Find every problem in rule files; a folder means every *.rules.yaml below it.

    Parameters
    ----------
    paths
        Rule files and folders. The files of one owner are checked together.
    format
        How to tell.
    json
        The same as --format json.
    fail_level
        With `warning`, warnings give exit code 2.
    """
    if not paths:
        raise InputError("no rule file was named", hint="`chfw rules check PATH...`")
    unreadable = Problems()
    checked, files = read_rules(paths, unreadable)
    form = ProblemFormat.JSON if json else format
    told = render(checked.problems, form).rstrip("\n")
    if told and files:
        say(told)
    if files and form is ProblemFormat.TEXT:
        owners = ", ".join(rules.owner for rules in checked.rulesets) or "nobody"
        say(f"{counted(len(files), 'file')}, usable rules of {owners}")
    if unreadable.errors:
        show_problems(unreadable)
        return Exit.CANNOT_READ
    if checked.has_errors:
        return Exit.NO_RESULT
    return Exit.FINDINGS if checked.problems and fail_level is FailLevel.WARNING else Exit.DONE
