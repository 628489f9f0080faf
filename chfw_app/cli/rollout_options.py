"""What all commands on a roll-out share: where the ledger is, who acts and when, which hubs."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

from attrs import frozen
from cyclopts import Parameter

from chfw_app.cli.options import Flag, Several
from chfw_app.problems import no_result
from chfw_app.rollout.opening import open_ledger
from chfw_app.rollout.service import RollOutService, system_clock
from chfw_app.stores.ledger import ClockWentBackError, KeyReusedError
from chfw_core.errors import InputError
from chfw_core.model.guid_list import GuidList
from chfw_core.model.hubs import CSP_REGIONS
from chfw_core.model.parties import DCC
from chfw_core.model.periods import format_instant, parse_instant
from chfw_core.rollout.base import PANEL, REGISTRATION, SMI, Command, region_of
from chfw_core.rollout.gate import GATES, Who
from chfw_core.rules.problems.problem import closest

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
        Who acts: a Party, DCC, CSP:REGION, PANEL, SUB-COMMITTEE, SMI or REGISTRATION. Needed where several may.
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
        from chfw_files.documents.commands_in import read_hubs

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
