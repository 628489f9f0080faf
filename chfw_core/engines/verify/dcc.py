"""Whether a hub may go at all, and what the DCC says of it (planning 1 to 3).

A `Ground` is what follows for a hub before any Supplier is heard: held or not, a date before which
nothing happens, its automatic time, the DCC's own period and windows. There are few; hubs carry
the code of theirs. Eligibility is judged first and apart.
"""

import numpy as np
from attrs import frozen

from chfw_core.engines.verify.acts import stopped
from chfw_core.engines.verify.arrays import (
    NO_TIME,
    Bools,
    Domain,
    Ints,
    Longs,
    distinct,
    numbered,
)
from chfw_core.engines.verify.frames import Frame
from chfw_core.engines.verify.masks import Truths, closing_of, opening_of
from chfw_core.engines.verify.sheet import Owner
from chfw_core.engines.verify.world import World
from chfw_core.model.hubs import SmiStatus
from chfw_core.model.parties import DCC
from chfw_core.rules.model import DecideThen, UntilDate


@frozen
class Ground:
    """What the release and the DCC say of a hub. `delay` NO_TIME = none; `decide` -1 = no rule."""

    held: bool
    delay: int
    moment: int
    opens: int
    closes: int
    windows: int
    decide: int


class Dcc:
    """The DCC's side of every block."""

    def __init__(self, world: World, truths: Truths) -> None:
        self.world = world
        self._truths = truths
        self.owner = Owner(world, world.ruleset(DCC), truths, acts=True)
        self.grounds: Domain[Ground | None] = Domain(None)

    def eligible(self, frame: Frame) -> Bools:
        """planning 2: listed model, other version, Commissioned, Current, permitted path."""
        names = ("device_model", "firmware_version", "smi_status")
        columns = [frame.column(name) for name in names]
        rows, inverse = distinct([(c.codes, len(c.domain)) for c in columns])
        answers = [self._may_take(*(c.domain.values[c.codes[row]] for c in columns)) for row in rows]
        return np.array(answers, np.bool_)[inverse]

    def _may_take(self, model: str | None, version: str | None, status: str | None) -> bool:
        release, cpl = self.world.release, self.world.inputs.cpl
        if model is None or version is None or model not in release.device_models:
            return False
        if version == release.firmware_version or status != SmiStatus.COMMISSIONED:
            return False
        if release.upgrade_from is not None and version not in release.upgrade_from:
            return False
        if cpl is None:
            return True
        paths = cpl.upgrade_paths.get((model, release.firmware_version))
        # G6: Current on the CPL, and a path from the hub's version where the CPL has paths.
        return cpl.is_current(model, release.firmware_version) and (paths is None or version in paths)

    def judge(self, frame: Frame) -> tuple[Ints, Ints]:
        """The code of each hub's ground, and the DCC's priority (-1 where it gives none)."""
        sheet = self.owner.sheet(frame, self.world.own)
        held = stopped(self.world, sheet.profiles, self._truths) | (sheet.open_hold >= 0)
        # Dates that hang on a hub's own field are read hub by hub, all others once per profile.
        by_hub = self._hangs_on_fields
        part = frame if by_hub else sheet.profiles
        profile = sheet.inverse if by_hub else np.arange(part.size, dtype=np.int32)
        decide = sheet.decide[profile]
        delay, _ = self.owner.floors(sheet, part, profile, self.world.own)
        moved, opens, closes = self._dates(decide, part)
        keys = [numbered(values) for values in (delay, moved, opens, closes)]
        rows, ground = distinct([(held[profile], 2), (decide + 1, len(self.owner.rules.decides) + 1), *keys])
        codes = np.zeros(len(rows), np.int32)
        for at, row in enumerate(rows):
            dates = (int(delay[row]), int(moved[row]), int(opens[row]), int(closes[row]))
            made = self._ground(bool(held[profile[row]]), int(decide[row]), *dates)
            codes[at] = self.grounds.code(made)
        by_part = codes[ground]
        return by_part if by_hub else by_part[sheet.inverse], sheet.priority[sheet.inverse]

    @property
    def _hangs_on_fields(self) -> bool:
        rules = self.owner.rules
        dates = [h.until.date for h in rules.holds if isinstance(h.until, UntilDate)]
        dates += [rule.to for rule in rules.decides if rule.to is not None]
        ats = [rule.at for rule in rules.decides if rule.at is not None]
        dates += [date for at in ats for date in (at.opens, at.closes) if date is not None]
        return any(date.fields for date in dates)

    def _dates(self, decide: Ints, part: Frame) -> tuple[Longs, Longs, Longs]:
        """What the first matching `decide` says: a moved automatic time, opening and closing."""
        said = [np.full(part.size, NO_TIME, np.int64) for _ in range(3)]
        for number, rule in enumerate(self.owner.rules.decides):
            rows = np.flatnonzero(decide == number)
            if not len(rows):
                continue
            here = part.take(rows)
            own = self.world.own
            if rule.then is DecideThen.MOVE_AUTOMATIC_DATE:
                said[0][rows] = opening_of(rule.to, here, own, self._truths)
            elif rule.then is DecideThen.INSTRUCT and rule.at is not None:
                said[1][rows] = opening_of(rule.at.opens, here, own, self._truths)
                said[2][rows] = closing_of(rule.at.closes, here, own, self._truths)
        return said[0], said[1], said[2]

    def _ground(self, held: bool, decide: int, delay: int, moved: int, opens: int, closes: int) -> Ground:
        moment = self.world.own if moved == NO_TIME else self.world.moment(moved)
        first, last = moment.automatic, moment.default_closes
        windows = 0
        rule = self.owner.rules.decides[decide] if decide >= 0 else None
        if rule is not None and rule.then is DecideThen.INSTRUCT:
            # I1: the DCC has no earlier date than its own; its rule narrows the default period,
            # or, where nothing of that is left, gives its windows alone.
            narrow_first = max(first, opens)
            narrow_last = last if closes == NO_TIME else min(last, closes)
            if narrow_first < narrow_last:
                first, last = narrow_first, narrow_last
            windows = self.world.hours(rule.at.windows) if rule.at else 0
        return Ground(held, delay, moment.number, first, last, windows, decide)
