"""What a plan that is made now asks of the ledger: disturbances of hubs (CS3, CS4), and what rules no longer say."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_app.rollout.disturbances import disturbances
from chfw_app.rollout.gone import gone
from chfw_app.rollout.recorded_events import recorded_events
from chfw_app.triggers.observing import observe
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC
from chfw_core.model.periods import Period
from chfw_core.rollout.base import REGISTRATION
from chfw_core.rollout.handover.commands import ProtectHubs
from chfw_core.rollout.incidents.commands import RaiseIncident, ResumeRelease, SuspendRelease
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.records import Protection
from chfw_core.rollout.suppliers.commands import AnnounceSupplierChange, CancelSupplierChange
from chfw_core.rules.model import Always, DateExpr, DecideThen, HoldRule, RuleSet, UntilEvent, UntilManual
from chfw_core.testing.worlds import decide
from chfw_files.documents.schedule import SCHEDULE_SCHEMA
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import ALPHA, BETA, FAR, GAMMA, GAS, IMPORT, SOLE, SPLIT, START, R

SPRING = Period(opens=datetime(2026, 3, 1, tzinfo=UTC), closes=datetime(2026, 5, 1, tzinfo=UTC))


def test_announced_changes_and_protected_periods_of_all_hubs_that_have_any(told: Told) -> None:
    """CS3, CS4: what was cancelled is none any more."""
    told.notified()
    kept: dict[str, Any] = {"role": GAS, "effective": date(2026, 3, 9), "guids": GuidList([SPLIT])}
    told.taken(AnnounceSupplierChange, REGISTRATION, leaves=BETA, joins=GAMMA, **kept)
    dropped: dict[str, Any] = {"role": IMPORT, "effective": date(2026, 4, 9), "guids": GuidList([FAR])}
    told.taken(AnnounceSupplierChange, REGISTRATION, leaves=ALPHA, joins=None, **dropped)
    told.taken(CancelSupplierChange, REGISTRATION, **dropped)
    told.taken(ProtectHubs, kind=Protection.PRICE_CHANGE, period=SPRING, guids=GuidList([SOLE, SPLIT]))
    with told.service.store.read() as connection:
        found = disturbances(connection, R)
        assert disturbances(connection, "another").changes == ()
    assert found.changes == ((SPLIT, {"role": "gas", "effective": "2026-03-09", "from": "BETA", "to": "GAMMA"}),)
    assert found.protected == {SOLE: (SPRING,), SPLIT: (SPRING,)}


def schedule(path: Path, *rows: tuple[Guid, str, str | None, str | None]) -> Path:
    empty = dict.fromkeys(SCHEDULE_SCHEMA.names)
    named = [
        {**empty, "guid": guid, "status": status, "import_rule": own, "gas_rule": other, "reason": ""}
        for guid, status, own, other in rows
    ]
    pq.write_table(pa.Table.from_pylist(named, schema=SCHEDULE_SCHEMA), path)
    return path


@pytest.mark.parametrize(
    ("status", "rule", "given", "taken_back"),
    [
        ("planned", None, "late", True),  # its rule is gone
        ("infeasible", None, "late", True),
        ("planned", "keep-out", "late", True),  # another one decided, such as an exclude
        ("planned", "early", "leaves", True),  # it decides, and does not instruct
        ("planned", "early", "early", False),  # it decides, for a time that is over
        ("planned", "early", "late", False),  # it stands by itself, as the plan says
        ("held", None, "late", False),  # nobody was asked
        ("planned", None, None, False),  # that Supplier's rules were not given
    ],
)
def test_what_a_rule_instructed_is_taken_back_where_its_owners_rules_say_nothing_of_it(
    told: Told, tmp_path: Path, status: str, rule: str | None, given: str | None, taken_back: bool
) -> None:
    """Contracts, Rules' own instructions; what was said by hand and what is said again stand."""
    told.notified()
    period: dict[str, Any] = {"opens": START + timedelta(days=30), "closes": START + timedelta(days=40)}
    for guid, by_rule in ((SOLE, "early"), (SPLIT, None), (FAR, "early")):
        told.taken(Instruct, ALPHA, role=IMPORT, rule=by_rule, guids=GuidList([guid]), **period)
    plan = schedule(
        tmp_path / "plan.parquet",
        (SOLE, status, rule, rule),
        (SPLIT, status, rule, None),
        (FAR, status, "early", "early"),
    )
    again = Instruct(by=ALPHA, key="k", release=R, role=IMPORT, rule="early", guids=GuidList([FAR]), **period)
    decides = (decide("early", then=DecideThen.LEAVE_TO_DCC),) if given == "leaves" else (decide(given or ""),)
    rulesets = () if given is None else (RuleSet(owner=ALPHA, decides=decides),)
    with told.service.store.read() as connection:
        found = gone(connection, R, plan, (again,), rulesets, "key")
    assert [(one.by, one.rule, one.guids) for one in found] == (
        [(ALPHA, "early", GuidList([SOLE]))] if taken_back else []
    )
    for one in found:
        assert told.service.submit(one).taken == (("instructions_withdrawn", 1),)


