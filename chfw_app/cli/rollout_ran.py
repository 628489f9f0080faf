"""What triggers came to while a command was carried out, as it is shown. A Supplier or CSP is told of its own (NF7)."""

from typing import TYPE_CHECKING

from chfw_app.cli.output import counted, say, show_table
from chfw_core.model.parties import DCC
from chfw_core.model.periods import format_instant

if TYPE_CHECKING:
    from chfw_app.triggers.running import Ran


def say_ran(ran: "Ran", reader: str) -> None:
    """How often which rule has fired; to the DCC also how many holds ended."""
    rows: dict[tuple[str, str], int] = {}
    for owner, one in ran.fired:
        if reader in (DCC, owner):
            rows[owner, one.trigger] = rows.get((owner, one.trigger), 0) + 1
    show_table("Fired", ("owner", "trigger", "times"), [(*key, count) for key, count in sorted(rows.items())])
    if reader == DCC and ran.holds_ended:
        say(f"{counted(ran.holds_ended, 'hold')} ended")


def ran_as_object(ran: "Ran", reader: str) -> dict[str, object]:
    """The same for a program, firing by firing."""
    own = [
        {"owner": owner, "trigger": one.trigger, "at": format_instant(one.at), "because": one.said}
        for owner, one in ran.fired
        if reader in (DCC, owner)
    ]
    return {"fired": own}
