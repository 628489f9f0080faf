"""NF7, after every scenario: in all that a Supplier was sent or can read, no other one's name and no rule of theirs.

What a Supplier can read is what the reports and the store give it, what its triggers wrote down, how `explain` tells it
the plan of its hubs, and on PostgreSQL whatever the role of parties may select from any table.
"""

from collections.abc import Iterator
from datetime import date

from attrs import evolve
from sqlalchemy import Connection
from sqlalchemy import text as sql

from chfw_app.reports.duties import actions
from chfw_app.reports.flights import flights
from chfw_app.reports.products import products
from chfw_app.reports.reading import looking
from chfw_app.reports.statuses import statuses
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.hub_rows import hubs_of as hub_records
from chfw_app.stores.outbox import dead_letters, waiting
from chfw_app.stores.visible import hubs_of
from chfw_app.triggers.showing import firings
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import plan_reference
from chfw_core.model.guid import Guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party
from chfw_core.reports.explain import explain_hub
from chfw_core.reports.progress.readers import reader_named
from chfw_core.rollout.records import HubRecord
from chfw_core.rules.model import BatchSpec, Duration, RuleSet
from chfw_core.testing.worlds import decide, inputs, on
from tests.acceptance.people import FIRMWARE, HOMES, OLD, RELEASE, RULES, SUPPLIERS

_GRANTED = """SELECT table_name, string_agg(quote_ident(column_name), ', ') FROM information_schema.column_privileges
    WHERE grantee = 'chfw_party' AND privilege_type = 'SELECT' GROUP BY table_name ORDER BY table_name"""


def leaks(service: RollOutService) -> list[str]:
    """Every place where a Supplier finds another one's name or rule."""
    found = []
    for party in SUPPLIERS:
        secrets = [word for other in SUPPLIERS if other != party for word in (other, RULES[other])]
        for where, said in readable(service, party):
            found += [f"{party} reads `{secret}` in {where}: {said}" for secret in secrets if secret in said]
    return found


def readable(service: RollOutService, party: Party) -> Iterator[tuple[str, str]]:
    """Where, and what, a Supplier can read or was sent."""
    with service.store.read() as connection:
        for message in (*waiting(connection), *dead_letters(connection)):
            if message.to_party == party:
                yield f"the message {message.type}", message.payload.decode()
        postgres = connection.dialect.name == "postgresql"
        granted = [tuple(row) for row in connection.execute(sql(_GRANTED))] if postgres else []
    with looking(service.store, reader_named(party)) as sight:
        yield from (("the statuses of its hubs", str(hub)) for hub in statuses(sight))
        yield "its duties", str(actions(sight, service.clock()))
        yield "what is in flight", str(flights(sight))
        yield "its products", str(products(sight))
    yield from (("its hub explained", said) for said in _explained(service, party))
    with service.store.read() as connection:
        yield from (("what its triggers wrote down", str(one)) for one in firings(connection, owner=party))
    for release in service.releases():
        with service.store.read(party) as connection:
            yield from (("its hubs", str(tuple(row))) for row in connection.execute(hubs_of(party, release)))
    with service.store.read(party) as connection:
        for table, columns in granted:
            yield from _rows(connection, table, columns)


def _rows(connection: Connection, table: str, columns: str) -> Iterator[tuple[str, str]]:
    for row in connection.execute(sql(f"SELECT {columns} FROM {table}")):
        values = [
            bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else value for value in row
        ]
        yield f"the table {table}", str(values)


def _explained(service: RollOutService, party: Party) -> Iterator[str]:
    """A plan of the hubs as they stand and of as many like them, by a rule of each Supplier with slow batches."""
    with service.store.read() as connection:
        records = hub_records(connection, RELEASE, [home.guid for home in HOMES]).values()
    hubs = tuple(_hub(record, number) for record in records for number in range(2))
    rows = plan_reference(PLAN, hubs, (), solve_flow).rows
    for hub, row in zip(hubs, rows, strict=True):
        told = explain_hub(PLAN, hub, (), row, party)
        yield f"{told.facts} {told.sections}"


def _hub(record: HubRecord, number: int) -> CommsHub:
    return CommsHub(
        guid=Guid(record.guid + (number << 32)),
        csp_region=record.region,
        device_model=FIRMWARE.device_models[0],
        firmware_version=OLD,
        import_supplier=record.suppliers.import_supplier,
        gas_supplier=record.suppliers.gas_supplier,
    )


def _rules(party: Party) -> RuleSet:
    """For a week in March, one hub at a time: of two hubs of a key the second has no day."""
    slow, opens, closes = BatchSpec(size=1, pause=Duration(days=20)), on(date(2026, 3, 2)), on(date(2026, 3, 9))
    return RuleSet(owner=party, decides=(decide(RULES[party], batch=slow, opens=opens, closes=closes),))


PLAN = inputs(release=evolve(FIRMWARE, capacity=None), rulesets=tuple(map(_rules, sorted(SUPPLIERS))))
