"""`chfw cpl history`: what changed on the Central Products List from issue to issue."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, print_json, say, show_table
from chfw_app.exits import Exit
from chfw_core.documents.cpl_history import History, assumed_paths, describe, release_id

SHOWN = 20


def history(
    products: Annotated[Path, Parameter(name="LIST")],
    issues: Annotated[Path, Parameter(name="HISTORY")],
    /,
    *,
    json: Flag = False,
) -> int:
    """Show the notices and recalls of hub firmware that the list's issues tell of.

    Parameters
    ----------
    products
        The Central Products List: .csv.
    issues
        Its issues, with what changed in each: .csv.
    json
        Print one object: all of it.
    """
    from chfw_files.documents.cpl import read_cpl, read_history

    read = read_cpl(products)
    found = read_history(issues, read.cpl)
    if json:
        print_json(
            dict(describe(found)) | {"bad_lines": [{"line": b.line, "reason": b.reason} for b in read.bad_lines]}
        )
    else:
        _show(found)
        for note in read.notes:
            say(note.render())
        bad = [(line.line, line.reason) for line in read.bad_lines]
        show_table("Lines that cannot be read", ("line", "reason"), bad)
    return Exit.FINDINGS if found.unjoined or read.bad_lines else Exit.DONE


def _show(found: History) -> None:
    notices = [
        (str(n.day), n.issue, n.entry.number, n.entry.device_model, n.entry.firmware_version, release_id(n))
        for n in found.notices
    ]
    show_table("Notices", ("day", "issue", "entry", "device model", "firmware", "release"), notices)
    removals = [(str(r.day), r.issue, r.entry.number, release_id(r), r.reason) for r in found.removals]
    show_table("Recalls", ("day", "issue", "entry", "release", "reason"), removals)
    paths = [(model, version, ", ".join(earlier)) for (model, version), earlier in assumed_paths(found).items()]
    show_table("Upgrade paths (assumed: the entry listed before)", ("device model", "firmware", "from"), paths)
    unjoined = [(u.issue, u.text[:80], u.why) for u in found.unjoined]
    more = f"and {len(unjoined) - SHOWN} more: --json has all" if len(unjoined) > SHOWN else ""
    show_table(
        f"{counted(len(unjoined), 'thing')} that cannot be joined",
        ("issue", "text", "why"),
        unjoined[:SHOWN],
        note=more,
    )
