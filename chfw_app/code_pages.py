"""The pages of problem codes, as they are installed: in the wheel beside the code, in a checkout in `docs/`."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from chfw_core.errors import InputError
from chfw_core.rules.codes import CODES
from chfw_core.rules.problems import did_you_mean


def code_page(code: str) -> str:
    """The page of a code, in either case. Raises InputError."""
    known = code.strip().upper()
    if known not in CODES:
        hint = did_you_mean(known, CODES) or "codes look like E101 or W302"
        raise InputError(f"there is no code `{code}`", hint=hint)
    return (_folder() / f"{known}.md").read_text(encoding="utf-8")


def _folder() -> Traversable:
    installed = files("chfw_app") / "code_pages"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "docs" / "reference" / "codes"
