"""BR2.2: a Supplier's own rules select its pilot hubs, and what they select is what it submits."""

import csv
import json
from pathlib import Path

import pytest

from chfw_app.cli import run
from chfw_app.exits import Exit
from chfw_core.consent.model import InstructionGroup
from chfw_core.model.guid import format_guid, parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.pilot.commands import SubmitPilotList
from tests.acceptance.people import BUNGALOW, FARM, HOMES, NEW, NWND, OLD, TERRACE, some
from tests.acceptance.world import World

RULES = """rules: v1
owner: NWND
pilot:
  id: homes-of-our-own
  because: Nobody vulnerable, and nobody who would have to be asked by another Supplier too
  from: not split and not (flags has any ["psr"])
  size: {size}
  seed: "2026-spring"
  at: {{from: 2026-03-10, to: 2026-03-12}}
"""
ESTATE = (
    "guid,csp_region,manufacturer,device_model,firmware_version,configuration_set,installed_on,smi_status,"
    "import_supplier,gas_supplier,flags,han_device_types\n"
)
PRODUCT = f"1086,433100AC,{OLD},CS-0112,2020-05-01"


@pytest.mark.parametrize("size", [250, 1])
def test_configurable_rules_select_the_pilot_and_the_list_is_taken(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int
) -> None:
    """BR2.2: never a home on the priority services register or one of two Suppliers, and as many as the rule says."""
    selected = planned_pilot(tmp_path, capsys, size)
    assert len(selected) == min(size, 2)
    assert set(selected) <= set(some(TERRACE, FARM))
    assert BUNGALOW.guid not in selected
    world.given_notice()
    world.done(NWND, SubmitPilotList, guids=selected)
    assert world.release().pilots[NWND].guids == selected
    homes = [home for home in HOMES if home.guid in selected]
    assert world.instructs(NWND, *homes, group=InstructionGroup.PILOT).refused_hubs == ()


def planned_pilot(folder: Path, capsys: pytest.CaptureFixture[str], size: int) -> GuidList:
    """What `chfw plan` writes as NWND's pilot, with these rules and the homes of the scenario."""
    with (folder / "estate.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(ESTATE)
        for home in HOMES:
            flags = "psr" if home.excluded else ""
            who = f"{home.import_supplier},{home.gas_supplier or ''}"
            file.write(f"{format_guid(home.guid)},{home.region},{PRODUCT},Commissioned,{who},{flags},\n")
    (folder / "nwnd.rules.yaml").write_text(RULES.format(size=size), encoding="utf-8")
    (folder / "release.yaml").write_text(
        f'release: v1\nid: CH-2026-01\ndevice_models: ["433100AC"]\nfirmware_version: "{NEW}"\n'
        "notified_at: 2026-01-05\nautomatic_at: 2026-07-06\n",
        encoding="utf-8",
    )
    words = ["plan", "--estate", "estate.csv", "--release", "release.yaml", "--rules", "nwnd.rules.yaml"]
    words += ["--as-of", "2026-01-06", "--out", "schedule.csv", "--instructions-out", "instructions.csv", "--json"]
    paths = [str(folder / word) if "." in word and not word.startswith("--") else word for word in words]
    capsys.readouterr()
    # With findings where there are fewer hubs than the rule asks for.
    assert run(paths) == (Exit.FINDINGS if size > 2 else Exit.DONE), capsys.readouterr().err
    assert json.loads(capsys.readouterr().out)
    with (folder / "instructions.csv").open(encoding="utf-8", newline="") as file:
        return GuidList(parse_guid(row["guid"]) for row in csv.DictReader(file) if row["group"] == "pilot")
