from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chfw_core.triggers.due import DueScopes

START = datetime(2026, 3, 1, tzinfo=UTC)


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9))), st.integers(0, 9))
def test_a_scope_is_passed_once_by_its_earliest_moment(noted: list[tuple[str, int]], now: int) -> None:
    scopes = DueScopes()
    for key, due in noted:
        scopes.note(key, at(due))
    earliest = {key: min(due for other, due in noted if other == key) for key, _ in noted}
    passed = list(scopes.passed(at(now)))
    assert sorted(passed) == sorted(key for key, due in earliest.items() if due < now)
    assert list(scopes.passed(at(now))) == []
    assert sorted(scopes.passed(at(10))) == sorted(earliest.keys() - set(passed))


def test_a_scope_that_is_noted_while_it_is_passed_comes_again_at_its_new_moment() -> None:
    scopes = DueScopes()
    scopes.note("a", at(1))
    for key in scopes.passed(at(2)):
        scopes.note(key, at(3))
    assert list(scopes.passed(at(3))) == []
    assert list(scopes.passed(at(4))) == ["a"]
