"""The reference page of lists says what files are read and written by."""

from pathlib import Path

from chfw_core.documents.tables import TABLES
from chfw_core.messages import MESSAGES
from chfw_files.documents.files_page import PAGE, page

ROOT = Path(__file__).parents[2]


def test_the_page_is_the_one_that_is_drawn_from_the_tables() -> None:
    """`python tools/make_files_page.py` writes it anew."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page()


def test_every_list_and_message_is_on_it_with_every_column() -> None:
    text = page()
    for name, columns in TABLES.items():
        section = text.partition(f"### {name}\n")[2].partition("\n#")[0]
        assert all(f"| `{column.name}` |" in section for column in columns), name
    assert all(f"| `{kind.__name__}` |" in text for kind in MESSAGES)
