"""Rows of one file that contradict each other: none of them counts, each names the other (BR5.2)."""

from pathlib import Path

import pytest

from chfw_core.model.guid import parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.pilot.commands import RecordPilotProgress
from chfw_files.documents.commands_in import ReadCommands, read_handed_in_instructions, read_instructions, read_progress
from tests.files.estates import guid

HEADER = "guid,party,role,action,opens,closes,received_at,group,rule"
PROGRESS = "guid,result,reason,commentary"
APRIL, MAY = "2026-04-01,2026-04-30", "2026-05-01,2026-05-31"


def row(number: int, period: str, *, role: str = "import", action: str = "instruct", group: str = "") -> str:
    return f"{guid(number)},NWND,{role},{action},{period},2026-03-02,{group},"


def read(path: Path, *rows: str) -> ReadCommands:
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return read_handed_in_instructions(path, "R", "key", "NWND")


def hubs(found: ReadCommands) -> list[GuidList]:
    assert all(isinstance(one, Instruct | WithdrawInstructions) for one in found.commands)
    return [one.guids for one in found.commands if isinstance(one, Instruct | WithdrawInstructions)]


def test_two_periods_for_one_hub_and_role_go_back_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = read(tmp_path / "i.csv", row(1, APRIL), row(2, APRIL), row(3, MAY), row(1, MAY), row(1, MAY))
    assert [(bad.line, bad.guid_text, bad.reason) for bad in found.bad_rows] == [
        (2, guid(1), "line 5 says otherwise of the same hub and role"),
        (5, guid(1), "line 2 says otherwise of the same hub and role"),
        (6, guid(1), "line 2 says otherwise of the same hub and role"),
    ]
    (first, second) = hubs(found)
    assert [len(first), len(second)] == [1, 1]
    assert [places.rows.tolist() for places in found.places] == [[3], [4]]
    assert found.row_count == 5


@pytest.mark.parametrize("other", [row(1, ",", action="withdraw"), row(1, APRIL, group="pilot")])
def test_a_withdrawal_and_another_group_contradict_too(other: str, tmp_path: Path) -> None:
    found = read(tmp_path / "i.csv", row(1, APRIL), other)
    assert found.commands == ()
    assert [bad.line for bad in found.bad_rows] == [2, 3]


def test_the_same_said_twice_and_another_role_are_no_contradiction(tmp_path: Path) -> None:
    again = [row(1, APRIL), row(1, APRIL), row(1, MAY, role="gas")]
    taken_back = [row(2, APRIL, action="withdraw"), row(2, ",", action="withdraw")]
    found = read(tmp_path / "i.csv", *again, *taken_back)
    assert found.bad_rows == ()
    assert [len(one) for one in hubs(found)] == [1, 1, 1, 1]


def test_two_parties_of_one_file_do_not_contradict_each_other(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    path.write_text("\n".join([HEADER, row(1, APRIL), row(1, MAY).replace("NWND", "BRKW")]) + "\n")
    found = read_instructions(path, "R", "key", None)
    assert found.bad_rows == ()
    assert len(found.commands) == 2


def test_progress_that_says_two_things_of_a_device_goes_back_and_the_rest_goes_on(tmp_path: Path) -> None:
    """BR2.4: nobody can tell which of them stands; the same said twice is one word."""
    path = tmp_path / "p.csv"
    rows = [
        f"{guid(1)},success,,",
        f"{guid(2)},failure,no WAN,",
        f"{guid(1)},failure,no WAN,",
        f"{guid(2)},failure,no WAN,",
        f"{guid(3)},failure,no WAN,tried twice",
        f"{guid(3)},failure,no WAN,tried thrice",
    ]
    path.write_text("\n".join([PROGRESS, *rows]) + "\n")
    found = read_progress(path, "R", "key", "DCC")
    assert [(bad.line, bad.reason) for bad in found.bad_rows] == [
        (2, "line 4 says otherwise of the same device"),
        (4, "line 2 says otherwise of the same device"),
        (6, "line 7 says otherwise of the same device"),
        (7, "line 6 says otherwise of the same device"),
    ]
    (one,) = found.commands
    assert isinstance(one, RecordPilotProgress)
    assert (one.guids, one.succeeded, one.reason) == (GuidList([parse_guid(guid(2))]), False, "no WAN")
