"""The meaning of every operator, missing values included (RU1, RU3, RU4, RU5, RU8)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.model.hubs import CommsHub, PrivateAttributes
from chfw_core.model.parties import Party
from chfw_core.model.releases import Phase
from chfw_core.rules.meaning.evaluate import (
    as_closing,
    as_opening,
    condition_holds,
    date_value,
    leaf_answers,
    leaf_holds,
)
from chfw_core.rules.meaning.values import FIRST_MOMENT, LAST_MOMENT, as_set, as_text, order_of, plain, read_date, shift
from chfw_core.rules.model import Always, And, DateExpr, Duration, Leaf, LeafOp, Not, Operand, Or
from tests.core.rules.support import HUB, condition, context, reader

SETS = 'sets:\n  approved: ["CS-0112", "CS-0113"]\n'
BARE = evolve(
    HUB,
    configuration_set=None,
    installed_on=None,
    manufacturer=None,
    import_supplier=None,
    gas_supplier=None,
    flags=frozenset(),
    han_device_types=frozenset(),
)
PRIVATE = evolve(
    HUB,
    private={
        "NWND": PrivateAttributes(
            flags=frozenset({"staff_home"}),
            values={"score": "40", "tier": "gold", "moved_in": "2025-12-01", "vip": True, "share": 0.6, "tags": "a|b"},
        ),
        "EEXX": PrivateAttributes(flags=frozenset({"secret"}), values={"score": "1"}),
    },
)


def holds(when: str, hub: CommsHub = HUB, *, owner: str = "NWND", phase: Phase = Phase.NOTIFIED) -> bool:
    return condition_holds(condition(when, owner=owner, before=SETS), reader(hub, owner), context(phase=phase))


@pytest.mark.parametrize(
    ("when", "of_the_hub", "of_one_without_values"),
    [
        # text
        ('configuration_set == "CS-0112"', True, False),
        ('configuration_set == "CS-0113"', False, False),
        ('configuration_set != "CS-0113"', True, False),
        ('configuration_set != "CS-0112"', False, False),
        ('not configuration_set == "CS-0113"', True, True),
        ('"CS-0112" == configuration_set', True, False),
        ('configuration_set in ["CS-0112", "CS-0140"]', True, False),
        ('configuration_set in ["CS-0140"]', False, False),
        ("configuration_set in approved", True, False),
        ("not configuration_set in approved", False, True),
        ('configuration_set starts with "CS-01"', True, False),
        ('configuration_set starts with "CS-02"', False, False),
        ("configuration_set is missing", False, True),
        ("configuration_set is not missing", True, False),
        # enums
        ('csp_region == "North"', True, True),
        ('csp_region in ["South", "4G South"]', False, False),
        ('csp_region starts with "4G"', False, False),
        ('smi_status == "Commissioned"', True, True),
        ('my_role == "import"', True, False),
        ('my_role in ["gas", "both"]', False, False),
        ('release.severity >= "high"', True, True),
        ('release.severity < "critical"', True, True),
        ('release.severity > "high"', False, False),
        ('release.severity between "low" and "medium"', False, False),
        ('release.severity between "low" and "high"', True, True),
        ('"medium" < release.severity', True, True),
        ('release.phase != "mass"', True, True),
        ('release.kind == "planned_maintenance"', True, True),
        ('release.participation == "voluntary" and release.id == "R-1"', True, True),
        # versions, in either case
        ('firmware_version < "0D030000"', True, True),
        ('firmware_version <= "0d020000"', True, True),
        ('firmware_version > "0d020000"', False, False),
        ("firmware_version < release.firmware_version", True, True),
        ("firmware_version == release.firmware_version", False, False),
        ('firmware_version between "0D010000" and "0D020000"', True, True),
        ('device_model in ["433100ac"]', True, True),
        ('device_model starts with "4331"', True, True),
        ('manufacturer == "106c"', True, False),
        ("firmware_version != device_model", True, True),
        ('release.device_models has "433100AC"', True, True),
        # a GUID
        ('guid == "88-73-84-90-6a-10-02-db"', True, True),
        ('guid in ["88-73-84-90-6A-10-02-DC"]', False, False),
        ('guid starts with "88-73-84"', True, True),
        # dates
        ("installed_on < 2026-01-01", True, False),
        ("installed_on >= 2026-01-01", False, False),
        ("not installed_on >= 2026-01-01", True, True),
        ("installed_on == 2025-12-20", True, False),
        ("installed_on in [2025-12-20, 2025-12-21]", True, False),
        ("installed_on between 2025-12-20 and 2025-12-20", True, False),
        ("installed_on between 2025-12-21 and 2025-12-31", False, False),
        ("installed_on between 2025-12-01 and 2025-12-19", False, False),
        ("installed_on < today - 180 days", False, False),
        ("installed_on >= today - 4 weeks", True, False),
        ("installed_on + 28 days > today", True, False),
        ("installed_on + 24 hours < today", True, False),
        ("installed_on between today - 30 days and today", True, False),
        ("installed_on between release.notified_on - 30 days and installed_on + 1 day", True, False),
        ("installed_on within last 26 days", True, False),
        ("installed_on within last 25 days", False, False),
        ("not installed_on within last 25 days", True, True),
        ("today >= cutoff - 200 days", True, True),
        ("cutoff > today", True, True),
        ("release.notified_on == 2026-01-05", True, True),
        ("release.automatic_on == 2026-07-05", True, True),
        ("today == 2026-01-15", True, True),
        ("cutoff == 2026-06-05T09:00:00Z", True, True),
        # flags
        ('flags has "prepay"', True, False),
        ('flags has "psr"', False, False),
        ('flags has any ["psr", "prepay"]', True, False),
        ('flags has any ["psr", "medical"]', False, False),
        ('flags has all ["prepay"]', True, False),
        ('flags has all ["prepay", "psr"]', False, False),
        ('not flags has any ["psr"]', True, True),
        ('han_device_types has "PPMID"', True, False),
        # yes or no, and their joining
        ("split", True, False),
        ("not split", False, True),
        ("not not split", True, False),
        ("split == true", True, False),
        ("split == false", False, True),
        ("other_supplier_instructed", False, False),
        ('split and flags has "psr" or csp_region == "North"', True, True),
        ('split and (flags has "psr" or csp_region == "North")', True, False),
        ('not split or flags has "prepay" and csp_region == "South"', False, True),
    ],
)
def test_every_operator_is_two_valued_with_and_without_values(
    when: str, of_the_hub: bool, of_one_without_values: bool
) -> None:
    assert holds(when) is of_the_hub
    assert holds(when, BARE) is of_one_without_values


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("my.score >= 40", True),
        ("my.score < 40", False),
        ("my.score == 40.0", True),
        ("my.score in [39, 40]", True),
        ("my.score in [39, 41]", False),
        ('my.tier == "gold"', True),
        ("my.tier == 3", False),
        ("my.tier > 2026-01-01", False),
        ("my.moved_in < 2026-01-01", True),
        ("my.moved_in within last 60 days", True),
        ("my.moved_in + 28 days < today", True),
        ("my.vip", True),
        ("my.vip == false", False),
        ("my.share >= 60%", True),
        ("my.share > 60%", False),
        ('my.tags has "b"', True),
        ('my.tier starts with "go"', True),
        ("my.nothing is missing", True),
        ("my.nothing < 5", False),
        ("my.score < my.nothing", False),
        ("my.tier == my.tier", True),
        ('flags has "staff_home"', True),
        ('flags has "secret"', False),
    ],
)
def test_a_private_attribute_is_read_as_what_it_is_compared_with(when: str, expected: bool) -> None:
    assert holds(when, PRIVATE) is expected


def test_private_attributes_are_seen_by_their_owner_alone() -> None:
    assert holds('flags has "secret"', PRIVATE, owner="EEXX")
    assert holds("my.score == 1", PRIVATE, owner="EEXX")
    assert not holds('flags has "staff_home"', PRIVATE, owner="EEXX")


def test_the_dcc_alone_asks_for_the_suppliers() -> None:
    assert holds('import_supplier == "NWND" and gas_supplier == "EEXX"', owner="DCC")
    assert holds("import_supplier != gas_supplier", owner="DCC")
    assert not holds("import_supplier != gas_supplier", BARE, owner="DCC")


def test_within_last_leaves_out_the_future() -> None:
    assert not holds("installed_on within last 28 days", evolve(HUB, installed_on=date(2026, 1, 16)))
    assert holds("installed_on within last 28 days", evolve(HUB, installed_on=date(2026, 1, 15)))


def test_the_phase_is_ordered() -> None:
    assert holds('release.phase >= "safe_launch"', phase=Phase.MASS)
    assert not holds('release.phase >= "safe_launch"', phase=Phase.PILOT)


def test_my_role_names_both_roles() -> None:
    assert holds('my_role == "both"', evolve(HUB, gas_supplier=HUB.import_supplier))
    assert holds('my_role == "gas"', owner="EEXX")
    assert holds("my_role is missing", owner="ELSE")
    assert holds("my_role is missing", evolve(HUB, import_supplier=Party("X")))


def test_always_holds_and_brackets_of_conditions_hold_as_they_say() -> None:
    assert condition_holds(And(items=()), reader(), context())
    assert not condition_holds(Or(items=()), reader(), context())
    assert condition_holds(Always(), reader(), context())
    assert not condition_holds(Not(item=Always()), reader(), context())


def _leaf(op: LeafOp, *args: object, name: str = "event.at") -> Leaf:
    operands = tuple(arg if isinstance(arg, Operand) else Operand(value=arg) for arg in args)
    return Leaf(op=op, left=Operand(field=name), args=operands, fields=(name,))


NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("leaf", "value", "expected"),
    [
        (_leaf(LeafOp.WITHIN_LAST, Duration(seconds=6 * 3600)), datetime(2026, 1, 15, 4, tzinfo=UTC), True),
        (_leaf(LeafOp.WITHIN_LAST, Duration(seconds=6 * 3600)), datetime(2026, 1, 15, 2, tzinfo=UTC), False),
        (_leaf(LeafOp.WITHIN_LAST, Duration(days=1)), NOON, False),
        (_leaf(LeafOp.WITHIN_LAST, Duration(days=1)), date(2026, 1, 14), True),
        (_leaf(LeafOp.WITHIN_LAST, "28"), NOON, False),
        (_leaf(LeafOp.BETWEEN, date(2026, 1, 1), date(2026, 1, 15)), NOON, True),
        (_leaf(LeafOp.BETWEEN, date(2026, 1, 1), date(2026, 1, 14)), NOON, False),
        (_leaf(LeafOp.BETWEEN, date(2026, 1, 1), date(2026, 1, 15)), "2026-01-15T12:00:00Z", True),
        (_leaf(LeafOp.BETWEEN, date(2026, 1, 1), NOON), NOON, True),
        (_leaf(LeafOp.BETWEEN, date(2026, 1, 1), None), NOON, False),
        (_leaf(LeafOp.BETWEEN, None, NOON), NOON, False),
        (_leaf(LeafOp.IN, date(2026, 1, 15)), NOON, False),
        (_leaf(LeafOp.IN, date(2026, 1, 15)), datetime(2026, 1, 15, tzinfo=UTC), True),
        (_leaf(LeafOp.IN, "a"), {"not": "hashable"}, False),
        (_leaf(LeafOp.IN, 1), True, False),
        (_leaf(LeafOp.IN, True), 1, False),
        (_leaf(LeafOp.IN, True), True, True),
        (_leaf(LeafOp.STARTS_WITH, "a"), 3.5, False),
        (_leaf(LeafOp.STARTS_WITH, None), "a", False),
        (_leaf(LeafOp.EQ, "2026-01-15"), date(2026, 1, 15), True),
        (_leaf(LeafOp.EQ, Duration(days=10)), timedelta(days=10), True),
        (_leaf(LeafOp.GE, Duration(days=10)), timedelta(days=9, hours=23), False),
        (_leaf(LeafOp.EQ, True), 1, False),
        (_leaf(LeafOp.EQ, 1), True, False),
        (_leaf(LeafOp.EQ, True), "TRUE", True),
        (_leaf(LeafOp.EQ, True), "perhaps", False),
        (_leaf(LeafOp.EQ, Fraction(3, 5)), "60%", True),
        (_leaf(LeafOp.EQ, Fraction(3, 5)), Decimal("0.6"), True),
        (_leaf(LeafOp.EQ, 5), "five", False),
        (_leaf(LeafOp.EQ, 5), float("nan"), False),
        (_leaf(LeafOp.NE, 5), float("inf"), False),
        (_leaf(LeafOp.EQ, Duration(days=1)), "1 day", False),
        (_leaf(LeafOp.HAS_ALL, "a", "b"), ["a", "b", "c", 4], True),
        (_leaf(LeafOp.HAS_ANY, "a"), 5, False),
    ],
)
def test_values_of_every_kind_are_compared_without_raising(leaf: Leaf, value: object, expected: bool) -> None:
    assert leaf_holds(leaf, (value,), context()) is expected


def test_a_private_level_is_ranked_like_the_releases() -> None:
    leaf = condition("release.severity >= my.least")
    assert condition_holds(leaf, lambda _: "medium", context())
    assert not condition_holds(leaf, lambda _: "critical", context())
    assert not condition_holds(leaf, lambda _: "awful", context())
    assert not condition_holds(leaf, lambda _: 3, context())


def test_a_moment_of_the_event_moves_a_date() -> None:
    expr = DateExpr(base="event.at", offset=Duration(days=1))
    assert date_value(expr, lambda _: None, context(), NOON) == NOON + timedelta(days=1)
    assert date_value(expr, lambda _: None, context()) is None
    later = Leaf(op=LeafOp.LT, left=Operand(date=expr), args=(Operand(value=date(2026, 1, 17)),), fields=("event.at",))
    assert leaf_holds(later, (NOON,), context())
    assert not leaf_holds(later, (date(2026, 1, 1),), context())


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("today", date(2026, 1, 15)),
        ("cutoff", datetime(2026, 6, 5, 9, tzinfo=UTC)),
        ("release.notified_on", date(2026, 1, 5)),
        ("release.automatic_on", date(2026, 7, 5)),
        ("installed_on", date(2025, 12, 20)),
        (date(2026, 3, 1), date(2026, 3, 1)),
        (NOON, NOON),
        ("manufacturer", None),
    ],
)
def test_a_date_means_its_base(base: date | str, expected: object) -> None:
    assert date_value(DateExpr(base=base), reader(), context()) == expected


def test_days_follow_the_london_clock_and_hours_do_not() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)  # the clock goes forward on the 29th
    assert shift(before, Duration(days=1)) == datetime(2026, 3, 29, 11, tzinfo=UTC)
    assert shift(before, Duration(seconds=86_400)) == datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert shift(date(2026, 7, 1), Duration(seconds=3_600)) == datetime(2026, 7, 1, 0, tzinfo=UTC)


def test_a_bare_date_opens_at_london_midnight_and_closes_with_its_day() -> None:
    assert as_opening(date(2026, 7, 1)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert as_closing(date(2026, 7, 1)) == datetime(2026, 7, 1, 23, tzinfo=UTC)
    assert as_opening(NOON) == as_closing(NOON) == NOON
    assert as_closing(date.max) == LAST_MOMENT


def test_the_ends_of_the_calendar_hold_a_shift() -> None:
    assert shift(date.max, Duration(days=28)) == date.max
    assert shift(date.min, Duration(days=-28)) == date.min
    assert shift(LAST_MOMENT, Duration(seconds=1)) == LAST_MOMENT
    assert shift(FIRST_MOMENT, Duration(days=-1)) == FIRST_MOMENT
    assert not holds("installed_on + 28 days < today", evolve(HUB, installed_on=date.max))


def test_text_is_read_as_a_date_or_not_at_all() -> None:
    assert read_date("2026-03-01") == date(2026, 3, 1)
    assert read_date("2026-03-01T09:00:00Z") == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert read_date("2026-03-01T09:00:00") is None
    assert read_date("yesterday") is None
    assert plain(datetime(2026, 3, 1)) is None  # noqa: DTZ001
    assert as_text(None) is None
    assert as_set("a|b") == frozenset({"a", "b"})


VALUES = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.timedeltas(),
    st.fractions(),
    st.frozensets(st.text(max_size=3), max_size=3),
    st.lists(st.integers(), max_size=2),
    st.builds(Duration, days=st.integers(-999, 999), seconds=st.integers(-9999, 9999)),
)
LEAVES = st.builds(
    lambda op, args: _leaf(op, *args[: 2 if op in (LeafOp.IN, LeafOp.BETWEEN, LeafOp.HAS_ANY, LeafOp.HAS_ALL) else 1]),
    st.sampled_from(list(LeafOp)),
    st.lists(VALUES.filter(lambda value: value.__hash__ is not None), min_size=2, max_size=2),
)


@given(LEAVES, VALUES)
def test_no_leaf_raises_on_any_value(leaf: Leaf, value: object) -> None:
    assert leaf_holds(leaf, (value,), context()) in (True, False)


@given(VALUES)
def test_no_comparison_holds_with_a_missing_value(value: object) -> None:
    assert order_of(None, value) is order_of(value, None) is None


@given(VALUES, VALUES)
def test_order_is_antisymmetric(left: object, right: object) -> None:
    order, turned = order_of(left, right), order_of(right, left)
    assert (order is None) == (turned is None)
    if order is not None and turned is not None:
        assert order == -turned


@pytest.mark.parametrize("field", ["configuration_set", "device_model", "my.tier"])
@pytest.mark.parametrize("members", [("CS-1", "0a6f"), ("CS-1", "5", "2025-12-01"), ("CS-1", 5), (5, True)])
def test_many_values_are_answered_as_each_alone_is(field: str, members: tuple[object, ...]) -> None:
    args = tuple(Operand(value=member) for member in members)
    values = [None, "CS-1", "cs-1", "0a6f", "0A6F", "5", 5, True, 0.5, frozenset({"CS-1"}), date(2025, 12, 1), ""]
    for op in (LeafOp.IN, LeafOp.HAS_ANY):
        leaf = Leaf(op=op, left=Operand(field=field), args=args, fields=(field,))
        assert leaf_answers(leaf, values, context()) == [leaf_holds(leaf, (value,), context()) for value in values]
