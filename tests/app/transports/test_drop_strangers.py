"""NF7: what comes back for a file about a release of others is what comes back where there is no such release."""

import json
from pathlib import Path

import pytest
from attrs import evolve

from chfw_app.cli import run
from chfw_app.testing import ledger_at
from chfw_core.documents.events import write_event
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.parties import DCC
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease, PublishReleaseNote, RecordCplEntry
from chfw_core.rollout.records import ReleaseNote
from chfw_core.testing.transports.scenes import CEDAR, CENTRAL, FIRMWARE, FORGE, NOTIFIED, RELEASE, Scene, hub_class
from chfw_files.drop.layout import folder_of

AT = "2031-01-07T09:00:00Z"
OTHERS = "CH-2031-05"
"""A release of CEDAR's hubs alone, in one region."""
FARM = evolve(FORGE, guid=Guid(FORGE.guid + 0x1000), region=CENTRAL)
GUID = format_guid(FARM.guid)
INCIDENT = {"type": "raise_incident", "incident": "I-1", "description": "meters lost"}
FILES = {
    "instructions.csv": f"guid,role,opens,closes\n{GUID},import,2031-03-10,2031-03-12\n",
    "withdrawals.csv": f"guid,role\n{GUID},import\n",
    "pilot-list.csv": f"guid\n{GUID}\n",
    "pilot-progress.csv": f"guid,result\n{GUID},success\n",
    "outcomes.csv": f"guid,outcome,occurred_at,reason\n{GUID},failed,2031-01-06T12:00:00Z,lost\n",
    "inventory.csv": f"guid,firmware_version,observed_at\n{GUID},2B010200,2031-01-06T12:00:00Z\n",
    "supplier-changes.csv": f"guid,step,role,effective,leaves,joins\n{GUID},announced,import,2031-03-01,CEDAR,MAPLF\n",
    "commands.jsonl": json.dumps(INCIDENT),
}
EVERYWHERE = ("inventory.csv", "supplier-changes.csv")
"""Those that may be about every release that has the hubs."""


def _folders(folder: Path, party: str, there: bool) -> dict[str, bytes]:
    folder.mkdir()
    url, drop = f"sqlite:///{folder / 'ledger.db'}", folder / "drop"
    scene = Scene().notified()
    if there:
        firmware = evolve(FIRMWARE, id=OTHERS)
        scene.says(DCC, DraftRelease, release=OTHERS, firmware=firmware)
        scene.says(DCC, RecordCplEntry, release=OTHERS, entry="CPL-78", current=True)
        scene.says(DCC, NotifyRelease, release=OTHERS, classes=(hub_class(FARM),))
    else:  # as many entries, which a CSP is shown the numbers of
        for number in range(4):
            note = ReleaseNote(url=f"https://notes.example.org/{number}", version="1")
            scene.says(DCC, PublishReleaseNote, release="CH-2031-06", note=note)
    with ledger_at(url) as ledger:
        for step in scene.steps:
            ledger.give(step.command, step.at)
    place = drop / folder_of(party) / "in"
    for of in (OTHERS, f"{OTHERS}5"):
        (place / of).mkdir(parents=True)
        for name, text in FILES.items():
            (place / of / name).write_text(text, encoding="utf-8")
    for name in EVERYWHERE:
        (place / name).write_text(FILES[name], encoding="utf-8")
    about = [
        Event(seq=seq, at=NOTIFIED, type="meter_read_received", fields={"release": of})
        for seq, of in enumerate((OTHERS, f"{OTHERS}5", f"{RELEASE}4"), start=1)
    ]
    (place / "events.jsonl").write_text("\n".join(map(write_event, about)), encoding="utf-8")
    run(["files", "once", str(drop), "--store", url, "--at", AT, "--settle", "0", "--party", party, "--json"])
    own = drop / folder_of(party)
    seen = {
        path.relative_to(own).as_posix(): path for part in ("out", "receipts") for path in (own / part).rglob("*.*")
    }
    return {name: path.read_bytes() for name, path in sorted(seen.items()) if path.is_file()}


@pytest.mark.parametrize("party", ["BIRCH", "ROWAN", "CSP:South"])
def test_a_file_about_a_release_of_others_is_answered_as_if_there_were_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], party: str
) -> None:
    """BR3.3, NF7: receipts, rows that come back and messages, byte for byte."""
    none, some = _folders(tmp_path / "none", party, False), _folders(tmp_path / "some", party, True)
    assert len([name for name in none if name.endswith(".receipt.json")]) == 2 * len(FILES) + len(EVERYWHERE) + 1
    assert list(none) == list(some)
    assert [name for name in none if none[name] != some[name]] == []
    said = b"\n".join(some.values())
    assert CEDAR.encode() not in said.replace(b"CEDAR,MAPLF", b"")
    assert f"did you mean `{OTHERS}`".encode() not in said
    assert (f"did you mean `{RELEASE}`".encode() in said) is (party == "BIRCH")  # of its own
    capsys.readouterr()
