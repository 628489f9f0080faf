"""`chfw schedule diff`: the hubs that two schedules treat differently."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import aspects_said, counted, print_json, progress, say, show_table
from chfw_app.exits import Exit
from chfw_core.model.guid import format_guid

if TYPE_CHECKING:
    from chfw_app.comparing import SchedulesCompared
    from chfw_core.engines.schedules.counted import Tally, Transition
    from chfw_core.engines.schedules.steps import Move, Outcome

SHOWN = 40
BOUNDS = (1, 7, 28)
"""Days by which a hub moves are shown together up to each of these."""


def diff(
    old: Annotated[Path, Parameter(name="OLD", negative=())],
    new: Annotated[Path, Parameter(name="NEW", negative=())],
    /,
    *,
    estate: Path | None = None,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
    out: Path | None = None,
    json: Flag = False,
) -> int:
    """Count the hubs that two schedules treat differently.

    Exit code 0: no difference. 2: differences.

    Parameters
    ----------
    old
        The schedule of the old plan: .parquet, .csv, .jsonl or .xlsx.
    new
        The schedule of the new plan.
    estate
        The hubs, for the counts by CSP region and by Supplier and role.
    as_
        A Supplier: only its hubs, and of them only what it may know. Needs --estate.
    out
        The hubs that differ, with both rows: .parquet, .csv, .jsonl or .xlsx.
    json
        Print one object.
    """
    from chfw_app.comparing import compare

    with progress() as told:
        done = compare(old, new, estate=estate, reader=as_, out=out, report=told)
    if json:
        print_json(done.as_object())
    else:
        _show(done, out)
    return Exit.FINDINGS if done.found.changed else Exit.DONE


def _show(done: "SchedulesCompared", out: Path | None) -> None:
    found = done.found
    of = f" of {found.reader}" if found.reader else ""
    say(f"{done.old} → {done.new}: {found.changed:,} of {counted(found.hubs, 'hub')}{of} differ", style="bold")
    if not found.changed:
        say("no hub differs")
    _show_transitions(found.counted.transitions)
    days = _by_bounds(found.counted.days)
    show_table("Days moved", ("by", "hubs"), [(by, hubs) for by, hubs in days.items()])
    _show_tally("By CSP region", ("region",), found.counted.regions)
    _show_tally("By Supplier and role", ("Supplier", "role"), found.counted.suppliers)
    if found.unknown:
        say(f"{counted(found.unknown, 'hub')} that differ {_are(found.unknown)} not in the estate and in no region")
    if done.bad_rows:
        say(f"{counted(done.bad_rows, 'row')} could not be used: `chfw estate check` names them")
    if out is not None:
        say(f"wrote {out}")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _show_transitions(transitions: "Sequence[Transition]") -> None:
    rows = [
        (one.hubs, _words(one.old), _words(one.new), _differs_in(one), format_guid(one.examples[0]))
        for one in transitions
    ]
    more = f"and {len(rows) - SHOWN} more: --json has all" if len(rows) > SHOWN else ""
    show_table("", ("hubs", "old", "new", "differs in", "such as"), rows[:SHOWN], note=more)


def _words(outcome: "Outcome | None") -> str:
    return "not there" if outcome is None else outcome.words


def _differs_in(one: "Transition") -> str:
    return "" if one.old is None or one.new is None else aspects_said(one.differs_in, one.hubs)


def _show_tally(title: str, header: tuple[str, ...], tally: "Tally") -> None:
    moves: list[Move] = sorted({move for cells in tally.values() for move in cells}, key=_place)
    rows = [(*key, sum(cells.values()), *(cells.get(move, 0) for move in moves)) for key, cells in tally.items()]
    show_table(title, (*header, "hubs", *(move.value.replace("_", " ") for move in moves)), rows)


def _place(move: "Move") -> int:
    return list(type(move)).index(move)


def _by_bounds(days: Mapping[int, int]) -> dict[str, int]:
    """`2 to 7 days later` and the like, those furthest ahead first."""
    found: dict[str, int] = {}
    for moved, hubs in days.items():
        words = f"{_bound(abs(moved))} {'later' if moved > 0 else 'earlier'}"
        found[words] = found.get(words, 0) + hubs
    return found


def _bound(days: int) -> str:
    lowest = 1
    for highest in BOUNDS:
        if days <= highest:
            return "1 day" if highest == 1 else f"{lowest} to {highest} days"
        lowest = highest + 1
    return f"{lowest} days or more"
