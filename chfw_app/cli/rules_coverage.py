"""`chfw rules coverage`: say which rules and conditions the tests reach."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from chfw_app.cli.options import Flag
from chfw_app.cli.output import print_json, say_note
from chfw_app.cli.rules_test import outcome
from chfw_app.exits import Exit
from chfw_app.problems import Problems
from chfw_app.workbench.tests import RuleTests, find_rules, find_tests
from chfw_core.errors import InputError
from chfw_core.reports.trials.coverage_formats import coverage_as_text, coverage_as_value
from chfw_core.reports.trials.formats import Run, TrialFormat, render_run
from chfw_core.rules.problems.formats import as_text


def coverage(
    *paths: Annotated[Path, Parameter(name="PATH", negative=())],
    fail_under: Annotated[int, Parameter(validator=Number(gte=0, lte=100))] = 0,
    json: Flag = False,
) -> int:
    """Say which rules and conditions the tests reach; a folder means every *.tests.yaml and *.rules.yaml below it.

    Exit code 2: less than --fail-under, or a test failed. 3: a file has an error.

    Parameters
    ----------
    paths
        Files of tests, files of rules, and folders.
    fail_under
        The least percentage of rules and conditions together.
    json
        Print one object.
    """
    if not paths:
        raise InputError("no file of tests was named", hint="`chfw rules coverage PATH...`")
    problems = Problems()
    rules = find_rules(paths)
    files = find_tests([path for path in paths if path not in rules], problems)
    tests = RuleTests(problems=problems)
    run = tests.run(files)
    reached = tests.coverage(run, rules)
    whole = Run(files=run.files, problems=tuple(tests.placed))
    code = outcome(whole, problems)
    if code in (Exit.CANNOT_READ, Exit.NO_RESULT):
        if json:
            print_json(Problems(placed=list(whole.problems), plain=problems.plain).as_object())
        if whole.problems:
            say_note(as_text(whole.problems).rstrip())
        return code
    if json:
        print_json({**coverage_as_value(reached), "tests": len(run.results), "failed": run.failed})
    else:
        sys.stdout.write(render_run(run, TrialFormat.TEXT) if run.failed else "")
        sys.stdout.write(coverage_as_text(reached))
    return Exit.FINDINGS if reached.percent < fail_under else code
