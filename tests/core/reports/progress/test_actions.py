"""BR5.4, BR5.5: what is open for one actor, how long it has, and what the others do next."""

from datetime import timedelta

import pytest
from attrs import evolve

from chfw_core.model.releases import Participation
from chfw_core.reports.progress.actions import Actions, actions_of, span_words
from chfw_core.reports.progress.readers import reader_named
from chfw_core.rollout.agreement import cutoff_of
from chfw_core.rollout.tasks import TaskKind
from tests.core.rollout.worlds import AUTOMATIC, FIRMWARE, NORTH, SOLE, Story, handed_over, notified, piloting


def actions(story: Story, name: str, uninstructed: int = 0) -> Actions:
    record = story.roll_out.release
    return actions_of((record,), reader_named(name), story.now, {record.id: uninstructed})


def test_a_supplier_has_until_the_cut_off_for_the_hubs_it_has_not_instructed() -> None:
    story = notified()
    (task,) = actions(story, "ALPHA", 3).tasks
    assert (task.kind, task.hubs, task.binding, task.late) == (TaskKind.INSTRUCT, 3, False, False)
    assert task.due == cutoff_of(story.roll_out.release, AUTOMATIC)  # BR3.4
    assert task.left == task.due - story.now


def test_nothing_is_open_once_every_hub_has_an_answer_or_the_chance_has_passed() -> None:
    story = notified()
    assert actions(story, "ALPHA", 0).tasks == ()
    story.now = AUTOMATIC
    assert actions(story, "ALPHA", 3).tasks == ()


def test_where_taking_part_is_mandatory_silence_is_late() -> None:
    """G7."""
    story = notified(evolve(FIRMWARE, participation=Participation.MANDATORY))
    story.now = AUTOMATIC
    (task,) = actions(story, "ALPHA", 3).tasks
    assert task.late
    assert task.left is not None
    assert task.left < timedelta()


def test_others_are_kinds_of_actors_and_never_names() -> None:
    """BR5.5, NF7."""
    found = actions(piloting(), "ALPHA").others
    assert {act.actor for act in found} == {"DCC", "a Supplier"}
    assert "BETA" not in str(found)


def test_a_csp_sees_what_it_owes_and_others_see_that_a_csp_does() -> None:
    story = handed_over(SOLE)
    (task,) = actions(story, f"CSP:{NORTH}").tasks
    assert task.kind is TaskKind.REPORT_OUTCOMES  # CS2
    assert "a CSP" in {act.actor for act in actions(story, "ALPHA").others}


def test_a_release_that_does_not_concern_the_reader_is_not_there() -> None:
    assert actions(piloting(), "STRANGER", 3) == Actions(tasks=(), others=())
    assert actions(piloting(), "CSP:Moon") == Actions(tasks=(), others=())


def test_what_is_due_first_stands_first() -> None:
    found = actions(piloting(), "DCC")
    dues = [act.due for act in found.others if act.due is not None]
    assert dues == sorted(dues)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, ""),
        (timedelta(days=2, hours=3, minutes=59), "2 d 3 h left"),
        (timedelta(hours=3, minutes=4), "3 h 4 min left"),
        (timedelta(), "0 min left"),
        (timedelta(minutes=-5), "late by 5 min"),
        (timedelta(days=-1, hours=-1), "late by 1 d 1 h"),
    ],
)
def test_spans_in_words(left: timedelta | None, words: str) -> None:
    assert span_words(left) == words
