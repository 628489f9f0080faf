"""The benchmark of triggers runs both engines on one stream and fails where they differ. Nothing here is about time."""

import importlib.util
import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(importlib.util.find_spec("psutil") is None, reason="needs the extra `bench`")


def test_both_engines_are_measured_beside_their_floor(tmp_path: Path) -> None:
    from benchmarks.triggers.__main__ import main
    from chfw_app.triggers.choosing import durable_version

    out = tmp_path / "figures.json"
    small = ["--triggers", "1,7", "--open", "200", "--events", "1k", "--soak", "3k", "--runner", "0"]
    assert main([*small, "--json", str(out)]) == 0
    figures = json.loads(out.read_text(encoding="utf-8"))["figures"]
    engines = ["automaton", "durable_rules"] if durable_version()[0] else ["automaton"]
    timed = [measured for label, measured in figures.items() if not label.startswith("soak")]
    assert [list(measured) for measured in timed] == [["floor", "seeing", *engines]] * 2
    for measured in timed:
        assert {measured[engine]["fired"] for engine in engines} == {500}
    (soak,) = (measured for label, measured in figures.items() if label.startswith("soak"))
    assert len({soak[engine]["fired"] for engine in engines}) == 1
    assert soak["automaton"]["fired"] > 10
    assert soak["automaton"]["passed over"] > 10


def test_engines_that_differ_make_it_fail() -> None:
    from benchmarks.triggers.__main__ import _is_sound

    assert not _is_sound({"automaton": {"fired": 1}, "durable_rules": {"fired": 2}})
    assert not _is_sound({"automaton": {"fired": 1}, "durable_rules": {"failed": "ended with -11"}})
    assert _is_sound({"floor": {"fired": 0}, "automaton": {"fired": 1}, "durable_rules": {"fired": 1}})


def test_the_whole_way_takes_hears_and_fires_what_it_says() -> None:
    from benchmarks.triggers import runner
    from benchmarks.triggers.stream import Load

    made = runner.measured(Load(triggers=1, open=50, events=200))
    assert made["fired"] == 20
    assert len(list(runner.lines(Load(triggers=1, open=50, events=200)))) == 250
