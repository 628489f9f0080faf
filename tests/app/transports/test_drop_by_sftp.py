"""Drop folders on an SFTP server: held to the suite, and only where the server's key is known (TR4)."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chfw_app.testing import ledger_at, ledgers
from chfw_app.transports.drop_rounds import Rounds
from chfw_core.errors import InputError
from chfw_core.testing.transports.ends import Bench
from chfw_core.testing.transports.suite import TransportConformance
from chfw_files.drop.places import place_at
from chfw_files.drop.transport import DropFolders
from tests.app.transports.file_end import FileEnd
from tests.app.transports.sftp_server import PASSWORD, Server, sftp_server


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    root = tmp_path / "sftp"
    root.mkdir()
    with sftp_server(root) as found:
        monkeypatch.setenv("CHFW_KNOWN_HOSTS", str(found.known_hosts(tmp_path / "known_hosts")))
        yield found


@pytest.fixture
def bench(server: Server, tmp_path: Path) -> Iterator[Bench]:
    far_end = FileEnd(root=server.root, address=server.url)
    with ledgers(tmp_path) as (direct, through):
        yield Bench(far_end=far_end, direct=direct, through=through)


@pytest.mark.nightly
class TestBySftp(TransportConformance):
    """All of it: each step waits for a server."""


def test_rows_come_back_and_messages_arrive(bench: Bench) -> None:
    """BR5.1, BR5.2, TR5: a scenario of the suite."""
    TransportConformance().test_every_refused_hub_is_listed_with_its_reason_and_the_others_stand(bench)


def test_killed_before_it_answers_it_answers_once(bench: Bench) -> None:
    """I9: another."""
    TransportConformance().test_killed_before_it_answers_it_answers_once_and_carries_out_once(bench)


def test_a_server_whose_key_is_not_known_is_not_spoken_to(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHFW_KNOWN_HOSTS", str(tmp_path / "nobody"))
    with pytest.raises(InputError, match=r"key of the server .* is not known") as raised:
        place_at(server.url)
    assert "compare it" in str(raised.value.hint)


def test_a_connection_that_broke_off_is_made_anew(server: Server, tmp_path: Path) -> None:
    """What is watched goes on, whatever the line does."""
    place = place_at(server.url)
    place.make("BIRCH/in")
    for connection in server.threads:
        connection.close()
    said: list[str] = []
    with ledger_at(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        rounds = Rounds(service=ledger.service, drops=[DropFolders(place=place, settle=0.0)])
        rounds.seen = lambda done: rounds.stop.set()
        (server.root / "BIRCH" / "in" / "nonsense.csv").write_text("guid\n", encoding="utf-8")
        timer = threading.Timer(60, rounds.stop.set)
        timer.start()
        done = rounds.watch(0.1, said.append)
        timer.cancel()
    assert len(done.files) == 1
    assert len(said) == 1


def test_no_message_shows_the_password(server: Server) -> None:
    place = place_at(server.url)
    assert PASSWORD not in place.name
    with pytest.raises(InputError) as raised:
        place_at(server.url.replace("chfw:", "nobody:"))
    assert PASSWORD not in f"{raised.value} {raised.value.hint}"


def test_a_link_on_the_server_is_not_followed(server: Server, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("guid\n", encoding="utf-8")
    folder = server.root / "NWND" / "in"
    folder.mkdir(parents=True)
    (folder / "inventory.csv").symlink_to(tmp_path / "secret.csv")
    assert place_at(server.url).files("NWND/in") == []
