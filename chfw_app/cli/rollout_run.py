"""`chfw rollout show`, `effects`, `tick` and `outbox`: where a release stands, and what time brings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, instant_words, print_json, say, show_table
from chfw_app.cli.rollout_asking import show_effects, show_losses
from chfw_app.cli.rollout_options import ActOptions, HubOptions, StoreOptions, opened
from chfw_app.cli.rollout_ran import ran_as_object, say_ran
from chfw_app.cli.rollout_triggers import BesideOptions
from chfw_app.exits import Exit
from chfw_app.inputs.places import check_folder
from chfw_core.errors import InputError
from chfw_core.model.parties import DCC
from chfw_core.model.periods import format_instant
from chfw_core.reports.progress.actions import span_words

if TYPE_CHECKING:
    from chfw_app.rollout.missed import Missed
    from chfw_app.rollout.service import RollOutService
    from chfw_app.rollout.showing import Shown
    from chfw_app.stores.outbox import OutboxMessage

FAILED_SHOWN = 10
"""Messages that could not be delivered, to a person."""


def show(*, release: str | None = None, options: ActOptions | None = None) -> int:
    """Show where a release stands: hubs by state, tasks with the time left, what others do next (BR5.4, BR5.5).

    Exit code 2 where a planned day has passed and its hubs were not handed over (CS2).

    Parameters
    ----------
    release
        The id of the release; else all releases, one line each.
    options
        Who looks: without --as the DCC.
    """
    from chfw_app.rollout.showing import show_release

    options = options or ActOptions()
    reader = options.as_ or DCC
    with opened(options) as service:
        if release is None:
            return _list(options, [found for of in service.releases() if (found := _own(service, of, reader))])
        found = show_release(service, release, reader)
    if options.json:
        print_json(_as_object(found))
    else:
        _show(found)
    return Exit.FINDINGS if found.missed else Exit.DONE


def effects(
    command: Annotated[str, Parameter(name="COMMAND")],
    /,
    *,
    release: str,
    hubs: HubOptions | None = None,
    estate: Path | None = None,
    cpl: Path | None = None,
    options: StoreOptions | None = None,
) -> int:
    """Show what a command would do to hubs in each state, with how many there are. Nothing is done.

    Parameters
    ----------
    command
        Such as suspend-release or instruct.
    release
        The id of the release.
    hubs
        Which hubs; else all of the release.
    estate
        Of notify and add-hubs: the hubs that would join, so that what other releases lose to them can be told.
    cpl
        The Central Products List, as for notify.
    options
        Where the ledger is.
    """
    from chfw_app.cli.rollout_notice import losses
    from chfw_app.rollout.foreseen import command_named, foreseen, name_of

    options, named = options or StoreOptions(), hubs or HubOptions()
    kind = command_named(command)
    guids = named.read()[0] if named.guids or named.guid else None
    with opened(options) as service:
        found = foreseen(service, kind, release, guids)
        losing = losses(service, kind, release, estate, cpl)
    if options.json:
        rows = [
            {"state": one.state.value, "hubs": one.hubs, "what": one.sentence, "after": [s.value for s in one.after]}
            for one in found
        ]
        lose = [{"release": one.release, "state": one.state.value, "hubs": one.hubs} for one in losing or ()]
        taken = {} if losing is None else {"taken_from": lose}
        print_json({"command": name_of(kind), "release": release, "effects": rows, **taken})
    else:
        if found or losing is None:
            show_effects(found, name_of(kind))
        if losing:
            show_losses(losing)
        elif losing is not None:
            say("no other release loses a hub")
    return Exit.DONE


def tick(
    *, deliver: Path | None = None, beside: BesideOptions | None = None, options: StoreOptions | None = None
) -> int:
    """Do what time brings: declare silence, let rules hear of it, tell what is late or lapsed, deliver messages.

    Parameters
    ----------
    deliver
        The folder into which messages are delivered; else they stay in the outbox.
    beside
        What rules in force may ask of hubs.
    options
        Where the ledger is.
    """
    from chfw_app.rollout.telling import into_folder
    from chfw_app.rollout.ticking import tick as tick_now

    options = options or StoreOptions()
    known = (beside or BesideOptions()).read()
    with opened(options) as service:
        send = None if deliver is None else into_folder(check_folder(deliver))
        done = tick_now(service, service.clock(), send, beside=known)
    silent = sum(hubs or 0 for receipt in done.silent for _, hubs in receipt.taken)
    delivered = None if done.delivered is None else len(done.delivered.delivered)
    failed = {} if done.delivered is None else done.delivered.why
    code = Exit.FINDINGS if done.late or done.missed or silent or failed else Exit.DONE
    if options.json:
        print_json(
            {
                "exit": int(code),
                "at": format_instant(done.at),
                "silent": silent,
                "late": [
                    {
                        "release": one.release,
                        "owner": one.owner,
                        "task": one.kind,
                        "subject": one.subject,
                        "due": format_instant(one.due),
                    }
                    for one in done.late
                ],
                "lapsed": [{"release": one.release, "hubs": one.hubs} for one in done.lapsed],
                "missed": [_missed(one) for one in done.missed],
                "delivered": delivered,
                "not_delivered": list(failed),
                "why": dict(failed),
                **ran_as_object(done.triggers, DCC),
            }
        )
        return code
    say(f"{counted(silent, 'hub')} fell silent" if silent else "no hub fell silent")
    late = [
        (one.release, one.owner, one.kind.replace("_", " "), one.subject, span_words(one.due - done.at))
        for one in done.late
    ]
    show_table("Late", ("release", "owner", "task", "about", "time"), late, unbroken=("task", "time"))
    _say_missed(done.missed)
    say_ran(done.triggers, DCC)
    for lapsed in done.lapsed:
        say(f"{lapsed.release}: instructions of {counted(lapsed.hubs, 'hub')} have lapsed; plan them again")
    _say_delivered(delivered, failed)
    return code


def outbox(*, deliver: Path | None = None, revive: Flag = False, options: StoreOptions | None = None) -> int:
    """List the messages that wait and why, or deliver them as files, one folder for each party: at least once.

    Parameters
    ----------
    deliver
        The folder: PARTY/NUMBER.json, counted for each party. The same message always has the same name.
    revive
        Take up again what was given up after too many failures.
    options
        Where the ledger is.
    """
    from chfw_app.rollout.telling import into_folder
    from chfw_app.rollout.ticking import deliver_all
    from chfw_app.stores import outbox as box

    options = options or StoreOptions()
    with opened(options) as service:
        at = service.clock()
        if revive:
            with service.store.read() as connection:
                dead = [message.id for message in box.dead_letters(connection)]
            box.revive(service.store, dead, at)
        if deliver is not None:
            done = deliver_all(service, into_folder(check_folder(deliver)), at)
            if options.json:
                print_json(
                    {
                        "delivered": list(done.delivered),
                        "not_delivered": [*done.failed, *done.dead],
                        "why": dict(done.why),
                    }
                )
                return Exit.FINDINGS if done.why else Exit.DONE
            _say_delivered(len(done.delivered), done.why)
        with service.store.read() as connection:
            waiting, dead_ones = box.waiting(connection), box.dead_letters(connection)
    if deliver is not None:
        later = [message for message in waiting if message.id not in done.why]
        _show_waiting(later, at, "Waiting for their time")
        return Exit.FINDINGS if done.why else Exit.DONE
    if options.json:
        print_json({"waiting": _waiting(waiting, at), "given_up": [message.id for message in dead_ones]})
        return Exit.DONE
    _show_waiting(waiting, at, "Waiting")
    if not waiting:
        say("no message waits")
    for message in dead_ones:
        say(f"given up: {message.id} to {message.to_party}: {message.last_error}")
    return Exit.FINDINGS if dead_ones else Exit.DONE


def _say_delivered(delivered: int | None, failed: Mapping[str, str]) -> None:
    """`failed`: by a message's id why."""
    if delivered is not None:
        say(f"{counted(delivered, 'message')} delivered")
    if failed:
        say(f"{counted(len(failed), 'message')} could not be delivered; they are tried again")
        for message, why in islice(failed.items(), FAILED_SHOWN):
            say(f"{message}: {why}")
        if len(failed) > FAILED_SHOWN:
            say(f"and {len(failed) - FAILED_SHOWN:,} more: --json has all")


