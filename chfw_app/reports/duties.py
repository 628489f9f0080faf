"""BR5.4, BR5.5: the counts that an actor's list of open tasks needs."""

from datetime import datetime

from sqlalchemy import and_, func, select

from chfw_app.reports.reading import Sight
from chfw_app.stores.tables import consent, hub
from chfw_app.stores.visible import guids_of
from chfw_core.reports.progress.actions import Actions, actions_of
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.states import WAITING


def actions(sight: Sight, at: datetime) -> Actions:
    """What is open for the reader at an instant."""
    uninstructed = {record.id: _uninstructed(sight, record) for record in sight.records}
    return actions_of(sight.records, sight.reader, at, uninstructed)


def _uninstructed(sight: Sight, record: ReleaseRecord) -> int:
    """Hubs of the reader that are free to move and have no instruction of its own that stands."""
    party = sight.reader.party
    if party is None:
        return 0
    own = guids_of(party, record.id).subquery()
    stands = (consent.c.release == record.id, consent.c.guid == own.c.guid, consent.c.party == party)
    said = select(consent.c.guid).where(*stands, consent.c.opens.is_not(None)).exists()
    query = (
        select(func.count())
        .select_from(own)
        .join(hub, and_(hub.c.release == record.id, hub.c.guid == own.c.guid))
        .where(hub.c.state.in_([state.value for state in WAITING]), ~said)
    )
    return sight.connection.execute(query).scalar_one()
