"""`chfw files once` and `watch`: what a person sees, and what lies where afterwards (TR4, BR5.1, BR5.2)."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chfw_app.cli import run
from chfw_app.exits import Exit
from chfw_app.testing import ledger_at
from chfw_core.model.guid import format_guid
from chfw_core.testing.homes import Home
from chfw_core.testing.transports.scenes import (
    BARN,
    CROFT,
    FORGE,
    LODGE,
    RELEASE,
    STRANGER,
    TOWER,
    WEIR,
    Scene,
)
from chfw_files.drop.layout import MANIFEST
from tests.app.helpers import environment

AT = "2031-01-07T09:00:00Z"
RULES = """rules: v1
owner: BIRCH
decide:
  - id: early
    because: One version everywhere, as early as the rules of the release allow
    when: otherwise
    then: instruct
    at: {to: cutoff}
"""
PERIOD = ("2031-03-10T00:00:00Z", "2031-03-12T00:00:00Z")


class Desk:
    """A ledger with a notified release, and drop folders."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = f"sqlite:///{folder / 'ledger.db'}"
        self.drop = folder / "drop"
        self.drop.mkdir()
        self.capsys = capsys
        with ledger_at(self.url) as ledger:
            for step in Scene().notified().steps:
                ledger.give(step.command, step.at)

    def once(self, *options: str, expect: int = Exit.DONE) -> dict[str, Any]:
        settle = [] if "--settle" in options else ["--settle", "0"]
        code = run(["files", "once", str(self.drop), "--store", self.url, "--at", AT, "--json", *settle, *options])
        found: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        assert (code, found["exit"]) == (expect, expect), found
        return found

    def hand_in(self, name: str, text: str, party: str = "BIRCH") -> Path:
        path = self.drop / party / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def receipt(self, name: str, party: str = "BIRCH") -> dict[str, Any]:
        (path,) = (self.drop / party / "receipts").glob(f"{name}.*.receipt.json")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def last_receipt(self, party: str = "BIRCH") -> dict[str, Any]:
        last = max((self.drop / party / "receipts").rglob("*.receipt.json"), key=lambda path: path.stat().st_mtime_ns)
        found: dict[str, Any] = json.loads(last.read_text(encoding="utf-8"))
        return found

    def entries(self) -> int:
        with ledger_at(self.url) as ledger:
            return len(ledger.entries())

    def waits(self, party: str = "BIRCH") -> list[str]:
        return sorted(path.name for path in (self.drop / party / "in").rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def instructions(*homes: Home, role: str = "import", more: Sequence[str] = ()) -> str:
    rows = [f"{format_guid(home.guid)},{role},{PERIOD[0]},{PERIOD[1]}" for home in homes]
    return "\n".join(["guid,role,opens,closes", *rows, *more, ""])


def test_good_rows_are_taken_and_the_others_come_back_in_their_order(desk: Desk) -> None:
    """BR5.1, BR5.2, TR4: unreadable rows and refused hubs, each with its reason, in the format that came in."""
    text = instructions(CROFT, STRANGER, more=["no guid,import,x,2031-03-12"])
    text += instructions(FORGE, BARN).partition("\n")[2]
    desk.hand_in(f"{RELEASE}/instructions-1.csv", text)
    found = desk.once(expect=Exit.FINDINGS)
    (one,) = found["files"]
    assert (one["rows"], one["rows_back"], one["answer"]) == (5, 3, "taken")
    receipt = desk.receipt(f"{RELEASE}/instructions-1.csv")
    back = desk.drop / "BIRCH" / "receipts" / RELEASE / receipt["rows_back"]["file"]
    with back.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["guid"] for row in rows] == [format_guid(STRANGER.guid), "no guid", format_guid(FORGE.guid)]
    assert all(row["refused_because"] for row in rows)
    assert rows[1]["refused_because"].count(";") == 1, "every reason at once"
    assert desk.waits() == []


def test_a_column_that_nobody_reads_is_remarked_upon(desk: Desk) -> None:
    """BR5.2, TR4: in the receipt, and to whoever runs it; the rows are taken all the same."""
    text = (
        instructions(CROFT)
        .replace("closes\n", "closes,pilot_group\n")
        .replace(f"{PERIOD[1]}\n", f"{PERIOD[1]},pilot\n")
    )
    desk.hand_in(f"{RELEASE}/instructions-1.csv", text)
    (one,) = desk.once()["files"]
    said = ["the column `pilot_group` is not read (did you mean `group`?)"]
    assert (one["answer"], one["remarks"]) == ("taken", said)
    assert desk.receipt(f"{RELEASE}/instructions-1.csv")["remarks"] == said


