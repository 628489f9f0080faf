"""What one owner's rules say of every hub of a frame, each outcome with its own combiner.

A sheet is made per profile (see `profiles`) and read per hub through `inverse`. Dates that hang
on a hub's own field are the exception: they are read hub by hub, when asked for.
"""

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from chfw_core.engines.verify.acts import Holds
from chfw_core.engines.verify.arrays import NO_TIME, Bools, Ints, Longs
from chfw_core.engines.verify.frames import Frame
from chfw_core.engines.verify.masks import (
    Truths,
    condition_mask,
    first_of,
    latest_of,
)
from chfw_core.engines.verify.profiles import Profiler
from chfw_core.engines.verify.world import Moment, World
from chfw_core.rules.model import PilotRule, Rule, RuleSet


@frozen(kw_only=True)
class Sheet:
    """Rule numbers in file order, -1 where none; arrays by profile, `inverse` by hub.

    `open_hold` is the one named: the latest `at_latest`. `date_holds` are pairs of a hold's number
    and the profiles on which it matches. `priority` is -1 where no rule matches.
    """

    profiles: Frame
    inverse: Ints
    exclude: Ints
    open_hold: Ints
    date_holds: tuple[tuple[int, Bools], ...]
    decide: Ints
    priority: Ints
    pilots: tuple[Bools, ...]
    prefers: tuple[Bools, ...]


class Owner:
    """An owner's rules, ready to be put to frames. `codes` of its rules are the world's."""

    def __init__(self, world: World, rules: RuleSet, truths: Truths, *, acts: bool = False) -> None:
        self.rules = rules
        self.holds = Holds(world, rules.owner, truths)
        self._truths = truths
        self._world = world
        self._profiler = Profiler(world, rules, truths, acts=acts)
        self.exclude_codes = _rule_codes(world, rules.excludes)
        self.hold_codes = _rule_codes(world, rules.holds)
        self.decide_codes = _rule_codes(world, rules.decides)
        self.pilot_codes = _rule_codes(world, rules.pilots)

    def sheet(self, frame: Frame, moment: Moment) -> Sheet:
        """Read the rules for every hub of the frame, all of one automatic time."""
        rows, inverse = self._profiler.profiles(frame, moment)
        profiles = frame.take(rows)

        def masks(rules: Sequence[Rule]) -> list[Bools]:
            return [condition_mask(r.when, profiles, moment, self._truths) for r in rules]

        matched = masks(self.rules.holds)
        open_holds, dated = [], []
        for number, (hold, mask) in enumerate(zip(self.rules.holds, matched, strict=True)):
            still, ends = self.holds.open_now(hold, profiles, moment)
            open_holds.append((mask & still, ends))
            if (self.holds.ends_on(hold, profiles, moment) != NO_TIME).any() and mask.any():
                dated.append((number, mask & ~still))
        priority = np.full(profiles.size, -1, np.int32)
        for rule, mask in zip(self.rules.priorities, masks(self.rules.priorities), strict=True):
            priority[mask] = np.maximum(priority[mask], rule.priority)
        return Sheet(
            profiles=profiles,
            inverse=inverse,
            exclude=first_of(masks(self.rules.excludes), profiles.size),
            open_hold=latest_of(open_holds, profiles.size)[0],
            date_holds=tuple(dated),
            decide=first_of(masks(self.rules.decides), profiles.size),
            priority=priority,
            pilots=tuple(masks(self.rules.pilots)),
            prefers=tuple(self._prefer(pilot, profiles, moment) for pilot in self.rules.pilots),
        )

    def floors(self, sheet: Sheet, frame: Frame, profile: Ints, moment: Moment) -> tuple[Longs, Ints]:
        """The latest date after `as_of` to which a date hold moves each hub, and that hold.

        `profile` = the profile of each row of the frame. NO_TIME and -1 where none does; of equal
        dates the first hold in file order.
        """
        floor = np.full(frame.size, NO_TIME, np.int64)
        number = np.full(frame.size, -1, np.int32)
        for at, mask in sheet.date_holds:
            ends = self.holds.ends_on(self.rules.holds[at], frame, moment)
            later = mask[profile] & (ends > self._world.as_of) & (ends > floor)
            floor[later] = ends[later]
            number[later] = at
        return floor, number

    def _prefer(self, pilot: PilotRule, profiles: Frame, moment: Moment) -> Bools:
        if pilot.prefer is None:
            return np.zeros(profiles.size, np.bool_)
        return condition_mask(pilot.prefer, profiles, moment, self._truths)


def _rule_codes(world: World, rules: Sequence[Rule]) -> Ints:
    """The codes of rules by number; the last entry, which -1 finds, is 0: no rule."""
    return np.array([*(world.rules.code(rule.id) for rule in rules), 0], np.int32)
