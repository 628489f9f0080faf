"""The store that reports are made from, where it lies and when it is looked at. A report never makes a store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chfw_app.stores.open import open_store
from chfw_app.stores.store import Store
from chfw_core.errors import InputError

DEFAULT = "sqlite:///chfw.db"
VARIABLE = "CHFW_STORE"
_SQLITE = "sqlite:///"


def store_address(named: str | None) -> str:
    """The address of a store: an address or a path, else CHFW_STORE, else `chfw.db` in the working folder."""
    found = named or os.environ.get(VARIABLE) or DEFAULT
    return found if "://" in found else f"{_SQLITE}{found}"


@contextmanager
def existing_store(named: str | None) -> Iterator[Store]:
    """The store, opened as it is. Raises InputError where there is none, or its form is another version's."""
    address = store_address(named)
    if address.startswith(_SQLITE) and not Path(address.removeprefix(_SQLITE)).is_file():
        raise InputError(
            f"there is no ledger `{address.removeprefix(_SQLITE)}`",
            hint=f"name one with --store, or in the environment variable {VARIABLE}",
        )
    with open_store(address, upgrade=False) as store:
        yield store
