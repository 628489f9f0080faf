"""Tasks as rows (BR5.4): what a release's record says of them, so that they can be asked for across releases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert

from chfw_app.stores.tables import task
from chfw_core.rollout.tasks import Task


def write_tasks(connection: Connection, release: str, before: Sequence[Task], after: Sequence[Task]) -> None:
    """Makes a release's rows those of `after`, where they are those of `before`: only what differs is written."""
    were, are = set(before), set(after)
    for one in before:
        if one not in are:
            owned = (task.c.release == release, task.c.owner == one.owner)
            connection.execute(delete(task).where(*owned, task.c.kind == one.kind, task.c.subject == one.subject))
    added = [_values(release, one) for one in after if one not in were]
    if added:
        connection.execute(insert(task), added)


def _values(release: str, one: Task) -> dict[str, Any]:
    return {
        "release": release,
        "owner": one.owner,
        "kind": one.kind.value,
        "subject": one.subject,
        "starts": one.starts,
        "due": one.due,
        "done_at": one.done_at,
        "binding": one.binding,
    }
