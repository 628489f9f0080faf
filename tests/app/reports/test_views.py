"""BR5.4, BR5.5, CS2, PR1 to PR3: duties, upgrades in flight, lateness, products and trends, from a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from chfw_app.reports.duties import actions
from chfw_app.reports.flights import flights
from chfw_app.reports.products import products
from chfw_app.reports.reading import Sight, looking
from chfw_app.reports.trend import trend
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.reports.progress.deployed import Product
from chfw_core.reports.progress.late import late_days
from chfw_core.reports.progress.readers import reader_named
from chfw_core.reports.progress.trends import OTHER, UNKNOWN, TrendBy, Week
from chfw_core.rollout.base import REGISTRATION, SMI
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import AddHubs, DraftRelease, HubClass, NotifyRelease, RecordCplEntry
from chfw_core.rollout.outcomes.commands import ObserveVersions
from chfw_core.rollout.states import HubState
from chfw_core.rollout.suppliers.commands import CompleteSupplierChange
from tests.app.reports.scenes import DAY, OWN, SET_1, SET_2, SOLE, WAITING, notified, under_way
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import ALPHA, FIRMWARE, GAMMA, GAS, IMPORT, NEW, NORTH, OLD, SOUTH, START, R


@contextmanager
def seen(told: Told, name: str) -> Iterator[Sight]:
    with looking(told.service.store, reader_named(name)) as sight:
        yield sight


def product(version: str, configuration_set: str = SET_1) -> Product:
    return Product(device_model="433100AC", firmware_version=version, configuration_set=configuration_set)


def by_product(told: Told, name: str) -> dict[Product, int]:
    with seen(told, name) as sight:
        return {one.product: one.hubs for one in products(sight)}


def weeks(told: Told, name: str, by: TrendBy = TrendBy.FIRMWARE_VERSION, minimum: int = 5) -> tuple[Week, ...]:
    return trend(told.service.store, reader_named(name), by, minimum).weeks


def test_a_supplier_is_asked_about_the_hubs_that_it_said_nothing_of(told: Told) -> None:
    notified(told)
    with seen(told, "ALPHA") as sight:
        (task,) = actions(sight, told.now).tasks
    assert task.hubs == len(OWN)
    said: dict[str, Any] = {"role": GAS, "opens": START + timedelta(days=60), "closes": START + timedelta(days=61)}
    told.taken(Instruct, ALPHA, guids=GuidList([SOLE]), **said)
    with seen(told, "ALPHA") as sight:
        (task,) = actions(sight, told.now).tasks
    assert task.hubs == len(OWN) - 1


def test_everybody_sees_what_is_in_flight_of_its_own(told: Told) -> None:
    under_way(told)
    counts = {}
    for name in ("ALPHA", "DCC", f"CSP:{NORTH}", f"CSP:{SOUTH}", "PANEL"):
        with seen(told, name) as sight:
            (found,) = flights(sight)
        counts[name] = sum(found.hubs.values())
        assert sum(sum(day.hubs.values()) for day in found.days) == counts[name]
    assert counts == {"ALPHA": 5, "DCC": 7, f"CSP:{NORTH}": 6, f"CSP:{SOUTH}": 1, "PANEL": 0}
    with seen(told, "ALPHA") as sight:
        (found,) = flights(sight)
    first = found.days[0]
    assert (first.region, first.day) == (NORTH, DAY)
    assert first.hubs == {HubState.HANDED_TO_CSP: 1, HubState.VERIFIED: 1}
    with seen(told, "STRANGER") as sight:
        assert flights(sight) == ()


def test_a_csp_that_is_silent_is_late(told: Told) -> None:
    """CS2."""
    under_way(told)
    with seen(told, "DCC") as sight:
        assert late_days(sight.records, told.now) == ()
        (late,) = late_days(sight.records, told.now + timedelta(days=10))
    assert (late.region, late.day, late.handed, late.overdue) == (NORTH, DAY, 2, 1)


def test_a_supplier_sees_its_own_products_and_the_dcc_all_of_them(told: Told) -> None:
    """PR1, PR3."""
    under_way(told)
    assert by_product(told, "ALPHA") == {product(NEW, SET_2): 1, product(OLD): 3, product(OLD, ""): 1}
    assert by_product(told, "BETA") == {product(OLD): 5}
    assert by_product(told, "DCC") == {product(NEW, SET_2): 1, product(OLD): 5, product(OLD, ""): 1}
    with seen(told, "DCC") as sight:
        assert sum(one.share for one in products(sight)) == pytest.approx(1)


def test_a_hub_of_two_releases_counts_once_as_it_was_seen_last(told: Told) -> None:
    under_way(told)
    second = evolve(FIRMWARE, id="REL-2", firmware_version="00000003", notified_at=told.now)
    told.taken(DraftRelease, release="REL-2", firmware=second)
    told.taken(RecordCplEntry, release="REL-2", entry="CPL-78")
    again = HubClass(
        region=NORTH,
        import_supplier=ALPHA,
        gas_supplier=ALPHA,
        firmware_version=NEW,
        device_model="433100AC",
        configuration_set=SET_2,
        guids=GuidList([SOLE]),
    )
    told.later(hours=1)
    told.taken(NotifyRelease, release="REL-2", classes=(again,))
    told.later(hours=1)
    shown: dict[str, Any] = {"firmware_version": "00000003", "configuration_set": "SET-3", "observed_at": told.now}
    told.taken(ObserveVersions, SMI, release="REL-2", guids=GuidList([SOLE]), **shown)
    expected = {product("00000003", "SET-3"): 1, product(OLD): 3, product(OLD, ""): 1}
    assert by_product(told, "ALPHA") == expected
    later: dict[str, Any] = {**shown, "firmware_version": "00000004"}
    later["observed_at"] = told.now + timedelta(hours=1)
    told.later(hours=2)
    told.taken(ObserveVersions, SMI, release=R, guids=GuidList([SOLE]), **later)
    expected = {product("00000004", "SET-3"): 1, product(OLD): 3, product(OLD, ""): 1}
    assert by_product(told, "ALPHA") == expected


def test_the_estate_moves_from_one_product_to_another_week_by_week(told: Told) -> None:
    """PR2."""
    under_way(told)
    found = weeks(told, "ALPHA")
    assert found[0].monday == date(2026, 1, 5)
    assert [week.monday for week in found] == [found[0].monday + timedelta(days=7 * n) for n in range(len(found))]
    assert found[-1].monday <= told.now.date() < found[-1].monday + timedelta(days=7)
    assert found[0].hubs == {OLD: 5}
    assert found[-2].hubs == {OLD: 5}
    assert found[-1].hubs == {OLD: 4, NEW: 1}
    by_set = weeks(told, "ALPHA", TrendBy.CONFIGURATION_SET)
    assert by_set[-1].hubs == {SET_1: 3, UNKNOWN: 1, SET_2: 1}
    assert weeks(told, "DCC")[-1].hubs == {OLD: 6, NEW: 1}
    assert weeks(told, "STRANGER")[-1].hubs == {}


def test_the_industry_is_shown_in_shares_where_enough_parties_are_in_it(told: Told) -> None:
    """PR3: and only there."""
    under_way(told)
    assert weeks(told, "ALPHA")[-1].industry is None
    assert weeks(told, "DCC")[-1].industry is None  # it has the volumes
    for number in range(4):
        alone = HubClass(
            region=NORTH,
            gas_supplier=Party(f"P{number}"),
            firmware_version="00000009" if number else OLD,
            guids=GuidList(range(0x1000 * (number + 1), 0x1000 * (number + 1) + 3)),
        )
        told.taken(AddHubs, classes=(alone,))
    # BETA's two foreign hubs and P0's three run OLD, the nine of P1 to P3 another version.
    assert weeks(told, "ALPHA")[-1].industry == {OTHER: 100}
    assert weeks(told, "ALPHA", minimum=3)[-1].industry == {"00000009": 64, OTHER: 36}
    assert weeks(told, "ALPHA", minimum=2)[-1].industry == {"00000009": 64, OLD: 36}


def test_a_hub_that_changes_its_supplier_goes_with_its_history(told: Told) -> None:
    """CS3: the new Supplier sees it, the old one no more."""
    under_way(told)
    told.taken(
        CompleteSupplierChange,
        REGISTRATION,
        role=IMPORT,
        leaves=ALPHA,
        joins=GAMMA,
        effective=told.now.date(),
        guids=GuidList([WAITING]),
    )
    assert weeks(told, "ALPHA")[-1].hubs == {OLD: 3, NEW: 1}
    assert weeks(told, "GAMMA")[0].hubs == {OLD: 1}
    assert by_product(told, "GAMMA") == {product(OLD): 1}
