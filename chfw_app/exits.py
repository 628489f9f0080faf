"""Exit codes: what a script may rely on (contracts, Commands)."""

from enum import IntEnum


class Exit(IntEnum):
    """`FINDINGS`: the result was written all the same."""

    DONE = 0
    CANNOT_READ = 1
    FINDINGS = 2
    NO_RESULT = 3
