import json

import pytest
from jsonschema import Draft202012Validator

from chfw_core.documents.schemas import DOCUMENTS, json_schema
from chfw_core.errors import UsageError
from chfw_core.model.events import EVENT_TYPES
from chfw_rulesets import load_text

GUID = "88-73-84-90-6A-10-02-DB"
ESTATE = {
    "guid": GUID,
    "csp_region": "North",
    "manufacturer": "106C",
    "device_model": "433100AC",
    "firmware_version": "2020CB22",
    "configuration_set": "CS-0112",
    "installed_on": "2021-02-03",
    "smi_status": "Commissioned",
    "import_supplier": "NWND",
    "gas_supplier": "",
    "flags": "medical|psr",
    "han_device_types": None,
}
RELEASE = {
    "release": "v1",
    "id": "R1",
    "kind": "sec_release",
    "device_models": ["433100AC"],
    "firmware_version": "0D050002",
    "notified_at": "2026-01-05",
    "automatic_at": "2026-07-05T00:00:00+01:00",
    "mass_period": {"days": 28},
    "capacity": {"North": 100},
    "blackouts": [{"from": "2026-12-24", "to": "2026-12-26", "regions": ["North"]}],
}
INSTRUCTION = {
    "guid": GUID,
    "party": "NWND",
    "role": "gas",
    "opens": "2026-03-01",
    "closes": "2026-03-02T09:00:00Z",
    "received_at": "2026-01-10T09:00:00Z",
    "action": "instruct",
    "rule": "",
}
CHANGE = {
    "seq": 1,
    "at": "2026-05-09",
    "type": "change_of_supplier_started",
    "guid": GUID,
    "role": "gas",
    "effective": "2026-05-20",
}
SCHEDULE = {
    "guid": GUID,
    "status": "planned",
    "basis": "BOTH_SUPPLIERS",
    "window_opens": "2026-03-02T22:00:00Z",
    "window_closes": "2026-03-03T05:00:00Z",
    "day": "2026-03-02",
    "batch_id": "",
    "import_rule": "approved-sets",
    "gas_rule": "approved-sets",
    "reason": "both Suppliers instructed",
}
CAPACITY = {"csp_region": "North", "day": "2026-03-01", "hubs": "500"}

GOOD = [
    ("release", RELEASE),
    ("parameters", json.loads(load_text("parameters.json"))),
    ("event", CHANGE),
    ("drop_folders", {"drop_folders": "v1", "places": [{"at": "s3://a/b", "parties": ["NWND"], "format": "json"}]}),
    ("event", {"seq": 2, "at": "2026-05-09T10:00:00Z", "type": "a_plug_ins_own", "x": 1}),
    ("event", {"seq": 2, "at": "2026-05-09", "type": "release_stopped", "csp_region": "North", "because": "x"}),
    ("event", {"seq": 2, "at": "2026-05-09", "type": "hub_update_failed", "guid": GUID, "error_code": 12}),
    ("estate", ESTATE),
    ("attributes", {"guid": GUID, "flags": "own", "complaints": "3"}),
    ("instructions", INSTRUCTION),
    ("capacity", CAPACITY),
    ("schedule", SCHEDULE),
]
BAD = [
    ("release", {**RELEASE, "idd": "x"}),
    ("release", {**RELEASE, "release": "v2"}),
    ("release", {**RELEASE, "capacity": {"Nort": 1}}),
    ("release", {**RELEASE, "notified_at": "soon"}),
    ("release", {key: value for key, value in RELEASE.items() if key != "id"}),
    ("parameters", {"lead_days": {"for": "x", "values": [{"value": -1, "since": "2020-01-01", "source": "s"}]}}),
    ("drop_folders", {"drop_folders": "v1", "places": [{"at": "a", "format": "xls"}]}),
    ("drop_folders", {"drop_folders": "v1", "places": [{"parties": ["NWND"]}]}),
    ("event", {**CHANGE, "role": "heat"}),
    ("event", {key: value for key, value in CHANGE.items() if key != "effective"}),
    ("event", {"seq": 2, "at": "2026-05-09", "type": "release_stopped", "csp_region": "Nort"}),
    ("event", {"seq": 2, "at": "2026-05-09", "type": "release_stopped", "region": "North"}),
    ("event", {"seq": 2, "at": "2026-05-09", "type": "release_stopped", "guid": GUID, "region": "North"}),
    ("event", {"seq": 2, "at": "2026-05-09", "type": "test_passed", "config_set": "CS-0151"}),
    ("estate", {**ESTATE, "device_model": "433100A"}),
    ("estate", {**ESTATE, "csp_region": ""}),
    ("estate", {**ESTATE, "owner": "x"}),
    ("instructions", {**INSTRUCTION, "action": "do"}),
    ("capacity", {**CAPACITY, "hubs": "-1"}),
    ("schedule", {**SCHEDULE, "status": "done"}),
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_schema_is_one(document: str) -> None:
    Draft202012Validator.check_schema(json_schema(document))


@pytest.mark.parametrize(("document", "content"), GOOD)
def test_what_is_right_is_accepted(document: str, content: object) -> None:
    assert [error.message for error in Draft202012Validator(json_schema(document)).iter_errors(content)] == []


@pytest.mark.parametrize(("document", "content"), BAD)
def test_what_is_wrong_is_not(document: str, content: object) -> None:
    assert not Draft202012Validator(json_schema(document)).is_valid(content)


def test_every_type_of_event_is_in_the_schema() -> None:
    rules = json_schema("event")["allOf"]
    assert [rule["if"]["properties"]["type"]["const"] for rule in rules] == list(EVENT_TYPES)


def test_there_is_no_schema_of_another_name() -> None:
    with pytest.raises(UsageError, match="no schema called `rules`"):
        json_schema("rules")
