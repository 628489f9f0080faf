"""Which SQLite this Python carries, and whether its write-ahead log can be trusted with several writers."""

import sqlite3

WANTED = (3, 51, 3)
"""Before this version two connections that write and checkpoint at once can corrupt a database."""


def sqlite_warning(found: tuple[int, ...] = sqlite3.sqlite_version_info) -> str | None:
    """What to warn of, or None."""
    if found >= WANTED:
        return None
    said, wanted = (".".join(map(str, version)) for version in (found, WANTED))
    return (
        f"SQLite {said} is older than {wanted}: with two writers at once its write-ahead log can damage a database; "
        "chfw keeps to one writer, other programs must not write to its file"
    )
