"""NF7: a release that is none of a party's business is, whatever it types, one that does not exist.

Two ledgers differ in one thing alone: in one of them there is a release, a drafted one beside it, and hubs of others.
"""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define
from sqlalchemy import select

from chfw_app.cli import _GROUPS, run
from chfw_app.rollout.opening import open_ledger
from chfw_app.stores.tables import entry
from tests.app.helpers import Chfw, Ran
from tests.app.rollout.test_cli import NOTICE, PLANNED, RELEASE, Terminal, estate

__all__ = ["estate"]

OWN, OTHERS, DRAFT = "CH-1", "CH-2", "CH-3"
OTHER, NO_HUBS_THERE, NOBODY = "BRKW", "CSP:South", "ZULU"
PERIOD = ("--opens", "2026-03-01", "--closes", "2026-04-01")
DAY = ("--day", "2026-03-01")
CHANGE = ("--role", "import", "--effective", "2026-03-01", "--leaves", "NWND")
STEPS: dict[str, list[tuple[str, ...]]] = {
    "show": [()],
    "cpl-entry": [("--entry", "78")],
    "note": [("--url", "https://example.org/BRKW", "--version", "2")],
    "participation": [("mandatory",)],
    "notify": [("--estate", "second.csv")],
    "add-hubs": [("--estate", "second.csv")],
    "move-date": [("--to", "2026-08-01", "--reason", "as BRKW asked")],
    "revoke": [("--reason", "as BRKW asked")],
    "dcc-only": [("--consultation", "as BRKW asked")],
    "supersede": [("--by-release", OWN, "--guids", "second.csv")],
    "approve-pilot": [("--approval", "OA-9")],
    "pilot-list": [("--guids", "second.csv"), ("--none",)],
    "start-pilot": [()],
    "progress": [("--guids", "second.csv", "--succeeded"), ("progress.csv",)],
    "complete-phase": [("--phase", "one", "--commentary", "as BRKW asked")],
    "end-pilot": [("--succeeded", "--commentary", "as BRKW asked")],
    "verdict": [("proceed", "--findings", "fine")],
    "approve-mass": [("--approval", "OA-9"), ("--approval", "OA-9", "--without-pilot", "urgent")],
    "start-mass": [()],
    "complete": [()],
    "instruct": [("--guids", "second.csv", "--role", "import", *PERIOD), ("instructions.csv",)],
    "withdraw": [("--guids", "second.csv", "--role", "import")],
    "publish": [("--estate", "second.csv"), ("--schedule", "schedule.csv")],
    "capacity": [("--region", "North", *DAY, "--hubs", "3")],
    "hand-over": [
        ("--day", "2026-03-01", "--out", "lists"),
        ("--day", "2026-03-01", "--region", "North", "--out", "lists"),
    ],
    "hold": [("--guids", "second.csv", "--reason", "as BRKW asked")],
    "let-go": [("--guids", "second.csv")],
    "exclude": [("--guids", "second.csv", "--reason", "as BRKW asked")],
    "protect": [("--guids", "second.csv", "--kind", "price-change", *PERIOD)],
    "unprotect": [("--guids", "second.csv", "--kind", "price-change")],
    "outcomes": [("outcomes.csv",)],
    "inventory": [("inventory.csv",), ("inventory.csv", "EVERYWHERE")],
    "change-supplier": [
        ("announced", *CHANGE, "--joins", "BRKX", "--guids", "second.csv"),
        ("announced", *CHANGE, "--joins", "ELMS", "--guids", "second.csv"),
        ("completed", *CHANGE, "--vacant", "--guids", "second.csv"),
        ("cancelled", *CHANGE[:-2], "--guids", "second.csv"),
    ],
    "raise-incident": [("--incident", "I-1", "--description", "as BRKW says")],
    "triage": [("--incident", "BRKW/I-1", "--outcome", "stop", "--reason", "as BRKW asked")],
    "pause": [("--incident", "BRKW/I-1", "--reason", "as BRKW asked")],
    "delay": [("--incident", "BRKW/I-1", "--to", "2026-09-01", "--reason", "as BRKW asked")],
    "stop": [("--incident", "BRKW/I-1", "--reason", "as BRKW asked")],
    "confirm": [("--incident", "BRKW/I-1", "--commentary", "as BRKW asked")],
    "suspend": [("--reason", "as BRKW asked")],
    "resume": [("--reason", "as BRKW asked")],
    "observe": [("events.jsonl", "EVERYWHERE")],
    "fired": [("EVERYWHERE",), ("--trigger", "brkw-trigger", "EVERYWHERE")],
    "install-rules": [("NWND.rules.yaml", "EVERYWHERE")],
}
"""Per command what it is given beside the release, which the last of them leave out."""
REPORTS: dict[str, list[tuple[str, ...]]] = {
    "status": [(), ("EVERYWHERE",)],
    "eligible": [("--out", "own.csv")],
    "pilot": [()],
    **{name: [("EVERYWHERE",)] for name in ("actions", "flight", "deployed", "trends", "late")},
}
OPERATORS = {
    "draft": "a file of the DCC's, which names no release that it could ask for",
    "effects": "looks at a ledger as its DCC, and has no --as",
    "tick": "has no --as",
    "outbox": "has no --as",
}
EVENT = '{{"seq": {seq}, "at": "2026-01-10T09:00:00Z", "type": "meter_read_received", "release": "{of}"}}'


