"""Whose a hub is, the ledger knows; an estate file may be older (BR1.1, CS3)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
from attrs import evolve
from sqlalchemy import select

from chfw_app.rollout.opening import open_ledger
from chfw_app.rollout.overlaying import KnownHubs, Overlay, known_elsewhere, waiting_hubs
from chfw_app.stores.tables import consent, hub
from chfw_core.consent.model import ActivationBasis
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import REGISTRATION, SMI
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease
from chfw_core.rollout.outcomes.commands import ObserveVersions
from chfw_core.rollout.states import WAITING, HubState
from chfw_core.rollout.suppliers.commands import CompleteSupplierChange
from tests.app.rollout.conftest import Told
from tests.app.rollout.test_cli import PLANNED, RELEASE, RULES, World
from tests.app.rollout.test_cli import estate as estate
from tests.app.rollout.test_cli import world as world
from tests.core.rollout.worlds import (
    ALPHA,
    BETA,
    CLASSES,
    FAR,
    FIRMWARE,
    GAMMA,
    GAS,
    GAS_ONLY,
    NEW,
    OLD,
    SOLE,
    SPLIT,
    START,
    R,
)

JOINS = "BRKW"
ALL = (SOLE, SPLIT, FAR, GAS_ONLY)


def change_hands(world: World) -> list[str]:
    """NWND loses some hubs of which it is the sole Supplier, once the notice is out."""
    world.notified()
    gone = world.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[:5]
    file = world.table("gone.csv", ("guid",), *((guid,) for guid in gone))
    for role in ("import", "gas"):
        who = ("--role", role, "--leaves", "NWND", "--joins", JOINS, "--effective", "2026-01-05")
        world.done("change-supplier", "completed", "--release", "CH-1", *who, "--guids", file, "--yes")
    return gone


def test_a_plan_made_now_is_for_who_has_the_hubs_now(world: World) -> None:
    """CS3: rules of the new Supplier decide, nothing is refused, and the former one hears no more of the hubs."""
    gone = change_hands(world)
    for party in ("NWND", JOINS):
        own = RULES.replace("NWND", party)
        (world.folder / "rules" / f"{party}.rules.yaml").write_text(own, encoding="utf-8")
    estate, rules = world.folder / "estate.csv", world.folder / "rules"
    ran = world.rollout("publish", "--release", "CH-1", "--estate", estate, "--rules", rules, at=PLANNED)
    assert ran.code == 0, ran.out + ran.err
    assert f"the ledger counts: of the hubs of `{estate}` it has other Suppliers for 5" in " ".join(ran.err.split())
    assert "refused" not in ran.out
    assert instructed(world, gone) == {(guid, JOINS) for guid in gone}
    assert set(gone) <= set(world.hubs(hub.c.day.is_not(None), hub.c.basis == ActivationBasis.SOLE_SUPPLIER.value))


def test_a_second_release_goes_to_who_has_the_hubs_now(world: World) -> None:
    """BR1.1: as long as the first one goes on, it is told of changes of Supplier."""
    gone = change_hands(world)
    second = world.folder / "second.yaml"
    second.write_text(RELEASE.replace("CH-1", "CH-2").replace("0D050002", "0D050003"), encoding="utf-8")
    world.done("draft", second)
    words = ("--release", "CH-2", "--estate", world.folder / "estate.csv", "--yes")
    ran = world.rollout("notify", *words)
    assert ran.code == 0, ran.out + ran.err
    assert "it has other Suppliers for 5" in " ".join(ran.err.split())
    taken = world.hubs(hub.c.release == "CH-2", hub.c.import_supplier == JOINS, hub.c.gas_supplier == JOINS)
    assert set(gone) <= set(taken)


def instructed(world: World, guids: Sequence[str]) -> set[tuple[str, str]]:
    """Who instructed these hubs."""
    with open_ledger(str(world.store)) as store, store.read() as connection:
        rows = connection.execute(select(consent.c.guid, consent.c.party).where(consent.c.opens.is_not(None))).all()
    return {(format_guid(row.guid), row.party) for row in rows if format_guid(row.guid) in guids}


def lost(told: Told, release: str = R, **fields: Any) -> None:
    """BETA's role for gas at SPLIT is GAMMA's."""
    who = {"role": GAS, "leaves": BETA, "joins": GAMMA, "effective": START.date(), "guids": GuidList([SPLIT])}
    told.taken(CompleteSupplierChange, REGISTRATION, release, **{**who, **fields})


def test_hubs_that_wait_come_with_what_the_ledger_has(told: Told) -> None:
    told.notified()
    lost(told)
    with told.service.store.read() as connection:
        found = waiting_hubs(connection, R, WAITING)
        assert not len(waiting_hubs(connection, R, [HubState.FAILED]))
    assert found.listed() == GuidList(ALL)
    assert [gas_supplier(found, guid) for guid in (SOLE, SPLIT, FAR, GAS_ONLY)] == [ALPHA, GAMMA, ALPHA, BETA]


def test_what_is_known_stands_in_the_place_of_what_a_file_says(told: Told) -> None:
    """A role that nobody has any more is empty; a configuration set that nobody has told of stays the file's."""
    told.notified()
    lost(told, joins=None)
    with told.service.store.read() as connection:
        overlay = Overlay(known=waiting_hubs(connection, R, WAITING))
    rows = {
        "guid": pa.array([FAR, SPLIT, 0x99], pa.uint64()),
        "csp_region": pa.array(["North", "North", "North"]),
        "firmware_version": pa.array([OLD, OLD, OLD]),
        "configuration_set": pa.array([None, "SET-9", None], pa.string()),
        "import_supplier": pa.array(["GAMMA", "ALPHA", "GAMMA"]),
        "gas_supplier": pa.array(["ALPHA", "BETA", "GAMMA"]),
    }
    texts = {name: column.dictionary_encode() for name, column in rows.items() if name != "guid"}
    batch = pa.RecordBatch.from_pydict({"guid": rows["guid"], **texts})
    after = overlay.over(batch)
    assert after.schema == batch.schema
    assert after.column("csp_region").to_pylist() == ["South", "North", "North"]
    assert after.column("import_supplier").to_pylist() == ["ALPHA", "ALPHA", "GAMMA"]
    assert after.column("gas_supplier").to_pylist() == ["ALPHA", None, "GAMMA"]
    assert after.column("configuration_set").to_pylist() == [None, "SET-9", None]
    (words,) = overlay.words("estate.csv")
    assert words.endswith("it has other Suppliers for 2, another region for 1")


