import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.documents.events import check_content, read_event, read_events, write_event
from chfw_core.documents.release_acts import may_act_on_release
from chfw_core.errors import InputError
from chfw_core.model.events import EVENT_TYPES, Event
from chfw_core.model.guid import parse_guid
from chfw_core.model.parties import Party
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS

GUID = "88-73-84-90-6A-10-02-DB"
TICK = '{"seq": 1, "at": "2026-05-09T10:00:00Z", "type": "tick"}'


def line(**content: object) -> str:
    return json.dumps({"seq": 1, "at": "2026-05-09", "type": "tick", **content})


def test_an_event_keeps_what_its_type_carries() -> None:
    event = read_event(line(type="test_passed", party="NWND", configuration_set="CS-0151", guid=GUID.lower()))
    assert event == Event(
        seq=1,
        at=datetime(2026, 5, 8, 23, tzinfo=UTC),
        type="test_passed",
        party=Party("NWND"),
        guid=parse_guid(GUID),
        fields={"configuration_set": "CS-0151"},
    )


def test_a_bad_line_is_set_aside_and_the_others_stay() -> None:
    found = read_events([TICK, "", "{", line(seq=2), "   ", TICK], "e.jsonl")
    assert [event.seq for event in found.events] == [1, 2]
    assert [(bad.line, bad.reason) for bad in found.bad_lines] == [
        (3, "this is not JSON: expecting property name enclosed in double quotes at column 2"),
        (6, "seq 1 is there already, in line 1"),
    ]
    assert [problem.code for problem in found.problems] == ["E405", "E405"]


def test_a_type_that_nothing_knows_is_kept_with_a_warning() -> None:
    found = read_events([line(type="test_pased", x=1)], "e.jsonl")
    assert found.events[0].fields == {"x": 1}
    assert [problem.render() for problem in found.problems] == [
        "e.jsonl:1:1: W406 no type of event called `test_pased`; it has no effect (did you mean `test_passed`?)"
    ]
    assert found.bad_lines == ()


def test_one_seq_with_two_meanings_is_an_error() -> None:
    found = read_events([TICK, line(seq=1, type="release_stopped")], "e.jsonl")
    assert [event.type for event in found.events] == ["tick"]
    assert [problem.render() for problem in found.errors] == [
        (
            "e.jsonl:2:1: E409 seq 1 is there already, in line 1, and says something else there "
            "(give each event a `seq` of its own)"
        )
    ]


MAY_STOP = [
    line(type="release_stoped"),
    line(type="RELEASE_STOPPED"),
    line(type="release stopped"),
    line(type="stop_release"),
    line(type="release_halted"),
    line(type="stop"),
    line(type="emergency_stop"),
    line(type="Pause"),
    line(type="rollout-halted"),
    line(type="release_stopped", csp_region="Nort"),
    line(type="release_stopped", guid="88"),
    line(type="release_stopped", party="dcc"),
    line(type="release_revoked", at="soon"),
    line(type="release_paused", seq=None),
    line(type=None, kind="release_stopped"),
    line(type="release_stopped")[:-1],
    line(type="release_stopped").replace('"', "'"),
    '{"seq": 7, "at": "2026-05-09", "ty',
    "release_stopped",
]


