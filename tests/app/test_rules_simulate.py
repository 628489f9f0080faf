"""`chfw rules simulate`: rule files over what has happened, without a ledger (RU6, NF2)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.helpers import Chfw

ESTATE = """\
guid,csp_region,manufacturer,device_model,firmware_version,configuration_set,installed_on,smi_status,import_supplier,gas_supplier,flags,han_device_types
88-73-84-90-6A-10-02-DB,North,1086,433100AC,0D020000,CS-0151,2021-02-03,Commissioned,NWND,NWND,,
88-73-84-90-6A-10-02-DC,North,1086,433100AC,0D020000,CS-0112,2021-02-03,Commissioned,NWND,CLDR,,
E4-FE-D9-00-51-20-07-10,Central,1086,433100AC,0D020000,CS-0151,2021-02-03,Commissioned,CLDR,CLDR,,
"""
RULES = """
rules: v1
owner: NWND
events:
  - id: meter-then-hub
    because: The hub after its meter
    per: hub
    steps:
      - on: meter_firmware_activated
        if: event.firmware_version >= "04000000" and configuration_set == "CS-0151"
      - on: meter_read_received
        within: 7 days
        otherwise: {notify: device-team, hold: manual}
    do: {instruct: {from: event.at + 1 day}}
  - id: topped-up
    because: One message a week is enough
    per: hub
    on: prepayment_topup
    at_most: once per 7 days
    do: {notify: prepay-team, text: "{guid} was topped up by {event.amount}"}
