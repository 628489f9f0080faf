"""Batches (BR3.7, planning 9): what size and pause apply, what id a hub bears, how keys are cut.

The number of a hub's batch is read from the schedule while rows pass, so that its times can be
compared; at the end every key is cut again in hash order and the numbers are compared with that.
All hubs of a key have the strictest size and pause that any of them is bound by; the key of split hubs
says both, so that all of its hubs are bound alike.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
from attrs import frozen

from chfw_core.engines.verify.arrays import (
    AnyInts,
    Bools,
    Domain,
    Guids,
    Ints,
    Longs,
    distinct,
    hash_order,
)
from chfw_core.engines.verify.rows import PLANNED, Rows, ScheduleReader
from chfw_core.engines.verify.settle import Spec
from chfw_core.engines.verify.tally import Tally
from chfw_core.engines.verify.timings import Shift
from chfw_core.engines.verify.world import World
from chfw_core.model.guid import hash_key
from chfw_core.model.parties import CSP_PREFIX, DCC
from chfw_core.planning.verify import Check
from chfw_core.rules.model import BatchSpec

NONE = -1


@frozen(kw_only=True)
class Asked:
    """Who asks for batches of each hub: codes of specs, parties, rules; `decide` = the DCC's."""

    early: Bools
    import_spec: Ints
    gas_spec: Ints
    decide: Ints
    region: Ints
    regions: Domain[str | None]
    imports: Ints
    import_rule: Ints
    gases: Ints
    gas_rule: Ints