@pytest.mark.parametrize("text", MAY_STOP)
def test_a_stop_that_cannot_be_read_is_never_passed_over(text: str) -> None:
    found = read_events([line(seq=9), text], "e.jsonl")
    (problem,) = found.errors
    assert problem.render().startswith("e.jsonl:2:1: E408 ")
    assert problem.hint
    assert found.problems == ()


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("region", "did you mean `csp_region`?"),
        ("model", "did you mean `device_model`?"),
        ("config_set", "did you mean `configuration_set`?"),
        ("CSP_Region", "did you mean `csp_region`?"),
        ("relase", "did you mean `release`?"),
        ("import_supplier", "it may have release, ref, csp_region"),
    ],
)
@pytest.mark.parametrize(
    "kind", ["release_stopped", "release_paused", "release_resumed", "release_revoked", "release_notified"]
)
@pytest.mark.parametrize("guid", [None, GUID])
def test_a_key_that_an_act_on_the_release_does_not_have_is_never_passed_over(
    kind: str, key: str, hint: str, guid: str | None
) -> None:
    # NF6, I4: `release_resumed` for one region, its key misspelt, would lift the pause everywhere.
    found = read_events([line(type=kind, guid=guid, **{key: "South"})], "e.jsonl")
    (problem,) = found.errors
    assert problem.code == "E408"
    assert f"`{key}` is no key of `{kind}`" in problem.message
    assert hint in (problem.hint or "")
    assert found.events == ()


@pytest.mark.parametrize("kind", ["flag_cleared", "incident_closed", "test_passed", "hub_lost_wan"])
def test_another_event_with_a_key_that_may_have_bounded_it_is_set_aside(kind: str) -> None:
    # NF6: without its region, a flag cleared or an incident closed would release the holds of all.
    found = read_events([line(type=kind, flag="x", configuration_set="CS-0151", region="South")], "e.jsonl")
    assert (found.events, found.errors) == ((), ())
    assert [problem.code for problem in found.problems] == ["E405"]
    assert "is no key of" in found.bad_lines[0].reason


def test_what_is_said_to_people_and_what_one_hubs_event_bears_besides_is_kept() -> None:
    lines = [
        line(type="release_stopped", reason="fault", because="INC-1", note="call first"),
        line(seq=2, type="hub_update_failed", guid=GUID, error_code=12),
        line(seq=3, type="release_paused", region=None),
        line(seq=4, type="a_plug_ins_own", region="South"),
    ]
    found = read_events(lines, "e.jsonl", (*EVENT_TYPES, "a_plug_ins_own"))
    assert [event.seq for event in found.events] == [1, 2, 3, 4]
    assert (found.errors, found.problems) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "nonsense",
        "[]",
        "{not json",
        line(type="tick", at="soon"),
        line(type="test_pased"),
        line(type="stop_valve_closed"),
        line(type=None),
    ],
)
def test_what_cannot_stop_a_release_is_no_error(text: str) -> None:
    found = read_events([text], "e.jsonl")
    assert found.errors == ()
    assert len(found.problems) == 1


@pytest.mark.parametrize("kind", [kind for kind in EVENT_TYPES if not kind.startswith("release_")])
def test_a_known_type_is_not_taken_for_an_act_on_the_release(kind: str) -> None:
    assert not may_act_on_release(line(type=kind, at="soon"))


