"""All outputs of a run appear together, or none does.

Each is written whole into a hidden folder beside its place; when everything is there, all are moved
into place. A disk that fills up half-way leaves what was there before.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chfw_core.errors import ChfwError
from chfw_files.atomic import OutputError, output_error


class Staging:
    """Places to write to; `place` gives one for each final path."""

    def __init__(self) -> None:
        self._folders: dict[Path, Path] = {}
        self._moves: dict[Path, Path] = {}
        self._stale: list[Path] = []

    def place(self, final: Path) -> Path:
        """Where to write what is to become `final`; the name is the same. Raises OutputError."""
        if final.is_dir():
            raise OutputError(f"cannot write `{final}`: it is a folder")
        folder = final.parent
        if folder not in self._folders:
            if not folder.is_dir():
                raise OutputError(f"cannot write `{final}`: there is no folder `{folder}`", hint="make it first")
            try:
                self._folders[folder] = Path(tempfile.mkdtemp(prefix=".chfw-", dir=folder))
            except OSError as failure:
                raise output_error(failure, final) from failure
        self._moves[final] = self._folders[folder] / final.name
        return self._moves[final]

    def remove(self, final: Path) -> None:
        """What an earlier run left there goes away with this one's success."""
        self._stale.append(final)

    def keep(self, final: Path) -> None:
        """Move this one into place now, whatever becomes of the others. Raises OutputError."""
        try:
            os.replace(self._moves[final], final)
        except OSError as failure:
            raise output_error(failure, final) from failure

    def commit(self) -> None:
        """Move everything into place. Raises OutputError."""
        for final, written in self._moves.items():
            if written.exists():
                self.keep(final)
        for final in self._stale:
            if final not in self._moves or not final.is_dir():
                final.unlink(missing_ok=True)

    def said(self, problem: ChfwError) -> str:
        """The problem's message with final names instead of the hidden ones."""
        message = str(problem)
        for final, written in self._moves.items():
            message = message.replace(str(written), str(final))
        for folder, hidden in self._folders.items():
            message = message.replace(str(hidden), str(folder))
        return message

    def clear(self) -> None:
        """Leave no trace of what was not moved."""
        for hidden in self._folders.values():
            shutil.rmtree(hidden, ignore_errors=True)


@contextmanager
def staged() -> Iterator[Staging]:
    """Outputs of one run: moved into place where the block ends well, removed where it does not."""
    staging = Staging()
    try:
        yield staging
        staging.commit()
    except OutputError as problem:
        raise OutputError(staging.said(problem), hint=problem.hint) from problem
    except OSError as failure:
        place = Path(failure.filename) if failure.filename else Path()
        full = output_error(failure, place)
        raise OutputError(staging.said(full), hint=full.hint) from failure
    finally:
        staging.clear()
