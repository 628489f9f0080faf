"""The installed templates of rule files: what there is, and one of them in an owner's name."""

import re
from importlib.resources import files
from pathlib import Path

from attrs import frozen

from chfw_core.errors import ChfwError, InputError
from chfw_core.rules.check import check_sources
from chfw_core.rules.problems.problem import did_you_mean
from chfw_files.atomic import output_error

_ENDING = ".rules.yaml"
_TITLE = re.compile(r"# (.*) \(([A-Z0-9.]+)\)")
_OWNER = re.compile("^owner: (.*)$", re.MULTILINE)


@frozen(kw_only=True)
class Template:
    """One template: its name, what it is for, the clause of the requirements, the owner it was written for."""

    name: str
    title: str
    clause: str
    owner: str
    text: str


def all_templates() -> tuple[Template, ...]:
    """Every template, in order of name."""
    folder = files("chfw_rulesets") / "templates"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(_ENDING)]
    return tuple(
        _read(entry.name.removesuffix(_ENDING), entry.read_text(encoding="utf-8"))
        for entry in sorted(found, key=lambda entry: entry.name)
    )


def _read(name: str, text: str) -> Template:
    title, owner = _TITLE.match(text), _OWNER.search(text)
    if title is None or owner is None:
        raise AssertionError(f"the template {name} has no title or no owner")
    return Template(name=name, title=title[1], clause=title[2], owner=owner[1], text=text)


def from_template(name: str, owner: str | None) -> str:
    """A template's text for an owner; its own example of one where none is named. Raises InputError."""
    known = {template.name: template for template in all_templates()}
    if name not in known:
        hint = did_you_mean(name, known) or "`chfw rules new --list` shows them"
        raise InputError(f"there is no template called `{name}`", hint=hint)
    template = known[name]
    if owner is None:
        return template.text
    text = _OWNER.sub(lambda _: f"owner: {owner}", template.text, count=1)
    checked = check_sources([(f"{name}{_ENDING}", text)])
    if [rules.owner for rules in checked.rulesets] != [owner]:
        why = checked.problems[0] if checked.problems else None
        hint = f"it was written for `{template.owner}`"
        raise InputError(
            f"the template `{name}` is not for the owner `{owner}`" + (f": {why.message}" if why else ""), hint=hint
        )
    return text


def templates_as_object() -> dict[str, object]:
    """The templates for a program."""
    return {
        "templates": [
            {"template": one.name, "for": one.owner, "clause": one.clause, "title": one.title}
            for one in all_templates()
        ]
    }


def made_as_object(name: str, text: str, out: Path | None, *, refused: ChfwError | None = None) -> dict[str, object]:
    """What came of a template for a program: `text` where it was to be printed, else what became of the file."""
    owner = _OWNER.search(text)
    file: dict[str, object] = {"file": str(out), "state": "written" if refused is None else "refused"}
    if refused is not None:
        file |= {"reason": str(refused), "hint": refused.hint}
    return {
        "template": name,
        "owner": owner[1] if owner is not None else None,
        "files": [] if out is None else [file],
        "text": text if out is None else None,
    }


def write_new(path: Path, text: str) -> None:
    """Write a file that does not exist yet. Raises OutputError where it cannot be written.

    Raises InputError where it does exist, or has a name by which no folder's rules are found.
    """
    if not path.name.endswith(_ENDING):
        hint = f"a folder's rule files are found by their names: name it `{path.name.split('.')[0]}{_ENDING}`"
        raise InputError(f"`{path}` does not end in `{_ENDING}`", hint=hint)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        hint = "name another file with `--out`"
        raise InputError(f"`{path}` is there already and was left as it is", hint=hint) from None
    except OSError as failure:
        raise output_error(failure, path) from failure