def test_messages_come_with_manifests_and_only_to_who_has_a_folder(desk: Desk) -> None:
    """BR1.1, NF7: the others' stay in the outbox."""
    found = desk.once("--party", "BIRCH", "--party", "CSP:North")
    assert found["sent"] > 1
    assert sorted(path.name for path in desk.drop.iterdir()) == ["BIRCH", "CSP%3ANorth"]
    out = desk.drop / "BIRCH" / "out"
    data = [path for path in out.iterdir() if not path.name.endswith(MANIFEST)]
    assert all(path.with_name(path.name + MANIFEST).exists() for path in data)
    assert any("release-notice" in path.name for path in data)
    assert desk.once("--party", "BIRCH")["sent"] == 0
    assert desk.once("--party", "CEDAR")["sent"] > 1


def test_the_same_file_again_is_answered_again_and_a_key_means_it_anew(desk: Desk) -> None:
    """I9: by content; a manifest's key says that it is meant anew."""
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(CROFT))
    desk.once()
    before = desk.entries()
    desk.hand_in(f"{RELEASE}/instructions-copy.csv", instructions(CROFT))
    (one,) = desk.once()["files"]
    assert (one["answer"], desk.entries()) == ("answered before", before)
    desk.hand_in(f"{RELEASE}/instructions-new.csv{MANIFEST}", '{"manifest": "v1", "key": "second thoughts"}')
    desk.hand_in(f"{RELEASE}/instructions-new.csv", instructions(CROFT))
    (one,) = desk.once()["files"]
    assert one["answer"] == "taken"
    assert desk.entries() > before


def test_what_was_refused_altogether_is_tried_once_more_when_it_is_sent_again(desk: Desk) -> None:
    """BR5.2: a refusal is no last word; the hub may be this Party's by then."""
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(FORGE))
    desk.once(expect=Exit.FINDINGS)
    before = desk.entries()
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(FORGE))
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert one["answer"] == "refused"
    assert desk.entries() == before + 1


def test_a_file_that_is_not_what_its_manifest_says_is_refused_and_kept(desk: Desk) -> None:
    """Checksum and row count."""
    text = instructions(CROFT)
    manifests: tuple[dict[str, object], ...] = ({"sha256": "0" * 64}, {"rows": 7}, {"rowz": 1}, {"manifest": "v9"})
    for number, manifest in enumerate(manifests):
        name = f"{RELEASE}/instructions-{number}.csv"
        desk.hand_in(name + MANIFEST, json.dumps({"manifest": "v1", **manifest}))
        desk.hand_in(name, text)
    before = desk.entries()
    found = desk.once(expect=Exit.FINDINGS)
    assert [one["answer"] for one in found["files"]] == ["refused"] * 4
    assert desk.entries() == before
    assert desk.waits() == []
    kept = [path for path in (desk.drop / "BIRCH" / "done").rglob("*.csv") if path.read_text(encoding="utf-8") == text]
    assert len(kept) == 4


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("instructions.csv", "put it into the folder `in/RELEASE`"),
        (f"{RELEASE}/instrctions.csv", "did you mean `instructions`?"),
        (f"{RELEASE}/instructions.doc", "none of the endings"),
        (f"{RELEASE}/deeper/instructions.csv", "lies too deep"),
        (f"{RELEASE}/attributes.csv", "belongs to no release"),
        (f"{RELEASE}/commands.csv", "none of the endings"),
        ("pilot.csv", "did you mean"),
    ],
)
def test_a_name_that_says_nothing_is_refused_with_what_would_help(desk: Desk, name: str, says: str) -> None:
    desk.hand_in(name, "guid\n")
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert says in one["problems"][0]
    assert desk.receipt(name)["problems"] == one["problems"]
    assert desk.waits() == []


@pytest.mark.parametrize("name", [".instructions.csv", "instructions.csv.part", "~$instructions.xlsx", "a.filepart"])
def test_what_is_still_being_written_is_left_alone(desk: Desk, name: str) -> None:
    desk.hand_in(f"{RELEASE}/{name}", "half a l")
    assert desk.once()["files"] == []
    assert desk.waits() == [name]


