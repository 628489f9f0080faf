"""Drop folders wherever a URL names them, by fsspec: `sftp://…`, `s3://…` and others (the `files` extra).

Some places rename and some copy. Where a place copies, a file that was answered may stand in `in` and in `done` at
once, if we are killed between the two: whoever looks for it there knows it by its stamp (`arrivals`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from attrs import define, field

from chfw_core.errors import InputError
from chfw_files.drop.host_keys import known_hosts
from chfw_files.drop.place import Found

_RENAME = ("sftp", "ssh", "smb", "ftp", "file", "local", "hdfs", "webhdfs", "arrow_hdfs")
"""Where a name can be changed at once, and a file is seen while it is still being written."""
_EXTRAS = {"s3": "s3", "s3a": "s3", "sftp": "sftp", "ssh": "sftp"}
"""By protocol the extra that brings what speaks it."""
_MARK = ".folder"
"""An object store has no folders: an empty hidden object stands for one in which nothing lies yet."""
_CHANGED = ("mtime", "LastModified", "last_modified", "modified", "created", "updated")


@define(kw_only=True, eq=False)
class RemotePlace:
    """Files below a root of an fsspec file system. `address`: as it was given, with what it says of who we are."""

    fs: Any
    root: str
    name: str
    whole: bool
    address: str = field(repr=False)
    _made: set[str] = field(factory=set, init=False)

    @classmethod
    def at(cls, address: str) -> "RemotePlace":
        """Raises InputError where a part is missing or the place cannot be reached."""
        try:
            from upath import UPath
        except ImportError:
            raise InputError(
                f"`{_shown(address)}` needs universal-pathlib, which is not installed", hint="pip install 'chfw[files]'"
            ) from None
        fs, root, protocol = _opened(address, UPath)
        return cls(fs=fs, root=root.rstrip("/"), name=_shown(address), whole=protocol not in _RENAME, address=address)

    def folders(self, below: str) -> list[str]:
        """Without those that are links."""
        return sorted(PurePosixPath(one["name"]).name for one in self._listed(below) if one["type"] == "directory")

    def files(self, below: str) -> list[Found]:
        """By time, then by name."""
        found = list(self._below(below))
        return sorted(found, key=lambda one: (one.changed, one.path))

    def fetch(self, path: str, target: Path) -> None:
        """A copy."""
        with _told(self.name):
            self.fs.get_file(self._at(path), str(target))

    def put(self, source: Path, path: str) -> None:
        """Where names can be changed, under a hidden one first."""
        target = PurePosixPath(self._at(path))
        with _told(self.name):
            if self.whole:
                self.fs.put_file(str(source), str(target))
                return
            self._folders_above(target)
            hidden = target.with_name(f".{target.name}.part")
            self.fs.put_file(str(source), str(hidden))
            self._rename(str(hidden), str(target))

    def move(self, found: Found, to: str) -> bool:
        """By renaming, or by a copy that stands before the first is removed."""
        source, target = self._at(found.path), PurePosixPath(self._at(to))
        with _told(self.name):
            if self._stamp_at(source) != found.stamp:
                return False
            try:
                if not self.whole:
                    self._folders_above(target)
                    self._rename(source, str(target))
                    return True
                self.fs.cp_file(source, str(target))
                if self._stamp_at(source) == found.stamp:
                    self.fs.rm_file(source)
            except FileNotFoundError:
                return False
            return True

    def remove(self, path: str) -> None:
        """Gone afterwards."""
        with _told(self.name):
            try:
                self.fs.rm_file(self._at(path))
            except FileNotFoundError:
                return

    def make(self, folder: str) -> None:
        """In an object store, something that stands for one."""
        with _told(self.name):
            if not self.whole:
                self.fs.makedirs(self._at(folder), exist_ok=True)
            elif not self.fs.isdir(self._at(folder)):
                self.fs.pipe_file(self._at(f"{folder}/{_MARK}"), b"")

    def reopen(self) -> None:
        """fsspec keeps a connection for good, also one that has broken off."""
        from upath import UPath

        type(self.fs).clear_instance_cache()
        self.fs, _, _ = _opened(self.address, UPath)

    def close(self) -> None:
        """Connections are fsspec's own, shared by whoever uses the same address."""

    def _below(self, below: str) -> Iterator[Found]:
        for one in self._listed(below):
            path = self._relative(one["name"])
            if one["type"] == "directory":
                yield from self._below(path)
            elif one["type"] == "file":
                yield self._found(path, one)

    def _listed(self, below: str) -> list[Mapping[str, Any]]:
        with _told(self.name):
            self.fs.invalidate_cache()
            here = self._at(below)
            try:
                found: list[Mapping[str, Any]] = self.fs.ls(here, detail=True)
            except FileNotFoundError:
                return []
            return [one for one in found if one["name"].rstrip("/") != here.rstrip("/")]

    def _stamp_at(self, place: str) -> str | None:
        self.fs.invalidate_cache()
        try:
            return self._found("", self.fs.info(place)).stamp
        except FileNotFoundError:
            return None

    def _found(self, path: str, info: Mapping[str, Any]) -> Found:
        changed = _seconds(next((info[key] for key in _CHANGED if info.get(key) is not None), 0.0))
        stamp = f"{info.get('ETag') or info.get('etag') or ''}.{changed:.6f}.{info['size'] or 0:x}"
        return Found(path=path, size=int(info["size"] or 0), stamp=stamp, changed=changed)

    def _folders_above(self, target: PurePosixPath) -> None:
        folder = str(target.parent)
        if folder not in self._made:
            self.fs.makedirs(folder, exist_ok=True)
            self._made.add(folder)

    def _rename(self, source: str, target: str) -> None:
        self.fs.mv(source, target)

    def _at(self, path: str) -> str:
        return f"{self.root}/{path}".rstrip("/") or "/"

    def _relative(self, name: str) -> str:
        return PurePosixPath("/", name.lstrip("/")).relative_to(PurePosixPath("/", self.root.lstrip("/"))).as_posix()


def _opened(address: str, opens: Any) -> tuple[Any, str, str]:
    """The file system, the path in it, and its protocol."""
    with _told(_shown(address)):
        try:
            known = {"host_key_policy": known_hosts()} if address.startswith(("sftp:", "ssh:")) else {}
            path = opens(address, **known)
            return path.fs, path.path, path.protocol or "file"
        except ImportError as missing:
            extra = _EXTRAS.get(address.partition(":")[0])
            raise InputError(
                f"`{_shown(address)}` needs a part that is not installed: {missing}",
                hint=f"pip install 'chfw[{extra}]'" if extra else None,
            ) from missing


def _seconds(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value) if isinstance(value, int | float) else 0.0


def _shown(address: str) -> str:
    """Without what stands between `//` and `@`."""
    scheme, _, rest = address.partition("://")
    who, at, where = rest.partition("@")
    return f"{scheme}://{where}" if at and "/" not in who else address


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever goes wrong on the way there: the libraries behind fsspec share no class of error."""
    try:
        yield
    except InputError:
        raise
    except Exception as failure:
        said = str(failure).splitlines()[0] if str(failure) else type(failure).__name__
        raise InputError(f"cannot use `{name}`: {said}", hint="it is tried again the next time") from failure
