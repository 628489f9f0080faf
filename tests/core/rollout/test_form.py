"""Commands made in Python: what is none, or holds something else than its fields say, is refused at the door.

Not by a refusal in the ledger: no party asked for it, whoever wrote the program did.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from chfw_core.errors import UsageError
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.decide import decide
from chfw_core.rollout.form import in_form
from chfw_core.rollout.handover.commands import HandOver, SetCapacity
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease
from tests.core.rollout.samples import sample
from tests.core.rollout.worlds import ALPHA, CLASSES, FIRMWARE, IMPORT, NORTH, SOLE, START, R, Story, notified, some

INSTRUCT: dict[str, Any] = {
    "role": IMPORT,
    "opens": START + timedelta(days=30),
    "closes": START + timedelta(days=32),
    "guids": some(SOLE),
}
HAND_OVER: dict[str, Any] = {"region": NORTH, "day": date(2026, 7, 6), "guids": some(SOLE)}
WRONG: list[tuple[type, dict[str, Any], str, str]] = [
    (Instruct, {**INSTRUCT, "role": "water"}, "`role` of Instruct is `water` (str), not SupplierRole", "IMPORT"),
    (Instruct, {**INSTRUCT, "role": "import"}, "`role` of Instruct is `import` (str)", "SupplierRole.IMPORT"),
    (Instruct, {**INSTRUCT, "guids": [SOLE]}, "(list), not GuidList", "parse_guid"),
    (
        Instruct,
        {**INSTRUCT, "group": "pilot"},
        "`group` of Instruct is `pilot` (str), not InstructionGroup or None",
        "",
    ),
    (DraftRelease, {"firmware": None}, "`firmware` of DraftRelease is None, not FirmwareRelease", ""),
    (
        DraftRelease,
        {"firmware": evolve(FIRMWARE, device_models=("433100AC", 7))},  # type: ignore[arg-type]
        "number 2 in `device_models` of `firmware` of DraftRelease is `7` (int), not str",
        "",
    ),
    (NotifyRelease, {"classes": list(CLASSES)}, "(list), not tuple", ""),
    (
        NotifyRelease,
        {"classes": (evolve(CLASSES[0], excluded_by_gas=("rule", 7)),)},  # type: ignore[arg-type]
        "number 2 in `excluded_by_gas` of number 1 in `classes` of NotifyRelease is `7` (int), not str",
        "",
    ),
    (HandOver, {**HAND_OVER, "day": datetime(2026, 7, 6, tzinfo=UTC)}, "(datetime), not date", ""),
    (SetCapacity, {"region": NORTH, "day": date(2026, 7, 6), "hubs": True}, "`True` (bool), not int", ""),
]


@pytest.mark.parametrize(("kind", "fields", "says", "hint"), WRONG)
def test_a_value_of_another_kind_is_named_with_its_field(
    kind: type[Any], fields: dict[str, Any], says: str, hint: str
) -> None:
    story = notified()
    with pytest.raises(UsageError) as told:
        decide(story.roll_out, kind(by=ALPHA, key="k", release=R, **fields), story.now)
    assert says in str(told.value)
    assert hint in (told.value.hint or "")


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(UsageError) as told:
        in_form(Instruct(by=ALPHA, key=7, release=R, **{**INSTRUCT, "role": "water"}))  # type: ignore[arg-type]
    assert [said.split(" of ")[0] for said in str(told.value).split("; ")] == ["`key`", "`role`"]


@pytest.mark.parametrize("nothing", [None, "Instruct", {"role": IMPORT}, Instruct])
def test_what_is_no_command_is_refused(nothing: Any) -> None:
    with pytest.raises(UsageError, match="is not a command") as told:
        decide(notified().roll_out, nothing, START)
    assert "COMMANDS" in (told.value.hint or "")


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_commands_as_they_should_be_pass(kind: type[Any]) -> None:
    in_form(sample(kind))


def test_a_draft_with_the_firmware_of_another_release_is_refused() -> None:
    """BR1.2: its notice would name one release, and every message after it another."""
    story = Story()
    assert story.refused(DraftRelease, firmware=evolve(FIRMWARE, id="OTHER")) == "other_firmware"
