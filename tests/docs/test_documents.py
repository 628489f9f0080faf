"""What README, the tutorial and the how-to pages show works as shown."""

import re
from pathlib import Path

import pytest

from tests.docs.documents import ROOT, blocks, run_document

PAGES = [path for kind in ("tutorial", "how-to") for path in sorted((ROOT / "docs" / kind).glob("*.md"))]
DOCUMENTS = [ROOT / "README.md", *PAGES]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_document_runs(document: Path, tmp_path: Path) -> None:
    assert run_document(document, tmp_path) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_there_is_something_to_run(document: Path) -> None:
    assert list(blocks(document))


def test_the_library_example_is_between_its_markers_and_short() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    start, end = text.index("<!-- library example -->"), text.index("<!-- end of library example -->")
    inside = [block for block in blocks(ROOT / "README.md") if block.language == "python"]
    assert len(inside) == 1
    assert start < text.index(inside[0].text) < end
    lines = [line for line in inside[0].text.splitlines() if line.strip() and not line.startswith(("from", "import"))]
    assert len(lines) <= 15


def test_a_block_that_fails_is_told_of(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# x\n\n```sh\nfalse\n```\n\n<!-- exit 2 -->\n```sh\nexit 2\n```\n", encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    (wrong,) = run_document(page, folder)
    assert wrong.startswith("page.md:3: exit code 1, expected 0")


def test_the_index_names_every_page_and_no_other() -> None:
    """Links of the index lead somewhere, and no page of the tutorial, how-tos or decisions is forgotten."""
    index = ROOT / "docs" / "README.md"
    links = re.findall(r"\]\(([^)#]+)\)", index.read_text(encoding="utf-8"))
    targets = {(index.parent / link).resolve() for link in links}
    assert all(target.is_file() for target in targets)
    assert {page.resolve() for page in PAGES} <= targets
    reference = sorted((ROOT / "docs" / "reference").glob("*.md"))
    assert {page.resolve() for page in reference} <= targets
