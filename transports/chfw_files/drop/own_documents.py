"""Documents that a party hands in for itself: rule files, and what it alone knows of its hubs (RU7).

They are checked when they come, and kept where `chfw plan` and `chfw rollout publish` read them by `--rules` and
`--attributes`; a file of the same name takes the place of the former one. One with an error changes nothing.
"""

import tempfile
from pathlib import Path, PurePosixPath

from chfw_core.diagnostics import Severity
from chfw_core.errors import InputError
from chfw_core.model.parties import is_supplier
from chfw_core.rules.check import check_sources
from chfw_files.attributes import read_attributes
from chfw_files.commands_in import ReadCommands
from chfw_files.drop.contents import Source
from chfw_files.drop.layout import KEPT, RULES, TABLES, folder_of
from chfw_files.drop.place import Place
from chfw_files.texts import read_text


def check_attributes(source: Source) -> ReadCommands:
    """The rows set aside. Raises InputError for what is no table of attributes."""
    if not is_supplier(source.party):
        raise InputError(f"`{source.party}` has no private attributes", hint="they are Suppliers'")
    read = read_attributes(source.party, source.path)
    bad = read.quarantine
    return ReadCommands(commands=(), bad_rows=bad, row_count=len(read.guids) + len(bad))


def problems_of_rules(source: Source, place: Place) -> tuple[str, ...]:
    """What is wrong with a rule file, beside those of the party that are kept already. Raises InputError."""
    sources = [(source.what.name, read_text(source.path))]
    folder = f"{folder_of(source.party)}/{KEPT}"
    with tempfile.TemporaryDirectory(prefix="chfw-") as name:
        for found in place.files(folder):
            beside = PurePosixPath(found.path).name
            if beside.endswith(RULES) and beside != source.what.name:
                here = Path(name, "kept.rules.yaml")
                place.fetch(found.path, here)
                sources.append((beside, read_text(here)))
    checked = check_sources(sources)
    said = [one.render() for one in checked.problems if one.severity is Severity.ERROR]
    others = sorted({rules.owner for rules in checked.rulesets if rules.owner != source.party})
    said += [f"the rules are of `{other}`; `{source.party}` can hand in its own alone" for other in others]
    return tuple(said)


def keep(source: Source, place: Place) -> str:
    """Puts a checked document where it is read from now on; where that is."""
    folder = f"{folder_of(source.party)}/{KEPT}"
    if source.what.kind == "rules":
        path = f"{folder}/{source.what.name}"
        place.put(source.path, path)
        return path
    ending = PurePosixPath(source.what.name).suffix.lower()
    path = f"{folder}/attributes{ending}"
    place.put(source.path, path)
    for other in TABLES:
        if other != ending:
            place.remove(f"{folder}/attributes{other}")
    return path
