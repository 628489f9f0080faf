"""Rounds as whoever runs them sees them: what was not sent and why, what came back and why, and their end (TR4)."""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from chfw_app.cli import run
from chfw_app.cli.rollout_options import StoreOptions, opened
from chfw_app.exits import Exit
from chfw_app.rollout.service import RollOutService
from chfw_app.transports import drop_rounds
from chfw_core.messages import Message
from chfw_core.testing.transports.scenes import CROFT, FORGE, LODGE, RELEASE, STRANGER
from chfw_files.drop.layout import MANIFEST
from chfw_files.drop.local import LocalPlace
from chfw_files.drop.transport import DropFolders
from tests.app.transports.test_files_command import AT, PERIOD, Desk, instructions


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def shown(desk: Desk, *options: str, verb: str = "once") -> tuple[int, str, str]:
    settle = [] if "--settle" in options else ["--settle", "0"]
    code = run(["files", verb, str(desk.drop), "--store", desk.url, "--at", AT, *settle, *options])
    said = desk.capsys.readouterr()
    return code, said.out, said.err


def test_a_message_that_could_not_be_sent_is_named_with_what_went_wrong(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(DropFolders, "send", full)
    first, *rest = desk.once("--party", "BIRCH", expect=Exit.FINDINGS)["not_sent"]
    assert rest
    assert first == {"message": "BIRCH/000000000001", "why": "OSError: no space left on device"}
    code, out, _ = shown(desk, "--party", "CEDAR")
    assert code == Exit.FINDINGS
    assert "CEDAR/000000000001: OSError: no space left on device" in out


def test_a_stop_is_heeded_between_two_batches_of_messages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is due still, and is sent by the next run at once."""
    monkeypatch.setattr(drop_rounds, "BATCH", 1)
    send = DropFolders.send

    def interrupted(self: DropFolders, message: Message, message_id: str) -> None:
        send(self, message, message_id)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(DropFolders, "send", interrupted)
    found = desk.once("--party", "BIRCH", expect=Exit.FINDINGS)
    assert (found["sent"], found["stopped"]) == (1, True)
    monkeypatch.setattr(DropFolders, "send", send)
    assert desk.once("--party", "BIRCH")["sent"] > 1


@pytest.mark.parametrize(("verb", "expect"), [("watch", Exit.DONE), ("once", Exit.FINDINGS)])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_it_starts_ends_it_cleanly(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, verb: str, expect: int, number: signal.Signals
) -> None:
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(CROFT))

    def slow(options: StoreOptions) -> AbstractContextManager[RollOutService]:
        os.kill(os.getpid(), number)
        return opened(options)

    monkeypatch.setattr("chfw_app.cli.files.opened", slow)
    code, _, err = shown(desk, "--party", "BIRCH", verb=verb)
    assert (code, err) == (expect, "")
    assert desk.waits() == ["instructions.csv"]


def test_a_file_of_which_one_command_is_refused_again_was_answered_before(desk: Desk) -> None:
    """I9, BR5.2: one command was taken the first time, another one is refused both times."""
    other = f"{PERIOD[0]},2031-03-13T00:00:00Z"
    text = instructions(CROFT) + instructions(FORGE).splitlines()[1].replace(",".join(PERIOD), other) + "\n"
    desk.hand_in(f"{RELEASE}/instructions.csv", text)
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert (one["answer"], one["rows_back"]) == ("taken", 1)
    desk.hand_in(f"{RELEASE}/instructions.csv", text)
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert (one["answer"], one["rows_back"]) == ("answered before", 1)


def test_a_person_is_told_the_commonest_reasons(desk: Desk) -> None:
    """BR5.2: also where every row came back."""
    desk.hand_in(f"{RELEASE}/instructions.csv", instructions(STRANGER, FORGE, more=["x,import,,"] * 3))
    code, out, _ = shown(desk, "--party", "BIRCH")
    assert code == Exit.FINDINGS
    said = [line for line in out.splitlines() if line.startswith(f"BIRCH: {RELEASE}/instructions.csv: ")]
    assert "3 rows: guid: `x` is not a GUID" in said[0]
    assert len(said) >= 2
    desk.hand_in(f"{RELEASE}/pilot-list.csv", "guid\n" + "".join(f"{word}\n" for word in "vwxyz"))
    found = desk.once(expect=Exit.FINDINGS)["files"][0]["reasons"]
    assert len(found) == 5
    assert all(one["rows"] == 1 for one in found)
    desk.hand_in(f"{RELEASE}/pilot-list.csv", "guid\n" + "".join(f"{word}\n" for word in "vwxyz"))
    assert "2 other reasons: they stand in the rows that come back" in shown(desk)[1]


@pytest.mark.parametrize("gone", ["file", "manifest"])
def test_a_file_that_another_run_has_answered_meanwhile_is_no_trouble(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """I9: two runs at the same time; the slower one sees the names, and then nothing under them."""
    name = f"{RELEASE}/instructions.csv"
    desk.hand_in(name + MANIFEST, '{"manifest": "v1"}')
    desk.hand_in(name, instructions(LODGE))
    fetch: Callable[[LocalPlace, str, Path], None] = LocalPlace.fetch
    quicker: list[int] = []

    def late(self: LocalPlace, path: str, target: Path) -> None:
        if not quicker and path.endswith(MANIFEST) == (gone == "manifest"):
            quicker.append(1)
            assert desk.once()["files"][0]["answer"] == "taken"
        fetch(self, path, target)

    monkeypatch.setattr(LocalPlace, "fetch", late)
    found = desk.once()
    assert (found["files"], found["troubles"], quicker) == ([], [], [1])
    assert desk.receipt(name)["problems"] == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--settle", "-1"], "--settle -1 is no time to wait"),
        (["--settle", "nan"], "--settle nan is no time to wait"),
        (["--every", "0"], "--every 0 is no time to wait"),
        (["--every", "inf"], "--every inf is no time to wait"),
    ],
)
def test_a_time_that_is_none_is_refused(desk: Desk, options: list[str], says: str) -> None:
    code, _, err = shown(desk, "--party", "BIRCH", *options, verb="watch")
    assert code == Exit.CANNOT_READ
    assert says in err


@pytest.mark.parametrize(
    ("party", "meant"), [("birch", "BIRCH"), ("Dcc", "DCC"), ("CSP:north", "CSP:North"), ("CSP:Nrth", "CSP:North")]
)
@pytest.mark.parametrize("verb", ["once", "extract"])
def test_a_misspelt_party_gets_no_folder(desk: Desk, party: str, meant: str, verb: str) -> None:
    code, _, err = shown(desk, "--party", party, verb=verb)
    assert code == Exit.CANNOT_READ
    assert f"there is no party `{party}`" in err
    assert f"did you mean `{meant}`?" in err
    assert list(desk.drop.iterdir()) == []


def test_a_party_that_no_release_has_hubs_of_is_remarked_upon(desk: Desk) -> None:
    """It may hand in rules before one has."""
    code, _, err = shown(desk, "--party", "BIRHC")
    assert (code, err.strip()) == (Exit.DONE, "no release has hubs of `BIRHC`: did you mean `BIRCH`?")
    assert shown(desk, "--party", "XXXX")[2].strip() == "no release has hubs of `XXXX`"
    assert shown(desk, "--party", "BIRCH", "--party", "SMI", "--party", "CSP:North")[2] == ""


def test_what_is_no_plain_file_is_said(desk: Desk, tmp_path: Path) -> None:
    desk.hand_in("inventory.csv", "guid,firmware_version,observed_at\n")
    link = desk.drop / "BIRCH" / "in" / "attributes.csv"
    link.symlink_to(tmp_path / "secret.csv")
    (desk.drop / "BIRCH" / "in" / "elsewhere").symlink_to(tmp_path)
    troubles = desk.once(expect=Exit.FINDINGS)["troubles"]
    assert troubles == [
        f"BIRCH/in/{name}: it is no plain file, and is not read" for name in ("attributes.csv", "elsewhere")
    ]


def test_a_name_that_says_nothing_is_told_how_rule_files_end(desk: Desk) -> None:
    desk.hand_in("stuff.csv", "guid\n")
    assert "a rule file ends with .rules.yaml" in desk.once(expect=Exit.FINDINGS)["files"][0]["problems"][0]
