"""What is wrong with a command line, in our words: one line, and the cure."""

from collections.abc import Iterator, Sequence

from cyclopts import CycloptsError, MissingArgumentError, UnknownCommandError

from chfw_core.rules.problems.problem import did_you_mean


def usage_problem(problem: CycloptsError, commands: Sequence[str], arguments: Sequence[str]) -> tuple[str, str]:
    """The message and a hint. `commands`: all of them, such as `plan` and `rules check`."""
    chain = " ".join(problem.command_chain or ())
    help_ = f"`chfw {chain or 'COMMAND'} --help` tells the options"
    match problem:
        case UnknownCommandError(unused_tokens=[unknown, *_]):
            group = next((f"{name} " for name in _groups(commands) if arguments[:1] == [name]), "")
            there = tuple(dict.fromkeys(c.removeprefix(group).split(" ")[0] for c in commands if c.startswith(group)))
            hint = did_you_mean(unknown, there) or f"there are {', '.join(there)}"
            return f"there is no command `{group}{unknown}`", hint
        case MissingArgumentError() if problem.argument is not None:
            name = problem.argument.name
            if name in arguments:
                return f"`chfw {chain}`: {name} needs a value", help_
            return f"`chfw {chain}` needs {name}, and it is not there", _near_option(name, problem) or help_
        case _:
            return plain(str(problem)), help_


def _near_option(name: str, problem: CycloptsError) -> str | None:
    """What was written instead, where it is near."""
    for word in problem.unused_tokens or ():
        if word.startswith("--") and did_you_mean(word, [name]):
            return f"did you mean `{name}` by `{word}`?"
    return None


def _groups(commands: Sequence[str]) -> Iterator[str]:
    return (command.partition(" ")[0] for command in commands if " " in command)


def plain(text: str) -> str:
    """One line, lower case at the start, no full stop: the form of every message."""
    line = " ".join(text.split()).rstrip(".")
    return line[:1].lower() + line[1:] if line[1:2].islower() else line