def test_a_file_that_grows_is_read_once_it_has_come_to_rest(desk: Desk) -> None:
    """A partial upload is not read."""
    text = instructions(CROFT, LODGE, BARN)
    path = desk.hand_in(f"{RELEASE}/instructions.csv", "")

    def upload() -> None:
        for at in range(0, len(text), 20):
            with path.open("a", encoding="utf-8", newline="") as file:
                file.write(text[at : at + 20])
            time.sleep(0.1)

    thread = threading.Thread(target=upload)
    thread.start()
    (one,) = desk.once("--settle", "1.0")["files"]
    thread.join()
    assert (one["rows"], one["rows_back"]) == (3, 0)


def test_nothing_is_read_through_a_symbolic_link(desk: Desk, tmp_path: Path) -> None:
    """A party that may link cannot have other files read back to it."""
    secret = tmp_path / "secret.csv"
    secret.write_text("guid\nsecret\n", encoding="utf-8")
    folder = desk.hand_in(f"{RELEASE}/pilot-list.csv", "guid\n").parent
    (folder / "instructions.csv").symlink_to(secret)
    (desk.drop / "CEDAR").symlink_to(tmp_path)
    os.mkfifo(folder / "outcomes.csv")
    found = desk.once(expect=Exit.FINDINGS)
    assert [one["file"] for one in found["files"]] == [f"{RELEASE}/pilot-list.csv"]
    assert len(found["troubles"]) == 2
    assert not any("secret" in path.read_text(encoding="utf-8") for path in desk.drop.rglob("*.json"))


def test_nothing_is_written_through_a_symbolic_link(desk: Desk, tmp_path: Path) -> None:
    """A party that may write beside its `in` cannot send our files elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(CROFT))
    (desk.drop / "BIRCH" / "receipts").symlink_to(elsewhere)
    found = desk.once(expect=Exit.FINDINGS)
    assert "is a link" in found["files"][0]["answer"]
    assert list(elsewhere.iterdir()) == []
    assert desk.waits() == ["instructions.csv"]
    (desk.drop / "BIRCH" / "receipts").unlink()
    assert [one["answer"] for one in desk.once()["files"]] == ["answered before"]


def test_a_file_that_never_comes_to_rest_is_left_for_the_next_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chfw_app.transports.drop_rounds.PATIENCE_S", 0.3)
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(CROFT))
    found = desk.once("--settle", "60")
    assert (found["files"], found["waiting"]) == ([], 1)


def test_names_of_any_kind_are_answered(desk: Desk) -> None:
    """Too long for what is added to them, or no text at all."""
    long = f"{RELEASE}/instructions-{'x' * 230}.csv"
    desk.hand_in(long, instructions(CROFT))
    odd = os.fsencode(desk.drop / "BIRCH" / "in" / RELEASE) + b"/instructions-\xff.csv"
    Path(os.fsdecode(odd)).write_text(instructions(LODGE), encoding="utf-8")
    found = desk.once()
    assert [one["answer"] for one in found["files"]] == ["taken", "taken"]
    assert desk.waits() == []
    assert len(list((desk.drop / "BIRCH" / "receipts").rglob("*.receipt.json"))) == 2


def test_a_fault_in_reading_one_file_keeps_nobody_from_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("chfw_files.drop.own_documents.read_attributes", faulty)
    desk.hand_in("attributes.csv", "guid\n")
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(CROFT))
    found = desk.once(expect=Exit.FINDINGS)
    assert sorted(one["answer"] for one in found["files"]) == ["refused", "taken"]
    assert "ZeroDivisionError" in found["troubles"][0]


def test_rows_of_another_party_come_back(desk: Desk) -> None:
    """Whose folder it is says who speaks."""
    row = f"{format_guid(FORGE.guid)},CEDAR,import,{PERIOD[0]},{PERIOD[1]}\n"
    desk.hand_in(f"{RELEASE}/instructions.csv", f"guid,party,role,opens,closes\n{row}")
    before = desk.entries()
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert (one["answer"], desk.entries()) == ("refused", before)


def test_lines_of_commands_come_back_too(desk: Desk) -> None:
    """BR6.1: what is no list; of another Party, of another release, of no kind that is known."""
    incident = {"type": "raise_incident", "incident": "I-1", "description": "meters lose their hub"}
    lines = [
        incident,
        {**incident, "incident": "I-2", "by": "CEDAR"},
        {**incident, "incident": "I-3", "release": "CH-1"},
        {"type": "raise_incidnet"},
        {"type": "suspend_release", "reason": "no"},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines) + "nothing\n"
    desk.hand_in(f"{RELEASE}/commands.jsonl", text)
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert (one["rows"], one["rows_back"]) == (6, 5)
    receipt = desk.receipt(f"{RELEASE}/commands.jsonl")
    back = desk.drop / "BIRCH" / "receipts" / RELEASE / receipt["rows_back"]["file"]
    said = [json.loads(line)["refused_because"] for line in back.read_text(encoding="utf-8").splitlines()]
    assert "did you mean `raise_incident`" in said[2]
    assert "`BIRCH` may not do this" in said[3]


def test_a_partys_own_documents_are_checked_and_kept(desk: Desk) -> None:
    """RU7: rule files and private attributes; one with an error changes nothing."""
    desk.hand_in("first.rules.yaml", "rules: v1\nowner: CEDAR\n")
    desk.hand_in("attributes.csv", f"guid,tariff\n{format_guid(CROFT.guid)},day\nx,night\n")
    found = {one["file"]: one for one in desk.once(expect=Exit.FINDINGS)["files"]}
    assert found["first.rules.yaml"]["answer"] == "refused"
    kept = desk.drop / "BIRCH" / "kept"
    assert [path.name for path in kept.iterdir()] == ["attributes.csv"]
    assert desk.receipt("attributes.csv")["kept"] == "BIRCH/kept/attributes.csv"
    assert found["attributes.csv"]["rows_back"] == 1
    desk.hand_in("second.rules.yaml", RULES)
    desk.once()
    assert (kept / "second.rules.yaml").read_text(encoding="utf-8") == RULES
    desk.hand_in("third.rules.yaml", RULES)
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert "`early`" in one["problems"][0], "with the kept one an id is there twice"
    assert not (kept / "third.rules.yaml").exists()


def test_an_inventory_concerns_every_release_that_has_its_hubs(desk: Desk) -> None:
    """BR5.6: and hubs that none has are nobody's."""
    text = "guid,firmware_version,observed_at\n"
    text += "".join(f"{format_guid(one.guid)},2B010200,2031-01-07T08:00:00Z\n" for one in (CROFT, TOWER, STRANGER))
    desk.hand_in("inventory.csv", text, party="SMI")
    (one,) = desk.once("--party", "SMI")["files"]
    assert (one["rows"], one["rows_back"]) == (3, 0)
    (said,) = desk.receipt("inventory.csv", "SMI")["answers"]
    (answer,) = said["answers"]
    assert {taken["hubs"] for taken in answer["taken"]} == {2}


