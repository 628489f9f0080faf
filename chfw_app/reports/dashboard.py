"""BR5.5 as a workbook: what one reader may see of all upgrades in flight, with charts (PR1, PR2, CS2, TR4).

It says what the reports say, of the same snapshot, and nothing else: what a report does not tell a reader is not in it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from chfw_app.reports.duties import actions
from chfw_app.reports.flights import flights
from chfw_app.reports.products import products
from chfw_app.reports.reading import Age, Sight
from chfw_app.reports.trend import Trend
from chfw_core.model.periods import format_instant
from chfw_core.reports.progress.actions import Actions, span_words
from chfw_core.reports.progress.deployed import Deployed
from chfw_core.reports.progress.flight import ReleaseInFlight
from chfw_core.reports.progress.late import LateDay, late_days
from chfw_core.reports.progress.readers import ReaderKind
from chfw_core.rollout.states import HubState
from chfw_files.documents.dashboards import ChartKind, Panel, Value, write_dashboard

_SLICES = 12
"""Products with a slice of their own; the others are together."""


def write(path: Path, sight: Sight, at: datetime, trend: Trend | None) -> int:
    """Write the workbook; how many sheets it has. `trend`: where there is one for the reader.

    Raises OutputError, and InputError for another extension than .xlsx.
    """
    kind = sight.reader.kind
    panels = [*_flights(flights(sight), _age(sight.age)), *_actions(actions(sight, at))]
    if kind in (ReaderKind.SUPPLIER, ReaderKind.DCC):
        panels.append(_products(products(sight)))
    if trend is not None and trend.weeks:
        panels += _trend(trend)
    if kind in (ReaderKind.DCC, ReaderKind.CSP):
        panels.append(_late(late_days(sight.records, at, sight.reader.region)))
    write_dashboard(path, panels)
    return len(panels)


def _words(text: str) -> str:
    return text.replace("_", " ")


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _age(age: Age) -> str:
    return "the ledger has no entry yet" if age.at is None else f"as of {format_instant(age.at)}"


def _states(found: Iterable[ReleaseInFlight]) -> tuple[HubState, ...]:
    have = {state for one in found for state in one.hubs}
    return tuple(state for state in HubState if state in have)


def _flights(found: Sequence[ReleaseInFlight], age: str) -> Iterator[Panel]:
    states = _states(found)
    names = tuple(_words(state) for state in states)
    rows: list[list[Value]] = [
        [
            one.release,
            one.firmware_version,
            _words(one.stage),
            one.standing,
            one.standing_because,
            _time(one.automatic_at),
            *(one.hubs.get(state, 0) for state in states),
        ]
        for one in found
    ]
    yield Panel(
        name="in flight",
        title="Upgrades in flight",
        notes=(age,),
        header=("release", "version", "stage", "standing", "because", "automatic from", *names),
        rows=rows,
    )
    for one in found:
        own = tuple(one.hubs)
        yield Panel(
            name=one.release,
            title=f"{one.release}: hubs by day and region",
            header=("day", "region", *map(_words, own)),
            rows=[[day.day, day.region, *(day.hubs.get(state, 0) for state in own)] for day in one.days],
            chart=ChartKind.STACKED,
            figures=tuple(map(_words, own)),
        )


def _actions(found: Actions) -> Iterator[Panel]:
    yield Panel(
        name="to do",
        title="To do, the soonest first",
        header=("release", "task", "about", "hubs", "since", "due", "time", "late"),
        rows=[
            [
                task.release,
                _words(task.kind),
                task.subject,
                task.hubs,
                _time(task.starts),
                _time(task.due),
                span_words(task.left),
                "yes" if task.late else "no",
            ]
            for task in found.tasks
        ],
    )
    yield Panel(
        name="what others do next",
        title="What others do next",
        header=("release", "who", "what", "due", "time"),
        rows=[[act.release, act.actor, _words(act.kind), _time(act.due), span_words(act.left)] for act in found.others],
    )


def _products(found: Sequence[Deployed]) -> Panel:
    shown = found if len(found) <= _SLICES else found[: _SLICES - 1]
    rows: list[list[Value]] = [
        [
            " ".join(
                filter(None, (one.product.configuration_set, one.product.device_model, one.product.firmware_version))
            )
            or "(unknown)",
            one.hubs,
            one.share,
        ]
        for one in shown
    ]
    rest = found[len(shown) :]
    if rest:
        rows.append([f"{len(rest)} others", sum(one.hubs for one in rest), sum(one.share for one in rest)])
    return Panel(
        name="deployed products",
        title="Deployed products",
        header=("configuration set, model, version", "hubs", "share"),
        rows=rows,
        chart=ChartKind.PIE,
        figures=("hubs",),
    )


def _trend(found: Trend) -> Iterator[Panel]:
    by = _words(found.by)
    names = tuple(dict.fromkeys(name for week in found.weeks for name in week.hubs))
    yield Panel(
        name="trends",
        title=f"Hubs at the end of the week, by {by}",
        header=("week from", *names),
        rows=[[week.monday, *(week.hubs.get(name, 0) for name in names)] for week in found.weeks],
        chart=ChartKind.LINES,
        figures=names,
    )
    shared = tuple(dict.fromkeys(name for week in found.weeks for name in week.industry or ()))
    if shared:
        yield Panel(
            name="industry",
            title=f"The rest of the industry, by {by}",
            notes=(f"shares of what at least {found.minimum} Parties run (an assumption)",),
            header=("week from", *shared),
            rows=[
                [week.monday, *((week.industry or {}).get(name, 0) / 100 for name in shared)] for week in found.weeks
            ],
            chart=ChartKind.LINES,
            figures=shared,
        )


def _late(found: Sequence[LateDay]) -> Panel:
    return Panel(
        name="outcomes overdue",
        title="Outcomes overdue, the longest first",
        header=("who", "release", "day", "due", "time", "handed over", "overdue", "given up"),
        rows=[
            [
                f"CSP:{one.region}",
                one.release,
                one.day,
                _time(one.due),
                span_words(-one.late_by),
                one.handed,
                one.overdue,
                one.silent,
            ]
            for one in found
        ],
        chart=ChartKind.BARS,
        figures=("overdue", "given up"),
    )