def _waiting(messages: "Sequence[OutboxMessage]", at: datetime) -> list[dict[str, object]]:
    """Messages that are alike for whoever looks after them: how many, and why they are not sent yet.

    Without a failure they wait for somebody to deliver them, or for their time.
    """
    found: dict[tuple[str, str, str, str | None], int] = {}
    for one in messages:
        due = "" if one.next_at is None or one.next_at <= at else format_instant(one.next_at)
        key = (one.to_party, one.type, due, one.last_error)
        found[key] = found.get(key, 0) + 1
    rows = sorted(found.items(), key=lambda item: (item[0][:3], item[0][3] or ""))
    return [
        {"to": to, "type": kind, "messages": n, "next_at": due or None, "last_error": why}
        for (to, kind, due, why), n in rows
    ]


def _show_waiting(messages: "Sequence[OutboxMessage]", at: datetime, title: str) -> None:
    rows = [
        (one["to"], one["type"], one["messages"], one["next_at"] or "now", one["last_error"] or "")
        for one in _waiting(messages, at)
    ]
    show_table(title, ("to", "message", "how many", "tried next", "last failure"), rows)


def _own(service: "RollOutService", of: str, reader: str) -> "Shown | None":
    from chfw_app.rollout.showing import show_release

    try:
        return show_release(service, of, reader)
    except InputError:
        return None  # a release without hubs of this Supplier is none of its business


