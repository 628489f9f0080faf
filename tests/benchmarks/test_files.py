"""The benchmark of files reads and writes every format. Nothing here is about time."""

import importlib.util
import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(importlib.util.find_spec("psutil") is None, reason="needs the extra `bench`")


def test_every_format_is_read_beside_its_floor_and_written_in_two_sizes(tmp_path: Path) -> None:
    from benchmarks.files.__main__ import main

    out = tmp_path / "figures.json"
    sizes = {"--rows": 500, "--sheet-rows": 200, "--few": 50, "--many": 150, "--sheet-few": 20, "--sheet-many": 40}
    words = [str(word) for pair in sizes.items() for word in pair]
    assert main([*words, "--repetitions", "1", "--folder", str(tmp_path), "--json", str(out)]) == 0
    figures = json.loads(out.read_text(encoding="utf-8"))["figures"]
    rows = {one["item"]: one["rows"] for one in figures}
    assert rows == {
        "read CSV": 500,
        "read Parquet": 500,
        "read JSON Lines": 500,
        "read XLSX": 200,
        **{f"write {extension} {count}": count for extension in (".csv", ".parquet", ".jsonl") for count in (50, 150)},
        "write .xlsx 20": 20,
        "write .xlsx 40": 40,
    }
    assert all(one["floor"] for one in figures if one["item"].startswith("read"))
