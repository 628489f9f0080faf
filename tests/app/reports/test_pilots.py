"""BR2.4: a pilot device by device, for each reader what is its own (BR3.3, NF7)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chfw_app.stores.outbox import waiting
from chfw_core.model.guid import format_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.pilot.commands import (
    ApprovePilot,
    BeginPilot,
    CompletePilotPhase,
    RecordPilotProgress,
    SubmitPilotList,
)
from tests.app.helpers import Chfw
from tests.app.reports.scenes import FOREIGN, SECOND_SPLIT, SOLE, SPLIT, notified
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import ALPHA, BETA, R


@pytest.fixture
def piloting(told: Told) -> Told:
    """ALPHA chose SOLE and SPLIT, BETA SECOND_SPLIT and FOREIGN; something was said of three, of one twice."""
    notified(told, pilot_limit=4)
    told.taken(SubmitPilotList, ALPHA, guids=GuidList([SOLE, SPLIT]))
    told.taken(SubmitPilotList, BETA, guids=GuidList([SECOND_SPLIT, FOREIGN]))
    told.taken(ApprovePilot, approval="OA-1")
    told.taken(BeginPilot)
    told.now += timedelta(days=3)
    told.taken(RecordPilotProgress, succeeded=True, commentary="well", guids=GuidList([SPLIT, FOREIGN]))
    told.now += timedelta(days=1)
    failed: dict[str, Any] = {"succeeded": False, "reason": "no signal", "commentary": "try at night"}
    told.taken(RecordPilotProgress, guids=GuidList([SPLIT, SECOND_SPLIT]), **failed)
    told.taken(CompletePilotPhase, phase="first ten", commentary="enough")
    return told


def read(chfw: Chfw, url: str, reader: str) -> dict[str, Any]:
    ran = chfw("report", "pilot", "--release", R, "--as", reader, "--store", url, "--json")
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, Any] = json.loads(ran.out)["pilot"]
    return found


def hubs_in(found: dict[str, Any]) -> dict[str, tuple[object, ...]]:
    return {one["guid"]: (one["succeeded"], one["reason"], one["commentary"]) for one in found["hubs"]}


def test_each_reader_sees_its_own_devices_with_the_last_word_on_each(chfw: Chfw, url: str, piloting: Told) -> None:
    """BR2.4, BR2.6: what was said first of a hub gives way to what was said last."""
    bad = (False, "no signal", "try at night")
    sole, split = (format_guid(SOLE), (None, "", "")), (format_guid(SPLIT), bad)
    second, foreign = (format_guid(SECOND_SPLIT), bad), (format_guid(FOREIGN), (True, "", "well"))
    assert hubs_in(read(chfw, url, "ALPHA")) == dict([sole, split, second])
    assert hubs_in(read(chfw, url, "BETA")) == dict([split, second, foreign])
    assert hubs_in(read(chfw, url, "DCC")) == hubs_in(read(chfw, url, "CSP:North"))
    assert hubs_in(read(chfw, url, "DCC")) == dict([sole, split, second, foreign])
    assert hubs_in(read(chfw, url, "CSP:South")) == {}
    found = read(chfw, url, "ALPHA")
    assert (found["stage"], found["phases"]) == ("piloting", ["first ten"])
    assert {one["guid"]: one["chosen"] for one in found["hubs"]} == {sole[0]: True, split[0]: True, second[0]: False}


def test_for_people_it_says_how_long_the_pilot_has_run(chfw: Chfw, url: str, piloting: Told) -> None:
    """BR2.7: long enough to assess, test and diagnose is for its readers to say."""
    at = ("--at", piloting.now.isoformat())
    ran = chfw("report", "pilot", "--release", R, "--as", "ALPHA", "--store", url, *at)
    assert ran.code == 0
    for words in ("the pilot has run for 4 days", "complete: first ten", "no signal", "try at night", "failure"):
        assert words in ran.out


def test_a_release_of_others_and_one_that_is_none_are_answered_alike(chfw: Chfw, url: str, piloting: Told) -> None:
    """NF7."""
    said = [
        chfw("report", "pilot", "--release", release, "--as", who, "--store", url)
        for release, who in ((R, "GAMMA"), ("NONE", "GAMMA"))
    ]
    assert [ran.code for ran in said] == [1, 1]
    assert said[0].err.replace(R, "NONE") == said[1].err


def test_what_is_reported_is_what_was_told(chfw: Chfw, url: str, piloting: Told) -> None:
    """BR2.4: nobody is shown a progress that it was not sent."""
    with piloting.service.store.read() as connection:
        messages = [json.loads(one.payload) for one in waiting(connection) if one.type == "pilot_progress"]
    for party in (ALPHA, BETA):
        sent = {guid for message in messages if message["to"] == party for guid in message["guids"]}
        shown = {guid for guid, (succeeded, *_) in hubs_in(read(chfw, url, party)).items() if succeeded is not None}
        assert shown == sent != set()
