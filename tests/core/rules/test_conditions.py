"""Small mistakes, each with its code and the very place where its author made it (NF3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.rules.model import And, Leaf, LeafOp
from chfw_core.rules.vocabulary.fields import EVENT_PREFIX, HUB_FIELDS, PLAN_FIELDS, RELEASE_FIELDS, Audience
from tests.core.rules.support import check, condition, one_rule, places

SETS = 'sets:\n  approved: ["CS-0112", "CS-0113"]\n'


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        # names
        ("confguration_set is missing", ["E101@7:11"]),
        ("not nothing_like_it and also_not", ["E101@7:15", "E101@7:35"]),
        ("csp_region == North", ["E101@7:25"]),
        ("approved == 3", ["E101@7:11"]),
        ("otherwise", ["E101@7:11"]),
        ("my.a.b == 3", ["E101@7:11"]),
        ("my == 3", ["E101@7:11"]),
        ("gas_supplier is missing", ["E102@7:11"]),
        ("configuration_set in aproved", ["E103@7:32"]),
        ("flags has any nothing", ["E103@7:25"]),
        ("confguration_set in approved", ["E101@7:11"]),
        ("event.at < today", ["E116@7:11"]),
        ("pilot.failed > 2%", ["E116@7:11"]),
        # types
        ('installed_on < "2026-01-01"', ["E104@7:26"]),
        ('"2026-01-01" < installed_on', ["E201@7:24"]),
        ("2026-01-01 < configuration_set", ["E106@7:22"]),
        ("configuration_set == 112", ["E104@7:32"]),
        ("configuration_set == 50%", ["E104@7:32"]),
        ("configuration_set in [112]", ["E104@7:33"]),
        ("installed_on > 28 days", ["E104@7:26"]),
        ("firmware_version < installed_on", ["E104@7:30"]),
        ("firmware_version == manufacturer", ["E104@7:31"]),
        ("csp_region == smi_status", ["E104@7:25"]),
        ("csp_region == configuration_set", []),
        ("split == 3", ["E104@7:20"]),
        ("my.a in [3] and configuration_set in [CS]", ["E101@7:49"]),
        ('split == "true"', ["E104@7:20"]),
        ("flags has 3", ["E110@7:21"]),
        ("flags has any [3]", ["E104@7:26"]),
        ("configuration_set starts with 3", ["E104@7:41"]),
        ("installed_on within last 6 hours", ["E104@7:36"]),
        ("configuration_set + 3 days == today", ["E104@7:11"]),
        ("nothing + 3 days == today", ["E101@7:11"]),
        ("installed_on between 2026-01-01 and 3", ["E104@7:47"]),
        ('release.severity == "critcal"', ["E105@7:31"]),
        ('csp_region in ["north"]', ["E105@7:26"]),
        # operators
        ('configuration_set < "CS-0112"', ["E106@7:29"]),
        ('csp_region between "North" and "South"', ["E106@7:22"]),
        ('flags == "psr"', ["E106@7:17"]),
        ("release.device_models == flags", ["E106@7:33"]),
        ('flags in ["psr"]', ["E106@7:17"]),
        ("split in [true]", ["E106@7:17"]),
        ('configuration_set has "psr"', ["E106@7:29"]),
        ("configuration_set within last 3 days", ["E106@7:29"]),
        ("2026-01-01 within last 3 days", ["E106@7:22"]),
        ('installed_on starts with "2026"', ["E106@7:24"]),
        ("split > false", ["E106@7:17"]),
        # durations, numbers, dates, forms
        ("installed_on within last 28", ["E107@7:36"]),
        ("installed_on within last", ["E107@7:35"]),
        ("installed_on within last soon", ["E107@7:36"]),
        ("installed_on within last and", ["E107@7:36"]),
        ("installed_on within last 2 months", ["E107@7:38"]),
        ("installed_on within last 2 dayz", ["E107@7:38"]),
        ("installed_on within last 1.5 days", ["E107@7:36"]),
        ("today - installed_on > 3 days", ["E107@7:19"]),
        ("my.a > 3 and", ["E110@7:23"]),
        ("my.a > 1234567890123456", ["E113@7:18"]),
        ("my.a > 1234567890123456%", ["E113@7:18"]),
        ("installed_on within last 36526 days", ["E113@7:36"]),
        ("installed_on within last 36525 days", []),
        ('firmware_version < "0D03"', ["E108@7:30"]),
        ('firmware_version starts with "0D03*"', ["E108@7:40"]),
        ('device_model == "5431*"', ["E108@7:27"]),
        ('guid == "88-73"', ["E108@7:19"]),
        ("installed_on < 2026-13-01", ["E109@7:26"]),
        ("installed_on < 0001-01-01", ["E109@7:26"]),
        ("today < 2026-01-01T09:00:00", ["E109@7:19"]),
        # what is no condition
        ("(split", ["E110@7:17"]),
        ("split)", ["E110@7:16"]),
        ("split split", ["E110@7:17"]),
        ("split adn split", ["E110@7:17"]),
        ("configuration_set = 3", ["E110@7:29"]),
        ("my.a && my.b", ["E110@7:16"]),
        ("my.a or or my.b", ["E110@7:19"]),
        ("firmware_version <> release.firmware_version", ["E110@7:28"]),
        ('configuration_set not in ["CS-0112"]', ["E110@7:29"]),
        ("my.a < 3 < 4", ["E110@7:20"]),
        ("my.a in", ["E110@7:18"]),
        ("my.a in 3", ["E110@7:19"]),
        ("my.a in [3 4]", ["E110@7:22"]),
        ("my.a in [3, 4", ["E110@7:24"]),
        ("my.a in [my.b]", ["E114@7:20"]),
        ("my.a starts 3", ["E110@7:23"]),
        ("my.a is", ["E110@7:18"]),
        ("my.a is not", ["E110@7:22"]),
        ("my.a within 3 days", ["E110@7:23"]),
        ("my.a between 3", ["E110@7:25"]),
        ("device_model == 433100AC", ["E110@7:27"]),
        ("my.a == -", ["E110@7:19"]),
        ("my.a == $", ["E110@7:19"]),
        ("my.a == $ + 3", ["E110@7:19"]),
        ("my.a == 'x", ["E111@7:19"]),
        ("(" * 33 + "split" + ")" * 33, ["E112@7:43"]),
        ("installed_on", ["E114@7:11"]),
        ("true", ["E114@7:11"]),
        ("3 < 4", ["E114@7:11"]),
        ("today + 3 days is missing", ["E114@7:11"]),
        # warnings
        ('configuration_set != "CS-0112"', ["W301@7:11"]),
        ("my.a != 3", ["W301@7:11"]),
        ("configuration_set in []", ["W308@7:11"]),
        ("flags has all []", ["W308@7:11"]),
        ("my.a between 4 and 3", ["W308@7:11"]),
        # all right
        ("my.a == -3 or my.b == 2.5 or my.c > 3% or my.d == true", []),
        ("my.a between my.b and my.c", []),
        ("my.a has all approved", []),
        ("my.d < today + 2 weeks - 1 day and today < 2026-03-01T09:00:00Z", []),
        ("installed_on within last 28days", []),
        ("configuration_set == 'CS-0112'", []),
        ("import_supplier == gas_supplier", ["E102@7:11", "E102@7:30"]),
    ],
)
def test_a_mistake_is_shown_where_it_was_made(when: str, expected: list[str]) -> None:
    checked = check(one_rule(when, before="sets: {approved: [CS-1]}\n"))
    assert [place for place in places(checked) if not place.startswith("W303")] == expected


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ("csp_region == North", 'put text in double quotes: "North"'),
        ("approved", "it is a set: write `in approved`"),
        ("gas_supplir is missing", None),
        ("installed_on within last 2 months", "count in weeks, days, hours or minutes"),
        ("my.a = 3", "write `==`"),
        ("a_name_that_is_" + "very_" * 20 + "long is missing", None),
        ('installed_on < "2026-01-01"', "drop the quotes"),
        ("split == 'true'", "write the field alone, or `not` before it"),
        ("configuration_set == 112", "put it in double quotes"),
        ('my.a within last "3 days"', "such as `28 days` or `6 hours`"),
        ("installed_on > 28 days", "write `within last 28 days`, or compare with `today - 28 days`"),
        ("device_model == 433100AC", 'text and versions stand in double quotes: "433100AC"'),
        ("split ! split", "write `not`"),
        ("event.at < '3'", None),
        ("my.a == ! 3", "write `not`"),
    ],
)
def test_a_mistake_comes_with_its_cure(when: str, hint: str | None) -> None:
    checked = check(one_rule(when, before=SETS))
    assert next(problem.hint for problem in checked.problems if problem.code != "W303") == hint


def test_no_suggestion_names_what_the_owner_may_not_see() -> None:
    """NF7: a Supplier's near miss is not told the DCC's field."""
    for spec in HUB_FIELDS:
        if spec.visible_to is Audience.OPERATORS:
            (problem,) = check(one_rule(f"{spec.name}x is missing")).problems
            assert spec.name not in (problem.hint or "")
            (problem,) = check(one_rule(f"{spec.name}x is missing", owner="DCC")).problems
            assert problem.hint == f"did you mean `{spec.name}`?"


@pytest.mark.parametrize("spec", [*HUB_FIELDS, *RELEASE_FIELDS, *PLAN_FIELDS], ids=lambda spec: spec.name)
def test_every_field_can_be_named_by_those_who_may_see_it(spec: object) -> None:
    name = getattr(spec, "name", "")
    assert not check(one_rule(f"{name} is missing", owner="DCC")).has_errors
    assert not name.startswith(EVENT_PREFIX)


@pytest.mark.parametrize(
    ("when", "place"),
    [
        ("splat", "9:11"),
        ('"splat"', "9:12"),
        ("'my.a == 1 and splat'", "9:26"),
        ("'my.a == ''x'' and splat'", "9:30"),
        (r'"my.a == \"x\" and splat"', "9:30"),
        (r'"my.a == \x22x\u0022 and splat"', "9:36"),
        ("my.a == 1\n      and splat", "10:11"),
        ("'my.a == 1\n\n      and splat'", "11:11"),
        ('"my.a == 1 \\\n      and splat"', "10:11"),
        ("|\n      my.a == 1\n      and splat", "11:11"),
        (">-\n      my.a == 1\n      and splat", "11:11"),
        ("> # a note\n      my.a == 1\n\n      and splat", "12:11"),
        ("|2\n        my.a == 1\n        and splat", "11:13"),
        ("my.a == 'é€😀' and splat", "9:29"),
    ],
)
def test_a_place_is_traced_through_every_style_of_yaml(when: str, place: str) -> None:
    (problem,) = check(one_rule(when, before="# one\n\n" + "sets: {}\n")).problems
    assert f"{problem.span.line}:{problem.span.column}" == place
    assert problem.span.length == len("splat")


def test_a_place_is_traced_inside_flow_mappings() -> None:
    line = "exclude: [{id: a, because: b, when: splat}, {when: 'my.a > 1 or splat', id: c, because: d}]"
    found = places(check(f"rules: v1\nowner: NWND\n{line}\n"))
    assert found == [f"E101@3:{line.index('splat') + 1}", f"E101@3:{line.rindex('splat') + 1}"]


@given(st.text(alphabet="ab \"'\\\n\t:#é", max_size=20), st.sampled_from(["plain", "single", "double", "block"]))
def test_any_text_before_a_mistake_moves_its_place_with_it(filler: str, style: str) -> None:
    filler = filler.replace("'", "").replace('"', "").replace("\n", " ").replace("\t", " ").replace("\\", "")
    when = f"my.a == 'x{filler}' or splat"
    if style == "plain" and (": " in when or " #" in when):
        return
    written = {
        "plain": when,
        "single": "'" + when.replace("'", "''") + "'",
        "double": '"' + when + '"',
        "block": ">-\n      " + when,
    }[style]
    text = one_rule(written)
    (problem,) = check(text).problems
    line = text.splitlines()[problem.span.line - 1]
    assert line[problem.span.column - 1 :].startswith("splat")


def test_a_missing_end_is_shown_after_the_last_word_in_any_style() -> None:
    assert places(check(one_rule(r'"my.a == \x22x\x22 and"'))) == ["E110@6:33"]
    assert places(check(one_rule("my.a == 'x'\n      and"))) == ["E110@7:10"]


def test_a_set_that_does_not_fit_is_shown_in_the_set() -> None:
    before = 'sets:\n  models: ["433100AC", "5431"]\n  days: [2026-01-01, soon]\n  amounts: [3, "x"]\n'
    text = one_rule("device_model in models and installed_on in days", before=before)
    assert places(check(text)) == ["E108@4:25", "E104@5:22"]


def test_values_of_a_set_take_the_form_of_the_field() -> None:
    before = 'sets:\n  days: [2026-01-01]\n  models: ["433100ac"]\n'
    both = condition("installed_on in days and device_model in models", before=before)
    assert isinstance(both, And)
    leaves = [item for item in both.items if isinstance(item, Leaf)]
    assert [str(arg.value) for leaf in leaves for arg in leaf.args] == ["2026-01-01", "433100AC"]


def test_a_set_that_is_not_in_order_is_no_unknown_set() -> None:
    assert places(check(one_rule("my.a in s", before="sets: {s: x}\n"))) == ["E208@3:11"]


def test_a_leaf_reads_two_fields_at_most() -> None:
    three = condition("my.a between my.b and my.c")
    assert isinstance(three, And)
    assert [(item.op, item.fields) for item in three.items if isinstance(item, Leaf)] == [
        (LeafOp.GE, ("my.a", "my.b")),
        (LeafOp.LE, ("my.a", "my.c")),
    ]
    two = condition("my.a between my.b and my.b")
    assert isinstance(two, Leaf)
    assert two.fields == ("my.a", "my.b")


def test_sets_are_not_expanded_without_bound() -> None:
    values = ", ".join(f"v{number}" for number in range(30_000))
    rules = "".join(f"- {{id: r{number}, because: x, when: my.a in s}}\n" for number in range(40))
    checked = check(f"rules: v1\nowner: NWND\nsets: {{s: [{values}]}}\nexclude:\n{rules}")
    assert {problem.code for problem in checked.problems} == {"E113"}
