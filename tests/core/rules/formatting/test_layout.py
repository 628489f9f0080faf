"""The canonical form, case by case: what is written on the left becomes what is on the right."""

import pytest

from chfw_core.rules.formatting import WIDTH, format_text, same_meaning
from chfw_core.rules.formatting.conditions import on_one_line, pieces
from chfw_core.rules.formatting.same import meaning
from tests.core.rules.support import check

HEAD = "rules: v1\nowner: NWND\n"
OTHERWISE = "  - id: rest\n    because: b\n    when: otherwise\n    then: leave_to_dcc\n"


def formatted(text: str) -> str:
    """The canonical form; the text is sound, its meaning stays, and the form is stable."""
    assert not check(text).has_errors, [problem.render() for problem in check(text).problems]
    done = format_text(text)
    assert format_text(done) == done
    assert same_meaning("f.rules.yaml", text, done)
    return done


def rule(body: str) -> str:
    return f"{HEAD}exclude:\n  - id: a\n    because: b\n{body}"


@pytest.mark.parametrize("trap", ["on", "22:00", "0123", "1.10", "1E10", "~", "yes", '"0123"', '"on"', "2026-03-01"])
def test_what_other_readers_take_for_numbers_stays_as_it_is(trap: str) -> None:
    text = f"{HEAD}sets:\n  some: [{trap}]\n  more:\n    - {trap}\n"
    assert formatted(text) == text


def test_hours_and_counts_stay_as_they_are() -> None:
    text = f"{HEAD}windows:\n  n: {{days: [mon], between: 22:00 - 05:00}}\nprioritise:\n  - {{id: a, priority: 0050}}\n"
    assert "between: 22:00 - 05:00" in formatted(text)
    assert "priority: 0050\n" in formatted(text)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ('flags  has   "x"', 'flags has "x"'),
        ("flags has any['a','b' , ]", 'flags has any ["a", "b"]'),
        ("flags has 'say \"x\"'", "flags has 'say \"x\"'"),
        ("installed_on<today-28days", "installed_on < today - 28 days"),
        ("my.score>=-2.5 and my.x in [-1,+2]", None),
        ("my.score >= -2.5", "my.score >= -2.5"),
        ("my.score in [-1,-2]", "my.score in [-1, -2]"),
        ("my.score between -2 and  -1", "my.score between -2 and -1"),
        ("my.share>98 %", "my.share > 98%"),
        ("not(split  or( my.a ==1 ))", "not (split or (my.a == 1))"),
        ('"flags has \\"x\\""', 'flags has "x"'),
        ("'split'", "split"),
        ("'my.a == \"x: y\"'", "'my.a == \"x: y\"'"),
        ("\"'x' == configuration_set\"", "'\"x\" == configuration_set'"),
    ],
)
def test_conditions(written: str, canonical: str | None) -> None:
    text = rule(f"    when: {written}\n")
    if canonical is None:
        assert check(text).has_errors
    else:
        assert formatted(text) == rule(f"    when: {canonical}\n")


def test_a_minus_at_the_very_start_is_a_sign() -> None:
    parts = pieces("- 2 < my.score")
    assert parts is not None
    assert on_one_line(parts) == "-2 < my.score"


def test_a_condition_of_several_lines_that_fits_is_one_line() -> None:
    assert formatted(rule("    when: >-\n      split\n      and not split\n")) == rule(
        "    when: split and not split\n"
    )


def test_a_long_condition_is_cut_before_its_outermost_words() -> None:
    inner = " or ".join(f'configuration_set == "CS-{number:04}"' for number in range(4))
    text = rule(f"    when: installed_on between 2020-01-01 and today and ({inner}) or split\n")
    lines = formatted(text).splitlines()
    assert lines[5:] == [
        "    when: >-",
        "      installed_on between 2020-01-01 and today",
        '      and (configuration_set == "CS-0000" or configuration_set == "CS-0001" or configuration_set ==',
        '      "CS-0002" or configuration_set == "CS-0003")',
        "      or split",
    ]
    assert max(map(len, lines)) <= WIDTH


