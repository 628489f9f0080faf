"""What all commands on a roll-out share: where the ledger is, who acts, when, and how the answer is shown."""

import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from attrs import evolve, frozen
from cyclopts import Parameter

from chfw_app.cli.options import Flag, Several
from chfw_app.cli.output import counted, print_json, progress, say, say_error, show_table
from chfw_app.exits import Exit
from chfw_app.problems import no_result
from chfw_app.rollout.foreseen import Foreseen, foreseen, name_of
from chfw_app.rollout.opening import open_ledger
from chfw_app.rollout.receipts import exit_of
from chfw_app.rollout.sent_again import give, give_all
from chfw_app.rollout.service import RollOutService, system_clock
from chfw_app.stores.ledger import ClockWentBackError, KeyReusedError
from chfw_core.errors import InputError
from chfw_core.model.guid import format_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.hubs import CSP_REGIONS
from chfw_core.model.parties import DCC
from chfw_core.model.periods import format_instant, parse_instant
from chfw_core.rollout.base import PANEL, REGISTRATION, SMI, Command, CommandRefused, region_of
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.gate import GATES, Who
from chfw_core.rollout.incidents.commands import TriageIncident
from chfw_core.rules.problems import closest
from chfw_core.transport.receipts import Answer, Receipt, RefusedHubs
from chfw_core.transport.values import answer_values

GUIDS_SHOWN = 50
GUIDS_NAMED = 5
_WHENEVER = datetime.min.replace(tzinfo=UTC)
_SPEAKS: dict[Who, str] = {Who.DCC: DCC, Who.PANEL: PANEL, Who.SMI: SMI, Who.REGISTRATION: REGISTRATION}


@Parameter(name="*")
@frozen(kw_only=True)
class StoreOptions:
    """Where the ledger is, and when.

    Parameters
    ----------
    store
        The ledger: a path of an SQLite file, or an address of a database. Else chfw.db here.
    at
        The instant that counts as now, for rehearsals. The ledger takes none before its last entry.
    json
        Print one object.
    """

    store: Annotated[str | None, Parameter(env_var="CHFW_STORE", show_default=False)] = None
    at: str | None = None
    json: Flag = False

    def clock(self) -> Callable[[], datetime]:
        """The system's clock, or one that stands still. Raises InputError for what is no instant."""
        if self.at is None:
            return system_clock
        instant = parse_instant(self.at)
        return lambda: instant


@Parameter(name="*")
@frozen(kw_only=True)
class ActOptions(StoreOptions):
    """Where the ledger is, who acts and when.

    Parameters
    ----------
    as_
        Who acts: a Party, DCC, CSP:REGION, PANEL, SMI or REGISTRATION. Needed where several may.
    key
        The command's key: the same command again under it is answered, not carried out again.
    yes
        Do it without asking.
    store
        The ledger: a path of an SQLite file, or an address of a database. Else chfw.db here.
    at
        The instant that counts as now, for rehearsals. The ledger takes none before its last entry.
    json
        Print one object.
    """

    as_: Annotated[str | None, Parameter(name="--as", show_default=False)] = None
    key: str | None = None
    yes: Flag = False

    def by(self, kind: type[Command]) -> str:
        """Who gives a command: as was said, or the one that alone may. Raises InputError."""
        found = self.as_ or _SPEAKS.get(GATES[kind].who)
        if found is None:
            who = GATES[kind].who.value
            raise InputError(f"--as is missing: this is for {who}", hint=f"say which: --as {_EXAMPLE[GATES[kind].who]}")
        if GATES[kind].who is Who.CSP and region_of(found) is None:
            region = closest(found, CSP_REGIONS) or CSP_REGIONS[0]
            raise InputError(f"`{found}` is no CSP", hint=f"a CSP is named by its region, such as `CSP:{region}`")
        return found

    def by_dcc(self) -> str:
        """Who acts where it is the DCC's to do, unless somebody else was named."""
        return self.as_ or DCC

    def new_key(self) -> str:
        """The key that was given, or one that was never used."""
        return self.key or uuid.uuid4().hex


_EXAMPLE = {Who.SUPPLIER: "NWND", Who.CSP: "CSP:North"}