def test_versions_of_other_releases_count_where_the_smi_showed_them(told: Told) -> None:
    """BR5.6: else the file may be the younger one."""
    told.notified()
    told.taken(ObserveVersions, SMI, guids=GuidList([SOLE]), firmware_version=NEW, observed_at=START)
    with told.service.store.read() as connection:
        assert not len(known_elsewhere(connection, R))  # it does not ask itself
        found = known_elsewhere(connection, "another")
    assert {guid for at, guid in enumerate(found.guids.tolist()) if found.codes["firmware_version"][at] >= 0} == {SOLE}
    assert {guid for at, guid in enumerate(found.guids.tolist()) if found.codes["csp_region"][at] >= 0} == set(ALL)


def test_of_several_releases_the_one_that_was_notified_last_is_asked(told: Told) -> None:
    told.notified()
    then = evolve(FIRMWARE, id="REL-2", notified_at=FIRMWARE.notified_at + timedelta(days=1), upgrade_from=(NEW,))
    told.later(days=1)
    told.taken(DraftRelease, release="REL-2", firmware=then)
    told.taken(NotifyRelease, release="REL-2", classes=CLASSES[1:])
    lost(told, "REL-2")
    with told.service.store.read() as connection:
        found = known_elsewhere(connection, "another")
    assert found.guids.tolist() == sorted(ALL)
    assert gas_supplier(found, SPLIT) == GAMMA
    assert gas_supplier(found, SOLE) == ALPHA


def gas_supplier(known: KnownHubs, guid: Guid) -> str | None:
    code = known.codes["gas_supplier"][known.guids.tolist().index(guid)]
    return None if code < 0 else known.texts["gas_supplier"][code]
