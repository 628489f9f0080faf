"""Words of a command that are asked about before they are taken.

NF7: what the DCC and the Panel give as a reason is told to Suppliers, none of which may learn from it of another.
Nobody can read a text for its meaning here; the ids of the release's Suppliers can be found in it.

CS3: who is to get a role is asked about where nobody knows it.
"""

from collections.abc import Mapping

from chfw_app.cli.rollout_asking import ask_about
from chfw_app.cli.rollout_options import ActOptions, opened
from chfw_app.rollout.service import RollOutService
from chfw_app.transports.known_parties import check_parties
from chfw_core.errors import InputError
from chfw_core.model.parties import named_in
from chfw_core.rollout.base import is_party, region_of
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
        ask_about(options, says, "leave the name out, or give --yes")


def check_joins(options: ActOptions, joins: str) -> None:
    """Asks where no release has hubs of who is to get a role (CS3); says so where --yes was given.

    Raises InputError for who can have no role, where nobody can be asked, or the answer is no.
    """
    if not is_party(joins) or region_of(joins) is not None:
        raise InputError(f"`{joins}` is no Supplier", hint="a role is for a Supplier alone, or `--vacant`")
    with opened(options) as service:
        remarks = check_parties(service.store, (joins,))
    for says in remarks:
        ask_about(options, says, "give --yes where it is new")


def _words(fields: Mapping[str, object]) -> dict[str, str]:
    found = {name: text for name in _TOLD if isinstance(text := fields.get(name), str)}
    note = fields.get("note")
    return found | {"url": note.url} if isinstance(note, ReleaseNote) else found
