"""Where comments go: none is lost, none passes another, and each stays with what it is about."""

import pytest

from tests.core.rules.formatting.test_layout import HEAD, OTHERWISE, formatted

RULE = "  - id: a\n    because: b\n"


@pytest.mark.parametrize(
    "text",
    [
        f"# first\n\n# second\n{HEAD}# last\n",
        f"{HEAD}\n# before a block\nexclude:  # beside its key\n  # before a rule\n{RULE}    # closes the rule\n",
        f"{HEAD}exclude:\n{RULE}    # closes the rule\n  # closes the block\n# closes the file\n",
        f"{HEAD}exclude:\n{RULE}  # closes the block\n\n# before the next\nhold:\n",
        f"{HEAD}hold:\n  # - id: out-of-use\n  #   because: x\nexclude:\n{RULE}",
        f"{HEAD}hold:\n  # at the end\n",
        f"{HEAD}hold:\n  # inside\n# outside\n",
        f"{HEAD}hold:\n  # inside\n# of the next\nexclude:\n{RULE}",
        f"{HEAD}sets:\n  s:\n    # - a\n  # t: []\nexclude:\n{RULE}",
    ],
)
def test_comments_that_stand_well_stay(text: str) -> None:
    assert formatted(text) == text


def moved(body: str) -> str:
    return formatted(HEAD + body).removeprefix(HEAD)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        # at the end of a line: two spaces, whatever there was
        ("sets: {a: []}# c\n", "sets:  # c\n  a: []\n"),
        # within braces: a block
        ("sets: {a: [x, # c\n  y]}\n", "sets:\n  a:\n    - x  # c\n    - y\n"),
        ("sets: {a: [ # c\n  x]}\n", "sets:\n  a: [x]  # c\n"),
        ("sets: {a: # b\n [ # c\n  x]}\n", "sets:\n  a:  # b\n    # c\n    - x\n"),
        ("sets: { # c\n  a: [x]}\n", "sets:  # c\n  a: [x]\n"),
        ("sets: {a: [x\n  # c\n  ]}\n", "sets:\n  a:\n    - x\n    # c\n"),
        ("sets: {a: [\n  # c\n  ], b: []}\n", "sets:\n  # c\n  a: []\n  b: []\n"),
        ("sets: {a:\n  # c\n  [x]}\n", "sets:\n  # c\n  a: [x]\n"),
        ("sets: {a: # c\n  [x]}\n", "sets:\n  a: [x]  # c\n"),
        ("sets: {a: # c\n  [x] # d\n }\n", "sets:\n  a:  # c\n    - x  # d\n"),
        ("sets: {a: [x, # c\n y] # d\n }\n", "sets:\n  a:\n    - x  # c\n    - y  # d\n"),
        ("sets: {a: [] # c\n }\n", "sets:\n  a: []  # c\n"),
        ("sets: {a: # c\n  [] # d\n }\n", "sets:\n  # c\n  a: []  # d\n"),
        ("sets: {a: # c\n  [ # d\n  ] # e\n }\n", "sets:\n  # c\n  # d\n  a: []  # e\n"),
        # between a dash or key and what belongs to it
        ("exclude:\n  - # c\n    id: a\n    because: b\n", "exclude:\n  - id: a  # c\n    because: b\n"),
        ("exclude:\n  - # c\n    id: a # d\n    because: b\n", "exclude:\n  # c\n  - id: a  # d\n    because: b\n"),
        ("exclude:\n  -\n    # c\n    id: a\n    because: b\n", "exclude:\n  # c\n  - id: a\n    because: b\n"),
        ("exclude:\n  - {id: a, because: b} # c\n", "exclude:\n  - id: a  # c\n    because: b\n"),
        ("exclude:\n  - { # c\n    id: a, because: b}\n", "exclude:\n  - id: a  # c\n    because: b\n"),
        ("exclude:\n  - {id: a,\n    because: b} # c\n", "exclude:\n  - id: a\n    because: b  # c\n"),
        ("exclude: [{id: a, because: b}] # c\n", "exclude:  # c\n  - id: a\n    because: b\n"),
        ("exclude: [{ # c\n  id: a, because: b}]\n", "exclude:  # c\n  - id: a\n    because: b\n"),
        (
            "exclude: [{id: a, because: b}, # c\n  {id: d, because: e}]\n",
            "exclude:\n  - id: a  # c\n    because: b\n  - id: d\n    because: e\n",
        ),
        # a value on several lines that fits on one
        (
            "exclude:\n  - id: a\n    because: b\nsets:\n  s: [x,\n    y] # c\n",
            "exclude:\n  - id: a\n    because: b\nsets:\n  s: [x, y]  # c\n",
        ),
        ("exclude:\n  - id: a\n    because:\n      # c\n      b\n", "exclude:\n  - id: a\n    # c\n    because: b\n"),
        ("exclude:\n  - id: a\n    because: # c\n      b # d\n", "exclude:\n  - id: a\n    # c\n    because: b  # d\n"),
        (
            "exclude:\n\n  - id: a\n\n    because: # c\n      b # d\n",
            "exclude:\n  - id: a\n\n    # c\n    because: b  # d\n",
        ),
        # indented less than the block that they close, more than what follows
        (
            "exclude:\n    - id: a\n      because: b\n  # c\nhold:\n",
            "exclude:\n  - id: a\n    because: b\n  # c\nhold:\n",
        ),
        ("exclude:\n    - id: a\n      because: b\n  # c\n", "exclude:\n  - id: a\n    because: b\n# c\n"),
        # never past each other
        (
            "exclude:\n  - id: a\n    because: b\n# c\n    # d\nhold:\n",
            "exclude:\n  - id: a\n    because: b\n# c\n# d\nhold:\n",
        ),
        ("hold:\n# c\n  # d\nexclude:\n", "hold:\n# c\n# d\nexclude:\n"),
    ],
)
def test_comments_that_have_to_move(written: str, canonical: str) -> None:
    assert moved(written) == canonical


def test_after_a_file_in_braces() -> None:
    assert formatted("# a\n{rules: v1, owner: NWND} # b\n# c\n") == "# a\nrules: v1\nowner: NWND  # b\n# c\n"


def test_a_comment_of_a_group_that_ends_on_its_line_goes_beside_the_key() -> None:
    at = "{window: n, from: 2026-03-02, to: release.automatic_on - 40 days}"
    rule = f"  - id: a\n    because: b\n    when: split\n    then: instruct\n    at: {at}"
    window = '{days: [mon, tue, wed, thu, fri, sat, sun], between: "22:00-05:00", not_on: [bank_holidays, 2026-04-01]}'
    text = f"{HEAD}windows:\n  n: {window}  # c\ndecide:\n{rule}  # d\n{OTHERWISE}"
    done = formatted(text)
    assert "  n:  # c\n    days: [mon" in done
    assert f"    at: {at}  # d\n" in done
