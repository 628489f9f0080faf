"""`chfw rules schema`: the JSON Schema of rule files, by which editors complete and explain them."""

import json
from pathlib import Path

from chfw_app.cli.output import print_json, say
from chfw_app.exits import Exit
from chfw_core.rules.keys.schema import rule_file_schema
from chfw_files.atomic import write_text


def schema(*, out: Path | None = None) -> int:
    """Print the JSON Schema of rule files, for editors.

    A rule file names it in its first line: `# yaml-language-server: $schema=./rules.schema.json`.

    Parameters
    ----------
    out
        Where to write it; left out, it is printed.
    """
    if out is None:
        print_json(rule_file_schema())
    else:
        write_text(out, json.dumps(rule_file_schema(), ensure_ascii=False, indent=2) + "\n")
        say(f"wrote `{out}`; name it in a file's first line: `# yaml-language-server: $schema=./{out.name}`")
    return Exit.DONE
