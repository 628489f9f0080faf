"""BR3, BR4, BR5.1, BR5.2: instructions, amendments, withdrawals, and what the other Supplier may know."""

from datetime import (
    UTC,
    datetime,
    timedelta,
)

from attrs import evolve

from chfw_core.consent.model import (
    ActivationBasis,
    Instruction,
    InstructionAction,
    InstructionGroup,
)
from chfw_core.consent.standing import judge_rows
from chfw_core.messages import (
    ActivationAlert,
    HubNews,
    HubsRefused,
    InstructionReceipt,
    SecondSupplier,
)
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.rollout.agreement import facts_of
from chfw_core.rollout.evolve import evolve as evolve_event
from chfw_core.rollout.handover.commands import ExcludeHubs, HoldHubs, LetHubsGo
from chfw_core.rollout.instructing.commands import (
    Instruct,
    SetExclusions,
    WithdrawInstructions,
)
from chfw_core.rollout.instructing.events import (
    InstructionsAccepted,
    InstructionsRefused,
    InstructionsWithdrawn,
)
from chfw_core.rollout.notice.commands import AddHubs, HubClass
from chfw_core.rollout.outcomes.events import ActivationConfirmed
from chfw_core.rollout.pilot.commands import SubmitPilotList
from chfw_core.rollout.react import react
from chfw_core.rollout.states import (
    HubState,
)
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    CLASSES,
    FAR,
    GAS,
    GAS_ONLY,
    IMPORT,
    NORTH,
    OLD,
    SOLE,
    SPLIT,
    START,
    Story,
    handed_over,
    instruct,
    notified,
    publish,
    row,
    some,
)

MARCH = datetime(2026, 3, 10, tzinfo=UTC)


def reasons(found: tuple[object, ...]) -> dict[str, GuidList]:
    return {event.code: event.guids for event in found if isinstance(event, InstructionsRefused)}


def test_a_sole_suppliers_instruction_alone_settles_the_period() -> None:
    """BR3.2: also of one Party in both roles."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    instruct(story, BETA, GAS, GAS_ONLY)
    for guid in (SOLE, GAS_ONLY):
        hub = story.hub(guid)
        assert hub.state is HubState.PLANNED
        assert hub.basis is ActivationBasis.SOLE_SUPPLIER
        assert (hub.window_opens, hub.window_closes) == (MARCH, MARCH + timedelta(days=2))
        assert hub.day is None  # a plan gives it one


def test_two_suppliers_must_both_instruct_and_the_later_of_the_two_counts() -> None:
    """BR3.3, BR4.1, BR4.3."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT, day=10)
    assert story.state(SPLIT) is HubState.AWAITING_OTHER_SUPPLIER
    instruct(story, BETA, GAS, SPLIT, day=11)
    hub = story.hub(SPLIT)
    assert (hub.state, hub.basis) == (HubState.PLANNED, ActivationBasis.BOTH_SUPPLIERS)
    assert (hub.window_opens, hub.window_closes) == (MARCH + timedelta(days=1), MARCH + timedelta(days=2))


