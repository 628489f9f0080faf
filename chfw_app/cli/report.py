"""`chfw report`: how roll-outs stand, for one reader. Each report shows how old its data is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

from attrs import frozen
from cyclopts import Parameter

from chfw_app.cli import report_tables as tables
from chfw_app.cli.options import Several
from chfw_app.cli.output import counted, print_json, say, say_note
from chfw_app.cli.rollout_options import StoreOptions
from chfw_app.exits import Exit
from chfw_app.inputs.places import check_extension
from chfw_app.reports.dashboard import write as write_dashboard
from chfw_app.reports.duties import actions as actions_for
from chfw_app.reports.extracts import write_eligible, write_statuses
from chfw_app.reports.flights import flights
from chfw_app.reports.pilots import pilot as pilot_of
from chfw_app.reports.products import products
from chfw_app.reports.reading import Age, Sight, looking
from chfw_app.reports.statuses import Asked, names_hours, release_statuses, statuses
from chfw_app.reports.trend import industry_minimum, trend, trend_for
from chfw_app.rollout.opening import open_ledger
from chfw_app.stores.store import Store
from chfw_core.errors import InputError
from chfw_core.model.guid import parse_guid
from chfw_core.reports.progress.late import late_days
from chfw_core.reports.progress.plain import as_plain
from chfw_core.reports.progress.readers import Reader, ReaderKind, reader_named
from chfw_core.reports.progress.status import ELIGIBLE
from chfw_core.reports.progress.trends import TrendBy
from chfw_core.rollout.states import HubState
from chfw_core.rules.problems.problem import did_you_mean

PAGE = 20


@Parameter(name="*")
@frozen(kw_only=True)
class ReportOptions(StoreOptions):
    """Who reads, and where the ledger is.

    Parameters
    ----------
    as_
        Who reads: a Supplier, DCC, CSP:<region>, PANEL or SUB-COMMITTEE.
    store
        The ledger: a path of an SQLite file, or an address of a database. Else chfw.db here.
    at
        The instant from which time left is counted, such as 2026-03-01T09:00:00Z; else now.
    json
        Print one object.
    """

    as_: Annotated[str, Parameter(name="--as")]

    def reader(self, *allowed: ReaderKind) -> Reader:
        """The actor. Raises InputError for one for whom the report is not."""
        return reader_named(self.as_, *allowed)

    def instant(self) -> datetime:
        """From when time is counted."""
        return self.clock()()

    def show(self, age: Age, **found: object) -> None:
        """One object for machines, with the reader and the age of the data first."""
        print_json({"as": self.as_, "age": as_plain(age), **{name: as_plain(one) for name, one in found.items()}})


def status(
    options: ReportOptions,
    *,
    release: str | None = None,
    state: Annotated[tuple[str, ...], Several] = (),
    guid: str | None = None,
    limit: int = PAGE,
    out: Path | None = None,
) -> int:
    """Say how every hub of a Supplier stands, or write all of it to a file.

    Parameters
    ----------
    release
        One release alone.
    state
        Hubs in this state alone. May be given again.
    guid
        One hub.
    limit
        How many hubs to show.
    out
        Write all hubs asked for: .parquet, .csv, .jsonl or .xlsx.
    """
    reader = options.reader(ReaderKind.SUPPLIER)
    asked = Asked(release=release, states=tuple(map(_state, state)), guid=None if guid is None else parse_guid(guid))
    with open_ledger(options.store) as store, _looking(store, reader) as sight:
        if out is not None:
            rows = write_statuses(out, statuses(sight, asked), hours=names_hours(sight))
            return _written(options, sight, out, rows, "hub")
        releases = release_statuses(sight, release)
        found = list(islice(statuses(sight, asked), limit + 1))
        if options.json:
            options.show(sight.age, releases=releases, hubs=found[:limit], more=len(found) > limit)
        else:
            tables.show_status(reader.name, releases, found[:limit], more=len(found) > limit)
            tables.show_age(sight.age)
    return _done(sight)


def eligible(options: ReportOptions, *, release: str, out: Path) -> int:
    """Write the hubs of a Supplier that are eligible for a release, with its roles.

    Parameters
    ----------
    release
        The release.
    out
        Where to write them: .parquet, .csv, .jsonl or .xlsx.
    """
    reader = options.reader(ReaderKind.SUPPLIER)
    with open_ledger(options.store) as store, _looking(store, reader) as sight:
        rows = write_eligible(out, statuses(sight, Asked(release=release, states=ELIGIBLE)))
        return _written(options, sight, out, rows, "hub")


def actions(options: ReportOptions) -> int:
    """Say what one actor has to do and how long it has, and what the others do next."""
    at = options.instant()
    with open_ledger(options.store) as store, _looking(store, options.reader()) as sight:
        found = actions_for(sight, at)
        if options.json:
            options.show(sight.age, at=at, tasks=found.tasks, others=found.others)
        else:
            tables.show_actions(options.as_, found)
            tables.show_age(sight.age)
    return _done(sight)


def flight(options: ReportOptions) -> int:
    """Show every upgrade in flight, with the reader's hubs by state, CSP region and day."""
    with open_ledger(options.store) as store, _looking(store, options.reader()) as sight:
        found = flights(sight)
        if options.json:
            options.show(sight.age, releases=found)
        else:
            tables.show_flights(found)
            tables.show_age(sight.age)
    return _done(sight)


