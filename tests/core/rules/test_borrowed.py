"""What authors bring along from other languages is answered with what to write here, and nothing else is (NF3)."""

import re
from pathlib import Path

import pytest

from chfw_core.diagnostics import Diagnostic
from tests.core.rules.support import check, condition, one_rule, places

SET = "sets: {approved: [A]}\n"
WHOLE = 'text is compared whole or by its start: `==`, `in [...]` or `starts with "…"`'
BARE = "text and versions stand in double quotes: "
AGAIN = "say of which field: `x == …`; several values of one field stand in `in [...]`"
CORPUS = Path(__file__).parent / "corpus"


def _problems(when: str) -> list[Diagnostic]:
    """What is wrong with a condition. A condition that YAML would misread goes in single quotes."""
    quoted = "'" + when.replace("'", "''") + "'"
    return [problem for problem in check(one_rule(quoted, before=SET)).problems if problem.code != "W303"]


def _hint(when: str) -> str | None:
    (problem,) = _problems(when)
    return problem.hint


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ("configuration_set == CS-0112", "CS-0112"),
        ("configuration_set == CS-0112 and split", "CS-0112"),
        ("configuration_set == CS-0112-B or split", "CS-0112-B"),
        ("configuration_set != CS/0112", "CS/0112"),
        ("configuration_set == CS.0112", "CS.0112"),
        ("configuration_set in [CS-0112, CS-0113]", "CS-0112"),
        ("configuration_set starts with CS-0", "CS-0"),
        ("csp_region == North-East", "North-East"),
        ("release.severity == high-ish", "high-ish"),
        ("guid == 88-73-84-90-6A-10-02-DB", "88-73-84-90-6A-10-02-DB"),
        ("my.a == 2026-Q1", "2026-Q1"),
        ("firmware_version == 0D050002", "0D050002"),
    ],
)
def test_text_without_quotes_is_shown_whole_with_its_quotes(when: str, text: str) -> None:
    (problem,) = _problems(when)
    assert problem.code == "E110"
    assert problem.message == f"a field or a value is expected, not `{text}`"
    assert problem.hint == f'{BARE}"{text}"'
    assert problem.span.length == len(text)
    assert problem.source_line[problem.span.column - 1 :].startswith(text)


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ("configuration_set == CS0112", 'put text in double quotes: "CS0112"'),
        ("configuration_set in [CS0112]", 'put text in double quotes: "CS0112"'),
        ("flags has any [psr]", 'put text in double quotes: "psr"'),
        ("flags has any [flag]", 'put text in double quotes: "flag"'),
        ("csp_region == North West", 'text stands in double quotes: "North West"'),
        ("configuration_set in CS-0112", 'a list stands in [ ], text in double quotes: ["CS-0112"]'),
        ("flags has any psr", 'a list stands in [ ], text in double quotes: ["psr"]'),
        ('flags has any "psr"', 'write `["psr"]`'),
        ('configuration_set in ("A", "B")', "a list stands in [ ], not in ( )"),
        ('configuration_set == "A", "B"', "several values stand in a list: `in [...]`"),
        ('configuration_set != "A", "B"', "several values stand in a list: `not x in [...]`"),
        ('configuration_set == "A" or "B"', AGAIN),
        ("configuration_set == “CS-0112”", 'text stands in straight double quotes: "…"'),
        ("configuration_set == ‘CS-0112’", 'text stands in straight double quotes: "…"'),
        ("split == True", "write `true`"),
        ("split == yes", 'write `true`, or text in double quotes: "yes"'),
        ("installed_on < 01-03-2026", "write 2026-03-01, or 2026-03-01T09:00:00Z for a moment"),
        ("installed_on < 12345-01-01", "write 2026-03-01, or 2026-03-01T09:00:00Z for a moment"),
        ("my.a > 1,000", "numbers have no thousands separators: `1000`"),
        ("my.a > 1,234,567.5", "numbers have no thousands separators: `1234567.5`"),
        ("my.a > 1e10", 'write a number out; text and versions stand in double quotes: "1e10"'),
        ("installed_on < 1/3/2026", "write 2026-03-01, or 2026-03-01T09:00:00Z for a moment"),
    ],
)
def test_values_that_are_written_otherwise_elsewhere(when: str, hint: str) -> None:
    assert _hint(when) == hint


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ('flags contains "psr"', 'write `flags has "psr"`'),
        ("flags contains psr", 'write `flags has "psr"`'),
        ('flags includes "psr"', 'write `flags has "psr"`'),
        ('not flags contains "psr"', 'write `flags has "psr"`'),
        ('flags not contains "psr"', 'write `not flags has "psr"`'),
        ('flags contains ["psr", "medical"]', "write `flags has any [...]` or `has all [...]`"),
        ('my.tags contains "x"', 'write `my.tags has "x"`'),
        ("flags has psr", 'write `has "psr"`; a set goes after `has any`'),
        ("flags has defect-triage", 'write `has "defect-triage"`'),
        ('flags has ["psr"]', "write `has any [...]` or `has all [...]`"),
        ('configuration_set contains "0112"', WHOLE),
        ("configuration_set is null", "write `is missing`"),
        ("configuration_set is NULL", "write `is missing`"),
        ("configuration_set is not null", "write `is not missing`"),
        ("configuration_set is empty", "write `is missing`"),
        ('configuration_set is ""', "write `is missing`"),
        ("configuration_set == null", "write `is missing`"),
        ("configuration_set == none", "write `is missing`"),
        ("configuration_set == None", "write `is missing`"),
        ("configuration_set != null", "write `is not missing`"),
        ("configuration_set exists", "write `is not missing`"),
        ('configuration_set is "A"', "write `==`"),
        ('configuration_set is not "A"', "write `!=`"),
        ('configuration_set is in ["A"]', "leave out `is`"),
        ('configuration_set is not in ["A"]', "put `not` first: `not x in …`"),
        ('configuration_set like "CS%"', 'write `configuration_set starts with "CS"`'),
        ('configuration_set like "CS-0112"', 'write `configuration_set == "CS-0112"`'),
        ('configuration_set not like "CS%"', 'write `not configuration_set starts with "CS"`'),
        ('configuration_set like "%0112"', WHOLE),
        ('configuration_set like "CS_0112%"', WHOLE),
        ('flags like "%psr%"', 'write `flags has "psr"`'),
        ('configuration_set ilike "CS%"', WHOLE),
        ('configuration_set matches "CS.*"', WHOLE),
        ('configuration_set ~ "CS.*"', WHOLE),
        ('configuration_set =~ "CS.*"', WHOLE),
        ('configuration_set ends with "2"', WHOLE),
        ('configuration_set startswith "CS"', "write `starts with`"),
        ('configuration_set equals "CS"', "write `==`"),
        ("installed_on before 2026-03-01", "write `<`"),
        ("installed_on older than 28 days", "write `installed_on < today - 28 days`"),
        ("installed_on within 28 days", "write `within last 28 days`"),
        ("installed_on in last 28 days", "write `within last 28 days`"),
        ("installed_on in the last 28 days", "write `within last 28 days`"),
        ("installed_on within last month", "say how many, such as `28 days`"),
        ("today() > installed_on", "there are no functions; a field stands alone"),
        ("split && split", "write `and`"),
        ("split || split", "write `or`"),
        ("!split", "write `not`"),
        ("NOT split", "write `not`"),
        ("split AND split", "did you mean `and`?"),
        ('configuration_set = "A"', "write `==`"),
        ('configuration_set === "A"', "write `==`"),
        ('configuration_set <> "A"', "write `!=`"),
    ],
)
def test_operators_that_are_written_otherwise_elsewhere(when: str, hint: str) -> None:
    assert _hint(when) == hint


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ("today-5 > installed_on", "write `5 days`"),
        ("installed_on - 5 > today", "write `5 days`"),
        ("tody-5 days < installed_on", "did you mean `today`?"),
        ("configuration_sett-5 == configuration_set", "write `5 days`"),
        ("my.score == 10-5", "write `5 days`"),
        ("configuration_set == configuration_ste", "did you mean `configuration_set`?"),
        ("configuration_set == release.foo", None),
        ("configuration_set == approved", "it is a set: write `in approved`"),
        ("cs == 3", None),
        ("configuration_set in aproved", "did you mean `approved`?"),
        ("split region", None),
        ('split region == "North"', None),
        ("installed_on more than 28 days ago", None),
        ("installed_on ago", None),
        ("split has", None),
        ("flags has", None),
        ("flags has (", None),
        ("configuration_set is", None),
        ("configuration_set is foo", None),
        ("configuration_set ==", None),
        ("split and", None),
        ("split not", None),
        ("not", None),
    ],
)
def test_no_cure_is_made_up_for_other_mistakes(when: str, hint: str | None) -> None:
    (problem,) = [problem for problem in _problems(when) if problem.code.startswith("E")]
    if hint is None:
        assert problem.hint is None or not re.search('quotes|write `|[`"](?:==|has|or)', problem.hint)
    else:
        assert problem.hint == hint