def test_receipt_is_confirmed() -> None:
    """BR5.1."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE, FAR)
    (receipt,) = [message for message in story.told(ALPHA) if isinstance(message, InstructionReceipt)]
    assert (receipt.guids, receipt.received_at, receipt.opens) == (some(SOLE, FAR), story.now, MARCH)


def test_every_refused_guid_is_listed_with_its_reason() -> None:
    """BR5.2: and the rest of the command stands."""
    story = notified()
    kept_out, out = Guid(0x66), Guid(0x67)
    story.do(
        AddHubs,
        classes=(
            evolve(CLASSES[0], excluded_by_gas=("keep", "vulnerable"), guids=some(kept_out)),
            evolve(CLASSES[0], guids=some(out)),
        ),
    )
    story.do(ExcludeHubs, reason="no longer commissioned", guids=some(out))
    found = instruct(story, ALPHA, IMPORT, SOLE, GAS_ONLY, Guid(0x99), kept_out, out)
    assert [event.guids for event in found if isinstance(event, InstructionsAccepted)] == [some(SOLE)]
    assert reasons(found) == {
        "excluded": some(kept_out),
        "not_eligible": some(out),
        "not_responsible": some(GAS_ONLY),
        "unknown_guid": some(Guid(0x99)),
    }
    told = {message.code: message.guids for message in story.told(ALPHA) if isinstance(message, HubsRefused)}
    assert told == reasons(found)


def test_a_hub_that_the_release_does_not_cover_is_refused_in_the_words_of_the_roll_out() -> None:
    """BR5.2: it may well be in the estate, and the Supplier's own."""
    story = notified()
    taken_back = story.do(WithdrawInstructions, by=ALPHA, role=IMPORT, guids=some(Guid(0x99)))
    for found in (instruct(story, ALPHA, IMPORT, Guid(0x99)), taken_back):
        (event,) = [one for one in found if isinstance(one, InstructionsRefused)]
        assert (event.code, event.reason) == ("unknown_guid", "the release has no hub with this GUID")


def test_the_wrong_role_is_not_responsible() -> None:
    story = notified()
    assert reasons(instruct(story, ALPHA, GAS, SPLIT)) == {"not_responsible": some(SPLIT)}


def test_a_hub_that_is_with_its_csp_takes_no_instruction_and_no_withdrawal() -> None:
    story = handed_over(SOLE)
    story.now = START + timedelta(days=200)
    found = story.do(WithdrawInstructions, ALPHA, role=IMPORT, guids=some(SOLE))
    assert reasons(found) == {"not_waiting": some(SOLE)}


def test_an_instruction_for_a_hub_at_its_csp_is_refused() -> None:
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    story.roll_out = evolve(
        story.roll_out, hubs={**story.roll_out.hubs, SOLE: evolve(story.hub(SOLE), state=HubState.HANDED_TO_CSP)}
    )
    assert reasons(instruct(story, ALPHA, IMPORT, SOLE)) == {"not_waiting": some(SOLE)}


def test_the_cut_off_itself_is_in_time_and_a_moment_later_is_not() -> None:
    """BR3.4."""
    story = notified()
    story.now = datetime(2026, 6, 6, tzinfo=UTC)
    june = {"role": IMPORT, "opens": datetime(2026, 6, 10, tzinfo=UTC), "closes": datetime(2026, 6, 12, tzinfo=UTC)}
    assert not reasons(story.do(Instruct, ALPHA, guids=some(SOLE), **june))
    story.later(microseconds=1)
    assert reasons(story.do(Instruct, ALPHA, guids=some(FAR), **june)) == {"after_cutoff": some(FAR)}
    # An amendment obeys the cut-off too, and the former instruction stands.
    before = story.hub(SOLE)
    assert reasons(story.do(Instruct, ALPHA, guids=some(SOLE), **june)) == {"after_cutoff": some(SOLE)}
    assert story.hub(SOLE) == before
    # A withdrawal counts until the hand-over, also after the cut-off.
    story.do(WithdrawInstructions, ALPHA, role=IMPORT, guids=some(SOLE))
    assert story.state(SOLE) is HubState.WITHDRAWN


def test_a_period_that_is_not_earlier_or_is_over_or_is_none_is_refused() -> None:
    """BR3.4."""
    story = notified()
    late = story.do(
        Instruct, ALPHA, role=IMPORT, opens=AUTOMATIC, closes=AUTOMATIC + timedelta(days=1), guids=some(SOLE)
    )
    assert reasons(late) == {"not_earlier": some(SOLE)}
    over = story.do(Instruct, ALPHA, role=IMPORT, opens=START - timedelta(days=2), closes=START, guids=some(SOLE))
    assert reasons(over) == {"period_over": some(SOLE)}
    assert story.refused(Instruct, ALPHA, role=IMPORT, opens=MARCH, closes=MARCH, guids=some(SOLE)) == "no_period"
    assert story.refused(Instruct, ALPHA, role=IMPORT, opens=MARCH, closes=MARCH, guids=some()) == "no_hubs"


