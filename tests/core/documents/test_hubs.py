"""Hubs of values that somebody has in Python: judged once, and refused by the engines where nobody has judged them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve

from chfw_core.documents.defaults import bank_holidays, default_parameters
from chfw_core.documents.hubs import read_hub
from chfw_core.documents.release import read_release
from chfw_core.engines.columnar import MemoryEstate
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import plan_reference
from chfw_core.errors import InputError, UsageError
from chfw_core.model.estate_values import wrong_in
from chfw_core.model.guid import Guid, parse_guid
from chfw_core.model.hubs import CommsHub, PrivateAttributes, SmiStatus
from chfw_core.model.parties import Party
from chfw_core.planning.model import HubStatus, PlanInputs

TEXT = "88-73-84-90-6A-10-02-DB"
GUID = parse_guid(TEXT)
ROW: dict[str, object] = {
    "guid": TEXT,
    "csp_region": "South",
    "device_model": "433100AC",
    "firmware_version": "0D020000",
}
HUB = CommsHub(guid=GUID, csp_region="South", device_model="433100AC", firmware_version="0D020000")


def test_what_is_left_out_is_not_known() -> None:
    assert read_hub(ROW) == HUB
    assert read_hub({**ROW, "flags": "", "gas_supplier": None, "installed_on": " "}) == HUB


def test_values_are_brought_to_standard_form() -> None:
    hub = read_hub(
        {
            "guid": f" {TEXT.lower()} ",
            "csp_region": "4g south",
            "manufacturer": "106c",
            "device_model": "433100ac",
            "firmware_version": "0d020000",
            "configuration_set": " CS-1 ",
            "installed_on": "2021-02-03",
            "smi_status": "decommissioned",
            "import_supplier": " NWND ",
            "flags": ["psr", " medical|psr "],
            "han_device_types": "PPMID|IHD",
            "gpf_guid": 7,
            "holiday_division": "Scotland",
        }
    )
    assert hub == CommsHub(
        guid=GUID,
        csp_region="4G South",
        manufacturer="106C",
        device_model="433100AC",
        firmware_version="0D020000",
        configuration_set="CS-1",
        installed_on=date(2021, 2, 3),
        smi_status=SmiStatus.DECOMMISSIONED,
        import_supplier=Party("NWND"),
        flags=frozenset({"psr", "medical"}),
        han_device_types=frozenset({"PPMID", "IHD"}),
        gpf_guid=Guid(7),
        holiday_division="scotland",
    )
    assert isinstance(hub.smi_status, SmiStatus)
    assert wrong_in(hub) is None


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("guid", "88-73", "`guid`: `88-73` is not a GUID"),
        ("guid", 1 << 64, "is not a number of 64 bits"),
        ("guid", True, "is not the text of a GUID"),
        ("guid", None, "`guid` is missing"),
        ("csp_region", "Sout", "`csp_region`: `Sout` is not known here (did you mean `South`?)"),
        ("device_model", "", "`device_model` is missing"),
        ("firmware_version", "xyz", "`firmware_version`: `xyz` is not 8 hex digits"),
        ("firmware_version", 7, "`firmware_version`: `7` is not text"),
        ("smi_status", "commisioned", "did you mean `Commissioned`?"),
        ("import_supplier", "DCC", "`import_supplier`: `DCC` is not a Supplier"),
        ("installed_on", datetime(2021, 2, 3, tzinfo=UTC), "is not a date such as 2026-03-01"),
        ("installed_on", "20210203", "is not a date such as 2026-03-01"),
        ("flags", 7, "`flags`: `7` is neither names joined by `|` nor several names"),
        ("flags", [7], "`flags`: `7` is not text"),
        ("flags", "psr,medical", "`flags`: `psr,medical` is no single flag"),
        ("flags", ["psr, medical"], "flags are joined by `|` (did you mean `psr|medical`?)"),
        ("flags", "hard of hearing", "(did you mean `hard|of|hearing`?)"),
        ("flags", "vip|psr;medical", "`psr;medical` is no single flag"),
        ("flags", ";", "`;` is no single flag: flags are joined by `|`"),
        ("holiday_division", "wales", "one of england_and_wales, scotland"),
        ("suply", "x", "no column is called `suply`"),
        ("gas_suplier", "x", "no column is called `gas_suplier` (did you mean `gas_supplier`?)"),
    ],
)
def test_what_cannot_be_used_is_named(column: str, value: object, says: str) -> None:
    with pytest.raises(InputError) as told:
        read_hub({**ROW, column: value})
    assert says in str(told.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as told:
        read_hub({"guid": "x", "csp_region": "y", "colour": "z"})
    assert len(str(told.value).split("; ")) == 5


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"firmware_version": "0d050002"}, "`firmware_version` is `0d050002`, which is `0D050002` in standard form"),
    ({"firmware_version": "xyz"}, "`firmware_version` cannot be used: `xyz` is not 8 hex digits"),
    ({"firmware_version": None}, "`firmware_version` is None"),
    ({"csp_region": "Sout"}, "did you mean `South`?"),
    ({"import_supplier": ""}, "`import_supplier` is empty: what is not known is None"),
    ({"gas_supplier": "DCC"}, "`DCC` is not a Supplier"),
    ({"configuration_set": 7}, "`configuration_set` is `7` (int), not text"),
    ({"flags": ["psr"]}, "not a frozenset of texts"),
    ({"flags": "psr"}, "`flags` is `psr` (str), not a frozenset of texts"),
    ({"flags": frozenset({"psr|medical"})}, "which is no single name"),
    ({"smi_status": "Decommissioned"}, "`smi_status` is `Decommissioned` (str), not an SmiStatus"),
    ({"installed_on": "2021-02-03"}, "not a date"),
    ({"installed_on": datetime(2021, 2, 3, tzinfo=UTC)}, "not a date"),
    ({"guid": TEXT}, "hub number 1: `guid`"),
    ({"gpf_guid": -1}, "not a GUID of `parse_guid`"),
    ({"private": {"NWND": {"flags": "psr"}}}, "not PrivateAttributes"),
    ({"private": {"NWND": PrivateAttributes(flags="psr")}}, "`private` of `NWND`: `flags` is `psr`"),  # type: ignore[arg-type]
]


def inputs() -> PlanInputs:
    text = "{release: v1, id: R1, device_models: [433100AC], firmware_version: 0D050002, notified_at: 2026-01-05}"
    release = read_release(text, "r", default_parameters()).release
    assert release is not None
    return PlanInputs(
        release=release,
        as_of=datetime(2026, 1, 15, 9, tzinfo=UTC),
        parameters=default_parameters(),
        holidays=bank_holidays(),
    )


@pytest.mark.parametrize(("changes", "says"), WRONG)
def test_engines_refuse_hubs_that_nobody_has_judged(changes: dict[str, Any], says: str) -> None:
    hub = evolve(HUB, **changes)
    for use in (lambda: plan_reference(inputs(), [hub], [], solve_flow), lambda: MemoryEstate([hub])):
        with pytest.raises(UsageError) as told:
            use()
        assert says in str(told.value)
        assert told.value.hint is not None
        assert "read_hub" in told.value.hint


def test_a_hub_that_comes_twice_is_refused_by_both_engines() -> None:
    """Planned once in silence, the other row would be lost (I6)."""
    other = evolve(HUB, guid=Guid(9))
    for use in (
        lambda hubs: plan_reference(inputs(), hubs, [], solve_flow),
        lambda hubs: MemoryEstate(hubs),
    ):
        with pytest.raises(UsageError, match=f"two hubs have the same GUID, {TEXT}") as told:
            use([HUB, other, evolve(HUB, csp_region="North")])
        assert told.value.hint == "give each hub once"


def test_what_is_no_hub_is_named() -> None:
    for use in (lambda: plan_reference(inputs(), [ROW], [], solve_flow), lambda: MemoryEstate([HUB, ROW])):  # type: ignore[list-item]
        with pytest.raises(UsageError, match=r"\(dict\), not a CommsHub") as told:
            use()
        assert "read_hub" in (told.value.hint or "")


def test_hubs_may_come_one_after_the_other() -> None:
    def hubs() -> Iterator[CommsHub]:
        yield HUB
        yield read_hub({**ROW, "guid": 9})

    rows = plan_reference(inputs(), hubs(), [], solve_flow).rows
    assert [(row.guid, row.status) for row in rows] == [(GUID, HubStatus.PLANNED), (9, HubStatus.PLANNED)]
    assert MemoryEstate(hubs()).chunk_count == 1


def test_inputs_without_a_release_say_where_the_reason_is() -> None:
    """A release with a problem is read as None (docs/decisions/0007)."""
    with pytest.raises(UsageError, match="the release is NoneType") as told:
        evolve(inputs(), release=read_release("{release: v1}", "r", default_parameters()).release)  # type: ignore[arg-type]
    assert "problems" in (told.value.hint or "")
