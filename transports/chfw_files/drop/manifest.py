"""Manifests: beside a file, what it is to hold, so that whoever reads it knows that all of it is there.

`FILE.manifest.json` is an object: `manifest` (`v1`), `sha256`, `rows`; beside a message also its `id`, `type` and
`release`. Beside a file that is handed in it may be left out, and may say a `key`: the same content under another key
is meant anew.
"""

import json
from pathlib import Path
from typing import Final

from attrs import frozen

from chfw_core.errors import InputError
from chfw_core.rules.problems.problem import did_you_mean

FORM: Final = "v1"
_KNOWN = ("manifest", "sha256", "rows", "key", "file")
_MOST_BYTES = 64 << 10


@frozen(kw_only=True)
class Manifest:
    """What a file that was handed in is said to hold; None: not said."""

    sha256: str | None = None
    rows: int | None = None
    key: str | None = None


def read_manifest(path: Path) -> Manifest:
    """Raises InputError for what is no manifest."""
    content = path.read_bytes()
    if len(content) > _MOST_BYTES:
        raise InputError("the manifest is too long for one")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise InputError("the manifest is not JSON") from problem
    if not isinstance(found, dict) or found.get("manifest") != FORM:
        raise InputError("the manifest is of another form", hint=f'it is an object with `"manifest": "{FORM}"`')
    for name in found:
        if name not in _KNOWN:
            raise InputError(f"the manifest has a key `{name}`", hint=did_you_mean(name, _KNOWN))
    sha256, rows, key = found.get("sha256"), found.get("rows"), found.get("key")
    if sha256 is not None and not isinstance(sha256, str):
        raise InputError("`sha256` of the manifest is not text")
    if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool)):
        raise InputError("`rows` of the manifest is not a whole number")
    if key is not None and not isinstance(key, str):
        raise InputError("`key` of the manifest is not text")
    return Manifest(sha256=None if sha256 is None else sha256.strip().lower(), rows=rows, key=key)


def manifest_bytes(sha256: str, rows: int, **more: object) -> bytes:
    """A manifest of ours."""
    content = {"manifest": FORM, "sha256": sha256, "rows": rows, **more}
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
