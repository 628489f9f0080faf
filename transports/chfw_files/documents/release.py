"""The release file and the parameters file, from paths."""

from pathlib import Path

from chfw_core.documents.defaults import default_parameters
from chfw_core.documents.parameters import ParametersRead
from chfw_core.documents.parameters import read_parameters as read_parameters_text
from chfw_core.documents.release import ReleaseRead
from chfw_core.documents.release import read_release as read_release_text
from chfw_core.model.parameters import Parameters
from chfw_files.texts import read_text


def read_release(path: str | Path, parameters: Parameters | None = None) -> ReleaseRead:
    """The release and the file's problems. Raises InputError for a file that cannot be read."""
    return read_release_text(read_text(path), str(path), parameters or default_parameters())


def read_parameters(path: str | Path) -> ParametersRead:
    """The parameters and the file's problems. Raises InputError for a file that cannot be read."""
    return read_parameters_text(read_text(path), str(path), default_parameters())
