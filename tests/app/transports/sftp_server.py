"""A real SFTP server on this machine for tests: one user, one folder, keys made anew each time."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paramiko
from attrs import define, field

PASSWORD = "word-for-tests"


@define(kw_only=True)
class Server:
    """Where it listens, and its key."""

    port: int
    key: paramiko.PKey
    root: Path
    threads: list[paramiko.Transport] = field(factory=list)

    @property
    def url(self) -> str:
        """The root of its folder."""
        return f"sftp://chfw:{PASSWORD}@127.0.0.1:{self.port}/"

    def known_hosts(self, path: Path) -> Path:
        """A file that knows its key."""
        keys = paramiko.HostKeys()
        keys.add(f"[127.0.0.1]:{self.port}", self.key.get_name(), self.key)
        keys.save(str(path))
        return path


class _Gate(paramiko.ServerInterface):  # type: ignore[misc]  # paramiko has no types
    def check_auth_password(self, username: str, password: str) -> Any:
        good = (username, password) == ("chfw", PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> Any:
        return paramiko.OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):  # type: ignore[misc]
    def __init__(self, server: Any, root: Path) -> None:
        super().__init__(server)
        self._root = root

    def _at(self, path: str) -> Path:
        return Path(self._root, self.canonicalize(path).lstrip("/"))

    def list_folder(self, path: str) -> Any:
        return _told(lambda: [_attributes(place) for place in self._at(path).iterdir()])

    def stat(self, path: str) -> Any:
        return _told(lambda: paramiko.SFTPAttributes.from_stat(self._at(path).stat()))

    def lstat(self, path: str) -> Any:
        return _told(lambda: paramiko.SFTPAttributes.from_stat(self._at(path).lstat()))

    def open(self, path: str, flags: int, attr: Any) -> Any:
        def opened() -> Any:
            handle = os.open(self._at(path), flags, 0o666)
            writing = flags & (os.O_WRONLY | os.O_RDWR)
            file = os.fdopen(handle, "r+b" if flags & os.O_RDWR else "wb" if writing else "rb")
            found = paramiko.SFTPHandle(flags)
            found.readfile = found.writefile = file
            return found

        return _told(opened)

    def remove(self, path: str) -> Any:
        return _told(lambda: self._at(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> Any:
        return paramiko.SFTP_FAILURE if self._at(newpath).exists() else self.posix_rename(oldpath, newpath)

    def posix_rename(self, oldpath: str, newpath: str) -> Any:
        return _told(lambda: os.replace(self._at(oldpath), self._at(newpath)))

    def mkdir(self, path: str, attr: Any) -> Any:
        return _told(lambda: self._at(path).mkdir())


def _attributes(place: Path) -> paramiko.SFTPAttributes:
    return paramiko.SFTPAttributes.from_stat(place.lstat(), place.name)


def _told(what: Any) -> Any:
    try:
        found = what()
    except OSError as failure:
        return paramiko.SFTPServer.convert_errno(failure.errno or 0)
    return paramiko.SFTP_OK if found is None else found


@contextmanager
def sftp_server(root: Path) -> Iterator[Server]:
    """Runs for as long as this does."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(port=listening.getsockname()[1], key=paramiko.ECDSAKey.generate(), root=root)

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(server.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, root)
            server.threads.append(transport)
            with suppress(EOFError, paramiko.SSHException):  # whoever has connected is gone already
                transport.start_server(server=_Gate())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for transport in server.threads:
            transport.close()
        thread.join(timeout=5)
