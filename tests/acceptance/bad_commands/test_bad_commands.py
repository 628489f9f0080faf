"""Every command in every wrong circumstance: refused with the reason, and no trace but the refusal.

Out of phase, on hold, by the wrong party, about unknown hubs or somebody else's, too late, twice, and with a clock
that went back. Gates and hubs are asked of all commands there are, so a new one is in these tables by itself.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import func, select

from chfw_app.stores.ledger import ClockWentBackError, KeyReusedError
from chfw_app.stores.tables import consent, entry, hub, incident, link, release, task
from chfw_core.model.parties import DCC
from chfw_core.rollout.base import PANEL, REGISTRATION, SMI
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.gate import GATES, Gate, Who
from chfw_core.rollout.incidents.commands import SuspendRelease
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.notice.commands import (
    AddHubs,
    DraftRelease,
    NotifyRelease,
    PublishReleaseNote,
    RevokeNotice,
)
from chfw_core.rollout.outcomes.commands import DeclareSilence, OutcomeKind
from chfw_core.rollout.pilot.commands import (
    ApproveMass,
    ApprovePilot,
    BeginMass,
    BeginPilot,
    CompleteRelease,
    EndPilot,
    SubmitPilotList,
)
from chfw_core.rollout.records import ReleaseNote
from chfw_core.rollout.states import ReleaseStage, ReleaseStanding
from tests.acceptance.people import (
    AUTOMATIC,
    COTTAGE,
    CUT_OFF,
    FIRMWARE,
    FLAT,
    FROS,
    IMPORT,
    MILL,
    NEW,
    NORTH,
    NWND,
    TERRACE,
    UNKNOWN,
    Home,
    hub_class,
    july,
    march,
    some,
    written,
)
from tests.acceptance.world import World, refused_for
from tests.core.rollout.samples import FIELDS

ACTORS = {
    Who.DCC: DCC,
    Who.SUPPLIER: NWND,
    Who.CSP: f"CSP:{NORTH}",
    Who.PANEL: PANEL,
    Who.SMI: SMI,
    Who.REGISTRATION: REGISTRATION,
}


def each(*homes: Home) -> Iterator[tuple[type[Any], Gate, dict[str, Any]]]:
    """Every command with its gate, and sensible fields about these homes."""
    for kind in COMMANDS:
        yield kind, GATES[kind], FIELDS[kind](some(*(homes or (TERRACE,))))


def test_by_the_wrong_party(world: World) -> None:
    """NF6: whoever it is not for may not give it, and a Supplier only for a release that it has hubs in."""
    world.given_notice()
    for kind, gate, fields in each():
        for who, actor in ACTORS.items():
            if who not in {gate.who, *gate.also}:
                assert world.refused(actor, kind, **fields) == "wrong_party", (kind, actor)
        assert world.refused("", kind, **fields) == "wrong_party"
        if gate.who is Who.SUPPLIER:
            assert world.refused(FROS, kind, **fields) == "not_relevant"


def test_about_a_release_that_nobody_has_drafted(world: World) -> None:
    """BR1.1; NF7: to a Supplier and a CSP it is like a release of others."""
    for kind, gate, fields in each():
        if kind is not DraftRelease:
            code = "not_relevant" if gate.who in (Who.SUPPLIER, Who.CSP) else "unknown_release"
            assert world.refused(ACTORS[gate.who], kind, release="CH-2031-09", **fields) == code


def to(world: World, stage: ReleaseStage) -> None:
    """Brings the release to a stage, by way of the pilot."""
    world.given_a_draft()
    steps: list[tuple[ReleaseStage, type[Any], dict[str, Any]]] = [
        (ReleaseStage.NOTIFIED, NotifyRelease, {"classes": (hub_class(TERRACE),)}),
        (ReleaseStage.PILOT_APPROVED, ApprovePilot, {"approval": "OA-1"}),
        (ReleaseStage.PILOTING, BeginPilot, {}),
        (ReleaseStage.PILOT_ENDED, EndPilot, {"succeeded": True, "commentary": "as hoped"}),
        (ReleaseStage.MASS_APPROVED, ApproveMass, {"approval": "OA-2"}),
        (ReleaseStage.ROLLING_OUT, BeginMass, {}),
    ]
    for after, kind, fields in steps:
        if world.release().stage is not stage:
            world.done(DCC, kind, **fields)
            assert world.release().stage is after
    if stage is ReleaseStage.COMPLETED:
        world.smi_shows(NEW, TERRACE)
        world.done(DCC, CompleteRelease)


@pytest.mark.parametrize("stage", list(ReleaseStage))
def test_out_of_phase(world: World, stage: ReleaseStage) -> None:
    """BR2.6: each step in its turn."""
    to(world, stage)
    tried = 0
    for kind, gate, fields in each():
        if stage in gate.stages or kind is DraftRelease:
            continue
        nobody_yet = stage is ReleaseStage.DRAFTED and gate.who is Who.SUPPLIER
        code = "not_relevant" if nobody_yet else "out_of_phase"
        assert world.refused(ACTORS[gate.who], kind, **fields) == code, kind
        tried += 1
    assert tried
    assert world.refused(DCC, DraftRelease, firmware=FIRMWARE) == "drafted_already"


@pytest.mark.parametrize("standing", [s for s in ReleaseStanding if s is not ReleaseStanding.ACTIVE])
def test_while_the_release_may_not_go_on(world: World, standing: ReleaseStanding) -> None:
    """BR6.2, BR6.3, BR1.6, I4."""
    world.given_mass_begun()
    if standing is ReleaseStanding.SUSPENDED:
        world.done(DCC, SuspendRelease, reason="until we know more")
    elif standing is ReleaseStanding.REVOKED:
        world.done(DCC, RevokeNotice, reason="a defect was found")
    else:
        world.raises_incident(NWND)
        world.decided(IncidentOutcome.PAUSE if standing is ReleaseStanding.PAUSED else IncidentOutcome.STOP)
    assert world.release().standing is standing
    final = standing in (ReleaseStanding.STOPPED, ReleaseStanding.REVOKED)
    for kind, gate, fields in each():
        if standing not in gate.standings and kind is not DraftRelease:
            code = "final" if final else "not_active"
            assert world.refused(ACTORS[gate.who], kind, **fields) == code, kind


def how_it_stands(world: World) -> list[Any]:
    """All that is known of releases and hubs; not by which entry it was last looked at."""
    with world.service.store.read() as connection:
        whole = [connection.execute(select(table)).all() for table in (consent, link, task, incident)]
        hubs = connection.execute(select(*(column for column in hub.columns if column.name != "last_seq"))).all()
        stands = connection.execute(select(release.c.id, release.c.stage, release.c.standing)).all()
    return [*whole, hubs, stands]


def entries(world: World) -> int:
    """How many there are."""
    with world.service.store.read() as connection:
        return connection.execute(select(func.count()).select_from(entry)).scalar_one()


@pytest.mark.parametrize(
    ("home", "codes"),
    [
        (UNKNOWN, {"unknown_guid", "not_handed_over", "not_in_pilot"}),
        (COTTAGE, {"not_responsible", "not_handed_over"}),
    ],
    ids=["unknown", "foreign"],
)
def test_about_a_hub_that_is_unknown_or_somebody_elses(world: World, home: Home, codes: set[str]) -> None:
    """BR5.2: it is listed with the reason, once, and nothing has changed for anybody."""
    world.given_pilot_begun()
    world.later(hours=12)
    tried = set()
    for kind, gate, fields in each(home):
        if "guids" not in fields or (home is COTTAGE and gate.who not in (Who.SUPPLIER, Who.CSP)):
            continue
        before, count = how_it_stands(world), entries(world)
        receipt = world.when(ACTORS[gate.who], kind, **fields)
        assert receipt.refused is None
        assert {code for code, guids in refused_for(receipt).items() if guids == written(home)} <= codes
        assert len(refused_for(receipt)) == 1, kind
        assert how_it_stands(world) == before, kind
        assert entries(world) == count + 1
        tried.add(kind)
    assert tried >= {Instruct, WithdrawInstructions, SubmitPilotList}


def test_after_the_cut_off(world: World) -> None:
    """BR3.4."""
    world.given_notice()
    world.on(CUT_OFF + timedelta(microseconds=1))
    before, count = how_it_stands(world), entries(world)
    period = {"opens": july(1), "closes": july(3)}
    receipt = world.when(NWND, Instruct, role=IMPORT, guids=some(TERRACE), **period)
    assert refused_for(receipt) == {"after_cutoff": written(TERRACE)}
    assert how_it_stands(world) == before
    assert entries(world) == count + 1


def test_with_a_clock_that_went_back(world: World) -> None:
    """NF6: nothing at all is kept, neither an entry nor a message; set right, the same command is taken."""
    world.given_pilot_begun()
    world.later(days=1)
    world.instructs(NWND, TERRACE)
    before, count, sent = world.tables(), entries(world), len(world.sent())
    world.now -= timedelta(hours=1)
    for kind, gate, fields in each():
        with pytest.raises(ClockWentBackError):
            world.when(ACTORS[gate.who], kind, **fields)
    with pytest.raises(ClockWentBackError):
        world.withdraws(NWND, TERRACE)
    assert (world.tables(), entries(world), len(world.sent())) == (before, count, sent)
    world.now += timedelta(hours=1)
    assert world.service.submit(world.given[-1]).refused is None


def test_the_same_command_sent_again_is_answered_as_before_and_done_once(world: World) -> None:
    """BR5.1, I9: a whole campaign, every command of it a second time; and no key stands for two commands."""
    campaign(world)
    before, count, sent = world.tables(), entries(world), len(world.sent())
    for command in world.given:
        again = world.service.submit(command)
        assert again.again
    for command in world.given:
        other = evolve(command, release="CH-2031-09")
        with pytest.raises(KeyReusedError):
            world.service.submit(other)
    assert (world.tables(), entries(world), len(world.sent())) == (before, count, sent)


def test_what_was_done_cannot_be_done_again_under_another_key(world: World) -> None:
    """BR2.6, BR5.2: each refused as a whole or hub by hub, and nothing changes."""
    campaign(world)
    done = list(world.given)
    before = how_it_stands(world)
    for command in done:
        if isinstance(command, Instruct | SubmitPilotList | AddHubs | PublishReleaseNote):
            continue  # these say how something shall be, and may be said again
        receipt = world.service.submit(evolve(command, key=f"again {command.key}"))
        changed = receipt.taken
        assert receipt.refused is not None or not changed, (command, receipt.events)
        assert how_it_stands(world) == before, command


def campaign(world: World) -> None:
    """From the draft to the end, with a Supplier's pilot, an incident, and a hub that fell silent."""
    world.given_a_draft()
    world.done(DCC, PublishReleaseNote, note=ReleaseNote(url="https://notes.example.org", version="1"))
    world.done(DCC, NotifyRelease, classes=(hub_class(TERRACE), hub_class(FLAT)))
    world.done(DCC, AddHubs, classes=(hub_class(MILL),))
    world.done(NWND, SubmitPilotList, guids=some(TERRACE))
    world.done(DCC, ApprovePilot, approval="OA-1")
    world.done(DCC, BeginPilot)
    world.instructs(NWND, TERRACE)
    world.instructs(NWND, FLAT)
    world.withdraws(NWND, FLAT)
    world.done(DCC, EndPilot, succeeded=True, commentary="as hoped")
    world.done(DCC, ApproveMass, approval="OA-2")
    world.done(DCC, BeginMass)
    world.raises_incident(NWND)
    world.decided(IncidentOutcome.PROCEED)
    world.on(AUTOMATIC)
    world.publishes(TERRACE, FLAT, MILL)
    world.hands_over(TERRACE, FLAT)
    world.hands_over(MILL)
    world.csp_reports(OutcomeKind.ACTIVATED, TERRACE)
    world.csp_reports(OutcomeKind.FAILED, MILL, reason="no image held")
    world.smi_shows(NEW, TERRACE)
    world.later(days=9)
    world.done(DCC, DeclareSilence, guids=some(FLAT))
    world.done(DCC, CompleteRelease)
    assert world.release().stage is ReleaseStage.COMPLETED


def test_about_a_period_or_a_list_that_says_nothing(world: World) -> None:
    """BR5.2: no hub, or a period that closes before it opens."""
    world.given_notice()
    for kind, gate, fields in each():
        if "guids" in fields and kind is not SubmitPilotList and ReleaseStage.NOTIFIED in gate.stages:
            assert world.refused(ACTORS[gate.who], kind, **{**fields, "guids": some()}) == "no_hubs", kind
    turned = {"role": IMPORT, "opens": march(12), "closes": march(10), "guids": some(TERRACE)}
    assert world.refused(NWND, Instruct, **turned) == "no_period"
