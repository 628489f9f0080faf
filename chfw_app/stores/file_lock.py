"""A lock between processes and threads, held by a file beside the database.

SQLite lets one connection write at a time, but before 3.51.3 its write-ahead log can be damaged when one
connection writes while another, which has just committed, still copies the log back. Whoever writes here
holds this lock from before its transaction until after its commit, so the two never meet. A process that
is killed lets go of it. Waiting is in the order of asking, and takes no processor.

Windows has no such lock: there SQLite's own stands alone.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Holds the lock of that file, which is made where it is missing and stays. Not re-entrant."""
    with path.open("ab") as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)  # closing the file lets go
        yield
