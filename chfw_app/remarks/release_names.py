"""Whether the name of a release is another one, misspelt."""

import re

from chfw_core.rules.problems.problem import closest

_DIGIT = re.compile(r"[0-9]")


def is_slip(name: str, meant: str) -> bool:
    """Two that are near each other. What differs in digits alone is a release of the same row."""
    if name.casefold() == meant.casefold():
        return True
    return closest(name, (meant,)) is not None and _DIGIT.sub("0", name) != _DIGIT.sub("0", meant)
