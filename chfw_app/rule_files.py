"""Rule files on disk: which they are, and what is wrong with them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chfw_app.problems import Problems
from chfw_app.texts import read_text
from chfw_core.errors import InputError
from chfw_files.sources import missing_file

if TYPE_CHECKING:
    from chfw_core.rules.analysis.subject import Analysis
    from chfw_core.rules.check import Checked

PATTERN = "*.rules.yaml"
TESTS = ".tests.yaml"


def find_rule_files(paths: Sequence[Path], problems: Problems) -> list[Path]:
    """Files as named; a folder means every *.rules.yaml below it, in order of name. None found is a problem."""
    found = [problems.attempt(partial(_files_of, path)) for path in paths]
    return list(dict.fromkeys(file for files in found for file in files or ()))


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        below = sorted(place for place in path.rglob(PATTERN) if place.is_file())
        if not below:
            raise InputError(f"there is no {PATTERN} in or below the folder `{path}`")
        return below
    if not path.exists():
        raise missing_file(path)
    if path.name.endswith(TESTS):
        raise InputError(f"`{path}` holds tests of rules, not rules", hint="run them with `chfw rules test`")
    return [path]


def read_rules(
    paths: Sequence[Path], problems: Problems, analysis: "Analysis | None" = None
) -> "tuple[Checked, tuple[Path, ...]]":
    """Check all rule files together; what cannot be read goes to `problems`, the rest is in `Checked`.

    `analysis`: what to look for in rules without errors; nothing for those who only apply them.
    """
    from chfw_core.rules.check import check_sources

    files = find_rule_files(paths, problems)
    texts = {path: problems.attempt(partial(read_text, path)) for path in files}
    sources = [(str(path), text) for path, text in texts.items() if text is not None]
    return check_sources(sources, analysis=analysis), tuple(files)
