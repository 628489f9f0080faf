"""Eligibility (planning 2): each condition, with and without a CPL."""

from typing import Any

import pytest

from chfw_core.model.products import CentralProductsList, CplEntry, CplStatus
from chfw_core.planning.verify import Check
from tests.core.verify.worlds import (
    MODEL,
    NEW,
    OLD,
    default,
    found,
    hub,
    inputs,
    release,
    verdict,
    without_day,
)


def entry(number: int, status: CplStatus, model: str = MODEL) -> CplEntry:
    return CplEntry(
        number=number,
        status=status,
        device_type="Communications Hub",
        manufacturer="106C",
        device_model=model,
        firmware_version=NEW,
    )


CURRENT = CentralProductsList((entry(1, CplStatus.REMOVED), entry(2, CplStatus.CURRENT)))
REMOVED = CentralProductsList((entry(1, CplStatus.REMOVED),))
PATHS: dict[tuple[str, str], tuple[str, ...]] = {(MODEL, NEW): ("0D030000",)}

CASES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({"device_model": "11111111"}, {}, False),
    ({"firmware_version": NEW}, {}, False),
    ({"smi_status": "Suspended"}, {}, False),
    ({}, {"release": release(upgrade_from=(OLD,))}, True),
    ({}, {"release": release(upgrade_from=("0D030000",))}, False),
    ({}, {"cpl": CURRENT}, True),
    ({}, {"cpl": REMOVED}, False),
    ({}, {"cpl": CentralProductsList(())}, False),
    ({}, {"cpl": CentralProductsList(CURRENT.entries, PATHS)}, False),
    ({"firmware_version": "0D030000"}, {"cpl": CentralProductsList(CURRENT.entries, PATHS)}, True),
]


@pytest.mark.parametrize(("changes", "plan", "eligible"), CASES)
def test_a_condition_of_eligibility(changes: dict[str, Any], plan: dict[str, Any], eligible: bool) -> None:
    hubs = [hub(1, **changes)]
    rows = [default(1), without_day(1, "ineligible")]
    right, wrong = rows if eligible else reversed(rows)
    assert found(verdict(inputs(**plan), hubs, [right])) == {}
    assert Check.ELIGIBLE in found(verdict(inputs(**plan), hubs, [wrong]))


def test_an_ineligible_row_names_no_rule() -> None:
    hubs = [hub(1, "A", firmware_version=NEW)]
    row = without_day(1, "ineligible", import_rule="go")
    assert found(verdict(inputs(), hubs, [row])) == {Check.RULE: 1}
