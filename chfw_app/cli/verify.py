"""`chfw verify`: check a schedule against its inputs, with code that shares no decision with the planner."""

from pathlib import Path

from chfw_app.cli.options import Flag, InputOptions
from chfw_app.cli.output import counted, print_json, progress, say, show_table, show_warnings
from chfw_app.exits import Exit
from chfw_app.inputs.reading import gather
from chfw_app.verifying import verify_files
from chfw_core.planning.verify import PROVES, Verdict


def verify(inputs: InputOptions, *, schedule: Path, json: Flag = False) -> int:
    """Check a schedule against its inputs, with code that shares no decision with the planner.

    Parameters
    ----------
    inputs
        What went into the plan.
    schedule
        The schedule: .parquet, .csv, .jsonl or .xlsx.
    json
        Print one object.
    """
    with progress() as told:
        gathered = gather(inputs.paths(), report=told)
        show_warnings(gathered.warnings)
        verdict = verify_files(gathered, schedule, report=told)
    if json:
        print_json(as_object(verdict, schedule))
    else:
        _show(verdict, schedule)
    return Exit.DONE if verdict.holds else Exit.NO_RESULT


def as_object(verdict: Verdict, schedule: Path) -> dict[str, object]:
    """For a program: every count, and examples."""
    return {
        "schedule": str(schedule),
        "holds": verdict.holds,
        "hubs": verdict.hubs,
        "counts": {check.value: count for check, count in sorted(verdict.counts.items())},
        "violations": [
            {"check": v.check.value, "proves": v.proves, "subject": v.subject, "expected": v.expected, "got": v.got}
            for v in verdict.violations
        ],
    }


def _show(verdict: Verdict, schedule: Path) -> None:
    if verdict.holds:
        say(f"{schedule}: {counted(verdict.hubs, 'hub')}, {counted(len(PROVES), 'check')}, nothing wrong", style="bold")
        return
    say(f"{schedule}: {counted(verdict.hubs, 'hub')}, and it does not hold", style="bold red")
    rows = [(check.value, count, PROVES[check]) for check, count in sorted(verdict.counts.items())]
    show_table("What is wrong", ("check", "times", "what should be"), rows)
    examples = [(v.check.value, v.subject, v.expected, v.got) for v in verdict.violations]
    show_table("Examples", ("check", "where", "expected", "got"), examples)
