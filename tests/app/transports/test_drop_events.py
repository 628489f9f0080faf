"""Events and rules for them by drop folders: a Supplier's whole day without logging in (RU3, RU6, RU7, BR5.2)."""

import json
from pathlib import Path
from typing import Any

import pytest

from chfw_app.exits import Exit
from chfw_app.testing import ledger_at
from chfw_app.transports import drop_rounds
from chfw_app.triggers.installing import in_force
from chfw_core.model.guid import format_guid
from chfw_core.testing.homes import Home
from chfw_core.testing.transports.scenes import CROFT, FORGE, LODGE, RELEASE, STRANGER
from chfw_core.triggers.compiling import rules_version
from tests.app.transports.test_files_command import Desk

READ = """rules: v1
owner: BIRCH
events:
  - id: was-read
    because: Whoever reads meters wants to know
    per: hub
    on: meter_read_received
    do: {notify: meters, text: "{guid} was read"}
"""
RAISED = """rules: v1
owner: BIRCH
events:
  - id: raised
    because: The desk knows of every incident
    per: release
    on: incident_raised
    do: {notify: desk, text: "an incident"}
"""


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def event(seq: int, home: Home, kind: str = "meter_read_received", **more: Any) -> dict[str, Any]:
    return {"seq": seq, "at": "2031-01-07T08:00:00Z", "type": kind, "guid": format_guid(home.guid), **more}


def lines(*some: object) -> str:
    return "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in some)


def notices(desk: Desk, party: str = "BIRCH") -> list[str]:
    return [path.name for path in sorted((desk.drop / party / "out").glob("*trigger-notice*.csv"))]


def versions(desk: Desk) -> list[str]:
    """Those that are in force."""
    with ledger_at(desk.url) as ledger, ledger.service.store.read() as connection:
        return [one.triggers.version for one in in_force(connection) if one.times[-1][1] is None]


def test_rules_and_events_come_and_what_is_fired_goes_out_in_the_same_round(desk: Desk) -> None:
    """RU6, RU7: and the receipts tell which rules are in force, and what was taken."""
    desk.hand_in("meters.rules.yaml", READ)
    desk.once()
    told = desk.receipt("meters.rules.yaml")
    version = rules_version([("meters.rules.yaml", READ)])
    assert told["in_force"] == {"version": version, "files": 1, "triggers": 1, "warnings": []}
    assert (told["kept"], versions(desk)) == ("BIRCH/kept/meters.rules.yaml", [version])
    desk.hand_in("events.jsonl", lines(event(1, CROFT), event(2, LODGE)))
    found = desk.once()
    assert found["fired"] == [{"owner": "BIRCH", "trigger": "was-read", "times": 2}]
    assert desk.receipt("events.jsonl")["events"] == {"taken": {"meter_read_received": 2}, "again": 0, "refused": []}
    assert len(notices(desk)) == 2


def test_lines_that_cannot_be_used_come_back_and_are_sent_again_as_they_are_once_mended(desk: Desk) -> None:
    """BR5.2, NF7: each with its reason; a hub of another Supplier's and one that nobody knows in the same words."""
    misspelt = event(1, CROFT, "metre_read_received")
    text = lines(misspelt, "no JSON", event(2, FORGE), event(3, STRANGER), event(4, CROFT), event(5, CROFT, "tick"))
    desk.hand_in("events.jsonl", text)
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert (one["rows"], one["rows_back"], one["answer"]) == (6, 5, "taken")
    receipt = desk.receipt("events.jsonl")
    assert receipt["rows_back"]["rows"] == 5
    assert [told["lines"] for told in receipt["events"]["refused"]] == [[1], [3], [4], [6]]
    back = (desk.drop / "BIRCH" / "receipts" / receipt["rows_back"]["file"]).read_text(encoding="utf-8")
    reasons = [json.loads(line)["refused_because"] for line in back.splitlines()]
    assert "did you mean `meter_read_received`?" in reasons[0]
    of_others = [
        why.replace(format_guid(home.guid), "") for why, home in zip(reasons[2:4], (FORGE, STRANGER), strict=True)
    ]
    assert of_others[0] == of_others[1]
    assert "recorded by the roll-out itself" in reasons[4]
    desk.hand_in("events-mended.jsonl", back.splitlines()[0].replace("metre", "meter") + "\n")
    (one,) = desk.once()["files"]
    assert (one["rows"], one["answer"]) == (1, "taken")
    desk.hand_in("events-again.jsonl", lines(event(1, CROFT), event(4, CROFT)))
    (one,) = desk.once()["files"]
    assert one["answer"] == "answered before"
    assert desk.receipt("events-again.jsonl")["events"] == {"taken": {}, "again": 2, "refused": []}