"""
OWN, SPLIT, OTHERS = "88-73-84-90-6A-10-02-DB", "88-73-84-90-6A-10-02-DC", "E4-FE-D9-00-51-20-07-10"


def write(folder: Path, *events: dict[str, Any], rules: str = RULES) -> tuple[str | Path, ...]:
    (folder / "estate.csv").write_text(ESTATE, encoding="utf-8")
    (folder / "NWND.rules.yaml").write_text(rules, encoding="utf-8")
    lines = ({"seq": number, **event} for number, event in enumerate(events, start=1))
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    files = ("--events", folder / "events.jsonl", "--estate", folder / "estate.csv")
    return ("rules", "simulate", folder / "NWND.rules.yaml", *files)


def at(day: int, kind: str, guid: str, **fields: Any) -> dict[str, Any]:
    return {"at": f"2026-02-{day:02d}T10:00:00Z", "type": kind, "guid": guid, **fields}


HISTORY = (
    at(1, "meter_firmware_activated", OWN, firmware_version="04000001"),
    at(1, "prepayment_topup", SPLIT, amount=20),
    at(2, "meter_firmware_activated", SPLIT, firmware_version="04000001"),
    at(3, "meter_read_received", OWN),
    at(4, "prepayment_topup", SPLIT, amount=10),
    at(5, "meter_firmware_activated", OWN, firmware_version="04000002"),
    at(6, "meter_firmware_activated", OTHERS, firmware_version="04000002"),
    at(20, "prepayment_topup", OWN, amount=5),
    at(21, "meter_firmware_activated", OWN, firmware_version="04000003"),
)


def test_what_fires_what_is_swallowed_and_what_stays_open(tmp_path: Path, chfw: Chfw) -> None:
    ran = chfw(*write(tmp_path, *HISTORY), "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    fired = [(one["trigger"], one["at"][:10], one["scope"]["hub"]) for one in found["fired"]]
    assert fired == [
        ("topped-up", "2026-02-01", SPLIT),
        ("meter-then-hub", "2026-02-03", OWN),
        ("meter-then-hub", "2026-02-12", OWN),
        ("topped-up", "2026-02-20", OWN),
    ]
    assert found["fired"][1]["effects"] == [{"kind": "instruct", "opens": "2026-02-04T10:00:00Z", "windows": []}]
    assert [effect["kind"] for effect in found["fired"][2]["effects"]] == ["hold", "notify"]
    assert [(one["trigger"], one["why"]) for one in found["passed_over"]] == [("topped-up", "at_most")]
    assert [(one["scope"], one["until"]) for one in found["open"]] == [(OWN, "2026-02-28T10:00:00Z")]


def test_people_see_tables(tmp_path: Path, chfw: Chfw) -> None:
    ran = chfw(*write(tmp_path, *HISTORY))
    assert ran.code == 0
    assert "NWND    meter-then-hub" in ran.out
    assert "Still open" in ran.out
    fired, nothing = ran.out.split("\nFired")[1].split("\nLed to nothing")
    assert "instruct from" in fired
    assert "hold until it is" in fired
    parts = [line.split()[4] for line in fired.splitlines() if "meter-then-hub" in line]
    assert parts == ["do", "otherwise"]
    assert SPLIT in nothing.partition("Still open")[0]


def test_time_can_be_told_further(tmp_path: Path, chfw: Chfw) -> None:
    found = json.loads(chfw(*write(tmp_path, *HISTORY), "--until", "2026-03-31", "--json").out)
    assert [one["at"][:10] for one in found["fired"] if one["trigger"] == "meter-then-hub"][-1] == "2026-02-28"
    assert found["open"] == []


def test_bad_lines_are_set_aside(tmp_path: Path, chfw: Chfw) -> None:
    ran = chfw(*write(tmp_path, *HISTORY, {"at": "never", "type": "meter_read_received"}), "--json")
    assert ran.code == 2
    assert json.loads(ran.out)["bad_rows"][0].startswith("line 10: at:")


def test_what_observe_would_set_aside_is_set_aside(tmp_path: Path, chfw: Chfw) -> None:
    """RU6: a slip in the record must not look like a rule that does not fire."""
    slips = (
        at(22, "meter_firmware_activted", OWN),
        at(22, "meter_firmware_activated", OWN, firmwareversion="04000001"),
        at(22, "prepayment_topup", OWN, amount="ten"),
        {"seq": 1, **at(22, "prepayment_topup", OWN)},
    )
    ran = chfw(*write(tmp_path, *HISTORY, *slips), "--json")
    assert ran.code == 2, ran.err
    found = json.loads(ran.out)
    assert found["events"] == len(HISTORY)
    assert [row.partition(": ")[2] for row in found["bad_rows"]] == [
        "no type of event called `meter_firmware_activted` (did you mean `meter_firmware_activated`?)",
        "`firmwareversion` is no key of `meter_firmware_activated` (did you mean `firmware_version`?)",
        "amount: `ten` is not a number (such as 12.5)",
        "seq 1 is there already, in line 1, and says something else there (give each event a `seq` of its own)",
    ]


def test_hubs_that_the_estate_does_not_have_are_told_of(tmp_path: Path, chfw: Chfw) -> None:
    stranger = "00-00-00-00-00-00-00-01"
    ran = chfw(*write(tmp_path, *HISTORY, at(22, "meter_read_received", stranger)))
    assert ran.code == 2
    assert f"1 event is of a hub that the estate does not have; the first is `{stranger}`, in line 10" in ran.out


def test_rules_with_errors_give_no_result(tmp_path: Path, chfw: Chfw) -> None:
    assert chfw(*write(tmp_path, *HISTORY, rules=RULES.replace("per: hub", "per: hubs"))).code == 3


@pytest.mark.parametrize("party", ["CLDR", "FROS"])
def test_what_a_supplier_is_told_varies_with_its_own_hubs_alone(tmp_path: Path, chfw: Chfw, party: str) -> None:
    """I8: only the other Supplier of a shared hub, and what it says of it, is changed."""
    before = chfw(*write(tmp_path, *HISTORY), "--json").out
    said = at(4, "prepayment_topup", SPLIT, amount=90, party=party)
    command = write(tmp_path, *HISTORY, said)
    (tmp_path / "estate.csv").write_text(ESTATE.replace("NWND,CLDR", f"NWND,{party}"), encoding="utf-8")
    after = json.loads(chfw(*command, "--json").out)
    assert {**after, "events": 9} == json.loads(before)


OF_RELEASES = """
rules: v1
owner: NWND
events:
  - id: paused
    because: We wait too
    per: release
    on: release_paused
    if: event.release == "CH-01"
    do: {hold: {date: 2026-01-31}}
  - id: named
    because: Of this one alone
    per: hub
    on: prepayment_topup
    if: release.id in ["CH-1", "SPRING"]
    do: {notify: prepay-team}
