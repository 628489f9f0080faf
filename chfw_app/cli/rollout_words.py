"""NF7: what the DCC and the Panel give as a reason is told to Suppliers, none of which may learn from it of another.

Nobody can read a text for its meaning here; the ids of the release's Suppliers can be found in it.
"""

import sys
from collections.abc import Mapping

from chfw_app.cli.output import say_note
from chfw_app.cli.rollout_acting import confirm_or_stop
from chfw_app.cli.rollout_options import ActOptions
from chfw_app.rollout.service import RollOutService
from chfw_core.errors import InputError
from chfw_core.model.parties import named_in
from chfw_core.rollout.base import is_party
from chfw_core.rollout.records import ReleaseNote

_TOLD = ("reason", "commentary", "consultation", "phase")


def check_words(
    options: ActOptions, service: RollOutService, by: str, release: str, fields: Mapping[str, object]
) -> None:
    """Asks where a command's words name a Supplier of the release; says so where --yes was given.

    `fields`: the command's own. Raises InputError where nobody can be asked, or the answer is no.
    """
    words = _words(fields)
    if is_party(by) or not words:
        return
    try:
        suppliers = service.release(release).suppliers
    except InputError:
        return  # the core says so, in its own words
    for name, text in words.items():
        found = named_in(text, suppliers)
        if not found:
            continue
        says = f"--{name} names {', '.join(f'`{party}`' for party in found)}, and Suppliers are told these words"
        if options.yes:
            say_note(f"note: {says}")
        elif options.json or not sys.stdin.isatty():
            raise InputError(says, hint="leave the name out, or give --yes")
        else:
            say_note(f"note: {says}")
            confirm_or_stop("with the name in them")


def _words(fields: Mapping[str, object]) -> dict[str, str]:
    found = {name: text for name in _TOLD if isinstance(text := fields.get(name), str)}
    note = fields.get("note")
    return found | {"url": note.url} if isinstance(note, ReleaseNote) else found
