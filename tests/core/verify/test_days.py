"""Windows, clock changes, black-outs, DCC holds, changes of Supplier: the day and its times."""

from datetime import date
from typing import Any

from attrs import evolve

from chfw_core.planning.verify import Check
from chfw_core.rules.model import (
    Always,
    At,
    DateExpr,
    DecideRule,
    DecideThen,
    HoldRule,
    Leaf,
    LeafOp,
    Operand,
    RuleSet,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
    UntilManual,
)
from tests.core.verify.worlds import (
    MODEL,
    NIGHTS,
    Row,
    blackout,
    default,
    event,
    found,
    hub,
    inputs,
    instruct,
    leave,
    on,
    planned,
    release,
    utc,
    verdict,
    windows,
    without_day,
)


def rules(owner: str = "A", **at: Any) -> RuleSet:
    return RuleSet(owner=owner, decides=(instruct("go", **at),))


def sole(opens: str, closes: str, day: str, **more: Any) -> Row:
    return planned(1, "SOLE_SUPPLIER", opens, closes, day, import_rule="go", **more)


def check(row: Row, *rulesets: RuleSet, hubs: list[Row] | None = None, **plan: Any) -> set[Check]:
    return set(found(verdict(inputs(*rulesets, **plan), hubs or [hub(1, "A")], [row])))


def test_the_night_on_which_the_clock_is_put_forward() -> None:
    mine = rules(opens="2026-03-28", closes="2026-03-30", within=windows("w", [5], 22, 5))
    assert check(sole("2026-03-28T22:00", "2026-03-29T04:00", "2026-03-28"), mine) == set()
    wrong = sole("2026-03-28T22:00", "2026-03-29T05:00", "2026-03-28")
    assert check(wrong, mine) == {Check.WINDOW}


def test_the_night_on_which_the_clock_is_put_back() -> None:
    late = release(automatic_at=utc("2026-12-01T00:00"))
    mine = rules(opens="2026-10-24", closes="2026-10-26", within=windows("w", [5], 22, 5))
    row = sole("2026-10-24T21:00", "2026-10-25T05:00", "2026-10-24")
    assert check(row, mine, release=late) == set()
    # Without windows a London day is 25 hours long.
    mine = rules(opens="2026-10-25", closes="2026-10-26")
    row = sole("2026-10-24T23:00", "2026-10-26T00:00", "2026-10-25")
    assert check(row, mine, release=late) == set()
    short = sole("2026-10-24T23:00", "2026-10-25T23:00", "2026-10-25")
    assert check(short, mine, release=late) == {Check.WINDOW}


def test_the_earliest_day_is_not_today() -> None:
    mine = rules(opens="2026-01-10")
    assert check(sole("2026-01-16T00:00", "2026-01-17T00:00", "2026-01-16"), mine) == set()
    today = sole("2026-01-15T00:00", "2026-01-16T00:00", "2026-01-15")
    assert check(today, mine) == {Check.LEAD}


def test_bank_holidays_of_the_division_are_left_out() -> None:
    within = windows("w", range(7), 10, 15, not_on_bank_holidays=True)
    mine = rules(opens="2026-03-02", within=within)
    holidays = {
        "scotland": frozenset({date(2026, 3, 2)}),
        "england_and_wales": frozenset[date](),
    }
    first = sole("2026-03-02T10:00", "2026-03-02T15:00", "2026-03-02")
    second = sole("2026-03-03T10:00", "2026-03-03T15:00", "2026-03-03")
    for division, row in (("england_and_wales", first), ("scotland", second), (None, second)):
        hubs = [hub(1, "A", holiday_division=division)]
        assert check(row, mine, hubs=hubs, holidays=holidays) == set()
    hubs = [hub(1, "A", holiday_division="scotland")]
    assert Check.WINDOW in check(first, mine, hubs=hubs, holidays=holidays)