def test_a_literal_is_never_cut() -> None:
    text = rule(f"    when: my.note=='{'x ' * WIDTH}'\n")
    assert formatted(text) == rule(f'    when: >-\n      my.note ==\n      "{"x " * WIDTH}"\n')


def test_a_word_in_a_block_scalar_comes_back_to_its_line() -> None:
    text = f"{HEAD}hold:\n  - id: a\n    because: b\n    until: |-\n      manual\n"
    assert formatted(text).endswith("    until: manual\n")


@pytest.mark.parametrize("style", ["|", ">-"])
def test_a_literal_with_a_line_break_is_left_alone(style: str) -> None:
    text = rule(f'    when: {style}\n      my.note == "one\n\n      two"\n')
    assert "two" in formatted(text)


def test_a_condition_with_an_unprintable_literal_is_left_alone() -> None:
    text = rule("    when: \"my.note == 'a\\x07b'\"\n")
    assert formatted(text) == text


def test_dates_and_durations() -> None:
    text = (
        f"{HEAD}decide:\n  - id: a\n    because: b\n    when: split\n    then: instruct\n"
        "    at: {from: 'release.notified_on+3days', to: cutoff}\n"
        "    batch: {size: 5, pause: 2   days, stop_if: {failed: '>2 %', within: 48hours}}\n" + OTHERWISE
    )
    assert (
        '    at: {from: "release.notified_on + 3 days", to: cutoff}\n'
        '    batch: {size: 5, pause: 2 days, stop_if: {failed: "> 2%", within: 48 hours}}\n'
    ) in formatted(text)


def test_a_date_in_a_block_scalar_comes_back_to_its_line() -> None:
    text = rule("    when: split\n") + "hold:\n  - id: h\n    because: b\n    until:\n      date: >-\n        today\n"
    assert formatted(text).endswith("    until:\n      date: today\n")


LONG = "word " * 30 + "end"


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("plain", ["    because: plain"]),
        ("'single'", ['    because: "single"']),
        ("'it''s \"both\"'", ["    because: 'it''s \"both\"'"]),
        ('"esc\\taped"', ['    because: "esc\\taped"']),
        ('"bell \\x07"', ['    because: "bell \\x07"']),
        ('"cut \\\n      here\\x07"', ['    because: "cut here\\x07"']),
        ('"two\\n\n      lines\\u2028\\U0001F600\\"\\\\\\t."', ['    because: "two\\n lines\\u2028😀\\"\\\\\\t."']),
        ("on two\n      lines", ["    because: on two lines"]),
        ("'on two\n      lines'", ['    because: "on two lines"']),
        ("a\n\n      gap", ["    because: >-", "      a", "", "      gap"]),
        ("|\n      two\n      lines", ["    because: |", "      two", "      lines"]),
        ("|-\n      one", ["    because: |-", "      one"]),
        (">-\n      one\n      line", ["    because: >-", "      one line"]),
        (">\n      a\n\n\n      b", ["    because: >", "      a", "", "", "      b"]),
        (">\n      a\n        deeper\n", ["    because: |", "      a", "        deeper"]),
        ("|\n      a  \n         \n      b", ["    because: |", "      a  ", "         ", "      b"]),
        ("|2-\n       begins with a space", ['    because: " begins with a space"']),
        ("|+\n      kept\n", ['    because: "kept\\n\\n"']),
        ("  spaced\tout", ["    because: spaced\tout"]),
        (
            LONG,
            ["    because: >-", "      " + "word " * 18 + "word", "      " + "word " * 11 + "end"],
        ),
        ("x" * WIDTH, ["    because: " + "x" * WIDTH]),
        ("|- # why\n      one", ["    because: |-  # why", "      one"]),
    ],
)
def test_texts(written: str, lines: list[str]) -> None:
    text = f"{HEAD}exclude:\n  - id: a\n    because: {written}\n"
    assert formatted(text).splitlines()[4:] == lines


def test_a_long_text_keeps_its_double_spaces() -> None:
    text = f"{HEAD}exclude:\n  - id: a\n    because: {LONG.replace('word word', 'word  word')}\n"
    assert check(formatted(text)).rulesets[0].excludes[0].because.count("  ") == 15