"""
RELEASE = """
release: v1
id: CH-1
device_models: ["433100AC"]
firmware_version: "0D050002"
notified_at: 2026-01-05T09:00:00Z
"""


def test_names_of_releases_that_nothing_bears_are_told_of(tmp_path: Path, chfw: Chfw) -> None:
    """NF2: a rule that asks for a release nobody knows looks like one that does not fire."""
    paused = {"at": "2026-02-03T10:00:00Z", "type": "release_paused"}
    told = ({**paused, "release": "CH-1"}, {**paused, "release": "ch-1"}, {**paused, "release": "CH-2"})
    (tmp_path / "release.yaml").write_text(RELEASE, encoding="utf-8")
    words = write(tmp_path, *told, rules=OF_RELEASES)
    ran = chfw(*words, "--release", tmp_path / "release.yaml", "--json")
    assert ran.code == 2
    assert json.loads(ran.out)["remarks"] == [
        "1 event is of the release `ch-1`, in line 2 (did you mean `CH-1`?)",
        "`paused` asks for the release `CH-01`, which no event and no release is (did you mean `CH-1`?)",
        "`named` asks for the release `SPRING`, which no event and no release is",
    ]
    alone = json.loads(chfw(*write(tmp_path, HISTORY[1], rules=OF_RELEASES), "--json").out)["remarks"]
    assert alone[0].endswith("`CH-01`, which no event and no release is (name the release file with --release)")


def test_a_hold_that_was_over_when_the_rule_fired_is_told_of(tmp_path: Path, chfw: Chfw) -> None:
    """RU6: its end is a fixed date, and the events come after it."""
    paused = {"at": "2026-02-03T10:00:00Z", "type": "release_paused", "release": "CH-1"}
    rules = OF_RELEASES.replace("CH-01", "CH-1")
    ran = chfw(*write(tmp_path, paused, rules=rules), "--json")
    assert ran.code == 2
    assert json.loads(ran.out)["remarks"][-1] == (
        "`paused`: the hold was over when the event came; for CH-1 it ended at 2026-01-31T00:00:00Z, "
        "and the event came at 2026-02-03T10:00:00Z"
    )


IN_MASS = """
rules: v1
owner: DCC
events:
  - {id: mass, because: x, per: hub, on: meter_read_received, if: release.phase == "mass", do: {notify: desk}}
"""


def test_a_phase_that_is_opened_for_a_region_is_open_there_alone(tmp_path: Path, chfw: Chfw) -> None:
    """RU6: the condition of a trigger reads the phase of the hub that the event is about."""
    opened = {"at": "2026-02-03T10:00:00Z", "type": "phase_opened", "phase": "mass", "csp_region": "North"}
    one = {**opened, "csp_region": "Central", "phase": "pilot", "at": "2026-02-04T10:00:00Z"}
    everywhere = {"at": "2026-02-08T10:00:00Z", "type": "phase_opened", "phase": "pilot"}
    read = [at(day, "meter_read_received", guid) for day in (2, 5) for guid in (OWN, OTHERS)]
    (tmp_path / "release.yaml").write_text(RELEASE, encoding="utf-8")
    after = at(9, "meter_read_received", OWN)
    words = write(tmp_path, *read[:2], opened, one, *read[2:], everywhere, after, rules=IN_MASS)
    ran = chfw(*words, "--release", tmp_path / "release.yaml", "--json")
    assert [(one["trigger"], one["scope"], one["at"]) for one in json.loads(ran.out)["fired"]] == [
        ("mass", {"hub": OWN}, "2026-02-05T10:00:00Z")
    ]
