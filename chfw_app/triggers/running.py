"""The runner: hears of the ledger's entries in their order, and writes down what fires, in one transaction each time.

What it has heard of up to now, the open sequences, what fired and what follows from that are committed together: after
a crash it goes on where the last commit was, and nothing is heard twice or lost (I9). What fired before under the
same key does not fire again, even where the runner is made to hear of everything anew.

An effect is a command like any other's, or words to a team. What the commands bring about are entries again, of which
triggers hear in the next round.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import define, field, frozen
from sqlalchemy import select

from chfw_app.pieces import in_pieces
from chfw_app.rollout.carrying import Clock, now_in
from chfw_app.rollout.service import RollOutService
from chfw_app.rollout.telling import outgoing_of
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.store import WriteTransaction
from chfw_app.stores.tables import entry as entry_table
from chfw_app.stores.tables import firing as firing_table
from chfw_app.triggers.appending import append_entry
from chfw_app.triggers.choosing import Stepper
from chfw_app.triggers.effects.applying import apply_instructions, notices, raise_incidents, unheard
from chfw_app.triggers.effects.holding import act_on_holds, awaited, end_holds, holds_of
from chfw_app.triggers.installing import InForce, in_force
from chfw_app.triggers.knowing import Beside, Book
from chfw_app.triggers.sighting import Sighting, entry_types, is_tick, sightings
from chfw_app.triggers.steps_table import (
    StepKey,
    due_steps,
    forget_version,
    load_steps,
    read_position,
    save_steps,
    write_position,
)
from chfw_app.triggers.writing_down import fired_of
from chfw_core.documents.trigger_entries import restore_trigger_entry
from chfw_core.rollout.entries import Entry
from chfw_core.rollout.triggering.entries import Fired, RulesInstalled, TriggersFired
from chfw_core.triggers.automaton import is_stateless
from chfw_core.triggers.model import Arrival, Moment
from chfw_core.triggers.records import Firing, PassedOver
from chfw_core.triggers.seeing import arrivals
from chfw_core.triggers.state import State

MOST_SEEN = 50_000
"""Events of one transaction, unless a single entry has more."""
MOST_ENTRIES = 5_000
MOST_FIRINGS = 5_000
"""Firings of one entry."""
_STEPPER = Stepper()
"""Which engine runs a trigger is its business; the states that lie in the store are handed to it."""
MOST_ECHOES = 20
"""What is written down is heard of in turn. A rule that answers itself does so no more often in one run."""


@frozen(kw_only=True)
class Ran:
    """What one run came to. `fired`: by owner, trigger and what it wrote.

    `more`: there is more to hear of; `behind`: of what was there before the run.
    """

    fired: tuple[tuple[str, Fired], ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    holds_ended: int = 0
    heard: int = 0
    upto: int = 0
    more: bool = False
    behind: bool = False

    def and_then(self, other: "Ran") -> "Ran":
        """This run and the one after it: how things are then is what that one says."""
        return Ran(
            fired=self.fired + other.fired,
            passed_over=self.passed_over + other.passed_over,
            holds_ended=self.holds_ended + other.holds_ended,
            heard=self.heard + other.heard,
            upto=other.upto,
            more=other.more,
            behind=other.behind,
        )


def run_triggers(service: RollOutService, beside: Beside | None = None, *, most: int = MOST_SEEN) -> Ran:
    """Hears of everything up to the ledger's end, and of what follows from it."""
    found, echoes = Ran(), 0
    while echoes < MOST_ECHOES:
        now = service.writer.run(lambda transaction: _one_run(transaction, service.clock, beside or Beside(), most))
        found = found.and_then(now)
        if not now.more:
            break
        echoes += not now.behind
    return found


def _one_run(transaction: WriteTransaction, clock: Clock, beside: Beside, most: int) -> Ran:
    return _Run(transaction=transaction, clock=clock, beside=beside, most=most).go()