def test_statuses_and_dashboards_are_put_into_each_readers_folder(desk: Desk) -> None:
    """BR2.1, BR5.3, BR5.5, NF7: each Supplier's own hubs and nobody else's."""
    parties = [word for party in ("BIRCH", "CEDAR", "DCC", "SMI") for word in ("--party", party)]
    options = [*parties, "--store", desk.url, "--at", AT, "--json"]
    assert run(["files", "extract", str(desk.drop), *options]) == Exit.DONE
    found = json.loads(desk.capsys.readouterr().out)["reports"]
    assert [(one["party"], one["file"]) for one in found] == [
        ("BIRCH", "status.csv"),
        ("BIRCH", "dashboard.xlsx"),
        ("CEDAR", "status.csv"),
        ("CEDAR", "dashboard.xlsx"),
        ("DCC", "dashboard.xlsx"),
    ]
    with (desk.drop / "CEDAR" / "out" / "status.csv").open(encoding="utf-8", newline="") as file:
        assert {row["guid"] for row in csv.DictReader(file)} == {format_guid(one.guid) for one in (TOWER, FORGE, WEIR)}
    manifest = desk.drop / "CEDAR" / "out" / f"status.csv{MANIFEST}"
    assert json.loads(manifest.read_text(encoding="utf-8"))["rows"] == 3
    assert run(["files", "extract", str(desk.drop), *options, "--format", "parquet"]) == Exit.DONE
    left = sorted(one.name for one in (desk.drop / "CEDAR" / "out").glob("status*"))
    assert left == ["status.parquet", f"status.parquet{MANIFEST}"], "of an older day"