def test_an_id_is_never_folded() -> None:
    text = f"{HEAD}exclude:\n  - id: {'i' * 99}\n    because: b\n"
    assert formatted(text) == text


def test_small_things_stay_in_braces_and_rules_do_not() -> None:
    text = (
        "{rules: v1, owner: NWND, sets: {s: ['a',]}, exclude: [{id: a, because: b, "
        "when: 'configuration_set in [\"a\"]'}, {id: c, because: d, when: 'configuration_set in s'}]}"
    )
    assert formatted(text) == (
        f'{HEAD}sets:\n  s: ["a"]\nexclude:\n  - id: a\n    because: b\n    when: configuration_set in ["a"]\n'
        "  - id: c\n    because: d\n    when: configuration_set in s\n"
    )


def test_a_condition_in_braces_keeps_the_quotes_that_it_needs() -> None:
    text = (
        f"{HEAD}pilot:\n  id: p\n  because: b\n  size: 5\n  then:\n"
        "    - {when: 'pilot.size in [1]', do: {open: mass}}\n    - {when: 'pilot.size > 1', do: {open: mass}}\n"
    )
    assert formatted(text) == text.replace("'pilot.size > 1'", "pilot.size > 1").replace("'", '"')


def test_what_does_not_fit_in_braces_becomes_a_block() -> None:
    values = ", ".join(f'"CS-{number:04}"' for number in range(12))
    text = f"{HEAD}sets: {{long: [{values}], none: [], nothing: }}\n"
    block = "".join(f'    - "CS-{number:04}"\n' for number in range(12))
    assert formatted(text) == f"{HEAD}sets:\n  long:\n{block}  none: []\n  nothing:\n"


def test_an_empty_value_in_braces_makes_a_block() -> None:
    text = f"{HEAD}hold:\n  - id: a\n    because: b\n    until: manual\nwindows:\n  n: {{days: , between: 1:00-2:00}}\n"
    assert formatted(text).endswith("windows:\n  n:\n    days:\n    between: 1:00-2:00\n")


def test_empty_blocks_stay_empty() -> None:
    text = f"{HEAD}sets: {{}}\nexclude: []\nhold:\ndecide: [ ]\n"
    assert check(text).rulesets == ()
    text = f"{HEAD}sets: {{ }}\nexclude: [ ]\nhold:\n"
    assert formatted(text) == f"{HEAD}sets: {{}}\nexclude: []\nhold:\n"


def test_indents_blank_lines_and_markers() -> None:
    rules = "exclude:\n\n-   id: a\n    because: b\n\n-\n    id: c\n\n    because: d\n"
    text = f"%YAML 1.1\n---\n\n\nrules:   v1\n\n\n\nowner: NWND\n{rules}...\n"
    assert formatted(text) == (
        "rules: v1\n\nowner: NWND\nexclude:\n  - id: a\n    because: b\n\n  - id: c\n\n    because: d\n"
    )


def test_quoted_and_explicit_keys() -> None:
    assert formatted("? rules\n: v1\n'owner': NWND\n") == 'rules: v1\n"owner": NWND\n'


@pytest.mark.parametrize("change", ['flags has "y"', "split"])
def test_another_meaning_is_seen(change: str) -> None:
    first, second = rule('    when: flags has "x"\n'), rule(f"    when: {change}\n")
    assert not same_meaning("f.rules.yaml", first, second)
    assert same_meaning("f.rules.yaml", first, rule("    when: flags has 'x'\n"))


def test_a_lost_comment_and_a_new_error_are_seen() -> None:
    text = rule("    when: split # why\n")
    assert not same_meaning("f.rules.yaml", text, rule("    when: split\n"))
    assert not same_meaning("f.rules.yaml", text, rule("    when: splitt # why\n"))


def test_a_value_is_compared_without_its_spelling() -> None:
    assert meaning({"failed": "> 2 %", "note": '"a\nb"'}) == meaning({"failed": ">2%", "note": '"a\nb"'})
