"""The transport of drop folders: files that came in whole become deliveries, messages become files (TR4).

A file that was answered has its receipt, and then its place in `done`. Whoever is killed before that finds it where
it was, with the same content and so the same keys: the ledger answers, and the receipt is written as it was to be.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from attrs import define, evolve, field

from chfw_core.errors import InputError, UsageError
from chfw_core.messages import MESSAGES, Message
from chfw_core.transport.port import Capabilities, Delivery, Reply
from chfw_files.documents.commands_in import digest_of_file, said
from chfw_files.drop.arrivals import Arrival, Arrivals, answered_before, done_path
from chfw_files.drop.contents import INBOUND, Source, read_commands_of
from chfw_files.drop.layout import (
    FOLDERS,
    IN,
    KEPT,
    MANIFEST,
    OUT,
    RECEIPTS,
    folder_of,
    handed_in,
    misnamed,
    name_of,
    short,
    shown,
)
from chfw_files.drop.local import LocalPlace
from chfw_files.drop.manifest import Manifest, read_manifest
from chfw_files.drop.outgoing import put_message, put_with_manifest
from chfw_files.drop.own_documents import check_attributes, keep, rules_together
from chfw_files.drop.place import Found, Place
from chfw_files.drop.places import place_at
from chfw_files.drop.receipts import (
    FileDelivery,
    receipt_bytes,
    returned_reasons,
    said_of_rows_back,
    write_rows_back,
)
from chfw_files.sources import EXTENSIONS

CAPABILITIES: Final = Capabilities(inbound=INBOUND, outbound=frozenset(MESSAGES), events=True, rules=True)
SETTLE_S: Final = 2.0
"""So long a file without a manifest must have stayed as it was."""


@define(kw_only=True, eq=False)
class DropFolders:
    """Drop folders at a place. `extension`: of the files in which messages are sent.

    `turned_away`: folders that are nobody's, and why, as whoever knows the parties has found; they are not served.
    `waiting`: how many files were still on their way when it was last looked; `troubles`: which could not be read.
    """

    place: Place
    extension: str = "csv"
    settle: float = SETTLE_S
    only: tuple[str, ...] = ()
    turned_away: dict[str, str] = field(factory=dict, init=False)
    waiting: int = field(default=0, init=False)
    troubles: list[str] = field(factory=list, init=False)
    capabilities: Capabilities = field(default=CAPABILITIES, init=False)
    _here: Path = field(init=False)
    _arrivals: Arrivals = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._arrivals = Arrivals(settle=self.settle, tells=time.monotonic, whole=self.place.whole)
        for party in self.only:
            self.add(party)
        if isinstance(self.place, LocalPlace):
            for party in self.parties:
                for folder in (OUT, RECEIPTS, KEPT):
                    self.place.tidy(f"{folder_of(party)}/{folder}")
        self._here = Path(tempfile.mkdtemp(prefix="chfw-drop-"))  # last: nothing is left here where that failed

    @property
    def parties(self) -> tuple[str, ...]:
        """Who is served: those that were named, else whoever has a folder."""
        if self.only:
            return self.only
        folders = (folder for folder in self.folders() if folder not in self.turned_away)
        return tuple(name_of(folder) for folder in folders if misnamed(folder) is None)

    def folders(self) -> list[str]:
        """The folders at the place, served or not; those alone that were named, where some were."""
        if self.only:
            return [folder_of(party) for party in self.only]
        return [folder for folder in self.place.folders("") if not folder.startswith(".")]

    def strangers(self) -> list[str]:
        """The folders that are nobody's, each with its reason."""
        return [f"`{shown(folder)}`: {why}" for folder, why in self.turned_away.items()]

    def add(self, party: str) -> None:
        """A party's folders, where there are none yet."""
        for folder in FOLDERS:
            self.place.make(f"{folder_of(party)}/{folder}")

    def receive(self) -> Iterator[Delivery]:
        """Party by party, each one's files in the order in which they came."""
        self.waiting = 0
        self.troubles = self.strangers()
        for party in self.parties:
            folder = f"{folder_of(party)}/{IN}"
            if isinstance(self.place, LocalPlace):
                odd = self.place.no_files(folder)
                self.troubles += [shown(f"{path}: it is no plain file, and is not read") for path in odd]
            here, waiting = self._arrivals.among(self.place.files(folder))
            for arrival in here:
                delivery = self._looked_at(party, arrival)
                if delivery is not None:
                    waiting -= not arrival.settled
                    yield delivery
            self.waiting += waiting

    def answer(self, delivery: Delivery, reply: Reply) -> None:
        """The rows that come back, the receipt, and then the file to `done`."""
        if not isinstance(delivery, FileDelivery):
            raise UsageError("this delivery came by another transport")
        try:
            self._answer(delivery, reply)
        finally:
            shutil.rmtree(delivery.local.parent, ignore_errors=True)

    def send(self, message: Message, message_id: str) -> None:
        """As a file, with its manifest beside it."""
        put_message(self.place, self._here, message, message_id, self.extension)

    def put_report(self, party: str, name: str, local: Path, rows: int, **more: object) -> None:
        """A report, which is no message and has no number: it takes the place of the former one, of any format."""
        path = PurePosixPath(folder_of(party), OUT, name)
        put_with_manifest(self.place, local, str(path), rows, more)
        for extension in EXTENSIONS:
            former = str(path.with_suffix(extension))
            if former != str(path):
                self.place.remove(former + MANIFEST)
                self.place.remove(former)

    def close(self) -> None:
        """Copies that were made here are removed."""
        shutil.rmtree(self._here, ignore_errors=True)
        self.place.close()

    def _looked_at(self, party: str, arrival: Arrival) -> FileDelivery | None:
        """One file that cannot be got at keeps nobody from the others; it is looked at again the next time."""
        try:
            return self._delivery(party, arrival)
        except InputError as problem:
            if self._is_there(arrival.found):  # else another run has answered it meanwhile
                self.troubles.append(shown(f"{arrival.found.path}: {_words(problem)}"))
            return None

    def _is_there(self, found: Found) -> bool:
        """Whether the file stands where it was found; a place that cannot be asked is no proof that it does not."""
        try:
            return any(one.path == found.path for one in self.place.files(str(PurePosixPath(found.path).parent)))
        except InputError:
            return True

    def _delivery(self, party: str, arrival: Arrival) -> FileDelivery | None:
        """None: it is not all there yet, or it was answered before and is only to be moved away."""
        found = arrival.found
        folder = folder_of(party)
        path = shown(PurePosixPath(found.path).relative_to(f"{folder}/{IN}").as_posix())
        copied = Path(tempfile.mkdtemp(dir=self._here))
        local = copied / f"file{_ending(found.path)}"
        self.place.fetch(found.path, local)
        sha256 = digest_of_file(local)
        manifest, problem = self._manifest(arrival, copied)
        if problem is None and manifest.sha256 not in (None, sha256):
            problem = "the content is not what the manifest says: its SHA-256 is another; send both again"
        if not arrival.settled and (problem is not None or manifest.sha256 is None):
            shutil.rmtree(copied)
            return None
        before = answered_before(self.place, folder, sha256, found)
        if before.leftover:
            self.place.remove(found.path)
            shutil.rmtree(copied)
            return None
        delivery = FileDelivery(
            id=f"{folder}/{sha256}/{before.times}",
            sender=party,
            name=f"{party}: {path}",
            before=before.times,
            found=found,
            manifest=arrival.manifest,
            path=path,
            local=local,
            sha256=sha256,
        )
        return evolve(delivery, problems=(problem,)) if problem is not None else self._read(delivery, manifest)

    def _manifest(self, arrival: Arrival, copied: Path) -> tuple[Manifest, str | None]:
        if arrival.manifest is None:
            return Manifest(), None
        local = copied / "manifest"
        try:
            self.place.fetch(arrival.manifest.path, local)
            return read_manifest(local), None
        except InputError as problem:
            return Manifest(), _words(problem)

    def _read(self, delivery: FileDelivery, manifest: Manifest) -> FileDelivery:
        try:
            what = handed_in(delivery.path)
            source = Source(
                path=delivery.local,
                party=delivery.sender,
                what=what,
                sha256=delivery.sha256,
                key=manifest.key or "",
            )
            delivery = evolve(delivery, source=source)
            if what.kind == "rules":
                return evolve(delivery, rules=rules_together(source, self.place))
            read = check_attributes(source) if what.kind == "attributes" else read_commands_of(source)
        except InputError as problem:
            return evolve(delivery, problems=(self._plain(problem, delivery),))
        except Exception as fault:  # noqa: BLE001 - no file of one party may keep the others from being answered
            said_of_it = f"a fault in chfw, not in your file: {type(fault).__name__}; please report it"
            self.troubles.append(f"{delivery.name}: {said_of_it}")
            return evolve(delivery, problems=(said_of_it,))
        if manifest.rows not in (None, read.row_count):
            wrong = f"the manifest says {manifest.rows} rows, the file has {read.row_count}; send both again"
            return evolve(delivery, problems=(wrong,))
        aside = tuple(said(row) for row in read.bad_rows)
        delivery = evolve(delivery, read=read, remarks=read.remarks)
        return evolve(delivery, commands=read.commands, events=read.events, problems=aside)

    def _plain(self, problem: InputError, delivery: FileDelivery) -> str:
        """What a reader says, with the file's own name in the place of our copy's."""
        name = PurePosixPath(delivery.path).name
        return _words(problem).replace(str(delivery.local), name).replace(delivery.local.name, name)

    def _answer(self, delivery: FileDelivery, reply: Reply) -> None:
        folder = folder_of(delivery.sender)
        beside = f"{folder}/{RECEIPTS}/{short(delivery.path)}.{delivery.sha256[:8]}-{delivery.before + 1}"
        back = None
        reasons = returned_reasons(delivery, reply)
        if reasons:
            local = delivery.local.with_name(f"back{_ending(delivery.path)}")
            rows = write_rows_back(delivery, local, reasons)
            name = f"{beside}.back{_ending(delivery.path)}"
            back = said_of_rows_back(PurePosixPath(name).name, local, rows)
            self.place.put(local, name)
        receipt = delivery.local.with_name("receipt.json")
        receipt.write_bytes(receipt_bytes(delivery, reply, back, self._kept(delivery, reply)))
        self.place.put(receipt, f"{beside}.receipt.json")
        target = done_path(folder, delivery.sha256, delivery.before, delivery.found)
        if self.place.move(delivery.found, target) and delivery.manifest is not None:
            self.place.move(delivery.manifest, target + MANIFEST)
        self._arrivals.forget((delivery.found.path,))

    def _kept(self, delivery: FileDelivery, reply: Reply) -> str | None:
        """Where a document of the party's own is in force from now on, if it is."""
        source = delivery.source
        if source is None or source.what.kind not in ("rules", "attributes"):
            return None
        read = delivery.read
        bad = () if read is None else tuple(row.line for row in read.bad_rows)
        if source.what.kind == "attributes":
            refused = read is None or 0 < read.row_count <= len(bad)
        else:
            refused = bool(reply.problems)
        return None if refused else keep(source, self.place, bad)


def open_drop(address: str) -> DropFolders:
    """Drop folders at a path or a URL; whoever has a folder there is served."""
    return DropFolders(place=place_at(address))


def _ending(path: str) -> str:
    name = PurePosixPath(path).name.lower()
    return ".rules.yaml" if name.endswith(".rules.yaml") else PurePosixPath(name).suffix


def _words(problem: InputError) -> str:
    return f"{problem}; {problem.hint}" if problem.hint else str(problem)
