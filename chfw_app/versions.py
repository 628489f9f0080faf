"""Versions of chfw and of the parts it stands on."""

from importlib.metadata import PackageNotFoundError, version


def chfw_version() -> str:
    """The installed version of chfw; `not installed` where it runs from a folder."""
    return part_version("chfw") or "not installed"


def part_version(name: str) -> str | None:
    """The installed version of a distribution, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
