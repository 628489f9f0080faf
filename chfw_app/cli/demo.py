"""`chfw demo`: make an estate, rules and a plan of them, and look at it.

Each step is a command that anybody could type; it is printed, then run.
"""

import shlex
import sys
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.output import say, say_error
from chfw_app.demo.interesting import interesting_hubs
from chfw_app.demo.prepare import AS_OF, PRIVATE, SEED, DemoFiles, copy_documents, write_sayings
from chfw_app.exits import Exit

FULL = 1_000_000
"""The size for which the demonstration's capacities are given."""


def demo(
    *,
    hubs: int = FULL,
    folder: Annotated[Path, Parameter(name="--folder")] = Path("demo"),
) -> int:
    """Make an estate of a million hubs and the rules of its Suppliers, plan, verify, explain.

    Parameters
    ----------
    hubs
        How many hubs.
    folder
        Where everything is put.
    """
    started = time.monotonic()
    where = DemoFiles(folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    copy_documents(where, hubs / FULL)
    _heading(f"An estate of {hubs:,} hubs and its Suppliers")
    _step("estate", "generate", "--hubs", hubs, "--seed", SEED, "--out", where.estate)
    write_sayings(where)
    say(f"also there: {', '.join(sorted(path.name for path in folder.iterdir() if path != where.estate))}")
    _heading("The rule files are checked")
    _step("rules", "check", where.rules)
    inputs: list[object] = ["--estate", where.estate, "--release", where.release, "--rules", where.rules]
    inputs += ["--attributes", f"{PRIVATE}={where.attributes}", "--instructions", where.instructions]
    inputs += ["--events", where.events, "--capacity", where.capacity, "--as-of", AS_OF]
    _heading("The plan")
    outputs = ["--out", where.schedule, "--instructions-out", where.decided, "--report", where.report]
    _step("plan", *inputs, *outputs)
    _heading("Its proof, by code that shares no decision with the planner")
    verified = _step("verify", *inputs, "--schedule", where.schedule)
    for found in interesting_hubs(where.estate, where.schedule, where.decided):
        _heading(f"One hub: {found.why}")
        _step("explain", *inputs, "--schedule", where.schedule, "--guid", found.guid)
        if found.seen_by is not None:
            _heading(f"The same hub, as {found.seen_by} may see it")
            _step("explain", *inputs, "--schedule", where.schedule, "--guid", found.guid, "--as", found.seen_by)
    say()
    say(f"The report to look at: {where.report}", style="bold")
    say(f"Everything lies in {folder}/; it took {time.monotonic() - started:.0f} s.")
    return verified


def _heading(words: str) -> None:
    say()
    say(words, style="bold")
    say("=" * len(words))


def _step(*arguments: object) -> int:
    """Print the command as one could type it, and run it. A step without a result ends the demonstration."""
    from chfw_app.cli import run

    words = [str(argument) for argument in arguments]
    say("$ chfw " + _typed(words))
    sys.stdout.flush()
    code = run(words)
    if code in (Exit.CANNOT_READ, Exit.NO_RESULT):
        say_error(f"the demonstration ends here: `chfw {words[0]}` gave exit code {code}")
        raise SystemExit(code)
    return code


def _typed(words: list[str]) -> str:
    """The command in lines that can be copied."""
    lines, line = [], ""
    for word in map(shlex.quote, words):
        if word.startswith("--") and line and len(line) > 60:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return " \\\n    ".join([*lines, line])