@pytest.mark.parametrize(
    "when",
    [
        "configuration_set == 'CS-0112'",
        "flags has 'psr'",
        "installed_on < today-28 days",
        "installed_on<today-28days",
        "installed_on+28 days < cutoff-5 days",
        "my.a-5 days < today",
        "my.score == -5",
    ],
)
def test_what_is_right_is_left_alone(when: str) -> None:
    assert _problems(when) == []


@pytest.mark.parametrize(
    ("when", "code", "hint"),
    [
        ("!split", "E206", "write `not split`"),
        ("!splt", "E206", "write `not splt`"),
        ("!include", "E206", "leave it out: the key says the type"),
        ("@split", "E201", "text that begins with `@` goes in quotes as a whole"),
        ("! split", "E206", "put the value in double quotes"),
        ("'flags has 'psr''", "E201", "a condition that begins with a quote goes in single quotes as a whole"),
        ('flags has "a: b"', "E201", "a value with `: ` in it goes in single quotes as a whole"),
    ],
)
def test_what_yaml_takes_for_its_own_is_one_problem_with_its_cure(when: str, code: str, hint: str) -> None:
    (problem,) = check(one_rule(when)).problems
    assert (problem.code, problem.hint) == (code, hint)


def test_a_tab_where_yaml_wants_spaces_is_called_one() -> None:
    (problem,) = check(one_rule("split").replace("  - id", "\t- id")).problems
    assert (problem.code, problem.hint) == ("E201", "indent with spaces: a tab cannot stand here")


