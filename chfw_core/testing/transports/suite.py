"""The suite: subclass `TransportConformance` in a test module and give it a `bench` fixture.

    class TestMine(TransportConformance):
        @pytest.fixture
        def bench(self, tmp_path):
            with ledgers(tmp_path) as (direct, through):
                yield Bench(far_end=MyFarEnd(), direct=direct, through=through)

What a transport does not carry is given straight to the service, so that every scenario can be told to its end.
"""

from typing import Any
from unittest import SkipTest

from chfw_core.consent.model import InstructionGroup
from chfw_core.messages import (
    ActivationAlert,
    Decision,
    DecisionToConfirm,
    HubsRefused,
    IncidentReported,
    InstructionReceipt,
    ListReceipt,
    OwnHubs,
    PilotProgress,
    ReleaseNotice,
    SecondSupplier,
    SupplierJoins,
    SupplierLeaves,
    TriggerNotice,
    VerdictReceived,
    WorkList,
)
from chfw_core.model.events import Event
from chfw_core.model.parties import DCC, SupplierRole
from chfw_core.rollout.base import PANEL, REGISTRATION
from chfw_core.rollout.incidents.commands import ConfirmDecision, RaiseIncident, SuspendRelease, TriageIncident
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import (
    AddHubs,
    DraftRelease,
    MoveAutomaticDate,
    PublishReleaseNote,
    RevokeNotice,
)
from chfw_core.rollout.outcomes.commands import OutcomeKind
from chfw_core.rollout.pilot.commands import (
    ApprovePilot,
    BeginPilot,
    CompletePilotPhase,
    EndPilot,
    GiveVerdict,
    RecordPilotProgress,
    SubmitPilotList,
)
from chfw_core.rollout.records import Opinion, ReleaseNote
from chfw_core.rollout.suppliers.commands import (
    AnnounceSupplierChange,
    CancelSupplierChange,
    CompleteSupplierChange,
)
from chfw_core.testing.homes import Home, hubs_of
from chfw_core.testing.transports.dying import Dies, DiesAfter, DiesAfterSending, DiesBefore, dies
from chfw_core.testing.transports.ends import Bench, Said
from chfw_core.testing.transports.play import arrived, given, hand_in, play, without_keys
from chfw_core.testing.transports.scenes import (
    AUTOMATIC,
    BARN,
    BIRCH,
    CEDAR,
    CROFT,
    CUT_OFF,
    FIRMWARE,
    FORGE,
    GAS,
    HOMES,
    IMPORT,
    LODGE,
    MAPLE,
    NEW,
    ROWAN,
    STRANGER,
    SUPPLIERS,
    TOWER,
    WEIR,
    Scene,
    hub_class,
    march,
    today,
)

NORTHERN = "CSP:North"
WATCHED = """rules: v1
owner: BIRCH
events:
  - id: meter-upgraded
    because: Whoever mends meters wants to know
    per: hub
    on: meter_firmware_activated
    do: {notify: meters, text: "{guid} is upgraded"}
"""


def upgraded(scene: Scene, seq: int, home: Home) -> Event:
    """A meter's upgrade, as of now in a scene, under a number of whoever says it."""
    fields = {"firmware_version": "04000001"}
    return Event(seq=seq, at=scene.now, type="meter_firmware_activated", guid=home.guid, fields=fields)


