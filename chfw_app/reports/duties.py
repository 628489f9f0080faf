"""BR5.4, BR5.5: the counts that an actor's list of open tasks needs."""

from datetime import datetime

from chfw_app.reports.reading import Sight
from chfw_app.stores.uninstructed import uninstructed
from chfw_core.reports.progress.actions import Actions, actions_of
from chfw_core.rollout.records import ReleaseRecord


def actions(sight: Sight, at: datetime) -> Actions:
    """What is open for the reader at an instant."""
    waiting = {record.id: _uninstructed(sight, record) for record in sight.records}
    return actions_of(sight.records, sight.reader, at, waiting)


def _uninstructed(sight: Sight, record: ReleaseRecord) -> int:
    party = sight.reader.party
    return 0 if party is None else uninstructed(sight.connection, record.id, party)
