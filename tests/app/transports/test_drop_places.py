"""A file that says which parties' folders are where: read with all its problems, and served place by place (TR4)."""

import json
import shutil
from pathlib import Path

import pytest

from chfw_app.cli import run
from chfw_app.exits import Exit
from chfw_app.testing import ledger_at
from chfw_app.transports.drop_rounds import Rounds
from chfw_core.documents.drop_folders import SentFormat, read_drop_folders
from chfw_core.errors import InputError
from chfw_core.testing.transports.scenes import CROFT, FORGE, RELEASE
from chfw_files.drop.outgoing import FORMATS
from chfw_files.drop.places import place_at
from chfw_files.drop.transport import DropFolders
from tests.app.transports.test_files_command import AT, Desk, instructions

FILE = """drop_folders: v1
places:
  - at: near
    parties: [BIRCH]
    format: xlsx
    settle: 0
  - at: far
    parties: [CEDAR, "CSP:North"]
    settle: 0
"""


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    found = Desk(tmp_path, capsys)
    for name in ("near", "far"):
        (tmp_path / name).mkdir()
    (tmp_path / "folders.yaml").write_text(FILE, encoding="utf-8")
    return found


def shown(desk: Desk, *words: str) -> tuple[int, dict[str, object], str]:
    config = ["--config", str(desk.drop.parent / "folders.yaml")]
    code = run(["files", *(words or ("once",)), *config, "--store", desk.url, "--at", AT, "--json"])
    said = desk.capsys.readouterr()
    return code, json.loads(said.out) if said.out else {}, said.err


def in_folder(root: Path, party: str, name: str, text: str) -> None:
    path = root / party / "in" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_each_place_serves_its_parties_in_its_format(desk: Desk, tmp_path: Path) -> None:
    """TR4, NF7: and nobody's files are anywhere else."""
    in_folder(tmp_path / "near", "BIRCH", f"{RELEASE}/instructions.csv", instructions(CROFT))
    in_folder(tmp_path / "far", "CEDAR", f"{RELEASE}/instructions.csv", instructions(FORGE))
    in_folder(tmp_path / "far", "BIRCH", f"{RELEASE}/instructions.csv", instructions(FORGE))
    code, found, _ = shown(desk)
    assert code == Exit.DONE
    files = found["files"]
    assert isinstance(files, list)
    assert [(one["party"], one["answer"]) for one in files] == [("BIRCH", "taken"), ("CEDAR", "taken")]
    assert list((tmp_path / "near" / "BIRCH" / "out").glob("*-release-notice.xlsx"))
    assert list((tmp_path / "far" / "CEDAR" / "out").glob("*-release-notice.csv"))
    assert (tmp_path / "far" / "CSP%3ANorth" / "out").is_dir()
    assert not (tmp_path / "far" / "BIRCH" / "out").exists(), "not served there"
    code, found, _ = shown(desk, "extract")
    assert code == Exit.DONE
    assert (tmp_path / "near" / "BIRCH" / "out" / "status.xlsx").exists()
    assert (tmp_path / "far" / "CEDAR" / "out" / "status.csv").exists()


def test_a_place_that_cannot_be_reached_keeps_nobody_at_the_others_waiting(desk: Desk, tmp_path: Path) -> None:
    """What is for its parties stays in the outbox, and goes once it is there again."""
    shutil.rmtree(tmp_path / "far")
    in_folder(tmp_path / "near", "BIRCH", f"{RELEASE}/instructions.csv", instructions(CROFT))
    code, found, _ = shown(desk)
    files, troubles = found["files"], found["troubles"]
    assert isinstance(files, list)
    assert isinstance(troubles, list)
    assert code == Exit.FINDINGS
    assert [one["answer"] for one in files] == ["taken"]
    assert len(troubles) == 1
    assert "there is no folder" in troubles[0]
    (tmp_path / "far").mkdir()
    assert shown(desk)[0] == Exit.DONE
    assert list((tmp_path / "far" / "CEDAR" / "out").glob("*-release-notice.csv"))


def test_where_no_place_can_be_reached_it_is_an_error(desk: Desk, tmp_path: Path) -> None:
    for name in ("near", "far"):
        shutil.rmtree(tmp_path / name)
    code, _, err = shown(desk)
    assert code == Exit.CANNOT_READ
    assert "there is no folder" in err


@pytest.mark.parametrize("more", [["drop"], ["--party", "BIRCH"], ["--format", "xlsx"], ["--settle", "5"]])
def test_what_the_file_says_is_not_said_again(desk: Desk, more: list[str]) -> None:
    code, _, err = shown(desk, "once", *more)
    assert code == Exit.CANNOT_READ
    assert "the file says all that" in err


def test_without_a_folder_and_without_a_file_the_cure_is_told(desk: Desk) -> None:
    assert run(["files", "once", "--store", desk.url, "--at", AT]) == Exit.CANNOT_READ
    assert "`chfw files once DIR`, or `--config FILE`" in desk.capsys.readouterr().err


def test_all_problems_of_the_file_are_told_at_once(desk: Desk, tmp_path: Path) -> None:
    text = FILE.replace("xlsx", "xls").replace("parties: [CEDAR", "partys: [CEDAR").replace("v1", "v2")
    (tmp_path / "folders.yaml").write_text(text, encoding="utf-8")
    code, found, err = shown(desk)
    said = json.dumps(found) + err
    assert code == Exit.NO_RESULT
    assert "did you mean `xlsx`?" in said
    assert "did you mean `parties`?" in said
    assert "this version of the file is not known" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("drop_folders: v1\nplaces: []\n", "no place is named"),
        ("drop_folders: v1\nplaces: [{at: a}, {at: a/}]\n", "`a/` is there more than once"),
        ("drop_folders: v1\nplaces: [{at: a, parties: []}]\n", "no party is named"),
        ("drop_folders: v1\nplaces: [{at: a, parties: [X, X]}]\n", "`X` is there more than once"),
        ("drop_folders: v1\nplaces: [{at: a, settle: -1}]\n", "settle"),
        ("drop_folders: v1\n", "places"),
        ("places: [{at: a}]\n", "drop_folders"),
        ("[]\n", "keys with values belong here"),
    ],
)
def test_what_contradicts_itself_is_told_with_its_place(text: str, says: str) -> None:
    read = read_drop_folders(text, "f.yaml")
    assert read.document is None
    assert says in "\n".join(one.render() for one in read.problems)
    assert all(one.span.file == "f.yaml" for one in read.problems)


def test_the_formats_of_the_file_are_those_in_which_messages_are_written() -> None:
    assert tuple(one.value for one in SentFormat) == FORMATS


def test_a_watch_says_once_that_a_place_cannot_be_reached_and_tries_it_each_time(desk: Desk, tmp_path: Path) -> None:
    tried: list[str] = []
    said: list[str] = []
    near = DropFolders(place=place_at(str(tmp_path / "near")), settle=0.0, only=("BIRCH",))
    with ledger_at(desk.url) as ledger:
        rounds = Rounds(service=ledger.service, drops=[near])

        def nobody() -> DropFolders:
            tried.append("")
            if len(tried) == 3:
                rounds.stop.set()
            raise InputError("nobody is there", hint="wait")

        rounds.to_open.append(nobody)
        done = rounds.watch(0.01, said.append)
        near.close()
    assert (len(tried), said) == (3, ["nobody is there (wait)"])
    assert list(done.troubles) == ["nobody is there (wait)"]