def test_a_black_out_cuts_the_window_and_binds_its_regions_only() -> None:
    mine = rules(opens="2026-03-02", within=NIGHTS)
    whole = sole("2026-03-02T22:00", "2026-03-03T05:00", "2026-03-02")
    cut = sole("2026-03-02T22:00", "2026-03-03T01:00", "2026-03-02")
    dark = release(blackouts=(blackout("2026-03-03T01:00", "2026-03-06T00:00", "South"),))
    assert check(cut, mine, release=dark) == set()
    assert check(whole, mine, release=dark) == {Check.BLACKOUT}
    north = [hub(1, "A", csp_region="North")]
    assert check(whole, mine, release=dark, hubs=north) == set()
    everywhere = release(blackouts=(blackout("2026-03-02T12:00", "2026-03-04T12:00"),))
    late = sole("2026-03-04T22:00", "2026-03-05T05:00", "2026-03-04")
    assert check(late, mine, release=everywhere, hubs=north) == set()
    assert check(whole, mine, release=everywhere, hubs=north) == {Check.BLACKOUT}


def test_what_a_black_out_leaves_of_a_night_opens_no_day_of_its_own() -> None:
    mine = rules(opens="2026-03-02", within=NIGHTS)
    dark = release(blackouts=(blackout("2026-03-02T20:00", "2026-03-03T01:00"),))
    next_night = sole("2026-03-03T22:00", "2026-03-04T05:00", "2026-03-03")
    assert check(next_night, mine, release=dark) == set()
    rest = sole("2026-03-03T01:00", "2026-03-03T05:00", "2026-03-03")
    assert check(rest, mine, release=dark) == {Check.WINDOW}


def test_windows_of_two_suppliers_meet() -> None:
    early = windows("early", range(7), 0, 6)
    hubs = [hub(1, "A", "B")]
    both = (rules("A", within=NIGHTS), rules("B", within=early, opens="2026-03-02"))
    # Sunday is no night of A; the first piece is that of Monday's night, on Tuesday morning.
    times = ("2026-03-03T00:00", "2026-03-03T05:00", "2026-03-03")
    row = planned(1, "BOTH_SUPPLIERS", *times, import_rule="go", gas_rule="go")
    assert check(row, *both, hubs=hubs) == set()
    swapped = [hub(1, "B", "A")]
    assert check(row, *both, hubs=swapped) == set()  # I3
    wider = row | {"window_closes": utc("2026-03-03T06:00")}
    assert check(wider, *both, hubs=hubs) == {Check.WINDOW}


def test_the_tail_of_a_night_before_the_period_meets_no_other_window() -> None:
    early = windows("early", range(7), 0, 6)
    hubs = [hub(1, "A", "B")]
    both = (rules("A", within=NIGHTS), rules("B", within=early, opens="2026-03-03"))
    # Monday's night began before Tuesday, on which the period opens; Tuesday's reaches into Wednesday.
    named = {"import_rule": "go", "gas_rule": "go"}
    first = planned(1, "BOTH_SUPPLIERS", "2026-03-04T00:00", "2026-03-04T05:00", "2026-03-04", **named)
    assert check(first, *both, hubs=hubs) == set()
    tail = planned(1, "BOTH_SUPPLIERS", "2026-03-03T00:00", "2026-03-03T05:00", "2026-03-03", **named)
    assert check(tail, *both, hubs=hubs) == {Check.WINDOW}


def test_windows_that_never_meet_give_way_to_the_later_supplier_s() -> None:
    day, evening = windows("day", range(7), 9, 12), windows("evening", range(7), 18, 21)
    both = (
        rules("A", within=day, opens="2026-03-02"),
        rules("B", within=evening, opens="2026-03-02"),
    )
    times = ("2026-03-02T18:00", "2026-03-02T21:00", "2026-03-02")
    row = planned(1, "BOTH_SUPPLIERS", *times, import_rule="go", gas_rule="go")
    for hubs in ([hub(1, "A", "B")], [hub(1, "B", "A")]):
        assert check(row, *both, hubs=hubs) == set()


def test_the_earlier_close_counts_only_after_the_later_opening() -> None:
    hubs = [hub(1, "A", "B")]
    both = (
        rules("A", opens="2026-03-02", closes="2026-03-03"),
        rules("B", opens="2026-04-06", closes="2026-04-06"),
    )
    times = ("2026-04-05T23:00", "2026-04-06T23:00", "2026-04-06")
    row = planned(1, "BOTH_SUPPLIERS", *times, import_rule="go", gas_rule="go")
    assert check(row, *both, hubs=hubs) == set()
    early = ("2026-03-02T00:00", "2026-03-03T00:00", "2026-03-02")
    row = planned(1, "BOTH_SUPPLIERS", *early, import_rule="go", gas_rule="go")
    assert Check.AGREED in check(row, *both, hubs=hubs)  # BR4.3


