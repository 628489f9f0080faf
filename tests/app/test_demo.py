"""`chfw demo`, small: every command is printed as one could type it, and works."""

from pathlib import Path

import pytest

from tests.app.helpers import Chfw


def test_the_demonstration(chfw: Chfw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = chfw("demo", "--hubs", 4000)
    assert ran.code == 0, ran.err
    told = ran.out.replace(" \\\n    ", " ")
    commands = [line.removeprefix("$ chfw ").split()[0] for line in told.splitlines() if line.startswith("$ chfw ")]
    assert commands == ["estate", "rules", "plan", "verify", "explain", "explain", "explain", "explain"]
    assert "nothing wrong" in told
    agreed = told.partition("One hub: both of its Suppliers have agreed")[2].partition("One hub:")[0]
    assert "BOTH_SUPPLIERS" in agreed
    assert "do not meet" not in agreed
    assert agreed.count(" applies: ") >= 2  # a rule of each
    assert (tmp_path / "demo" / "plan.html").exists()
    assert "demo/plan.html" in told
    assert str(tmp_path) not in told
