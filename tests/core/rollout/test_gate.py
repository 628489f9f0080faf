"""Who may command what, and when: the table, asked completely."""

import attrs
import pytest
from attrs import evolve

from chfw_core.messages import Answer
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import CommandRefused
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.decide import decide
from chfw_core.rollout.gate import GATES, Who, who_is
from chfw_core.rollout.handover.commands import HoldHubs
from chfw_core.rollout.instructing.commands import WithdrawInstructions
from chfw_core.rollout.notice.commands import DraftRelease, RevokeNotice
from chfw_core.rollout.react import react
from chfw_core.rollout.records import Mode
from chfw_core.rollout.refusals import REFUSALS, Code
from chfw_core.rollout.states import ReleaseStage, ReleaseStanding
from tests.core.rollout.samples import BY, sample
from tests.core.rollout.worlds import ALPHA, GAMMA, IMPORT, SOLE, START, R, Story, notified, some

KINDS = [kind for kind in COMMANDS if kind is not DraftRelease]


def test_every_command_has_a_gate_and_no_other() -> None:
    assert set(GATES) == set(COMMANDS)


def test_every_code_has_its_words() -> None:
    assert set(REFUSALS) == set(Code)


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_a_command_is_for_the_actors_that_its_gate_names_alone(kind: type) -> None:
    """Asked of every actor; an empty one is nobody. Most commands are for one kind of actor (RU7)."""
    story = notified()
    for who, by in BY.items():
        if who not in {GATES[kind].who, *GATES[kind].also}:
            (event,) = decide(story.roll_out, sample(kind, by), story.now)
            assert isinstance(event, CommandRefused)
            assert event.code == "wrong_party"
    (event,) = decide(story.roll_out, sample(kind, ""), story.now)
    assert isinstance(event, CommandRefused)
    assert react(story.roll_out, event, story.roll_out) == ()  # there is nobody to answer


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("stage", ReleaseStage)
@pytest.mark.parametrize("standing", ReleaseStanding)
def test_a_command_passes_where_its_gate_says_so_and_nowhere_else(
    kind: type, stage: ReleaseStage, standing: ReleaseStanding
) -> None:
    story = notified()
    record = evolve(story.roll_out.release, stage=stage, standing=standing, standing_because="a defect")
    found = decide(evolve(story.roll_out, release=record), sample(kind), story.now)
    code = found[0].code if isinstance(found[0], CommandRefused) else None
    gate = GATES[kind]
    if standing not in gate.standings:
        assert code == ("final" if standing in ("stopped", "revoked") else "not_active")
    elif stage not in gate.stages:
        assert code == "out_of_phase"
    else:
        assert code not in ("final", "not_active")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("mode", [Mode.ALERTS_ONLY, Mode.DCC_ONLY])
def test_a_mode_switches_off_what_its_gate_says(kind: type, mode: Mode) -> None:
    """BR5.7, G9."""
    story = notified()
    record = evolve(story.roll_out.release, mode=mode, consultation="https://example.org/c")
    found = decide(evolve(story.roll_out, release=record), sample(kind), story.now)
    code = found[0].code if isinstance(found[0], CommandRefused) else None
    gate = GATES[kind]
    off = not (gate.alerts_only if mode is Mode.ALERTS_ONLY else gate.dcc_only)
    assert (code in ("switched_off", "dcc_only")) is off


def test_a_release_that_nobody_drafted_knows_no_command() -> None:
    assert Story().refused(RevokeNotice, reason="x") == "unknown_release"


def test_a_command_for_another_release_is_refused() -> None:
    story = notified()
    (event,) = decide(story.roll_out, attrs.evolve(sample(HoldHubs), release="OTHER"), story.now)
    assert isinstance(event, CommandRefused)
    assert event.code == "wrong_release"


def test_a_clock_that_went_back_is_refused() -> None:
    story = notified()
    story.later(hours=-1)
    assert story.refused(RevokeNotice, reason="x") == "clock_went_back"
    story.now = START
    story.do(RevokeNotice, reason="x")


def test_a_supplier_without_a_hub_is_told_so_and_nothing_else() -> None:
    story = notified()
    assert story.refused(WithdrawInstructions, GAMMA, role=IMPORT, guids=some(SOLE)) == "not_relevant"
    (answer,) = story.told(GAMMA)
    assert isinstance(answer, Answer)
    assert (answer.command, answer.release) == ("WithdrawInstructions", R)


@pytest.mark.parametrize(("by", "who"), [*((by, who) for who, by in BY.items()), ("ANYBODY", Who.SUPPLIER)])
def test_an_id_stands_for_one_actor(by: str, who: Who) -> None:
    assert who_is(by) is who


def test_a_refusal_leaves_no_trace() -> None:
    story = notified()
    story.later(hours=1)
    story.do(WithdrawInstructions, GAMMA, role=IMPORT, guids=GuidList([SOLE]))
    assert story.roll_out.release.last_at == START
    assert story.roll_out.release.suppliers >= {ALPHA}
