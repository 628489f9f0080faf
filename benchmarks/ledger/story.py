"""A roll-out over a whole estate, step by step through the service, each step timed; then what is asked about it."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from attrs import define, field, frozen
from sqlalchemy import select

from benchmarks.ledger.estate import AUTOMATIC, NEW, RELEASE, START, Estate, firmware, window
from benchmarks.ledger.floor import insert_floor, look_up
from chfw_app.reports.flights import flights
from chfw_app.reports.reading import looking
from chfw_app.reports.statuses import Asked, status_query
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.apart import lists_all
from chfw_app.stores.store import Store
from chfw_app.stores.tables import link
from chfw_core.consent.model import ActivationBasis
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, Party, SupplierRole
from chfw_core.reports.progress.readers import reader_named
from chfw_core.rollout.base import REGISTRATION, SMI
from chfw_core.rollout.handover.commands import HandOver, HoldHubs, PlannedClass, PublishPlan
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import AddHubs, DraftRelease, NotifyRelease, RecordCplEntry
from chfw_core.rollout.outcomes.commands import ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import ApproveMass, BeginMass
from chfw_core.rollout.states import HubState
from chfw_core.rollout.suppliers.commands import CompleteSupplierChange
from chfw_core.transport.receipts import Receipt

DAYS = 10
PAGE = 100
ASKED = 200
HELD = 300
"""So few hubs are held, of those that pass to the Supplier that asks later."""
AT_ONCE = 1_000_000
"""Hubs of one command of the notice; the others are added by further commands."""


@frozen(kw_only=True)
class Figure:
    """One item. `seconds`: in all, or the p95 of one question. `floor`: of the bare rows, or one look-up (p95)."""

    item: str
    hubs: int
    seconds: float
    floor: float | None
    aim: str = ""
    told: str = ""


@define(kw_only=True)
class Steps:
    """Commands through the service, each under a key of its own, and how long each took."""

    service: RollOutService
    now: datetime = START
    count: int = 0
    spent: float = field(default=0.0)

    def do(self, command: type[Any], by: str = DCC, **fields: Any) -> Receipt:
        """A command that must be taken. Durable when this returns."""
        self.count += 1
        made = command(by=by, key=f"k{self.count}", release=RELEASE, **fields)
        start = time.perf_counter()
        receipt = self.service.submit(made)
        self.spent = time.perf_counter() - start
        if receipt.refused is not None:
            raise RuntimeError(f"{command.__name__}: {receipt.refused.reason}")
        return receipt


def told(
    store: Store, estate: Estate, url: str, say: Callable[[str], None], *, short: bool = False
) -> Iterator[Figure]:
    """All figures, in the order in which they are taken. `short`: without plan, hand-over, outcomes and inventory."""
    with RollOutService(store=store) as service:
        steps = Steps(service=service)
        service.clock = lambda: steps.now
        yield from _noticed(store, estate, steps, say)
        yield from _instructed(store, estate, steps, say)
        say("a hold")
        held = Random(3).sample(list(estate.guids(0, estate.passing)), min(HELD, estate.passing))
        steps.do(HoldHubs, reason="a defect", guids=GuidList(held))
        if not short:
            yield from _handed_over(store, estate, steps, say)
            yield from _reported(store, estate, steps, say)
        yield from _moved(store, estate, steps, say)
    say("questions")
    yield from _asked(store, estate)
    say("the extract")
    yield _extracted(store, estate, url)


def _noticed(store: Store, estate: Estate, steps: Steps, say: Callable[[str], None]) -> Iterator[Figure]:
    say("the notice")
    steps.do(DraftRelease, firmware=firmware())
    steps.do(RecordCplEntry, entry="CPL-1")
    spent = 0.0
    for start in range(0, estate.hubs, AT_ONCE):
        command = AddHubs if start else NotifyRelease
        steps.do(command, classes=tuple(estate.classes(start, min(start + AT_ONCE, estate.hubs))))
        spent += steps.spent
    yield Figure(
        item="notice over the estate",
        hubs=estate.hubs,
        seconds=spent,
        floor=_floor(store, "hub", estate.hubs),
    )


def _instructed(store: Store, estate: Estate, steps: Steps, say: Callable[[str], None]) -> Iterator[Figure]:
    say("instructions")
    party = estate.parties[0]
    own = GuidList.joined(one.guids for one in estate.classes() if one.import_supplier == party)
    given = GuidList(list(own)[: min(50_000, len(own))])
    period = {"opens": AUTOMATIC - timedelta(days=60), "closes": AUTOMATIC - timedelta(days=50)}
    steps.do(Instruct, party, role=SupplierRole.IMPORT, guids=given, **period)
    floor = _floor(store, "consent", len(given))
    aim = "50,000 in < 2 s"
    yield Figure(item="instruction, all accepted", hubs=len(given), seconds=steps.spent, floor=floor, aim=aim)
    mixed = estate.guids(0, min(50_000, estate.hubs))
    receipt = steps.do(Instruct, party, role=SupplierRole.IMPORT, guids=mixed, **period)
    refused = sum(len(one.guids) for one in receipt.refused_hubs)
    aim, said = "50,000 in < 5 s", f"{refused} refused, each with its reason"
    yield Figure(
        item="instruction, most refused", hubs=len(mixed), seconds=steps.spent, floor=floor, aim=aim, told=said
    )


def _handed_over(store: Store, estate: Estate, steps: Steps, say: Callable[[str], None]) -> Iterator[Figure]:
    say("the plan")
    steps.do(ApproveMass, approval="OA-1", without_pilot="urgent")
    steps.do(BeginMass)
    steps.now = AUTOMATIC - timedelta(days=1)
    rows = []
    for day in range(DAYS):
        opens, closes = window(day)
        guids = estate.guids(estate.hubs * day // DAYS, estate.hubs * (day + 1) // DAYS)
        said: dict[str, Any] = {
            "window_opens": opens,
            "window_closes": closes,
            "day": opens.date(),
            "reason": "the DCC's date",
        }
        rows.append(PlannedClass(basis=ActivationBasis.DCC_DEFAULT, guids=guids, **said))
    # The instructed hubs' periods are over by now, so that all of them are activated at the DCC's date.
    steps.do(PublishPlan, classes=tuple(rows))
    floor = _floor(store, "hub", estate.hubs)
    yield Figure(item="plan published", hubs=estate.hubs, seconds=steps.spent, floor=floor)
    say("hand-over")
    spent = 0.0
    for region, guids in _by_region(estate):
        for day, row in enumerate(rows):
            steps.do(HandOver, region=region, day=window(day)[0].date(), guids=guids & row.guids)
            spent += steps.spent
    yield Figure(item="handed over, by region and day", hubs=estate.hubs, seconds=spent, floor=floor)


def _reported(store: Store, estate: Estate, steps: Steps, say: Callable[[str], None]) -> Iterator[Figure]:
    say("outcomes")
    steps.now = AUTOMATIC + timedelta(days=DAYS + 1)
    floor = _floor(store, "hub", estate.hubs)
    spent = 0.0
    for region, guids in _by_region(estate):
        said = {"outcome": OutcomeKind.ACTIVATED, "firmware_version": NEW, "occurred_at": steps.now}
        steps.do(ReportOutcomes, f"CSP:{region}", guids=guids, **said)
        spent += steps.spent
    aim = "> 50,000/s on PostgreSQL"
    yield Figure(item="outcomes, by region", hubs=estate.hubs, seconds=spent, floor=floor, aim=aim)
    say("inventory")
    steps.do(ObserveVersions, SMI, firmware_version=NEW, observed_at=steps.now, guids=estate.guids())
    yield Figure(item="inventory observed", hubs=estate.hubs, seconds=steps.spent, floor=floor)


def _moved(store: Store, estate: Estate, steps: Steps, say: Callable[[str], None]) -> Iterator[Figure]:
    say("the Supplier of Last Resort")
    guids = estate.guids(0, estate.passing)
    said = {"leaves": None, "joins": Party("LAST"), "effective": steps.now.date()}
    steps.do(CompleteSupplierChange, REGISTRATION, role=SupplierRole.IMPORT, guids=guids, **said)
    yield Figure(
        item="Supplier of Last Resort",
        hubs=len(guids),
        seconds=steps.spent,
        floor=_floor(store, "link", len(guids)),
    )


def _asked(store: Store, estate: Estate) -> Iterator[Figure]:
    """What a Supplier looks at: a page of its hubs, from anywhere in the list, and the counts of a release."""
    random = Random(7)
    party = Party("LAST")
    named = [Guid(guid) for guid in random.sample(range(estate.hubs), min(ASKED, estate.hubs))]
    with store.update() as connection:  # statistics, as a server's own housekeeping would have them by now
        connection.exec_driver_sql("ANALYZE")
    reader = reader_named(str(party))
    guids = list(estate.guids(0, estate.passing))
    picked = [guids[at % len(guids)] for at in named]
    with store.read() as connection:
        floors = [look_up(connection, RELEASE, guid) for guid in picked]
    with store.read(str(party)) as connection:
        pages, ones, apart = [], [], []
        asked = Asked(states=(HubState.HELD,))
        for guid in picked:
            start = time.perf_counter()
            connection.execute(status_query(str(party), RELEASE, after=(guid, ""), limit=PAGE)).all()
            pages.append(time.perf_counter() - start)
            start = time.perf_counter()
            listed = lists_all(connection, str(party), RELEASE, asked.states)
            connection.execute(
                status_query(str(party), RELEASE, asked, after=(guid, ""), limit=PAGE, listed=listed)
            ).all()
            apart.append(time.perf_counter() - start)
            start = time.perf_counter()
            connection.execute(status_query(str(party), RELEASE, Asked(guid=guid))).all()
            ones.append(time.perf_counter() - start)
    boards = []
    for _ in range(20):
        start = time.perf_counter()
        with looking(store, reader) as sight:
            flights(sight)
        boards.append(time.perf_counter() - start)
    floor = _p95(floors)
    yield Figure(
        item=f"status page of {PAGE} hubs, p95", hubs=estate.hubs, seconds=_p95(pages), floor=floor, aim="< 50 ms"
    )
    aim, said = "< 50 ms", f"{HELD} hubs are held"
    yield Figure(
        item="status page of held hubs, p95", hubs=estate.hubs, seconds=_p95(apart), floor=floor, aim=aim, told=said
    )
    yield Figure(item="status of one hub, p95", hubs=estate.hubs, seconds=_p95(ones), floor=floor, aim="< 50 ms")
    yield Figure(item="dashboard, p95", hubs=estate.hubs, seconds=_p95(boards), floor=floor, aim="< 200 ms")


def _floor(store: Store, table: str, rows: int) -> float | None:
    """Of more than a million rows, a million are put there, and the time is taken so many times."""
    some = min(rows, AT_ONCE)
    found = insert_floor(store, table, some)
    return None if found is None else found * rows / some


def _p95(found: list[float]) -> float:
    return statistics.quantiles(found, n=20)[-1] if len(found) > 1 else found[0]


def _extracted(store: Store, estate: Estate, url: str) -> Figure:
    """In a process of its own: the largest size it had, beside the largest while it wrote its first rows."""
    with store.read() as connection:
        found = connection.execute(select(link.c.guid).where(link.c.party == "LAST").limit(1)).scalar()
    assert found is not None
    command = [sys.executable, "-m", "benchmarks.ledger.extract", url, "LAST"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    said = json.loads(answer.stdout)
    grown = f"{said['rows']} rows; {said['peak_mib']:.0f} MiB at most, {said['first_mib']:.0f} MiB in its first part"
    return Figure(
        item="estate extract", hubs=said["rows"], seconds=said["seconds"], floor=None, aim="constant", told=grown
    )


def _by_region(estate: Estate) -> list[tuple[str, GuidList]]:
    found: dict[str, list[GuidList]] = {}
    for one in estate.classes():
        found.setdefault(one.region, []).append(one.guids)
    return [(region, GuidList.joined(lists)) for region, lists in sorted(found.items())]
