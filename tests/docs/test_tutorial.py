"""The first tutorial alone is enough to write a rule file for each clause (RU1 to RU8)."""

import re

from chfw_core.rules.check import check_sources
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import HUB_FIELDS, Audience
from tests.docs.documents import ROOT, blocks

TUTORIAL = ROOT / "docs" / "tutorial" / "first-rule-file.md"
TEXT = TUTORIAL.read_text(encoding="utf-8")
RULE_FILES = {
    block.file: block.text
    for block in blocks(TUTORIAL)
    if block.file and block.file.endswith(".rules.yaml") and not block.file.startswith(("slip", "not-theirs"))
}


def test_every_clause_has_a_rule_that_says_so_and_stands_in_the_table() -> None:
    shown = "".join(RULE_FILES.values())
    for clause in (f"RU{number}" for number in range(1, 9)):
        assert f"| {clause} |" in TEXT
        # RU7 is said by whose files they are.
        assert clause == "RU7" or re.search(rf"because: .*\({clause}\)", shown), clause
    owners = {rules.owner for name, text in RULE_FILES.items() for rules in check_sources([(name, text)]).rulesets}
    assert owners == {"NWND", "DCC", "CSP:North"}


def test_every_rule_that_the_table_names_is_shown() -> None:
    table = TEXT.split("\n## Where you are\n")[1].split("\nNext:")[0]
    names = set(re.findall(r"`([\w.-]+)`", table)) - {"DCC.rules.yaml", "CSP-North.rules.yaml"}
    ids = set(re.findall(r"id: (\S+)", "".join(RULE_FILES.values())))
    assert names
    assert names <= ids


def test_nobody_has_to_look_for_the_name_of_an_event_or_a_field_elsewhere() -> None:
    assert {name for name in EVENT_FIELDS if f"`{name}`" not in TEXT} == set()
    for_everyone = [spec.name for spec in HUB_FIELDS if spec.visible_to is Audience.EVERYONE]
    assert {name for name in for_everyone if f"`{name}`" not in TEXT} == {"guid"}


def test_every_rule_file_is_without_warnings() -> None:
    for name, text in RULE_FILES.items():
        assert [problem.render() for problem in check_sources([(name, text)]).problems] == []
