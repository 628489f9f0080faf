"""`chfw rollout observe`, `install-rules` and `fired`: if this, then that, in a roll-out (RU2-RU7)."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from attrs import frozen
from cyclopts import Parameter

from chfw_app.cli.options import Several
from chfw_app.cli.output import counted, print_json, say, say_note
from chfw_app.cli.rollout_answers import GUIDS_SHOWN
from chfw_app.cli.rollout_options import ActOptions, opened
from chfw_app.cli.rollout_ran import ran_as_object, say_ran
from chfw_app.exits import Exit
from chfw_core.errors import InputError
from chfw_core.model.parties import DCC
from chfw_core.model.periods import format_instant

if TYPE_CHECKING:
    from chfw_app.triggers.knowing import Beside
    from chfw_app.triggers.showing import Shown

FIRED_SHOWN = 50


@Parameter(name="*")
@frozen(kw_only=True)
class BesideOptions:
    """What rules may ask of hubs beside what the ledger has.

    Parameters
    ----------
    estate
        The hubs, with flags, days of installation and what else the ledger has not: .parquet or .csv.
    attributes
        PARTY=FILE: what one Supplier alone knows of its hubs. May be given again.
    """

    estate: Path | None = None
    attributes: Annotated[tuple[str, ...], Several] = ()

    def read(self) -> "Beside":
        """What is there. Raises InputError."""
        from chfw_app.triggers.beside import read_beside

        return read_beside(self.estate, self.attributes)


def observe(
    file: Annotated[Path, Parameter(name="FILE")],
    /,
    *,
    beside: BesideOptions | None = None,
    options: ActOptions | None = None,
) -> int:
    """Take events from outside, from a file of JSON Lines, and let the rules in force hear of them (RU6).

    A line is {"seq": 1, "at": "2026-02-01T09:00:00Z", "type": "meter_read_received", "guid": "88-73-…"}. `seq` is
    the sender's own number: the same event again is taken once. A line that cannot be used is set aside.

    Parameters
    ----------
    file
        The events.
    beside
        What rules may ask of hubs.
    options
        Who says so: a Party of its own hubs, CSP:REGION of its region, DCC, SMI or REGISTRATION.
    """
    from chfw_app.triggers.observing import observe_file
    from chfw_app.triggers.running import run_triggers

    options = options or ActOptions()
    by = _who(options, "says it")
    known = (beside or BesideOptions()).read()
    with opened(options) as service:
        taken = observe_file(service, file, by)
        ran = run_triggers(service, known)
    bad = [f"line {one.line}: {one.reason}" for one in taken.set_aside]
    total = sum(taken.events.values())
    code = Exit.FINDINGS if bad else Exit.DONE
    if bad and not total and not taken.again:
        code = Exit.NO_RESULT
    if options.json:
        events = dict(sorted(taken.events.items()))
        print_json(
            {"exit": int(code), "taken": events, "again": taken.again, "bad_rows": bad, **ran_as_object(ran, by)}
        )
        return code
    say(f"{counted(total, 'event')} taken")
    for kind, count in sorted(taken.events.items()):
        say(f"  {kind}: {count:,}")
    if taken.again:
        say(f"{counted(taken.again, 'event')} said before")
    for row in bad[:GUIDS_SHOWN]:
        say(f"set aside: {row}")
    if len(bad) > GUIDS_SHOWN:
        say(f"and {counted(len(bad) - GUIDS_SHOWN, 'line')} more: --json has all")
    say_ran(ran, by)
    return code


def install_rules(
    *paths: Annotated[Path, Parameter(name="PATH", negative=())],
    after: int | None = None,
    options: ActOptions | None = None,
) -> int:
    """Put an owner's rule files in force: their `events` hear of what happens from now on (RU6, RU7).

    The version is a hash of the files; the same files again change nothing. What the version before has begun goes on
    under it, unless the new files say `on_new_version: cut_off`.

    Parameters
    ----------
    paths
        The owner's rule files; a folder means every *.rules.yaml below it.
    after
        They hear of the entries after this number; else of those after their own.
    options
        Whose files they are.
    """
    from chfw_app.triggers.installing import install

    options = options or ActOptions()
    if not paths:
        raise InputError("no rule file was named", hint="`chfw rollout install-rules PATH... --as NWND`")
    with opened(options) as service:
        done = install(service, paths, _who(options, "owns them"), after=after)
    for warning in done.warnings:
        say_note(warning)
    if options.json:
        said = {"owner": done.owner, "version": done.version, "files": done.files, "triggers": done.triggers}
        print_json({"exit": int(Exit.DONE), **said, "again": done.again})
        return Exit.DONE
    words = "is in force already" if done.again else "is in force from now on" if after is None else "is in force"
    say(f"{done.owner}: version {done.version[:8]} {words}")
    say(f"{counted(done.files, 'file')}, {counted(done.triggers, 'rule')} in `events`")
    return Exit.DONE


def fired(
    *,
    trigger: str | None = None,
    guid: str | None = None,
    records: Path | None = None,
    options: ActOptions | None = None,
) -> int:
    """Show what triggers have written down, and why: which events led to it.

    Parameters
    ----------
    trigger
        Of this trigger alone.
    guid
        About this hub alone.
    records
        Write the holds that stand, for `chfw plan --triggers`: JSON Lines.
    options
        Who looks: a party sees what its own rules wrote down, the DCC all of it.
    """
    from chfw_app.triggers.effects.words import effect_words, where_words
    from chfw_app.triggers.showing import check_named, firings
    from chfw_app.triggers.showing import records as standing
    from chfw_core.model.guid import parse_guid

    options = options or ActOptions()
    reader = options.as_ or DCC
    if records is not None and reader != DCC:
        raise InputError("--records is for the DCC, which plans", hint="leave out --as")
    with opened(options) as service, service.store.read() as connection:
        about = None if guid is None else parse_guid(guid)
        owner = None if reader == DCC else reader
        found = list(firings(connection, owner=owner, trigger=trigger, guid=about))
        if trigger is not None and not found:
            check_named(connection, trigger, owner)
        stand = standing(connection, service.clock()) if records is not None else None
    if records is not None and stand is not None:
        from chfw_core.documents.trigger_records import write_trigger_records
        from chfw_files.atomic import write_text

        write_text(records, "".join(f"{line}\n" for line in write_trigger_records(stand)))
    if options.json:
        print_json({"fired": [_as_object(one) for one in found]})
        return Exit.DONE
    if len(found) > FIRED_SHOWN:
        order = "in the order in which they were written down"
        say(f"the last {FIRED_SHOWN} of {len(found):,}, {order}; --json has all")
    for one in found[-FIRED_SHOWN:]:
        say(f"{format_instant(one.fired.at)} {one.owner}: {one.fired.said}")
        say(f"  {where_words(one.fired)}{_of(one)}")
        for effect, became in zip(one.fired.effects, _became(one), strict=True):
            say(f"  version {one.version[:8]} wrote down: {effect_words(effect)}{became}")
    if not found:
        say("nothing has fired")
    if records is not None and stand is not None:
        say(f"{counted(len(stand.holds), 'hold')} and {counted(len(stand.releases), 'release')} written to {records}")
    return Exit.DONE


def _of(one: "Shown") -> str:
    named = one.fired.release is None or "release" in one.fired.scope
    return "" if named else f", of release {one.fired.release}"


def _became(one: "Shown") -> Iterator[str]:
    """Of each effect what has become of it, where that can be said."""
    from chfw_core.rollout.triggering.entries import Kind

    stand = iter(one.holds_stand)
    for effect in one.fired.effects:
        if effect.kind is Kind.HOLD:
            yield ": it stands" if next(stand) else ": it has ended"
        elif effect.kind is Kind.INCIDENT and one.incidents:
            where = (f"{on.incident} on {on.release}, {'open' if on.open else 'decided'}" for on in one.incidents)
            yield f": {'; '.join(where)}"
        else:
            yield ""


def _as_object(one: "Shown") -> dict[str, object]:
    from chfw_core.model.guid import format_guid

    return {
        "owner": one.owner,
        "version": one.version,
        "trigger": one.fired.trigger,
        "at": format_instant(one.fired.at),
        "scope": dict(one.fired.scope),
        "guid": None if one.fired.guid is None else format_guid(one.fired.guid),
        "release": one.fired.release,
        "because": one.fired.said,
        "effects": [{"kind": effect.kind.value, **effect.said} for effect in one.fired.effects],
        "holds_stand": list(one.holds_stand),
        "incidents": [{"incident": on.incident, "release": on.release, "open": on.open} for on in one.incidents],
    }


def _who(options: ActOptions, does: str) -> str:
    if options.as_ is None:
        raise InputError(f"--as is missing: who {does}?", hint="such as --as NWND, --as DCC or --as CSP:North")
    return options.as_
