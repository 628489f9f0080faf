"""`chfw files once`, `watch` and `extract`: drop folders are emptied, answered and filled (TR4)."""

import math
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Annotated

from attrs import frozen
from cyclopts import Parameter

from chfw_app.cli.options import Several
from chfw_app.cli.output import counted, print_json, progress, say, say_error, say_note, show_table
from chfw_app.cli.rollout_options import StoreOptions, opened
from chfw_app.exits import Exit
from chfw_app.transports.drop_rounds import FileDone, Rounds, RoundsDone
from chfw_app.transports.known_parties import check_parties
from chfw_core.errors import InputError

if TYPE_CHECKING:
    from chfw_app.transports.drop_places import ServedPlaces

REASONS_SHOWN = 3
"""Of a file's reasons, to a person; the rows that come back have each its own."""
NOT_SENT_SHOWN = 10
_FOLDER = "The drop folders: a path, or a URL such as sftp://HOST/PATH or s3://BUCKET/PATH. Left out with --config."
Folder = Annotated[str | None, Parameter(name="DIR", help=_FOLDER)]


@Parameter(name="*")
@frozen(kw_only=True)
class FolderOptions(StoreOptions):
    """Who is served, and where the ledger is.

    Parameters
    ----------
    party
        Serve these alone, and make their folders: a Party, CSP:REGION, DCC, PANEL, SMI or REGISTRATION. May be given
        again. Else whoever has a folder.
    format
        Of the files in which messages are sent: csv, xlsx, parquet, jsonl, or json.
    settle
        So many seconds a file without a manifest must have stayed as it was.
    config
        A file that says which parties' folders are where, and in which formats: `drop_folders: v1`.
    store
        The ledger: a path of an SQLite file, or an address of a database. Else chfw.db here.
    at
        The instant that counts as now, for rehearsals. The ledger takes none before its last entry.
    json
        Print one object.
    """

    party: Annotated[tuple[str, ...], Several] = ()
    format: str = "csv"
    settle: float = 2.0
    config: Path | None = None

    def places(self, folder: str | None) -> "ServedPlaces":
        """The place that was named, or those of the file. Raises Failed, InputError."""
        from chfw_app.transports.drop_places import ServedPlace, ServedPlaces, read_places
        from chfw_files.drop.outgoing import checked_format

        if self.config is None and folder is not None:
            checked_format(self.format)
            if not (math.isfinite(self.settle) and self.settle >= 0):
                raise InputError(f"--settle {self.settle:g} is no time to wait", hint="give seconds, 0 or more")
            place = ServedPlace(at=folder, parties=self.party, format=self.format, settle=self.settle)
            return ServedPlaces(places=(place,))
        if self.config is None:
            raise InputError("no drop folders are named", hint="`chfw files once DIR`, or `--config FILE`")
        if folder is not None or self.party or (self.format, self.settle) != ("csv", 2.0):
            raise InputError(
                "--config goes with no DIR, --party, --format or --settle",
                hint="the file says all that, place by place",
            )
        return read_places(self.config)


def once(folder: Folder = None, /, *, estate: Path | None = None, options: FolderOptions | None = None) -> int:
    """Take in all files that have come, answer them, let rules in force hear of them, and send what is due.

    Parameters
    ----------
    estate
        What rules may ask of hubs beside what the ledger has: .parquet or .csv; with it, the attributes in `kept`.
    options
        Who is served, and where the ledger is.
    """
    options = options or FolderOptions()
    with progress() as told, _rounds(folder, options, estate) as rounds:
        rounds.told = told
        done = rounds.once()
    return _show(options, done, stopped=rounds.stop.is_set())


def watch(
    folder: Folder = None,
    /,
    *,
    every: float = 10.0,
    estate: Path | None = None,
    options: FolderOptions | None = None,
) -> int:
    """The same again and again, until it is interrupted (Ctrl-C, or SIGTERM).

    Parameters
    ----------
    every
        Seconds from one look to the next.
    estate
        What rules may ask of hubs beside what the ledger has: .parquet or .csv; with it, the attributes in `kept`.
    options
        Who is served, and where the ledger is.
    """
    options = options or FolderOptions()
    if not (math.isfinite(every) and every > 0):
        raise InputError(f"--every {every:g} is no time to wait", hint="give seconds, more than 0")
    with _rounds(folder, options, estate) as rounds:
        if not options.json:
            rounds.seen = _say_one
        done = rounds.watch(every, say_error)
    return _show(options, done, stopped=False, rows=False)