class Batches:
    """All batches of a schedule."""

    def __init__(self, world: World, specs: Domain[Spec | None], reader: ScheduleReader, tally: Tally) -> None:
        self._world = world
        self._specs = specs
        self._reader = reader
        self._tally = tally
        self._keys: Domain[str | None] = Domain(None)
        self._bound: dict[int, Spec] = {}
        self._parts: list[tuple[Ints, Guids, Ints, Bools, Ints]] = []
        self.seen = 0
        dcc = world.ruleset(DCC)
        self._dcc = [_spec(rule.batch) for rule in dcc.decides]
        self._dcc_rules = [rule.id for rule in dcc.decides]

    def ask(self, asked: Asked, rows: Rows, considered: Bools) -> tuple[Ints, Ints, Longs]:
        """Batch number as claimed, the key's code (0 = no batch), the place in the register.

        `considered` = hubs that are eligible and not held. The place is -1 without a batch.
        """
        size = len(considered)
        spec = np.where(considered, self._applying(asked), 0).astype(np.int32)
        number, keys = np.zeros(size, np.int32), np.zeros(size, np.int32)
        place = np.full(size, -1, np.int64)
        # An infeasible row keeps no batch.
        running = rows.status == PLANNED
        self._none_asked(rows, ((considered & (spec == 0)) | ~running) & (rows.batch > 0))
        at = np.flatnonzero(spec)
        if not len(at):
            return number, keys, place
        key = self._key(asked, at, spec[at])
        for one in np.unique(key * np.int64(len(self._specs)) + spec[at]):
            code, mine = divmod(int(one), len(self._specs))
            self._bound[code] = _tightest([self._bound.get(code), self._specs.values[mine]])
        prefixes, numbers = self._claims()
        right = prefixes[rows.batch[at]] == key
        planned = running[at]
        texts = self._reader.batch_ids.values
        self._tally.rows(
            Check.BATCH_ID,
            ~right & planned & rows.present[at],
            rows.guids[at],
            lambda row: f"{self._keys.values[key[row]]}/n",
            lambda row: texts[rows.batch[at[row]]] or "empty",
        )
        claimed = np.where(right & planned, numbers[rows.batch[at]], NONE).astype(np.int32)
        self._parts.append((key, rows.guids[at], claimed, planned, rows.batch[at]))
        number[at] = np.maximum(claimed, 0)
        keys[at] = key
        place[at] = self.seen + np.arange(len(at))
        self.seen += len(at)
        return number, keys, place

    @property
    def open_ended(self) -> bool:
        """Whether a key's pause can still grow: hubs of one key may be bound by different others."""
        bounds = (rules.region_batch for rules in self._world.inputs.rulesets)
        return any(self._dcc) or any(bound is not None for bound in bounds)

    def shifts(self, number: Ints, key: Ints, shifts: Domain[Shift | None]) -> Ints:
        """How far each hub's batch is moved; 0 for a first batch, or none."""
        if not len(number):
            return np.zeros(0, np.int32)
        rows, inverse = distinct([(number, int(number.max()) + 1), (key, len(self._keys))])
        codes = []
        for row in rows:
            batch = self._bound.get(int(key[row]))
            later = batch is not None and number[row] > 0
            codes.append(shifts.code((int(number[row]), *batch[1:]) if batch and later else None))
        return np.array(codes, np.int32)[inverse]

    def _none_asked(self, rows: Rows, bad: Bools) -> None:
        texts = self._reader.batch_ids.values
        self._tally.rows(Check.BATCH_ID, bad, rows.guids, lambda _: "empty", lambda r: str(texts[rows.batch[r]]))

    def _applying(self, asked: Asked) -> Ints:
        columns: list[tuple[AnyInts, int]] = [
            (asked.early, 2),
            (asked.import_spec, len(self._specs)),
            (asked.gas_spec, len(self._specs)),
            (asked.decide + 1, len(self._dcc) + 1),
            (asked.region, len(asked.regions)),
        ]
        rows, inverse = distinct(columns)
        codes = []
        for row in rows:
            early, one, two, decide, region = (int(codes_[row]) for codes_, _ in columns)
            dcc = self._dcc[decide - 1] if decide else None
            csp = self._world.rulesets.get(f"{CSP_PREFIX}{asked.regions.values[region]}")
            bound = _spec(csp.region_batch) if csp is not None else None
            own = [self._specs.values[one], self._specs.values[two]] if early else [dcc]
            # The DCC or a CSP alone makes no batches of early hubs.
            there = [spec for spec in own if spec is not None]
            codes.append(self._specs.code(_tightest([*there, dcc, bound])) if there else 0)
        return np.array(codes, np.int32)[inverse]

    def _key(self, asked: Asked, at: Longs, spec: Ints) -> Ints:
        parties, rules = self._world.parties, self._world.rules
        early = asked.early[at]
        imports, gases = np.where(early, asked.imports[at], 0), np.where(early, asked.gases[at], 0)
        split = (imports > 0) & (gases > 0) & (imports != gases)
        columns = [
            (early, 2),
            (imports, len(parties)),
            (np.where(early, asked.import_rule[at], 0), len(rules)),
            (gases, len(parties)),
            (np.where(early, asked.gas_rule[at], 0), len(rules)),
            (np.where(early, 0, asked.decide[at] + 1), len(self._dcc) + 1),
            (np.where(split, spec, 0), len(self._specs)),
        ]
        rows, inverse = distinct(columns)
        texts = []
        for row in rows:
            is_early, first, import_rule, second, gas_rule, decide, terms = (int(codes[row]) for codes, _ in columns)
            bound = self._specs.values[terms]
            if not is_early:
                texts.append(f"{DCC}.{self._dcc_rules[decide - 1]}")
            elif bound is not None:  # split. NF7: it names neither of the two
                texts.append(f"{rules.values[import_rule] or ''}+{rules.values[gas_rule] or ''}@{_terms(*bound)}")
            else:
                party, rule = (first, import_rule) if first else (second, gas_rule)
                texts.append(".".join(filter(None, (parties.values[party], rules.values[rule]))))
        return self._keys.codes(texts)[inverse]

    def _claims(self) -> tuple[Ints, Ints]:
        """For every batch id of the schedule: the code of its key, and its number."""
        ids = self._reader.batch_ids.values
        pairs = [_claim(text) for text in list(ids)]
        keys = [self._keys.find(prefix) if prefix else NONE for prefix, _ in pairs]
        return np.array(keys, np.int32), np.array([number for _, number in pairs], np.int32)

    def finish(self) -> Ints:
        """The number of every hub's batch, by its place in the register."""
        if not self._parts:
            return np.zeros(0, np.int32)
        key, guids, claimed, planned, ids = (np.concatenate([part[at] for part in self._parts]) for at in range(5))
        self._parts.clear()
        expected = np.zeros(len(key), np.int32)
        order = np.argsort(key, kind="stable")
        edges = np.searchsorted(key[order], np.arange(len(self._keys) + 1))
        release = hash_key(self._world.release.id)
        for code, (size, _, _) in self._bound.items():
            rows = order[edges[code] : edges[code + 1]]
            if len(rows) <= size:
                continue
            hashes = hash_order(guids[rows], release)
            starts = np.sort(hashes)[size::size]
            expected[rows] = np.searchsorted(starts, hashes, side="right")
        self._judge_sizes(key, ids, planned)
        # A planned row without a right id was reported when it passed.
        wrong = (claimed >= 0) & (claimed != expected)
        self._tally.rows(
            Check.BATCH_CUT,
            wrong,
            guids,
            lambda row: f"{self._keys.values[key[row]]}/{expected[row]}",
            lambda row: f"{self._keys.values[key[row]]}/{claimed[row]}",
        )
        return expected

    def _judge_sizes(self, key: Ints, ids: Ints, planned: Bools) -> None:
        counts = np.bincount(ids[planned], minlength=1)
        by_key = np.full(len(self._keys), np.iinfo(np.int64).max)
        for code, (size, _, _) in self._bound.items():
            by_key[code] = size
        sizes = np.full(len(counts), np.iinfo(np.int64).max)
        sizes[ids[planned]] = by_key[key[planned]]
        for batch in np.flatnonzero(counts > sizes):
            if batch:
                text = str(self._reader.batch_ids.values[batch])
                most, got = int(sizes[batch]), int(counts[batch])
                self._tally.add(Check.BATCH_SIZE, text, f"at most {most}", str(got), got - most)


def _spec(batch: BatchSpec | None) -> Spec | None:
    return None if batch is None else (batch.size, batch.pause.days, batch.pause.seconds)


def _tightest(specs: Iterable[Spec | None]) -> Spec:
    """The smallest size and the longest pause of all who say; at least one does."""
    there = [spec for spec in specs if spec is not None]
    pause = max(((days, seconds) for _, days, seconds in there), key=lambda p: p[0] * 86_400 + p[1])
    return min(spec[0] for spec in there), *pause


def _terms(size: int, days: int, seconds: int) -> str:
    """`1000.3d`: the size, and the pause in days, hours, minutes and seconds."""
    lengths = (days, seconds // 3600, seconds // 60 % 60, seconds % 60)
    pause = "".join(f"{length}{unit}" for length, unit in zip(lengths, "dhms", strict=True) if length)
    return ".".join(filter(None, (str(size), pause)))


@cache
def _claim(text: str | None) -> tuple[str | None, int]:
    """`<key>/<n>` as its two parts; a number of -1 where it is not written so."""
    prefix, slash, number = (text or "").rpartition("/")
    plain = number.isascii() and number.isdigit() and len(number) < 9 and str(int(number)) == number
    return (prefix, int(number)) if slash and plain else (None, NONE)
