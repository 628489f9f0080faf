"""JSON Lines in: objects line by line, and what cannot be one."""

from pathlib import Path

import pytest

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.documents.estate import REPEATED, open_estate
from chfw_files.lines import jsonl_source
from chfw_files.sources import open_source
from tests.files.estates import guid, hub


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> tuple[dict[str, list[str | None]], list[tuple[int, str]]]:
    source = open_source(path)
    columns: dict[str, list[str | None]] = {name: [] for name in ("line", *source.names)}
    wrong = []
    for index in range(source.chunk_count):
        raw = source.read(index, source.names)
        columns["line"] += raw.lines().tolist()
        for name in source.names:
            columns[name] += raw.columns[name].to_pylist()
        wrong += [(row.line, row.reason) for row in raw.unreadable]
    return columns, wrong


@pytest.mark.parametrize("size", [8 << 20, 40])
def test_values_are_texts_with_the_digits_that_were_written(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl_source, "CHUNK_BYTES", size)
    path = write(
        tmp_path / "t.jsonl",
        '\ufeff{"a": "x", "n": 16500000000000000001}',
        "",
        '{"n": 1.50, "flags": ["p", "q"], "b": true, "a": null}\r',
        '{"flags": [], "b": false, "n": 1e400}',
    )
    assert read(path) == (
        {
            "line": [1, 3, 4],
            "a": ["x", None, None],
            "n": ["16500000000000000001", "1.50", "1e400"],
            "flags": [None, "p|q", ""],
            "b": [None, "true", "false"],
        },
        [],
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[1]", "not an object"),
        ("x", "not JSON"),
        ('{"a": {"b": 1}}', "neither text nor a number nor a list of texts"),
        ('{"a": [true]}', "neither text nor a number nor a list of texts"),
        ('{"a": ["x|y"]}', "neither text nor a number nor a list of texts"),
        ('{"a": 1, "a": 2}', "the key `a` is there more than once"),
        ('{"a": NaN}', "`NaN` is not a number of JSON"),
        ('{"a": "' + "[" * 9 + '"}', "brackets inside each other"),
        ("[" * 100_000, "brackets inside each other"),
        ('{"a":' * 100_000, "brackets inside each other"),
        ('{"a": "x\x00"}', "not JSON"),
    ],
)
def test_a_line_that_is_no_row_is_set_aside_and_the_others_stay(line: str, why: str, tmp_path: Path) -> None:
    columns, ((number, reason),) = read(write(tmp_path / "t.jsonl", '{"a": "good"}', line, '{"a": "too"}'))
    assert columns == {"line": [1, 3], "a": ["good", "too"]}
    assert number == 2
    assert why in reason


def test_numbers_of_any_length_are_text(tmp_path: Path) -> None:
    digits = "9" * 100_000
    assert read(write(tmp_path / "t.jsonl", f'{{"a": {digits}}}'))[0]["a"] == [digits]


def test_a_row_that_is_set_aside_may_repeat_the_guid_of_a_good_one(tmp_path: Path) -> None:
    import json

    bad = json.dumps({**hub(1), "flags": {"x": 1}})
    estate = open_estate(write(tmp_path / "e.jsonl", json.dumps(hub(1)), bad, json.dumps(hub(2))))
    assert estate.set_aside_repeated() == 1
    assert [batch.num_rows for batch in estate.batches()] == [1]
    assert [(row.line, row.guid_text) for row in estate.quarantine] == [(1, guid(1)), (2, guid(1))]
    assert all(REPEATED in row.reason for row in estate.quarantine)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\xff\xfe{\x00", "it is UTF-16"),
        (b'{"a": "x"}\n{"a": "\xff"}\n', "is not UTF-8: line 2, byte 0xFF"),
        (b"[]\nx\n", "has no line that is a JSON object"),
    ],
)
def test_what_is_no_file_of_json_lines(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=why):
        read(path)


def test_a_file_of_empty_lines_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"\n\n")
    assert open_source(path).chunk_count == 0


def test_a_line_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_LINE", 100)
    path = write(tmp_path / "t.jsonl", '{"a": "x"}', '{"a": "' + "y" * 200 + '"}')
    with pytest.raises(InputError, match=r"line 2 of .* has more than 100 bytes"):
        read(path)
    monkeypatch.setattr(jsonl_source, "CHUNK_BYTES", 5)
    with pytest.raises(InputError, match="has more than 100 bytes"):
        read(path)


def test_more_keys_than_any_list_has_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_COLUMNS", 3)
    with pytest.raises(InputError, match="has 4 columns"):
        open_source(write(tmp_path / "t.jsonl", '{"a": 1, "b": 2, "c": 3, "d": 4}'))
