"""`chfw plan`: decide when every hub of an estate is activated, and write the schedule."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from chfw_app.cli.options import Flag, InputOptions
from chfw_app.cli.output import counted, print_json, progress, say, show_causes, show_table, show_warnings
from chfw_app.engines import Engine
from chfw_app.inputs.gathered import Gathered
from chfw_app.inputs.reading import gather
from chfw_app.outcomes import OUTCOMES, by_group, ineligible_for, per_outcome, share_of
from chfw_app.plan_page.days import loads, peak_days
from chfw_app.planning import PlanDone, PlanOutputs, write_plan
from chfw_core.model.periods import format_instant
from chfw_core.planning.summary import Summary

SUPPLIERS_SHOWN = 25
FINDINGS_SHOWN = 30
REASONS_SHOWN = 8


def plan(
    inputs: InputOptions,
    *,
    out: Path,
    instructions_out: Path | None = None,
    engine: Engine = Engine.COLUMNAR,
    report: Path | None = None,
    threads: Annotated[int, Parameter(validator=Number(gte=1))] = 2,
    json: Flag = False,
) -> int:
    """Decide when every hub of an estate is activated, and write the schedule.

    Parameters
    ----------
    inputs
        What goes in.
    out
        The schedule: .parquet, .csv, .jsonl or .xlsx.
    instructions_out
        What the rules instructed, as instructions: .parquet, .csv, .jsonl or .xlsx.
    engine
        Who plans; both make the same plan, the reference slowly.
    report
        One page to look at: .html.
    threads
        How many threads may work.
    json
        Print one object.
    """
    outputs = PlanOutputs(schedule=out, instructions=instructions_out, report=report)
    outputs.check(inputs.paths().named())
    with progress() as told:
        gathered = gather(inputs.paths(), report=told, set_aside_repeated=engine is Engine.REFERENCE)
        show_warnings(gathered.warnings)
        done = write_plan(gathered, outputs, engine=engine, report=told, threads=threads)
    if json:
        print_json(as_object(gathered, done))
    else:
        _show(gathered, done)
    return done.code


def as_object(gathered: Gathered, done: PlanDone) -> dict[str, object]:
    """The whole summary for a program, in a fixed order."""
    summary, inputs = done.summary, gathered.inputs
    return {
        "exit": int(done.code),
        "release": inputs.release.id,
        "as_of": format_instant(inputs.as_of),
        "hubs": summary.hubs,
        "outcomes": per_outcome(summary.by_outcome),
        "ineligible_for": ineligible_for(summary),
        "regions": by_group(summary.by_region),
        "suppliers": by_group(summary.by_party),
        "days": [
            {
                "region": region,
                "day": str(day),
                "early": load.early,
                "default": load.default,
                "capacity": load.capacity,
            }
            for region, days in loads(summary, inputs).items()
            for day, load in days.items()
        ],
        "findings": [
            {"code": f.code, "party": f.party, "count": f.count, "message": f.message} for f in done.findings if f.count
        ],
        "refused": done.refused,
        "refused_for": done.refused_for,
        "bad_rows": done.bad_rows,
        "notes": list(gathered.notes),
        "not_checked": list(gathered.not_checked),
        "files": {what: str(path) for what, path in done.files.items()},
    }


def _show(gathered: Gathered, done: PlanDone) -> None:
    summary, inputs = done.summary, gathered.inputs
    say(f"{inputs.release.firmware_version} ({inputs.release.id}), as of {format_instant(inputs.as_of)}", style="bold")
    _show_outcomes(summary)
    reasons = list(ineligible_for(summary).items())
    show_table(
        "Why hubs are ineligible", ("reason", "hubs"), reasons[:REASONS_SHOWN], note=_more(len(reasons), REASONS_SHOWN)
    )
    header = ("", "hubs", *(kind.words for kind in OUTCOMES))
    _show_groups("By CSP region", ("region", *header[1:]), by_group(summary.by_region))
    show_table(
        "By day",
        ("region", "first day", "last day", "busiest day", "hubs then", "of capacity"),
        peak_days(loads(summary, inputs)),
    )
    _show_groups("By Supplier (a hub with two counts for both)", ("Supplier", *header[1:]), by_group(summary.by_party))
    findings = [(f.count if f.about_hubs else None, f.party or "", f.message) for f in done.worth_a_look]
    show_table(
        "Findings", ("hubs", "party", "what"), findings[:FINDINGS_SHOWN], note=_more(len(findings), FINDINGS_SHOWN)
    )
    if done.refused:
        why = ", ".join(f"{reason} {count:,}" for reason, count in done.refused_for.items())
        say(f"{counted(done.refused, 'instruction')} refused ({why}): {done.files['refused instructions']}")
    if done.bad_rows:
        show_causes(done.bad_rows, done.bad_causes)
        say(f"{counted(done.bad_rows, 'row')} set aside, listed with reasons: {done.files['quarantine']}")
    for words in gathered.notes:
        say(f"note: {words}")
    for words in gathered.not_checked:
        say(f"not checked: {words}")
    for what in ("schedule", "instructions", "report"):
        if what in done.files:
            say(f"{what}: {done.files[what]}")


def _show_outcomes(summary: Summary) -> None:
    counts = per_outcome(summary.by_outcome)
    rows = [(kind.says, counts[kind.key], share_of(counts[kind.key], summary.hubs)) for kind in OUTCOMES]
    show_table("Hubs", ("outcome", "hubs", "share"), [*rows, ("all", summary.hubs, "")])


def _show_groups(title: str, header: tuple[str, ...], groups: dict[str, dict[str, int]]) -> None:
    order = sorted(groups, key=lambda name: (-sum(groups[name].values()), name))
    rows = [(name, sum(groups[name].values()), *groups[name].values()) for name in order[:SUPPLIERS_SHOWN]]
    show_table(title, header, rows, note=_more(len(order), SUPPLIERS_SHOWN))


def _more(there: int, shown: int) -> str:
    return f"and {there - shown:,} more: --json or --report has all" if there > shown else ""
