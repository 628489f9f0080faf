"""`chfw rules fmt`: rule files in canonical form."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, print_json, say, say_error, say_note, show_problems
from chfw_app.exits import Exit
from chfw_app.problems import Problems
from chfw_core.errors import InputError


def fmt(
    *paths: Annotated[Path, Parameter(name="PATH", negative=())],
    check: Flag = False,
    stdout: Flag = False,
    json: Flag = False,
) -> int:
    """Bring rule files into canonical form; comments, order and meaning stay.

    A file with errors is left as it is. Exit code 2: with --check, a file would change. 3: a file has errors.

    Parameters
    ----------
    paths
        Rule files and folders; a folder means every *.rules.yaml below it.
    check
        Write nothing; print what would change.
    stdout
        Print one file in canonical form, and write nothing.
    json
        Print one object: what became of each file, and why where it was left as it is.
    """
    from chfw_app.workbench.formatting import as_object, format_files

    if not paths:
        raise InputError("no rule file was named", hint="`chfw rules fmt PATH...`")
    if check and stdout:
        raise InputError("`--check` and `--stdout` do not go together")
    if json and stdout:
        raise InputError("`--json` and `--stdout` do not go together")
    problems = Problems()
    files = list(format_files(paths, problems))
    if stdout and len(files) > 1:
        raise InputError(f"`--stdout` prints one file, and these are {len(files)}")
    refused = [file for file in files if file.errors]
    changed = [file for file in files if file.changed]
    for file in refused:
        if json:
            break  # the object has them
        for error in file.errors:
            say_note(error.render())
        say_error(f"`{file.path}` has errors and was left as it is")
    for file in changed if not check and not stdout else ():
        file.write()
    if json:
        print_json(as_object(files, problems, check=check))
    elif stdout:
        sys.stdout.write("".join(file.after for file in files if not file.errors))
    elif files:
        for file in changed if check else ():
            sys.stdout.write(file.diff())
        done = f"{counted(len(changed), 'file')} {'would change' if check else 'formatted'}"
        say(f"{done}, {len(files) - len(changed) - len(refused):,} unchanged")
    if problems.errors:
        show_problems(problems)
        return Exit.CANNOT_READ
    if refused:
        return Exit.NO_RESULT
    return Exit.FINDINGS if check and changed else Exit.DONE
