"""Drop folders on this machine's disks.

A party may be able to write into its folder by other ways than ours: nothing here follows a symbolic link, nor
reads what is no plain file.
"""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import frozen

from chfw_core.errors import InputError
from chfw_files.atomic import written_whole
from chfw_files.drop.place import Found

_ABANDONED_S = 3600.0
"""Hidden files that a killed process left half written are removed after so long."""


@frozen(kw_only=True)
class LocalPlace:
    """Files below a folder of this machine."""

    root: Path
    whole: bool = False

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.root)

    def folders(self, below: str) -> list[str]:
        """Symbolic links are none."""
        with _told(self.root / below):
            try:
                with os.scandir(self.root / below) as entries:
                    return sorted(one.name for one in entries if one.is_dir(follow_symlinks=False))
            except FileNotFoundError:
                return []

    def files(self, below: str) -> list[Found]:
        """By time, then by name."""
        with _told(self.root / below):
            return sorted(self._below(self.root / below), key=lambda found: (found.changed, found.path))

    def no_files(self, below: str) -> list[str]:
        """The paths of symbolic links, and of whatever else is neither a plain file nor a folder."""
        found = []
        with _told(self.root / below):
            for above, folders, names in os.walk(self.root / below, followlinks=False):
                for place in (Path(above, name) for name in (*folders, *names)):
                    with suppress(FileNotFoundError):
                        mode = place.lstat().st_mode
                        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                            found.append(place.relative_to(self.root).as_posix())
        return sorted(found)

    def _own(self, path: str) -> Path:
        """Where a path leads. Raises InputError where one of its folders is a link: it may lead anywhere."""
        place = self.root / path
        for above in (place, *place.parents) if path.endswith("/") else place.parents:
            if above == self.root:
                break
            if above.is_symlink():
                raise InputError(f"`{above}` is a link, and no folder", hint="let no party write beside its `in`")
        return place

    def _below(self, folder: Path) -> Iterator[Found]:
        for above, _, names in os.walk(folder, followlinks=False):
            for name in names:
                place = Path(above, name)
                with suppress(FileNotFoundError):
                    found = place.lstat()
                    if stat.S_ISREG(found.st_mode):
                        yield self._found(place, found)

    def _found(self, place: Path, found: os.stat_result) -> Found:
        path = place.relative_to(self.root).as_posix()
        stamp = f"{found.st_mtime_ns:x}.{found.st_ino:x}.{found.st_size:x}"
        return Found(path=path, size=found.st_size, stamp=stamp, changed=found.st_mtime)

    def fetch(self, path: str, target: Path) -> None:
        """Raises InputError for a symbolic link too."""
        place = self._own(path)
        with _told(place):
            handle = os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(handle, "rb") as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)

    def put(self, source: Path, path: str) -> None:
        """Flushed to the disk before it has its name."""
        target = self._own(path)
        with _told(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(target) as hidden:
                shutil.copyfile(source, hidden)

    def move(self, found: Found, to: str) -> bool:
        """By renaming. Looked at before and after: what came in its place meanwhile goes back."""
        place, target = self._own(found.path), self._own(to)
        with _told(place):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                if self._found(place, place.lstat()).stamp != found.stamp:
                    return False
                os.replace(place, target)
            except FileNotFoundError:
                return False
            if self._found(place, target.lstat()).stamp != found.stamp and not place.exists():
                os.replace(target, place)
                return False
            return True

    def remove(self, path: str) -> None:
        """Gone afterwards."""
        place = self._own(path)
        with _told(place):
            place.unlink(missing_ok=True)

    def make(self, folder: str) -> None:
        """With those above it."""
        place = self._own(f"{folder}/")
        with _told(place):
            place.mkdir(parents=True, exist_ok=True)

    def tidy(self, folder: str) -> None:
        """Removes what a killed process left half written."""
        for above, _, names in os.walk(self.root / folder, followlinks=False):
            for name in names:
                place = Path(above, name)
                with suppress(OSError):
                    if name.startswith(".") and ".part" in name and time.time() - place.lstat().st_mtime > _ABANDONED_S:
                        place.unlink()

    def reopen(self) -> None:
        """There is no connection."""

    def close(self) -> None:
        """There is nothing to give back."""


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except OSError as failure:
        why = (failure.strerror or str(failure)).lower()
        raise InputError(f"cannot use `{place}`: {why}") from failure
