"""Events from outside, in numbers: each is the same event however it is written, and a bad line stays alone (RU6)."""

import json
from pathlib import Path

import pytest

from chfw_app.triggers.observing import observe_file
from tests.app.triggers.runs import Runs

GUID = "88-73-84-90-6A-10-02-DB"
ONE = {
    "seq": 1,
    "at": "2026-01-05T08:00:00Z",
    "type": "defect_flagged",
    "guid": GUID,
    "flag": "slow_boot",
    "reason": "a, b",
}
OTHER = {**ONE, "seq": 2, "flag": "hot"}


def sent(runs: Runs, *lines: str) -> Path:
    path = runs.folder / "events.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def turned(event: dict[str, object]) -> dict[str, object]:
    return dict(reversed(event.items()))


@pytest.mark.parametrize("first", [dict, turned])
def test_the_same_event_is_the_same_in_whatever_order_its_keys_stand(runs: Runs, first: type) -> None:
    """RU6: the number again with the same content is taken once."""
    path = sent(runs, *(json.dumps(first(event)) for event in (ONE, OTHER)))
    assert observe_file(runs.service, path, "DCC").events == {"defect_flagged": 2}
    for again in (dict, turned):
        found = observe_file(runs.service, sent(runs, *(json.dumps(again(one)) for one in (ONE, OTHER))), "DCC")
        assert (found.again, found.set_aside) == (2, ())
    (bad,) = observe_file(runs.service, sent(runs, json.dumps({**ONE, "reason": "b, a"})), "DCC").set_aside
    assert "said something else" in bad.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"seq": 9223372036854775808, "at": "2026-01-05T08:00:00Z", "type": "test_passed"}', "seq: "),
        ('{"seq": ' + "9" * 5_000 + "}", "this number is too long"),
        ('{"seq": 3, "at": "2026-01-05T08:00:00Z", "type": "test_passed", "note": 1e999}', "too large a number"),
        ('{"seq": 3, "at": "2026-01-05T08:00:00Z", "type": "test_passed", "note": "\\ud800"}', "half a character"),
    ],
)
def test_what_no_ledger_can_hold_is_set_aside_and_the_others_are_taken(runs: Runs, line: str, reason: str) -> None:
    largest = {**OTHER, "seq": 2**63 - 1}
    found = observe_file(runs.service, sent(runs, json.dumps(ONE), line, json.dumps(largest)), "DCC")
    assert found.events == {"defect_flagged": 2}
    assert [one.line for one in found.set_aside] == [2]
    assert reason in found.set_aside[0].reason