@define(kw_only=True, eq=False)
class _Run:
    """One transaction's worth."""

    transaction: WriteTransaction
    clock: Clock
    beside: Beside
    most: int
    versions: tuple[InForce, ...] = ()
    book: Book = field(init=False)
    firings: list[Firing] = field(factory=list)
    passed_over: list[PassedOver] = field(factory=list)
    endings: list[Sighting] = field(factory=list)
    heard: int = 0
    waiting: list[tuple[Sighting, datetime]] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.book = Book(connection=self.transaction.connection, beside=self.beside)

    def go(self) -> Ran:
        """Everything, or so much as one transaction may take."""
        connection, head = self.transaction.connection, self.transaction.head.seq
        start = read_position(connection)
        if start == head:
            return Ran(upto=head)
        self.versions = in_force(connection)
        ends = awaited(connection)
        wanted = frozenset(kind for one in self.versions for kind in one.triggers.by_type) | ends
        upto = head
        for count, seq in enumerate(self._numbers(start, head, wanted), start=1):
            (entry,) = read_entries(connection, after=seq - 1, upto=seq)
            self._hear(entry, wanted, ends)
            if self.heard >= self.most or count >= MOST_ENTRIES:
                upto = seq
                break
        self._step()
        fired = self._record(upto)
        ended = end_holds(self.transaction, self.clock, self.endings, fired, self.book)
        write_position(connection, upto)
        return Ran(
            fired=tuple(fired),
            passed_over=tuple(self.passed_over),
            holds_ended=sum(len(one.holds) for one in ended),
            heard=self.heard,
            upto=upto,
            # What was written down now is heard of in the next round.
            more=upto < self.transaction.head.seq,
            behind=upto < head,
        )

    def _numbers(self, start: int, head: int, wanted: frozenset[str]) -> Sequence[int]:
        query = select(entry_table.c.seq).where(entry_table.c.seq > start, entry_table.c.seq <= head)
        query = query.where(entry_table.c.type.in_(entry_types(wanted))).order_by(entry_table.c.seq)
        return self.transaction.connection.execute(query.limit(MOST_ENTRIES)).scalars().all()

    def _hear(self, entry: Entry, wanted: frozenset[str], ends: frozenset[str]) -> None:
        for one in sightings(entry, wanted):
            self.heard += 1
            self.waiting.append((one, entry.at))
            if one.heard.type in ends:
                self.endings.append(one)
        if is_tick(entry):
            self._step()
            self._expire(entry.at)
        elif entry.type == "rules_installed":
            self._step()
            self._cut_off(entry)

    def _cut_off(self, entry: Entry) -> None:
        installed = restore_trigger_entry(entry.payload, entry.rows)
        assert isinstance(installed, RulesInstalled)
        for one in self.versions:
            if one.rules.owner == installed.owner and one.cut_at == installed.after:
                forget_version(self.transaction.connection, one.triggers.version)

    def _step(self) -> None:
        """The events that wait, through every trigger that waits for them."""
        waiting, self.waiting = self.waiting, []
        if not waiting:
            return
        self.book.look_up(one.guid for one, _ in waiting if one.guid is not None)
        found = [arrival for one, at in waiting for arrival in self._arrivals(one, at)]
        keys = [_key_of(arrival) for arrival in found]
        lasting = (key for key, arrival in zip(keys, found, strict=True) if not is_stateless(arrival.trigger))
        states: dict[StepKey, State | None] = dict(load_steps(self.transaction.connection, lasting))
        changed: dict[StepKey, State | None] = {}
        for key, arrival in zip(keys, found, strict=True):
            before = states.get(key)
            outcome = _STEPPER.step(arrival, before)
            if outcome.state != before:
                states[key] = changed[key] = outcome.state
            self.firings += outcome.firings
            self.passed_over += outcome.passed_over
        save_steps(self.transaction.connection, changed)

    def _arrivals(self, one: Sighting, at: datetime) -> Iterator[Arrival]:
        seen = None
        for version in self.versions:
            owner, triggers = version.rules.owner, version.triggers
            if not triggers.wanting(one.heard.type) or not one.heard.heard_by(owner) or not version.hears(one.seq):
                continue
            seen = seen or one.seen(self.book, at)
            for arrival in arrivals(triggers, seen):
                if version.opens(one.seq):
                    yield arrival
                elif later := _going_on(arrival):
                    yield later

    def _expire(self, at: datetime) -> None:
        """What a tick declares over. A version that is not in force any more goes on with what it has begun."""
        connection = self.transaction.connection
        triggers = {(one.triggers.version, made.id): made for one in self.versions for made in one.triggers.triggers}
        moment = Moment(at=at, known=self.book.known(at))
        while due := due_steps(connection, at):
            changed: dict[StepKey, State | None] = {}
            for key, state in due:
                made = triggers.get((key.version, key.trigger))
                if made is None:
                    changed[key] = None
                    continue
                outcome = _STEPPER.expire(made, key.scope, state, moment)
                changed[key] = outcome.state
                self.firings += outcome.firings
                self.passed_over += outcome.passed_over
            save_steps(connection, changed)

    def _record(self, upto: int) -> list[tuple[str, Fired]]:
        """What fired becomes entries, and its effects commands."""
        by_version: dict[tuple[str, str], list[Fired]] = {}
        for one in self._new(fired_of(firing) for firing in self.firings):
            by_version.setdefault((one[0], one[1]), []).append(one[2])
        found: list[tuple[str, Fired]] = []
        for (owner, version), heard in by_version.items():
            fired = self._in_order(version, heard)
            for some in in_pieces(fired, MOST_FIRINGS):
                self._append(owner, version, upto, some)
            found += ((owner, one) for one in fired)
        return found

    def _in_order(self, version: str, fired: Sequence[Fired]) -> list[Fired]:
        """By time, the rule's place in the files, and scope.

        Commands come one for each party that had a role or gives one up. In the order in which they were heard, what
        fired would part a Supplier's hubs by who their other Supplier is (NF7).
        """
        rules = (made.id for one in self.versions if one.triggers.version == version for made in one.triggers.triggers)
        places = {trigger: place for place, trigger in enumerate(dict.fromkeys(rules))}

        def order(one: Fired) -> tuple[object, ...]:
            scope = sorted(one.scope.items())
            return one.at, places[one.trigger], scope, one.guid or 0, one.release or "", one.said

        return sorted(fired, key=order)

    def _new(self, fired: Iterator[tuple[str, str, Fired]]) -> list[tuple[str, str, Fired]]:
        """Without what has fired before under the same key."""
        once = {one[2].id: one for one in fired}
        known: set[str] = set()
        for some in in_pieces(sorted(once), 5_000):
            query = select(firing_table.c.id).where(firing_table.c.id.in_([bytes.fromhex(one) for one in some]))
            known |= {bytes(found).hex() for found in self.transaction.connection.execute(query).scalars()}
        return [one for id_, one in once.items() if id_ not in known]

    def _append(self, owner: str, version: str, upto: int, fired: Sequence[Fired]) -> None:
        """One entry with all that fired, then what it wrote down: each effect in the order of the firings."""
        self.book.look_up(one.guid for one in fired if one.guid is not None)
        entry = TriggersFired(owner=owner, version=version, upto=upto, firings=tuple(fired))
        connection = self.transaction.connection
        told = (*notices(connection, owner, fired, self.book), *unheard(owner, fired, self.book))
        outgoing = [outgoing_of(message, 0) for message in told]
        at = now_in(self.transaction, self.clock)
        kept = append_entry(self.transaction, entry, by=owner, at=at, word="fired", outgoing=outgoing)
        holds = holds_of(connection, kept.seq)
        raise_incidents(self.transaction, self.clock, owner, fired, self.book)
        act_on_holds(self.transaction, self.clock, holds, self.book, kept.key)
        apply_instructions(self.transaction, self.clock, owner, fired, self.book)
        self.book.forget()


def _key_of(arrival: Arrival) -> StepKey:
    return StepKey(arrival.trigger.version, arrival.trigger.id, arrival.key)


def _going_on(arrival: Arrival) -> Arrival | None:
    """The event for a version that begins nothing any more: for later steps alone, and a count is at its end."""
    later = tuple(step for step in arrival.steps if step > 0)
    return Arrival(trigger=arrival.trigger, key=arrival.key, steps=later, seen=arrival.seen) if later else None
