"""One Supplier's act for its hubs, in the order of precedence (planning 4), by successive masks.

Everything is an array over the hubs asked about. Later steps of the table are written first and
overwritten by the earlier ones, so that the code reads the table from its end to its start.
"""

import numpy as np
from attrs import fields as fields_of
from attrs import frozen

from chfw_core.engines.verify.arrays import NO_TIME, Bools, Domain, Ints, Longs, distinct, numbered
from chfw_core.engines.verify.frames import Frame
from chfw_core.engines.verify.masks import Truths, closing_of, opening_of
from chfw_core.engines.verify.recorded import INSTRUCTED, KEPT, WITHDRAWN
from chfw_core.engines.verify.sheet import Owner, Sheet
from chfw_core.engines.verify.world import Moment, World
from chfw_core.rules.model import At, BatchSpec, DecideThen

Spec = tuple[int, int, int]
"""A batch: size, and the pause in days and seconds."""


@frozen
class Agreed:
    """What a Supplier agrees to: before the automatic time, opening, closing, windows.

    `until`: its period is over, and stands for what was agreed on record, which ends then; else NO_TIME.
    """

    opens: int
    closes: int
    windows: int
    until: int = NO_TIME


@frozen
class Acts:
    """Per hub: the rule that determined (0 = none), the consent and the batch asked for."""

    rule: Ints
    consent: Ints
    spec: Ints


@frozen
class Explicit:
    """What stands on record for each hub asked about; see `recorded.Standing`."""

    kind: Ints
    opens: Longs
    closes: Longs
    rule: Ints
    hours: Ints
    until: Longs

    def take(self, rows: Longs) -> "Explicit":
        """Some of the hubs."""
        return Explicit(*(getattr(self, part.name)[rows] for part in fields_of(Explicit)))


