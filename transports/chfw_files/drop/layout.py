"""What lies where in drop folders, and what the name of a file that was handed in says.

    PARTY/in/RELEASE/KIND….csv      what the party hands in for a release
    PARTY/in/KIND….csv              and what concerns every release, or none
    PARTY/out/NUMBER-RELEASE-MESSAGE.csv       what it is sent, each with its manifest beside it
    PARTY/receipts/…                the answer to each file that it handed in, and the rows that come back
    PARTY/kept/…                    its rule files and private attributes that are in force
    PARTY/done/…                    every file that it handed in, once it was answered

A name that a file system may not take is written with %XX: `CSP:North` is `CSP%3ANorth`.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote, unquote

from attrs import frozen

from chfw_core.errors import InputError
from chfw_core.rules.problems.problem import did_you_mean

IN: Final = "in"
OUT: Final = "out"
RECEIPTS: Final = "receipts"
KEPT: Final = "kept"
DONE: Final = "done"
FOLDERS: Final = (IN, OUT, RECEIPTS, KEPT, DONE)

MANIFEST: Final = ".manifest.json"
RULES: Final = ".rules.yaml"
TABLES: Final = (".csv", ".xlsx", ".parquet", ".jsonl")

UNFINISHED: Final = (".part", ".tmp", ".partial", ".filepart", ".crdownload")
_LONGEST = 150
_PLAIN = re.compile(r"[A-Za-z0-9._ -]+")


@frozen(kw_only=True)
class Kind:
    """What a file may hold. `of_release`: it belongs into the folder of a release; None: it may, or not."""

    of_release: bool | None
    endings: tuple[str, ...] = TABLES


KINDS: Final[Mapping[str, Kind]] = {
    "instructions": Kind(of_release=True),
    "withdrawals": Kind(of_release=True),
    "pilot-list": Kind(of_release=True),
    "pilot-progress": Kind(of_release=True),
    "outcomes": Kind(of_release=True),
    "inventory": Kind(of_release=None),
    "supplier-changes": Kind(of_release=None),
    "attributes": Kind(of_release=False),
    "rules": Kind(of_release=False, endings=(RULES,)),
    "events": Kind(of_release=False, endings=(".jsonl",)),
    "commands": Kind(of_release=None, endings=(".jsonl",)),
}
"""By the word with which the name of the file begins; a rule file is known by its ending."""


@frozen(kw_only=True)
class HandedIn:
    """What a path below `in` says. `release`: None where it names none."""

    kind: str
    release: str | None
    name: str


def folder_of(name: str) -> str:
    """The name of a folder for a party or a release."""
    if _PLAIN.fullmatch(name) and name.strip(". ") == name:
        return name
    inside = " -_" if name == name.strip() else "-_"
    return quote(name, safe=inside).replace(".", "%2E")


def name_of(folder: str) -> str:
    """The inverse."""
    return unquote(folder)


def misnamed(folder: str) -> str | None:
    """Why a folder can be nobody's, whoever there is; None where it is called as a party's folder is."""
    name = shown(name_of(folder))
    right = folder_of(name)
    return None if right == folder else f"this is no name of a folder; that of `{name}` is `{right}`"


def shown(path: str) -> str:
    """A path as text, where a file system has names that are none."""
    return path.encode("utf-8", "replace").decode()


def short(path: str) -> str:
    """The path with a last part that leaves room for what we add to it: names may have 255 bytes."""
    above, slash, name = path.rpartition("/")
    if len(name.encode()) <= _LONGEST:
        return path
    ending = PurePosixPath(name).suffix[:12]
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{above}{slash}{name[: _LONGEST // 4]}~{mark}{ending}"


def is_unfinished(path: str) -> bool:
    """Whether a file is still being written, by its name; so are hidden ones and what spreadsheets leave open."""
    name = PurePosixPath(path).name
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def handed_in(path: str) -> HandedIn:
    """What a file is, by its path below `in`. Raises InputError with what would help."""
    *folders, name = PurePosixPath(path).parts
    if len(folders) > 1:
        raise InputError(f"`{path}` lies too deep", hint="put it into `in`, or into `in/RELEASE`")
    release = name_of(folders[0]) if folders else None
    kind = _kind_of(name)
    known = KINDS[kind]
    if not name.lower().endswith(known.endings):
        raise InputError(
            f"`{name}` has none of the endings {', '.join(known.endings)}", hint="the ending says the format"
        )
    if known.of_release is True and release is None:
        raise InputError(f"`{name}` does not say for which release it is", hint="put it into the folder `in/RELEASE`")
    if known.of_release is False and release is not None:
        raise InputError(f"`{name}` belongs to no release", hint="put it into the folder `in`")
    return HandedIn(kind=kind, release=release, name=name)


def _kind_of(name: str) -> str:
    if name.lower().endswith(RULES):
        return "rules"
    plain = name.lower().replace("_", "-").replace(" ", "-")
    for kind in KINDS:
        if kind != "rules" and re.match(rf"{kind}(?![a-z])", plain):
            return kind
    begins = re.match(r"[a-z-]*", plain)
    near = did_you_mean(begins.group().strip("-") if begins else "", KINDS)
    first = ", ".join(kind for kind in KINDS if kind != "rules")
    raise InputError(
        f"the name `{name}` does not say what the file holds",
        hint=near or f"begin it with one of {first}; a rule file ends with {RULES}",
    )