def test_a_hubs_own_date_counts_for_it() -> None:
    """BR1.3: the DCC's rules can move single hubs."""
    story = notified()
    early = Guid(0x66)
    story.do(
        AddHubs,
        classes=(
            HubClass(
                region=NORTH,
                import_supplier=ALPHA,
                firmware_version=OLD,
                automatic_at=datetime(2026, 3, 1, tzinfo=UTC),
                guids=some(early),
            ),
        ),
    )
    assert reasons(instruct(story, ALPHA, IMPORT, early)) == {"not_earlier": some(early)}


def test_pilot_instructions_are_for_hubs_of_the_pilot_list() -> None:
    """BR2.3, BR3.1."""
    story = notified()
    period = {"role": IMPORT, "opens": MARCH, "closes": MARCH + timedelta(days=2), "group": InstructionGroup.PILOT}
    assert reasons(story.do(Instruct, ALPHA, guids=some(SOLE), **period)) == {"not_in_pilot": some(SOLE)}
    story.do(SubmitPilotList, ALPHA, guids=some(SOLE))
    found = story.do(Instruct, ALPHA, guids=some(SOLE, FAR), **period)
    assert reasons(found) == {"not_in_pilot": some(FAR)}
    assert story.state(SOLE) is HubState.PLANNED


def test_a_withdrawal_ends_the_agreement_and_the_day_that_rested_on_it() -> None:
    """BR4.2: the other Supplier's instruction stays, and waits."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT)
    instruct(story, BETA, GAS, SPLIT)
    publish(story, row(SPLIT, day=MARCH.date(), basis=ActivationBasis.BOTH_SUPPLIERS))
    assert story.hub(SPLIT).day == MARCH.date()
    story.do(WithdrawInstructions, ALPHA, role=IMPORT, guids=some(SPLIT))
    hub = story.hub(SPLIT)
    assert (hub.state, hub.day, hub.basis) == (HubState.AWAITING_OTHER_SUPPLIER, None, None)
    again = story.do(WithdrawInstructions, ALPHA, role=IMPORT, guids=some(SPLIT, GAS_ONLY))
    assert reasons(again) == {"withdrawn_already": some(SPLIT), "not_responsible": some(GAS_ONLY)}
    story.do(WithdrawInstructions, BETA, role=GAS, guids=some(SPLIT))
    assert story.state(SPLIT) is HubState.WITHDRAWN


def test_a_withdrawal_counts_where_only_a_rule_would_have_instructed() -> None:
    story = notified()
    (found,) = story.do(WithdrawInstructions, ALPHA, role=IMPORT, guids=some(SOLE))
    assert isinstance(found, InstructionsWithdrawn)
    assert story.state(SOLE) is HubState.WITHDRAWN


def test_a_day_at_the_dccs_date_stays_while_one_of_two_suppliers_is_missing() -> None:
    """I2."""
    story = notified()
    publish(story, row(SPLIT))
    instruct(story, ALPHA, IMPORT, SPLIT)
    assert story.hub(SPLIT).day is not None
    assert story.state(SPLIT) is HubState.PLANNED
    instruct(story, BETA, GAS, SPLIT)
    assert (story.hub(SPLIT).day, story.hub(SPLIT).basis) == (None, ActivationBasis.BOTH_SUPPLIERS)


def test_the_same_period_again_keeps_the_day() -> None:
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    publish(story, row(SOLE, day=MARCH.date(), basis=ActivationBasis.SOLE_SUPPLIER))
    instruct(story, ALPHA, IMPORT, SOLE)
    assert story.hub(SOLE).day == MARCH.date()
    instruct(story, ALPHA, IMPORT, SOLE, day=20)
    assert story.hub(SOLE).day is None


def test_each_supplier_is_told_whether_the_other_has_instructed_and_only_when_that_changes() -> None:
    """BR3.3, BR4.4."""
    story = notified()

    def told(party: str) -> list[bool | None]:
        return [message.instructed for message in story.told(party) if isinstance(message, SecondSupplier)]

    instruct(story, ALPHA, IMPORT, SPLIT, SOLE)
    assert (told(ALPHA), told(BETA)) == ([False], [True])
    instruct(story, ALPHA, IMPORT, SPLIT, day=20)
    assert (told(ALPHA), told(BETA)) == ([False, False], [True])
    instruct(story, BETA, GAS, SPLIT)
    assert (told(ALPHA), told(BETA)) == ([False, False, True], [True, True])
    story.do(WithdrawInstructions, ALPHA, role=IMPORT, guids=some(SPLIT))
    assert (told(ALPHA), told(BETA)) == ([False, False, True, True], [True, True, False])


def test_what_is_said_while_a_hub_is_held_counts_when_it_is_let_go() -> None:
    story = notified()
    story.do(HoldHubs, reason="defect in triage", guids=some(SOLE))
    instruct(story, ALPHA, IMPORT, SOLE)
    assert story.state(SOLE) is HubState.HELD
    story.do(LetHubsGo, guids=some(SOLE))
    assert story.state(SOLE) is HubState.PLANNED
    assert story.hub(SOLE).basis is ActivationBasis.SOLE_SUPPLIER


def test_fifty_thousand_hubs_are_one_command_and_one_event() -> None:
    """BR3.7."""
    story = notified()
    many = GuidList(range(0x1000, 0x1000 + 50_000))
    story.do(AddHubs, classes=(evolve(CLASSES[0], guids=many),))
    (accepted,) = instruct(story, ALPHA, IMPORT, *many)
    assert isinstance(accepted, InstructionsAccepted)
    assert accepted.guids == many


def test_the_two_roles_are_symmetric() -> None:
    """I3: whoever has which role, and whoever instructs first, the hub's period is the same."""
    found = set()
    for first, second in (((ALPHA, IMPORT, 10), (BETA, GAS, 11)), ((ALPHA, IMPORT, 11), (BETA, GAS, 10))):
        for one, other in ((first, second), (second, first)):
            story = notified()
            for party, role, day in (one, other):
                instruct(story, party, role, SPLIT, day=day)
            hub = story.hub(SPLIT)
            found.add((hub.state, hub.window_opens, hub.window_closes, hub.basis))
    assert len(found) == 1