def extract(folder: Folder = None, /, *, options: FolderOptions | None = None) -> int:
    """Put each Supplier's statuses, and every reader's dashboard, into its folder (BR5.3, BR5.5).

    Parameters
    ----------
    options
        Who is served, and where the ledger is.
    """
    from chfw_app.transports.extracts import put_extracts

    options = options or FolderOptions()
    with _rounds(folder, options) as rounds:
        store, at = rounds.service.store, rounds.service.clock()
        for drop in rounds.drops:
            rounds.look_over(drop)
        found = [one for drop in rounds.drops for one in put_extracts(store, drop, at)]
        troubles = rounds.away if rounds.to_open else []
        troubles += [trouble for drop in rounds.drops for trouble in drop.strangers()]
    code = Exit.FINDINGS if troubles else Exit.DONE
    if options.json:
        rows = [{"party": one.party, "file": one.file, "rows": one.rows} for one in found]
        print_json({"exit": int(code), "reports": rows, "troubles": troubles})
        return code
    show_table("Reports", ("party", "file", "rows"), [(one.party, one.file, one.rows) for one in found])
    say(f"{counted(len(found), 'report')} put into `out`")
    for trouble in troubles:
        say_error(trouble)
    return code


@contextmanager
def _rounds(folder: str | None, options: FolderOptions, estate: Path | None = None) -> Iterator[Rounds]:
    """Rounds that an interrupt ends after the file that is in hand."""
    from chfw_app.transports.drop_beside import beside_of

    served = options.places(folder)
    stop = Event()

    def stopping(number: int, frame: FrameType | None) -> None:
        stop.set()

    former = {one: signal.signal(one, stopping) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        with opened(options) as service:
            for note in check_parties(service.store, served.parties):
                say_note(note)
            rounds = Rounds(service=service, drops=[], to_open=[place.open for place in served.places], stop=stop)
            rounds.noted = say_note
            rounds.beside = beside_of(rounds.drops, estate or served.estate)
            try:
                rounds.open()
                yield rounds
            finally:
                for drop in rounds.drops:
                    drop.close()
    finally:
        for one, handler in former.items():
            signal.signal(one, handler)


def _show(options: FolderOptions, done: RoundsDone, *, stopped: bool, rows: bool = True) -> int:
    code = Exit.DONE if done.fine and not stopped else Exit.FINDINGS
    if options.json:
        print_json(
            {
                "exit": int(code),
                "files": [_as_object(one) for one in done.files],
                "fired": [{"owner": owner, "trigger": of, "times": n} for (owner, of), n in sorted(done.fired.items())],
                "sent": done.sent,
                "not_sent": [{"message": one, "why": why} for one, why in done.not_sent.items()],
                "troubles": list(done.troubles),
                "waiting": done.waiting,
                "stopped": stopped,
            }
        )
        return code
    if rows:
        show_table("Files", ("party", "file", "rows", "come back", "answer"), [_row(one) for one in done.files])
        for one in done.files:
            _say_why(one)
    fired = [(*key, count) for key, count in sorted(done.fired.items())]
    show_table("Fired", ("owner", "trigger", "times"), fired)
    say(f"{counted(len(done.files), 'file')} answered, {counted(done.sent, 'message')} sent")
    if done.not_sent:
        say(f"{counted(len(done.not_sent), 'message')} could not be sent; they are tried again")
        for message, why in islice(done.not_sent.items(), NOT_SENT_SHOWN):
            say(f"{message}: {why}")
        if len(done.not_sent) > NOT_SENT_SHOWN:
            say(f"and {len(done.not_sent) - NOT_SENT_SHOWN:,} more: --json has all")
    if done.waiting:
        say(f"{counted(done.waiting, 'file')} still on the way")
    for trouble in done.troubles:
        say_error(trouble)
    if stopped:
        say("stopped before all was done; nothing is lost")
    return code


def _say_one(one: FileDone) -> None:
    say("; ".join(map(str, _row(one))))
    _say_why(one)


def _say_why(one: FileDone) -> None:
    for problem in one.problems:
        say(f"{one.party}: {one.file}: {problem}")
    for remark in one.remarks:
        say(f"{one.party}: {one.file}: {remark}: take it back where that is a slip")
    for reason, rows in one.reasons[:REASONS_SHOWN]:
        say(f"{one.party}: {one.file}: {counted(rows, 'row')}: {reason}")
    if len(one.reasons) > REASONS_SHOWN:
        more = counted(len(one.reasons) - REASONS_SHOWN, "other reason")
        say(f"{one.party}: {one.file}: {more}: they stand in the rows that come back")


def _row(one: FileDone) -> tuple[object, ...]:
    return one.party, one.file, "" if one.rows is None else one.rows, one.back or "", _answer(one)


def _answer(one: FileDone) -> str:
    if one.untold is not None:
        return f"no receipt yet: {one.untold}"
    if one.problems:
        return "refused"
    if one.rows is not None and one.back == one.rows and one.back:
        return "refused"
    return "answered before" if one.again else "taken"


def _as_object(one: FileDone) -> dict[str, object]:
    return {
        "party": one.party,
        "file": one.file,
        "kind": one.kind,
        "release": one.release,
        "rows": one.rows,
        "rows_back": one.back,
        "answer": _answer(one),
        "problems": list(one.problems),
        "remarks": list(one.remarks),
        "reasons": [{"reason": reason, "rows": rows} for reason, rows in one.reasons],
    }