class TransportConformance:
    """BR1 to BR6 and the activation alert alone, through the port. Each scenario cites its clauses."""

    # --- BR1: notify ---

    def test_every_supplier_and_csp_concerned_is_notified(self, bench: Bench) -> None:
        """BR1.1, BR1.2, BR1.4: the notice, and to each Supplier its own hubs with its roles."""
        played = play(bench, Scene().notified())
        for party in (BIRCH, CEDAR, MAPLE, NORTHERN, "CSP:Central", "CSP:South"):
            if self._sends(bench, ReleaseNotice):
                (notice,) = played.told(party, ReleaseNotice)
                assert (notice.firmware_version, notice.automatic_at, notice.cutoff) == (NEW, AUTOMATIC, CUT_OFF)
        if self._sends(bench, OwnHubs):
            own = played.told(BIRCH, OwnHubs)
            assert {guid for one in own for guid in one.guids} == set(hubs_of(CROFT, TOWER, LODGE, BARN))
            roles = {guid: one.roles for one in own for guid in one.guids}
            assert roles[CROFT.guid] == (SupplierRole.IMPORT, SupplierRole.GAS)
        assert not played.got[ROWAN]

    def test_a_note_a_new_date_and_a_revocation_are_told(self, bench: Bench) -> None:
        """BR1.3, BR1.5, BR1.6."""
        note = ReleaseNote(url="https://notes.example.org/2", version="2")
        scene = Scene().notified().on(march(1)).says(DCC, PublishReleaseNote, note=note)
        later = march(1).replace(month=9)
        scene.says(DCC, MoveAutomaticDate, automatic_at=later, reason="a fault was found in testing")
        play(bench, scene.later(days=1).says(DCC, RevokeNotice, reason="another release will take its place"))

    # --- BR2: pilot ---

    def test_a_pilot_from_its_lists_to_the_approval_of_the_mass_roll_out(self, bench: Bench) -> None:
        """BR2.3 to BR2.6, BR2.9, BR2.10, BR2.1: list, progress, verdict."""
        scene = Scene().notified().says(BIRCH, SubmitPilotList, guids=hubs_of(CROFT, BARN))
        scene.says(CEDAR, SubmitPilotList, guids=hubs_of(FORGE, CROFT, STRANGER))
        scene.instructs(BIRCH, CROFT, BARN, group=InstructionGroup.PILOT)
        scene.says(DCC, ApprovePilot, approval="OA-1").says(DCC, BeginPilot)
        scene.says(
            DCC, RecordPilotProgress, succeeded=False, reason="no WAN", commentary="tried twice", guids=hubs_of(CROFT)
        )
        scene.says(DCC, CompletePilotPhase, phase="first homes", commentary="as hoped")
        scene.says(DCC, EndPilot, succeeded=True, commentary="no faults; one home without WAN")
        scene.says(BIRCH, GiveVerdict, opinion=Opinion.PROCEED, findings="no calls, « all quiet »")
        played = play(bench, scene)
        if self._sends(bench, ListReceipt):
            assert played.told(BIRCH, ListReceipt)[-1].guids == hubs_of(CROFT, BARN)
        if self._sends(bench, PilotProgress):
            (progress,) = played.told(BIRCH, PilotProgress)
            assert (progress.reason, progress.commentary) == ("no WAN", "tried twice")
        if self._sends(bench, VerdictReceived):
            (verdict,) = played.told(DCC, VerdictReceived)
            assert (verdict.party, verdict.findings) == (BIRCH, "no calls, « all quiet »")

    # --- BR3: an earlier date ---

    def test_one_supplier_alone_instructs_in_batches(self, bench: Bench) -> None:
        """BR3.1, BR3.2, BR3.5, BR3.7, BR5.1: each batch is confirmed; an amendment replaces the former."""
        scene = Scene().notified().instructs(BIRCH, CROFT, LODGE).later(hours=1).instructs(BIRCH, BARN, days=(17, 19))
        played = play(bench, scene.later(hours=1).instructs(BIRCH, LODGE, days=(24, 26)))
        if self._sends(bench, InstructionReceipt):
            receipts = played.told(BIRCH, InstructionReceipt)
            assert [one.guids for one in receipts] == [hubs_of(CROFT, LODGE), hubs_of(BARN), hubs_of(LODGE)]
            assert (receipts[-1].opens, receipts[-1].closes) == (march(24), march(26))

    def test_hours_of_the_week_go_along_with_an_instruction(self, bench: Bench) -> None:
        """BR3.1, BR5.1: however they are written, they are confirmed in their standard text; then they are amended."""
        period = {"role": IMPORT, "opens": march(10), "closes": march(17), "guids": hubs_of(CROFT)}
        scene = Scene().notified().says(BIRCH, Instruct, window="Mon-Fri 22:00-05:00, not on bank_holidays", **period)
        played = play(bench, scene.later(hours=1).says(BIRCH, Instruct, window="sat sun 10:00-16:00", **period))
        if self._sends(bench, InstructionReceipt):
            said = [one.window for one in played.told(BIRCH, InstructionReceipt)]
            assert said == ["mon-fri 22:00-05:00 not on bank_holidays", "sat sun 10:00-16:00"]

    def test_an_instruction_after_the_cut_off_is_refused_with_its_reason(self, bench: Bench) -> None:
        """BR3.4, BR3.6, BR5.2: at the instant itself it still counts."""
        period = {
            "role": IMPORT,
            "opens": march(10).replace(month=6, day=20),
            "closes": march(10).replace(month=6, day=22),
        }
        scene = Scene().notified().on(CUT_OFF).says(BIRCH, Instruct, guids=hubs_of(CROFT), **period)
        played = play(bench, scene.later(seconds=1).says(BIRCH, Instruct, guids=hubs_of(LODGE), **period))
        assert (played.answers[-2].taken, played.answers[-1].taken) == (True, False)
        assert list(played.answers[-1].refused.values()) == [hubs_of(LODGE)]

    # --- BR4: split Suppliers ---

    def test_two_suppliers_agree_and_neither_learns_who_the_other_is(self, bench: Bench) -> None:
        """BR3.3, BR4.1, BR4.3, BR4.4, NF7: the later of the two; each is told whether the other has instructed."""
        played = play(bench, Scene().notified().instructs(BIRCH, TOWER).instructs(CEDAR, TOWER, days=(17, 19)))
        if self._sends(bench, SecondSupplier):
            assert [one.instructed for one in played.told(CEDAR, SecondSupplier)][-1] is True
        for party in SUPPLIERS:
            others = [other for other in SUPPLIERS if other != party]
            assert not any(other in str(message) for other in others for message in played.got[party])

    def test_without_the_other_suppliers_word_the_dccs_date_stands(self, bench: Bench) -> None:
        """BR4.2, BR3.6: one has not instructed; then both have, and one takes it back."""
        scene = Scene().notified().instructs(CEDAR, WEIR).later(hours=1).instructs(MAPLE, WEIR, days=(11, 13))
        play(bench, scene.later(hours=1).withdraws(CEDAR, WEIR))

    # --- BR5: progress ---

    def test_every_refused_hub_is_listed_with_its_reason_and_the_others_stand(self, bench: Bench) -> None:
        """BR5.1, BR5.2."""
        played = play(bench, Scene().notified().instructs(BIRCH, CROFT, FORGE, STRANGER, BARN))
        said = played.answers[-1]
        assert said.taken
        assert set(said.refused.values()) == {hubs_of(FORGE), hubs_of(STRANGER)}
        if self._sends(bench, HubsRefused):
            assert {one.reason: one.guids for one in played.told(BIRCH, HubsRefused)} == said.refused

    def test_from_the_work_list_to_the_alert(self, bench: Bench) -> None:
        """CS1, CS2, BR5.6: outcomes reported, repeated and late; success is what the SMI shows."""
        scene = Scene().mass_begun().instructs(BIRCH, CROFT, LODGE).goes_to_csp(CROFT, LODGE).later(hours=2)
        scene.csp_reports(NORTHERN, OutcomeKind.IMAGE_DELIVERED, CROFT, LODGE).later(hours=2)
        scene.csp_reports(NORTHERN, OutcomeKind.ACTIVATED, CROFT).again()
        scene.csp_reports(NORTHERN, OutcomeKind.FAILED, LODGE, STRANGER, reason="it did not answer")
        played = play(bench, scene.later(hours=6).smi_shows(NEW, CROFT))
        if self._sends(bench, WorkList):
            (work,) = played.told(NORTHERN, WorkList)
            assert work.guids == hubs_of(CROFT, LODGE)
        if self._sends(bench, ActivationAlert):
            (alert,) = played.told(BIRCH, ActivationAlert)
            assert (alert.firmware_version, alert.guids) == (NEW, hubs_of(CROFT))

    def test_the_activation_alert_works_with_everything_else_switched_off(self, bench: Bench) -> None:
        """BR5.7: a release for alerts alone: the inventory in, alerts out, to the Suppliers of each hub."""
        scene = Scene().says(DCC, DraftRelease, firmware=FIRMWARE, alerts_only=True)
        scene.says(DCC, AddHubs, classes=tuple(map(hub_class, HOMES))).later(days=1)
        played = play(bench, scene.smi_shows(NEW, CROFT, TOWER, WEIR))
        if self._sends(bench, ActivationAlert):
            alerted = {
                party: {guid for one in played.told(party, ActivationAlert) for guid in one.guids}
                for party in SUPPLIERS
            }
            assert alerted == {
                BIRCH: set(hubs_of(CROFT, TOWER)),
                CEDAR: set(hubs_of(TOWER, WEIR)),
                MAPLE: set(hubs_of(WEIR)),
                ROWAN: set(),
            }

    # --- BR6: incidents ---

    def test_an_incident_from_its_report_to_the_decision(self, bench: Bench) -> None:
        """BR6.1 to BR6.4: an emergency stop is asked for, the DCC suspends, the Panel confirms, everybody is told."""
        scene = Scene().mass_begun().instructs(BIRCH, CROFT).later(days=1)
        told = {"incident": "I-1", "description": "meters lose their hub, at night", "high_priority": True}
        scene.says(BIRCH, RaiseIncident, emergency_stop=True, **told)
        scene.says(DCC, SuspendRelease, reason="pending the Panel")
        scene.says(DCC, TriageIncident, incident="I-1", outcome=IncidentOutcome.STOP, reason="one in three fails")
        scene.says(PANEL, ConfirmDecision, incident="I-1", confirmed=True, commentary="agreed")
        played = play(bench, scene.instructs(BIRCH, LODGE))
        assert not played.answers[-1].taken
        if self._sends(bench, IncidentReported):
            assert [one.party for one in played.told(PANEL, IncidentReported)] == [BIRCH]
        if self._sends(bench, DecisionToConfirm):
            assert played.told(PANEL, DecisionToConfirm)
        if self._sends(bench, Decision):
            assert all(played.told(party, Decision)[-1].standing == "stopped" for party in (BIRCH, CEDAR, MAPLE))

    # --- changes of Supplier ---

    def test_a_change_of_supplier_ends_the_old_ones_instruction(self, bench: Bench) -> None:
        """CS3: announced, cancelled, announced again, completed; the new Supplier is told, the old one too."""
        scene = Scene().notified().instructs(BIRCH, CROFT).on(march(1))
        change = {"role": IMPORT, "effective": today(scene.later(days=5)), "guids": hubs_of(CROFT)}
        who = {"leaves": BIRCH, "joins": ROWAN}
        scene.on(march(1)).says(REGISTRATION, AnnounceSupplierChange, **change, **who)
        scene.later(hours=1).says(REGISTRATION, CancelSupplierChange, **change)
        scene.later(hours=1).says(REGISTRATION, AnnounceSupplierChange, **change, **who)
        scene.on(march(6)).says(REGISTRATION, CompleteSupplierChange, **change, **who)
        scene.says(REGISTRATION, CompleteSupplierChange, **{**change, "role": GAS, "leaves": BIRCH, "joins": None})
        played = play(bench, scene)
        if self._sends(bench, SupplierJoins):
            assert played.told(ROWAN, SupplierJoins)
        if self._sends(bench, SupplierLeaves):
            assert played.told(BIRCH, SupplierLeaves)

    # --- if this, then that ---

    def test_events_are_heard_by_rules_that_came_the_same_way(self, bench: Bench) -> None:
        """RU6, RU7, BR5.2, NF7: each event once, of its sender's own hubs and of its types; its rules tell it."""
        scene = Scene().notified().in_force(BIRCH, "meters.rules.yaml", WATCHED).later(hours=1)
        not_its_to_say = Event(seq=4, at=scene.now, type="hub_lost_wan", guid=CROFT.guid)
        to_come = Event(seq=5, at=march(1), type="test_passed")
        good, *bad = upgraded(scene, 1, TOWER), upgraded(scene, 2, FORGE), upgraded(scene, 3, STRANGER)
        scene.reports(BIRCH, good, *bad, not_its_to_say, to_come)
        played = play(bench, scene.later(hours=1).again().reports(CEDAR, upgraded(scene, 1, WEIR)))
        said, again, others = played.answers[-3:]
        assert (said.taken, len(said.refused), again) == (True, 4, said)
        assert others == Said(taken=True)
        if self._sends(bench, TriggerNotice):
            assert [one.guids for one in played.told(BIRCH, TriggerNotice)] == [hubs_of(TOWER)]
            assert not played.told(CEDAR, TriggerNotice)

    def test_rule_files_are_checked_together_and_one_is_taken_back(self, bench: Bench) -> None:
        """RU7: what is wrong changes nothing; what is taken back hears of nothing any more."""
        scene = Scene().notified().in_force(BIRCH, "meters.rules.yaml", WATCHED)
        scene.hands_in(BIRCH, "others.rules.yaml", WATCHED.replace("BIRCH", "CEDAR"))
        scene.hands_in(BIRCH, "again.rules.yaml", WATCHED).reports(BIRCH, upgraded(scene, 1, CROFT))
        scene.in_force(BIRCH, "meters.rules.yaml", "").later(hours=1).reports(BIRCH, upgraded(scene, 2, LODGE))
        played = play(bench, scene)
        assert [one.taken for one in played.answers[-6:]] == [True, False, False, True, True, True]
        assert all(one.refused for one in played.answers[-5:-3])
        if self._sends(bench, TriggerNotice):
            assert [one.guids for one in played.told(BIRCH, TriggerNotice)] == [hubs_of(CROFT)]

    # --- whatever happens on the way ---

    def test_the_same_again_is_answered_again_and_not_carried_out_again(self, bench: Bench) -> None:
        """I9, BR5.1."""
        played = play(bench, Scene().notified().instructs(BIRCH, CROFT, STRANGER).later(minutes=5).again())
        assert played.answers[-1] == played.answers[-2]

    def test_what_nobody_can_read_is_answered_and_changes_nothing(self, bench: Bench) -> None:
        """BR5.2: and what comes after it is carried out."""
        scene = Scene().notified()
        play(bench, scene)
        before = without_keys(bench.through)
        if not bench.far_end.put_unreadable(BIRCH):
            raise SkipTest("nothing can be handed in that cannot be read")
        bench.through.pump(bench.far_end.transport, scene.now)
        assert without_keys(bench.through) == before
        said = bench.far_end.answers(BIRCH)[-1]
        assert not said.taken
        assert said.refused

    def test_killed_before_it_answers_it_answers_once_and_carries_out_once(self, bench: Bench) -> None:
        """I9, NF6."""
        self._killed(bench, DiesBefore)

    def test_killed_after_it_answered_nothing_is_carried_out_twice(self, bench: Bench) -> None:
        """I9, NF6."""
        self._killed(bench, DiesAfter)

    def test_a_message_that_is_sent_twice_has_one_id(self, bench: Bench) -> None:
        """I9: killed between sending and noting it, we send it again; the party can tell."""
        scene = Scene().notified()
        _give(bench, scene)
        if not any(self._sends(bench, type(message)) for _, message in bench.through.outgoing()):
            raise SkipTest("no message of a notice is sent this way")
        dying = DiesAfterSending(bench.far_end.transport)
        dies(lambda: bench.through.pump(dying, scene.now))
        bench.far_end.restart()
        bench.through.pump(bench.far_end.transport, scene.now.replace(hour=12))  # past the lease of what was taken
        arrived(bench)

    def _killed(self, bench: Bench, death: "type[Dies]") -> None:
        scene = Scene().notified()
        _give(bench, scene)
        first, second = scene.instructs(BIRCH, CROFT, STRANGER).instructs(CEDAR, FORGE).steps[-2:]
        if Instruct not in bench.far_end.transport.capabilities.inbound:
            raise SkipTest("instructions are not given this way")
        for step in (first, second):
            given(bench.direct, step)
        hand_in(bench, first)
        dies(lambda: bench.through.pump(death(bench.far_end.transport), scene.now))
        bench.far_end.restart()
        hand_in(bench, second)
        for _ in range(2):
            bench.through.pump(bench.far_end.transport, scene.now)
        assert without_keys(bench.through) == without_keys(bench.direct)
        (said,) = bench.far_end.answers(BIRCH)
        assert (said.taken, set(said.refused.values())) == (True, {hubs_of(STRANGER)})
        assert list(bench.far_end.answers(CEDAR)) == [Said(taken=True)]

    @staticmethod
    def _sends(bench: Bench, kind: type[Any]) -> bool:
        return kind in bench.far_end.transport.capabilities.outbound


def _give(bench: Bench, scene: Scene) -> None:
    """Straight to both ledgers, and nothing is sent."""
    for part in scene.parts:
        given(bench.direct, part)
        given(bench.through, part)
