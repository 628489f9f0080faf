"""Runs what the documents say: shell blocks, Python blocks, and files that they show.

A document is run from top to bottom in one empty folder. A comment before a block says more:
`<!-- file: rules/x.rules.yaml -->` writes the block to that file; `<!-- exit 2 -->` is the exit code
to be expected of a shell block's last command (else 0). Blocks of other languages are to be read.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"(?:^<!-- *(?P<remark>[^\n]*?) *-->\n+)?^```(?P<language>[a-z]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
RUN = frozenset({"sh", "python"})


@frozen(kw_only=True)
class Block:
    """One block of a document: its first line, language, text and the remark before it."""

    line: int
    language: str
    text: str
    remark: str

    @property
    def file(self) -> str | None:
        """The file that the block is."""
        return self.remark.removeprefix("file:").strip() if self.remark.startswith("file:") else None

    @property
    def exit_code(self) -> int:
        """The code to be expected."""
        return int(self.remark.removeprefix("exit")) if self.remark.startswith("exit") else 0


def blocks(document: Path) -> Iterator[Block]:
    """The blocks that do something, in order."""
    text = document.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        block = Block(
            line=text.count("\n", 0, found.start("language")) + 1,
            language=found["language"],
            text=found["text"],
            remark=found["remark"] or "",
        )
        if block.language in RUN or block.file:
            yield block


def run_document(document: Path, folder: Path) -> list[str]:
    """Run the whole document in an empty folder; what went wrong, by line."""
    commands = _commands(folder / ".bin")
    wrong = []
    for block in blocks(document):
        if block.file:
            target = folder / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
            continue
        command = ["sh", "-eu", "-c", block.text] if block.language == "sh" else [sys.executable, "-c", block.text]
        done = subprocess.run(command, cwd=folder, env=commands, capture_output=True, text=True, check=False)
        if done.returncode != block.exit_code:
            wrong.append(
                f"{document.name}:{block.line}: exit code {done.returncode}, expected {block.exit_code}\n"
                f"{block.text}\n{done.stdout}{done.stderr}"
            )
    return wrong


def _commands(folder: Path) -> dict[str, str]:
    """An environment in which `chfw` is the one of this checkout."""
    import os

    folder.mkdir()
    command = folder / "chfw"
    command.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "from chfw_app.cli import main; main()" "$@"\n', encoding="utf-8"
    )
    command.chmod(0o755)
    packages = [ROOT, *(ROOT / name for name in ("transports", "emulator", "rulesets"))]
    return {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": os.pathsep.join(map(str, packages)),
        "COLUMNS": "110",
    }
