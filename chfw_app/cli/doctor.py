"""`chfw doctor`: what is installed here, and what would run."""

from chfw_app.cli.options import Flag
from chfw_app.cli.output import print_json, say, say_error, show_table
from chfw_app.doctor import check_up
from chfw_app.exits import Exit


def doctor(*, json: Flag = False) -> int:
    """Say what is installed here, and what would run.

    Parameters
    ----------
    json
        Print one object.
    """
    found = check_up()
    if json:
        print_json({"facts": found.facts, "parts": found.parts, "warnings": list(found.warnings)})
    else:
        show_table("Here", ("what", "found"), list(found.facts.items()))
        show_table(
            "Parts", ("part", "version"), [(name, version or "MISSING") for name, version in found.parts.items()]
        )
        for warning in found.warnings:
            say(f"warning: {warning}")
    if found.missing:
        say_error(f"missing: {', '.join(found.missing)}", hint="`make setup` installs them")
        return Exit.FINDINGS
    return Exit.DONE
