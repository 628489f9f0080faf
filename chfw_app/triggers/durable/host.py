"""durable_rules inside its rails: where what waits and what has come meet, and nothing more.

durable_rules 2.0.28 is quick and keeps its memory level when it is asked for little, and crashes or answers wrongly
when it is asked for more. So each trigger has one rule set with one rule for each pair of steps, an equality join of
two events; a message is `{id, sid, step, scope}`. What keeps it so, rail by rail:

- a host without the library's threads and timers; one writer; a new host for each version of rule files;
- events only, and one message a call; never facts, timers, states deleted by hand, or more than two events a rule;
- `id` is a number of ours as text and `sid` one of 256 shards; `scope` is a number of ours for the scope's key;
- ids and scopes are told apart by 32 bits there: a message that it takes for another is sent under the next number;
  no two scopes that wait bear names of one hash, since it reads past the end of a rule where a join of one hash
  turns out not to hold, which ends the process now and then; and of every match the full key is compared here;
- an action appends to a list, and cannot fail;
- what no longer waits is taken back by its id.

What waits is known here too. A meeting that durable_rules does not report, an action that failed or a message that it
refuses is a `DurableError`: the run is given up and built again from the ledger, and nothing is lost.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from attrs import define, field, frozen

from chfw_core.errors import ChfwError

SHARDS = 256
MOST_SYMBOLS = 400
_A_RULE = 4
"""Symbols of one rule: its name, its two events, its join."""


class DurableError(ChfwError):
    """durable_rules did not do what it was asked. The run is to be built again from the ledger."""


@frozen(kw_only=True)
class Waiting:
    """Something that waits for an event: at which pair of steps, in which scope, under which name of the caller's."""

    pair: int
    scope: str
    name: int


@define(kw_only=True, eq=False)
class Meeting:
    """One rule set of pairs. Made by `open_meeting`."""

    _post: Callable[[Mapping[str, object]], None]
    _retract: Callable[[Mapping[str, object]], None]
    _outbox: list[tuple[str, str]]
    _pairs: int
    _last: int = 0
    _named: int = 0
    _waiting: dict[str, Waiting] = field(factory=dict)
    _ids: dict[int, str] = field(factory=dict)
    _size: dict[tuple[int, str], int] = field(factory=dict)
    _scopes: dict[str, str] = field(factory=dict)
    _hashes: set[int] = field(factory=set)

    def wait(self, one: Waiting) -> None:
        """It waits from now on, until it is met or taken back."""
        message = self._sent(2 * one.pair, one.scope)
        if self._outbox:
            raise DurableError("durable_rules matched an event that nothing had come for")
        self._waiting[message] = one
        self._ids[one.name] = message
        at = (one.pair, one.scope)
        self._size[at] = self._size.get(at, 0) + 1

    def meet(self, pair: int, scope: str) -> tuple[int, ...]:
        """An event comes: the names of all that wait for it there, which wait no longer."""
        met: list[int] = []
        others: list[Waiting] = []
        while (pair, scope) in self._size:
            self._sent(2 * pair + 1, scope)
            if len(self._outbox) != 1:
                raise DurableError(f"durable_rules reported {len(self._outbox)} matches where one thing at least waits")
            ((found, _),) = self._outbox
            self._outbox.clear()
            one = self._gone(found)
            # Two scopes can be one to it: the full key decides.
            (met.append(one.name) if (one.pair, one.scope) == (pair, scope) else others.append(one))
        for one in others:
            self.wait(one)
        return tuple(met)

    def take_back(self, name: int) -> None:
        """It waits no longer. Nothing happens where it has not waited."""
        found = self._ids.get(name)
        if found is not None:
            one = self._waiting[found]
            message = self._message(found, 2 * one.pair, one.scope)
            self._gone(found)
            self._retract(message)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def _gone(self, message: str) -> Waiting:
        one = self._waiting.pop(message)
        del self._ids[one.name]
        at = (one.pair, one.scope)
        self._size[at] -= 1
        if not self._size[at]:
            del self._size[at]
            if not any((pair, one.scope) in self._size for pair in range(self._pairs)):
                # Places of a count are used once: their names would pile up.
                self._hashes.remove(hash_of(self._scopes.pop(one.scope)))
        return one

    def _sent(self, step: int, scope: str) -> str:
        """The id under which a message has been taken."""
        while True:
            self._last += 1
            message = str(self._last)
            try:
                self._post(self._message(message, step, scope))
            except _taken_for_another():
                continue
            return message

    def _message(self, message: str, step: int, scope: str) -> Mapping[str, object]:
        name = self._scopes.get(scope)
        if name is None:
            name = self._scopes[scope] = self._free_name()
        return {"id": message, "sid": str(int(name) % SHARDS), "step": step, "scope": name}

    def _free_name(self) -> str:
        """A name that the library can tell apart from those of all scopes that wait."""
        while True:
            self._named += 1
            name = str(self._named)
            if (found := hash_of(name)) not in self._hashes:
                self._hashes.add(found)
                return name


def hash_of(text: str) -> int:
    """The library's own: FNV-1a, 32 bits."""
    found = 0x811C9DC5
    for byte in text.encode():
        found = ((found ^ byte) * 0x01000193) & 0xFFFFFFFF
    return found


@define(kw_only=True, eq=False)
class DurableHost:
    """The host of one version of rule files."""

    _host: Any = field(init=False)
    _count: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._host = _quiet_host()

    def open_meeting(self, pairs: int) -> Meeting:
        """A rule set with so many pairs of steps. Raises DurableError for more than it can carry."""
        if pairs * _A_RULE > MOST_SYMBOLS:
            raise DurableError(f"{pairs} pairs of steps are more than a rule set carries")
        self._count += 1
        name, outbox = f"t{self._count}", cast("list[tuple[str, str]]", [])
        self._host.register_rulesets({name: {f"r{pair}": _rule(pair, outbox) for pair in range(pairs)}})

        refused = _refusals()

        def post(message: Mapping[str, object]) -> None:
            try:
                state = self._host.post(name, message)
            except refused as problem:
                raise DurableError(f"durable_rules refuses a message: {problem}") from problem
            if state and "exception" in state:
                raise DurableError(f"an action of durable_rules failed: {state['exception']}")

        def retract(message: Mapping[str, object]) -> None:
            try:
                self._host.retract_fact(name, message)
            except refused as problem:
                raise DurableError(f"durable_rules refuses to take a message back: {problem}") from problem

        return Meeting(post=post, retract=retract, outbox=outbox, pairs=pairs)


def _rule(pair: int, outbox: list[tuple[str, str]]) -> dict[str, object]:
    """What waits at a pair of steps (an even number) meets what has come (the odd one) in one scope."""

    def met(match: Any) -> None:
        outbox.append((match.waits.id, match.came.id))

    came = {"$and": [{"step": 2 * pair + 1}, {"scope": {"waits": "scope"}}]}
    return {"all": [{"waits": {"step": 2 * pair}}, {"came": came}], "run": met}


def _quiet_host() -> Any:
    from durable.engine import Host  # imported where it is used: it is not on every machine

    class Quiet(Host):  # type: ignore[misc] # published without types
        def _run(self) -> None:
            """Without the threads that look for timers and left-over actions: there are none."""

    return Quiet()


def _refusals() -> tuple[type[BaseException], ...]:
    from durable.engine import MessageNotHandledException
    from durable_rules_engine import error

    return (error, MessageNotHandledException, MemoryError)


def _taken_for_another() -> type[BaseException]:
    from durable.engine import MessageObservedException

    return cast("type[BaseException]", MessageObservedException)