def test_no_folder_and_no_party_are_said(desk: Desk, tmp_path: Path) -> None:
    store = ["--store", desk.url]
    assert run(["files", "once", str(tmp_path / "nowhere"), *store]) == Exit.CANNOT_READ
    assert "there is no folder" in desk.capsys.readouterr().err
    assert run(["files", "once", str(desk.drop), *store]) == Exit.CANNOT_READ
    assert "--party" in desk.capsys.readouterr().err
    assert run(["files", "once", str(desk.drop), "--format", "xslx", *store]) == Exit.CANNOT_READ
    assert "did you mean `xlsx`?" in desk.capsys.readouterr().err


def test_a_person_sees_a_table(desk: Desk) -> None:
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(CROFT, STRANGER))
    code = run(["files", "once", str(desk.drop), "--store", desk.url, "--at", AT, "--settle", "0"])
    out = desk.capsys.readouterr().out
    assert code == Exit.FINDINGS
    assert f"{RELEASE}/instructions.csv" in out
    assert "1 file answered" in out


def test_a_watch_takes_what_comes_and_ends_cleanly_when_it_is_interrupted(desk: Desk) -> None:
    """Ctrl-C, and SIGTERM."""
    for number, (name, home) in enumerate((("SIGINT", CROFT), ("SIGTERM", LODGE))):
        command = [sys.executable, "-c", "from chfw_app.cli import main; main()", "files", "watch", str(desk.drop)]
        options = ["--store", desk.url, "--at", AT, "--party", "BIRCH", "--every", "0.1", "--settle", "0.1", "--json"]
        with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True, env=environment()) as process:
            try:
                desk.hand_in(f"{RELEASE}/instructions-{number}.csv", instructions(home))
                deadline = time.monotonic() + 60
                while desk.waits() and time.monotonic() < deadline:
                    time.sleep(0.05)
                process.send_signal(getattr(signal, name))
                out, _ = process.communicate(timeout=60)
            finally:
                process.kill()
        assert process.returncode == Exit.DONE
        assert [one["answer"] for one in json.loads(out)["files"]] == ["taken"]


MISNAMED = [
    ("birch", "did you mean `BIRCH`?"),
    ("CSP%3ANrth", "did you mean `CSP:North`?"),
    ("CSP:North", "`CSP%3ANorth`"),
]


@pytest.mark.parametrize(("folder", "says"), MISNAMED)
def test_a_folder_that_can_be_nobodys_is_told_of_and_not_served(desk: Desk, folder: str, says: str) -> None:
    """As with `--party`: what lies there waits for a person, and nothing is put there."""
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(CROFT))
    handed = desk.hand_in(f"{RELEASE}/outcomes.csv", "guid\n", folder)
    done = desk.once(expect=Exit.FINDINGS)
    assert [one["party"] for one in done["files"]] == ["BIRCH"]
    (trouble,) = done["troubles"]
    assert trouble.startswith(f"`{folder}`: ")
    assert says in trouble
    assert handed.is_file()
    assert [path.name for path in (desk.drop / folder).iterdir()] == ["in"]
    handed.unlink()
    assert desk.once(expect=Exit.FINDINGS)["troubles"] == [trouble]


def test_a_folder_of_a_supplier_that_no_release_has_hubs_of_is_remarked_upon_and_served(desk: Desk) -> None:
    """It may be there before its first hub is."""
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(CROFT), "BRICH")
    code = run(["files", "once", str(desk.drop), "--store", desk.url, "--at", AT, "--settle", "0"])
    said = desk.capsys.readouterr()
    assert code == Exit.FINDINGS  # its rows are of hubs that are not its
    assert said.err.count("no release has hubs of `BRICH`: did you mean `BIRCH`?") == 1
    assert desk.last_receipt("BRICH")


@pytest.mark.parametrize(("folder", "says"), MISNAMED)
def test_no_report_goes_into_a_folder_that_can_be_nobodys(desk: Desk, folder: str, says: str) -> None:
    (desk.drop / "BIRCH").mkdir()
    (desk.drop / folder).mkdir()
    code = run(["files", "extract", str(desk.drop), "--store", desk.url, "--at", AT, "--json"])
    found = json.loads(desk.capsys.readouterr().out)
    assert code == found["exit"] == Exit.FINDINGS
    assert {one["party"] for one in found["reports"]} == {"BIRCH"}
    assert says in found["troubles"][0]
    assert list((desk.drop / folder).iterdir()) == []