@pytest.mark.parametrize("when", ["my.größe == 3", "split and my.größe", "installed_ön < today", "flags has any größe"])
def test_a_name_with_other_letters_is_shown_whole(when: str) -> None:
    """The cure is not to put the rest of the name in quotes."""
    (problem,) = _problems(when)
    name = next(word for word in when.split() if not word.isascii())
    assert f"`{name}`" in problem.message
    assert problem.span.length == len(name)
    assert problem.hint is not None
    assert ("a to z" in problem.hint) is ("any" not in when)


def test_a_key_out_of_its_place_is_not_taken_for_a_colon_in_a_value() -> None:
    (problem,) = check(one_rule("split").replace("    because:", "     because:")).problems
    assert (problem.code, problem.hint) == ("E201", None)


@pytest.mark.parametrize(
    ("rule", "code", "hint"),
    [
        ("{id: a, because: x, if: split, then: instruct}", "E205", "did you mean `when`?"),
        ("{id: a, reason: x, when: split, then: instruct}", "E205", "did you mean `because`?"),
        ("{name: a, because: x, when: split, then: instruct}", "E205", "did you mean `id`?"),
        ("{id: a, because: x, when: split, action: instruct}", "E205", "did you mean `then`?"),
        ("{id: a, because: x, when: split, if: split, then: instruct}", "E205", None),
        ("{id: a, because: x, when: split, then: instruct, xyz: 3}", "E205", None),
    ],
)
def test_a_key_with_the_name_that_it_has_elsewhere_is_one_mistake(rule: str, code: str, hint: str | None) -> None:
    rest = "  - {id: rest, because: x, when: otherwise, then: leave_to_dcc}\n"
    (problem,) = check(f"rules: v1\nowner: NWND\ndecide:\n  - {rule}\n{rest}").problems
    assert (problem.code, problem.hint) == (code, hint)


@pytest.mark.parametrize("word", ["else", "default", "Otherwise"])
def test_otherwise_under_another_name_is_one_mistake(word: str) -> None:
    text = f"rules: v1\nowner: NWND\ndecide:\n  - {{id: rest, because: x, when: {word}, then: leave_to_dcc}}\n"
    (problem,) = check(text).problems
    assert (problem.code, problem.hint) == ("E101", "write `otherwise`, which stands alone, and in `decide`")


ENDS = "it takes `manual` or a mapping with the keys `date`, `event`, `ref`, `per`, `flag_cleared` or `at_latest`"


@pytest.mark.parametrize(
    ("until", "hint"), [("test_passed", ENDS), ("2026-03-01", ENDS), ("manuel", "did you mean `manual`?")]
)
def test_a_word_where_a_mapping_may_stand_is_told_of_both(until: str, hint: str) -> None:
    text = f"rules: v1\nowner: NWND\nhold:\n  - {{id: a, because: x, when: split, until: {until}}}\n"
    (problem,) = check(text).problems
    assert (problem.code, problem.hint) == ("E209", hint)


def test_a_cure_that_is_a_whole_comparison_is_a_sound_one() -> None:
    """Each file of the corpus whose hint writes a comparison out is mended by it."""
    mended = 0
    for path in sorted(CORPUS.glob("borrowed-*.rules.yaml")):
        problems = check(path.read_text(encoding="utf-8")).problems
        assert len(problems) == 1, (path.name, places(check(path.read_text(encoding="utf-8"))))
        assert problems[0].hint is not None, path.name
        found = re.fullmatch(r"write `((?:not )?(?:flags|configuration_set|installed_on) [^`]+)`", problems[0].hint)
        if found is not None:
            condition(f"'{found[1]}'")
            mended += 1
    assert mended >= 4