@define(kw_only=True)
class Two:
    """A folder with the files of all commands, and two ledgers."""

    chfw: Chfw
    folder: Path

    def say(self, there: bool, *words: str) -> Ran:
        store = self.folder / ("there.db" if there else "not-there.db")
        return self.chfw(*words, "--store", store, "--at", PLANNED)

    def words(self, of: str, given: tuple[str, ...]) -> list[str]:
        """As they are typed, about a release; files are those of the folder."""
        about = [] if "EVERYWHERE" in given else ["--release", of]
        files = {path.name for path in self.folder.iterdir()} | {"own.csv"}
        return [str(self.folder / one) if one in files else one for one in given if one != "EVERYWHERE"] + about


def _typed() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for group, steps in (("rollout", STEPS), ("report", REPORTS)):
        for name, ways in steps.items():
            for given in ways:
                yield group, name, given


def _table(heading: str, guids: list[str], row: str) -> str:
    return "\n".join([heading, *(f"{guid},{row}" for guid in guids), ""])


def _entries(ledger: Path) -> int:
    with open_ledger(str(ledger)) as store, store.read() as connection:
        return len(connection.execute(select(entry.c.seq)).all())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, estate: Path) -> Path:
    """The release of all parties but for a region and some homes of one of them, which are for the other release."""
    where = tmp_path_factory.mktemp("strangers")
    with estate.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    theirs = [
        row for row in rows if row["csp_region"] == "North" and row["import_supplier"] == row["gas_supplier"] == OTHER
    ]
    rest = [row for row in rows if row not in theirs and row["csp_region"] != "South"]
    guids = [row["guid"] for row in theirs]
    for name, some in (("first", rest), ("second", theirs)):
        with (where / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(some)
    texts = {
        "progress.csv": _table("guid,result", guids, "success"),
        "instructions.csv": _table(
            "guid,party,role,opens,closes,received_at,action",
            guids,
            "NWND,import,2026-03-01,2026-04-01,2026-01-10T09:00:00Z,instruct",
        ),
        "outcomes.csv": _table("guid,outcome,occurred_at,reason", guids, "failed,2026-01-10T09:00:00Z,lost"),
        "inventory.csv": _table("guid,firmware_version,observed_at", guids, "0D050002,2026-01-10T09:00:00Z"),
        "schedule.csv": "guid\n",
        "events.jsonl": "\n".join(EVENT.format(seq=seq, of=of) for seq, of in enumerate((OTHERS, "CH-22", DRAFT), 1)),
        "NWND.rules.yaml": "rules: v1\nowner: NWND\n",
        "release.yaml": RELEASE,
        "second.yaml": RELEASE.replace(OWN, OTHERS),
        "third.yaml": RELEASE.replace(OWN, DRAFT),
    }
    for name, text in texts.items():
        (where / name).write_text(text, encoding="utf-8")
    (where / "lists").mkdir()
    store = ["--store", str(where / "not-there.db"), "--at", NOTICE]
    steps = [
        ["draft", "release.yaml"],
        ["cpl-entry", "--release", OWN, "--entry", "77"],
        ["notify", "--release", OWN, "--estate", "first.csv"],
    ]
    more = [
        ["draft", "second.yaml"],
        ["draft", "third.yaml"],
        ["cpl-entry", "--release", OTHERS, "--entry", "78"],
        ["notify", "--release", OTHERS, "--estate", "second.csv"],
        ["raise-incident", "--as", OTHER, "--release", OTHERS, "--incident", "I-1", "--description", "meters lost"],
        ["triage", "--release", OTHERS, "--incident", "BRKW/I-1", "--outcome", "pause", "--reason", "looked into"],
    ]
    for words in steps:
        assert run(["rollout", *(str(where / one) if (where / one).exists() else one for one in words), *store]) == 0
    shutil.copy(where / "not-there.db", where / "there.db")
    at = ["--at", NOTICE]
    for words in more:
        there = [str(where / one) if (where / one).exists() else one for one in words]
        assert run(["rollout", *there, *at, "--store", str(where / "there.db")]) == 0
    # A CSP is shown the numbers of entries, of which there are as many in both.
    for number in range(_entries(where / "there.db") - _entries(where / "not-there.db")):
        said = ["note", "--release", "CH-9", "--url", f"https://example.org/{number}", "--version", "1"]
        assert run(["rollout", *said, *at, "--store", str(where / "not-there.db")]) == 3
    return where


@pytest.fixture
def two(chfw: Chfw, folder: Path, tmp_path: Path) -> Two:
    place = tmp_path / "two"
    shutil.copytree(folder, place)
    return Two(chfw=chfw, folder=place)


def test_every_command_is_typed_here_or_has_no_reader() -> None:
    assert {*STEPS, *OPERATORS} == {*_GROUPS["rollout"][1]}
    assert {*REPORTS, "dashboard"} == {*_GROUPS["report"][1]}


@pytest.mark.parametrize(
    ("reader", "how", "names"),
    [
        ("NWND", "terminal", (OTHERS,)),
        ("NWND", "--yes", ("CH-22", DRAFT)),
        (NOBODY, "--json", (OTHERS,)),
        (NO_HUBS_THERE, "terminal", (OTHERS,)),
        ("CSP:Nowhere", "--yes", (OTHERS,)),
    ],
)
def test_a_release_of_others_is_one_that_does_not_exist(
    two: Two, monkeypatch: pytest.MonkeyPatch, reader: str, how: str, names: tuple[str, ...]
) -> None:
    """BR3.3, NF7: by a release's name, and by names that are nearly those of releases."""
    different, hinted = [], []
    for number, (group, name, given) in enumerate(_typed()):
        for of in names:
            words = [group, name, *two.words(of, given), "--as", reader]
            if how == "--json" or (how == "--yes" and group == "rollout"):
                words.append(how)
            if group == "rollout" and name not in ("show", "observe", "fired", "install-rules"):
                words += ["--key", f"{of}-{number}"]
            answers = []
            for there in (False, True):
                monkeypatch.setattr("sys.stdin", Terminal("y\n") if how == "terminal" else io.StringIO())
                ran = two.say(there, *words)
                answers.append(f"{ran.code} {ran.out} {ran.err}")
            if answers[0] != answers[1]:
                different.append((" ".join(words), *answers))
            if f"did you mean `{OTHERS}`" in answers[1]:
                hinted.append((" ".join(words), answers[1]))
    assert different == []
    assert hinted == []


def test_the_dcc_is_hinted_at_every_release(two: Two) -> None:
    ran = two.say(True, "rollout", "show", "--release", "CH-22")
    assert ran.problems == ["error: the ledger knows no release `CH-22`"]
    assert f"did you mean `{OTHERS}`?" in ran.err


def test_a_party_is_hinted_at_its_own_releases(two: Two) -> None:
    for reader in ("NWND", "CSP:Central"):
        ran = two.say(True, "rollout", "show", "--release", "CH-11", "--as", reader)
        assert ran.problems == [f"error: there is no release `CH-11` with hubs of `{reader}`"]
        assert f"did you mean `{OWN}`?" in ran.err