@Parameter(name="*")
@frozen(kw_only=True)
class HubOptions:
    """Which hubs.

    Parameters
    ----------
    guids
        A table with a column `guid`: .parquet, .csv, .jsonl or .xlsx.
    guid
        One hub. May be given again.
    """

    guids: Path | None = None
    guid: Annotated[tuple[str, ...], Several] = ()

    def read(self) -> tuple[GuidList, tuple[str, ...]]:
        """The hubs, and the rows that cannot be read. Raises InputError."""
        from chfw_files.commands_in import read_hubs

        return read_hubs(self.guids, self.guid)


@contextmanager
def opened(options: StoreOptions, *, create: bool = False) -> Iterator[RollOutService]:
    """The service on the ledger that is named. Raises Failed for a key used twice and a clock put back."""
    clock = options.clock()
    with open_ledger(options.store, create=create) as store, RollOutService(store=store, clock=clock) as service:
        try:
            yield service
        except ClockWentBackError as problem:
            # A time that was given is no fault of the machine's clock.
            hint = problem.hint if options.at is None else f"give an --at not before {format_instant(problem.last)}"
            raise no_result(f"{problem} ({problem.code})", hint=hint) from problem
        except KeyReusedError as problem:
            # Refused as a whole, like what the core refuses, but not an entry of the ledger.
            raise no_result(f"{problem} ({problem.code})", hint=problem.hint) from problem


def act(
    options: ActOptions,
    kind: type[Any],
    release: str,
    /,
    *,
    confirm: bool = False,
    create: bool = False,
    bad_rows: Sequence[str] = (),
    **fields: Any,
) -> int:
    """Give one command and show its answer. `confirm`: show what it does to hubs first, and ask."""
    from chfw_app.cli.rollout_words import check_words  # it asks by what is below

    by, key = options.by(kind), options.new_key()
    with opened(options, create=create) as service:
        if kind is not TriageIncident:  # BR6.3: its reason goes to the Panel alone
            check_words(options, service, by, release, fields)
        if confirm and not options.yes:
            ask(options, foreseen(service, kind, release, fields.get("guids")), name_of(kind), release)
        answer = give(service, kind(by=by, key=key, release=release, **fields))
    return show_answers(options, [answer], bad_rows)


def act_on_hubs(
    options: ActOptions, kind: type[Any], release: str, hubs: HubOptions, /, *, confirm: bool = False, **fields: Any
) -> int:
    """The same for a command that names hubs."""
    guids, bad_rows = hubs.read()
    return act(options, kind, release, confirm=confirm, bad_rows=bad_rows, guids=guids, **fields)


def act_all(
    options: ActOptions, service: RollOutService, commands: Sequence[AnyCommand], bad_rows: Sequence[str] = ()
) -> int:
    """Give the commands of a file. Keys that are made of the file are tried anew where all was refused."""
    with progress() as told:
        answers = give_all(service, commands, anew=None if options.key is None else 0, told=told)
    return show_answers(options, answers, bad_rows)


def ask(options: ActOptions, effects: Sequence[Foreseen], name: str, release: str) -> None:
    """Shows what would happen, and asks. Raises InputError where nobody can be asked, or the answer is no."""
    if not sys.stdin.isatty() or options.json:
        raise InputError(
            f"`{name}` on `{release}` has to be confirmed",
            hint=f"see `chfw rollout effects {name} --release {release}`, then give --yes",
        )
    show_effects(effects, name)
    confirm_or_stop(f"{name} on {release}")


