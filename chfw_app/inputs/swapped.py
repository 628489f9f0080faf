"""A document of another kind than the option takes: said in one line, not in eighteen problems."""

import re
from pathlib import Path

from chfw_core.errors import InputError

_KINDS = {
    "rules": ("a rule file", "--rules takes it"),
    "release": ("a release", "--release takes it"),
    "tests": ("a file of tests of rules", "run it with `chfw rules test`"),
}
_HEAD = re.compile(r"(rules|release|tests)[ \t]*:[ \t]*['\"]?v[0-9]", re.MULTILINE)
_LOOKED_AT = 4_000
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".xls", ".ods")


def refuse_table(path: Path, what: str) -> None:
    """Raises InputError for a table by its name, before its megabytes are read as text."""
    if path.suffix.lower() in _TABLES:
        raise InputError(f"`{path}` is a table, not {what}", hint="were two options swapped?")


def refuse_other_kind(text: str, path: Path, expected: str) -> None:
    """Raises InputError where a document's first key says that it is of another kind. `expected`: that key."""
    kind = kind_of(text)
    if kind is not None and kind != expected:
        called, hint = _KINDS[kind]
        raise InputError(f"`{path}` is {called}, not {_KINDS[expected][0]}", hint=hint)


def kind_of(text: str) -> str | None:
    """`rules`, `release` or `tests`: the key at the beginning of a line by which a document says what it is."""
    for line in text[:_LOOKED_AT].removeprefix("\ufeff").splitlines():
        found = _HEAD.match(line)
        if found is not None:
            return found[1]
    return None
