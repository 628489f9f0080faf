"""The page that says what triggers mean says the truth: its rules are sound, and its tables are played."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chfw_core.testing.trigger_streams import compiled
from chfw_core.triggers.engine import Happened, Run
from chfw_core.triggers.model import Moment, Seen
from chfw_core.triggers.records import Cause, PassedOverBecause
from tests.core.rules.support import HUB
from tests.core.triggers.support import known

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "triggers.md").read_text(encoding="utf-8")
_HEAD = "| happened | event | what is said |\n|---|---|---|\n"
_PART = re.compile(rf"```yaml\n(?P<rule>[^`]*)```|{re.escape(_HEAD)}(?P<rows>(?:\|[^\n]*\n)+)")


def _tables() -> list[tuple[str, str]]:
    """Each table with the rule that stands before it."""
    found, rule = [], ""
    for part in _PART.finditer(PAGE):
        rule = part["rule"] or rule
        if part["rows"]:
            found.append((rule, part["rows"]))
    return found


def test_the_page_has_its_tables() -> None:
    assert len(_tables()) == 5


@pytest.mark.parametrize(("rule", "rows"), _tables())
def test_a_table_of_the_page_is_what_happens(rule: str, rows: str) -> None:
    run = Run(triggers=(compiled(rule),))
    for number, row in enumerate(rows.splitlines(), start=1):
        happened, event, expected = (cell.strip() for cell in row.strip("|").split("|"))
        at = datetime.fromisoformat(happened).replace(tzinfo=UTC)
        if event == "tick":
            said = run.tick(Moment(at=at, known=known(HUB)))
        else:
            name, kind = event.split()
            said = run.see(
                Seen(seq=number, id=name, at=at, type=kind, private=False, guid=HUB.guid, known=known(HUB))
            )  # fmt: skip
        assert _told(said) == expected


def _told(happened: Happened) -> str:
    words = []
    for firing in happened.firings:
        chain = ", ".join(link.id for link in firing.chain)
        words.append(f"{'fires' if firing.cause is Cause.COMPLETED else 'otherwise'}: {chain}")
    for one in happened.passed_over:
        what = {PassedOverBecause.AT_MOST: "swallowed", PassedOverBecause.LATE: "late"}[one.why]
        assert one.other is not None
        words.append(f"{what}: {one.event.id} after {one.other.id}")
    return "; ".join(words)
