"""Whether a line of events may be an act on the release, though it cannot be read as one.

Judged from what the line seems to say, since what it says cannot be known: rather one line too many
that a person has to look at than a stop that nobody obeys.
"""

import json
import re

from chfw_core.model.events import EVENT_TYPES
from chfw_core.rules.problems.problem import closest

PREFIX = "release_"
MEND = "mend the line, or take it out if it says nothing about the release"
_TYPE = re.compile(r"""["']?type["']?\s*[:=]\s*["']?([A-Za-z][A-Za-z_ -]{0,60})""", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{2,60}")
_LOOKED_AT = 2_000
_BEGINS_LIKE_AN_EVENT = re.compile(r"""\s*\{\s*["'](seq|at)["']""")


_ACTS = frozenset(
    ("stop", "stopped", "halt", "halted", "pause", "paused", "resume", "resumed", "revoke", "revoked", "suspend")
)
_AROUND = frozenset(
    ("emergency", "all", "now", "roll", "out", "rollout", "update", "updates", "activation", "activations")
)


def near_release_act(kind: str) -> bool:
    """Whether this may be meant for one of `release_…`."""
    written = kind.strip().lower().replace("-", "_").replace(" ", "_")
    if written in EVENT_TYPES or "release" in written.split("_"):
        return "release" in written.split("_")
    words = set(written.split("_"))
    if words & _ACTS and words <= _ACTS | _AROUND:  # such as `stop` or `emergency_stop`
        return True
    near = closest(written, EVENT_TYPES)
    return near is not None and near.startswith(PREFIX)


def may_act_on_release(line: str) -> bool:
    """Whether a line that is no good event may be an act on the release.

    Its type tells, where one can be found. Where none can, its words do, and a line that breaks off
    before its type may be anything.
    """
    kind = _type_of(line)
    if kind is not None:
        return near_release_act(kind)
    words = _WORD.findall(line[:_LOOKED_AT])
    return any(word.lower().startswith(PREFIX) for word in words) or _breaks_off(line)


def _type_of(line: str) -> str | None:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        found = _TYPE.search(line[:_LOOKED_AT])
        return found[1] if found else None
    kind = content.get("type") if isinstance(content, dict) else None
    return kind if isinstance(kind, str) else None


def _breaks_off(line: str) -> bool:
    if not _BEGINS_LIKE_AN_EVENT.match(line):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return False
