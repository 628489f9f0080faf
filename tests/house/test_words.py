"""No file of the project names a package registry or a path of somebody's machine.

A registry's address in a lock file ties every user to it; a machine's path is of use to nobody else.
The patterns are put together from pieces, so that this file does not match them.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_NOT_IN_A_PATH = r"(?<![\w./~$}*])"

PATTERNS = {
    "a registry's address in a lock file": '"resolved"' + r"\s*:\s*" + '"http',
    "an index for pip": "index" + "-url|PIP_INDEX" + "_URL",
    "a registry's folder": "/simple" + "/",
    "a registry's host": r"\b(?:pypi\.org/(?!pro" + r"ject/)|files\.python" + r"hosted|registry\.npm" + "js)",
    "a path of a machine": _NOT_IN_A_PATH + "/(?:home|root|Users|work)" + r"/[\w.-]",
    "a path of a Windows machine": r"\b[A-Z]:\\" + r"Users\\",
}


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", "-c", "safe.directory=*", *arguments], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.decode().split("\0") if name]


def _files() -> list[Path]:
    """What is committed, or would be by `git add .`."""
    names = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def _hits(pattern: str) -> list[str]:
    search = re.compile(pattern)
    hits = []
    for path in _files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1):
            if search.search(line):
                hits.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    return hits


@pytest.mark.parametrize("what", PATTERNS)
def test_no_file_contains(what: str) -> None:
    assert _hits(PATTERNS[what]) == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a registry's address in a lock file", '"resolved": ' + '"https://example.org/a.tgz"'),
        ("an index for pip", "--index" + "-url x"),
        ("a registry's folder", "https://example.org/simple" + "/attrs"),
        ("a registry's host", "https://files.python" + "hosted.org/a"),
        ("a path of a machine", "see /ho" + "me/somebody/file"),
        ("a path of a Windows machine", "C:\\Us" + "ers\\somebody"),
    ],
)
def test_the_pattern_finds_what_it_is_for(what: str, text: str) -> None:
    assert re.search(PATTERNS[what], text)
