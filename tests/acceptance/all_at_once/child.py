"""A process of the race: CSPs, Suppliers, the DCC's tick, or whoever opens, pauses and stops; or all of them at once.

It says `ready`, waits for a word, and then tells, a line each, what was acknowledged and what a CSP was given. Whoever
has acted rests a while, so that no part leaves the others without their turn: it is the hand-overs, the reports and
the stop that are to meet.
"""

import json
import os
import random
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import timedelta

from attrs import define, field
from sqlalchemy import select

from chfw_app.rollout.service import RollOutService
from chfw_app.rollout.ticking import tick
from chfw_app.rollout.work_lists import planned_for
from chfw_app.stores import hub_rows
from chfw_app.stores.open import open_store
from chfw_app.stores.outbox import OutboxMessage, deliver
from chfw_app.stores.rollout_codec import projections
from chfw_app.stores.store import Store
from chfw_app.stores.tables import outbox
from chfw_core.consent.model import ActivationBasis
from chfw_core.errors import InputError
from chfw_core.model.guid import Guid, parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, Party, SupplierRole
from chfw_core.model.periods import london_time
from chfw_core.rollout.base import PANEL
from chfw_core.rollout.handover.commands import HandOver, PlannedClass, PublishPlan
from chfw_core.rollout.incidents.commands import (
    ConfirmDecision,
    RaiseIncident,
    ResumeRelease,
    SuspendRelease,
    TriageIncident,
)
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.outcomes.commands import OutcomeKind, ReportOutcomes
from chfw_core.rollout.states import FINAL_STANDINGS, HubState
from chfw_core.transport.receipts import Receipt
from tests.acceptance.all_at_once.scene import (
    DAY,
    NOW,
    PLACES,
    csps_of,
    hubs_of,
    joining,
    opening,
    own,
    region_of,
    release_of,
)
from tests.acceptance.people import NEW, SUPPLIERS
from tests.app.children import Talk

CSPS, TICKS = 8, 2
PATIENCE, LOOK = 30.0, 0.1
"""Seconds: how long a stop waits for the hubs before it, and how often it looks."""
FIRST_REST, LONGEST_REST = 0.3, 1.5
"""Seconds, at most, from one act of a Supplier to its next: they grow while a round lasts."""
DCCS_REST, CSPS_REST = 0.1, 1.5
"""Seconds, at most, from one act to the next."""
ROLE = SupplierRole.IMPORT


@define(kw_only=True)
class Player:
    """Somebody who plays a part, in a thread of its own."""

    service: RollOutService
    talk: Talk
    name: str
    draw: random.Random
    over: threading.Event
    count: int = field(default=0)

    def give(self, command: type, by: str, number: int, **fields: object) -> Receipt:
        """Gives a command, and says so once it was acknowledged."""
        self.count += 1
        key = f"{self.name} {self.count}"
        receipt: Receipt = self.service.submit(command(by=by, key=key, release=release_of(number), **fields))
        self.talk.say("acknowledged", by, key, receipt.first_seq, receipt.last_seq)
        return receipt

    def goes_on(self, number: int) -> bool | None:
        """Whether a round goes on; None before it has begun."""
        try:
            return self.service.release(release_of(number)).standing not in FINAL_STANDINGS
        except InputError:
            return None

    def rest(self, most: float) -> None:
        """Often a short while, sometimes a long one."""
        time.sleep(self.draw.random() ** 2 * most)

    def each_round(self, rounds: int, act: Callable[[int], None], first: float, longest: float) -> None:
        """Acts in one round after the other, in each until it is stopped."""
        for number in range(rounds):
            most = first
            while (going := self.goes_on(number)) is not False and not self.over.is_set():
                if going:
                    act(number)
                    most = min(most + first, longest)
                self.rest(most)

    def some(self, guids: "GuidList | tuple[Guid, ...]", most: int) -> GuidList:
        """A few of these."""
        return GuidList(self.draw.sample(list(guids), min(len(guids), self.draw.randint(1, most))))


def csp(player: Player, to: Sequence[str]) -> None:
    """Takes what the outbox has for these parties, each message by one of the pollers, and reports what it has done."""
    while True:
        given: list[tuple[str, int, GuidList]] = []

        def take(message: OutboxMessage, given: list[tuple[str, int, GuidList]] = given) -> None:
            """What is taken is said at once: whoever dies afterwards has had it."""
            if message.type == "work_list":
                told = json.loads(message.payload)
                guids = GuidList(parse_guid(guid) for guid in told["guids"])
                player.talk.say("work", message.id, *(f"{guid:x}" for guid in guids))
                given.append((message.to_party, int(told["release"].split("-")[1]), guids))

        sent = deliver(player.service.store, 10, take, NOW, to=to)
        for by, number, guids in given:
            report(player, by, number, guids)
        if not sent.delivered:
            if player.over.is_set() and not is_waiting(player.service.store, to):
                return
            player.rest(CSPS_REST)


def is_waiting(store: Store, to: Sequence[str]) -> bool:
    """Whether anything is still to be sent to these parties, be it that somebody has taken it."""
    of_theirs = select(outbox.c.id).where(outbox.c.next_at.is_not(None), outbox.c.to_party.in_(to))
    with store.read() as connection:
        return connection.execute(of_theirs.limit(1)).first() is not None


