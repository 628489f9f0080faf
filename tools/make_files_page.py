"""Writes docs/reference/files.md from the tables of the lists; a test holds the two equal."""

from pathlib import Path

from chfw_files.documents.files_page import PAGE, page

(Path(__file__).parents[1] / PAGE).write_text(page(), encoding="utf-8")