class Settler:
    """Turns sheets into acts. `consents` and `specs` number what there is."""

    def __init__(self, world: World, truths: Truths) -> None:
        self.world = world
        self._truths = truths
        self.consents: Domain[Agreed | None] = Domain(None)
        self.specs: Domain[Spec | None] = Domain(None)

    def period_of(self, at: At | None, frame: Frame, moment: Moment) -> tuple[Longs, Longs]:
        """A rule's own period: from the day after `as_of` to the automatic time, unless it says.

        An end that hangs on a missing field is NO_TIME: no period.
        """
        first = np.full(frame.size, self.world.tomorrow, np.int64)
        last = np.full(frame.size, moment.automatic, np.int64)
        if at is not None and at.opens is not None:
            first = opening_of(at.opens, frame, moment, self._truths)
        if at is not None and at.closes is not None:
            last = closing_of(at.closes, frame, moment, self._truths)
        return np.where(last == NO_TIME, NO_TIME, first), np.where(first == NO_TIME, NO_TIME, last)

    def settle(
        self,
        owner: Owner,
        sheet: Sheet,
        frame: Frame,
        profile: Ints,
        moment: Moment,
        pilot: Ints | None = None,
        explicit: Explicit | None = None,
    ) -> Acts:
        """The acts of one owner; `pilot` = the number of the pilot a hub is in, or -1."""
        opens, closes, windows, spec, instructs = self._decided(owner, sheet, frame, profile, moment)
        rule = owner.decide_codes[sheet.decide[profile]]
        instructs &= self.world.as_of <= moment.cutoff  # BR3.4: "no later than" includes it
        if pilot is not None:
            for number, pilot_rule in enumerate(owner.rules.pilots):
                rows = np.flatnonzero(pilot == number)
                if len(rows):
                    period = self.period_of(pilot_rule.at, frame.take(rows), moment)
                    opens[rows], closes[rows] = period
                    windows[rows] = self.world.hours(pilot_rule.at.windows)
                    rule[rows] = owner.pilot_codes[number]
                    spec[rows] = 0
                    instructs[rows] = True
        until = np.full(len(opens), NO_TIME, np.int64)
        if explicit is not None:
            same = self._says_the_same(owner, explicit, rule, frame, moment, pilot)
            on_record = (explicit.kind == WITHDRAWN) | (explicit.kind == INSTRUCTED) | same
            until = np.where(on_record, explicit.until, until)
            rule = np.where(on_record, explicit.rule, rule)
            opens = np.where(on_record, explicit.opens, opens)
            closes = np.where(on_record, explicit.closes, closes)
            windows[on_record], spec[on_record] = 0, 0
            self._written(owner, on_record, explicit.rule, windows, spec)
            own = on_record & (explicit.hours > 0)  # hours of its own stand in place of its rule's
            windows[own] = explicit.hours[own]
            instructs[(explicit.kind == INSTRUCTED) | same] = True
            instructs[explicit.kind == WITHDRAWN] = False
        closes = np.minimum(closes, moment.automatic)
        instructs &= ((closes > self.world.earliest) | (until != NO_TIME)) & (opens < closes)
        floor, hold = owner.floors(sheet, frame, profile, moment)
        pushed_out = instructs & (floor >= closes)
        rule = np.where(pushed_out, owner.hold_codes[hold], rule)
        instructs &= ~pushed_out
        opens = np.maximum(opens, floor)
        held = sheet.open_hold[profile]
        rule = np.where(held >= 0, owner.hold_codes[held], rule)
        excluded = sheet.exclude[profile]
        rule = np.where(excluded >= 0, owner.exclude_codes[excluded], rule)
        instructs &= (held < 0) & (excluded < 0)
        consent = self._consents(instructs, opens, closes, windows, until)
        return Acts(rule.astype(np.int32), consent, np.where(instructs, spec, 0).astype(np.int32))

    def _says_the_same(
        self, owner: Owner, explicit: Explicit, rule: Ints, frame: Frame, moment: Moment, pilot: Ints | None
    ) -> Bools:
        """Where the rule that wrote a KEPT row decides today, with the same end: there the row stands.

        A pilot that is over has no hubs any more: that its owner still has it is enough.
        """
        same = np.zeros(len(rule), np.bool_)
        kept = explicit.kind == KEPT
        if not kept.any():
            return same
        in_pilot = np.zeros(len(rule), np.bool_) if pilot is None else pilot >= 0
        said = [(r.id, r.at, False) for r in owner.rules.decides if r.then is DecideThen.INSTRUCT]
        for name, at, by_pilot in (*said, *((r.id, r.at, True) for r in owner.rules.pilots)):
            code = self.world.rules.code(name)
            rows = np.flatnonzero(kept & ~in_pilot & (explicit.rule == code) & (by_pilot | (rule == code)))
            if len(rows):
                _, closes = self.period_of(at, frame.take(rows), moment)
                ends = np.minimum(closes, moment.automatic)
                same[rows] |= ends == np.minimum(explicit.closes[rows], moment.automatic)
        return same

    def _written(self, owner: Owner, on_record: Bools, wrote: Ints, windows: Ints, spec: Ints) -> None:
        """A row that a rule wrote keeps the windows and the batch of that rule, while there is one."""
        said = [(r.id, r.at, r.batch) for r in owner.rules.decides if r.then is DecideThen.INSTRUCT]
        for rule, at, batch in (*said, *((r.id, r.at, None) for r in owner.rules.pilots)):
            rows = np.flatnonzero(on_record & (wrote == self.world.rules.code(rule)))
            windows[rows] = self.world.hours(at.windows) if at else 0
            spec[rows] = self._spec(batch)

    def _spec(self, batch: BatchSpec | None) -> int:
        return 0 if batch is None else self.specs.code((batch.size, batch.pause.days, batch.pause.seconds))

    def _decided(
        self, owner: Owner, sheet: Sheet, frame: Frame, profile: Ints, moment: Moment
    ) -> tuple[Longs, Longs, Ints, Ints, Bools]:
        size = frame.size
        opens = np.full(size, NO_TIME, np.int64)
        closes = np.full(size, NO_TIME, np.int64)
        windows, spec = np.zeros(size, np.int32), np.zeros(size, np.int32)
        instructs = np.zeros(size, np.bool_)
        decide = sheet.decide[profile]
        for number, rule in enumerate(owner.rules.decides):
            if rule.then is not DecideThen.INSTRUCT:
                continue
            rows = np.flatnonzero(decide == number)
            if not len(rows):
                continue
            opens[rows], closes[rows] = self.period_of(rule.at, frame.take(rows), moment)
            windows[rows] = self.world.hours(rule.at.windows) if rule.at else 0
            spec[rows] = self._spec(rule.batch)
            instructs[rows] = True
        return opens, closes, windows, spec, instructs

    def _consents(self, there: Bools, opens: Longs, closes: Longs, windows: Ints, until: Longs) -> Ints:
        consent = np.zeros(len(there), np.int32)
        rows = np.flatnonzero(there)
        if not len(rows):
            return consent
        firsts, lasts, kinds, kept = opens[rows], closes[rows], windows[rows], until[rows]
        keys = [numbered(firsts), numbered(lasts), (kinds, len(self.world.windows)), numbered(kept)]
        chosen, inverse = distinct(keys)
        codes = [
            self.consents.code(Agreed(int(firsts[at]), int(lasts[at]), int(kinds[at]), int(kept[at]))) for at in chosen
        ]
        consent[rows] = np.array(codes, np.int32)[inverse]
        return consent
