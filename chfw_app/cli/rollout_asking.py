"""What is asked on the terminal before a command goes on, and what is shown for it."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chfw_app.cli.output import say, say_note, show_table
from chfw_app.cli.rollout_options import ActOptions
from chfw_app.rollout.foreseen import Foreseen
from chfw_core.errors import InputError

if TYPE_CHECKING:
    from chfw_app.rollout.overtaking import Loses


def ask(options: ActOptions, effects: Sequence[Foreseen], name: str, release: str) -> None:
    """Shows what would happen, and asks. Raises InputError where nobody can be asked, or the answer is no."""
    if not sys.stdin.isatty() or options.json:
        raise InputError(
            f"`{name}` on `{release}` has to be confirmed",
            hint=f"see `chfw rollout effects {name} --release {release}`, then give --yes",
        )
    show_effects(effects, name)
    confirm_or_stop(f"{name} on {release}")


def ask_about(options: ActOptions, says: str, hint: str) -> None:
    """Asks about what a command means; says it where --yes was given. Raises InputError as `ask` does."""
    if not options.yes and (options.json or not sys.stdin.isatty()):
        raise InputError(says, hint=hint)
    say_note(f"note: {says}")
    if not options.yes:
        confirm_or_stop("with that known")


def confirm_or_stop(what: str) -> None:
    """Asks on the terminal. Raises InputError unless the answer is yes."""
    sys.stderr.write(f"{what}: go on? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise InputError("not confirmed; nothing was done")


def show_effects(effects: Sequence[Foreseen], name: str) -> None:
    """What a command would do, by state of the hubs."""
    rows = [(one.state.replace("_", " "), one.hubs, one.sentence) for one in effects]
    show_table(f"What {name} does", ("hubs that are", "hubs", "what happens"), rows)
    if not rows:
        say("no hub is concerned")


def show_losses(losing: Sequence["Loses"]) -> None:
    """Which other releases lose hubs, and in which state they are there."""
    rows = [(one.release, one.state.replace("_", " "), one.hubs) for one in losing]
    show_table("Taken from other releases, for good", ("release", "hubs that are", "hubs"), rows)
