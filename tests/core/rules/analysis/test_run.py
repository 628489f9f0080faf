"""What is looked for at all: nothing where nobody asks, and nothing that an owner has no rules for (NF3)."""

from chfw_core.rules.check import check_sources
from tests.core.rules.analysis.support import ALL, codes_found, rules_text


def test_nothing_is_looked_for_where_nobody_asks() -> None:
    assert check_sources([("f", rules_text("guid is missing"))], analysis=None).problems == ()


def test_a_csp_has_no_decisions_to_be_looked_at() -> None:
    text = "rules: v1\nowner: CSP:North\nprioritise:\n  - {id: a, because: x, when: split, priority: 3}\n"
    assert codes_found(text, analysis=ALL) == []
