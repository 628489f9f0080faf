"""I7: the same plan for any number of threads, any chunk size and any order of rows."""

import gc
import random
import sys
from functools import cache

import pytest

from chfw_core.engines.columnar import axes, marks, output, seats, sides, slots, steps, vocabulary
from chfw_core.testing.worlds import World, base, features
from tests.core.engines.columnar.agreement import assert_agree, columnar, rows_of

CUTTING = ("batches", "capacity", "pilots", "windows", "explicit instructions", "priorities")


@cache
def world(name: str) -> World:
    draft = base()
    features()[name](draft)
    return draft.world()


@pytest.mark.parametrize("name", CUTTING)
def test_threads_chunks_and_order_make_no_difference(name: str) -> None:
    inputs, hubs, instructions = world(name)
    wanted = rows_of(columnar((inputs, hubs, instructions), chunk=len(hubs), threads=1))
    by_guid = {row["guid"]: row for row in wanted}
    for threads in (1, 2):
        for chunk in (1, 5, 1000):
            assert rows_of(columnar((inputs, hubs, instructions), chunk=chunk, threads=threads)) == wanted
    shuffled, rows = list(hubs), list(instructions)
    random.Random(4).shuffle(shuffled)
    random.Random(5).shuffle(rows)
    found = rows_of(columnar((inputs, tuple(shuffled), tuple(rows))))
    assert [row["guid"] for row in found] == [hub.guid for hub in shuffled]
    assert {row["guid"]: row for row in found} == by_guid


@pytest.mark.parametrize("mark_bits", [marks.MARK_BITS, 0])
@pytest.mark.parametrize("name", sorted(features()))
def test_the_roads_for_many_codes_and_classes_lead_to_the_same_plan(
    name: str, mark_bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where tables would grow too large, what hubs have is hashed: their marks, or all of it where these lack room."""
    monkeypatch.setattr(sides, "DIRECT_CODES", 0)
    monkeypatch.setattr(marks, "MARK_BITS", mark_bits)
    monkeypatch.setattr(vocabulary, "TABLE_LIMIT", 0)
    monkeypatch.setattr(slots, "TABLE_LIMIT", 0)
    monkeypatch.setattr(axes, "BLOCK", 3)
    monkeypatch.setattr(seats, "FRONT", 1)
    monkeypatch.setattr(output, "WHOLE_DICTIONARY", 0)
    assert_agree(world(name))
    steps.quiet("reading the estate", 1.0)


def test_a_plan_leaves_the_interpreter_as_it_was() -> None:
    before = sys.getswitchinterval(), gc.isenabled()
    columnar(world("pilots"))
    assert (sys.getswitchinterval(), gc.isenabled()) == before
