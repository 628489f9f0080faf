"""The schedule by day against capacity: one small chart per region, early and DCC's date stacked."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape

from attrs import frozen

from chfw_app.plan_page.svg import (
    Scale,
    drawing,
    line,
    month_starts,
    number,
    path,
    rect,
    round_ceiling,
    short_number,
    text,
)
from chfw_app.plan_page.tables import folded, legend, table
from chfw_core.consent.model import ActivationBasis
from chfw_core.model.parties import DCC
from chfw_core.model.periods import london_date
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.summary import Summary

WIDTH, HEIGHT = 340.0, 176.0
LEFT, RIGHT, TOP, BOTTOM = 38.0, 334.0, 20.0, 150.0


@frozen(kw_only=True)
class Load:
    """What goes on one day in one region, and what could; `capacity` None = no limit."""

    early: int
    default: int
    capacity: int | None

    @property
    def hubs(self) -> int:
        """All that go on that day."""
        return self.early + self.default


def loads(summary: Summary, inputs: PlanInputs) -> dict[str, dict[date, Load]]:
    """Per region in order of name, the days on which hubs go, in order."""
    counts: dict[tuple[str, date], list[int]] = {}
    for (region, day, basis), hubs in summary.by_region_day.items():
        counts.setdefault((region, day), [0, 0])[basis is ActivationBasis.DCC_DEFAULT] += hubs
    found: dict[str, dict[date, Load]] = {}
    for region, day in sorted(counts):
        early, default = counts[region, day]
        found.setdefault(region, {})[day] = Load(
            early=early, default=default, capacity=capacity_on(inputs, region, day)
        )
    return found


def capacity_on(inputs: PlanInputs, region: str, day: date) -> int | None:
    """Hubs that the region can take that day; None = no limit."""
    given = (inputs.release.capacity or {}).get(region)
    return inputs.capacity_overrides.get((region, day), given)


def day_section(summary: Summary, inputs: PlanInputs) -> str:
    """All charts, each with its table."""
    regions = loads(summary, inputs)
    if not regions:
        return "<p>No hub is planned.</p>"
    days = [day for found in regions.values() for day in found]
    span = (min(days), max(days))
    entries = [("early", "early, by agreement"), ("default", "the DCC's date"), ("capacity", "capacity")]
    if any(_blackouts(region, span, _across(span), inputs) for region in regions):
        entries.append(("blackout", "black-out: no activations"))
    key = legend(entries)
    figures = "".join(_figure(region, found, span, inputs) for region, found in regions.items())
    return f'{key}<div class="grid">{figures}</div>'


def _figure(region: str, found: Mapping[date, Load], span: tuple[date, date], inputs: PlanInputs) -> str:
    busiest = max(found, key=lambda day: (found[day].hubs, -day.toordinal()))
    total = sum(load.hubs for load in found.values())
    says = (
        f"{total:,} hubs on {len(found)} days, {min(found)} to {max(found)}; "
        f"most on {busiest}: {found[busiest].hubs:,}{_of_capacity(found[busiest])}"
    )
    says += _moved(found, inputs)
    rows = [(str(day), load.early, load.default, load.hubs, load.capacity, _share(load)) for day, load in found.items()]
    numbers = table(f"{region}: hubs by day", ("day", "early", "DCC's date", "hubs", "capacity", "used"), rows)
    chart = drawing(WIDTH, HEIGHT, f"{region}: {says}", _shapes(region, found, span, inputs))
    caption = f"<figcaption>{escape(says)}.</figcaption>"
    return f"<figure><h3>{escape(region)}</h3>{chart}{caption}{folded('as a table', numbers)}</figure>"


def _moved(found: Mapping[date, Load], inputs: PlanInputs) -> str:
    """BR1.3: why there are hubs at the DCC's date on days that are not in the release's own mass period."""
    dcc = inputs.ruleset_of(DCC)
    if dcc is None or not any(rule.to is not None for rule in dcc.decides):
        return ""
    first = london_date(inputs.release.automatic_at)
    last = first + timedelta(days=inputs.release.mass_period_days)
    hubs = sum(load.default for day, load in found.items() if not first <= day <= last)
    return f"; {hubs:,} at a date that the DCC moved, outside {first} to {last}" if hubs else ""


def _of_capacity(load: Load) -> str:
    return f" of {load.capacity:,}" if load.capacity is not None else ""


def _share(load: Load) -> str:
    return f"{100 * load.hubs // load.capacity}%" if load.capacity else ""


def _shapes(region: str, found: Mapping[date, Load], span: tuple[date, date], inputs: PlanInputs) -> list[str]:
    first, last = span
    days = (last - first).days + 1
    across = _across(span)
    limits = [(at, capacity_on(inputs, region, first + timedelta(days=at))) for at in range(days)]
    top = round_ceiling(max(max(load.hubs for load in found.values()), *(limit or 0 for _, limit in limits)))
    up = Scale(low=0, high=top, start=BOTTOM, end=TOP)
    shapes = [*_grid(top, up), *_blackouts(region, span, across, inputs)]
    # Many bars overlap by a hair, so that no stripes show between them; few stand apart.
    width = (RIGHT - LEFT) / days + (0.15 if days >= 120 else -0.6)
    for day, load in found.items():
        x = across.at((day - first).days)
        says = f"{day}: {load.early:,} early, {load.default:,} at the DCC's date{_of_capacity(load)}"
        shapes += _bar(x, width, load, up, says)
    shapes += _capacity_line(limits, across, up)
    shapes += _marks(span, across, inputs)
    for month in _thinned(month_starts(first, last)):
        x = across.at((month - first).days)
        shapes += [line(x, BOTTOM, x, BOTTOM + 4, "axis"), *_month_name(x, month)]
    return shapes


def _across(span: tuple[date, date]) -> Scale:
    return Scale(low=0, high=(span[1] - span[0]).days + 1, start=LEFT, end=RIGHT)


def _month_name(x: float, month: date) -> list[str]:
    """Its short name, where there is room for it."""
    return [text(x, BOTTOM + 16, f"{month:%b}")] if x < RIGHT - 14 else []


def _bar(x: float, width: float, load: Load, up: Scale, says: str) -> list[str]:
    bars = []
    if load.default:
        bars.append(rect(x, up.at(load.default), width, BOTTOM - up.at(load.default), "default", says))
    if load.early:
        bars.append(rect(x, up.at(load.hubs), width, up.at(load.default) - up.at(load.hubs), "early", says))
    return bars


def _grid(top: int, up: Scale) -> list[str]:
    shapes = []
    for share in (0, 0.5, 1) if top % 2 == 0 else (0, 1):
        y = up.at(top * share)
        shapes.append(line(LEFT, y, RIGHT, y, "grid" if share else "axis"))
        shapes.append(text(LEFT - 4, y + 4, short_number(int(top * share)), anchor="end"))
    return shapes


def _capacity_line(limits: Sequence[tuple[int, int | None]], across: Scale, up: Scale) -> list[str]:
    """Steps, parted where a day has no limit."""
    pieces: list[list[tuple[float, float]]] = []
    before: int | None = None
    for at, limit in limits:
        if limit is None:
            before = None
            continue
        if before is None:
            pieces.append([])
        ends = [(across.at(at), up.at(limit)), (across.at(at + 1), up.at(limit))]
        if limit == before:
            pieces[-1].pop()
            ends = ends[1:]
        pieces[-1] += ends
        before = limit
    return [path(piece, "capacity") for piece in pieces]


def _blackouts(region: str, span: tuple[date, date], across: Scale, inputs: PlanInputs) -> list[str]:
    first, last = span
    shapes = []
    for blackout in inputs.release.blackouts:
        if blackout.regions is not None and region not in blackout.regions:
            continue
        start = max((london_date(blackout.opens) - first).days, 0)
        end = min((london_date(blackout.closes) - first).days, (last - first).days + 1)
        if start < end:
            x = across.at(start)
            shapes.append(rect(x, TOP, across.at(end) - x, BOTTOM - TOP, "blackout", "black-out"))
    return shapes


def _marks(span: tuple[date, date], across: Scale, inputs: PlanInputs) -> list[str]:
    first, last = span
    day = london_date(inputs.release.automatic_at)
    if not first <= day <= last:
        return []
    x = across.at((day - first).days)
    side = "end" if x > (LEFT + RIGHT) / 2 else "start"
    return [
        line(x, TOP - 6, x, BOTTOM, "mark"),
        text(x + (-3 if side == "end" else 3), TOP - 8, f"automatic date {day.day} {day:%b}", anchor=side),
    ]


def _thinned(months: list[date]) -> list[date]:
    """At most eight labels."""
    step = -(-len(months) // 8) or 1
    return months[::step]


def peak_days(regions: Mapping[str, Mapping[date, Load]]) -> list[tuple[str, str, str, str, int, str]]:
    """Per region: first and last day, the busiest, its hubs and what that is of capacity."""
    rows = []
    for region, found in regions.items():
        busiest = max(found, key=lambda day: (found[day].hubs, -day.toordinal()))
        load = found[busiest]
        used = "no limit" if load.capacity is None else f"{number(round(100 * load.hubs / max(load.capacity, 1), 1))}%"
        rows.append((region, str(min(found)), str(max(found)), str(busiest), load.hubs, used))
    return rows
