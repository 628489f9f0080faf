"""`chfw rules check`: find every problem in rule files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, print_json, say, say_note, show_problems
from chfw_app.cli.rules_analysis import PLAIN, AnalysisOptions
from chfw_app.cli.rules_coverage import coverage as coverage
from chfw_app.cli.rules_diff import diff as diff
from chfw_app.cli.rules_explain import explain as explain
from chfw_app.cli.rules_fmt import fmt as fmt
from chfw_app.cli.rules_new import new as new
from chfw_app.cli.rules_preview import preview as preview
from chfw_app.cli.rules_schema import schema as schema
from chfw_app.cli.rules_simulate import simulate as simulate
from chfw_app.cli.rules_test import rules_test as test  # noqa: F401 - a command
from chfw_app.exits import Exit
from chfw_app.inputs.rule_files import read_rules
from chfw_app.problems import Problems
from chfw_app.workbench.code_pages import code_page
from chfw_core.diagnostics import Severity
from chfw_core.errors import InputError
from chfw_core.rules.problems.formats import ProblemFormat, render


class FailLevel(StrEnum):
    """From which severity on the exit code is not 0."""

    ERROR = "error"
    WARNING = "warning"


def check(
    *paths: Annotated[Path, Parameter(name="PATH", negative=())],
    format: ProblemFormat = ProblemFormat.TEXT,  # noqa: A002 - the option's name
    json: Flag = False,
    fail_level: FailLevel = FailLevel.ERROR,
    why: str | None = None,
    looking: AnalysisOptions = PLAIN,
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
    why
        Print the page of a code, such as E101, and look at no file.
    """
    if why is not None:
        say(code_page(why).rstrip("\n"))
        return Exit.DONE
    if not paths:
        raise InputError("no rule file was named", hint="`chfw rules check PATH...`")
    unreadable = Problems()
    wanted = looking.wanted()
    checked, files = read_rules(paths, unreadable, wanted.analysis(unreadable))
    form = ProblemFormat.JSON if json else format
    told = render(checked.problems, form).rstrip("\n")
    if unreadable.errors and form is ProblemFormat.JSON:
        print_json(Problems(placed=list(checked.problems), plain=unreadable.plain).as_object())
    elif told and files:
        say(told)
    if files and form is ProblemFormat.TEXT:
        owners = ", ".join(rules.owner for rules in checked.rulesets)
        say(f"{counted(len(files), 'file')}, {f'usable rules of {owners}' if owners else 'no usable rules'}")
    for note in wanted.notes(checked.left_open):
        say_note(note)
    if unreadable.errors:
        show_problems(unreadable)
        return Exit.CANNOT_READ
    if checked.has_errors:
        return Exit.NO_RESULT
    warned = any(problem.severity is Severity.WARNING for problem in checked.problems)
    return Exit.FINDINGS if warned and fail_level is FailLevel.WARNING else Exit.DONE
