"""Where drop folders lie: this machine's disks, or wherever a URL names them.

What is put somewhere appears whole or not at all, under its final name: on disks and over SFTP by renaming, in an
object store because that is how it puts. Paths are relative to the root, with `/`.
"""

from pathlib import Path
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Found:
    """A file. `stamp` changes whenever its content may have; `changed`: when that was, in the place's own time."""

    path: str
    size: int
    stamp: str
    changed: float


class Place(Protocol):
    """Files below one root. All methods raise InputError where the place cannot be reached, or refuses."""

    @property
    def name(self) -> str:
        """For people; without a password."""
        ...

    @property
    def whole(self) -> bool:
        """Whether a file that somebody puts there is seen only once all of it is there."""
        ...

    def folders(self, below: str) -> list[str]:
        """The names of the folders directly below; none where it is not there."""
        ...

    def files(self, below: str) -> list[Found]:
        """All plain files below, however deep, in the order in which they came; none where it is not there."""
        ...

    def fetch(self, path: str, target: Path) -> None:
        """Copies a file to this machine."""
        ...

    def put(self, source: Path, path: str) -> None:
        """A copy of a file of this machine, whole or not at all; its folders are made."""
        ...

    def move(self, found: Found, to: str) -> bool:
        """Gives a file another name; False where it is gone or has changed since it was found."""
        ...

    def remove(self, path: str) -> None:
        """A file that may be gone."""
        ...

    def make(self, folder: str) -> None:
        """A folder, with those above it; a place without folders needs none."""
        ...

    def reopen(self) -> None:
        """After a failure: connections are made anew. Raises InputError where that fails too."""
        ...

    def close(self) -> None:
        """Gives back what it holds."""
        ...
