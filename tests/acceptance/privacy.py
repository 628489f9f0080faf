"""NF7, after every scenario: in all that a Supplier was sent or can read, no other one's name and no rule of theirs.

What a Supplier can read is what the reports and the store give it, and on PostgreSQL whatever the role of parties may
select from any table.
"""

from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy import text as sql

from chfw_app.reports.duties import actions
from chfw_app.reports.flights import flights
from chfw_app.reports.products import products
from chfw_app.reports.reading import looking
from chfw_app.reports.statuses import statuses
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.outbox import dead_letters, waiting
from chfw_app.stores.visible import hubs_of
from chfw_core.model.parties import Party
from chfw_core.reports.progress.readers import reader_named
from tests.acceptance.people import RULES, SUPPLIERS

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
