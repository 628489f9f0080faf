"""The page of drop folders says what the code does: kinds, folders, endings, keys of a receipt."""

import re

from chfw_core.documents.drop_folders import DropFoldersDocument, PlaceDocument
from chfw_core.documents.structuring import keys_of
from chfw_files.drop.layout import FOLDERS, KINDS, TABLES, UNFINISHED
from tests.docs.documents import ROOT

PAGE = (ROOT / "docs" / "reference" / "drop-folders.md").read_text(encoding="utf-8")
_PLACES = {True: "`in/RELEASE`", False: "`in`", None: "`in`, or `in/RELEASE`"}


def test_every_kind_is_there_with_its_place() -> None:
    table = PAGE.partition("## What a file holds")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \|", table, re.MULTILINE)
    assert dict(rows) == {name: _PLACES[kind.of_release] for name, kind in KINDS.items()}


def test_every_key_of_the_file_of_places_is_named() -> None:
    section = PAGE.partition("## Several places")[2].partition("\n## ")[0]
    assert all(f"`{key}`" in section for kind in (DropFoldersDocument, PlaceDocument) for key in keys_of(kind))


def test_folders_endings_and_what_is_unfinished_are_named() -> None:
    assert all(f"    {folder}/" in PAGE for folder in FOLDERS)
    assert all(ending in PAGE for ending in TABLES)
    assert all(f"`{ending}`" in PAGE for ending in UNFINISHED)
