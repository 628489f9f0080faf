"""What the tests of trials share: a few rules, files of tests as text, and both brought together."""

from chfw_core.documents.defaults import bank_holidays, default_parameters
from chfw_core.reports.trials.document import TrialDocument, read_trials
from chfw_core.reports.trials.fit import fit
from chfw_core.reports.trials.model import TrialSet
from chfw_core.reports.trials.run import Check, TrialResult, run_trials
from chfw_core.rules.check import check_sources

SUPPLIER = """\
rules: v1
owner: NWND
windows:
  nights: {days: [mon, tue], between: "22:00-05:00"}
exclude:
  - {id: register, because: Not early, when: 'flags has "psr" and release.phase != "mass"'}
hold:
  - {id: settle, because: Four weeks, when: installed_on within last 28 days, until: {date: installed_on + 28 days}}
  - id: tested
    because: Our test
    when: configuration_set == "CS-0151"
    until: {event: test_passed, at_latest: cutoff - 5 days}
  - {id: by-hand, because: Somebody decides, when: 'flags has "by_hand"', until: manual}
pilot:
  - id: sample
    because: A sample
    from: my.pilot
    prefer: flags has "staff"
    size: 10
    at: {from: 2026-02-02, to: 2026-02-13}
decide:
  - {id: agreed, because: The other agreed, when: other_supplier_instructed, then: instruct}
  - id: approved
    because: Signed off
    when: configuration_set in ["CS-0112", "CS-0151"] or my_role == "gas"
    then: instruct
    at: {window: nights, from: 2026-03-02, to: 2026-05-29}
    batch: {size: 500}
  - {id: rest, because: The DCC's date, when: otherwise, then: leave_to_dcc}
prioritise:
  - {id: old, because: The fault, when: 'firmware_version < "0D030000"', priority: 60}
"""
DCC = """\
rules: v1
owner: DCC
windows:
  weekdays: {days: [mon, tue, wed, thu, fri], between: "08:00-18:00"}
hold:
  - id: INC-1
    because: An incident
    when: configuration_set == "CS-0140"
    until: {event: incident_closed, ref: INC-1, at_latest: 2026-05-20}
  - {id: network, because: Network work, when: 'csp_region == "North"', until: {date: 2026-08-01}}
decide:
  - {id: later, because: No capacity, when: 'csp_region == "South"', then: move_automatic_date, to: 2026-10-01}
  - id: shared
    because: Two Suppliers
    when: split and not import_supplier == "AAAA"
    then: instruct
    at: {window: weekdays}
    batch: {size: 9}
  - {id: rest, because: As notified, when: otherwise, then: leave_to_dcc}
"""
CSP = """\
rules: v1
owner: "CSP:North"
windows:
  no-sundays: {days: [mon, tue, wed, thu, fri, sat], between: "00:00-24:00"}
batch: {size: 20}
prioritise:
  - {id: old, because: Weak radios, when: installed_on < 2018-01-01, priority: 60}
"""
HEAD = """\
tests_for: [r.rules.yaml]
as_of: 2026-01-15
release: {device_models: ["433100AC"], firmware_version: "0D050002", notified_on: 2026-01-05, automatic_on: 2026-07-05}
tests:
"""


def one_test(expect: str, *, hub: str = "{}", given: str = "[]", more: str = "") -> str:
    """A file of one test; its name stands on line 5 at column 11."""
    return f"{HEAD}  - name: it\n    hub: {hub}\n    given: {given}\n{more}    expect: {expect}\n"


def fitted(text: str, *rules: str) -> tuple[TrialDocument, TrialSet | None]:
    """The file of tests brought together with these rule files."""
    document = read_trials(text, "t.tests.yaml")
    checked = check_sources([(f"{at}.rules.yaml", rule) for at, rule in enumerate(rules or (SUPPLIER,))])
    return document, fit(document, checked, default_parameters())


def places(text: str, *rules: str) -> list[str]:
    """`E101@4:11` for every problem of the file of tests, in order of finding."""
    document, trials = fitted(text, *rules)
    found = [f"{problem.code}@{problem.span.line}:{problem.span.column}" for problem in document.problems.found]
    assert (trials is None) == bool(found)
    return found


def ran(text: str, *rules: str) -> tuple[TrialResult, ...]:
    """The results of a file without problems."""
    document, trials = fitted(text, *rules)
    assert document.problems.found == []
    assert trials is not None
    return run_trials(trials, default_parameters(), bank_holidays())


def one_check(expect: str, *rules: str, hub: str = "{}", given: str = "[]", more: str = "") -> Check:
    """The last check of a file of one test."""
    (result,) = ran(one_test(expect, hub=hub, given=given, more=more), *rules)
    return result.checks[-1]
