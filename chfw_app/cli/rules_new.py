"""`chfw rules new`: begin a rule file from a template."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import print_json, say, say_error, show_table
from chfw_app.exits import Exit
from chfw_core.errors import ChfwError, InputError


def new(
    template: Annotated[str | None, Parameter(name="TEMPLATE")] = None,
    /,
    *,
    owner: str | None = None,
    out: Path | None = None,
    list: Annotated[Flag, Parameter(name="--list")] = False,  # noqa: A002 - the option's name
    json: Flag = False,
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
    json
        Print one object: the templates, or what was written where, or the text where nothing was.
    """
    from chfw_app.workbench.templates import (
        all_templates,
        from_template,
        made_as_object,
        templates_as_object,
        write_new,
    )

    if list and json:
        print_json(templates_as_object())
        return Exit.DONE
    if list:
        rows = [(each.name, each.owner, each.clause, each.title) for each in all_templates()]
        show_table("Templates of rule files", ("template", "for", "clause", "what for"), rows)
        return Exit.DONE
    if template is None:
        raise InputError("no template was named", hint="`chfw rules new --list` shows them")
    text = from_template(template, owner)
    try:
        if out is not None:
            write_new(out, text)
    except ChfwError as problem:
        if not json:
            raise
        print_json(made_as_object(template, text, out, refused=problem))
        say_error(str(problem), hint=problem.hint)
        return Exit.CANNOT_READ
    if json:
        print_json(made_as_object(template, text, out))
    elif out is None:
        sys.stdout.write(text)
    else:
        say(f"wrote `{out}`; `chfw rules check {out}` looks at it")
    return Exit.DONE
