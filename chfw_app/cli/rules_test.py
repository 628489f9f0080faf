"""`chfw rules test`: run the tests of rule files."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import print_json, show_problems
from chfw_app.exits import Exit
from chfw_app.problems import Problems
from chfw_app.workbench.tests import RuleTests, find_tests
from chfw_core.diagnostics import Severity
from chfw_core.errors import InputError
from chfw_core.reports.trials.formats import Run, TrialFormat, render_run


def rules_test(
    *paths: Annotated[Path, Parameter(name="PATH", negative=())],
    format: TrialFormat = TrialFormat.TEXT,  # noqa: A002 - the option's name
    json: Flag = False,
) -> int:
    """Run the tests of rule files; a folder means every *.tests.yaml below it.

    Exit code 2: a test failed. 3: a file of tests or of rules has an error, so that its tests could not be run.

    Parameters
    ----------
    paths
        Files of tests, and folders.
    format
        How to tell.
    json
        The same as --format json.
    """
    if not paths:
        raise InputError("no file of tests was named", hint="`chfw rules test PATH...`")
    problems = Problems()
    files = find_tests(paths, problems)
    run = RuleTests(problems=problems).run(files)
    if files:
        sys.stdout.write(render_run(run, TrialFormat.JSON if json else format))
    elif json or format is TrialFormat.JSON:
        print_json(problems.as_object())
    return outcome(run, problems)


def outcome(run: Run, problems: Problems) -> Exit:
    """The exit code; what could not be read at all is told of."""
    if problems.errors:
        show_problems(problems)
        return Exit.CANNOT_READ
    if any(problem.severity is Severity.ERROR for problem in run.problems):
        return Exit.NO_RESULT
    return Exit.FINDINGS if run.failed else Exit.DONE
