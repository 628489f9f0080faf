"""Which files have come in whole, and which of them were answered before.

Where names are given at once (an object store, or whoever uploads under `.part` and renames), a file that is seen is
whole; elsewhere it is taken once its manifest agrees with it, or once it has stayed as it was for a while.
"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from attrs import define, field, frozen

from chfw_files.drop.layout import DONE, MANIFEST, is_unfinished, short, shown
from chfw_files.drop.place import Found, Place

SHA_SHOWN = 16


@frozen(kw_only=True)
class Arrival:
    """A file and, where there is one, its manifest. `settled`: it has stayed as it was for long enough."""

    found: Found
    manifest: Found | None
    settled: bool


@define(kw_only=True)
class Arrivals:
    """What has been seen so far, and when. `settle`: seconds; `tells`: the time, from any beginning."""

    settle: float
    tells: Callable[[], float]
    whole: bool
    seen: dict[str, tuple[str, float]] = field(factory=dict)

    def among(self, files: Iterable[Found]) -> tuple[list[Arrival], int]:
        """Those that may be looked at, in their order, and how many are still on their way."""
        now = self.tells()
        by_path = {found.path: found for found in files}
        here = []
        waiting = 0
        for path, found in by_path.items():
            if is_unfinished(path) or path.endswith(MANIFEST):
                continue
            manifest = by_path.get(path + MANIFEST)
            settled = self.whole or self._has_settled(path, found, now)
            if settled or manifest is not None:
                here.append(Arrival(found=found, manifest=manifest, settled=settled))
            if not settled:
                waiting += 1
        return here, waiting

    def forget(self, gone: Iterable[str]) -> None:
        """Files that are no longer there."""
        for path in gone:
            self.seen.pop(path, None)

    def _has_settled(self, path: str, found: Found, now: float) -> bool:
        stamp, since = self.seen.get(path, ("", now))
        if stamp != found.stamp:
            self.seen[path] = (found.stamp, now)
            return self.settle <= 0
        return now - since >= self.settle


@frozen(kw_only=True)
class Before:
    """What is in `done` for a content: how often it was answered; `leftover`: this very file among them."""

    times: int
    leftover: bool


def answered_before(place: Place, party_folder: str, sha256: str, found: Found) -> Before:
    """A file that was answered, and copied to `done`, may stand in `in` still where we were killed in between."""
    names = [
        PurePosixPath(one.path).name
        for one in place.files(f"{party_folder}/{DONE}/{sha256[:SHA_SHOWN]}")
        if not one.path.endswith(MANIFEST)
    ]
    mark = _mark(found)
    return Before(times=len(names), leftover=any(name.partition("-")[2].startswith(f"{mark}-") for name in names))


def done_path(party_folder: str, sha256: str, times: int, found: Found) -> str:
    """Where a file lies once it was answered: by its content, the number of the delivery, and its stamp."""
    name = short(shown(PurePosixPath(found.path).name))
    return f"{party_folder}/{DONE}/{sha256[:SHA_SHOWN]}/{times + 1}-{_mark(found)}-{name}"


def _mark(found: Found) -> str:
    """The file as it was put there this time, in a form that names of files can hold: its path and stamp."""
    return hashlib.sha256(f"{found.path}\0{found.stamp}".encode(errors="surrogateescape")).hexdigest()[:12]
