"""Many answers of one file that say the same are read as one; what was refused is never hidden (BR5.1, BR5.2)."""

from datetime import UTC, datetime

import pytest

from chfw_app.cli.rollout_answers import show_answers
from chfw_app.cli.rollout_options import StoreOptions
from chfw_app.exits import Exit
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import CommandRefused
from chfw_core.rollout.outcomes.events import HubsFailed
from chfw_core.transport.receipts import Answer, Receipt

AT = datetime(2026, 2, 9, 9, tzinfo=UTC)


def answer(number: int, event: HubsFailed | CommandRefused) -> Answer:
    receipt = Receipt(first_seq=number, last_seq=number, again=False, events=(event,))
    return Answer(key=f"outcomes/{number}", receipt=receipt)


def failed(number: int, by: str = "CSP:North") -> Answer:
    return answer(number, HubsFailed(at=AT, by=by, code="failed", reason=f"{number}", guids=GuidList((Guid(number),))))


def test_many_that_say_the_same_are_one(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = CommandRefused(at=AT, by="CSP:North", command="report_outcomes", code="not_now", reason="no", cure="wait")
    code = show_answers(StoreOptions(), [*map(failed, range(900, 952)), answer(952, refusal)])
    out = capsys.readouterr().out
    assert code is Exit.FINDINGS
    assert out.splitlines()[:2] == ["hubs failed: 52 hubs, in 52 commands", "52 entries, from 900 to 951"]
    assert "refused (not_now)" in out


def test_few_are_shown_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    show_answers(StoreOptions(), [failed(number) for number in (900, 901)])
    assert capsys.readouterr().out.splitlines() == [
        "hubs failed: 1 hub",
        "entry 900",
        "hubs failed: 1 hub",
        "entry 901",
    ]


def test_a_supplier_is_shown_no_numbers_of_entries(capsys: pytest.CaptureFixture[str]) -> None:
    """NF7."""
    show_answers(StoreOptions(), [failed(number, by="NWND") for number in range(900, 952)])
    assert capsys.readouterr().out.splitlines() == ["hubs failed: 52 hubs, in 52 commands"]
