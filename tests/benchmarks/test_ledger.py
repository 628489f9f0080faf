"""The ledger's benchmark runs on both databases, and every item has its floor. Nothing here is about time."""

import importlib.util
import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(importlib.util.find_spec("psutil") is None, reason="needs the extra `bench`")


def test_every_item_is_measured_beside_its_floor(tmp_path: Path) -> None:
    from benchmarks.ledger.__main__ import main

    out = tmp_path / "figures.json"
    assert main(["--hubs", "2k", "--suppliers", "4", "--json", str(out)]) == 0
    told = json.loads(out.read_text(encoding="utf-8"))["figures"]
    assert list(told) == ["sqlite", "postgresql"]
    for figures in told.values():
        assert [one["item"] for one in figures if one["floor"] is None] == ["estate extract"]
        assert all(one["seconds"] > 0 and one["hubs"] > 0 for one in figures)
        by = {one["item"]: one for one in figures}
        assert by["outcomes, by region"]["hubs"] == 2_000
        assert by["estate extract"]["hubs"] == 2_000  # all of them are one Supplier's by then
        assert by["instruction, most refused"]["told"].startswith("1500 refused")
