"""BR5.3, BR1.4, BR3.3: what a Supplier reads of its hubs."""

from datetime import timedelta

import pytest
from sqlalchemy.event import listen

from chfw_app.reports.reading import looking
from chfw_app.reports.statuses import Asked, release_statuses, statuses
from chfw_app.stores.store import Store
from chfw_core.errors import InputError
from chfw_core.model.guid import Guid
from chfw_core.reports.progress.readers import reader_named
from chfw_core.reports.progress.status import HubStatus
from chfw_core.rollout.states import HubState
from tests.app.reports.scenes import (
    CLOSES,
    DAY,
    FOREIGN,
    OPENS,
    OWN,
    SECOND_SPLIT,
    SET_2,
    SOLE,
    SOUTHERN,
    SPLIT,
    UNKNOWN,
    WAITING,
    notified,
    under_way,
)
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import GAS, IMPORT, NEW, OLD, R


def read(store: Store, party: str, **asked: object) -> dict[Guid, HubStatus]:
    with looking(store, reader_named(party)) as sight:
        found = list(statuses(sight, Asked(**asked)))  # type: ignore[arg-type]
    assert [one.guid for one in found] == sorted(one.guid for one in found)
    return {one.guid: one for one in found}


def test_every_hub_of_a_supplier_is_there_once_and_no_other(told: Told) -> None:
    under_way(told)
    found = read(told.service.store, "ALPHA")
    assert sorted(found) == sorted(OWN)
    assert found[SOLE].roles == (IMPORT, GAS)  # BR1.4
    assert found[SPLIT].roles == (IMPORT,)
    assert read(told.service.store, "BETA")[SPLIT].roles == (GAS,)
    assert {guid: one.state for guid, one in found.items()} == {
        SOLE: HubState.VERIFIED,
        SOUTHERN: HubState.HELD,
        SPLIT: HubState.HANDED_TO_CSP,
        SECOND_SPLIT: HubState.PLANNED,
        WAITING: HubState.AWAITING_OTHER_SUPPLIER,
    }


def test_a_state_in_which_no_hub_of_the_supplier_is_costs_no_look_at_its_hubs(told: Told) -> None:
    """BR5.3: the counts say so; a Supplier's whole list is not read to find none."""
    under_way(told)
    asked: list[str] = []
    with looking(told.service.store, reader_named("ALPHA")) as sight:
        listen(sight.connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
        assert list(statuses(sight, Asked(states=(HubState.FAILED, HubState.EXCLUDED)))) == []
        assert asked
        assert not [text for text in asked if " link" in text]
        assert [one.guid for one in statuses(sight, Asked(states=(HubState.FAILED, HubState.HELD)))] == [SOUTHERN]
        assert [text for text in asked if " link" in text]


def test_what_runs_on_a_hub_is_what_the_inventory_showed_last(told: Told) -> None:
    under_way(told)
    found = read(told.service.store, "ALPHA")
    assert (found[SOLE].firmware_version, found[SOLE].configuration_set) == (NEW, SET_2)
    assert (found[SPLIT].firmware_version, found[SPLIT].device_model) == (OLD, "433100AC")
    assert found[SOUTHERN].configuration_set is None


def test_a_supplier_is_told_whether_the_second_has_instructed(told: Told) -> None:
    """BR3.3, BR4.4: and that there is a second one at all; never who."""
    under_way(told)
    own = {guid: one.second_instructed for guid, one in read(told.service.store, "ALPHA").items()}
    assert own == {SOLE: None, SOUTHERN: None, SPLIT: True, SECOND_SPLIT: True, WAITING: False}
    assert read(told.service.store, "BETA")[WAITING].second_instructed is True


def test_a_supplier_reads_its_own_instruction_and_what_was_agreed(told: Told) -> None:
    under_way(told)
    theirs = read(told.service.store, "BETA")[SECOND_SPLIT]
    assert (theirs.instructed_opens, theirs.instructed_closes) == (OPENS - timedelta(days=1), CLOSES)
    assert (theirs.opens, theirs.closes) == (OPENS, CLOSES)  # BR4.3: when both agree


def test_a_plans_reason_is_not_told_and_that_of_the_dcc_is(told: Told) -> None:
    under_way(told)
    found = read(told.service.store, "ALPHA")
    assert (found[SPLIT].reason, found[SPLIT].basis, found[SPLIT].day) == (None, "BOTH_SUPPLIERS", DAY)
    assert found[SOUTHERN].reason == "defect in triage"


def test_hubs_can_be_asked_for_by_release_state_and_guid(told: Told) -> None:
    under_way(told)
    store = told.service.store
    assert list(read(store, "ALPHA", release=R, states=(HubState.HELD,))) == [SOUTHERN]
    assert list(read(store, "ALPHA", guid=SPLIT)) == [SPLIT]
    with pytest.raises(InputError, match="has no release `REL-9`"):
        read(store, "ALPHA", release="REL-9")


def test_somebody_elses_hub_is_answered_like_one_that_does_not_exist(told: Told) -> None:
    """NF7: nobody can find out by asking which hubs there are."""
    under_way(told)
    said = []
    for guid in (FOREIGN, UNKNOWN):
        with pytest.raises(InputError) as raised:
            read(told.service.store, "ALPHA", guid=guid)
        said.append((str(raised.value)[26:], raised.value.hint))
    assert said[0] == said[1]
    with pytest.raises(InputError, match="has no release"):
        read(told.service.store, "STRANGER", release=R)
    assert read(told.service.store, "STRANGER") == {}


def test_counts_by_state_are_those_of_the_hubs(told: Told) -> None:
    under_way(told)
    with looking(told.service.store, reader_named("ALPHA")) as sight:
        (found,) = release_statuses(sight)
    states = [one.state for one in read(told.service.store, "ALPHA").values()]
    assert found.hubs == {state: states.count(state) for state in states}
    assert list(found.hubs) == [state for state in HubState if state in states]


def test_a_supplier_is_not_shown_how_many_entries_there_are(told: Told) -> None:
    """NF7: their number counts what other Suppliers do."""
    notified(told)
    for name, shown in (("ALPHA", False), ("CSP:North", False), ("DCC", True)):
        with looking(told.service.store, reader_named(name)) as sight:
            assert (sight.age.entry is not None) is shown
            assert sight.age.at == told.now
