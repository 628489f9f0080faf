"""BR3.7: what is worked on for batches is what hubs have, not every batch that a class of hubs could be in."""

import numpy as np
import pytest

from chfw_core.engines.columnar import slots
from chfw_core.rules.model import BatchSpec, DecideThen, Duration
from chfw_core.testing.worlds import base, decide, features
from tests.core.engines.columnar.agreement import assert_agree


@pytest.mark.parametrize("limit", [1 << 20, 0])
@pytest.mark.parametrize("pause", [Duration(seconds=300), Duration(days=3), Duration()])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_there_are_never_more_slots_than_hubs(
    size: int, pause: Duration, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of one hub: as many batches as hubs, and each class of hubs could be in every one of them."""
    monkeypatch.setattr(slots, "TABLE_LIMIT", limit)
    draft = base()
    features()["no rules"](draft)
    draft.release(capacity={"North": 3, "Central": 2})
    batch = BatchSpec(size=size, pause=pause)
    draft.add("DCC", decides=(decide("rest", then=DecideThen.LEAVE_TO_DCC, batch=batch),))
    _, found = assert_agree(draft.world())
    made = found.table.placed.assignment.slots
    hubs = np.bincount(np.concatenate(found.table.placed.classes), minlength=len(made))
    cut = made.batch >= 0
    assert len(set(made.batch[cut].tolist())) > 1
    assert cut.sum() <= hubs.sum()
    pairs = list(zip(made.record[cut].tolist(), made.batch[cut].tolist(), strict=True))
    assert pairs == sorted(set(pairs))
