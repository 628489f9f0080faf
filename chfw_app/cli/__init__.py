"""The command line `chfw`: typed functions, one module for each command.

Exit codes are part of the contract: 0 done; 1 cannot read, or bad usage; 2 done, with findings;
3 no result. Results go to standard output, everything else to standard error. Commands load when
they are called, so that `chfw --help` costs nothing.
"""

import itertools
import sys
from collections.abc import Sequence
from keyword import iskeyword

from cyclopts import App, CycloptsError

from chfw_app.cli.output import debugging, output_is_full, print_json, say_error, show_problems, to_nowhere
from chfw_app.cli.usage import plain, usage_problem
from chfw_app.exits import Exit
from chfw_app.problems import Failed, Problems, no_result
from chfw_core.errors import ChfwError

_COMMANDS = {
    "plan": "decide when every hub of an estate is activated, and write the schedule",
    "verify": "check a schedule against its inputs, with code that shares no decision with the planner",
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
            "simulate": "back-test the `events` of rule files on what has happened",
            "schema": "print the JSON Schema of rule files, for editors",
        },
    ),
    "schedule": ("schedules of plans", {"diff": "count the hubs that two schedules treat differently"}),
    "report": (
        "how roll-outs stand, for one reader",
        {
            "status": "say how every hub of a Supplier stands, or write all of it to a file",
            "eligible": "write a Supplier's hubs that are eligible for a release, with its roles",
            "actions": "say what one actor has to do and how long it has, and what the others do next",
            "flight": "show every upgrade in flight, with the reader's hubs by state, region and day",
            "pilot": "show a pilot device by device: how far each is, and what was said of it",
            "deployed": "count what runs on a Supplier's hubs; on all hubs for the DCC",
            "trends": "show what a Supplier's hubs ran week by week, and the industry's shares beside it",
            "dashboard": "write all of it for one reader as a spreadsheet with charts",
            "late": "name the CSPs that owe outcomes, and by how much they are late",
        },
    ),
    "files": (
        "files that parties hand in, and files that they are sent",
        {
            "once": "take in all files that have come into drop folders, answer them, and send what is due",
            "watch": "the same again and again, until it is interrupted",
            "extract": "put each reader's statuses and dashboard into its drop folder",
            "import": "make lists of a spreadsheet that people kept",
        },
    ),
    "cpl": ("the Central Products List", {"history": "what changed on it from issue to issue"}),
    "ledger": (
        "the ledger of roll-outs",
        {
            "verify": "check that it is whole, and that every table is what its entries make of it",
            "replay": "show the releases as they were at an entry or an instant",
        },
    ),
    "rollout": (
        "run a release, from its notice to verified activation",
        {
            "show": "where a release stands, what is owed, and the time left",
            "effects": "what a command would do to hubs in each state; nothing is done",
            "draft": "prepare a release from its file; nobody is told yet",
            "cpl-entry": "record the release's entry on the Central Products List",
            "note": "publish the release note, or a newer version of it",
            "participation": "choose voluntary or mandatory participation, having seen what it brings",
            "notify": "tell every relevant Supplier and CSP, with the eligible hubs of an estate",
            "add-hubs": "add hubs that became eligible after the notice",
            "move-date": "move the automatic date",
            "revoke": "revoke the notice, for good",
            "dcc-only": "return to upgrades that the DCC manages alone",
            "supersede": "let a newer release take hubs",
            "approve-pilot": "give operational approval to begin the pilot",
            "pilot-list": "submit a Supplier's pilot hubs",
            "start-pilot": "begin the pilot",
            "progress": "record how the pilot went on single hubs",
            "complete-phase": "complete a phase of the pilot",
            "end-pilot": "end the pilot, with commentary",
            "verdict": "give a Supplier's verdict on the pilot",
            "approve-mass": "give operational approval to begin the mass roll-out",
            "start-mass": "begin the mass roll-out",
            "complete": "complete the release",
            "instruct": "instruct an earlier activation, from a file or for single hubs",
            "withdraw": "take instructions back",
            "publish": "publish days for hubs, of a schedule or of a plan made now",
            "capacity": "set how many hubs a region can take on a day",
            "hand-over": "hand a day's hubs to their CSPs, and write the work lists",
            "hold": "hold hubs",
            "let-go": "let held hubs go",
            "exclude": "take hubs out of the release",
            "protect": "leave hubs alone in a period",
            "unprotect": "leave hubs alone no more, before the period is over",
            "outcomes": "report the outcomes of hubs, from a file",
            "inventory": "take what the SMI shows of hubs, from a file",
            "change-supplier": "take a change of Supplier of hubs",
            "raise-incident": "raise an incident on a release",
            "triage": "triage an incident",
            "pause": "triage an incident: pause",
            "delay": "triage an incident: delay the automatic date",
            "stop": "triage an incident: stop",
            "confirm": "confirm what was decided on an incident, for the Panel",
            "suspend": "suspend a release at once",
            "resume": "end a pause or a suspension",
            "observe": "take events from outside, and let the rules in force hear of them",
            "install-rules": "put an owner's rule files in force: their `events` hear of what happens",
            "fired": "show what triggers have written down, and why",
            "tick": "do what time brings: silence, lateness, delivery",
            "outbox": "list the messages that wait, or deliver them as files",
        },
    ),
}
_PARTS = {
    "rollout_notice": "draft cpl-entry note participation notify add-hubs move-date revoke dcc-only supersede",
    "rollout_pilot": "approve-pilot pilot-list start-pilot progress complete-phase end-pilot verdict",
    "rollout_mass": "approve-mass start-mass complete",
    "rollout_instruct": "instruct withdraw",
    "rollout_plan": "publish capacity hand-over hold let-go exclude protect unprotect",
    "rollout_outcomes": "outcomes inventory",
    "rollout_suppliers": "change-supplier",
    "rollout_incidents": "raise-incident triage pause delay stop confirm suspend resume",
    "rollout_triggers": "observe install-rules fired",
    "rollout_run": "show effects tick outbox",
}
_MODULES = {("rollout", name): module for module, names in _PARTS.items() for name in names.split()} | {
    ("files", "import"): "files_import",
}
"""Groups of many commands lie in several modules; of the others each is one module."""


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
            module = _MODULES.get((group, name), group)
            function = name.replace("-", "_")
            if iskeyword(function):
                function += "_"
            inner.command(f"chfw_app.cli.{module}:{function}", name=name, help=does)
        app.command(inner)
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises for anything a user can cause."""
    words = sys.argv[1:] if arguments is None else arguments
    as_json = _wants_json(words)
    try:
        code = make_app()(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as problem:
        message, hint = usage_problem(problem, _names(), words)
        return _without_result(Exit.CANNOT_READ, no_result(message, hint=hint).problems, as_json=as_json)
    except Failed as failed:
        return _without_result(failed.code, failed.problems, as_json=as_json)
    except ChfwError as problem:
        found = no_result(str(problem), hint=problem.hint).problems
        return _without_result(Exit.CANNOT_READ, found, as_json=as_json)
    except KeyboardInterrupt:
        say_error("stopped; nothing was written")
        return Exit.CANNOT_READ
    except BrokenPipeError:
        to_nowhere()
        return Exit.DONE
    except OSError as failure:
        if output_is_full(failure):
            return Exit.CANNOT_READ
        if debugging():
            raise
        return _fault(failure)
    except MemoryError:
        say_error("not enough memory", hint="`chfw doctor` says how much there is")
        return Exit.NO_RESULT
    except Exception as fault:
        if debugging():
            raise
        return _fault(fault)
    return int(code or 0)


def _wants_json(words: Sequence[str]) -> bool:
    """Whether a program reads the result."""
    formats = (word.removeprefix("--format=") for word in words if word.startswith("--format="))
    asked = any(pair == ("--format", "json") for pair in itertools.pairwise(words))
    return "--json" in words or "json" in formats or asked


def _without_result(code: Exit, problems: Problems, *, as_json: bool) -> Exit:
    """Tell a person why; and with `--json` a program, which is owed one object whatever happens (contracts)."""
    show_problems(problems)
    if as_json:
        print_json(problems.as_object())
    return code


def _fault(fault: Exception) -> Exit:
    say_error(
        f"a fault in chfw, not in your input: {type(fault).__name__}: {plain(str(fault))}",
        hint="run it again with CHFW_TRACEBACK=1 to see where, and please report it",
    )
    return Exit.NO_RESULT


def _names() -> tuple[str, ...]:
    """Every command as it is typed."""
    inner = (f"{group} {name}" for group, (_, commands) in _GROUPS.items() for name in commands)
    return (*_COMMANDS, *inner)


def main() -> None:
    """The console script."""
    code = run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        to_nowhere()
    except OSError as failure:
        if not output_is_full(failure):
            raise
        code = Exit.CANNOT_READ
    raise SystemExit(code)
