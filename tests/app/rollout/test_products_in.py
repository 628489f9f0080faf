"""PR1, PR2: what runs on a hub comes in with the notice and with what the SMI shows."""

from pathlib import Path

from chfw_app.rollout.eligible import eligible_hubs
from chfw_core.model.guid import format_guid
from chfw_core.rollout.base import SMI
from chfw_core.rollout.outcomes.commands import ObserveVersions
from chfw_files.documents.commands_in import read_inventory
from tests.app.helpers import write_csv
from tests.core.rollout.worlds import FIRMWARE, NEW, OLD, SOLE, SPLIT, R


def test_hubs_of_a_notice_come_with_their_model_and_configuration_set(tmp_path: Path) -> None:
    common = {
        "manufacturer": "1234",
        "device_model": "433100AC",
        "firmware_version": OLD,
        "installed_on": "2020-01-01",
        "smi_status": "Commissioned",
        "csp_region": "North",
        "import_supplier": "NWND",
        "gas_supplier": "",
        "flags": "",
        "han_device_types": "",
    }
    head = ("guid", "configuration_set", *common)
    rows = [(format_guid(guid), said, *common.values()) for guid, said in ((SOLE, "SET-1"), (SPLIT, ""))]
    estate = write_csv(tmp_path / "estate.csv", [head, *rows])
    found = eligible_hubs(estate, FIRMWARE, None, lambda step, done: None)
    products = {guid: (one.device_model, one.configuration_set) for one in found.classes for guid in one.guids}
    assert products == {SOLE: ("433100AC", "SET-1"), SPLIT: ("433100AC", None)}


def test_an_inventory_may_say_the_configuration_set(tmp_path: Path) -> None:
    head = ("guid", "firmware_version", "observed_at", "configuration_set")
    rows = [(format_guid(guid), NEW, "2026-03-01T00:00:00Z", said) for guid, said in ((SOLE, "SET-2"), (SPLIT, ""))]
    file = write_csv(tmp_path / "smi.csv", [head, *rows])
    found = read_inventory(file, R, "k", SMI)
    assert found.bad_rows == ()
    said = {
        guid: one.configuration_set for one in found.commands if isinstance(one, ObserveVersions) for guid in one.guids
    }
    assert said == {SOLE: "SET-2", SPLIT: None}
