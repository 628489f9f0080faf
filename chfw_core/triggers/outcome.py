"""What comes of an event or a tick for one trigger in one scope."""

from attrs import frozen

from chfw_core.triggers.records import Firing, PassedOver
from chfw_core.triggers.state import State


@frozen(kw_only=True)
class Outcome:
    """`state`: what is remembered from now on, None = nothing. Firings and what was passed over: by event time."""

    state: State | None
    firings: tuple[Firing, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
