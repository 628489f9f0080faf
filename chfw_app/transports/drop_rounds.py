"""Drop folders at work: a round takes in what has come in whole, lets rules in force hear of it, and sends what is due.

Where there are several places, one that cannot be reached keeps nobody at the others from being served.

Between two files, and between two batches of messages, a stop is heeded: what was begun is finished, and nothing is
left half done.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event

from attrs import define, field, frozen

from chfw_app.rollout.service import RollOutService
from chfw_app.steps import Report, silent
from chfw_app.stores.ledger import ClockWentBackError
from chfw_app.stores.writer import CommitError
from chfw_app.transports.known_parties import look_over
from chfw_app.transports.pump import Handled, send_out, take_in
from chfw_app.transports.routes import Routes
from chfw_app.triggers.hearing import let_hear
from chfw_app.triggers.knowing import Beside
from chfw_core.errors import InputError
from chfw_core.transport.port import Reply
from chfw_files.drop.receipts import FileDelivery, returned_reasons
from chfw_files.drop.transport import DropFolders

PATIENCE_S = 60.0
"""So long `once` waits for files that are on their way, at most."""
BATCH = 100
"""So many messages are sent before it is looked whether to stop: about a second's work on a disk."""
LOOK_S = 0.2
"""So often it is looked whether a file that is on its way has come to rest."""


@frozen(kw_only=True)
class FileDone:
    """A file that was answered. `rows`: None where it has none that could be read. `back`: rows that come back.

    `reasons`: why rows come back, and how many for each reason, the commonest first. `again`: it had been answered
    before, and nothing was taken now. `untold`: why there is no receipt; it is tried again.
    """

    party: str
    file: str
    kind: str | None
    release: str | None
    rows: int | None
    back: int
    reasons: tuple[tuple[str, int], ...]
    again: bool
    problems: tuple[str, ...]
    remarks: tuple[str, ...]
    untold: str | None

    @property
    def fine(self) -> bool:
        """Whether all of it was taken."""
        return not (self.back or self.problems or self.untold)


@define(kw_only=True)
class RoundsDone:
    """What rounds have done so far. `not_sent`: by a message's id why; `troubles`: what nobody could get at.

    `waiting`: files that are still on their way. `fired`: by owner and rule how often it wrote something down.
    """

    files: list[FileDone] = field(factory=list)
    fired: Counter[tuple[str, str]] = field(factory=Counter)
    sent: int = 0
    not_sent: dict[str, str] = field(factory=dict)
    troubles: dict[str, None] = field(factory=dict)
    waiting: int = 0

    @property
    def fine(self) -> bool:
        """Whether there is nothing to look at."""
        return all(one.fine for one in self.files) and not (self.not_sent or self.troubles)


