"""What of its own an owner's files read, wherever they read it."""

from chfw_core.rules.check import check_sources
from chfw_core.rules.own_reads import columns_read, flags_named, reads_flags

EVERYWHERE = """\
rules: v1
owner: NWND
exclude:
  - {id: a, because: x, when: 'flags has any ["psr", "medical"]'}
hold:
  - {id: b, because: x, when: flags has "triage", until: {flag_cleared: triage, at_latest: my.b_date}}
decide:
  - {id: c, because: x, when: my.c == "gold", then: instruct, at: {from: my.c_date}}
  - {id: d, because: x, when: otherwise, then: leave_to_dcc}
events:
  - id: e
    because: x
    steps:
      - {on: prepayment_topup, if: 'my.e_if == "a" and flags has "vip"'}
      - on: meter_read_received
        within: 7 days
        otherwise: {notify: team, text: "{my.e_text} is late", hold: {date: my.e_date}}
    do: {hold: {flag_cleared: done, at_latest: cutoff}}
"""
NOTHING = "rules: v1\nowner: NWND\ndecide:\n  - {id: d, because: x, when: otherwise, then: leave_to_dcc}\n"


def test_columns_and_flags_are_found_in_every_block() -> None:
    checked = check_sources([("nwnd.rules.yaml", EVERYWHERE)])
    assert [str(problem) for problem in checked.problems if problem.code.startswith("E")] == []
    (rules,) = checked.rulesets
    assert columns_read(rules) == {"b_date", "c", "c_date", "e_if", "e_text", "e_date"}
    assert flags_named(rules) == {"psr", "medical", "triage", "vip", "done"}
    assert reads_flags(rules)


def test_rules_that_read_nothing_read_nothing() -> None:
    (rules,) = check_sources([("nwnd.rules.yaml", NOTHING)]).rulesets
    assert columns_read(rules) == flags_named(rules) == frozenset()
    assert not reads_flags(rules)
