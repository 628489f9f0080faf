"""What triggers wrote down, as rules of a plan: for just the hubs they are about, and never a day too short (RU6)."""

from datetime import UTC, date, datetime

from chfw_core.model.guid import Guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.periods import london_midnight
from chfw_core.model.releases import Phase
from chfw_core.planning.trigger_records import TriggerHold, TriggerRecords, TriggerRelease, with_triggers
from chfw_core.rules.check import check_sources
from chfw_core.rules.meaning.evaluate import RuleContext, condition_holds, make_context
from chfw_core.rules.model import DecideThen, RuleSet, UntilDate, UntilEvent, UntilManual
from chfw_core.rules.vocabulary.fields import hub_reader
from tests.acceptance.people import AUTOMATIC, CUT_OFF, FIRMWARE

SINCE = datetime(2026, 1, 12, 10, tzinfo=UTC)
RULES = """
rules: v1
owner: NWND
windows:
  nights: {days: [mon, tue], between: "22:00-05:00"}
hold:
  - id: meter-first
    because: The meter goes first
    when: configuration_set == "CS-0151"
    until: {event: meter_firmware_activated, at_latest: cutoff}
events:
  - id: meter-then-hub
    because: The hub after its meter
    on: meter_read_received
    do: {release: [meter-first], instruct: {window: nights}}
"""


def hold(guid: int | None = 7, **fields: object) -> TriggerHold:
    said = {"owner": "NWND", "trigger": "t", "version": "abcdef0123", "because": "b", "since": SINCE, "ends": "date"}
    found: dict[str, object] = {**said, "until": datetime(2026, 2, 1, 10, tzinfo=UTC), "guid": guid, **fields}
    return TriggerHold(**found)  # type: ignore[arg-type]


def context() -> RuleContext:
    return make_context(FIRMWARE, as_of=SINCE, phase=Phase.NOTIFIED, automatic_at=AUTOMATIC, cutoff=CUT_OFF)


def matches(rules: RuleSet, rule: str, hub: CommsHub) -> bool:
    (found,) = (one for one in rules.holds if one.id == rule)
    return condition_holds(found.when, hub_reader(hub, rules.owner), context())


def hub(guid: int, **fields: object) -> CommsHub:
    known: dict[str, object] = {"csp_region": "North", "configuration_set": "CS-0151", **fields}
    return CommsHub(guid=Guid(guid), device_model="433100AC", firmware_version="0D020000", **known)  # type: ignore[arg-type]


def test_holds_that_end_on_one_london_day_are_one_rule_for_just_their_hubs() -> None:
    later = hold(8, until=datetime(2026, 2, 1, 12, tzinfo=UTC))
    (rules,) = with_triggers((), TriggerRecords(holds=(hold(), later)))
    (rule,) = rules.holds
    assert (rules.owner, rule.id) == ("NWND", "trigger:t")
    assert isinstance(rule.until, UntilDate)
    assert rule.until.date.base == london_midnight(date(2026, 2, 2))
    assert rule.because == "trigger `t` of version abcdef01 fired on 2026-01-12: b"
    assert [matches(rules, "trigger:t", hub(guid)) for guid in (6, 7, 8, 9)] == [False, True, True, False]


def test_a_hold_that_ends_at_a_midnight_ends_then() -> None:
    (rules,) = with_triggers((), TriggerRecords(holds=(hold(until=london_midnight(date(2026, 6, 2))),)))
    (rule,) = rules.holds
    assert isinstance(rule.until, UntilDate)
    assert rule.until.date.base == london_midnight(date(2026, 6, 2))


def test_one_that_waits_for_an_event_is_ended_by_none_of_the_plans_own() -> None:
    """The runner has heard of them all, and has ended it if one of them did."""
    (rules,) = with_triggers((), TriggerRecords(holds=(hold(ends="event", awaits="test_passed", ref="R"),)))
    (rule,) = rules.holds
    assert isinstance(rule.until, UntilEvent)
    assert (rule.until.type, rule.until.ref) == ("test_passed", "R, after 2026-01-12")


def test_one_without_a_date_is_open() -> None:
    holds = (hold(ends="released", until=None), hold(owner="DCC", ends="flag_cleared", awaits="x", until=None))
    dcc, nwnd = with_triggers((), TriggerRecords(holds=holds))
    assert isinstance(dcc.holds[0].until, UntilManual)
    assert isinstance(nwnd.holds[0].until, UntilManual)


def test_one_about_no_hub_is_bounded_by_its_scope() -> None:
    (rules,) = with_triggers((), TriggerRecords(holds=(hold(None, owner="DCC", bounds={"csp_region": "North"}),)))
    assert matches(rules, "trigger:t", hub(1))
    assert not matches(rules, "trigger:t", hub(1, csp_region="South"))


def test_a_hold_of_the_files_that_was_released_is_off_for_that_hub_alone() -> None:
    """RU3: the meter has been upgraded, and what waited for it waits no more."""
    rulesets = check_sources([("NWND.rules.yaml", RULES)]).rulesets
    release = TriggerRelease(owner="NWND", trigger="meter-then-hub", holds=("meter-first",), guid=Guid(7))
    (rules,) = with_triggers(rulesets, TriggerRecords(releases=(release,)))
    assert [matches(rules, "meter-first", hub(guid)) for guid in (6, 7)] == [True, False]
    (everything,) = with_triggers(
        rulesets, TriggerRecords(releases=(TriggerRelease(owner="NWND", trigger="t", holds=None),))
    )
    assert not matches(everything, "meter-first", hub(6))


def test_the_windows_of_a_triggers_instruction_are_found_and_instruct_nobody() -> None:
    rulesets = check_sources([("NWND.rules.yaml", RULES)]).rulesets
    (rules,) = with_triggers(rulesets)
    (decide,) = rules.decides
    assert (decide.id, decide.then) == ("trigger:meter-then-hub", DecideThen.INSTRUCT)
    assert decide.at is not None
    assert [part.name for part in decide.at.windows.parts] == ["nights"]
    assert not condition_holds(decide.when, hub_reader(hub(7), "NWND"), context())