def pilot(options: ReportOptions, *, release: str) -> int:
    """Show a pilot device by device: how far each is, success or failure, the reason and the commentary (BR2.4).

    Parameters
    ----------
    release
        The id of the release.
    """
    reader = options.reader(ReaderKind.SUPPLIER, ReaderKind.DCC, ReaderKind.CSP)
    with open_ledger(options.store) as store:
        age, found = pilot_of(store, reader, release)
    if options.json:
        options.show(age, pilot=found)
    else:
        tables.show_pilot(found, options.instant())
        tables.show_age(age)
    return Exit.DONE


def deployed(options: ReportOptions) -> int:
    """Count what runs on a Supplier's hubs; on all hubs for the DCC."""
    reader = options.reader(ReaderKind.SUPPLIER, ReaderKind.DCC)
    with open_ledger(options.store) as store, _looking(store, reader) as sight:
        found = products(sight)
        if options.json:
            options.show(sight.age, products=found)
        else:
            tables.show_products(found)
            tables.show_age(sight.age)
    return _done(sight)


def trends(options: ReportOptions, *, by: TrendBy = TrendBy.FIRMWARE_VERSION) -> int:
    """Show what a Supplier's hubs ran week by week, and the industry's shares beside it.

    Parameters
    ----------
    by
        By what hubs are counted.
    """
    reader = options.reader(ReaderKind.SUPPLIER, ReaderKind.DCC)
    with open_ledger(options.store) as store:
        found = trend(store, reader, by, industry_minimum(options.instant()))
    if options.json:
        options.show(found.age, by=found.by, industry_min_parties=found.minimum, weeks=found.weeks)
    else:
        tables.show_trend(found, industry=reader.kind is ReaderKind.SUPPLIER)
        tables.show_age(found.age)
    return Exit.DONE


def dashboard(options: ReportOptions, *, out: Path, by: TrendBy = TrendBy.FIRMWARE_VERSION) -> int:
    """Write how every upgrade stands, what is to be done and what runs on the hubs, as a spreadsheet with charts.

    Parameters
    ----------
    out
        Where to write it: .xlsx.
    by
        By what hubs are counted in trends.
    """
    at = options.instant()
    reader = options.reader()
    check_extension("--out", out, (".xlsx",))
    with open_ledger(options.store) as store:
        found = trend_for(store, reader, by, at)
        with _looking(store, reader) as sight:
            sheets = write_dashboard(out, sight, at, found)
            return _written(options, sight, out, sheets, "sheet")


def late(options: ReportOptions) -> int:
    """Name the CSPs that owe outcomes, and by how much they are late."""
    reader = options.reader(ReaderKind.DCC, ReaderKind.CSP)
    at = options.instant()
    with open_ledger(options.store) as store, _looking(store, reader) as sight:
        found = late_days(sight.records, at, reader.region)
        if options.json:
            options.show(sight.age, at=at, late=found)
        else:
            tables.show_late(found)
            tables.show_age(sight.age)
    return Exit.FINDINGS if found else _done(sight)


def _done(sight: Sight) -> Exit:
    """With a finding where no release is the reader's business: its name may be a slip."""
    nobodys = not sight.records and sight.reader.kind in (ReaderKind.SUPPLIER, ReaderKind.CSP)
    return Exit.FINDINGS if nobodys else Exit.DONE


@contextmanager
def _looking(store: Store, reader: Reader) -> Iterator[Sight]:
    """What the reader may see; where that is nothing, the name may be a slip, and who else there is, is not told."""
    with looking(store, reader) as sight:
        if _done(sight) is Exit.FINDINGS:
            say_note(f"no release has hubs of `{reader.name}`")
        yield sight


def _written(options: ReportOptions, sight: Sight, out: Path, number: int, thing: str) -> int:
    if options.json:
        options.show(sight.age, out=str(out), **{f"{thing}s": number})
    else:
        say(f"{counted(number, thing)} in {out}")
        tables.show_age(sight.age)
    return _done(sight)


def _state(word: str) -> HubState:
    words = [state.value for state in HubState]
    if word not in words:
        hint = did_you_mean(word, words) or f"there are {', '.join(words)}"
        raise InputError(f"a hub is never `{word}`", hint=hint)
    return HubState(word)
