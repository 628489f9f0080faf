"""`chfw rules simulate`: what the `events` of rule files would have done with what has happened."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from chfw_app.cli.options import Flag, Several
from chfw_app.cli.output import counted, instant_words, print_json, say, say_note, show_table
from chfw_app.cli.rules_options import RulePaths
from chfw_app.exits import Exit
from chfw_core.errors import InputError
from chfw_core.model.periods import format_instant

if TYPE_CHECKING:
    from chfw_app.triggers.simulating import Simulated
    from chfw_core.triggers.records import Firing

ROWS_SHOWN = 30
_PART = {"completed": "do", "expired": "otherwise"}
"""Per cause of a firing, the key of the rule that says what is written down."""


def simulate(
    *paths: RulePaths,
    events: Path,
    estate: Path,
    rules: Annotated[tuple[Path, ...], Several] = (),
    release: Path | None = None,
    attributes: Annotated[tuple[str, ...], Several] = (),
    until: str | None = None,
    json: Flag = False,
) -> int:
    """Back-test rule files on recorded events: what would have fired, for whom, and what stays open. No ledger.

    Exit code 2: done, but lines of the events could not be used, or are about hubs that the estate does not have.

    Parameters
    ----------
    paths
        Rule files of one owner or of several; a folder means every *.rules.yaml below it.
    events
        What happened: JSON Lines, taken in the order of `seq`.
    estate
        The hubs: .parquet or .csv.
    rules
        The same as PATH.
    release
        The release file, for rules that read `release.*`.
    attributes
        PARTY=FILE: what one Supplier alone knows of its hubs. May be given again.
    until
        The moment to which time is told in the end; else that of the last event.
    json
        Print one object.
    """
    from chfw_app.triggers.simulating import simulate_files
    from chfw_core.model.periods import parse_instant

    named = (*paths, *rules)
    if not named:
        raise InputError("no rule file was named", hint="`chfw rules simulate PATH... --events F --estate E`")
    end = None if until is None else parse_instant(until)
    done = simulate_files(named, events, estate, release=release, attributes=attributes, until=end)
    for problem in done.problems:
        say_note(problem.render())
    code = Exit.FINDINGS if done.bad_lines or done.remarks else Exit.DONE
    if json:
        print_json({"exit": int(code), **_as_object(done)})
    else:
        _show(done)
    return code


def _show(done: "Simulated") -> None:
    when = "" if done.until is None else f", up to {instant_words(done.until)}"
    say(f"{counted(done.events, 'event')}{when}", style="bold")
    fired = Counter((one.owner, one.trigger) for one in done.fired)
    passed = Counter((owner, one.trigger) for owner, one in done.passed_over)
    waits = Counter((one.owner, one.trigger) for one in done.waiting)
    rows = [(*key, fired[key], passed[key], waits[key]) for key in done.triggers]
    show_table("By rule", ("owner", "rule", "fired", "led to nothing", "still open"), rows)
    effects = [
        (format_instant(one.at), one.owner, one.trigger, one.scope_key, _PART[one.cause], _written(one))
        for one in done.fired[:ROWS_SHOWN]
    ]
    show_table("Fired", ("when", "owner", "rule", "for", "part", "writes down"), effects, note=_more(len(done.fired)))
    nothing = [(owner, one.scope_key, one.said) for owner, one in done.passed_over[:ROWS_SHOWN]]
    show_table("Led to nothing", ("owner", "for", "why"), nothing, note=_more(len(done.passed_over)))
    still = [
        (one.owner, one.trigger, one.scope, format_instant(one.since), format_instant(one.until))
        for one in done.waiting[:ROWS_SHOWN]
    ]
    show_table("Still open", ("owner", "rule", "for", "since", "over after"), still, note=_more(len(done.waiting)))
    if not done.fired:
        say("nothing would have fired")
    for row in done.bad_lines[:ROWS_SHOWN]:
        say(f"set aside: {row}")
    if len(done.bad_lines) > ROWS_SHOWN:
        say(_more(len(done.bad_lines)))
    for remark in done.remarks:
        say(remark)


def _more(count: int) -> str:
    return f"and {count - ROWS_SHOWN:,} more: --json has all" if count > ROWS_SHOWN else ""


def _written(one: "Firing") -> str:
    from chfw_app.triggers.effects.words import effect_words
    from chfw_app.triggers.writing_down import effect_of

    return "; ".join(effect_words(effect_of(record)) for record in one.records)


def _as_object(done: "Simulated") -> dict[str, object]:
    from chfw_app.triggers.writing_down import effect_of

    return {
        "events": done.events,
        "until": None if done.until is None else format_instant(done.until),
        "fired": [
            {
                "owner": one.owner,
                "trigger": one.trigger,
                "version": one.version,
                "at": format_instant(one.at),
                "part": _PART[one.cause],
                "scope": dict(one.scope),
                "because": one.said,
                "effects": [{"kind": made.kind.value, **made.said} for made in map(effect_of, one.records)],
                "missing": list(one.missing),
            }
            for one in done.fired
        ],
        "passed_over": [
            {"owner": owner, "trigger": one.trigger, "scope": one.scope_key, "why": one.why.value, "because": one.said}
            for owner, one in done.passed_over
        ],
        "open": [
            {
                "owner": one.owner,
                "trigger": one.trigger,
                "scope": one.scope,
                "step": one.step,
                "since": format_instant(one.since),
                "until": format_instant(one.until),
            }
            for one in done.waiting
        ],
        "bad_rows": list(done.bad_lines),
        "remarks": list(done.remarks),
    }
