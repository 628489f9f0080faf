"""Design 3, by the column: pairs of consents that are settled together come to what each comes to alone."""

from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import pytest

from chfw_core.consent.model import Consent
from chfw_core.engines.columnar import MemoryEstate
from chfw_core.engines.columnar.load import load_estate
from chfw_core.engines.columnar.settling import NONE, Settler
from chfw_core.engines.columnar.world import build_world, gather_rules
from chfw_core.model.periods import Period
from chfw_core.model.windows import Windows
from chfw_core.planning.dcc import dcc_terms
from chfw_core.planning.hub_plan import settle
from chfw_core.testing.worlds import base, window

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = (0, 3, 20)
WINDOWS = (Windows(), window("nights", "01234", 22, 5), window("office", "01234", 9, 17), window("sunday", "6", 1, 20))


def consents() -> list[Consent | None]:
    """Every period over three openings and three lengths, with every kind of windows; and none."""
    found: list[Consent | None] = [None]
    for opens, length, windows in product(DAYS, (1, 5, 30), WINDOWS):
        period = Period(opens=START + timedelta(days=opens), closes=START + timedelta(days=opens + length))
        found.append(Consent(period=period, windows=windows))
    return found


@pytest.mark.parametrize("split", [True, False])
def test_every_pair_comes_to_what_it_comes_to_alone(split: bool) -> None:
    """BR3.2, BR4.1 to BR4.3: the later opening, the windows of both or of the later one, or the DCC's date."""
    inputs, hubs, _ = base().world()
    rules = gather_rules(inputs)
    axes = load_estate(MemoryEstate(hubs), rules.layout, 1, lambda share: None)
    terms = dcc_terms(release_held=None, holds=(), decide=None, inputs=inputs, read_date=lambda expr: None)
    settler = Settler(build_world(inputs, rules, axes), [terms], csp_windows=[Windows()])
    all_of_them = consents()
    numbers = np.arange(len(all_of_them))
    first, second = (part.ravel() for part in np.meshgrid(numbers, numbers if split else [NONE]))
    nothing = np.zeros(len(first), dtype=np.int64)
    found = settler.settle(
        consents=all_of_them,
        terms=nothing,
        first=first,
        second=second,
        csp=nothing,
        division=np.full(len(first), NONE),
        places=[0] * len(first),
    )
    for at, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        given = tuple(all_of_them[number] for number in (one, other) if number != NONE)
        alone = settle(
            responsible=2 if split else 1,
            consents=tuple(consent for consent in given if consent is not None),
            dcc=terms,
            end=None,
            csp_windows=Windows(),
            closed=frozenset(),
        )
        got = settler.settled[int(found[at])]
        assert (got.head, got.resolution.basis, got.resolution.period) == (
            alone.head,
            alone.resolution.basis,
            alone.resolution.period,
        )
        assert [part.hours for part in got.resolution.windows.parts] == [
            part.hours for part in alone.resolution.windows.parts
        ]
    assert len(settler.settled) < len(first) / 2 or not split
