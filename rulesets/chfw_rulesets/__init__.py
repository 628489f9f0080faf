"""Installed data: dated parameters, calendars, templates and schemas.

Data only: what the files mean is said by `chfw_core.documents`, which reads them.
"""

from importlib.resources import files


def load_text(name: str) -> str:
    """The text of an installed file, such as `parameters.json`. Raises FileNotFoundError."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
