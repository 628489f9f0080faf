"""What rules know of hubs beside the ledger, where drop folders are: an estate, and attributes that are kept there."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from attrs import evolve

from chfw_app.triggers.beside import read_beside
from chfw_app.triggers.knowing import Beside
from chfw_core.model.parties import is_supplier
from chfw_files.drop.layout import KEPT, TABLES, folder_of
from chfw_files.drop.transport import DropFolders

if TYPE_CHECKING:
    from chfw_files.documents.attributes import Attributes


def beside_of(drops: Sequence[DropFolders], estate: Path | None) -> Callable[[], Beside]:
    """Reads it when it is asked for: attributes may have come since. The estate is opened once, and now.

    Raises InputError for an estate that cannot be used; what it gives, for attributes that cannot be got at.
    """
    opened = read_beside(estate, ())
    if estate is None:
        return lambda: opened
    return lambda: evolve(opened, private={party: one for drop in drops for party, one in _kept_attributes(drop)})


def _kept_attributes(drop: DropFolders) -> "Iterator[tuple[str, Attributes]]":
    from chfw_files.documents.attributes import read_attributes

    with tempfile.TemporaryDirectory(prefix="chfw-") as here:
        for party in filter(is_supplier, drop.parties):
            for one in drop.place.files(f"{folder_of(party)}/{KEPT}"):
                name = PurePosixPath(one.path)
                if name.stem == "attributes" and name.suffix in TABLES:
                    local = Path(here, f"{folder_of(party)}{name.suffix}")
                    drop.place.fetch(one.path, local)
                    yield party, read_attributes(party, local)