def test_an_event_about_hubs_that_were_not_loaded_leaves_them_to_whoever_has_them() -> None:
    """So that a bulk change can be applied elsewhere, set by set."""
    story = notified()
    (event,) = instruct(story, ALPHA, IMPORT, SOLE, FAR)
    loaded = evolve(notified().roll_out, hubs={SOLE: notified().hub(SOLE)})
    after = evolve_event(loaded, event)  # type: ignore[arg-type]
    assert set(after.hubs) == {SOLE}
    assert after.hubs[SOLE] == story.hub(SOLE)
    assert [type(message) for message in react(loaded, event, after)] == [InstructionReceipt]  # type: ignore[arg-type]
    confirmed = ActivationConfirmed(at=story.now, by="SMI", firmware_version="00000002", guids=some(SOLE, FAR))
    (alert,) = react(loaded, confirmed, after)
    assert isinstance(alert, ActivationAlert)
    assert alert.guids == some(SOLE)


def test_what_one_rule_instructed_is_taken_back_alone_and_its_owner_may_instruct_again() -> None:
    """Contracts, Rules' own instructions: today's rules replace what they wrote; what was said by hand stays."""
    story = notified()
    times = {"opens": datetime(2026, 3, 10, tzinfo=UTC), "closes": datetime(2026, 3, 12, tzinfo=UTC)}
    for rule, guid in (("early", SOLE), ("late", FAR), (None, SPLIT)):
        story.do(Instruct, ALPHA, role=IMPORT, rule=rule, guids=some(guid), **times)
    story.do(WithdrawInstructions, ALPHA, role=IMPORT, rule="early", guids=some(SOLE, FAR, SPLIT))
    (gone,) = story.all_of(InstructionsWithdrawn)
    assert (gone.rule, gone.guids) == ("early", some(SOLE))
    (refused,) = story.all_of(InstructionsRefused)
    assert (refused.code, refused.guids) == ("not_by_that_rule", some(FAR, SPLIT))
    assert story.state(SOLE) is HubState.WITHDRAWN
    consent = story.hub(SOLE).consent_of(ALPHA)
    assert consent is not None
    assert (consent.period, consent.rule) == (None, "early")
    row = Instruction(
        guid=SOLE,
        party=ALPHA,
        role=IMPORT,
        opens=None,
        closes=None,
        received_at=story.now,
        action=InstructionAction.WITHDRAW,
        rule="early",
    )
    facts = facts_of(story.roll_out.release, story.hub(SOLE))
    # No explicit withdrawal: up to the cut-off rules speak for themselves.
    assert judge_rows([row], facts, facts.cutoff).standing is None
    receipts = [m.opens for m in story.told(ALPHA) if isinstance(m, InstructionReceipt)]
    assert receipts[-1] is None  # BR5.1


