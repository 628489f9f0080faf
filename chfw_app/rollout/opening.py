"""The ledger that a user names: an address of a database, or a path; and what to do where there is none yet."""

from pathlib import Path

from sqlalchemy.engine import make_url

from chfw_app.stores.open import open_store
from chfw_app.stores.rollout_codec import projections
from chfw_app.stores.store import Store
from chfw_core.errors import InputError

DEFAULT = "chfw.db"
"""In the working folder, where neither `--store` nor CHFW_STORE names another."""


def address_of(store: str | None) -> str:
    """`sqlite:///path` for a path; an address as it is."""
    text = store or DEFAULT
    return text if "://" in text else f"sqlite:///{text}"


def open_ledger(store: str | None, *, create: bool = False) -> Store:
    """The store that is named. Raises InputError where there is none and none is to be made."""
    url = address_of(store)
    if not create and url.startswith("sqlite"):
        path = make_url(url).database
        if path and not Path(path).exists():
            raise InputError(
                f"there is no ledger at `{path}`",
                hint="`chfw rollout draft` begins one; --store or CHFW_STORE names another",
            )
    return open_store(url, projections())
