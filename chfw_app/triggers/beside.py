"""What is known of hubs beside the ledger, from files: an estate, and what Suppliers alone know."""

from collections.abc import Sequence
from pathlib import Path

from chfw_app.triggers.knowing import Beside
from chfw_core.errors import InputError


def read_beside(estate: Path | None, attributes: Sequence[str]) -> Beside:
    """Opens the files. Raises InputError for one that cannot be used, and for attributes without an estate."""
    if estate is None:
        if attributes:
            raise InputError("--attributes needs --estate", hint="the attributes of hubs are read beside the estate's")
        return Beside()
    from chfw_files.documents.attributes import read_attributes, split_argument
    from chfw_files.documents.estate import open_estate

    private = {}
    for argument in attributes:
        party, place = split_argument(argument)
        if party in private:
            raise InputError(f"--attributes names `{party}` twice", hint="one file for each Supplier")
        private[party] = read_attributes(party, place)
    return Beside(estate=open_estate(estate), private=private)
