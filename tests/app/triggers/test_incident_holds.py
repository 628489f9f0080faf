"""RU6, BR6.2, BR6.3, NF6: which decision on which incident ends what triggers hold, and which leaves it as it is."""

from typing import Any

from attrs import evolve
from sqlalchemy import select

from chfw_app.stores.tables import hub, trigger_hold
from chfw_app.triggers.installing import install
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import PANEL
from chfw_core.rollout.incidents.commands import (
    ConfirmDecision,
    RaiseIncident,
    ResumeRelease,
    SuspendRelease,
    TriageIncident,
)
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease
from chfw_core.rollout.states import ReleaseStanding
from tests.app.triggers.runs import Runs
from tests.core.rollout.worlds import ALPHA, CLASSES, FAR, FIRMWARE, GAS_ONLY, NORTH, SOLE, SPLIT, R

PER_REGION = """
rules: v1
owner: DCC
events:
  - id: lost
    because: A hub lost its WAN
    per: csp_region
    on: hub_lost_wan
    do: {hold: everything, raise: incident}
"""
PER_RELEASE = PER_REGION.replace("per: csp_region", "per: release")
OF_ALPHA = """
rules: v1
owner: ALPHA
events:
  - id: my-own
    because: Somebody has to look
    per: hub
    on: hub_lost_wan
    do: {hold: manual}
"""
SUSPENDED, ACTIVE, PAUSED = ReleaseStanding.SUSPENDED, ReleaseStanding.ACTIVE, ReleaseStanding.PAUSED


def submit(runs: Runs, kind: type[Any], by: str = "DCC", *, of: str = R, **fields: Any) -> None:
    runs.later(minutes=1)
    runs.service.submit(kind(by=by, key=f"{kind.__name__}-{runs.now.isoformat()}", release=of, **fields))


def notified(runs: Runs, text: str, of: str = R, classes: Any = CLASSES) -> None:
    submit(runs, DraftRelease, of=of, firmware=evolve(FIRMWARE, id=of, notified_at=runs.now))
    submit(runs, NotifyRelease, of=of, classes=classes)
    if text:
        runs.installs(text)
        runs.later(minutes=1)


def decided(runs: Runs, incident: str, outcome: IncidentOutcome = IncidentOutcome.PROCEED, of: str = R) -> int:
    """The Panel's word on it; how many holds that ended."""
    submit(runs, TriageIncident, of=of, incident=incident, outcome=outcome, reason="as found")
    submit(runs, ConfirmDecision, PANEL, of=of, incident=incident, confirmed=True, commentary="agreed")
    return runs.runs().holds_ended


def raised(runs: Runs, of: str = R) -> dict[str, str]:
    """What the incidents of triggers say, by their ids."""
    return {one.id: one.description for one in runs.service.release(of).incidents if one.id.startswith("DCC/lost")}


def held(runs: Runs) -> set[int]:
    with runs.service.store.read() as connection:
        return set(connection.execute(select(hub.c.guid).where(hub.c.state == "held")).scalars())


def holders(runs: Runs) -> list[str]:
    """Whose holds stand."""
    with runs.service.store.read() as connection:
        query = select(trigger_hold.c.owner).where(trigger_hold.c.ended_seq.is_(None)).order_by(trigger_hold.c.id)
        return list(connection.execute(query).scalars())


def standing(runs: Runs, of: str = R) -> ReleaseStanding:
    return runs.service.release(of).standing


def test_a_decision_ends_what_its_own_incident_brought_about_and_nothing_else(runs: Runs) -> None:
    notified(runs, PER_REGION)
    place = runs.folder / "alpha.rules.yaml"
    place.write_text(OF_ALPHA, encoding="utf-8")
    install(runs.service, [place], "ALPHA")
    runs.later(minutes=1)
    submit(runs, RaiseIncident, ALPHA, incident="I-1", description="a label is wrong")
    runs.says("hub_lost_wan", SOLE)
    runs.runs()
    (north,) = raised(runs)
    runs.says("hub_lost_wan", FAR)
    runs.runs()
    (south,) = raised(runs).keys() - {north}
    submit(runs, SuspendRelease, reason="fire")
    runs.runs()
    assert held(runs) == {SOLE, SPLIT, GAS_ONLY, FAR}
    assert sorted(holders(runs)) == ["ALPHA", "ALPHA", "DCC", "DCC"]

    assert decided(runs, "ALPHA/I-1") == 0
    assert held(runs) == {SOLE, SPLIT, GAS_ONLY, FAR}

    assert decided(runs, north) == 1
    assert (held(runs), standing(runs)) == ({FAR}, SUSPENDED)
    assert sorted(holders(runs)) == ["ALPHA", "ALPHA", "DCC"]

    assert decided(runs, south) == 3  # the last one: the release goes on, and with it what nobody else holds
    assert (held(runs), standing(runs), holders(runs)) == (set(), ACTIVE, [])


