"""From what was gathered and planned to the page on disk."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from chfw_app.inputs.gathered import Gathered
from chfw_app.plan_page.page import InputFile, PageContent, render_page
from chfw_app.versions import chfw_version
from chfw_files.atomic import write_text

if TYPE_CHECKING:
    from chfw_app.planning import PlanDone

DIGITS = 16


def write_report(path: Path, gathered: Gathered, done: "PlanDone") -> None:
    """Write the page. Raises OutputError."""
    content = PageContent(
        inputs=gathered.inputs,
        summary=done.summary,
        findings=done.worth_a_look,
        files=[_input_file(what, file) for what, file in gathered.files],
        not_checked=gathered.not_checked,
        notes=gathered.notes,
        bad_rows=done.bad_rows,
        refused=done.refused_for,
        version=chfw_version(),
    )
    write_text(path, render_page(content))


def _input_file(what: str, path: Path) -> InputFile:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
        return InputFile(what=what, name=path.name, size=file.tell(), digest=digest.hexdigest()[:DIGITS])
