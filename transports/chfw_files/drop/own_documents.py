"""Documents that a party hands in for itself: rule files, and what it alone knows of its hubs (RU7).

They are kept where `chfw plan` and `chfw rollout publish` read them by `--rules` and `--attributes`; a file of the same
name takes the place of the former one, an empty rule file takes it back. Rule files are handed on as they are together
from then on, to be checked and put in force: one with an error changes nothing. Nor do attributes of which every row
is bad; of others the good rows are kept.
"""

import tempfile
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from chfw_core.errors import InputError
from chfw_core.model.parties import is_supplier
from chfw_core.rules.problems.problem import did_you_mean
from chfw_files.documents.attributes import read_attributes
from chfw_files.documents.commands_in import ReadCommands
from chfw_files.documents.returned import write_without
from chfw_files.drop.contents import Source
from chfw_files.drop.layout import KEPT, RULES, TABLES, folder_of
from chfw_files.drop.place import Place
from chfw_files.texts import read_text

TAKEN_BACK = ".taken-back"
"""After the name of a rule file that was in force: an empty file, so that taking it back again is no mistake."""


def check_attributes(source: Source) -> ReadCommands:
    """The rows set aside. Raises InputError for what is no table of attributes."""
    if not is_supplier(source.party):
        raise InputError(f"`{source.party}` has no private attributes", hint="they are Suppliers'")
    read = read_attributes(source.party, source.path)
    bad = read.quarantine
    return ReadCommands(bad_rows=bad, row_count=len(read.guids) + len(bad))


def rules_together(source: Source, place: Place) -> tuple[tuple[str, str], ...]:
    """The party's rule files as they are with this one, each by its name.

    Raises InputError for an empty file that takes nothing back.
    """
    text = read_text(source.path)
    others, here = _kept_beside(source, place)
    if text.strip():
        return (source.what.name, text), *others
    if not here:
        near = did_you_mean(source.what.name, [name for name, _ in others])
        raise InputError(f"no rules are kept as `{source.what.name}` that an empty file could take back", hint=near)
    return tuple(others)


def _kept_beside(source: Source, place: Place) -> tuple[list[tuple[str, str]], bool]:
    """The other rule files that are kept, with their texts, and whether one of this name is, or was until now."""
    others, here = [], False
    with tempfile.TemporaryDirectory(prefix="chfw-") as folder:
        for found in place.files(f"{folder_of(source.party)}/{KEPT}"):
            name = PurePosixPath(found.path).name
            if name in (source.what.name, source.what.name + TAKEN_BACK):
                here = True
            elif name.endswith(RULES):
                local = Path(folder, "kept.rules.yaml")
                place.fetch(found.path, local)
                others.append((name, read_text(local)))
    return others, here


def keep(source: Source, place: Place, bad: Collection[int]) -> str | None:
    """Puts a checked document where it is read from now on; where that is, None where it was taken back.

    `bad`: the places of rows that are left out.
    """
    folder = f"{folder_of(source.party)}/{KEPT}"
    if source.what.kind == "rules":
        return _keep_rules(source, place, f"{folder}/{source.what.name}")
    ending = PurePosixPath(source.what.name).suffix.lower()
    path = f"{folder}/attributes{ending}"
    local = source.path
    if bad:
        local = source.path.with_name(f"kept{ending}")
        write_without(source.path, local, bad)
    place.put(local, path)
    for other in TABLES:
        if other != ending:
            place.remove(f"{folder}/attributes{other}")
    return path


def _keep_rules(source: Source, place: Place, path: str) -> str | None:
    if read_text(source.path).strip():
        place.put(source.path, path)
        place.remove(path + TAKEN_BACK)
        return path
    empty = source.path.with_name("empty")
    empty.write_bytes(b"")
    place.put(empty, path + TAKEN_BACK)
    place.remove(path)
    return None
