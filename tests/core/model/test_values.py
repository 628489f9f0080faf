"""The small value classes: parties, parameters, products, estate columns, hubs."""

from datetime import UTC, date, datetime

import pytest

from chfw_core.errors import InputError
from chfw_core.model.estate import ESTATE_COLUMNS, format_set, parse_set
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parameters import DatedValue, Parameters
from chfw_core.model.parties import Party, ResponsibleSuppliers, SupplierRole, is_supplier
from chfw_core.model.products import CentralProductsList, CplEntry, CplStatus, of_type

A, B = Party("AAAA"), Party("BBBB")


@pytest.mark.parametrize(
    ("imports", "gas", "split", "parties"),
    [
        (None, None, False, ()),
        (A, None, False, (A,)),
        (None, A, False, (A,)),
        (A, A, False, (A,)),
        (A, B, True, (A, B)),
    ],
)
def test_who_is_responsible_br3_2_br3_3(
    imports: Party | None, gas: Party | None, split: bool, parties: tuple[Party, ...]
) -> None:
    hub = CommsHub(
        guid=Guid(1),
        csp_region="North",
        device_model="433100AC",
        firmware_version="2020CB22",
        import_supplier=imports,
        gas_supplier=gas,
    )
    assert hub.suppliers == ResponsibleSuppliers(import_supplier=imports, gas_supplier=gas)
    assert hub.suppliers.split is split
    assert hub.suppliers.parties == parties


def test_the_roles_of_a_party() -> None:
    both = ResponsibleSuppliers(import_supplier=A, gas_supplier=A)
    assert both.roles_of(A) == (SupplierRole.IMPORT, SupplierRole.GAS)
    assert both.roles_of(B) == ()
    assert ResponsibleSuppliers(gas_supplier=B).roles_of(B) == (SupplierRole.GAS,)


@pytest.mark.parametrize(("owner", "expected"), [("NWND", True), ("DCC", False), ("CSP:North", False)])
def test_who_can_be_a_supplier(owner: str, expected: bool) -> None:
    assert is_supplier(owner) is expected


def test_a_parameter_has_the_value_in_force_on_the_day() -> None:
    values = tuple(DatedValue(value=n, since=date(2020 + n, 1, 1), source="assumption") for n in (0, 5))
    parameters = Parameters(values={"lead_days": values})
    assert parameters.at("lead_days", date(2024, 12, 31)) == 0
    assert parameters.at("lead_days", date(2025, 1, 1)) == 5
    with pytest.raises(InputError, match="no value on 2019-12-31"):
        parameters.at("lead_days", date(2019, 12, 31))
    with pytest.raises(InputError, match="no parameter called `led_days`"):
        parameters.at("led_days", date(2025, 1, 1))


def entry(number: int, status: CplStatus, device_type: str = "Communications Hub") -> CplEntry:
    return CplEntry(
        number=number,
        status=status,
        device_type=device_type,
        manufacturer="106C",
        device_model="433100AC",
        firmware_version="125083AE",
    )


def test_a_combination_is_current_where_any_entry_is_g6() -> None:
    removed, current = entry(1, CplStatus.REMOVED), entry(2, CplStatus.CURRENT)
    assert CentralProductsList([removed, current]).is_current("433100AC", "125083AE")
    assert not CentralProductsList([removed]).is_current("433100AC", "125083AE")
    assert not CentralProductsList([current]).is_current("433100AC", "00000000")
    assert CentralProductsList([removed, current]).find("433100AC", "125083AE") == (removed, current)


def test_entries_of_one_type() -> None:
    meter = entry(3, CplStatus.CURRENT, "Gas Smart Meter")
    assert of_type([entry(1, CplStatus.CURRENT), meter], "Gas Smart Meter") == (meter,)


@pytest.mark.parametrize(
    ("text", "names"),
    [(None, set()), ("", set()), ("psr", {"psr"}), (" psr | medical ||psr", {"psr", "medical"})],
)
def test_a_set_in_one_text(text: str | None, names: set[str]) -> None:
    assert parse_set(text) == names
    assert parse_set(format_set(parse_set(text))) == names


def test_the_same_set_is_always_the_same_text() -> None:
    assert format_set(frozenset({"psr", "medical"})) == "medical|psr"


def test_required_columns_come_first_and_names_are_unique() -> None:
    names = [column.name for column in ESTATE_COLUMNS]
    assert len(names) == len(set(names))
    assert [column.name for column in ESTATE_COLUMNS if not column.required] == ["gpf_guid", "holiday_division"]


def test_an_event_carries_its_own_time_in_utc() -> None:
    event = Event(seq=1, at=datetime(2026, 7, 1, tzinfo=UTC), type="tick")
    assert (event.at.tzinfo, event.fields) == (UTC, {})