@pytest.mark.parametrize(
    ("party", "kind", "more", "taken"),
    [
        ("SMI", "configuration_set_changed", {}, True),
        ("CSP:North", "hub_lost_wan", {}, True),
        ("CSP:Central", "hub_lost_wan", {}, False),
        ("BIRCH", "hub_lost_wan", {}, False),
        ("BIRCH", "change_of_supplier_started", {"role": "import", "effective": "2031-02-01"}, False),
        ("REGISTRATION", "change_of_supplier_started", {"role": "import", "effective": "2031-02-01"}, True),
        ("PANEL", "test_passed", {}, False),
    ],
)
def test_each_type_is_taken_from_whom_it_is_for_to_say(
    desk: Desk, party: str, kind: str, more: dict[str, Any], taken: bool
) -> None:
    """RU6: whose folder it is says who speaks; a CSP of its region alone."""
    folder = party.replace(":", "%3A")
    desk.hand_in("events.jsonl", lines(event(1, CROFT, kind, **more)), party=folder)
    (one,) = desk.once("--party", party, expect=Exit.DONE if taken else Exit.FINDINGS)["files"]
    assert one["answer"] == ("taken" if taken else "refused")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (f"{RELEASE}/events.jsonl", "{}\n", "belongs to no release"),
        ("events.csv", "seq\n", "none of the endings"),
        ("events.jsonl", "", "is empty"),
    ],
)
def test_what_is_no_file_of_events_is_refused_with_what_would_help(desk: Desk, name: str, text: str, says: str) -> None:
    desk.hand_in(name, text)
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert says in one["problems"][0]


def test_rules_hear_of_whatever_a_round_takes_in(desk: Desk) -> None:
    """RU6: an incident that came as a line of commands."""
    desk.hand_in("desk.rules.yaml", RAISED)
    incident = {"type": "raise_incident", "incident": "I-1", "description": "meters lose their hub"}
    desk.hand_in(f"{RELEASE}/commands.jsonl", lines(incident))
    assert desk.once()["fired"] == [{"owner": "BIRCH", "trigger": "raised", "times": 1}]
    assert len(notices(desk)) == 1
    assert desk.once()["fired"] == []


def test_what_a_killed_round_took_in_is_heard_of_by_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: killed before rules heard of it, after it was answered."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    desk.hand_in("meters.rules.yaml", READ)
    desk.once()
    desk.hand_in("events.jsonl", lines(event(1, CROFT)))
    with monkeypatch.context() as patched:
        patched.setattr(drop_rounds, "let_hear", killed)
        with pytest.raises(Killed):
            desk.once()
    assert desk.waits() == []
    assert [one["times"] for one in desk.once()["fired"]] == [1]


def test_rules_with_an_error_leave_those_in_force_that_were(desk: Desk) -> None:
    """RU7: as `install-rules` does; and what concerns no file that was handed in stays."""
    desk.hand_in("meters.rules.yaml", READ)
    desk.once()
    before = versions(desk)
    desk.hand_in("meters.rules.yaml", READ.replace("meter_read_received", "metre_read_received"))
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert "did you mean" in one["problems"][0]
    assert (versions(desk), desk.last_receipt()["in_force"]) == (before, None)
    desk.hand_in("more.rules.yaml", RAISED)
    desk.once()
    assert versions(desk) == [rules_version([("meters.rules.yaml", READ), ("more.rules.yaml", RAISED)])]


def test_with_the_last_rules_taken_back_none_are_in_force(desk: Desk) -> None:
    """RU7: what they had begun is cut off."""
    waits = READ.replace(
        "    on: meter_read_received\n",
        "    steps:\n      - on: meter_read_received\n      - on: test_passed\n        within: 7 days\n",
    )
    desk.hand_in("meters.rules.yaml", waits)
    desk.once()
    desk.hand_in("events.jsonl", lines(event(1, CROFT)))
    desk.once()
    desk.hand_in("meters.rules.yaml", "")
    (one,) = desk.once()["files"]
    assert one["answer"] == "taken"
    assert desk.last_receipt()["in_force"] == {"version": None, "files": 0, "triggers": 0, "warnings": []}
    desk.hand_in("events-2.jsonl", lines(event(2, CROFT, "test_passed"), event(3, CROFT)))
    assert desk.once()["fired"] == []


def test_rules_read_the_attributes_that_are_kept_where_an_estate_is_named(desk: Desk, tmp_path: Path) -> None:
    """RU7: `my.` columns, and flags that the ledger has not."""
    columns = "guid,csp_region,manufacturer,device_model,firmware_version,configuration_set,installed_on,smi_status"
    columns += ",import_supplier,gas_supplier,flags,han_device_types"
    rows = [
        f"{format_guid(one.guid)},North,10B1,433100AC,2B010101,C1,2029-01-01,Commissioned,BIRCH,,,\n"
        for one in (CROFT, LODGE)
    ]
    estate = tmp_path / "estate.csv"
    estate.write_text(f"{columns}\n{''.join(rows)}", encoding="utf-8")
    desk.hand_in(
        "meters.rules.yaml",
        READ.replace("on: meter_read_received", 'on: meter_read_received\n    if: my.tariff == "day"'),
    )
    desk.hand_in("attributes.csv", f"guid,tariff\n{format_guid(CROFT.guid)},day\n{format_guid(LODGE.guid)},night\n")
    desk.hand_in("events.jsonl", lines(event(1, CROFT), event(2, LODGE)))
    found = desk.once("--estate", str(estate))
    assert found["fired"] == [{"owner": "BIRCH", "trigger": "was-read", "times": 1}]
