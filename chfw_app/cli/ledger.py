"""`chfw ledger verify` and `replay`: whether the ledger is whole, and what was so at any time (NF5, I11)."""

from pathlib import Path

from chfw_app.cli.output import print_json, progress, say, say_error, show_table
from chfw_app.cli.rollout_options import StoreOptions, opened
from chfw_app.exits import Exit
from chfw_core.model.periods import format_instant

SHOWN = 20


def verify(*, options: StoreOptions | None = None) -> int:
    """Check the ledger: every entry as it was written, and every table what the entries make of it (I11).

    Parameters
    ----------
    options
        Where the ledger is.
    """
    from itertools import islice

    from chfw_app.stores.replay import as_it_was, differences
    from chfw_app.stores.rollout_codec import projections
    from chfw_app.stores.verify import verify_ledger

    options = options or StoreOptions()
    with opened(options) as service, progress() as told, service.store.read() as connection:
        told("checking the entries", 0.0)
        checked = verify_ledger(connection)
        told("checking the entries", 1.0)
        found = []
        if checked.broken is None:
            told("replaying them", 0.0)
            with as_it_was(connection, projections()) as again, again.read() as there:
                told("replaying them", 1.0)
                found = list(islice(differences(connection, there), SHOWN + 1))
    head = checked.head
    code = Exit.NO_RESULT if checked.broken is not None or found else Exit.DONE
    if options.json:
        print_json(
            {
                "exit": int(code),
                "entries": checked.entries_read,
                "last_entry": head.seq,
                "last_at": None if head.at is None else format_instant(head.at),
                "last_hash": head.hash.hex(),
                "broken": None if checked.broken is None else checked.broken.said,
                "tables_differ": [{"table": one.table, "key": [str(part) for part in one.key]} for one in found],
            }
        )
        return code
    say(f"{checked.entries_read:,} entries; the last has the hash {head.hash.hex()}")
    if checked.broken is not None:
        say_error(
            checked.broken.said, hint="restore the ledger from a copy, and compare the hashes that were noted elsewhere"
        )
    elif found:
        say_error(
            "the tables are not what the entries make of them", hint="the entries are whole; restore, or report it"
        )
        rows = [(one.table, " ".join(str(part) for part in one.key)) for one in found[:SHOWN]]
        show_table("Rows that differ", ("table", "key"), rows, note="and more" if len(found) > SHOWN else "")
    else:
        say("the chain is whole, and every table is what the entries make of it")
    return code


def replay(*, as_of: str, out: Path | None = None, options: StoreOptions | None = None) -> int:
    """Show the releases as they were at an entry or an instant, made anew from the entries (NF5).

    Parameters
    ----------
    as_of
        The number of an entry, or an instant: 2026-03-01, or 2026-03-01T09:00:00Z.
    out
        Keep that state as a ledger of its own: an SQLite file.
    options
        Where the ledger is.
    """
    from chfw_app.rollout.replaying import replay_to, state_at

    options = options or StoreOptions()
    with opened(options) as service, progress() as told:
        told("replaying", 0.0)
        if out is not None:
            replay_to(service.store, as_of, out)
        found = state_at(service.store, as_of)
        told("replaying", 1.0)
    if options.json:
        print_json(
            {
                "entry": found.seq,
                "at": None if found.at is None else format_instant(found.at),
                "releases": [
                    {
                        "release": one.release,
                        "stage": one.stage,
                        "standing": one.standing,
                        "hubs": {state.value: hubs for state, hubs in one.hubs.items()},
                    }
                    for one in found.releases
                ],
            }
        )
        return Exit.DONE
    when = "" if found.at is None else f", written at {format_instant(found.at)}"
    say(f"as of entry {found.seq}{when}")
    for one in found.releases:
        title = f"{one.release}: {one.stage.replace('_', ' ')}, {one.standing}"
        rows = [(state.replace("_", " "), hubs) for state, hubs in one.hubs.items()]
        if rows:
            show_table(title, ("state", "hubs"), rows)
        else:
            say(title)
    return Exit.DONE
