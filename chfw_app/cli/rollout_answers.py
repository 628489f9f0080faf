"""What commands on a roll-out are answered, as it is shown: what was taken, what was refused and why (BR5.1, BR5.2)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from attrs import evolve

from chfw_app.cli.output import counted, print_json, say, say_error, show_table
from chfw_app.cli.rollout_options import StoreOptions
from chfw_app.cli.rollout_ran import ran_as_object, say_ran
from chfw_app.exits import Exit
from chfw_app.rollout.receipts import exit_of
from chfw_core.model.guid import format_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC
from chfw_core.model.periods import format_instant
from chfw_core.rollout.base import CommandRefused
from chfw_core.transport.receipts import Answer, Receipt, RefusedHubs
from chfw_core.transport.values import answer_values

if TYPE_CHECKING:
    from chfw_app.triggers.running import Ran

GUIDS_SHOWN = 50
GUIDS_NAMED = 5
ANSWERS_SHOWN = 5
_WHENEVER = datetime.min.replace(tzinfo=UTC)


def show_answers(
    options: StoreOptions,
    answers: Sequence[Answer],
    bad_rows: Sequence[str] = (),
    *,
    about: Sequence[str] = (),
    ran: "Ran | None" = None,
    reader: str = DCC,
    cure: str | None = None,
    **more: object,
) -> int:
    """BR5.1, BR5.2: what was taken, what was refused and why, and where it stands in the ledger.

    `about`: per answer what it is about, where several look alike. `ran`: what triggers came to, and who is told of
    it (`reader`). `cure`: what helps against a refusal here, in words of the command line. `more`: what a program is
    told beside it.
    """
    code = code_of([one.receipt for one in answers], bad_rows)
    if code is Exit.DONE and any(one.not_standing for one in answers):
        code = Exit.FINDINGS
    if options.json:
        fired = {} if ran is None else ran_as_object(ran, reader)
        given = list(map(answer_values, answers))
        print_json({"exit": int(code), "answers": given, "bad_rows": list(bad_rows), **more, **fired})
        return code
    said: set[CommandRefused] = set()
    together = {} if about else _alike(answers)
    for number, answer in enumerate(answers):
        if number in together:
            _show_alike(together[number])
            continue
        if about:
            say(about[number], style="bold")
        refused = _why(answer)
        if refused is not None and refused not in said:
            # Once, however many commands of a file it stopped: which ones is said of each below.
            said.add(refused)
            say_error(refused.reason, hint=cure or refused.cure)
        _show(answer)
    for row in bad_rows[:GUIDS_SHOWN]:
        say(f"set aside: {row}")
    if len(bad_rows) > GUIDS_SHOWN:
        say(f"and {counted(len(bad_rows) - GUIDS_SHOWN, 'row')} more: --json has all")
    if not answers:
        say("nothing to do")
    if ran is not None:
        say_ran(ran, reader)
    return code


def code_of(receipts: Sequence[Receipt], bad_rows: Sequence[str] = ()) -> Exit:
    """Nothing taken: 3. Something refused or set aside: 2. Else 0."""
    codes = [exit_of(receipt) for receipt in receipts]
    if codes and all(code is Exit.NO_RESULT for code in codes):
        return Exit.NO_RESULT
    return Exit.FINDINGS if bad_rows or any(code is not Exit.DONE for code in codes) else Exit.DONE


def _why(answer: Answer) -> CommandRefused | None:
    """Why a command was refused, whenever that was."""
    refused = answer.receipt.refused
    return None if refused is None else evolve(refused, at=_WHENEVER)


def _show(answer: Answer) -> None:
    receipt = answer.receipt
    entries = f"entry {receipt.first_seq}"
    if receipt.last_seq != receipt.first_seq:
        entries = f"entries {receipt.first_seq} to {receipt.last_seq}"
    stands = [entries] if receipt.entries_shown else []
    if receipt.again:
        stands.append(_before(answer))
    if receipt.refused is not None:
        say("; ".join([f"refused ({receipt.refused.code}){_named(answer.guids)}", *stands]))
        return
    if receipt.again:
        # First of all: what follows was so then.
        say("; ".join(stands))
        stands = []
    for what, hubs in receipt.taken:
        name = what.replace("_", " ")
        say(name if hubs is None else f"{name}: {counted(hubs, 'hub')}")
    _show_hubs("Refused", receipt.refused_hubs)
    _show_hubs("Noted; nothing changes", receipt.noted_hubs)
    if stands:
        say("; ".join(stands))


def _alike(answers: Sequence[Answer]) -> dict[int, list[Answer]]:
    """Answers that say one and the same of some hubs, where they are many: per place those that are shown there.

    A file makes a command of each reason and time, and whoever sent it reads one line, not sixty.
    """
    by_what: dict[str, list[int]] = {}
    for number, answer in enumerate(answers):
        receipt = answer.receipt
        plain = not (receipt.again or receipt.refused or receipt.refused_hubs or receipt.noted_hubs)
        if plain and len(receipt.taken) == 1 and receipt.taken[0][1] is not None:
            by_what.setdefault(receipt.taken[0][0], []).append(number)
    shown: dict[int, list[Answer]] = {}
    for numbers in by_what.values():
        if len(numbers) > ANSWERS_SHOWN:
            shown |= {number: [] for number in numbers}
            shown[numbers[0]] = [answers[number] for number in numbers]
    return shown


def _show_alike(answers: Sequence[Answer]) -> None:
    if not answers:
        return
    receipts = [answer.receipt for answer in answers]
    hubs = sum(count or 0 for receipt in receipts for _, count in receipt.taken)
    say(f"{receipts[0].taken[0][0].replace('_', ' ')}: {counted(hubs, 'hub')}, in {len(answers):,} commands")
    if receipts[0].entries_shown:
        first, last = min(one.first_seq for one in receipts), max(one.last_seq for one in receipts)
        count = sum(one.last_seq - one.first_seq + 1 for one in receipts)
        say(f"{count:,} entries, from {first} to {last}")


def _before(answer: Answer) -> str:
    """BR5.1: an answer that was given before is shown as one, and what has become of it since."""
    said = f"answered before, at {format_instant(answer.receipt.answered_at)}"
    if answer.not_standing:
        hubs = counted(answer.not_standing, "hub")
        return f"{said}: this is not what stands now for {hubs}; to give it anew, send it under a new --key"
    under = f"{said}, under the key {answer.key}"
    return f"{under}; to give it anew, send it under another --key" if answer.receipt.nothing_taken else under


def _named(guids: GuidList) -> str:
    """BR5.2: the hubs of a command that was refused, the first of them by GUID."""
    if not guids:
        return ""
    more = ": --json has all" if len(guids) > GUIDS_NAMED else ""
    return f", {counted(len(guids), 'hub')}: {_first_of(guids)}{more}"


def _first_of(guids: GuidList) -> str:
    first = [format_guid(guid) for guid in islice(guids, GUIDS_NAMED)]
    more = f" and {len(guids) - len(first):,} more" if len(guids) > len(first) else ""
    return f"{', '.join(first)}{more}"


def _show_hubs(title: str, found: Sequence[RefusedHubs]) -> None:
    """BR5.2: hub by hub; where they are many, reason by reason, the most frequent first."""
    count = sum(len(one.guids) for one in found)
    title = f"{title}: {counted(count, 'hub')}"
    if count <= GUIDS_SHOWN:
        rows = [(format_guid(guid), one.code, one.reason) for one in found for guid in one.guids]
        show_table(title, ("guid", "code", "reason"), rows)
        return
    ordered = sorted(found, key=lambda one: -len(one.guids))
    grouped = [(len(one.guids), one.code, one.reason, _first_of(one.guids)) for one in ordered[:GUIDS_SHOWN]]
    rest = len(found) - len(grouped)
    note = f"and {counted(rest, 'reason')} more: --json has all" if rest else "--json has every hub"
    show_table(title, ("hubs", "code", "reason", "such as"), grouped, note=note)
