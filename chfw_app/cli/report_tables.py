"""Reports as tables for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chfw_app.cli.output import counted, instant_words, say, show_table
from chfw_app.reports.extracts import cell
from chfw_app.reports.reading import Age
from chfw_app.reports.trend import Trend
from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_core.reports.progress.actions import Actions, span_words
from chfw_core.reports.progress.deployed import Deployed
from chfw_core.reports.progress.flight import ReleaseInFlight
from chfw_core.reports.progress.late import LateDay
from chfw_core.reports.progress.pilot import PilotSoFar
from chfw_core.reports.progress.status import HubStatus, ReleaseStatus
from chfw_core.rollout.states import HubState

_HUB_COLUMNS = ("guid", "state", "firmware_version", "second_instructed", "day")
_HUB_HEADER = ("guid", "state", "version", "second has", "day", "because")
_PRODUCTS = 40


def words(text: str) -> str:
    """`handed_to_csp` as it is read."""
    return text.replace("_", " ")


def show_age(age: Age) -> None:
    """How old the data is; to the DCC also the number of the last entry."""
    if age.at is None:
        say("the ledger has no entry yet")
        return
    number = "" if age.entry is None else f", entry {age.entry:,}"
    say(f"as of {format_instant(age.at)}{number}: the ledger's last entry")


def show_status(reader: str, releases: Sequence[ReleaseStatus], hubs: Sequence[HubStatus], *, more: bool) -> None:
    """Counts by release and state, then the hubs themselves."""
    if not releases:
        say(f"no release concerns `{reader}`")
        return
    rows = [
        (one.release, words(one.stage), one.standing, one.firmware_version, words(state), count)
        for one in releases
        for state, count in one.hubs.items()
    ]
    show_table(f"Hubs of {reader}", ("release", "stage", "standing", "to version", "state", "hubs"), rows)
    shown = [(one.release, *(_hub_cell(one, name) for name in _HUB_COLUMNS), _because(one)) for one in hubs]
    note = "and more: --out writes all of them to a file" if more else ""
    if len(releases) == 1:  # named above; the GUIDs need the room
        shown = [row[1:] for row in shown]
    show_table("Hub by hub", ("release", *_HUB_HEADER)[len(releases) == 1 :], shown, note=note)


def _hub_cell(status: HubStatus, name: str) -> object:
    if name == "guid":
        return format_guid(status.guid)
    value = cell(status, name)
    return "" if value is None else words(str(value))


def _because(status: HubStatus) -> str:
    """Why it is as it is, or else what its period rests on."""
    return status.reason or words(status.basis or "").lower().replace("dcc", "DCC")


def show_actions(reader: str, found: Actions) -> None:
    """What is to be done, and what others do next."""
    mine = [
        (
            task.release,
            words(task.kind),
            task.subject or ("" if task.hubs is None else counted(task.hubs, "hub")),
            instant_words(task.starts),
            instant_words(task.due),
            span_words(task.left),
            "" if task.binding else "you may",
        )
        for task in found.tasks
    ]
    if not mine:
        say(f"nothing to do for `{reader}`")
    header = ("release", "task", "about", "since", "due", "time", "")
    show_table(f"To do for {reader}", header, mine, unbroken=("task", "time"))
    theirs = [
        (
            act.release,
            act.actor,
            words(act.kind),
            instant_words(act.due),
            span_words(act.left),
        )
        for act in found.others
    ]
    show_table("What others do next", ("release", "who", "what", "due", "time"), theirs, unbroken=("what", "time"))


def show_flights(found: Sequence[ReleaseInFlight]) -> None:
    """Each release with its hubs by state, then by region and day."""
    if not found:
        say("no upgrade is in flight")
    for one in found:
        say(
            f"{one.release}: version {one.firmware_version}, {words(one.stage)}, {one.standing}, "
            f"automatic from {instant_words(one.automatic_at)}"
        )
        if one.standing_because:
            say(f"  {one.standing}: {one.standing_because}")
        show_table("Hubs by state", ("state", "hubs"), [(words(state), hubs) for state, hubs in one.hubs.items()])
        states = tuple(one.hubs)
        rows = [
            (day.region, "" if day.day is None else day.day.isoformat(), *_counts(day.hubs, states)) for day in one.days
        ]
        show_table("By region and day", ("region", "day", *map(words, states)), rows)


def _counts(hubs: Mapping[HubState, int], states: Sequence[HubState]) -> tuple[object, ...]:
    return tuple(hubs.get(state, "") for state in states)


def show_pilot(found: PilotSoFar, at: datetime) -> None:
    """Since when it runs, what is complete, and each device."""
    lasts = "" if found.since is None else f"; the pilot has run for {counted((at - found.since).days, 'day')}"
    say(f"{found.release}: {words(found.stage)}{lasts}")
    if found.phases:
        say(f"complete: {', '.join(found.phases)}")
    rows = [
        (
            format_guid(one.guid),
            words(one.state),
            one.day,
            _WENT[one.succeeded],
            "; ".join(text for text in (one.reason, one.because) if text),
            one.commentary,
            instant_words(one.recorded_at),
        )
        for one in found.hubs
    ]
    heads = ("guid", "state", "day", "went", "because", "commentary", "recorded")
    show_table(f"The pilot: {counted(len(rows), 'hub')}", heads, rows)


_WENT = {True: "success", False: "failure", None: ""}


def show_products(found: Sequence[Deployed]) -> None:
    """Products with counts and shares."""
    if not found:
        say("no hub is known")
        return
    rows = [
        (
            one.product.configuration_set,
            one.product.device_model,
            one.product.firmware_version,
            one.hubs,
            f"{one.share:.1%}",
        )
        for one in found[:_PRODUCTS]
    ]
    note = f"and {len(found) - _PRODUCTS:,} more; --json has them all" if len(found) > _PRODUCTS else ""
    show_table("Deployed products", ("configuration set", "model", "version", "hubs", "share"), rows, note=note)


def show_trend(found: Trend, *, industry: bool) -> None:
    """Week by week, product by product."""
    if not found.weeks:
        say("no hub is known")
        return
    rows = [(week.monday.isoformat(), name, hubs) for week in found.weeks for name, hubs in week.hubs.items()]
    by = words(found.by)
    show_table("Hubs at the end of the week", ("week from", by, "hubs"), rows)
    if not industry:
        return
    shares = [
        (week.monday.isoformat(), name, f"{share} %")
        for week in found.weeks
        for name, share in (week.industry or {}).items()
    ]
    note = f"shares of what at least {found.minimum} Parties run (an assumption)"
    show_table("The rest of the industry", ("week from", by, "share"), shares, note=note)
    if not shares:
        say(f"the rest of the industry is not shown: fewer than {found.minimum} Parties are in it (an assumption)")


def show_late(found: Sequence[LateDay]) -> None:
    """Each CSP's days that are overdue, the longest first."""
    if not found:
        say("no outcome is overdue")
        return
    rows = [
        (
            f"CSP:{one.region}",
            one.release,
            one.day.isoformat(),
            one.handed,
            one.overdue,
            one.silent,
            instant_words(one.due),
            span_words(-one.late_by),
        )
        for one in found
    ]
    header = ("who", "release", "day", "handed over", "overdue", "given up", "due", "time")
    show_table("Outcomes overdue", header, rows, unbroken=("time",))
