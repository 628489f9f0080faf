"""Instructions with hours of their own, from the lists that say so to the days of a plan (BR3.1, BR3.5, TR4)."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest
from sqlalchemy import insert, select

from chfw_app.reports.extracts import write_statuses
from chfw_app.reports.reading import looking
from chfw_app.reports.statuses import names_hours, statuses
from chfw_app.rollout.opening import open_ledger
from chfw_app.stores import migrate
from chfw_app.stores.dialects import database_of
from chfw_app.stores.open import open_store
from chfw_app.stores.replay import rebuild
from chfw_app.stores.rollout_codec import projections
from chfw_app.stores.tables import consent, hub
from chfw_core.consent.model import ActivationBasis
from chfw_core.model.guid import parse_guid
from chfw_core.model.periods import london_time
from chfw_core.reports.progress.plain import as_plain
from chfw_core.reports.progress.readers import reader_named
from chfw_core.rollout.handover.commands import PublishPlan
from chfw_core.rollout.instructing.commands import Instruct
from chfw_files.documents.instructions import read_instructions
from chfw_files.tables.writing import write_table
from tests.app.rollout.conftest import Told
from tests.app.rollout.test_cli import PLANNED, World
from tests.app.rollout.test_cli import estate as estate
from tests.app.rollout.test_cli import world as world
from tests.app.stores.conftest import Databases
from tests.core.rollout.worlds import ALPHA, BETA, GAS, IMPORT, SOLE, SPLIT, row, some

HOURS = "Mon-Thu 22:00-05:00, not on bank_holidays"
STANDARD = "mon-thu 22:00-05:00 not on bank_holidays"
COLUMNS = ("guid", "party", "role", "opens", "closes", "received_at", "action", "window")
PERIOD = ("2026-03-02", "2026-03-15")


def own_hubs(world: World, count: int) -> list[str]:
    """Hubs of NWND alone."""
    return world.hubs(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")[:count]


def listed(world: World, guids: list[str], window: str, name: str = "list.csv") -> Path:
    rows = [(guid, "NWND", "import", *PERIOD, PLANNED, "instruct", window) for guid in guids]
    path = world.table("list.csv", COLUMNS, *rows)
    if name != "list.csv":
        texts = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, pa.string()))
        table = pyarrow.csv.read_csv(path, convert_options=texts)
        path = world.folder / name
        write_table(path, table.schema, table.to_batches())
    return path


@pytest.mark.parametrize("extension", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_list_says_the_hours_in_every_format(world: World, extension: str) -> None:
    """TR4, BR5.1: the ledger has them in their standard text, and the receipt tells them."""
    world.notified()
    guids = own_hubs(world, 3)
    path = listed(world, guids, HOURS, f"list.{extension}")
    assert {row.window for row in read_instructions(path).instructions()} == {STANDARD}
    world.done("instruct", path, "--release", "CH-1", "--as", "NWND", at=PLANNED)
    with open_ledger(str(world.store)) as store, store.read() as connection:
        assert set(connection.execute(select(consent.c.hours)).scalars()) == {STANDARD}
    (out := world.folder / "out").mkdir()
    world.done("outbox", "--deliver", out)
    told = [json.loads(path.read_text(encoding="utf-8")) for path in out.rglob("*.json")]
    (receipt,) = [message for message in told if message["type"] == "instruction_receipt"]
    assert receipt["window"] == STANDARD


def test_a_plan_of_the_roll_out_keeps_to_the_hours_and_another_one_to_amended_hours(world: World) -> None:
    """BR3.5: rules of the same Supplier say other days; amended, the day goes, and a plan gives another."""
    world.notified()
    guids = own_hubs(world, 5)
    said = ("instruct", "--release", "CH-1", "--as", "NWND", "--role", "import", "--opens", PERIOD[0])
    named = [word for guid in guids for word in ("--guid", guid)]
    world.done(*said, "--closes", PERIOD[1], "--window", "sat 10:00-16:00", *named, at=PLANNED)
    publish = (
        "publish",
        "--release",
        "CH-1",
        "--estate",
        world.folder / "estate.csv",
        "--rules",
        world.folder / "rules",
    )
    world.done(*publish)
    assert days(world, guids) == {(date(2026, 3, 7), 600)}
    world.done(*said, "--closes", PERIOD[1], "--window", "sun 11:00-12:00", *named)
    assert days(world, guids) == {(None, 0)}
    world.done(*publish)
    assert days(world, guids) == {(date(2026, 3, 8), 660)}
    assert world.chfw("ledger", "verify", "--store", world.store).code == 0


def days(world: World, guids: list[str]) -> set[tuple[date | None, int]]:
    """The day of each hub and the London minute of that day at which it opens."""
    query = select(hub.c.day, hub.c.window_opens).where(hub.c.guid.in_([parse_guid(guid) for guid in guids]))
    with open_ledger(str(world.store)) as store, store.read() as connection:
        found = connection.execute(query).all()
    minutes = {
        (day, opens): minute
        for day, opens in found
        if day
        for minute in (600, 660)
        if opens == london_time(day, minute)
    }
    return {(day, minutes.get((day, opens), 0)) for day, opens in found}


def test_what_is_no_window_comes_back_with_its_reason(world: World) -> None:
    """BR5.2: and is not read as every hour."""
    world.notified()
    ran = world.rollout(
        "instruct", listed(world, own_hubs(world, 1), "nights"), "--release", "CH-1", "--as", "NWND", "--json"
    )
    assert ran.code == 2
    assert "`nights` is no window" in ran.out
    slip = listed(world, own_hubs(world, 1), HOURS)
    text = slip.read_text(encoding="utf-8")
    for name in ("windows", "hours", "Time Window", "permitted_hours"):
        slip.write_text(text.replace("action,window", f"action,{name}"), encoding="utf-8")
        ran = world.rollout("instruct", slip, "--release", "CH-1", "--as", "NWND")
        assert ran.code == 1
        assert f"did you mean `window` by `{name}`?" in ran.err


def test_rows_of_one_hub_that_say_other_hours_are_all_set_aside(world: World) -> None:
    world.notified()
    (guid,) = own_hubs(world, 1)
    path = listed(world, [guid, guid], HOURS)
    text = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*text[:2], text[2].replace("Mon-Thu", "Tue"), ""]), encoding="utf-8")
    ran = world.rollout("instruct", path, "--release", "CH-1", "--as", "NWND", "--json", at=PLANNED)
    assert ran.code == 2
    assert "says otherwise of the same hub" in ran.out


def test_the_same_file_after_an_amendment_of_the_hours_says_that_it_does_not_stand(world: World) -> None:
    """BR5.1: its old answer is not what stands."""
    world.notified()
    first, second = (
        listed(world, own_hubs(world, 2), text).rename(world.folder / f"{text[:3]}.csv")
        for text in (HOURS, "sat 10:00-16:00")
    )
    instruct = ("--release", "CH-1", "--as", "NWND")
    world.done("instruct", first, *instruct, at=PLANNED)
    world.done("instruct", second, *instruct)
    (again,) = world.done("instruct", first, *instruct, code=2)["answers"]
    assert again["not_standing"] == 2
    with open_ledger(str(world.store)) as store, store.read() as connection:
        assert set(connection.execute(select(consent.c.hours)).scalars()) == {"sat 10:00-16:00"}


PERIOD_OF_TOLD: dict[str, Any] = {
    "opens": datetime(2026, 3, 10, tzinfo=UTC),
    "closes": datetime(2026, 3, 12, tzinfo=UTC),
}


def test_hours_are_kept_and_come_again_from_the_entries(told: Told) -> None:
    """I11, on SQLite and PostgreSQL: hubs alike in all but the hours are not alike."""
    told.notified()
    told.taken(Instruct, ALPHA, role=IMPORT, guids=some(SOLE), window="tue wed 00:00-06:00", **PERIOD_OF_TOLD)
    told.taken(Instruct, ALPHA, role=IMPORT, guids=some(SPLIT), window="wed 00:00-06:00", **PERIOD_OF_TOLD)
    told.taken(Instruct, BETA, role=GAS, guids=some(SPLIT), **PERIOD_OF_TOLD)
    plan = (
        row(SOLE, day=date(2026, 3, 10), basis=ActivationBasis.SOLE_SUPPLIER),
        row(SPLIT, day=date(2026, 3, 11), basis=ActivationBasis.BOTH_SUPPLIERS),
    )
    told.taken(PublishPlan, classes=plan)
    told.taken(Instruct, ALPHA, role=IMPORT, guids=some(SOLE, SPLIT), window="wed 00:00-06:00", **PERIOD_OF_TOLD)
    store = told.service.store
    with store.read() as connection:
        before = [list(connection.execute(select(table).order_by(table.c.guid))) for table in (hub, consent)]
    assert [(found.guid, found.party, found.hours) for found in before[1]] == [
        (SOLE, ALPHA, "wed 00:00-06:00"),
        (SPLIT, ALPHA, "wed 00:00-06:00"),
        (SPLIT, BETA, None),
    ]
    assert [found.day for found in before[0]][:2] == [None, date(2026, 3, 11)]
    with store.write() as transaction:
        rebuild(transaction)
    with store.read() as connection:
        assert [list(connection.execute(select(table).order_by(table.c.guid))) for table in (hub, consent)] == before


def test_a_ledger_of_the_form_before_gets_the_column_and_keeps_its_instructions(databases: Databases) -> None:
    with databases.one(empty=True) as url:
        database = database_of(url)
        with database.writing() as connection:
            migrate.upgrade(connection, upto="0005")
            values = {
                "release": "R1",
                "guid": 7,
                "party": "NWND",
                "role": "import",
                "received_at": PERIOD_OF_TOLD["opens"],
            }
            connection.execute(insert(consent).values(**values))
        database.close()
        with open_store(url, projections()) as store, store.read() as connection:
            (found,) = connection.execute(select(consent)).all()
            assert (found.guid, found.hours) == (7, None)


def test_a_supplier_reads_the_hours_that_it_named_and_the_other_has_the_table_that_it_had(
    told: Told, tmp_path: Path
) -> None:
    """BR5.3, NF7: a table without hours has the columns that it had before there were any, whoever else names some."""
    told.notified()

    def extracts(party: str) -> tuple[bytes, str]:
        path = tmp_path / "status.csv"
        with looking(told.service.store, reader_named(party)) as sight:
            write_statuses(path, statuses(sight), hours=names_hours(sight))
            plain = json.dumps([as_plain(one) for one in statuses(sight)])
        return path.read_bytes(), plain

    told.taken(Instruct, ALPHA, role=IMPORT, guids=some(SPLIT), **PERIOD_OF_TOLD)
    alpha, beta = extracts(ALPHA), extracts(BETA)
    told.taken(Instruct, ALPHA, role=IMPORT, guids=some(SPLIT), window="tue 10:00-12:00", **PERIOD_OF_TOLD)
    assert extracts(BETA) == beta
    assert all("window" not in str(text) for text in (alpha[1], alpha[0].splitlines()[0]))
    table, plain = extracts(ALPHA)
    rows = list(csv.DictReader(table.decode().splitlines()))
    assert Counter(found["window"] for found in rows) == {"tue 10:00-12:00": 1, "": len(rows) - 1}
    assert plain.count('"window": "tue 10:00-12:00"') == plain.count('"window"') == 1
