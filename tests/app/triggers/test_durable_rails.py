"""The rails of durable_rules, each tested as a rail: no crash, no wrong firing, no lost event.

Outside them the library ends the process (an empty batch) or refuses (the 1,025th sid), as seen with 2.0.28.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from chfw_app.triggers.choosing import MOST_FAILURES, Stepper, durable_version
from chfw_app.triggers.durable.host import DurableError, Meeting, Waiting
from chfw_core.testing.trigger_streams import compiled
from chfw_core.triggers.automaton import expire, step
from chfw_core.triggers.model import Moment, Seen
from chfw_core.triggers.seeing import arrival_at
from tests.app.triggers import rails

ROOT = Path(__file__).parents[3]
needs_durable = pytest.mark.skipif(durable_version()[0] is None, reason=f"durable_rules: {durable_version()[1]}")


@needs_durable
@pytest.mark.parametrize(
    "rail",
    [
        "two_thousand_scopes",
        "colliding_ids",
        "colliding_scopes",
        "nothing_at_all",
        "failing_action",
        "a_thousand_reloads",
        "level_memory",
    ],
)
def test_a_rail_holds(rail: str) -> None:
    command = [sys.executable, "-m", "tests.app.triggers.rails", rail]
    env = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    assert done.stdout.strip()
    if rail == "failing_action":
        assert "an action of durable_rules failed" in done.stdout


def test_a_match_in_another_scope_is_no_match() -> None:
    """Were the library to take two scopes for one: the full key decides, and what waits goes on waiting."""
    library = Library()
    meeting = library.meeting()
    meeting.wait(Waiting(pair=0, scope="A", name=1))
    meeting.wait(Waiting(pair=0, scope="B", name=2))
    library.one_scope = True
    assert meeting.meet(0, "B") == (2,)
    assert meeting.meet(0, "A") == (1,)
    assert len(meeting) == 0


def test_a_meeting_that_is_not_reported_is_an_error_and_no_lost_event() -> None:
    library = Library()
    meeting = library.meeting()
    meeting.wait(Waiting(pair=0, scope="A", name=1))
    library.silent = True
    with pytest.raises(DurableError, match="reported 0 matches"):
        meeting.meet(0, "A")


def test_a_match_that_nothing_came_for_is_an_error() -> None:
    library = Library()
    meeting = library.meeting()
    library.outbox.append(("1", "2"))
    with pytest.raises(DurableError, match="nothing had come for"):
        meeting.wait(Waiting(pair=0, scope="A", name=1))


@needs_durable
def test_where_durable_rules_fails_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Built again from the state at hand, and in the end the automaton's alone (I9)."""
    stepper, (trigger, _) = Stepper(use_durable=True), compiled(rails.TEXT).triggers
    calls = iter(range(1_000))
    waits = Meeting.wait

    def breaks_down(meeting: Meeting, one: Waiting) -> None:
        if next(calls) % 4 == 3:
            raise DurableError("planted")
        waits(meeting, one)

    monkeypatch.setattr(Meeting, "wait", breaks_down)
    state = None
    for number in range(40):
        seen = Seen(
            seq=number + 1,
            id=f"e{number}",
            at=rails.START.replace(hour=number % 24, minute=number),
            type="hub_update_failed",
            private=False,
            release="R",
            fields={"csp_region": "North"},
        )
        arrival = arrival_at(trigger, seen)
        assert arrival is not None
        outcome = stepper.step(arrival, state)
        assert outcome == step(arrival, state)
        state = outcome.state
        if number == 20 and state is not None:
            moment = Moment(at=state.due.replace(year=2027))
            assert stepper.expire(trigger, arrival.key, state, moment) == expire(trigger, arrival.key, state, moment)
    assert (stepper.failures, stepper.use_durable) == (MOST_FAILURES, False)


class Library:
    """Stands for durable_rules and misbehaves as told: `one_scope` takes all scopes for one, `silent` says nothing."""

    def __init__(self) -> None:
        self.waiting: dict[str, object] = {}
        self.outbox: list[tuple[str, str]] = []
        self.one_scope = self.silent = False

    def meeting(self) -> Meeting:
        return Meeting(post=self._post, retract=lambda message: None, outbox=self.outbox, pairs=1)

    def _post(self, message: object) -> None:
        assert isinstance(message, dict)
        if message["step"] % 2 == 0:
            self.waiting[message["id"]] = message["scope"]
            return
        met = [one for one, scope in self.waiting.items() if self.one_scope or scope == message["scope"]]
        if met and not self.silent:
            del self.waiting[met[0]]
            self.outbox.append((met[0], message["id"]))
