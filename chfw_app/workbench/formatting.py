"""Rule files in canonical form on disk: which would change, and which are left alone because they have errors."""

from collections.abc import Iterator, Sequence
from difflib import unified_diff
from functools import partial
from pathlib import Path

from attrs import frozen

from chfw_app.inputs.rule_files import find_rule_files
from chfw_app.inputs.texts import read_text
from chfw_app.problems import Problems
from chfw_core.diagnostics import Diagnostic, Severity, Span
from chfw_core.rules.check import check_sources
from chfw_core.rules.formatting import format_text, same_meaning
from chfw_core.rules.problems.formats import as_object as problem_as_object
from chfw_files.atomic import written_whole


@frozen(kw_only=True)
class FormattedFile:
    """One file: its text, and its text in canonical form; with `errors` the two are the same."""

    path: Path
    before: str
    after: str
    errors: tuple[Diagnostic, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether it is not in canonical form yet."""
        return self.before != self.after

    def diff(self) -> str:
        """What would change, as a unified diff."""
        name = str(self.path)
        lines = unified_diff(self.before.splitlines(True), self.after.splitlines(True), name, name)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

    def write(self) -> None:
        """Put the canonical form in the file's place, whole or not at all; line endings stay. Raises OutputError."""
        with self.path.open("rb") as file:
            ending = "\r\n" if file.readline().endswith(b"\r\n") else "\n"
        # What a link points to is rewritten, not the link.
        with written_whole(self.path.resolve()) as place:
            place.write_text(self.after, encoding="utf-8", newline=ending)


def as_object(files: Sequence[FormattedFile], problems: Problems, *, check: bool) -> dict[str, object]:
    """For a program: what became of each file, and how many there are of each. `unread`: what could not be read."""
    states = [_state(file, check=check) for file in files]
    told: list[dict[str, object]] = []
    for file, state in zip(files, states, strict=True):
        one: dict[str, object] = {"file": str(file.path), "state": state}
        if check:
            one["diff"] = file.diff()
        one["problems"] = [problem_as_object(error) for error in file.errors]
        told.append(one)
    changed = "would_change" if check else "written"
    return {
        "files": told,
        **{name: states.count(name) for name in (changed, "unchanged", "refused")},
        "unread": [{"message": problem.message, "hint": problem.hint} for problem in problems.plain],
    }


def _state(file: FormattedFile, *, check: bool) -> str:
    if file.errors:
        return "refused"
    if not file.changed:
        return "unchanged"
    return "would_change" if check else "written"


def format_files(paths: Sequence[Path], problems: Problems) -> Iterator[FormattedFile]:
    """Every file as it is and as it should be; what cannot be read goes to `problems`."""
    files = find_rule_files(paths, problems)
    read = {path: problems.attempt(partial(read_text, path)) for path in files}
    texts = {path: text for path, text in read.items() if text is not None}
    found = check_sources([(str(path), text) for path, text in texts.items()]).problems
    together = {(problem.code, problem.span) for problem in found}
    for path, text in texts.items():
        errors = _errors(str(path), text, together)
        yield FormattedFile(
            path=path, before=text, after=text if errors else _formatted(str(path), text), errors=errors
        )


def _errors(name: str, text: str, together: set[tuple[str, Span]]) -> tuple[Diagnostic, ...]:
    """The errors that a file has both by itself and beside the others that were named.

    Another file of the owner may hold what this one lacks; and two files that were never meant to be
    used together do not stop each other.
    """
    alone = check_sources([(name, text)]).problems
    return tuple(
        problem for problem in alone if problem.severity is Severity.ERROR and (problem.code, problem.span) in together
    )


def _formatted(name: str, text: str) -> str:
    after = format_text(text)
    if after != text and not same_meaning(name, text, after):
        raise AssertionError(f"formatting would change what {name} means; it was left as it is")
    return after
