"""NF7, I8: change only the other Supplier, and everything that a Supplier is sent stays the same, byte for byte."""

from datetime import UTC, datetime, timedelta

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.consent.model import ActivationBasis
from chfw_core.messages import Message
from chfw_core.model.parties import Party
from chfw_core.rollout.base import PANEL, SMI
from chfw_core.rollout.handover.commands import HandOver, PublishPlan
from chfw_core.rollout.incidents.commands import ConfirmDecision, RaiseIncident, SuspendRelease, TriageIncident
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease, RecordCplEntry
from chfw_core.rollout.outcomes.commands import ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import (
    ApprovePilot,
    BeginPilot,
    GiveVerdict,
    RecordPilotProgress,
    SubmitPilotList,
)
from chfw_core.rollout.records import Opinion
from tests.core.rollout.worlds import (
    ALPHA,
    CLASSES,
    FIRMWARE,
    GAS,
    IMPORT,
    NEW,
    NORTH,
    SOLE,
    SPLIT,
    Story,
    row,
    some,
)

MARCH = datetime(2026, 3, 10, tzinfo=UTC)
NAMES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12).filter(
    lambda name: name not in ("ALPHA", "DCC", "PANEL", "SMI", "REGISTRATION")
)


def campaign(other: str, *, rule: str | None, opinion: Opinion, findings: str, days: int) -> list[Message]:
    """What ALPHA is sent while somebody else answers for its split hub: who that is, its rules, its words vary."""
    party, story = Party(other), Story()
    story.do(DraftRelease, firmware=FIRMWARE)
    story.do(RecordCplEntry, entry="CPL-77")
    classes = [evolve(alike, gas_supplier=party) if alike.gas_supplier == "BETA" else alike for alike in CLASSES]
    story.do(NotifyRelease, classes=tuple(classes))
    story.do(SubmitPilotList, ALPHA, guids=some(SOLE))
    story.do(SubmitPilotList, party, guids=some(SPLIT))
    story.do(ApprovePilot, approval="OA-1")
    story.do(BeginPilot)
    period = {"opens": MARCH, "closes": MARCH + timedelta(days=9), "guids": some(SPLIT)}
    story.do(Instruct, ALPHA, role=IMPORT, **period)
    wide = {**period, "opens": MARCH - timedelta(days=days)}
    story.do(Instruct, party, role=GAS, rule=rule, **wide)
    story.do(WithdrawInstructions, party, role=GAS, guids=some(SPLIT))
    story.do(Instruct, party, role=GAS, rule=rule, **wide)
    story.do(GiveVerdict, party, opinion=opinion, findings=findings)
    story.do(RecordPilotProgress, succeeded=True, commentary="fine", guids=some(SPLIT))
    story.do(RaiseIncident, party, incident=findings or "i", description=findings)
    story.do(SuspendRelease, reason="a defect")
    story.do(TriageIncident, incident=findings or "i", outcome=IncidentOutcome.PROCEED, reason="as found")
    story.do(ConfirmDecision, PANEL, incident=findings or "i", confirmed=True, commentary="agreed")
    planned = row(SPLIT, day=MARCH.date(), basis=ActivationBasis.BOTH_SUPPLIERS)
    told = evolve(planned, batch_id=f"mine+{rule}/1", reason=f"{other}: {rule}")
    story.do(PublishPlan, classes=(told,))
    story.now = MARCH
    story.do(HandOver, region=NORTH, day=MARCH.date(), guids=some(SPLIT))
    activated = OutcomeKind.ACTIVATED
    story.do(ReportOutcomes, "CSP:North", outcome=activated, occurred_at=MARCH, firmware_version=NEW, guids=some(SPLIT))
    story.do(ObserveVersions, SMI, firmware_version=NEW, observed_at=MARCH, guids=some(SPLIT))
    assert str(story.state(SPLIT)) == "verified"
    return story.told(ALPHA)


USUAL = campaign("BETA", rule=None, opinion=Opinion.PROCEED, findings="", days=0)


@given(
    other=NAMES,
    rule=st.none() | st.text(min_size=1, max_size=8),
    opinion=st.sampled_from(Opinion),
    findings=st.text(max_size=8),
    days=st.integers(0, 40),
)
def test_what_a_supplier_is_sent_does_not_vary_with_who_the_other_is(
    other: str, rule: str | None, opinion: Opinion, findings: str, days: int
) -> None:
    found = campaign(other, rule=rule, opinion=opinion, findings=findings, days=days)
    assert [repr(message) for message in found] == [repr(message) for message in USUAL]


def test_there_is_something_to_compare() -> None:
    kinds = {type(message).__name__ for message in USUAL}
    assert kinds >= {
        "ActivationAlert",
        "Decision",
        "HubsScheduled",
        "InstructionReceipt",
        "OwnHubs",
        "PilotProgress",
        "SecondSupplier",
    }