def kept_out(story: Story, party: Party, role: SupplierRole, *guids: Guid, rule: str | None = "at-risk") -> None:
    reason = "a medical home" if rule else ""
    story.do(SetExclusions, party, role=role, rule=rule, reason=reason, guids=some(*guids))


def test_a_hub_that_a_rule_keeps_out_is_instructed_by_nobody_of_that_supplier() -> None:
    """RU8, BR5.2: refused with the rule's reason; the second Supplier's own instruction is its own."""
    story = notified()
    kept_out(story, ALPHA, IMPORT, SOLE, SPLIT)
    instruct(story, ALPHA, IMPORT, SOLE, SPLIT)
    (refused,) = story.all_of(InstructionsRefused)
    assert (refused.code, refused.guids) == ("excluded", some(SOLE, SPLIT))
    assert "at-risk" in refused.reason
    instruct(story, BETA, GAS, SPLIT)
    assert story.state(SPLIT) is HubState.AWAITING_OTHER_SUPPLIER


def test_what_was_instructed_before_counts_again_when_the_rule_is_gone() -> None:
    """RU8: lifted by the next version of the file."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SOLE)
    assert story.hub(SOLE).basis is ActivationBasis.SOLE_SUPPLIER
    kept_out(story, ALPHA, IMPORT, SOLE)
    assert (story.state(SOLE), story.hub(SOLE).basis) == (HubState.ELIGIBLE, None)
    kept_out(story, ALPHA, IMPORT, SOLE, rule=None)
    assert (story.state(SOLE), story.hub(SOLE).basis) == (HubState.PLANNED, ActivationBasis.SOLE_SUPPLIER)


def test_only_its_owner_is_told_why() -> None:
    """NF7: the second Supplier is told what a withdrawal would tell it, and nothing of a rule."""
    story = notified()
    instruct(story, ALPHA, IMPORT, SPLIT)
    before = len(story.sent)
    kept_out(story, ALPHA, IMPORT, SPLIT)
    told = story.sent[before:]
    assert [(one.to, type(one)) for one in told] == [(ALPHA, HubNews), (BETA, SecondSupplier)]
    assert isinstance(told[0], HubNews)
    assert "`at-risk` keeps these hubs out of early dates and of the pilot: a medical home" in told[0].words
    assert isinstance(told[1], SecondSupplier)
    assert told[1].instructed is False


def test_hubs_of_others_are_kept_out_by_nobody() -> None:
    story = notified()
    kept_out(story, BETA, GAS, SOLE)
    (refused,) = story.all_of(InstructionsRefused)
    assert refused.code == "not_responsible"
    assert story.hub(SOLE).excluded == {}


def test_a_hub_that_a_rule_keeps_out_leaves_the_pilot_list() -> None:
    """I10."""
    story = notified()
    story.do(SubmitPilotList, ALPHA, guids=some(SOLE, SPLIT))
    kept_out(story, ALPHA, IMPORT, SPLIT)
    assert story.roll_out.release.pilots[ALPHA].guids == some(SOLE)