def confirm_or_stop(what: str) -> None:
    """Asks on the terminal. Raises InputError unless the answer is yes."""
    sys.stderr.write(f"{what}: go on? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise InputError("not confirmed; nothing was done")


def show_effects(effects: Sequence[Foreseen], name: str) -> None:
    """What a command would do, by state of the hubs."""
    rows = [(one.state.replace("_", " "), one.hubs, one.sentence) for one in effects]
    show_table(f"What {name} does", ("hubs that are", "hubs", "what happens"), rows)
    if not rows:
        say("no hub is concerned")


def show_answers(
    options: StoreOptions,
    given: Sequence[Answer | tuple[str, Receipt]],
    bad_rows: Sequence[str] = (),
    *,
    about: Sequence[str] = (),
    **more: object,
) -> int:
    """BR5.1, BR5.2: what was taken, what was refused and why, and where it stands in the ledger.

    `given`: the answers, or receipts with their keys. `about`: per answer what it is about, where several look
    alike. `more`: what a program is told beside it.
    """
    answers = [one if isinstance(one, Answer) else Answer(key=one[0], receipt=one[1]) for one in given]
    code = code_of([one.receipt for one in answers], bad_rows)
    if code is Exit.DONE and any(one.not_standing for one in answers):
        code = Exit.FINDINGS
    if options.json:
        print_json(
            {"exit": int(code), "answers": list(map(answer_values, answers)), "bad_rows": list(bad_rows), **more}
        )
        return code
    said: set[CommandRefused] = set()
    for number, answer in enumerate(answers):
        if about:
            say(about[number], style="bold")
        refused = _why(answer)
        if refused is not None and refused not in said:
            # Once, however many commands of a file it stopped: which ones is said of each below.
            said.add(refused)
            say_error(refused.reason, hint=refused.cure)
        _show(answer)
    for row in bad_rows[:GUIDS_SHOWN]:
        say(f"set aside: {row}")
    if len(bad_rows) > GUIDS_SHOWN:
        say(f"and {counted(len(bad_rows) - GUIDS_SHOWN, 'row')} more: --json has all")
    if not answers:
        say("nothing to do")
    return code


def code_of(receipts: Sequence[Receipt], bad_rows: Sequence[str] = ()) -> Exit:
    """Nothing taken: 3. Something refused or set aside: 2. Else 0."""
    codes = [exit_of(receipt) for receipt in receipts]
    if codes and all(code is Exit.NO_RESULT for code in codes):
        return Exit.NO_RESULT
    return Exit.FINDINGS if bad_rows or any(code is not Exit.DONE for code in codes) else Exit.DONE


def _why(answer: Answer) -> CommandRefused | None:
    """Why a command was refused, whenever that was."""
    refused = answer.receipt.refused
    return None if refused is None else evolve(refused, at=_WHENEVER)


def _show(answer: Answer) -> None:
    receipt = answer.receipt
    entries = f"entry {receipt.first_seq}"
    if receipt.last_seq != receipt.first_seq:
        entries = f"entries {receipt.first_seq} to {receipt.last_seq}"
    stands = [entries] if receipt.entries_shown else []
    if receipt.again:
        stands.append(_before(answer))
    if receipt.refused is not None:
        say("; ".join([f"refused ({receipt.refused.code}){_named(answer.guids)}", *stands]))
        return
    if receipt.again:
        # First of all: what follows was so then.
        say("; ".join(stands))
        stands = []
    for what, hubs in receipt.taken:
        name = what.replace("_", " ")
        say(name if hubs is None else f"{name}: {counted(hubs, 'hub')}")
    _show_hubs("Refused", receipt.refused_hubs)
    _show_hubs("Noted; nothing changes", receipt.noted_hubs)
    if stands:
        say("; ".join(stands))


def _before(answer: Answer) -> str:
    """BR5.1: an answer that was given before is shown as one, and what has become of it since."""
    said = f"answered before, at {format_instant(answer.receipt.answered_at)}"
    if answer.not_standing:
        hubs = counted(answer.not_standing, "hub")
        return f"{said}: this is not what stands now for {hubs}; to give it anew, send it under a new --key"
    under = f"{said}, under the key {answer.key}"
    return f"{under}; to give it anew, send it under another --key" if answer.receipt.nothing_taken else under


def _named(guids: GuidList) -> str:
    """BR5.2: the hubs of a command that was refused, the first of them by GUID."""
    if not guids:
        return ""
    first = [format_guid(guid) for guid in islice(guids, GUIDS_NAMED)]
    more = f" and {len(guids) - len(first):,} more: --json has all" if len(guids) > len(first) else ""
    return f", {counted(len(guids), 'hub')}: {', '.join(first)}{more}"


def _show_hubs(title: str, found: Sequence[RefusedHubs]) -> None:
    rows = [(format_guid(guid), one.code, one.reason) for one in found for guid in one.guids]
    more = f"and {len(rows) - GUIDS_SHOWN:,} more: --json has all" if len(rows) > GUIDS_SHOWN else ""
    show_table(f"{title}: {counted(len(rows), 'hub')}", ("guid", "code", "reason"), rows[:GUIDS_SHOWN], note=more)
