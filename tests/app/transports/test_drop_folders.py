"""Drop folders are held to the suite: on both databases, in every format, on disks and by a URL (TR4, TR5, I12)."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from chfw_app.testing import ServiceLedger, ledgers
from chfw_core.testing.transports.ends import Bench
from chfw_core.testing.transports.suite import TransportConformance
from tests.app.transports.file_end import FileEnd, UrlEnd


class TestCsv(TransportConformance):
    @pytest.fixture
    def bench(self, two_ledgers: tuple[ServiceLedger, ServiceLedger], tmp_path: Path) -> Bench:
        far_end = FileEnd(root=tmp_path, address=str(tmp_path))
        return Bench(far_end=far_end, direct=two_ledgers[0], through=two_ledgers[1])


class TestOtherFormats(TransportConformance):
    """Lists come as one format and messages go as another."""

    @pytest.fixture(
        params=[("xlsx", "parquet"), ("parquet", "jsonl"), ("jsonl", "xlsx"), ("csv", "json")], ids="-".join
    )
    def bench(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
        given, sent = request.param
        root = tmp_path / "drop"
        root.mkdir()
        far_end = FileEnd(root=root, address=str(root), given=given, sent=sent)
        with ledgers(tmp_path) as (direct, through):
            yield Bench(far_end=far_end, direct=direct, through=through)


class TestByUrl(TransportConformance):
    """In an object store, which copies where disks rename; spreadsheets out."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[Bench]:
        address = f"memory://{tmp_path.name}-{uuid4().hex}"
        far_end = UrlEnd(root=tmp_path / "mirror", address=address, given="jsonl", sent="xlsx")
        with ledgers(tmp_path) as (direct, through):
            yield Bench(far_end=far_end, direct=direct, through=through)
