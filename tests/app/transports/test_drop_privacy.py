"""What lies in a Supplier's folders does not vary with who the other one is (NF7, I8): only its data is changed."""

from pathlib import Path

import pytest
from attrs import evolve

from chfw_app.cli import run
from chfw_app.testing import ledger_at
from chfw_core.documents.events import write_event
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.parties import Party
from chfw_core.rollout.notice.commands import NotifyRelease
from chfw_core.testing.transports.scenes import BIRCH, CROFT, RELEASE, TOWER, Scene, hub_class, march
from chfw_core.testing.transports.suite import WATCHED, upgraded

AT = "2031-01-07T09:00:00Z"


def _folders(folder: Path, other: Party, busy: int) -> dict[str, bytes]:
    """What BIRCH finds once both have instructed and said what has happened, to rules of both.

    `busy`: how much else the other Supplier says.
    """
    folder.mkdir()
    url, drop = f"sqlite:///{folder / 'ledger.db'}", folder / "drop"
    tower = evolve(TOWER, gas_supplier=other)
    theirs = evolve(CROFT, guid=Guid(CROFT.guid + 0x1000), import_supplier=other, gas_supplier=other)
    scene = Scene().notified()
    notice = scene.steps[-1]
    classes = tuple(map(hub_class, (CROFT, tower, theirs)))
    assert isinstance(notice.command, NotifyRelease)
    scene.parts[-1] = evolve(notice, command=evolve(notice.command, classes=classes))
    for day in range(busy):
        scene.later(hours=1).instructs(other, theirs, days=(10 + day, 12 + day))
    with ledger_at(url) as ledger:
        for step in scene.steps:
            ledger.give(step.command, step.at)
    for party, homes in ((BIRCH, (CROFT, tower, theirs)), (other, (tower,))):
        rows = [
            f"{format_guid(home.guid)},{home.role_of(party)},{march(10):%Y-%m-%d},{march(12):%Y-%m-%d}"
            for home in homes
        ]
        place = drop / party / "in" / RELEASE
        place.mkdir(parents=True)
        about = homes if party == BIRCH else (tower, *(theirs for _ in range(busy)))
        (place.parent / "meters.rules.yaml").write_text(WATCHED.replace("BIRCH", party), encoding="utf-8")
        said = (write_event(upgraded(Scene(), seq, home)) for seq, home in enumerate(about, start=1))
        (place.parent / "events.jsonl").write_text("\n".join(said), encoding="utf-8")
        (place / "instructions.csv").write_text("\n".join(["guid,role,opens,closes", *rows, ""]), encoding="utf-8")
        options = ["--store", url, "--at", AT, "--settle", "0", "--party", party, "--json"]
        run(["files", "once", str(drop), *options])
    options = ["--store", url, "--at", AT, "--settle", "0", "--party", BIRCH, "--json"]
    run(["files", "once", str(drop), *options])
    run(["files", "extract", str(drop), *options, "--format", "csv"])
    own = drop / BIRCH
    seen = {
        path.relative_to(own).as_posix(): path for part in ("out", "receipts") for path in (own / part).rglob("*.*")
    }
    return {name: path.read_bytes() for name, path in sorted(seen.items()) if path.is_file()}


def test_the_folders_of_a_supplier_are_the_same_whoever_the_other_one_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = _folders(tmp_path / "one", Party("CEDAR"), 0)
    two = _folders(tmp_path / "two", Party("ZELKOVA"), 5)
    assert list(one) == list(two)
    assert any("second-supplier" in name for name in one)
    assert any("trigger-notice" in name for name in one)
    assert any("events.jsonl" in name and "back" in name for name in one), "one hub was the other's alone"
    different = [name for name in one if one[name] != two[name]]
    assert different == []
    capsys.readouterr()
