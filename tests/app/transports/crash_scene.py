"""Files that are handed in while we are killed, and what has to be so in the end: each carried out once, none lost,
none half written (I9, NF6)."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from attrs import define, field
from sqlalchemy import select

from chfw_app.stores.outbox import waiting
from chfw_app.stores.tables import observed
from chfw_app.testing import ServiceLedger
from chfw_app.transports.drop_rounds import Rounds, RoundsDone
from chfw_app.triggers.installing import in_force
from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_core.testing.homes import Home
from chfw_core.testing.transports.scenes import BARN, CROFT, FORGE, LODGE, NOTIFIED, RELEASE, Scene, march
from chfw_core.triggers.compiling import rules_version
from chfw_files.drop.layout import MANIFEST
from chfw_files.drop.place import Place
from chfw_files.drop.transport import DropFolders

PARTIES = ("BIRCH", "CEDAR")
START = NOTIFIED + timedelta(days=1)


def content(number: int, *homes: Home) -> bytes:
    """Instructions that no other file has."""
    opens = march(10) + timedelta(minutes=number)
    period = f"import,{format_instant(opens)},{format_instant(opens + timedelta(days=2))}"
    rows = [f"{format_guid(home.guid)},{period}" for home in homes]
    return "\n".join(["guid,role,opens,closes", *rows, ""]).encode()


def events(first: int) -> bytes:
    """Two that no other file has; the second is of another's hub."""
    about = {"at": format_instant(NOTIFIED), "type": "defect_flagged", "flag": "slow"}
    said = [{"seq": first + nth, "guid": format_guid(home.guid), **about} for nth, home in enumerate((CROFT, FORGE))]
    return "".join(f"{json.dumps(one)}\n" for one in said).encode()


def rules(first: int) -> bytes:
    """A rule file that no other is, and that goes together with every other."""
    rule = f"id: flagged-{first}, because: it is looked at, per: hub, on: defect_flagged"
    return f"rules: v1\nowner: BIRCH\nevents:\n  - {{{rule}, do: {{notify: desk, text: x}}}}\n".encode()


def batch(first: int) -> dict[str, bytes]:
    """By path below `in` of BIRCH: one that is taken, one in part, one not at all, and the first of a batch again.

    And events, and rules that hear of them.
    """
    return {
        f"number-{first}.rules.yaml": rules(first),
        f"events-{first}.jsonl": events(first),
        f"{RELEASE}/instructions-{first}.csv": content(first, CROFT, BARN),
        f"{RELEASE}/instructions-{first + 1}.csv": content(first + 1, LODGE, FORGE),
        f"{RELEASE}/instructions-{first + 2}.csv": content(first + 2, FORGE),
        f"{RELEASE}/instructions-{first + 3}.csv": content(first, CROFT, BARN),
    }


def refused_again(first: int) -> dict[str, bytes]:
    """What was refused altogether, once more: it is tried anew, and just once."""
    return {f"{RELEASE}/instructions-{first + 4}.csv": content(first + 2, FORGE)}


def prepared(ledger: ServiceLedger) -> None:
    """A release that is notified."""
    for step in Scene().notified().steps:
        ledger.give(step.command, step.at)


def finished(ledger: ServiceLedger, place: Place, at: datetime) -> RoundsDone:
    """A run that nobody kills, past the lease of whatever was taken."""
    ledger.service.clock = lambda: at
    drop = DropFolders(place=place, settle=0.0, only=PARTIES)
    try:
        return Rounds(service=ledger.service, drops=[drop]).once()
    finally:
        drop.close()


@define(kw_only=True)
class Folders:
    """What lies in the folders of BIRCH, by path: how a test reads it depends on where they are."""

    files: Mapping[str, bytes] = field(factory=dict)

    def below(self, folder: str) -> dict[str, bytes]:
        """The visible ones below one folder."""
        return {
            path: found
            for path, found in self.files.items()
            if path.startswith(f"{folder}/") and not path.rpartition("/")[2].startswith(".")
        }


def check_visible(folders: Folders, handed_in: Iterable[bytes], *, copies: bool = False) -> None:
    """At any moment: no half-written file is to be seen, and every file that was handed in is there.

    `copies`: where a place copies, one may be in `in` and in `done` for a moment.
    """
    for path, found in {**folders.below("out"), **folders.below("receipts")}.items():
        if path.endswith(".json"):
            told = json.loads(found)
            if path.endswith(MANIFEST):
                data = folders.files[path.removesuffix(MANIFEST)]
                assert hashlib.sha256(data).hexdigest() == told["sha256"], path
        else:
            assert found.endswith(b"\n"), path
    there = Counter([*folders.below("in").values(), *folders.below("done").values()])
    wanted = Counter(handed_in)
    assert there >= wanted if copies else there == wanted, "a file is lost, or there twice"


def check_end(ledger: ServiceLedger, folders: Folders, handed_in: Mapping[str, bytes], anew: Iterable[bytes]) -> None:
    """Afterwards: each content's command is in the ledger once, each file is answered, each message has its file.

    `anew`: contents that were refused altogether and handed in twice.
    """
    check_visible(folders, handed_in.values())
    assert folders.below("in") == {}
    _check_events_and_rules(ledger, folders, handed_in)
    keys = Counter(_keys(ledger))
    lists = [found for path, found in handed_in.items() if path.startswith(RELEASE)]
    wanted = {f"file/{_sha(found)[:32]}/instructions/{RELEASE}/0" for found in lists}
    wanted |= {f"file/{_sha(found)[:32]}/instructions/{RELEASE}/0/anew-1" for found in anew}
    assert set(keys) == wanted
    answered = Counter(
        path.rpartition(".receipt.json")[0] for path in folders.below("receipts") if "receipt.json" in path
    )
    for path, found in handed_in.items():
        own = [name for name in answered if name.startswith(f"receipts/{path}.{_sha(found)[:8]}-")]
        assert len(own) == 1, own
    with ledger.service.store.read() as connection:
        assert [message for message in waiting(connection) if message.to_party in PARTIES] == []
    numbers = [message_id.rpartition("/")[2] for message_id, message in ledger.outgoing() if message.to == "BIRCH"]
    out = [path.rpartition("/")[2] for path in folders.below("out")]
    assert sorted(name[:12] for name in out if not name.endswith(MANIFEST)) == sorted(numbers)
    assert sorted(name[:12] for name in out if name.endswith(MANIFEST)) == sorted(numbers)


def _check_events_and_rules(ledger: ServiceLedger, folders: Folders, handed_in: Mapping[str, bytes]) -> None:
    """Each event was taken once; the rules that are kept are those in force."""
    said = [json.loads(found.splitlines()[0])["seq"] for path, found in handed_in.items() if path.startswith("events")]
    kept = {path.removeprefix("kept/"): found.decode() for path, found in folders.below("kept").items()}
    assert kept == {path: found.decode() for path, found in handed_in.items() if path.endswith(".rules.yaml")}
    with ledger.service.store.read() as connection:
        assert sorted(connection.execute(select(observed.c.number)).scalars()) == sorted(said)
        now = [one.triggers.version for one in in_force(connection) if one.times[-1][1] is None]
    assert now == [rules_version(kept.items())]


def _keys(ledger: ServiceLedger) -> list[str]:
    """The key of each command of a file."""
    found = dict.fromkeys((entry.by, entry.key) for entry in ledger.entries() if entry.key.startswith("file/"))
    return [key for _, key in found]


def _sha(found: bytes) -> str:
    return hashlib.sha256(found).hexdigest()
