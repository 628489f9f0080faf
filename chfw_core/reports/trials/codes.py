"""Codes of problems in files of tests: `E5xx`. Each has a page in `docs/reference/test-codes`.

What any YAML file or value can have wrong with it bears the same `E1xx` and `E2xx` as in a rule file.
"""

from collections.abc import Mapping

TRIAL_CODES: Mapping[str, str] = {
    "E501": "a rule file that cannot be had",
    "E502": "rules of several owners",
    "E503": "no such rule",
    "E504": "no usable moment",
    "E505": "a hub that cannot be",
    "E506": "something that this owner's rules cannot lead to",
    "E507": "a test that is there twice",
    "E508": "nothing is expected",
    "E509": "no such window",
}


def trial_index_page() -> str:
    """The index of the codes' pages, as Markdown."""
    rows = "".join(f"| [{code}]({code}.md) | {title} |\n" for code, title in TRIAL_CODES.items())
    return (
        "# Problems in files of tests\n\n"
        "Each code has a page: what it means, what to avoid, what to prefer, and why.\n"
        "Codes that begin with `E1` or `E2` are [those of rule files](../codes/index.md).\n\n"
        f"| code | what |\n|---|---|\n{rows}"
    )
