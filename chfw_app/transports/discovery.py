"""Transports by name: whatever an installed distribution declares under the entry points `chfw.transports` (TR5)."""

from importlib.metadata import EntryPoint, entry_points

from chfw_core.errors import InputError
from chfw_core.rules.problems.problem import did_you_mean
from chfw_core.transport.port import ENTRY_POINTS, OpenTransport, Transport


def transports_here() -> dict[str, EntryPoint]:
    """By name, in order; nothing is loaded yet. Where two distributions give one name, the first found has it."""
    found: dict[str, EntryPoint] = {}
    for one in entry_points(group=ENTRY_POINTS):
        found.setdefault(one.name, one)
    return dict(sorted(found.items()))


def open_transport(name: str, address: str) -> Transport:
    """The transport of that name at an address.

    Raises InputError for a name that none has, for one that cannot be loaded, and for what it says of the address.
    """
    known = transports_here()
    if name not in known:
        there = f"there are {', '.join(known)}" if known else "none is installed"
        raise InputError(f"there is no transport `{name}`", hint=did_you_mean(name, known) or there)
    try:
        opening = loaded(known[name])
    except (ImportError, AttributeError) as problem:
        raise InputError(
            f"the transport `{name}` cannot be loaded: {problem}", hint=f"it is said to be `{known[name].value}`"
        ) from problem
    return opening(address)


def loaded(point: EntryPoint) -> OpenTransport:
    """What opens a transport. Raises AttributeError for what opens nothing, and whatever the other's code raises."""
    opening = point.load()
    if not callable(opening):
        raise AttributeError(f"`{point.value}` cannot be called with an address: it is a {type(opening).__name__}")
    found: OpenTransport = opening
    return found
