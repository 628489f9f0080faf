"""Instructions that name hours of the week, in a roll-out (BR3.1, BR3.5, BR5.1)."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve

from chfw_core.consent.model import ActivationBasis
from chfw_core.documents.rollout_commands import digest_of, read_command, write_command
from chfw_core.documents.rollout_events import restore_event, store_event
from chfw_core.documents.rollout_messages import message_bytes, read_message
from chfw_core.errors import InputError
from chfw_core.messages import InstructionReceipt
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.handover.events import PlanRowsRefused
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.instructing.events import InstructionsAccepted
from chfw_core.rollout.states import HubState
from tests.core.rollout.worlds import ALPHA, BETA, GAS, IMPORT, SOLE, SPLIT, Story, notified, publish, row, some

TUESDAY, WEDNESDAY = date(2026, 3, 10), date(2026, 3, 11)
PERIOD: dict[str, Any] = {"opens": datetime(2026, 3, 10, tzinfo=UTC), "closes": datetime(2026, 3, 12, tzinfo=UTC)}
BY_ITSELF, BY_BOTH = ActivationBasis.SOLE_SUPPLIER, ActivationBasis.BOTH_SUPPLIERS


def say(story: Story, by: Party, role: SupplierRole, guids: GuidList, window: str | None, **more: Any) -> None:
    (event, *_) = story.do(Instruct, by, role=role, guids=guids, window=window, **PERIOD, **more)
    assert isinstance(event, InstructionsAccepted)


def refused(found: tuple[RollOutEvent, ...]) -> list[tuple[str, str]]:
    return [(event.code, event.reason) for event in found if isinstance(event, PlanRowsRefused)]


def test_the_hours_are_kept_in_their_standard_text_and_confirmed() -> None:
    """BR5.1: the receipt says what stands."""
    story = notified()
    say(story, ALPHA, IMPORT, some(SOLE), "Tue,Wed 9:00 - 12:00")
    consent = story.hub(SOLE).consent_of(ALPHA)
    assert consent is not None
    assert consent.window == "tue wed 09:00-12:00"
    (receipt,) = [message for message in story.told(ALPHA) if isinstance(message, InstructionReceipt)]
    assert receipt.window == "tue wed 09:00-12:00"


def test_what_is_no_window_is_no_command() -> None:
    with pytest.raises(InputError, match="`nights` is no window"):
        notified().do(Instruct, ALPHA, role=IMPORT, guids=some(SOLE), window="nights", **PERIOD)
    said = write_command(Instruct(by=ALPHA, key="k", release="R", role=IMPORT, guids=some(SOLE), **PERIOD))
    with pytest.raises(InputError, match="`nights` is no window"):
        read_command({**said, "window": "nights"})


def test_a_day_rests_on_the_hours_and_goes_when_they_change() -> None:
    """The same hours said again, in other words, change nothing."""
    story = notified()
    say(story, ALPHA, IMPORT, some(SOLE), "tue wed 00:00-06:00")
    assert not refused(publish(story, row(SOLE, day=TUESDAY, basis=BY_ITSELF)))
    before = story.hub(SOLE)
    story.later(days=1)
    say(story, ALPHA, IMPORT, some(SOLE), "Tue-Wed 0:00-6:00")
    assert story.hub(SOLE) == before
    say(story, ALPHA, IMPORT, some(SOLE), "wed 00:00-06:00")
    after = story.hub(SOLE)
    assert (after.state, after.day, after.window_opens) == (HubState.PLANNED, None, PERIOD["opens"])
    consent = after.consent_of(ALPHA)
    assert consent is not None
    assert consent.received_at == story.now  # an amendment is another instruction
    say(story, ALPHA, IMPORT, some(SOLE), None)
    assert story.hub(SOLE) != after


@pytest.mark.parametrize("who", [ALPHA, BETA])
def test_of_two_suppliers_either_s_hours_count(who: Party) -> None:
    story = notified()
    say(story, ALPHA, IMPORT, some(SPLIT), "tue wed 00:00-06:00")
    say(story, BETA, GAS, some(SPLIT), None)
    assert not refused(publish(story, row(SPLIT, day=TUESDAY, basis=BY_BOTH)))
    say(story, who, IMPORT if who == ALPHA else GAS, some(SPLIT), "wed 00:00-06:00")
    assert story.hub(SPLIT).day is None


def test_a_day_by_the_dccs_date_does_not_rest_on_anybodys_hours() -> None:
    """I2: one of two has not instructed."""
    story = notified()
    say(story, ALPHA, IMPORT, some(SPLIT), "tue 00:00-06:00")
    assert not refused(publish(story, row(SPLIT)))
    before = story.hub(SPLIT)
    say(story, ALPHA, IMPORT, some(SPLIT), "wed 00:00-06:00")
    assert story.hub(SPLIT).day == before.day == date(2026, 7, 6)


def test_a_row_outside_the_hours_of_everybody_who_agreed_is_refused() -> None:
    """BR3.5, I1: such as one of a plan that was made before the instruction was amended."""
    story = notified()
    say(story, ALPHA, IMPORT, some(SOLE, SPLIT), "wed 00:00-06:00")
    say(story, BETA, GAS, some(SPLIT), "tue 06:00-12:00")
    late = row(SOLE, day=TUESDAY, basis=BY_ITSELF)
    ((code, reason),) = refused(publish(story, late))
    assert code == "outside_hours"
    assert "does not lie in the hours of `wed 00:00-06:00`; publish a plan again" in reason
    ((code, reason),) = refused(publish(story, row(SPLIT, day=TUESDAY, basis=BY_BOTH)))
    assert "`wed 00:00-06:00` nor in `tue 06:00-12:00`" in reason
    ((code, _),) = refused(publish(story, row(SOLE, day=WEDNESDAY, basis=BY_ITSELF, hours=(1, 7))))
    assert code == "outside_hours"
    # Where the hours of two do not meet, those of the later apply: a plan knows which, the ledger may not.
    good = (row(SOLE, day=WEDNESDAY, basis=BY_ITSELF), row(SPLIT, day=TUESDAY, basis=BY_BOTH, hours=(6, 12)))
    assert not refused(publish(story, *good))


def test_the_hours_of_a_rule_are_not_the_ledgers_to_judge() -> None:
    story = notified()
    say(story, ALPHA, IMPORT, some(SPLIT), "wed 00:00-06:00")
    say(story, BETA, GAS, some(SPLIT), None, rule="early")
    assert not refused(publish(story, row(SPLIT, day=TUESDAY, basis=BY_BOTH)))


def test_what_was_written_before_there_were_hours_has_the_same_bytes() -> None:
    """I7, I11: old keys are answered, old entries are read, their hashes hold."""
    command = Instruct(by=ALPHA, key="k", release="R", role=IMPORT, guids=some(SOLE), **PERIOD)
    assert "window" not in write_command(command)
    event = InstructionsAccepted(at=PERIOD["opens"], by=ALPHA, party=ALPHA, role=IMPORT, guids=some(SOLE), **PERIOD)
    stored = store_event(event)
    assert "window" not in json.loads(stored.payload)
    assert restore_event(stored.payload, stored.guids) == event
    receipt = InstructionReceipt(
        to=ALPHA, release="R", role=IMPORT, opens=None, closes=None, received_at=PERIOD["opens"], guids=some(SOLE)
    )
    assert b"window" not in message_bytes(receipt)
    assert read_message(message_bytes(receipt)) == receipt


def test_hours_go_into_the_ledger_and_come_back() -> None:
    window = "tue 10:00-12:00 not on bank_holidays"
    command = Instruct(by=ALPHA, key="k", release="R", role=IMPORT, guids=some(SOLE), window=window, **PERIOD)
    assert read_command(write_command(command)) == command
    assert digest_of(command) != digest_of(evolve(command, window=None))
    assert digest_of(command) == digest_of(evolve(command, window="TUE 10:00-12:00, not on bank_holidays"))
    event = InstructionsAccepted(
        at=PERIOD["opens"], by=ALPHA, party=ALPHA, role=IMPORT, window=window, guids=some(SOLE), **PERIOD
    )
    stored = store_event(event)
    assert restore_event(stored.payload, stored.guids) == event
