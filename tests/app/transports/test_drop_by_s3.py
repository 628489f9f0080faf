"""Drop folders in an S3 bucket: held to the suite, killed on the way, and only in a bucket that is there (TR4, I9)."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from chfw_app.testing import ledgers
from chfw_core.errors import InputError
from chfw_core.testing.transports.ends import Bench
from chfw_core.testing.transports.suite import TransportConformance
from chfw_files.drop.places import place_at
from chfw_files.drop.remote import RemotePlace
from chfw_files.drop.transport import DropFolders
from tests.app.stores.servers import SqliteDatabases
from tests.app.transports.file_end import UrlEnd
from tests.app.transports.s3_server import BUCKET, Server, s3_server
from tests.app.transports.test_drop_crashes import dies_at, in_store


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch, s3_server(patch) as found:
        yield found


@pytest.fixture
def root(server: Server) -> RemotePlace:
    """An empty place in the bucket."""
    place = place_at(f"{server.url}/{uuid.uuid4().hex}")
    assert isinstance(place, RemotePlace)
    return place


@pytest.fixture
def bench(root: RemotePlace, tmp_path: Path) -> Iterator[Bench]:
    far_end = UrlEnd(root=tmp_path / "mirror", address=root.address)
    with ledgers(tmp_path) as (direct, through):
        yield Bench(far_end=far_end, direct=direct, through=through)


@pytest.mark.nightly
class TestByS3(TransportConformance):
    """All of it: each step waits for a server."""


def test_rows_come_back_and_messages_arrive(bench: Bench) -> None:
    """BR5.1, BR5.2, TR5: a scenario of the suite."""
    TransportConformance().test_every_refused_hub_is_listed_with_its_reason_and_the_others_stand(bench)


def test_rules_and_events_come_by_a_bucket(bench: Bench) -> None:
    """RU6, RU7: another."""
    TransportConformance().test_rule_files_are_checked_together_and_one_is_taken_back(bench)


def test_killed_before_it_answers_it_answers_once(bench: Bench) -> None:
    """I9: another."""
    TransportConformance().test_killed_before_it_answers_it_answers_once_and_carries_out_once(bench)


@pytest.mark.parametrize(("last", "after"), [(9, False), (60, True)])
def test_a_step_may_be_the_last(root: RemotePlace, last: int, after: bool, sqlite_databases: SqliteDatabases) -> None:
    """I9: a copy stands in two places for a moment; nothing is carried out twice, lost, or seen half written."""
    assert dies_at((root, lambda: in_store(root)), last, after=after, databases=sqlite_databases)


@pytest.mark.nightly
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("last", range(1, 200, 7))
def test_any_step_may_be_the_last(root: RemotePlace, last: int, after: bool, sqlite_databases: SqliteDatabases) -> None:
    dies_at((root, lambda: in_store(root)), last, after=after, databases=sqlite_databases)


def test_who_was_given_a_folder_is_served_though_nothing_lies_there_yet(root: RemotePlace) -> None:
    """An object store has no folders of its own."""
    DropFolders(place=root, only=("BIRCH", "CSP:North")).close()
    drop = DropFolders(place=root)
    assert drop.parties == ("BIRCH", "CSP:North")
    assert (list(drop.receive()), drop.waiting) == ([], 0)
    drop.close()


def test_a_bucket_that_is_not_there_is_not_made(server: Server) -> None:
    place = place_at("s3://drop-fodlers/chfw")
    with pytest.raises(InputError, match="bucket does not exist"):
        place.make("BIRCH/in")
    assert [one["Name"] for one in boto3.client("s3").list_buckets()["Buckets"]] == [BUCKET]


def test_without_the_right_to_write_it_is_said(
    root: RemotePlace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"a")

    async def refused(*_: object, **__: object) -> None:
        raise PermissionError("Access Denied")

    monkeypatch.setattr(root.fs, "_call_s3", refused)
    with pytest.raises(InputError, match="Access Denied") as raised:
        root.put(tmp_path / "a", "BIRCH/out/a.csv")
    assert raised.value.hint == "it is tried again the next time"
