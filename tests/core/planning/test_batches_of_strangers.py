"""BR3.7, NF7: what two Suppliers say of batches binds their hubs, not those of others whose rules bear the same ids."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from chfw_core.engines.columnar import MemoryEstate
from chfw_core.engines.verify import verify_schedule
from chfw_core.model.parties import DCC, Party
from chfw_core.planning.batch_terms import in_key
from chfw_core.planning.model import HubStatus, ScheduledHub
from chfw_core.planning.verify import Check
from chfw_core.rules.model import BatchSpec, DecideThen, Duration, RuleSet
from chfw_core.testing.worlds import REGIONS, A, B, decide, is_, on
from tests.core.engines.columnar.agreement import columnar
from tests.core.planning.test_corners import C, a_hub, draft_of, planned

D = Party("DLTA")
OURS = BatchSpec(size=2, pause=Duration(days=2))
WEEK: Mapping[str, Any] = {"opens": on(date(2026, 3, 2)), "closes": on(date(2026, 3, 9))}
PAIR, STRANGERS = tuple(range(1, 7)), tuple(range(11, 16))


def rows_of_a_pair(
    theirs: BatchSpec | None, *more: RuleSet, strangers: tuple[int, ...] = STRANGERS
) -> tuple[ScheduledHub, ...]:
    """The rows of hubs of A and B; C and D have rules of the same ids, C with these batches."""
    region, other = REGIONS
    pair = [a_hub(at, A, B, csp_region=region if at % 2 else other) for at in PAIR]
    draft = draft_of(*pair, *(a_hub(at, C, D, csp_region=other) for at in strangers))
    for party, batch in ((A, OURS), (B, None), (C, theirs), (D, None)):
        draft.add(party, decides=(decide("ours", batch=batch, **WEEK),))
    for rules in more:
        draft.add(rules.owner, decides=rules.decides, region_batch=rules.region_batch)
    return planned(draft).rows[: len(PAIR)]


@pytest.fixture(scope="module")
def alone() -> tuple[ScheduledHub, ...]:
    """Without strangers."""
    return rows_of_a_pair(None, strangers=())


@pytest.mark.parametrize(
    "theirs",
    [
        BatchSpec(size=1, pause=Duration(days=40)),
        BatchSpec(size=1, pause=Duration(days=2)),
        BatchSpec(size=2, pause=Duration(days=2, seconds=1)),
        BatchSpec(size=9),
        None,
    ],
)
def test_the_batches_of_strangers_move_no_hub_of_a_pair(
    alone: tuple[ScheduledHub, ...], theirs: BatchSpec | None
) -> None:
    """Not even where their rules bear the same ids."""
    assert [row.status for row in alone] == [HubStatus.PLANNED] * len(PAIR)
    assert {row.batch_id for row in alone} == {f"ours+ours@2.2d/{number}" for number in range(3)}
    assert rows_of_a_pair(theirs) == alone


def test_what_a_csp_or_the_dcc_says_of_the_hubs_of_strangers_moves_no_hub_of_a_pair() -> None:
    """Each binds hubs of its region, or of its rule: the pair's hubs in North go on as they do."""
    slow = BatchSpec(size=1, pause=Duration(days=40))
    other = REGIONS[1]
    csp = RuleSet(owner=f"CSP:{other}", region_batch=slow)
    dcc = RuleSet(
        owner=DCC, decides=(decide("there", is_("csp_region", other), then=DecideThen.LEAVE_TO_DCC, batch=slow),)
    )
    bound = [rows_of_a_pair(OURS, rules) for rules in (csp, dcc)]
    assert bound[0] == bound[1]
    alone = rows_of_a_pair(OURS, csp, strangers=())
    assert [row for at, row in zip(PAIR, bound[0], strict=True) if at % 2] == [
        row for at, row in zip(PAIR, alone, strict=True) if at % 2
    ]
    assert {row.batch_id for at, row in zip(PAIR, alone, strict=True) if at % 2} == {
        "ours+ours@2.2d/0",
        "ours+ours@2.2d/1",
    }


def test_the_cut_is_the_same_in_whatever_pieces_the_hubs_come() -> None:
    draft = draft_of(*(a_hub(at, *((A, B) if at % 2 else (C, D))) for at in range(1, 30)))
    for party, size in ((A, 2), (B, 9), (C, 3), (D, 9)):
        draft.add(party, decides=(decide("ours", batch=BatchSpec(size=size, pause=Duration(days=1))),))
    world = draft.world()
    wanted = {row.guid: row for row in planned(draft).rows}
    inputs, hubs, instructions = world
    for chunk, threads, turned in ((1, 3, hubs[::-1]), (4, 1, hubs[7:] + hubs[:7]), (100, 2, hubs)):
        plan = columnar((inputs, turned, instructions), chunk=chunk, threads=threads)
        found = [row for batch in plan.schedule() for row in batch.to_pylist()]
        assert [(row["guid"], row["batch_id"], row["day"]) for row in found] == [
            (hub.guid, wanted[hub.guid].batch_id, wanted[hub.guid].day) for hub in turned
        ]


def test_the_verifier_wants_the_terms_in_the_id() -> None:
    draft = draft_of(*(a_hub(at, A, B) for at in PAIR))
    for party in (A, B):
        draft.add(party, decides=(decide("ours", batch=OURS, **WEEK),))
    plan = columnar(draft.world())
    (table,) = plan.schedule()
    at = table.schema.get_field_index("batch_id")
    wrong = [text.replace("@2.2d", "@3.2d") for text in table.column(at).to_pylist()]
    told = table.set_column(at, table.schema.field(at), pa.array(wrong, table.schema.field(at).type))
    verdict = verify_schedule(draft.inputs, MemoryEstate(draft.hubs), [told], None)
    assert verdict.counts[Check.BATCH_ID] == len(PAIR)


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (BatchSpec(size=1000, pause=Duration(days=3)), "1000.3d"),
        (BatchSpec(size=5), "5"),
        (BatchSpec(size=5, pause=Duration(days=1, seconds=7265)), "5.1d2h1m5s"),
        (BatchSpec(size=5, pause=Duration(seconds=86_400)), "5.24h"),
        (BatchSpec(size=5, pause=Duration(seconds=61)), "5.1m1s"),
    ],
)
def test_terms_are_told_apart_in_a_key(batch: BatchSpec, said: str) -> None:
    assert in_key(batch) == said
