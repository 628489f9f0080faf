"""The pages of problem codes, as they are installed: in the wheel beside the code, in a checkout in `docs/`."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from chfw_core.errors import InputError
from chfw_core.reports.trials.codes import TRIAL_CODES
from chfw_core.rules.problems.codes import CODES
from chfw_core.rules.problems.problem import did_you_mean


def code_page(code: str) -> str:
    """The page of a code, in either case. Raises InputError."""
    known = code.strip().upper()
    for codes, folder, in_docs in (
        (CODES, "code_pages", "codes"),
        (TRIAL_CODES, "test_code_pages", "test-codes"),  # of files of tests
    ):
        if known in codes:
            return (_folder(folder, in_docs) / f"{known}.md").read_text(encoding="utf-8")
    hint = did_you_mean(known, [*CODES, *TRIAL_CODES]) or "codes look like E101 or W302"
    raise InputError(f"there is no code `{code}`", hint=hint)


def _folder(installed: str, in_docs: str) -> Traversable:
    place = files("chfw_app") / installed
    return place if place.is_dir() else Path(__file__).parents[2] / "docs" / "reference" / in_docs
