"""A wheel without a checkout prints the pages of the codes and writes the templates."""

import subprocess
import sys
import zipfile
from pathlib import Path

from chfw_core.rules.problems.codes import CODES
from tests.house.test_wheel import ROOT
from tests.house.test_wheel import wheel as wheel


def test_pages_and_templates_are_installed(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    assert {path.stem for path in (tmp_path / "chfw_app" / "code_pages").glob("*.md")} >= set(CODES)
    code = (
        "from chfw_app.workbench.code_pages import code_page, __file__ as place\n"
        "from chfw_app.workbench.templates import all_templates\n"
        "print(place, len(all_templates()), code_page('E101'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, env={"PYTHONPATH": "."}
    )
    templates = len(list((ROOT / "rulesets" / "chfw_rulesets" / "templates").glob("*.rules.yaml")))
    assert str(tmp_path) in done.stdout
    assert f" {templates} # E101: " in done.stdout
