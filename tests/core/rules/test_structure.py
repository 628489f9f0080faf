"""What may stand where: each slip in a file's blocks, with its code and its place (NF3)."""

import pytest

from tests.core.rules.support import check, places

HEAD = "rules: v1\nowner: NWND\n"
DCC = "rules: v1\nowner: DCC\n"
CSP = "rules: v1\nowner: CSP:North\n"
WINDOW = "windows: {n: {days: [mon], between: '22:00-05:00'}}\n"
REST = "- {id: z, because: x, when: otherwise, then: leave_to_dcc}\n"


def _decide(keys: str) -> str:
    return f"decide:\n- {{id: a, because: x, when: split, {keys}}}\n{REST}"


def _hold(until: str) -> str:
    return f"hold:\n- {{id: a, because: x, until: {until}}}\n"


def _event(keys: str) -> str:
    return f"events:\n- {{id: a, because: x, {keys}}}\n"


def _pilot(keys: str) -> str:
    return f"pilot: {{id: a, because: x, size: 5, {keys}}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the file
        ("", ["E201@1:1"]),
        ("rules", ["E208@1:1"]),
        ("[rules]", ["E208@1:1"]),
        ("rules: v2\nowner: NWND\n", ["E209@1:8"]),
        ("rules: v1\n", ["E207@1:1"]),
        ("rules: v1\nownr: NWND\n", ["E205@2:1"]),
        ("rules: v1\nowner:\n", ["E208@2:7"]),
        ("rules: v1\nowner: [NWND]\n", ["E208@2:8"]),
        ("rules: v1\nowner: dcc\n", ["E220@2:8"]),
        ("rules: v1\nowner: CSP:Nrth\n", ["E220@2:8"]),
        ("rules: v1\nowner: CSP\n", ["E220@2:8"]),
        ("rules: v1\nowner: N W\n", ["E220@2:8"]),
        ("rules: v1\nowner: CSP:4G North\n", []),
        (HEAD + "owner: X\n", ["E204@3:1"]),
        (HEAD + "? [a]\n: b\n", ["E208@3:3"]),
        (HEAD + "sets: &a {}\n", ["E206@3:7"]),
        (HEAD + "sets: {a: &a [x], b: *a}\n", ["E206@3:11", "E206@3:22"]),
        (HEAD + "exclude: !!seq []\n", ["E206@3:10"]),
        (HEAD + "exclude:\n- {id: ! 'a', because: x}\n", ["E206@4:8"]),
        ("%TAG ! tag:x,2000:\n---\n" + HEAD, ["E206@1:1"]),
        (HEAD + "---\n" + HEAD, ["E201@3:1"]),
        (HEAD + "sets: {a\n", ["E201@4:1"]),
        (HEAD + "# \x07\n", ["E201@3:3"]),
        (HEAD + "# \ud800\n", ["E201@3:3"]),
        ("\ufeff" + HEAD, []),
        (HEAD + "exclude:\nhold:\nsets:\nwindows:\n", []),
        (HEAD + "exclude: x\n", ["E208@3:10"]),
        (HEAD + "exclude: {id: a}\n", ["E208@3:10"]),
        (HEAD + "exclude: [a]\n", ["E208@3:11"]),
        # sets and windows
        (HEAD + "sets: [a]\n", ["E208@3:7"]),
        (HEAD + "sets: {still-testing: [a]}\n", ["E215@3:8"]),
        (HEAD + "sets: {a: [[x]]}\n", ["E208@3:12"]),
        (CSP + "windows: {n: {days: [mon], between: '22:00-05:00', not_on: [bank_holidays, 2026-04-01]}}\n", []),
        (CSP + "windows: {n: {days: [mon], between: '22-05'}}\n", ["E216@3:37"]),
        (CSP + "windows: {n: {days: [mon], between: '22:00-25:00'}}\n", ["E216@3:37"]),
        (CSP + "windows: {n: {days: [mon], between: '24:00-05:00'}}\n", ["E216@3:37"]),
        (CSP + "windows: {n: {days: [mon], between: '22:00-22:00'}}\n", ["E216@3:37"]),
        (CSP + "windows: {n: {days: [mon], between: '00:00-24:00'}}\n", []),
        (CSP + "windows: {n: {days: [monday], between: '00:00-24:00'}}\n", ["E209@3:22"]),
        (CSP + "windows: {n: {days: [], between: '00:00-24:00'}}\n", ["W305@3:11"]),
        (CSP + "windows: {n: {days: [mon], between: '00:00-24:00', not_on: [2026-02-30]}}\n", ["E109@3:61"]),
        (CSP + "windows: {n: {days: mon, between: '00:00-24:00'}}\n", ["E208@3:21"]),
        (CSP + "windows: {n: x}\n", ["E208@3:14"]),
        (CSP + "windows: {n: {}}\n", ["E207@3:14", "E207@3:14"]),
        (HEAD + WINDOW, ["W304@3:11"]),
        (HEAD + "sets: {a: [x]}\n", ["W303@3:8"]),
        # applies_to
        (HEAD + "applies_to: {device_models: ['433100AC', '5431*'], role: gas}\n", []),
        (HEAD + "applies_to: {device_models: ['5431']}\n", ["E108@3:30"]),
        (HEAD + "applies_to: {device_models: ['*']}\n", ["E108@3:30"]),
        (HEAD + "applies_to: {device_models: []}\n", ["E208@3:29"]),
        (DCC + "applies_to: {role: gas}\n", ["E214@3:20"]),
        (DCC + "applies_to: {role: any}\n", []),
        (HEAD + "applies_to: {role: none}\n", ["E209@3:20"]),
        # rules
        (HEAD + "exclude:\n- {because: x}\n", ["E207@4:3"]),
        (HEAD + "exclude:\n- {id: a b, because: x}\n", ["E215@4:8"]),
        (HEAD + "exclude:\n- {id: a}\n", ["W306@4:3"]),
        (HEAD + "exclude:\n- {id: a, because: x, when: [split]}\n", ["E208@4:29"]),
        (HEAD + "exclude:\n- {id: a, because: x, when: otherwise}\n", ["E101@4:29"]),
        (HEAD + "prioritise:\n- {id: a, because: x, priority: 60}\n", []),
        (HEAD + "prioritise:\n- {id: a, because: x, priority: high}\n", ["E210@4:33"]),
        (HEAD + "prioritise:\n- {id: a, because: x, priority: -1}\n", ["E210@4:33"]),
        # hold
        (HEAD + _hold("manual"), []),
        (HEAD + _hold("2026-03-01"), ["E209@4:30"]),
        (HEAD + _hold("[2026-03-01]"), ["E208@4:30"]),
        (HEAD + _hold("{}"), ["E219@4:30"]),
        (HEAD + _hold("{dat: 2026-03-01}"), ["E205@4:31"]),
        (HEAD + _hold("{date: 2026-03-01, event: test_passed}"), ["E219@4:30"]),
        (HEAD + _hold("{date: 2026-03-01, at_latest: cutoff}"), ["E219@4:49"]),
        (HEAD + _hold("{date: my.until}"), []),
        (HEAD + _hold("{date: soon}"), ["E101@4:37"]),
        (HEAD + _hold("{date: 3 + }"), ["E107@4:40"]),
        (HEAD + _hold("{date: csp_region}"), ["E115@4:37"]),
        (HEAD + _hold("{date: event.at}"), ["E116@4:37"]),
        (HEAD + _hold("{flag_cleared: x, at_latest: cutoff}"), ["W313@4:8"]),
        (HEAD + _hold("{flag_cleared: x, ref: y}"), ["E219@4:48"]),
        (HEAD + _hold("{flag_cleared: []}"), ["E208@4:45"]),
        (HEAD + _hold("{event: test_passed, at_latest: cutoff, per: manufacturer}"), []),
        (HEAD + _hold("{event: test_passed}"), ["E207@4:30"]),
        (HEAD + _hold("{event: test_passd, at_latest: cutoff}"), ["E218@4:38"]),
        (HEAD + _hold("{event: [], at_latest: cutoff}"), ["E208@4:38"]),
        (HEAD + _hold("{event: test_passed, at_latest: 3 days}"), ["E115@4:62"]),
        (HEAD + _hold("{event: test_passed, at_latest: cutoff, per: hub}"), ["E209@4:75"]),
        (HEAD + _hold("{event: test_passed, at_latest: cutoff, per: smi_status}"), ["E209@4:75"]),
        # decide
        (HEAD + _decide("then: instruct"), []),
        (HEAD + _decide("then: [instruct]"), ["E208@4:42"]),
        (HEAD + _decide("then: instruct, to: 2026-01-01"), ["E219@4:52"]),
        (HEAD + _decide("then: leave_to_dcc, to: 2026-01-01"), ["E219@4:56"]),
        (HEAD + _decide("then: leave_to_dcc, at: {}"), ["E219@4:56"]),
        (HEAD + _decide("then: leave_to_dcc, batch: {size: 5}"), ["E219@4:56"]),
        (DCC + _decide("then: leave_to_dcc, batch: {size: 5}"), []),
        (HEAD + _decide("then: move_automatic_date, to: 2026-10-01"), ["E214@4:42"]),
        (DCC + _decide("then: move_automatic_date"), ["E207@4:3"]),
        (DCC + _decide("then: move_automatic_date, to: 2026-10-01"), []),
        (HEAD + "decide: []\n", ["E213@3:1"]),
        (HEAD + "decide:\n", ["E213@3:1"]),
        (HEAD + f"decide:\n{REST}- {{id: a, because: x, when: split, then: instruct}}\n", ["W302@5:8"]),
        (
            HEAD + "decide:\n- {id: a, because: x, when: split, then: instruct}\n"
            "- {id: b, because: x, when: split, then: leave_to_dcc}\n" + REST,
            ["W302@5:8"],
        ),
        (HEAD + WINDOW + _decide("then: instruct, at: {window: n}"), []),
        (HEAD + WINDOW + _decide("then: instruct, at: {window: [n, m]}"), ["E211@5:69"]),
        (HEAD + _decide("then: instruct, at: {from: 2026-03-01, to: 2026-03-01}"), []),
        (HEAD + _decide("then: instruct, at: {from: 2026-03-02, to: 2026-03-01}"), ["E219@4:75"]),
        (HEAD + _decide("then: instruct, at: {from: 2026-03-02 + 1 day, to: 2026-03-01}"), ["W312@4:8"]),
        (HEAD + _decide("then: instruct, at: {from: 2026-03-02, to: 2026-03-01 + 1 day}"), []),
        (HEAD + _decide("then: instruct, at: {from: today, to: 2026-03-01}"), []),
        (HEAD + _decide("then: instruct, batch: {size: 0}"), ["E210@4:66"]),
        (HEAD + _decide("then: instruct, batch: {size: 5, pause: 2}"), ["E107@4:76"]),
        (HEAD + _decide("then: instruct, batch: {size: 5, pause: today}"), ["E107@4:76"]),
        (HEAD + _decide("then: instruct, batch: {size: 5, pause: 2 dys}"), ["E107@4:78"]),
        (HEAD + _decide("then: instruct, batch: {size: 5, stop_if: {within: 2 days}}"), ["E207@4:78"]),
        (HEAD + _decide("then: instruct, batch: {size: 5, stop_if: {failed: 2%}}"), ["E110@4:87"]),
        (HEAD + _decide("then: instruct, batch: {size: 5, stop_if: {failed: '> 2'}}"), ["E104@4:90"]),
        (HEAD + _decide("then: instruct, batch: {size: 5, stop_if: {lost_wan: '>= 3%'}}"), ["E104@4:93"]),
        (HEAD + _decide("then: instruct, batch: {size: 5, stop_if: {lost_wan: '>= 3'}}"), []),
        # whose
        (DCC + "exclude: []\npilot: []\nbatch: {size: 1}\n", ["E214@3:1", "E214@4:1", "E214@5:1"]),
        (
            CSP + "exclude: []\nhold: []\ndecide: []\npilot: []\n",
            ["E213@5:1", "E214@3:1", "E214@4:1", "E214@5:1", "E214@6:1"],
        ),
        (HEAD + "batch: {size: 1}\n", ["E214@3:1"]),
        (CSP + "batch: {size: 1, pause: 2 days}\n", []),
        (CSP + "batch: {size: 1, stop_if: {}}\n", ["E205@3:18"]),
        (CSP + "batch: {pause: 2 days}\n", ["E207@3:8"]),
        (CSP + _event("on: hub_update_failed, do: {hold: everything}"), ["E214@4:51"]),
        (CSP + _event("on: hub_update_failed, do: {release: a, instruct: {}}"), ["E214@4:51", "E214@4:63"]),
        (DCC + _event("on: hub_update_failed, do: {instruct: {}}"), ["E214@4:51"]),
        (CSP + _event("on: hub_update_failed, do: {notify: ops, raise: incident}"), []),
        # pilot
        (HEAD + _pilot("from: split"), []),
        (HEAD + "pilot: [{id: a, because: x, size: 5}, {id: b, because: x, size: 5}]\n", []),
        (HEAD + "pilot: x\n", ["E208@3:8"]),
        (HEAD + "pilot: {id: a, because: x, size: many}\n", ["E210@3:34"]),
        (HEAD + _pilot("from: splat"), ["E101@3:43"]),
        (HEAD + _pilot("prefer: splat"), ["E101@3:45"]),
        (
            HEAD + _pilot("spread: {by: [csp_region, flags, today, my.team, nothing]}"),
            ["E101@3:86", "E106@3:63", "E106@3:70"],
        ),
        (HEAD + _pilot("spread: {by: [release.severity, guid]}"), ["E106@3:51", "E106@3:69"]),
        (HEAD + _pilot("spread: {at_least: 3}"), ["E207@3:45"]),
        (HEAD + _pilot("then: [{when: split, do: {open: mass}}]"), ["E116@3:51"]),
        (HEAD + _pilot("then: [{when: my.a, do: {open: mass}}]"), ["E116@3:51"]),
        (HEAD + _pilot("then: [{when: pilot.age > 3, do: {open: mass}}]"), ["E104@3:63"]),
        (HEAD + _pilot("then: [{when: pilot.failed > 2, do: {open: mass}}]"), ["E104@3:66"]),
        (HEAD + _pilot("then: [{when: pilot.lost_wan > 'x', do: {open: mass}}]"), ["E104@3:68"]),
        (HEAD + _pilot("then: [{when: pilot.lost_wan > '3', do: {open: mass}}]"), ["E104@3:68"]),
        (HEAD + _pilot("then: [{when: pilot.lost_wan > 2%, do: {open: mass}}]"), ["E104@3:68"]),
        (HEAD + _pilot("then: [{when: pilot.falied > 2%, do: {open: mas}}]"), ["E101@3:51", "E209@3:81"]),
        (HEAD + _pilot("then: [{when: [], do: []}]"), ["E208@3:51", "E208@3:59"]),
        (HEAD + _pilot("at: {from: today}, spread: []"), ["E208@3:64"]),
        # events
        (HEAD + _event("on: tick, do: {notify: a}"), ["W314@4:8"]),
        (HEAD + _event("on: tick, do: {}"), ["E219@4:37"]),
        (HEAD + _event("on: tick"), ["E207@4:3"]),
        (HEAD + _event("do: {notify: a}"), ["E207@4:3"]),
        (HEAD + "events:\n- {because: x, on: tick, do: {notify: a}}\n", ["E207@4:3"]),
        (HEAD + _event("on: tock, do: {notify: a}"), ["E218@4:27"]),
        (HEAD + _event("on: tick, per: [hub, house], do: {notify: a}"), ["E209@4:44"]),
        (HEAD + _event("on: tick, count: 3, do: {notify: a}"), ["E207@4:33"]),
        (HEAD + _event("on: tick, within: 3 days, do: {notify: a}"), ["E219@4:33"]),
        (HEAD + _event("on: tick, at_most: once per 3 days, do: {notify: [a, b]}"), ["W314@4:8"]),
        (HEAD + _event("on: tick, at_most: twice per day, do: {notify: a}"), ["E110@4:42"]),
        (HEAD + _event("on: tick, do: {notify: a, priority: high}"), ["E219@4:49"]),
        (HEAD + _event("on: tick, do: {text: b}"), ["E219@4:38"]),
        (HEAD + _event("on: tick, do: {notify: a, text: 'of {csp_region} at { event.at }'}"), ["W314@4:8"]),
        (HEAD + _event("on: tick, do: {notify: a, text: 'of {gas_supplier} and {}'}"), ["E101@4:79", "E102@4:60"]),
        (HEAD + _event("on: tick, if: event.flag == 'x', do: {notify: a}"), ["E101@4:37"]),
        (HEAD + _event("on: defect_flagged, if: event.flag == 'x', do: {notify: a}"), []),
        (HEAD + _event("on: tock, if: event.at > today, do: {notify: a}"), ["E218@4:27"]),
        (HEAD + _event("on: change_of_supplier_started, if: event.to == 'X', do: {notify: a}"), ["E102@4:59"]),
        (DCC + _event("on: change_of_supplier_started, if: event.to == 'X', do: {notify: a}"), []),
        (HEAD + _event("on: incident_raised, if: event.priority >= 'high', do: {notify: a}"), ["W314@4:8"]),
        (HEAD + _event("on: tick, do: {hold: {event: tick, at_latest: 3 days}}"), ["W314@4:8"]),
        (HEAD + _event("on: tick, do: {hold: manual, release: everything}"), ["W314@4:8"]),
        (HEAD + _event("on: tick, do: {hold: manual, release: [b]}"), ["E222@4:62"]),
        (HEAD + _event("steps: [{on: tick}, {on: tick, within: 3 days}], do: {notify: a}"), ["W314@4:8"]),
        (HEAD + _event("steps: [{on: tick}, {on: tick}], do: {notify: a}"), ["E207@4:43"]),
        (
            HEAD + _event("steps: [{on: tick, within: 3 days, otherwise: {notify: b}}], do: {notify: a}"),
            ["E219@4:42", "E219@4:58"],
        ),
        (HEAD + _event("steps: [], do: {notify: a}"), ["E208@4:30"]),
        (
            HEAD + _event("on: tick, if: split, count: 3, within: 1 day, steps: [{on: tick}], do: {notify: a}"),
            ["E219@4:23", "E219@4:33", "E219@4:44", "E219@4:54"],
        ),
        (HEAD + _event("on: [tick], do: [notify]"), ["E208@4:27", "E208@4:39"]),
    ],
)
def test_a_slip_is_shown_where_it_was_made(text: str, expected: list[str]) -> None:
    assert sorted(places(check(text))) == expected


