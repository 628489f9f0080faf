import re
from pathlib import Path

from chfw_core.documents.codes import DOCUMENT_CODES
from chfw_core.rules.problems.codes import CODES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "document-problems.md"


def test_every_code_has_its_place_on_the_page_and_no_two_meanings() -> None:
    titles = dict(re.findall(r"^## ([EW]\d+): (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert titles == DOCUMENT_CODES
    assert not DOCUMENT_CODES.keys() & CODES.keys()
