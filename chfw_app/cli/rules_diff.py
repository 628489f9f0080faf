"""`chfw rules diff`: the hubs that two versions of one owner's files decide differently."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import aspects_said, counted, print_json, progress, say, show_table
from chfw_app.cli.rules_options import OwnOptions, Threads
from chfw_app.cli.rules_preview import say_head, say_tail, show_warnings
from chfw_app.exits import Exit
from chfw_core.model.guid import format_guid

if TYPE_CHECKING:
    from chfw_app.workbench.previewing import DiffDone
    from chfw_core.engines.columnar.diff import Transition

SHOWN = 40


def diff(
    old: Annotated[Path, Parameter(name="OLD", negative=())],
    new: Annotated[Path, Parameter(name="NEW", negative=())],
    /,
    *,
    inputs: OwnOptions,
    out: Path | None = None,
    threads: Threads = 2,
    json: Flag = False,
) -> int:
    """Count the hubs that two versions of one owner's files decide differently.

    Exit code 0: no difference. 2: differences.

    Parameters
    ----------
    old
        The old version: a rule file, or a folder of them.
    new
        The new version.
    inputs
        What the rules look at.
    out
        The hubs decided differently: .parquet, .csv, .jsonl or .xlsx.
    threads
        How many threads may work.
    json
        Print one object.
    """
    from chfw_app.workbench.previewing import diff as made

    with progress() as told:
        done = made(old, inputs.paths((new,)), out, report=told, threads=threads)
    show_warnings(done.one)
    if json:
        print_json(done.as_object())
    else:
        _show(done, out)
    return Exit.FINDINGS if done.found.changed else Exit.DONE


def _show(done: "DiffDone", out: Path | None) -> None:
    found = done.found
    say_head(done.one, f"{found.changed:,} of {counted(found.hubs, 'hub')} of {found.owner} decided differently")
    rows = [
        (
            one.hubs,
            f"{one.old_outcome} by {one.old_rule}" if one.old_rule else one.old_outcome,
            f"{one.new_outcome} by {one.new_rule}" if one.new_rule else one.new_outcome,
            _differs_in(one),
        )
        for one in found.transitions
    ]
    more = f"and {len(rows) - SHOWN} more: --json has all" if len(rows) > SHOWN else ""
    show_table("", ("hubs", "old", "new", "differs in"), rows[:SHOWN], note=more)
    for row, one in zip(rows[:SHOWN], found.transitions, strict=False):
        say(f"{row[1]} → {row[2]}: such as {', '.join(format_guid(guid) for guid in one.examples)}")
    if not found.changed:
        say("no hub is decided differently")
    say_tail(done.one, len(found.duplicates), out)


def _differs_in(one: "Transition") -> str:
    """In what, with the number of hubs where it is not all of them; what follows from another outcome goes unsaid."""
    if "outcome" in one.differs_in:
        return "outcome"
    said = aspects_said(one.differs_in, one.hubs)
    if "batch" in one.differs_in:
        said += f"; batches: {one.old_batch or 'none'} → {one.new_batch or 'none'}"
    return said