def test_an_empty_file_of_an_owner_is_a_rule_set_without_rules() -> None:
    (rules,) = check(HEAD).rulesets
    assert (rules.owner, rules.files, rules.decides) == ("NWND", ("f.rules.yaml",), ())


def test_a_file_with_too_many_problems_says_so_and_stops() -> None:
    checked = check(HEAD + "".join(f"key{number}: x\n" for number in range(3_000)))
    assert len(checked.problems) == 1_001
    assert checked.problems[-1].code == "E221"


def test_a_misspelt_key_is_one_mistake_not_two() -> None:
    text = HEAD + "hold:\n- {id: a, becuase: x, untill: manual}\n"
    assert places(check(text)) == ["E205@4:11", "E205@4:23"]


def test_an_event_of_a_misspelt_type_is_not_blamed_for_its_fields() -> None:
    text = HEAD + _event("on: tock, if: event.level > 3, do: {notify: a, text: '{event.level}'}")
    assert [problem.code for problem in check(text).problems] == ["E218"]


def test_what_is_missing_from_a_step_or_a_hold_is_asked_for_once() -> None:
    """A misspelt key beside it may be the one that is missing."""
    slips = (
        _event("on: tick, cont: 3, within: 1 day, do: {notify: a}"),
        _event("on: tick, do: {notfy: a, text: x}"),
        _event("on: tick, do: {notfy: a}"),
        _event("onn: tick, do: {notify: a}"),
        _event("steps: [{on: tick}, {on: tick, wihtin: 3 days}], do: {notify: a}"),
        _hold("{event: test_passed, at_lates: cutoff}"),
        _decide("then: instruct, batch: {size: 5, stop_if: {faled: '> 2%'}}"),
    )
    for slip in slips:
        assert [problem.code for problem in check(HEAD + slip).problems] == ["E205"], slip


def test_after_too_many_problems_nothing_more_is_looked_for() -> None:
    conditions = " and ".join(["splat + 1 day == today", "my.a in nothing", "csp_region in [3]"] * 400)
    checked = check(f"{HEAD}exclude:\n- id: a\n  because: x\n  when: {conditions}\n{_pilot('from: splat')}")
    assert checked.problems[-1].code == "E221"
    assert len(checked.problems) == 1_001
