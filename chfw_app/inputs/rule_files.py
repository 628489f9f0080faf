"""Rule files on disk: which they are, and what is wrong with them."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from chfw_app.inputs.swapped import kind_of, refuse_other_kind, refuse_table
from chfw_app.inputs.texts import read_text
from chfw_app.problems import Problems
from chfw_core.errors import InputError
from chfw_files.file_errors import missing_file

if TYPE_CHECKING:
    from chfw_core.rules.analysis.subject import Analysis
    from chfw_core.rules.check import Checked

PATTERN = "*.rules.yaml"
RULES_ENDING = ".rules.yaml"
TESTS = ".tests.yaml"
_MOST_LOOKED_AT = 1_000


def find_rule_files(paths: Sequence[Path], problems: Problems) -> list[Path]:
    """Files as named; a folder means every *.rules.yaml below it, in order of name. None found is a problem.

    So is a rule file beside others that a folder would pass over for its name: its owner would decide nothing.
    """
    for path in paths:
        _add_misnamed(path, problems)
    found = [problems.attempt(partial(_files_of, path)) for path in paths]
    return once(file for files in found for file in files or ())


def once(files: Iterable[Path]) -> list[Path]:
    """Each file once, as it was named first: `rules` and `./rules/x.rules.yaml` may both be given."""
    found: dict[str, Path] = {}
    for file in files:
        found.setdefault(os.path.abspath(file), file)
    return list(found.values())


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        below = sorted(place for place in path.rglob(PATTERN) if place.is_file())
        if not below:
            raise none_below(path, PATTERN)
        return below
    if not path.exists():
        raise missing_file(path)
    if path.name.endswith(TESTS):
        raise InputError(f"`{path}` holds tests of rules, not rules", hint="run them with `chfw rules test`")
    return [path]


def _add_misnamed(folder: Path, problems: Problems) -> None:
    if not folder.is_dir() or not any(folder.rglob(PATTERN)):
        return  # where there is none at all, `none_below` says it
    for place in islice(sorted(folder.rglob("*")), _MOST_LOOKED_AT):
        name = place.name.lower()
        if not name.endswith((".yaml", ".yml")) or place.name.endswith((RULES_ENDING, TESTS)) or not place.is_file():
            continue
        with suppress(InputError):
            if kind_of(read_text(place)) == "rules":
                hint = f"rename it, such as to `{_renamed(place)}`, or name it with --rules by itself"
                problems.add(f"`{place}` is a rule file whose name does not end in `{RULES_ENDING}`", hint=hint)


def _renamed(place: Path) -> str:
    stem = place.name.rpartition(".")[0]
    return (stem[: -len(".rules")] if stem.lower().endswith(".rules") else stem) + RULES_ENDING


def _read(path: Path) -> str:
    refuse_table(path, "a rule file")
    text = read_text(path)
    refuse_other_kind(text, path, "rules")
    return text


def none_below(folder: Path, pattern: str) -> InputError:
    """The message for a folder without such a file, with one whose name is nearly so."""
    ending = pattern.removeprefix("*")
    endings = (ending.lower().replace(".yaml", ".yml"), ending.lower(), ".yaml", ".yml")
    others = (RULES_ENDING, TESTS)
    near = [
        place
        for place in islice(sorted(folder.rglob("*")), _MOST_LOOKED_AT)
        if place.name.lower().endswith(endings) and not place.name.endswith(others) and place.is_file()
    ]
    # The one whose name says most: `x.rules.yml` before `x.yaml`.
    near.sort(key=lambda place: next(at for at, known in enumerate(endings) if place.name.lower().endswith(known)))
    hint = f"a file in a folder is found by its name; `{near[0]}` does not end in `{ending}`" if near else None
    return InputError(f"there is no {pattern} in or below the folder `{folder}`", hint=hint)


def read_rules(
    paths: Sequence[Path], problems: Problems, analysis: "Analysis | None" = None
) -> "tuple[Checked, Mapping[Path, str | None]]":
    """Check all rule files together; what is wrong with them is in `Checked`. With it come their texts.

    What cannot be read goes to `problems`, and has no text. `analysis`: what to look for in rules without errors;
    nothing for those who only apply them.
    """
    from chfw_app.triggers.event_types import event_types
    from chfw_core.rules.check import check_sources

    files = find_rule_files(paths, problems)
    texts = {path: problems.attempt(partial(_read, path)) for path in files}
    sources = [(str(path), text) for path, text in texts.items() if text is not None]
    return check_sources(sources, event_types=event_types().fields, analysis=analysis), texts