@define(kw_only=True)
class Rounds:
    """`drops`: the places, open; `to_open`: what opens those that could not be reached yet.

    `stop`: set by whoever wants an end. `seen`: is told of each file as soon as it is answered. `away`: why places
    could not be reached in the last round.

    `beside`: what rules know of hubs beside the ledger, read when there is anything to hear.
    """

    service: RollOutService
    drops: list[DropFolders]
    to_open: list[Callable[[], DropFolders]] = field(factory=list)
    stop: Event = field(factory=Event)
    seen: Callable[[FileDone], None] = lambda done: None
    noted: Callable[[str], None] = lambda remark: None
    told: Report = silent
    beside: Callable[[], Beside] = Beside
    away: list[str] = field(factory=list)
    done: RoundsDone = field(factory=RoundsDone)
    _remarks: set[str] = field(factory=set)

    def once(self) -> RoundsDone:
        """Until no file is on its way any more, and all that is due is sent.

        Raises InputError where nobody has a folder in the only place, or no place can be reached; CommitError;
        ClockWentBackError.
        """
        self.open()
        if len(self.drops) == 1 and not self.to_open and not self.drops[0].folders():
            name = self.drops[0].place.name
            raise InputError(f"no party has a folder in `{name}`", hint="name who has one: `--party NWND` makes it")
        until = time.monotonic() + PATIENCE_S
        while not self.stop.is_set() and self._round() and time.monotonic() < until:
            self.stop.wait(min([LOOK_S, *(drop.settle for drop in self.drops)]))
        return self.done

    def watch(self, every: float, say: Callable[[str], None]) -> RoundsDone:
        """Again and again until it is stopped. `say`: is told what kept a round from being done; the next one tries."""
        last: list[str] = []
        while not self.stop.is_set():
            waiting, problems = False, list[str]()
            try:
                waiting = self._round()
                problems = self.away
            except (InputError, CommitError, ClockWentBackError) as failure:
                problems = [failure.with_hint]
            for problem in problems:
                if problem not in last:
                    say(problem)
            last = problems
            self.stop.wait(min(LOOK_S, every) if waiting else every)
        return self.done

    def open(self) -> None:
        """Places that could not be reached are tried again. Raises InputError where none can be."""
        self.away, closed, failure = [], [], None
        for opens in self.to_open:
            try:
                self.drops.append(opens())
            except InputError as problem:
                failure = problem
                closed.append(opens)
                self.away.append(problem.with_hint)
        self.to_open = closed
        if failure is not None and not self.drops:
            raise failure

    def _round(self) -> bool:
        """Whether a file is on its way still. Raises InputError where no place can be reached."""
        self.open()
        served: dict[str, list[DropFolders]] = {}
        reached, failure = False, None
        for drop in self.drops:
            try:
                if not self._taken_in(drop):
                    return False
                for party in drop.parties:
                    served.setdefault(party, []).append(drop)
                reached = True
            except InputError as problem:
                failure = problem
                self.away.append(problem.with_hint)
                with suppress(InputError):  # a connection that broke off is made anew; else the next round says so
                    drop.place.reopen()
        if failure is not None and not reached:
            raise failure
        if len(self.drops) + len(self.to_open) > 1:
            self.done.troubles |= dict.fromkeys(self.away)
        # Each round: what came in one that was killed before this has to be heard of too.
        self.done.fired.update((owner, one.trigger) for owner, one in let_hear(self.service, self.beside).fired)
        routes = Routes(by_party=served)
        delivered = send_out(self.service, routes, self.service.clock(), BATCH, self.stop.is_set)
        self.done.sent += len(delivered.delivered)
        self.done.not_sent |= delivered.why
        for sent in delivered.delivered:
            self.done.not_sent.pop(sent, None)
        self.done.waiting = sum(drop.waiting for drop in self.drops)
        return self.done.waiting > 0

    def _taken_in(self, drop: DropFolders) -> bool:
        """All that has come to one place; False where it was stopped on the way."""
        self.look_over(drop)
        for handled in take_in(self.service, drop, self.told):
            self.done.files.append(_file_done(handled))
            self.seen(self.done.files[-1])
            if self.stop.is_set():
                return False
        self.done.troubles |= dict.fromkeys(drop.troubles)
        return True

    def look_over(self, drop: DropFolders) -> None:
        """Finds the folders that are nobody's, and says once what there is to remark on the others."""
        for remark in look_over(self.service.store, drop):
            if remark not in self._remarks:
                self._remarks.add(remark)
                self.noted(remark)


def _file_done(handled: Handled) -> FileDone:
    delivery, reply = handled.delivery, handled.reply
    assert isinstance(delivery, FileDelivery)
    what = None if delivery.source is None else delivery.source.what
    reasons = returned_reasons(delivery, reply)
    return FileDone(
        party=delivery.sender,
        file=delivery.path,
        kind=None if what is None else what.kind,
        release=None if what is None else what.release,
        rows=None if delivery.read is None else delivery.read.row_count,
        back=len(reasons),
        reasons=tuple(Counter(reasons.values()).most_common()),
        again=_nothing_new(reply),
        problems=_of_the_file(delivery, reply.problems),
        remarks=reply.remarks,
        untold=handled.untold,
    )


def _nothing_new(reply: Reply) -> bool:
    """What was refused altogether is tried once more: where it is refused again, nothing is new."""
    if reply.events is not None:
        return reply.events.again > 0 and not reply.events.taken
    receipts = [answer.receipt for some in reply.answers for answer in some]
    return any(one.again for one in receipts) and all(one.again or one.nothing_taken for one in receipts)


def _of_the_file(delivery: FileDelivery, problems: Sequence[str]) -> tuple[str, ...]:
    """Without those of single rows, which come back."""
    return tuple(problems) if delivery.read is None else tuple(problems[len(delivery.problems) :])
