"""The benchmark of checking runs, small, and measures what it says."""

from benchmarks.checking import main, measure, rule_file, table
from chfw_app.workbench.z3_prover import z3_is_here
from chfw_core.rules.check import check_sources


def test_its_file_is_one_that_an_author_could_write() -> None:
    checked = check_sources([("f", rule_file(40))])
    assert not checked.has_errors
    assert checked.left_open == ()
    (rules,) = checked.rulesets
    assert len(rules.decides) == 40


def test_the_rows_stand_side_by_side() -> None:
    rows = measure(rules=30, proved=8)
    assert len(rows) == 4 + z3_is_here()
    assert [row.limit for row in rows][:3] == [None, 0.5, 0.2]
    assert table(rows).count("\n") == len(rows)
    assert callable(main)
