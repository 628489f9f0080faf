"""The place that an address names."""

from pathlib import Path

from chfw_core.errors import InputError
from chfw_files.drop.local import LocalPlace
from chfw_files.drop.place import Place


def place_at(address: str) -> Place:
    """The place that a path or a URL names. Raises InputError where there is none."""
    if "://" in address:
        from chfw_files.drop.remote import RemotePlace

        return RemotePlace.at(address)
    root = Path(address)
    if not root.is_dir():
        raise InputError(f"there is no folder `{address}`", hint="make it first")
    return LocalPlace(root=root)
