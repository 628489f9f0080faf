"""What other releases lose to a notice, told beforehand and afterwards, in either database (design 6)."""

import pytest
from attrs import evolve

from chfw_app.rollout.overtaking import Loses, Lost, hubs_lost, lost, would_lose
from chfw_app.stores.hub_rows import FEW
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.handover.commands import HoldHubs
from chfw_core.rollout.notice.commands import AddHubs, DraftRelease, NotifyRelease
from chfw_core.rollout.states import HubState
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import CLASSES, FIRMWARE, SOLE, R

NEWER = evolve(FIRMWARE, id="REL-2", firmware_version="00000003")
MANY = evolve(CLASSES[0], guids=GuidList(range(0x1000, 0x1000 + FEW + 500)))


@pytest.fixture
def second(told: Told) -> Told:
    """One release has its four hubs and many more, another one is drafted."""
    told.notified()
    told.taken(AddHubs, classes=(MANY,))
    told.taken(HoldHubs, reason="for a look", guids=GuidList([SOLE]))
    told.taken(DraftRelease, release="REL-2", firmware=NEWER)
    return told


def test_what_is_told_beforehand_is_what_is_lost(second: Told) -> None:
    command = NotifyRelease(by="DCC", key="n", release="REL-2", classes=(MANY, *CLASSES))
    losing = would_lose(second.service, command)
    hubs = len(MANY.guids)
    assert losing == (
        Loses(release=R, state=HubState.ELIGIBLE, hubs=hubs + 3),
        Loses(release=R, state=HubState.HELD, hubs=1),
    )
    assert hubs_lost(losing) == {R: hubs + 4}
    receipt = second.service.submit(command)
    (one,) = lost(second.service, command.key, receipt)
    assert one == Lost(release=R, hubs=hubs + 4, entry=receipt.last_seq + 1)
    assert lost(second.service, command.key, second.service.submit(command)) == (one,)  # the same answer again (I9)


def test_a_command_that_would_be_refused_takes_nothing(second: Told) -> None:
    twice = NotifyRelease(by="DCC", key="n", release="REL-2", classes=(CLASSES[0], CLASSES[0]))
    assert would_lose(second.service, twice) == ()
    receipt = second.service.submit(twice)
    assert lost(second.service, "n", receipt) == ()


def test_what_builds_on_the_other_release_takes_nothing(told: Told) -> None:
    told.notified()
    told.taken(DraftRelease, release="REL-2", firmware=evolve(NEWER, upgrade_from=(FIRMWARE.firmware_version,)))
    assert would_lose(told.service, NotifyRelease(by="DCC", key="n", release="REL-2", classes=CLASSES)) == ()