def test_a_csp_narrows_early_and_default_periods() -> None:
    csp = RuleSet(owner="CSP:South", region_windows=windows("c", [2], 1, 4))
    row = planned(1, "DCC_DEFAULT", "2026-07-08T00:00", "2026-07-08T03:00", "2026-07-08")
    assert check(row, csp) == set()
    assert Check.WINDOW in check(default(1), csp)
    mine = rules(opens="2026-03-02", within=NIGHTS)
    # The night of Tuesday reaches into Wednesday's hours.
    early = sole("2026-03-04T01:00", "2026-03-04T04:00", "2026-03-04")
    assert check(early, csp, mine) == set()
    none = RuleSet(owner="CSP:South", region_windows=windows("c", [6], 12, 13))
    assert check(without_day(1, "infeasible", import_rule="go"), none, mine) == set()


def test_a_csp_s_windows_mind_the_holidays_of_the_hub_s_division() -> None:
    csp = RuleSet(owner="CSP:South", region_windows=windows("c", range(7), 1, 4, not_on_bank_holidays=True))
    holidays = {"scotland": frozenset({date(2026, 7, 6)}), "england_and_wales": frozenset({date(2026, 7, 5)})}
    hubs = [hub(n, holiday_division=name) for n, name in ((1, "scotland"), (2, "england_and_wales"))]
    first = planned(1, "DCC_DEFAULT", "2026-07-05T00:00", "2026-07-05T03:00", "2026-07-05")
    second = planned(2, "DCC_DEFAULT", "2026-07-06T00:00", "2026-07-06T03:00", "2026-07-06")
    plan = inputs(csp, holidays=holidays)
    assert not found(verdict(plan, hubs, [first, second]))
    both = [second | {"guid": 1}, first | {"guid": 2}]
    assert found(verdict(plan, hubs, both)) == {Check.WINDOW: 2}


def test_a_dcc_hold_delays_or_holds() -> None:
    def dcc(until: Any) -> RuleSet:
        hold = HoldRule(id="INC", because="b", when=Always(), until=until)
        return RuleSet(owner="DCC", holds=(hold,))

    later = default(1) | {
        "window_opens": utc("2026-07-09T23:00"),
        "window_closes": utc("2026-07-10T23:00"),
        "day": date(2026, 7, 10),
    }
    until = UntilDate(date=on("2026-07-10"))
    assert check(later, dcc(until)) == set()
    assert Check.WINDOW in check(default(1), dcc(until))
    held = without_day(1, "held")
    for open_end in (
        UntilEvent(type="incident_closed", ref="INC", at_latest=on("2026-02-01")),
        UntilManual(),
    ):
        assert check(held, dcc(open_end)) == set()
        assert Check.HELD in check(default(1), dcc(open_end))
    # Over: by its date, its event, or because the flag is not there.
    over = UntilEvent(type="incident_closed", ref="INC", at_latest=on("2026-01-15"))
    assert check(default(1), dcc(over)) == set()
    assert check(default(1), dcc(UntilFlagCleared(flag="defect"))) == set()
    closed = event(1, "2026-01-10T00:00", "incident_closed", ref="INC")
    running = UntilEvent(type="incident_closed", ref="INC", at_latest=on("2026-02-01"))
    assert check(default(1), dcc(running), events=(closed,)) == set()
    other = event(1, "2026-01-10T00:00", "incident_closed", ref="INC2")
    assert check(held, dcc(running), events=(other,)) == set()
    theirs = event(1, "2026-01-10T00:00", "incident_closed", ref="INC", party="A")
    assert check(held, dcc(running), events=(theirs,)) == set()