def _list(options: ActOptions, found: "Sequence[Shown]") -> int:
    if options.json:
        print_json({"releases": [_as_object(one) for one in found]})
        return Exit.DONE
    rows = [
        (
            one.release,
            one.stage.replace("_", " "),
            one.standing,
            sum(one.hubs.values()),
            instant_words(one.automatic_at),
        )
        for one in found
    ]
    show_table("Releases", ("release", "stage", "standing", "hubs", "automatic date"), rows)
    if not rows:
        say("no release")
    return Exit.DONE


def _as_object(found: "Shown") -> dict[str, object]:
    return {
        "release": found.release,
        "stage": found.stage,
        "standing": found.standing,
        "because": found.because,
        "firmware_version": found.firmware_version,
        "automatic_at": format_instant(found.automatic_at),
        "cutoff": format_instant(found.cutoff),
        "at": format_instant(found.at),
        "hubs": {state.value: hubs for state, hubs in found.hubs.items()},
        "tasks": [
            {
                "owner": task.owner,
                "task": task.kind.value,
                "subject": task.subject,
                "due": _instant(task.due),
                "done_at": _instant(task.done_at),
                "seconds_left": None if (left := task.left(found.at)) is None else int(left.total_seconds()),
                "late": task.late(found.at),
            }
            for task in found.tasks
        ],
        "next": [
            {
                "actor": act.actor,
                "task": act.kind.value,
                "due": _instant(act.due),
                "seconds_left": None if act.due is None else int((act.due - found.at).total_seconds()),
            }
            for act in found.next
        ],
        "incidents": list(found.incidents),
        "missed": [_missed(one) for one in found.missed],
    }


def _instant(value: datetime | None) -> str | None:
    return None if value is None else format_instant(value)


def _show(found: "Shown") -> None:
    because = f" ({found.because})" if found.because else ""
    say(f"{found.release}: {found.stage.replace('_', ' ')}, {found.standing}{because}", style="bold")
    say(f"firmware {found.firmware_version}; automatic date {instant_words(found.automatic_at)}")
    say(f"instructions are taken until {instant_words(found.cutoff)}")
    show_table("Hubs", ("state", "hubs"), [(state.replace("_", " "), hubs) for state, hubs in found.hubs.items()])
    tasks = [
        (
            task.owner,
            task.kind.replace("_", " "),
            task.subject,
            instant_words(task.due),
            span_words(task.left(found.at)),
        )
        for task in found.tasks
        if task.done_at is None
    ]
    show_table("Tasks", ("owner", "task", "about", "due", "time"), tasks, unbroken=("task", "time"))
    acts = [
        (
            act.actor,
            act.kind.replace("_", " "),
            instant_words(act.due),
            span_words(None if act.due is None else act.due - found.at),
        )
        for act in found.next
    ]
    show_table("What others do next", ("who", "task", "due", "time"), acts, unbroken=("task", "time"))
    for incident in found.incidents:
        say(f"open incident {incident}")
    _say_missed(found.missed)


def _missed(one: "Missed") -> dict[str, object]:
    return {"release": one.release, "region": one.region, "day": one.day.isoformat(), "hubs": one.hubs}


def _say_missed(found: "tuple[Missed, ...]") -> None:
    """CS2: each planned day that passed without a hand-over."""
    for one in found:
        were = "was" if one.hubs == 1 else "were"
        hubs = counted(one.hubs, "hub")
        say(f"{one.release}: {hubs} planned for {one.day} in {one.region} {were} not handed over; plan again")
