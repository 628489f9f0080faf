"""Which drop folders are served: one place that a command names, or those of a file (`drop_folders: v1`)."""

from pathlib import Path

from attrs import frozen

from chfw_app.inputs.texts import read_text
from chfw_app.problems import Problems
from chfw_core.documents.drop_folders import read_drop_folders
from chfw_files.drop.outgoing import checked_format
from chfw_files.drop.places import place_at
from chfw_files.drop.transport import SETTLE_S, DropFolders


@frozen(kw_only=True)
class ServedPlace:
    """A place with drop folders, as somebody wrote it down. `parties`: none: whoever has a folder there."""

    at: str
    parties: tuple[str, ...] = ()
    format: str = "csv"
    settle: float = SETTLE_S

    def open(self) -> DropFolders:
        """Raises InputError where it cannot be reached."""
        extension = checked_format(self.format)
        return DropFolders(place=place_at(self.at), extension=extension, settle=self.settle, only=self.parties)


@frozen(kw_only=True)
class ServedPlaces:
    """All places, and the estate of which rules may ask."""

    places: tuple[ServedPlace, ...]
    estate: Path | None = None

    @property
    def parties(self) -> tuple[str, ...]:
        """Who is named, in order."""
        return tuple(sorted({party for place in self.places for party in place.parties}))


def read_places(path: Path) -> ServedPlaces:
    """The places of a file; paths in it start where it lies. Raises Failed for what is wrong with it, InputError."""
    problems = Problems()
    read = read_drop_folders(read_text(path), str(path))
    problems.add_placed(read.problems)
    problems.stop_if_any()
    assert read.document is not None
    here = path.absolute().parent
    places = tuple(
        ServedPlace(
            at=one.at if "://" in one.at else str(here / one.at),
            parties=one.parties or (),
            format=one.format.value,
            settle=SETTLE_S if one.settle is None else float(one.settle),
        )
        for one in read.document.places
    )
    estate = read.document.estate
    return ServedPlaces(places=places, estate=None if estate is None else here / estate)