def test_a_plug_ins_type_is_known_where_it_is_named() -> None:
    assert read_events([line(type="mine")], "e", (*EVENT_TYPES, "mine")).problems == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"seq": None}, "the key `seq` is missing"),
        ({"at": None}, "the key `at` is missing"),
        ({"type": None}, "the key `type` is missing"),
        ({"seq": "one"}, "seq: `one` is not a whole number"),
        ({"seq": -1}, "seq: `-1` is not at least 0"),
        ({"seq": True}, "seq: `True` is not a whole number"),
        ({"seq": 1.5}, "seq: `1.5` is not a whole number"),
        ({"seq": 2**63}, "seq: `9223372036854775808` is more than 9223372036854775807"),
        ({"at": "soon"}, "at: `soon` is neither a date nor a time"),
        ({"at": "2026-05-09T10:00:00"}, "has no offset"),
        ({"at": 5}, "at: `5` is not text"),
        ({"type": 5}, "type: `5` is not text"),
        ({"party": ""}, "party: `` is not text"),
        ({"guid": "8873"}, "guid: `8873` is not a GUID"),
        ({"type": "phase_opened"}, "`phase_opened` needs the key `phase`"),
        ({"type": "phase_opened", "phase": "mas"}, "phase: `mas` is not known here"),
        ({"type": "flag_cleared"}, "`flag_cleared` needs the key `flag`"),
        ({"type": "flag_cleared", "flag": []}, "flag: `[…]` is not text"),
        ({"type": "change_of_supplier_started", "role": "gas", "effective": "2026-05-09"}, "needs the key `guid`"),
        ({"type": "change_of_supplier_started", "guid": GUID, "role": "gas"}, "needs the key `effective`"),
        (
            {"type": "change_of_supplier_started", "guid": GUID, "role": "gas", "effective": "x"},
            "effective: `x` is neither a date nor a time",
        ),
        (
            {"type": "change_of_supplier_started", "guid": GUID, "role": "heat", "effective": "2026-05-09"},
            "role: `heat` is not known here (one of import, gas)",
        ),
        ({"type": "release_stopped", "csp_region": "Nort"}, "csp_region: `Nort` is not known here"),
        ({"type": "release_stopped", "device_model": 433100}, "device_model: `433100` is not 8 hex digits"),
    ],
)
def test_what_no_plan_could_use_is_told_of(content: dict[str, object], reason: str) -> None:
    found = read_events([line(**content)], "e.jsonl")
    assert found.events == ()
    assert reason in found.bad_lines[0].reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "an object belongs here"),
        ('{"seq": 1, "seq": 2}', "the key `seq` is there twice"),
        ('{"seq": NaN}', "`NaN` is not a value of JSON"),
        ('{"seq": ' + "9" * 5_000 + "}", "this number is too long"),
        ('{"seq": 1, "amount": 1e999}', "`1e999` is too large a number"),
        ('{"seq": 1, "note": ["\\ud800"]}', "half a character"),
        ("[" * 100_000, "nested too deep"),
        ("nonsense", "this is not JSON: expecting value at column 1"),
    ],
)
def test_what_is_no_event_is_one_reason(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_event(text)


def test_hex_words_and_numbers_of_known_types() -> None:
    event = read_event(
        line(type="incident_closed", ref=20931, device_model="433100ac", priority="high", emergency_stop=True)
    )
    assert event.fields == {"ref": 20931, "device_model": "433100AC", "priority": "high", "emergency_stop": True}


EARLIEST, LATEST = datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2190-01-01")


@given(
    st.builds(
        Event,
        seq=st.integers(0, 2**63 - 1),
        at=st.datetimes(
            datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2190-01-01"), timezones=st.just(UTC)
        ),
        type=st.sampled_from(["tick", "test_passed", "hub_lost_wan"]),
        party=st.none() | st.just(Party("NWND")),
        guid=st.none() | st.integers(0, 2**64 - 1),
        fields=st.dictionaries(st.sampled_from(["ref", "note"]), st.text(min_size=1).filter(str.strip).map(str.strip)),
    )
)
def test_an_event_is_written_and_read_back(event: Event) -> None:
    assert read_event(write_event(event)) == event


SHARE = {"type": "configuration_set_trend", "configuration_set": "CS-0151"}


@pytest.mark.parametrize("share", ["60%", 60, 0.6, "0.6"])
def test_whatever_rules_can_compare_with_a_number_is_one(share: object) -> None:
    check_content(read_event(line(**SHARE, our_share_on_older=share)), EVENT_FIELDS)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({**SHARE, "our_share_on_older": "most"}, "our_share_on_older: `most` is not a number"),
        ({**SHARE, "our_share_on_older": True}, "our_share_on_older: `True` is not a number"),
        ({"type": "incident_raised", "emergency_stop": "perhaps"}, "`perhaps` is neither true nor false"),
        ({"type": "meter_read_received", "guid": GUID, "device_typ": "ESME"}, "no key of `meter_read_received`"),
    ],
)
def test_what_no_rule_could_compare_is_a_slip(content: dict[str, object], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        check_content(read_event(line(**content)), EVENT_FIELDS)
