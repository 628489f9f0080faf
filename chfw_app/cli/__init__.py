"""The command line `chfw`: typed functions, one module for each command.

Exit codes are part of the contract: 0 done; 1 cannot read, or bad usage; 2 done, with findings;
3 no result. Results go to standard output, everything else to standard error. Commands load when
they are called, so that `chfw --help` costs nothing.
"""

from collections.abc import Sequence

from cyclopts import App, CycloptsError

from chfw_app.cli.output import debugging, say_error, show_problems, to_nowhere
from chfw_app.exits import Exit
from chfw_app.problems import Failed
from chfw_core.errors import ChfwError

_COMMANDS = {
    "plan": "decide when every hub of an estate is activated, and write the schedule",
    "verify": "check a schedule against its inputs, with code that shares nothing with the planner",
    "explain": "tell the whole consent story of one hub",
    "doctor": "say what is installed here, and what would run",
    "demo": "make an estate, rules and a plan of them, and look at it",
    "schema": "print the JSON Schema of a document",
}
_GROUPS = {
    "estate": (
        "make estates, and look at them",
        {"generate": "make one, the same for the same seed", "check": "say what it holds, and which rows are bad"},
    ),
    "rules": (
        "one owner's rule files",
        {
            "new": "begin a rule file from a template",
            "check": "find every problem in rule files",
            "fmt": "bring rule files into canonical form",
            "test": "run the tests of rule files",
            "coverage": "say which rules and conditions the tests reach",
            "preview": "count what one owner's files do to its own hubs",
            "diff": "count the hubs that two versions of one owner's files decide differently",
            "explain": "tell why one owner's rules decide a hub as they do, and what would change it",
            "schema": "print the JSON Schema of rule files, for editors",
        },
    ),
    "cpl": ("the Central Products List", {"history": "what changed on it from issue to issue"}),
}


def make_app() -> App:
    """The application with all its commands, none of them loaded yet."""
    from chfw_app.versions import chfw_version

    app = App(
        name="chfw",
        help="Plan, verify and explain firmware activations of Communications Hubs.",
        version=chfw_version,
        version_flags="--version",
        help_format="plaintext",
        result_action="return_value",
    )
    for name, says in _COMMANDS.items():
        app.command(f"chfw_app.cli.{name}:{name}", name=name, help=says)
    for group, (says, commands) in _GROUPS.items():
        inner = App(name=group, help=says)
        for name, does in commands.items():
            inner.command(f"chfw_app.cli.{group}:{name}", name=name, help=does)
        app.command(inner)
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises for anything a user can cause."""
    try:
        code = make_app()(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as problem:
        say_error(_plain(str(problem)), hint="`chfw COMMAND --help` tells the options")
        return Exit.CANNOT_READ
    except Failed as failed:
        show_problems(failed.problems)
        return failed.code
    except ChfwError as problem:
        say_error(str(problem), hint=problem.hint)
        return Exit.CANNOT_READ
    except KeyboardInterrupt:
        say_error("stopped; nothing was written")
        return Exit.CANNOT_READ
    except BrokenPipeError:
        to_nowhere()
        return Exit.DONE
    except MemoryError:
        say_error("not enough memory", hint="`chfw doctor` says how much there is")
        return Exit.NO_RESULT
    except Exception as fault:
        if debugging():
            raise
        say_error(
            f"a fault in chfw, not in your input: {type(fault).__name__}: {_plain(str(fault))}",
            hint="run it again with CHFW_TRACEBACK=1 to see where, and please report it",
        )
        return Exit.NO_RESULT
    return int(code or 0)


def main() -> None:
    """The console script."""
    import sys

    code = run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        to_nowhere()
    raise SystemExit(code)


def _plain(text: str) -> str:
    """One line, lower case at the start, no full stop: the form of every message."""
    line = " ".join(text.split()).rstrip(".")
    return line[:1].lower() + line[1:] if line[1:2].islower() else line
