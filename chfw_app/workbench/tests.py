"""Files of tests on disk: which they are, which rules they are about, and what comes of running them."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

from chfw_app.inputs.rule_files import PATTERN as RULES
from chfw_app.inputs.rule_files import none_below, once
from chfw_app.inputs.texts import read_text
from chfw_app.problems import Problems
from chfw_core.diagnostics import Diagnostic, Severity, in_order
from chfw_core.errors import InputError
from chfw_core.reports.trials.formats import FileResult, Run
from chfw_core.rules.problems.problem import did_you_mean
from chfw_files.file_errors import missing_file

if TYPE_CHECKING:
    from chfw_core.reports.trials.coverage import Coverage
    from chfw_core.reports.trials.document import TrialDocument
    from chfw_core.rules.check import Checked
    from chfw_core.rules.model import RuleSet

TESTS = "*.tests.yaml"


def find_tests(paths: Sequence[Path], problems: Problems) -> list[Path]:
    """Files as named; a folder means every *.tests.yaml below it, in order of name. None found is a problem."""
    found = [problems.attempt(partial(_tests_of, path)) for path in paths]
    return once(file for files in found for file in files or ())


def find_rules(paths: Sequence[Path]) -> list[Path]:
    """The rule files named, and those below the folders named."""
    below = (sorted(path.rglob(RULES)) if path.is_dir() else [path] for path in paths)
    return [_plain(file) for files in below for file in files if file.name.endswith(RULES[1:])]


def _tests_of(path: Path) -> list[Path]:
    if path.is_dir():
        below = sorted(place for place in path.rglob(TESTS) if place.is_file())
        if not below:
            raise none_below(path, TESTS)
        return below
    if not path.exists():
        raise missing_file(path)
    if path.name.endswith(RULES[1:]):
        raise InputError(f"`{path}` holds rules, not tests", hint=f"name a {TESTS} file, or the folder")
    return [path]


@define(kw_only=True)
class RuleTests:
    """Everything that a run of tests reads. Rule files that several files of tests name are read once."""

    problems: Problems
    texts: dict[Path, str] = field(factory=dict)
    rulesets: "list[RuleSet]" = field(factory=list)
    named: set[Path] = field(factory=set)
    placed: list[Diagnostic] = field(factory=list)

    def run(self, files: Sequence[Path]) -> Run:
        """Run the tests of these files; what is wrong with any of them or their rules is in the result."""
        results = [result for file in files if (result := self._file(file)) is not None]
        problems = in_order(list(dict.fromkeys(self.placed)))
        return Run(files=tuple(results), problems=tuple(problems))

    def coverage(self, run: Run, others: Sequence[Path]) -> "Coverage":
        """What the run has reached of the rules it named, and of these other files, which it has not."""
        from chfw_core.reports.trials.coverage import cover

        folders: dict[Path, dict[Path, str]] = {}
        for path in others:
            if path not in self.named and (text := self.problems.attempt(partial(read_text, path))) is not None:
                folders.setdefault(path.parent, {})[path] = text
        untested = [rules for texts in folders.values() for rules in self._check(texts).rulesets]
        checks = [check for result in run.results for check in result.checks]
        return cover((*self.rulesets, *untested), checks)

    def _file(self, path: Path) -> FileResult | None:
        from chfw_core.documents.defaults import bank_holidays, default_parameters
        from chfw_core.reports.trials.document import read_trials
        from chfw_core.reports.trials.fit import fit
        from chfw_core.reports.trials.run import run_trials

        text = self.problems.attempt(partial(read_text, path))
        if text is None:
            return None
        document = read_trials(text, str(path))
        checked = self._rules(document, path)
        trials = fit(document, checked, default_parameters())
        self.placed += document.problems.found
        if trials is None:
            return FileResult(file=str(path), trials=None)
        self.rulesets.append(trials.rules)
        results = run_trials(trials, default_parameters(), bank_holidays())
        return FileResult(file=str(path), trials=trials, results=results)

    def _rules(self, document: "TrialDocument", path: Path) -> "Checked":
        """The rule files that a file of tests names, checked together; one that cannot be had is said at its name."""
        texts: dict[Path, str] = {}
        for scalar in document.tests_for:
            rules = _plain(path.parent / scalar.value)
            self.named.add(rules)
            try:
                texts[rules] = self.texts[rules] = self.texts.get(rules) or read_text(rules)
            except InputError as problem:
                names = [other.name for other in sorted(rules.parent.glob(RULES)) if other.is_file()]
                document.cannot_have(scalar, str(problem), did_you_mean(rules.name, names))
        return self._check(texts)

    def _check(self, texts: dict[Path, str]) -> "Checked":
        from chfw_core.rules.check import check_sources

        checked = check_sources([(str(path), text) for path, text in texts.items()])
        # What is merely doubtful is for `rules check` to tell.
        self.placed += [problem for problem in checked.problems if problem.severity is Severity.ERROR]
        return checked


def _plain(path: Path) -> Path:
    """The path without detours, so that one file has one name."""
    return Path(os.path.normpath(path))
