"""`chfw rules preview`: what one owner's files do to its own hubs today."""

from pathlib import Path
from typing import TYPE_CHECKING

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, print_json, progress, say, say_note, show_table
from chfw_app.cli.rules_options import OwnOptions, RulePaths, Threads
from chfw_app.exits import Exit
from chfw_core.model.periods import format_instant
from chfw_core.planning.own_decision import Outcome

if TYPE_CHECKING:
    from chfw_app.workbench.one_owner import OneOwner
    from chfw_app.workbench.previewing import PreviewDone

SETS_SHOWN = 30


def preview(
    *paths: RulePaths,
    inputs: OwnOptions,
    out: Path | None = None,
    threads: Threads = 2,
    json: Flag = False,
) -> int:
    """Count what one owner's files do to its own hubs: per rule, per outcome, per configuration set.

    Exit code 2: done, but rows of the inputs could not be used.

    Parameters
    ----------
    paths
        The owner's rule files; a folder means every *.rules.yaml below it.
    inputs
        What the rules look at.
    out
        The decision of every hub: .parquet, .csv, .jsonl or .xlsx.
    threads
        How many threads may work.
    json
        Print one object.
    """
    from chfw_app.workbench.previewing import preview as made

    with progress() as told:
        done = made(inputs.paths(paths), out, report=told, threads=threads)
    show_warnings(done.one)
    if json:
        print_json(done.as_object())
    else:
        _show(done, out)
    return Exit.FINDINGS if done.one.bad_rows else Exit.DONE


def _show(done: "PreviewDone", out: Path | None) -> None:
    found = done.found
    say_head(done.one, f"{counted(found.hubs, 'hub')} of {found.owner}")
    show_table("By outcome", ("outcome", "hubs"), [(kind.value, found.outcomes[kind]) for kind in done.outcomes])
    show_table(
        "By rule, in the order in which they are asked",
        ("block", "rule", "condition holds for", "decides", "delays"),
        [(c.block, c.rule, c.matches, c.decides, c.delays or None) for c in found.rules],
    )
    stopped = set(done.outcomes) <= {Outcome.STOPPED, Outcome.INELIGIBLE}
    for count in found.rules:
        if count.idle:
            say(f"no hub today: `{count.rule}`")
        elif count.idle_for:
            share = "no hub" if count.hidden else f"not all of its {counted(count.matches, 'hub')}"
            causes = "; ".join(f"{hubs:,}: {cause.value}" for cause, hubs in count.idle_for.items())
            say(f"holds {share}: `{count.rule}` ({causes})")
        elif count.hidden and stopped:
            say(f"decides no hub, since the release is stopped or paused: `{count.rule}`")
        elif count.hidden:
            say(f"decides no hub, since other rules come before it: `{count.rule}`")
    sets = done.sets()
    show_table(
        "By configuration set",
        ("configuration set", "hubs", *(kind.value for kind in done.outcomes)),
        [
            (name or "(missing)", hubs, *(own.get(kind, 0) for kind in done.outcomes))
            for name, hubs, own in sets[:SETS_SHOWN]
        ],
        note=f"and {len(sets) - SETS_SHOWN} more: --json has all" if len(sets) > SETS_SHOWN else "",
    )
    show_table(
        "Windows open next (UTC)",
        ("window", "first", "second", "third"),
        [(name, *opens, *("never" for _ in range(3 - len(opens)))) for name, opens in done.windows()],
    )
    for pilot in found.pilots:
        why = done.why_short(pilot)
        say(f"pilot `{pilot.rule}`: {len(pilot.group.guids):,} of {pilot.asked:,} asked{f': {why}' if why else ''}")
    say_tail(done.one, len(found.duplicates), out)


def show_warnings(one: "OneOwner") -> None:
    """What the checker warns of in the owner's files, on standard error."""
    for warning in one.gathered.warnings:
        say_note(warning.render())


def say_head(one: "OneOwner", what: str) -> None:
    """The first line: what is looked at, and when."""
    release = one.inputs.release
    as_of = format_instant(one.inputs.as_of)
    say(f"{what}, {release.firmware_version} ({release.id}), as of {as_of}", style="bold")


def say_tail(one: "OneOwner", repeated: int, out: Path | None) -> None:
    """What was left out, what these figures cannot tell, and where the list is."""
    if repeated:
        say(f"{counted(repeated, 'GUID')} found more than once, left out")
    if one.bad_rows:
        say(f"{counted(one.bad_rows, 'row')} could not be used: `chfw estate check` names them")
    for note in one.notes:
        say(f"note: {note}")
    if out is not None:
        say(f"wrote {out}")
