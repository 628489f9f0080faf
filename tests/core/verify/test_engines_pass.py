"""NF4: the plans of both engines pass the verifier, which shares no code with them."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

import pyarrow as pa
import pytest

from chfw_core.engines.columnar import MemoryEstate, instruction_table
from chfw_core.engines.verify import verify_schedule
from chfw_core.planning.model import ScheduledHub
from chfw_core.testing.worlds import MOMENTS, World, features, named_worlds
from tests.core.engines.columnar.agreement import as_row, assert_agree, attribute_tables

NAMES = tuple(f"{name}, {moment}" for name in features() for moment in MOMENTS)


@cache
def worlds() -> dict[str, World]:
    return dict(named_worlds())


def violations(world: World, rows: Sequence[ScheduledHub], schema: pa.Schema) -> list[str]:
    inputs, hubs, instructions = world
    batch = pa.RecordBatch.from_pylist([as_row(row) for row in rows], schema=schema)
    estate, recorded = MemoryEstate(hubs, chunk=10), instruction_table(instructions)
    verdict = verify_schedule(inputs, estate, [batch], recorded, attribute_tables(hubs))
    return [str(violation) for violation in verdict.violations]


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_at_every_moment(name: str) -> None:
    wanted, found = assert_agree(worlds()[name])
    schema = next(iter(found.schedule())).schema
    assert not violations(worlds()[name], wanted.rows, schema)


def test_every_pair_of_features() -> None:
    for name, world in named_worlds(pairs=True):
        if " and " in name:
            wanted, found = assert_agree(world)
            assert not violations(world, wanted.rows, next(iter(found.schedule())).schema), name


@pytest.mark.parametrize("slip", ["_has", "_compares", "_within_last", "shift"])
def test_a_slip_in_the_planners_reading_of_conditions_is_found(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unshifted(value: date | datetime, _: object) -> date | datetime:
        return value

    monkeypatch.setattr(f"chfw_core.rules.meaning.evaluate.{slip}", unshifted if slip == "shift" else lambda *_: False)
    for world in worlds().values():
        wanted, found = assert_agree(world)
        if violations(world, wanted.rows, next(iter(found.schedule())).schema):
            return
    pytest.fail("no world in which the verifier sees it")
