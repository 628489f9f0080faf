"""`chfw rules new`: begin a rule file from a template."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import say, show_table
from chfw_app.exits import Exit
from chfw_core.errors import InputError


def new(
    template: Annotated[str | None, Parameter(name="TEMPLATE")] = None,
    /,
    *,
    owner: str | None = None,
    out: Path | None = None,
    list: Annotated[Flag, Parameter(name="--list")] = False,  # noqa: A002 - the option's name
) -> int:
    """Begin a rule file from a template; a file that exists is never overwritten.

    Parameters
    ----------
    template
        The template's name; --list shows them.
    owner
        Whose file it is: a Supplier's party id, DCC, or CSP:<region>.
    out
        Where to write it; left out, it is printed.
    list
        Show the templates.
    """
    from chfw_app.rule_templates import all_templates, from_template, write_new

    if list:
        rows = [(each.name, each.owner, each.clause, each.title) for each in all_templates()]
        show_table("Templates of rule files", ("template", "for", "clause", "what for"), rows)
        return Exit.DONE
    if template is None:
        raise InputError("no template was named", hint="`chfw rules new --list` shows them")
    text = from_template(template, owner)
    if out is None:
        sys.stdout.write(text)
    else:
        write_new(out, text)
        say(f"wrote `{out}`; `chfw rules check {out}` looks at it")
    return Exit.DONE