def test_a_decision_on_a_release_that_was_never_halted_ends_its_own_hold(runs: Runs) -> None:
    notified(runs, PER_REGION)
    runs.says("hub_lost_wan", SOLE)
    runs.runs()
    (incident,) = raised(runs)
    submit(runs, RaiseIncident, ALPHA, incident="I-1", description="a label is wrong")
    assert decided(runs, "ALPHA/I-1") == 0
    assert held(runs) == {SOLE, SPLIT, GAS_ONLY}
    assert decided(runs, incident) == 1
    assert held(runs) == set()


def test_a_hold_outlasts_a_decision_to_pause_until_the_release_is_resumed(runs: Runs) -> None:
    notified(runs, PER_REGION)
    runs.says("hub_lost_wan", SOLE)
    runs.runs()
    (incident,) = raised(runs)
    assert decided(runs, incident, IncidentOutcome.PAUSE) == 0
    assert (held(runs), standing(runs)) == ({SOLE, SPLIT, GAS_ONLY}, PAUSED)
    submit(runs, ResumeRelease, reason="mended")
    assert runs.runs().holds_ended == 1
    assert held(runs) == set()


def test_what_a_trigger_suspended_goes_on_with_the_decision_on_its_incident(runs: Runs) -> None:
    notified(runs, PER_RELEASE)
    runs.says("hub_lost_wan", SOLE)
    runs.runs()
    (incident,) = raised(runs)
    assert standing(runs) is SUSPENDED
    submit(runs, RaiseIncident, ALPHA, incident="I-1", description="fire", emergency_stop=True)
    assert decided(runs, incident) == 1
    assert standing(runs) is SUSPENDED  # ALPHA's is open
    assert decided(runs, "ALPHA/I-1") == 0
    assert standing(runs) is ACTIVE


def test_the_end_of_a_hold_does_not_resume_what_somebody_else_suspended(runs: Runs) -> None:
    """NF6: only what the trigger itself suspended goes on when its hold ends."""
    notified(runs, PER_RELEASE.replace(", raise: incident", ""))
    submit(runs, SuspendRelease, reason="fire")
    runs.says("hub_lost_wan", SOLE)
    runs.runs()
    runs.later(minutes=1)
    runs.says("flag_cleared", flag="lost")
    assert runs.runs().holds_ended == 1
    assert standing(runs) is SUSPENDED
    submit(runs, ResumeRelease, reason="put out")
    runs.says("hub_lost_wan", SOLE)
    runs.runs()
    assert standing(runs) is SUSPENDED
    runs.later(minutes=1)
    runs.says("flag_cleared", flag="lost")
    assert runs.runs().holds_ended == 1
    assert standing(runs) is ACTIVE


def test_a_hold_over_two_releases_waits_for_the_decision_on_each(runs: Runs) -> None:
    """Of a hub that no release has: it is held, and the incident raised, on each in progress."""
    notified(runs, PER_REGION)
    other = evolve(CLASSES[0], guids=GuidList([0x55]))
    notified(runs, "", of="REL-2", classes=(other,))
    runs.says("hub_lost_wan", 0x99, csp_region=NORTH)
    runs.runs()
    assert held(runs) == {SOLE, SPLIT, GAS_ONLY, 0x55}
    (incident,) = raised(runs)
    assert raised(runs, "REL-2").keys() == {incident}
    submit(runs, SuspendRelease, of="REL-2", reason="for a look")
    assert decided(runs, incident, of="REL-2") == 0
    assert standing(runs, "REL-2") is ACTIVE
    assert held(runs) == {SOLE, SPLIT, GAS_ONLY, 0x55}
    assert decided(runs, incident) == 1
    assert held(runs) == set()
