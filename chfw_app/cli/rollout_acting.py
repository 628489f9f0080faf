"""How a command on a roll-out is given: asked for where it must be confirmed, carried out, its answer shown."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chfw_app.cli.output import progress, say_note
from chfw_app.cli.rollout_answers import show_answers
from chfw_app.cli.rollout_asking import ask
from chfw_app.cli.rollout_options import ActOptions, HubOptions, opened
from chfw_app.cli.rollout_words import check_words
from chfw_app.rollout.foreseen import foreseen, name_of
from chfw_app.rollout.sent_again import give, give_all
from chfw_app.rollout.service import RollOutService
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.gate import may_give
from chfw_core.rollout.incidents.commands import TriageIncident

if TYPE_CHECKING:
    from chfw_app.triggers.knowing import Beside


def act(
    options: ActOptions,
    kind: type[Any],
    release: str,
    /,
    *,
    confirm: bool = False,
    create: bool = False,
    bad_rows: Sequence[str] = (),
    also: Mapping[str, Any] | None = None,
    **fields: Any,
) -> int:
    """Give one command and show its answer. `confirm`: show what it does to hubs first, and ask.

    `also`: what a program is told beside the answer.
    """
    by, key = options.by(kind), options.new_key()
    heeded = may_give(by, kind)  # NF7: whoever is refused anyway is neither shown nor asked anything
    with opened(options, create=create) as service:
        if heeded and kind is not TriageIncident:  # BR6.3: its reason goes to the Panel alone
            check_words(options, service, by, release, fields)
        if heeded and confirm and not options.yes:
            ask(options, foreseen(service, kind, release, fields.get("guids")), name_of(kind), release)
        answer = give(service, kind(by=by, key=key, release=release, **fields))
    return show_answers(options, [answer], bad_rows, **(also or {}))


def act_on_hubs(
    options: ActOptions, kind: type[Any], release: str, hubs: HubOptions, /, *, confirm: bool = False, **fields: Any
) -> int:
    """The same for a command that names hubs."""
    guids, bad_rows = hubs.read()
    return act(options, kind, release, confirm=confirm, bad_rows=bad_rows, guids=guids, **fields)


def act_all(
    options: ActOptions,
    service: RollOutService,
    commands: Sequence[AnyCommand],
    bad_rows: Sequence[str] = (),
    *,
    remarks: Sequence[str] = (),
    heard_with: "Beside | None" = None,
) -> int:
    """Give the commands of a file. Keys that are made of the file are tried anew where all was refused.

    `remarks`: what of the file was not read.

    `heard_with`: rules in force hear of what came of it at once, knowing this; None: with the next tick.
    """
    for words in remarks:
        say_note(f"note: {words}")
    with progress() as told:
        answers = give_all(service, commands, anew=None if options.key is None else 0, told=told)
    if heard_with is None or not commands:
        return show_answers(options, answers, bad_rows)
    from chfw_app.triggers.hearing import let_hear

    ran = let_hear(service, lambda: heard_with)
    return show_answers(options, answers, bad_rows, ran=ran, reader=commands[0].by)
