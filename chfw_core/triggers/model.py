"""What triggers read: an event as it is seen, a moment of the clock, and rules made ready to run.

An event is a value of the ledger with its place in it, and with a view of the hub and the release as they
were known then. A trigger made ready (`CompiledTrigger`) is one rule of one version of an owner's files.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import field, frozen

from chfw_core.model.guid import Guid
from chfw_core.model.periods import as_utc
from chfw_core.rules.meaning.evaluate import Read, RuleContext
from chfw_core.rules.model import Condition, Duration

Effects = Mapping[str, object]
"""The checked content of a `do` or an `otherwise`, as `chfw_core.rules.blocks.effects` describes it."""


OF_HUB_OR_EVENT = frozenset(
    {"guid", "csp_region", "device_model", "firmware_version", "manufacturer", "configuration_set"}
)
"""Fields of a hub that an event about no hub may carry itself."""

ALWAYS_KEPT = frozenset({"at", "type", "guid", "release"})
"""What is known of every event that is remembered."""


def no_hub(guid: Guid, owner: str) -> Read | None:
    """Nobody knows the hub."""
    return None


def no_release(release: str | None, read: Read) -> RuleContext | None:
    """Nobody knows the release."""
    return None


@frozen(kw_only=True)
class Known:
    """Hubs and releases as they are known at one place of the ledger.

    `hub(guid, owner)`: reads the hub's fields as that owner's rules see them; None = no such hub.
    `context(release, read)`: what `release.*`, `cutoff` and `today` mean for the hub, or the event about none, that is
    read; None = no such release, and what is the release's then is missing. Both are asked only where a rule reads
    them, so they may look things up. `at`: the moment of that place, which gives `today` where there is no release;
    None = that of the event or tick.
    """

    hub: Callable[[Guid, str], Read | None] = no_hub
    context: Callable[[str | None, Read], RuleContext | None] = no_release
    at: datetime | None = None


NOTHING_KNOWN = Known()


@frozen(kw_only=True)
class Seen:
    """One event of the ledger as triggers see it.

    `seq`, `row`: its place in the ledger, the entry's number and its place among the entry's events; no two
    events share it. `id`: the source's own id, unique: the ledger takes an id once. `at`: when it happened.
    `private`: a Supplier said it about its own hubs, and no other Supplier's triggers see it (I8).
    `fields`: what it carries, by name without `event.`, as JSON has it.
    """

    seq: int
    row: int = 0
    id: str
    at: datetime = field(converter=as_utc)
    type: str
    private: bool
    party: str | None = None
    guid: Guid | None = None
    release: str | None = None
    batch: str | None = None
    fields: Mapping[str, object] = field(factory=dict)
    known: Known = NOTHING_KNOWN


@frozen(kw_only=True)
class Moment:
    """A tick: the clock has come to `at`."""

    at: datetime = field(converter=as_utc)
    known: Known = NOTHING_KNOWN


@frozen(kw_only=True)
class CompiledStep:
    """One event that is waited for. The first step has neither `within` nor `otherwise`.

    `keeps`: the fields, without `event.`, of an event that reaches this step that are read later: by the `do`
    where it is the last step, else by the `otherwise` of the next.
    """

    on: str
    condition: Condition
    within: Duration | None = None
    otherwise: Effects | None = None
    keeps: tuple[str, ...] = ()


@frozen(kw_only=True, eq=False)
class CompiledTrigger:
    """One rule of `events`, ready to run. `when`: the file's scope. `count` > 1 has `within` and one step."""

    owner: str
    version: str
    id: str
    because: str
    when: Condition
    per: tuple[str, ...]
    steps: tuple[CompiledStep, ...]
    do: Effects
    count: int = 1
    within: Duration | None = None
    at_most: Duration | None = None
    taking: Mapping[str, tuple[tuple[int, CompiledStep], ...]] = field(init=False, repr=False)
    """By type of event, the steps that wait for it."""

    @taking.default
    def _taking(self) -> Mapping[str, tuple[tuple[int, CompiledStep], ...]]:
        numbered = tuple(enumerate(self.steps))
        return {step.on: tuple(one for one in numbered if one[1].on == step.on) for step in self.steps}

    @property
    def is_per_hub(self) -> bool:
        """Whether each hub has a scope of its own: millions of them, for months."""
        return "hub" in self.per


@frozen(kw_only=True, eq=False)
class TriggerSet:
    """The triggers of one version of one owner's files. `by_type`: those that wait for a type of event."""

    owner: str
    version: str
    triggers: tuple[CompiledTrigger, ...]
    by_type: Mapping[str, tuple[CompiledTrigger, ...]]

    def wanting(self, event_type: str) -> tuple[CompiledTrigger, ...]:
        """The triggers one of whose steps waits for events of this type, in the files' order."""
        return self.by_type.get(event_type, ())


@frozen(kw_only=True, eq=False)
class Arrival:
    """An event that one trigger waits for: in which scope, and for which of its steps (from 0)."""

    trigger: CompiledTrigger
    key: str
    steps: tuple[int, ...]
    seen: Seen
