"""A small world on disk: an estate of 5,000 hubs, a release, the demonstration's rule files."""

import pytest

from chfw_app.cli import run
from chfw_app.demo.prepare import DemoFiles, copy_documents, write_sayings
from tests.app.helpers import HUBS, Chfw, Ran


@pytest.fixture
def chfw(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Chfw:
    """Runs one command in this process, its output going into a pipe: no width of a terminal is known."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*words: object) -> Ran:
        capsys.readouterr()
        code = run([str(word) for word in words])
        seen = capsys.readouterr()
        assert "Traceback" not in seen.err
        return Ran(code=code, out=seen.out, err=seen.err)

    return call


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    """The demonstration at a two-hundredth of its size. Not to be written to."""
    where = DemoFiles(folder=tmp_path_factory.mktemp("world"))
    copy_documents(where, HUBS / 1_000_000)
    assert run(["estate", "generate", "--hubs", str(HUBS), "--seed", "7", "--out", str(where.estate)]) == 0
    write_sayings(where)
    return where