def test_a_pause_holds_until_it_is_resumed() -> None:
    pause = event(1, "2026-01-10T00:00", "release_paused")
    resume = event(2, "2026-01-11T00:00", "release_resumed")
    again = event(3, "2026-01-12T00:00", "release_paused", csp_region="South")
    future = event(4, "2026-01-16T00:00", "release_stopped")
    elsewhere = event(5, "2026-01-12T00:00", "release_stopped", release="R2")
    theirs = event(6, "2026-01-12T00:00", "release_stopped", party="A")
    held = without_day(1, "held")
    assert check(held, events=(pause,)) == set()
    assert check(default(1), events=(pause, resume)) == set()
    assert check(held, events=(again, resume, pause)) == set()
    assert check(default(1), events=(future, elsewhere, theirs)) == set()
    assert Check.HELD in check(default(1), events=(pause,))  # I4
    one = event(7, "2026-01-12T00:00", "release_revoked", guid=1)
    assert check(held, events=(one,)) == set()
    other = event(7, "2026-01-12T00:00", "release_revoked", guid=2)
    assert check(default(1), events=(other,)) == set()


def test_a_phase_that_opens_for_a_region_opens_there_alone() -> None:
    """planning 1: a hub planned as if another region's phase were its own is found."""
    in_mass = Leaf(op=LeafOp.EQ, left=Operand(field="release.phase"), args=(Operand(value="mass"),))
    mine = RuleSet(owner="A", decides=(evolve(rules().decides[0], when=in_mass),))
    early = sole("2026-01-16T00:00", "2026-01-17T00:00", "2026-01-16")
    left = default(1, import_rule="", gas_rule="")
    north = event(1, "2026-01-10T00:00", "phase_opened", phase="mass", csp_region="North")
    here = evolve(north, fields={"phase": "mass", "csp_region": "South"})
    one = event(2, "2026-01-11T00:00", "phase_opened", guid=1, phase="mass")
    back = event(3, "2026-01-12T00:00", "phase_opened", phase="pilot", device_model=MODEL.lower())
    assert check(left, mine, events=(north,)) == set()
    assert check(early, mine, events=(here,)) == set()
    assert check(early, mine, events=(north, one)) == set()
    assert check(left, mine, events=(north, one, back)) == set()
    assert check(early, mine, events=(north,)) != set()
    assert check(left, mine, events=(here,)) != set()


def test_the_dcc_s_own_rules_move_and_narrow() -> None:
    def dcc(**fields: Any) -> RuleSet:
        rule = DecideRule(id="d", because="b", when=Always(), **fields)
        return RuleSet(owner="DCC", decides=(rule,))

    moved = dcc(then=DecideThen.MOVE_AUTOMATIC_DATE, to=on("2026-10-01"))
    times = ("2026-09-30T23:00", "2026-10-01T23:00", "2026-10-01")
    assert check(planned(1, "DCC_DEFAULT", *times), moved) == set()
    # With the date, the end of a rule's own period and its cut-off move.
    cutoff = DateExpr(base="cutoff")
    mine = rules(opens="2026-08-20", closes=cutoff)
    assert check(sole("2026-08-19T23:00", "2026-08-20T23:00", "2026-08-20"), moved, mine) == set()
    narrow = dcc(then=DecideThen.INSTRUCT, at=At(windows=NIGHTS, opens=on("2026-07-01")))
    # Sunday 5 July has no night; Monday's is the first.
    times = ("2026-07-06T21:00", "2026-07-07T04:00", "2026-07-06")
    assert check(planned(1, "DCC_DEFAULT", *times), narrow) == set()
    early = planned(1, "DCC_DEFAULT", "2026-07-01T21:00", "2026-07-02T04:00", "2026-07-01")
    assert Check.AGREED in check(early, narrow)  # I1


def test_days_around_a_change_of_supplier_are_frozen() -> None:
    change = event(
        1,
        "2026-01-10T00:00",
        "change_of_supplier_started",
        guid=1,
        role="import",
        to="B",
        effective="2026-07-06",
        **{"from": "A"},
    )
    row = default(1) | {
        "window_opens": utc("2026-07-07T23:00"),
        "window_closes": utc("2026-07-08T23:00"),
        "day": date(2026, 7, 8),
    }
    # Two days before, the day itself, one after: 4 to 7 July.
    assert check(row, events=(change,)) == set()
    assert check(default(1), events=(change,)) == {Check.FREEZE}


