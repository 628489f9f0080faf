"""SFTP servers are known by their keys: one whose key nobody has confirmed is not spoken to.

fsspec would take any key of a server that it meets for the first time, and with it whoever stands in between.
"""

import os
from pathlib import Path
from typing import Any

from chfw_core.errors import InputError


def known_hosts() -> Any:
    """A policy for paramiko: servers of the user's `known_hosts`, or of the file that CHFW_KNOWN_HOSTS names."""
    import paramiko

    class Known(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
        """Asked for every server, since the connection itself knows none."""

        def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
            """Raises InputError for a server whose key is not in the file."""
            path = Path(os.environ.get("CHFW_KNOWN_HOSTS") or Path.home() / ".ssh" / "known_hosts")
            keys = paramiko.HostKeys(str(path)) if path.exists() else paramiko.HostKeys()
            if not keys.check(hostname, key):
                raise InputError(
                    f"the key of the server `{hostname}` is not known: {key.get_name()} {key.fingerprint}",
                    hint=f"compare it with what its owner says, then add it to `{path}`",
                )

    return Known()
