"""The transport in memory is held to the suite, on both databases; and so is one that can carry little."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chfw_app.testing import ServiceLedger, ledgers
from chfw_core.messages import ActivationAlert
from chfw_core.rollout.outcomes.commands import ObserveVersions
from chfw_core.testing.transports.ends import Bench
from chfw_core.testing.transports.memory import MemoryFarEnd, MemoryTransport
from chfw_core.testing.transports.suite import TransportConformance
from chfw_core.transport.port import Capabilities


class TestInMemory(TransportConformance):
    @pytest.fixture
    def bench(self, two_ledgers: tuple[ServiceLedger, ServiceLedger]) -> Bench:
        return Bench(far_end=MemoryFarEnd(), direct=two_ledgers[0], through=two_ledgers[1])


class TestForAlertsAlone(TransportConformance):
    """BR5.7: no more than the agreed minimum can be carried, one hub at a time."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[Bench]:
        able = Capabilities(inbound=frozenset({ObserveVersions}), outbound=frozenset({ActivationAlert}), most_hubs=1)
        far_end = MemoryFarEnd(transport=MemoryTransport(capabilities=able))
        with ledgers(tmp_path) as (direct, through):
            yield Bench(far_end=far_end, direct=direct, through=through)