def test_an_early_period_ends_where_the_freeze_begins() -> None:
    def change(effective: str) -> Any:
        fields = {"role": "import", "from": "A", "effective": effective}
        return event(1, "2026-01-10T00:00", "change_of_supplier_started", guid=1, **fields)

    mine = rules(opens="2026-03-02", closes="2026-03-20", within=windows("w", range(7), 0, 24))
    ok = sole("2026-03-02T00:00", "2026-03-03T00:00", "2026-03-02")
    assert check(ok, mine, events=(change("2026-03-05"),)) == set()
    # Effective on 3 March: the freeze begins on the 1st, before the period. The DCC's date applies.
    gone = default(1, import_rule="go")
    assert check(gone, mine, events=(change("2026-03-03"),)) == set()
    assert Check.BASIS in check(ok, mine, events=(change("2026-03-03"),))
    # It has taken effect already: the new Supplier's instruction stands.
    assert check(ok, mine, events=(change("2026-01-12"),)) == set()


def test_a_rule_after_the_cut_off_or_over_leaves_to_the_dcc() -> None:
    late: dict[str, Any] = {"as_of": utc("2026-06-04T23:01")}
    assert check(default(1, import_rule="go"), rules(), **late) == set()
    over = rules(opens="2026-01-02", closes="2026-01-15")
    assert check(default(1, import_rule="go"), over) == set()
    assert check(default(1, import_rule="go"), rules(opens="2026-08-01")) == set()
    left = RuleSet(owner="A", decides=(leave("go"),))
    assert check(default(1, import_rule="go"), left) == set()


def test_a_dcc_rule_of_whose_period_nothing_is_left_gives_its_windows() -> None:
    at = At(windows=NIGHTS, opens=on("2026-01-01"), closes=on("2026-02-01"))
    rule = DecideRule(id="d", because="b", when=Always(), then=DecideThen.INSTRUCT, at=at)
    row = planned(1, "DCC_DEFAULT", "2026-07-06T21:00", "2026-07-07T04:00", "2026-07-06")
    assert check(row, RuleSet(owner="DCC", decides=(rule,))) == set()


def test_a_manual_hold_ends_by_an_act_that_its_owner_hears() -> None:
    hold = HoldRule(id="by-hand", because="b", when=Always(), until=UntilManual())
    mine = RuleSet(owner="A", holds=(hold,), decides=(instruct("go", opens="2026-03-02"),))
    held = default(1, import_rule="by-hand")
    free = sole("2026-03-02T00:00", "2026-03-03T00:00", "2026-03-02")

    def heard(type_: str, **fields: Any) -> Any:
        return event(1, "2026-01-10T00:00", type_, **fields)

    for over in (
        heard("release_resumed"),
        heard("release_resumed", party="A"),
        heard("release_resumed", party="DCC"),
        heard("release_resumed", party="CSP:South"),
        heard("flag_cleared"),
        heard("flag_cleared", flag="by-hand"),
        heard("flag_cleared", guid=1, firmware_version="FFFFFFFF"),
    ):
        assert check(free, mine, events=(over,)) == set()
    for other in (
        heard("release_resumed", party="B"),
        heard("release_resumed", csp_region="North"),
        heard("flag_cleared", flag="else"),
        heard("flag_cleared", guid=2),
    ):
        assert check(held, mine, events=(other,)) == set()


def test_a_supplier_s_hold_never_reaches_past_the_automatic_time() -> None:
    hold = HoldRule(id="by-hand", because="b", when=Always(), until=UntilManual())
    mine = RuleSet(owner="A", holds=(hold,), decides=(leave("go"),))
    row = planned(1, "DCC_DEFAULT", "2026-07-10T23:00", "2026-07-11T23:00", "2026-07-11")
    plan: dict[str, Any] = {"as_of": utc("2026-07-10T00:00")}
    assert check(row | {"import_rule": "go"}, mine, **plan) == set()
    assert check(row | {"import_rule": "by-hand"}, mine, **plan) == {Check.RULE}


def test_a_held_row_names_no_rule() -> None:
    stop = event(1, "2026-01-10T00:00", "release_stopped")
    assert check(without_day(1, "held"), rules(), events=(stop,)) == set()
    assert check(without_day(1, "held", import_rule="go"), rules(), events=(stop,)) == {Check.RULE}
