"""The measurement of open sequences measures what it says: nothing is lost on the way, and a restart finds all."""

from pathlib import Path

from benchmarks.open_steps import measure, way


def test_small_figures_come_out(tmp_path: Path) -> None:
    found = measure(f"sqlite:///{tmp_path / 'steps.db'}", 600)
    assert set(found) == {"save", "count", "load 600 by key", "find 600 that are due"}
    way_taken = way(f"sqlite:///{tmp_path / 'way.db'}", tmp_path, 60)
    assert set(way_taken) == {"say 90 events", "hear and step them, 30 firings", "a tick, 30 firings"}
    assert all(seconds > 0 for seconds in (*found.values(), *way_taken.values()))