def test_what_a_trigger_instructed_stands_whatever_rules_say_today(told: Told, tmp_path: Path) -> None:
    """RU6: an event gave it, and no rule that decides hubs takes it back."""
    told.notified()
    period: dict[str, Any] = {"opens": START + timedelta(days=30), "closes": START + timedelta(days=40)}
    told.taken(Instruct, ALPHA, role=IMPORT, rule="trigger:meter-then-hub", guids=GuidList([SOLE]), **period)
    plan = schedule(tmp_path / "plan.parquet", (SOLE, "planned", None, None))
    with told.service.store.read() as connection:
        assert gone(connection, R, plan, (), (RuleSet(owner=ALPHA, decides=(decide("late"),)),), "key") == ()


def waiting(*ends: UntilEvent | UntilManual) -> RuleSet:
    holds = (HoldRule(id=f"h{n}", because="x", when=Always(), until=until) for n, until in enumerate(ends))
    return RuleSet(owner=ALPHA, holds=tuple(holds))


def test_events_that_raise_flags_or_end_holds_are_read_from_the_ledger(told: Told) -> None:
    """RU5, RU1: whose they are stays known (I8); what no rule waits for is not read."""
    told.notified()
    told.later(hours=1)
    said = Event(seq=1, at=START, type="defect_flagged", guid=SOLE, fields={"flag": "defect"})
    read = Event(seq=2, at=START, type="meter_read_received", guid=SOLE)
    assert observe(told.service, [said, read], DCC).events
    passed = Event(seq=1, at=START, type="test_passed", party=ALPHA, fields={"ref": "lab-7"})
    assert observe(told.service, [passed], ALPHA).events
    told.taken(SuspendRelease, reason="a defect")
    told.taken(ResumeRelease, reason="mended")
    until = UntilEvent(type="test_passed", at_latest=DateExpr(base="cutoff"))
    with told.service.store.read() as connection:
        bare = recorded_events(connection, ())
        found = recorded_events(connection, (waiting(until, UntilManual()),))
    assert [(one.type, one.guid, one.party) for one in bare] == [("defect_flagged", SOLE, None)]
    assert [(one.seq, one.type, one.party, one.fields.get("release")) for one in found] == [
        (1, "defect_flagged", None, None),
        (2, "test_passed", ALPHA, None),
        (3, "release_resumed", None, R),
    ]


def test_an_incident_is_heard_of_by_its_owners_rules_alone(told: Told) -> None:
    """NF7: what the operators' triggers hear of another's incident no plan may tell a Supplier's rule."""
    told.notified()
    told.taken(RaiseIncident, BETA, incident="I-1", description="meters lost")
    until = UntilEvent(type="incident_raised", at_latest=DateExpr(base="cutoff"))
    with told.service.store.read() as connection:
        found = recorded_events(connection, (waiting(until),))
    assert [(one.type, one.party, one.fields["ref"]) for one in found] == [("incident_raised", BETA, "I-1")]
