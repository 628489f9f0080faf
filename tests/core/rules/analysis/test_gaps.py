"""Hubs in a file's scope that no decision is for (NF3)."""

import pytest

from tests.core.rules.analysis.support import checked_without_errors, codes_found, scoped_text


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (scoped_text("", "split", otherwise=False), scoped_text("{role: gas}", prefix="b")),
        (scoped_text("{role: import}", "split", otherwise=False), scoped_text("{role: gas}", prefix="b")),
        (
            scoped_text('{device_models: ["433100AC"]}', "split", otherwise=False),
            scoped_text('{device_models: ["5431*"]}', prefix="b"),
        ),
        (scoped_text('{device_models: ["433100AC"]}', "split"), scoped_text('{device_models: ["5431*"]}', prefix="b")),
    ],
)
def test_hubs_that_only_an_earlier_file_is_about_are_a_gap(first: str, last: str) -> None:
    problems = [problem for problem in checked_without_errors(first, last).problems if problem.code != "W307"]
    assert [(problem.code, problem.span.file) for problem in problems] == [("W310", "10.rules.yaml")]
    assert "such as: " in problems[0].message


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (scoped_text("{role: import}", "split", otherwise=False), scoped_text("", prefix="b")),
        (
            scoped_text('{device_models: ["433100AC"]}', "split", otherwise=False),
            scoped_text('{device_models: ["43*"]}', prefix="b"),
        ),
        (scoped_text("{role: gas}", "split", "not split", otherwise=False), scoped_text("{role: import}", prefix="b")),
        (
            scoped_text("{role: any}", otherwise=False, prefix="c").replace("decide:\n", "exclude: []\n"),
            scoped_text("{role: gas}", prefix="b"),
        ),
    ],
)
def test_hubs_that_only_otherwise_decides_are_no_gap(first: str, last: str) -> None:
    assert codes_found(first, last) == []


def test_a_gap_that_cannot_be_shown_is_left_open() -> None:
    odd = "my.a within last 3 days"
    first = scoped_text("", f"{odd} or not {odd}", otherwise=False)
    assert checked_without_errors(first, scoped_text("{role: gas}", prefix="b")).left_open == ()
    parts = " or ".join(f"(my.a{n} == 1 and my.b{n} == 1 and my.c{n} == 2)" for n in range(7))
    checked = checked_without_errors(
        scoped_text("", f"not ({parts})", otherwise=False), scoped_text("{role: gas}", prefix="b")
    )
    assert checked.problems == ()
    assert checked.left_open == ("whether `a0` ever matches", "whether 10.rules.yaml leaves a hub undecided")
