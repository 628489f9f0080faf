"""Files of tests are read by the strict reader: every problem at once, each at its place (NF3)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chfw_core.reports.trials.document import read_trials
from chfw_core.rules.text.reading import MAX_BYTES
from chfw_core.rules.vocabulary.fields import hub_reader
from tests.core.reports.trials.support import CSP, DCC, HEAD, SUPPLIER, fitted, one_test, places

OK = "{outcome: leave_to_dcc}"


def test_every_problem_is_found_in_one_run() -> None:
    text = """\
tests_for: [r.rules.yaml]
as_of: 2026-01-15T09:00
release: {device_models: ["433100A"], severty: high}
tests:
  - name: x
    hub: {configuraton_set: "CS-0199", installed_on: yesterday, csp_region: Nort, guid: 88, my.a: [1], my.b: 2}
    given: [{at: 2026-02-01, event: test_pased}, {event: phase_opened, at: 3}, {at: 2026-02-01, event: {}}, 7]
    expect: {outcome: instructed, by: approved, priority: 5000}
  - name: x
    expect: {}
  - expect: {outcome: held}
  - 5
"""
    document = read_trials(text, "t.tests.yaml")
    assert sorted((p.span.line, p.span.column, p.code) for p in document.problems.found) == [
        (2, 8, "E109"),
        (3, 27, "E215"),
        (3, 39, "E205"),
        (6, 11, "E205"),
        (6, 54, "E109"),
        (6, 77, "E209"),
        (6, 89, "E108"),
        (6, 99, "E208"),
        (7, 37, "E218"),
        (7, 50, "E207"),
        (7, 76, "E109"),
        (7, 104, "E208"),
        (7, 109, "E208"),
        (8, 23, "E209"),
        (8, 59, "E210"),
        (9, 11, "E507"),
        (10, 13, "E508"),
        (11, 5, "E207"),
        (12, 5, "E208"),
    ]
    hints = [problem.hint for problem in document.problems.found]
    assert "did you mean `test_passed`?" in hints
    assert "did you mean `configuration_set`?" in hints


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["E201"]),
        ("- 1\n", ["E208"]),
        ("tests_for: []\ntests: []\n", ["E208", "E208"]),
        ("tests_for: a\ntests: 5\n", ["E208"]),
        ("#" * (MAX_BYTES + 1), ["E202"]),
    ],
)
def test_what_is_no_file_of_tests(text: str, codes: list[str]) -> None:
    document, trials = fitted(text)
    assert [problem.code for problem in document.problems.found] == codes
    assert trials is None


@given(st.text(max_size=200) | st.lists(st.sampled_from(one_test(OK).split(" ")), max_size=40).map(" ".join))
@settings(max_examples=60)
def test_no_text_raises(text: str) -> None:
    fitted(text)


@pytest.mark.parametrize(
    ("test", "codes"),
    [
        (one_test("{by: aproved}"), ["E503@8:18"]),
        (one_test("{pilot: smple}"), ["E503@8:21"]),
        (one_test("{window: [night]}"), ["E509@8:14"]),
        (one_test("{window: night}"), ["E509@8:22"]),
        (one_test("{outcome: move_automatic_date, automatic_on: 2026-03-01}"), ["E506@8:58", "E506@8:23"]),
        (one_test(OK, hub="{import_supplier: X}"), ["E102@6:11"]),
        (one_test(OK, hub="{split: true, my_role: both}"), ["E505@6:24"]),
        (one_test(OK, hub="{other_supplier_instructed: true}"), ["E505@6:11"]),
        (one_test(OK).replace("as_of: 2026-01-15\n", ""), ["E504@7:13"]),
        (one_test("{outcome: held, as_of: 1980-01-01}"), ["E504@3:70"]),
        (one_test("{outcome: held, as_of: 1980-01-01}").replace(", notified_on: 2026-01-05", ""), ["E504@5:11"]),
        (one_test(OK).replace("automatic_on: 2026-07-05", "automatic_on: 2026-01-05"), ["E504@3:95"]),
    ],
)
def test_what_cannot_be_of_a_supplier(test: str, codes: list[str]) -> None:
    assert places(test) == codes


@pytest.mark.parametrize(
    ("rules", "hub", "expect", "codes"),
    [
        (DCC, "{my_role: both, other_supplier_instructed: false}", OK, ["E505", "E505"]),
        (DCC, "{split: true, import_supplier: A, gas_supplier: A}", OK, ["E505"]),
        (DCC, "{split: false, import_supplier: A, gas_supplier: B}", OK, ["E505"]),
        (DCC, "{}", "{outcome: excluded}", ["E506"]),
        (DCC, "{}", "{outcome: pilot, pilot: none}", ["E506", "E506"]),
        (DCC, "{}", "{outcome: prioritised}", ["E506"]),
        (CSP, "{}", "{outcome: held, by: old}", ["E506"]),
        (CSP, "{}", "{outcome: leave_to_dcc, by: ould, opens: 2026-01-01}", ["E506", "E506", "E503"]),
        (CSP, "{}", "{outcome: ineligible}", ["E209"]),
    ],
)
def test_what_cannot_be_of_an_operator(rules: str, hub: str, expect: str, codes: list[str]) -> None:
    assert [place.split("@")[0] for place in places(one_test(expect, hub=hub), rules)] == codes


def test_the_rules_of_two_owners_have_no_common_tests() -> None:
    assert places(one_test(OK), SUPPLIER, DCC) == ["E502@1:13"]


def test_rules_with_an_error_run_no_test() -> None:
    document, trials = fitted(one_test(OK), "rules: v1\n")
    assert trials is None
    assert document.problems.found == []


def test_a_rule_file_that_is_not_there_is_said_at_its_name() -> None:
    document = read_trials(one_test(OK), "t.tests.yaml")
    document.cannot_have(document.tests_for[0], "there is no such file")
    assert document.lacks_rules
    assert [problem.span.column for problem in document.problems.found] == [13]


def test_what_is_left_out_has_its_default() -> None:
    text = "tests_for: r.rules.yaml\ntests:\n  - {name: it, given: , expect: {as_of: 2026-01-15T09:00:00Z, by: rest}}\n"
    _, trials = fitted(text)
    assert trials is not None
    (trial,) = trials.trials
    assert trial.hub.suppliers.roles_of("NWND") == ("import", "gas")
    assert not trial.hub.suppliers.split
    read = hub_reader(trial.hub, "NWND")
    assert [read(name) for name in ("device_model", "firmware_version", "csp_region")] == [None, None, "Unknown"]
    assert trial.release.notified_at == datetime(2026, 1, 15, 9, tzinfo=UTC)
    assert trial.release.automatic_at == datetime(2026, 7, 15, 8, tzinfo=UTC)
    assert (trial.release.firmware_version, trial.release.severity) == ("FFFFFFFF", "medium")


def test_the_model_is_the_first_of_the_release_and_a_test_may_change_the_release() -> None:
    more = '    release: {device_models: ["54311f52", "433100AC"], severity: critical}\n'
    _, trials = fitted(one_test(OK, more=more))
    assert trials is not None
    (trial,) = trials.trials
    assert trial.hub.device_model == "54311F52"
    assert (trial.release.severity, trial.release.firmware_version) == ("critical", "0D050002")


def test_the_nearest_as_of_counts() -> None:
    expect = "[{by: rest}, {as_of: 2026-03-03, by: rest}]"
    for more, first in (("", 15), ("    as_of: 2026-01-20\n", 20)):
        _, trials = fitted(one_test(expect, more=more))
        assert trials is not None
        assert [expected.as_of.day for expected in trials.trials[0].expected] == [first, 3]


def test_events_have_the_fields_of_their_type() -> None:
    given_ = (
        "[{at: 2026-02-01T10:00:00Z, event: change_of_supplier_started, guid: 88-73-84-90-6a-10-02-db, role: gas,"
        " effective: 2026-03-01, party: ZZZZ}, {at: 2026-02-01, event: hub_update_failed, firmware_version: 0d050002}]"
    )
    _, trials = fitted(one_test(OK, given=given_))
    assert trials is not None
    change, failed = trials.trials[0].events
    assert change.fields == {"role": "gas", "effective": "2026-03-01"}
    assert (change.party, change.guid) == ("ZZZZ", 0x887384906A1002DB)
    assert (failed.guid, failed.fields) == (None, {"firmware_version": "0D050002"})


def test_one_event_needs_no_list() -> None:
    _, trials = fitted(one_test(OK, given="{at: 2026-02-01, event: tick}"))
    assert trials is not None
    assert [event.type for event in trials.trials[0].events] == ["tick"]


def test_the_head_is_clean() -> None:
    assert places(f"{HEAD}  - {{name: it, expect: {OK}}}\n") == []


def test_a_trigger_that_is_not_there_is_told_with_a_suggestion() -> None:
    assert places(one_test("{fired: approved-sets}")) == ["E503@8:21"]