def report(player: Player, by: str, number: int, guids: GuidList) -> None:
    """One outcome, or two, or none."""
    kind = player.draw.choice((None, OutcomeKind.IMAGE_DELIVERED, OutcomeKind.ACTIVATED, OutcomeKind.FAILED))
    if kind is not None:
        said = {"firmware_version": NEW if kind is OutcomeKind.ACTIVATED else None, "reason": "no image held"}
        player.give(ReportOutcomes, by, number, outcome=kind, occurred_at=NOW, guids=guids, **said)


def supplier(player: Player, party: Party, rounds: int) -> None:
    """Instructs, amends and withdraws."""

    def act(number: int) -> None:
        guids = player.some(own(number, party), 4)
        if player.draw.random() < 0.25:
            player.give(WithdrawInstructions, party, number, role=ROLE, guids=guids)
            return
        period = {"opens": NOW - timedelta(hours=2), "closes": NOW + timedelta(hours=player.draw.choice((22, 40)))}
        player.give(Instruct, party, number, role=ROLE, guids=guids, **period)

    player.each_round(rounds, act, FIRST_REST, LONGEST_REST)


def dcc(player: Player, rounds: int) -> None:
    """Publishes days for what is agreed, hands over what is planned, and lets time bring what it brings."""

    def act(number: int) -> None:
        with player.service.store.read() as connection:
            hubs = hub_rows.hubs_of(connection, release_of(number), hubs_of(number))
            planned = planned_for(connection, release_of(number), region_of(number), DAY)
        free = tuple(guid for guid, hub in hubs.items() if hub.state is HubState.PLANNED and hub.day is None)
        if free:
            row = PlannedClass(
                window_opens=london_time(DAY, 60),
                window_closes=london_time(DAY, 1_320),
                day=DAY,
                basis=ActivationBasis.SOLE_SUPPLIER,
                reason="agreed",
                guids=player.some(free, 3),
            )
            player.give(PublishPlan, DCC, number, classes=(row,))
        if planned:
            player.give(HandOver, DCC, number, region=region_of(number), day=DAY, guids=player.some(planned, 3))
        if player.draw.random() < 0.25:
            tick(player.service, NOW)

    player.each_round(rounds, act, DCCS_REST, DCCS_REST)


def stopper(player: Player, rounds: int) -> None:
    """Opens each round, lets hubs join, suspends and resumes, and stops it at some moment."""
    for number in range(rounds):
        player.service.submit_all(opening(number))
        player.talk.say("opened", number)
        for act in player.draw.sample(range(4), 4):
            time.sleep(player.draw.random() * 0.12)
            if act == 0:
                player.service.submit(joining(number))
            elif act == 1:
                player.give(SuspendRelease, DCC, number, reason="until we know more")
            elif act == 2:
                player.give(ResumeRelease, DCC, number, reason="a false alarm")
        player.give(ResumeRelease, DCC, number, reason="for the last round")
        fields = {"incident": "INC-1", "description": "meters lost", "emergency_stop": True}
        player.give(RaiseIncident, SUPPLIERS[0], number, **fields)
        player.give(TriageIncident, DCC, number, incident="INC-1", outcome=IncidentOutcome.STOP, reason="as found")
        wait_for(player, number, player.draw.randint(0, PLACES - 1))
        time.sleep(player.draw.random() * 0.05)
        player.give(ConfirmDecision, PANEL, number, incident="INC-1", confirmed=True, commentary="confirmed")
        player.talk.say("stopped", number)


def wait_for(player: Player, number: int, hubs: int) -> None:
    """Until so many hubs are gone, or for a while: some rounds are stopped early, some late, on any machine."""
    key = (region_of(number), DAY)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        pool = player.service.release(release_of(number)).pools.get(key)
        if (0 if pool is None else pool.handed) >= hubs:
            return
        time.sleep(LOOK)


def played(play: Callable[..., None], player: Player, words: tuple[object, ...]) -> None:
    """One part. Who fails ends the process: the others would be taken for all that there were."""
    try:
        play(player, *words)
    except BaseException:  # noqa: BLE001 - whatever it was
        traceback.print_exc()
        os._exit(1)


def main(talk: Talk, url: str, name: str, seed: int, rounds: int, parts: str) -> None:
    """Plays the parts until all rounds are over; CSPs until the word after the first, and then until all is sent."""
    over = threading.Event()
    with open_store(url, projections()) as store, RollOutService(store=store, clock=lambda: NOW) as service:
        roles: list[tuple[Callable[..., None], tuple[object, ...]]] = []
        if "csps" in parts:
            roles += [(csp, (csps_of(rounds),))] * CSPS
        if "suppliers" in parts:
            roles += [(supplier, (party, rounds)) for party in SUPPLIERS]
        if "dcc" in parts:
            roles += [(dcc, (rounds,))] * TICKS
        if "stopper" in parts:
            roles += [(stopper, (rounds,))]
        threads = []
        for n, (play, words) in enumerate(roles):
            draw = random.Random(f"{seed} {name} {n}")
            player = Player(service=service, talk=talk, name=f"{name}.{n}", draw=draw, over=over)
            threads.append(threading.Thread(target=played, args=(play, player, words), daemon=True))
        talk.say("ready")
        talk.hear()
        for thread in threads:
            thread.start()
        if "csps" in parts:
            talk.hear()
            over.set()
        for thread in threads:
            thread.join()
