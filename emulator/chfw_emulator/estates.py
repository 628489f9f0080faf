"""Estates that look like the real one: the same bytes for the same seed, in chunks of any size.

Hub number n is a function of the seed and n alone. Numbers run through the makers' address blocks
in order, so that the rows are in order of GUID unless they are to be shuffled. Real: device models,
firmware, address blocks, how the GUIDs of a hub's two devices relate. Invented: Suppliers and every
share (see `products`).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from math import gcd

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from attrs import frozen

from chfw_core.errors import UsageError
from chfw_emulator import draws
from chfw_emulator.draws import chance, lane, pick, table, tables, words
from chfw_emulator.products import (
    CONFIGURATION_SETS,
    FLAG_SHARES,
    HAN_SHARES,
    HOLIDAY_SHARES,
    MAKERS,
    SMI_SHARES,
    SUPPLIER_IDS,
    WANTED_SETS,
    Model,
)

CHUNK_ROWS = 1_000_000
NEWEST = date(2026, 1, 10)
_EPOCH = date(1970, 1, 1)
_CHF, _GPF = 0x90, 0xCC  # the fourth byte tells a hub's two devices apart
_TEXTS = pa.dictionary(pa.int32(), pa.string())

Ints = npt.NDArray[np.int32]

SCHEMA = pa.schema(
    [
        ("guid", pa.uint64()),
        ("csp_region", _TEXTS),
        ("manufacturer", _TEXTS),
        ("device_model", _TEXTS),
        ("firmware_version", _TEXTS),
        ("configuration_set", _TEXTS),
        ("installed_on", pa.date32()),
        ("smi_status", _TEXTS),
        ("import_supplier", _TEXTS),
        ("gas_supplier", _TEXTS),
        ("flags", _TEXTS),
        ("han_device_types", _TEXTS),
        ("gpf_guid", pa.uint64()),
        ("holiday_division", _TEXTS),
    ]
)


def generate_estate(
    hubs: int,
    seed: int,
    suppliers: int = 20,
    split_share: float = 0.15,
    *,
    shuffle: bool = False,
    newest: date = NEWEST,
    chunk_rows: int = CHUNK_ROWS,
) -> Iterator[pa.RecordBatch]:
    """The estate in chunks of `chunk_rows`, as standard record batches (`SCHEMA`).

    `suppliers` 1 … 18,000, Zipf-like, `NWND` the largest; `split_share` of the hubs have two
    different ones; `newest` is the last day on which a hub was installed. Raises UsageError.
    """
    if hubs < 1 or not 1 <= suppliers <= 18_000 or not 0 <= split_share < 1 or chunk_rows < 1:
        raise UsageError("an estate needs at least one hub, 1 to 18000 suppliers and a split share from 0 to below 1")
    if suppliers == 1:
        split_share = 0.0
    return _Generator(hubs, seed, suppliers, split_share, shuffle, newest).chunks(chunk_rows)


def supplier_ids(count: int) -> tuple[str, ...]:
    """The first so many invented Party ids, the largest Supplier first."""
    more = (f"Z{chr(65 + n // 676)}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}" for n in range(count))
    return (*SUPPLIER_IDS, *more)[:count]


@frozen(kw_only=True)
class _Block:
    """The hubs of one address block: numbers from `start` on, serials `step` apart on average."""

    oui: int
    maker: int
    start: int
    step: int


class _Dictionary:
    """A fixed column dictionary in alphabetical order; `code` maps our own order to its codes.

    An empty text has no code of its own: its rows are to be masked.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        ordered = sorted({text for text in texts if text})
        place = {text: at for at, text in enumerate(ordered)}
        self.values = pa.array(ordered, pa.string())
        self.code = np.array([place.get(text, 0) for text in texts], dtype=np.int32)

    def column(self, choice: Ints, missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
        codes = pa.array(self.code[choice], mask=missing)
        return pa.DictionaryArray.from_arrays(codes, self.values, safe=False)


class _Generator:
    def __init__(
        self,
        hubs: int,
        seed: int,
        suppliers: int,
        split_share: float,
        shuffle: bool,
        newest: date,
    ) -> None:
        self._hubs, self._seed, self._split_share = hubs, seed, split_share
        self._stride = _stride(hubs) if shuffle else 1
        self._blocks = _blocks(hubs)
        self._models = [(maker, model) for maker in MAKERS for model in maker.models]
        self._lay_out_products(newest)
        self._lay_out_places()
        self._parties = _Dictionary(supplier_ids(suppliers))
        self._party_table = table([(rank + 1) ** -0.9 for rank in range(suppliers)])
        self._party_count = suppliers
        self._flags = _subsets([name for name, _ in FLAG_SHARES])
        self._han = _subsets([name for name, _ in HAN_SHARES] + ["GSME"], always="ESME")

    def _lay_out_products(self, newest: date) -> None:
        first = 0
        per_maker, self._model_base = [], np.zeros(len(MAKERS), dtype=np.int32)
        for at, maker in enumerate(MAKERS):
            per_maker.append([model.share for model in maker.models])
            self._model_base[at] = first
            first += len(maker.models)
        self._model_tables = tables(per_maker)
        models = [model for _, model in self._models]
        self._pairs = [(model, version) for model in models for version in model.versions]
        counts = [len(model.versions) for model in models]
        self._pair_base = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32)
        # The newest image is the commonest, each older one about half as common as the next.
        self._version_tables = tables([[2.0**n for n in range(count)] for count in counts])
        self._set_tables = tables([[0.55, 0.25, 0.13, 0.07]] * len(self._pairs))
        self._sets_of = np.array(_configuration_sets(self._pairs), dtype=np.int32)
        self._first_day = np.array([_day(model.first) for model in models], dtype=np.int32)
        self._last_day = np.array([_day(min(model.last or newest, newest)) for model in models], dtype=np.int32)
        self._first_day = np.minimum(self._first_day, self._last_day)
        self._newest = _day(newest)
        self._makers = _Dictionary([maker.cpl_id for maker in MAKERS])
        self._model_names = _Dictionary([model.device_model for model in models])
        self._versions = _Dictionary([version for _, version in self._pairs])
        self._sets = _Dictionary([f"CS-{n + 1:04d}" for n in range(CONFIGURATION_SETS)])

    def _lay_out_places(self) -> None:
        names = list(dict.fromkeys(region for maker in MAKERS for region, _ in maker.regions))
        self._regions = _Dictionary(names)
        self._region_tables = tables([[dict(maker.regions).get(name, 0.0) for name in names] for maker in MAKERS])
        divisions = ("england_and_wales", "scotland")
        self._divisions = _Dictionary(divisions)
        shares = [dict(HOLIDAY_SHARES.get(name, (("england_and_wales", 1.0),))) for name in names]
        self._division_tables = tables([[share.get(d, 0.0) for d in divisions] for share in shares])
        self._statuses = _Dictionary([status for status, _ in SMI_SHARES])
        self._status_table = table([share for _, share in SMI_SHARES])

    def chunks(self, chunk_rows: int) -> Iterator[pa.RecordBatch]:
        for start in range(0, self._hubs, chunk_rows):
            rows = np.arange(start, min(start + chunk_rows, self._hubs), dtype=np.uint64)
            yield self._batch(rows * np.uint64(self._stride) % np.uint64(self._hubs))

    def _batch(self, numbers: draws.Words) -> pa.RecordBatch:
        """The hubs of these numbers. Each `words` call makes four draws of 16 bits."""
        guid, maker = self._guids(numbers)
        gpf = guid ^ np.uint64((_CHF ^ _GPF) << 32)
        product = words(self._seed, "product", numbers)
        model = self._model_base[maker] + pick(self._model_tables, maker, lane(product, 0))
        pair = self._pair_base[model] + pick(self._version_tables, model, lane(product, 1))
        chosen = pick(self._set_tables, pair, lane(product, 2))
        place = words(self._seed, "place", numbers)
        region = pick(self._region_tables, maker, lane(place, 0))
        division = pick(self._division_tables, region, lane(place, 1))
        imports, no_import, gas, no_gas = self._suppliers(numbers)
        columns = [
            pa.array(guid),
            self._regions.column(region),
            self._makers.column(maker),
            self._model_names.column(model),
            self._versions.column(pair),
            self._sets.column(self._sets_of[pair, chosen], chance(0.01, lane(product, 3))),
            self._installed(numbers, model),
            self._statuses.column(self._status_table[lane(place, 2)]),
            self._parties.column(imports, no_import),
            self._parties.column(gas, no_gas),
            self._flag_column(numbers),
            self._han_column(numbers, no_gas),
            pa.array(gpf),
            self._divisions.column(division),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)

    def _guids(self, numbers: draws.Words) -> tuple[draws.Words, Ints]:
        starts = np.array([block.start for block in self._blocks], dtype=np.uint64)
        block = np.searchsorted(starts, numbers, side="right") - 1
        step = np.array([b.step for b in self._blocks], dtype=np.uint64)[block]
        serial = (numbers - starts[block]) * step
        serial += words(self._seed, "serial", numbers) % step
        prefix = np.array([(b.oui << 40) | (_CHF << 32) for b in self._blocks], dtype=np.uint64)
        maker = np.array([b.maker for b in self._blocks], dtype=np.int32)[block]
        return prefix[block] + serial, maker

    def _suppliers(self, numbers: draws.Words) -> tuple[Ints, npt.NDArray[np.bool_], Ints, npt.NDArray[np.bool_]]:
        word = words(self._seed, "suppliers", numbers)
        imports = self._party_table[lane(word, 0)]
        split = chance(self._split_share, lane(word, 2))
        # The other Supplier of a split hub: never the same one, small ones a little oftener.
        other = self._party_table[lane(word, 1)]
        other = np.where(other == imports, (imports + 1) % self._party_count, other)
        gas = np.where(split, other, imports).astype(np.int32)
        # Of the hubs that are not split: no Supplier 0.4 %, no gas 13.6 %, gas alone 0.5 %.
        kind = lane(word, 3)
        nobody = ~split & chance(0.004, kind)
        no_gas = ~split & (nobody | (chance(0.14, kind) & ~chance(0.004, kind)))
        no_import = ~split & (nobody | (chance(0.145, kind) & ~chance(0.14, kind)))
        return imports, no_import, gas, no_gas

    def _installed(self, numbers: draws.Words, model: Ints) -> pa.Array:
        """Most in the middle of the model's years; two in a hundred in the last sixty days."""
        word = words(self._seed, "installed", numbers)
        first, span = self._first_day[model], (self._last_day - self._first_day)[model]
        middle = (lane(word, 0) + lane(word, 1)).astype(np.int64)
        days = first + (span.astype(np.int64) * middle >> (draws.BITS + 1))
        fresh = chance(0.02, lane(word, 2)) & (self._last_day[model] == self._newest)
        days = np.where(fresh, self._newest - lane(word, 3) % 60, days).astype(np.int32)
        missing = chance(0.004, lane(word, 3)) & ~fresh
        return pa.array(days, pa.int32(), mask=missing).cast(pa.date32())

    def _flag_column(self, numbers: draws.Words) -> pa.Array:
        first, second = (words(self._seed, f"flags{n}", numbers) for n in (1, 2))
        which = np.zeros(len(numbers), dtype=np.int32)
        for at, (_, share) in enumerate(FLAG_SHARES):
            word = first if at < 4 else second
            which |= chance(share, lane(word, at % 4)).astype(np.int32) << at
        return self._flags.column(which, which == 0)

    def _han_column(self, numbers: draws.Words, no_gas: npt.NDArray[np.bool_]) -> pa.Array:
        word = words(self._seed, "han", numbers)
        which = (~no_gas).astype(np.int32) << len(HAN_SHARES)
        for at, (_, share) in enumerate(HAN_SHARES):
            which |= chance(share, lane(word, at)).astype(np.int32) << at
        return self._han.column(which)


def _day(day: date) -> int:
    return (day - _EPOCH).days


def _stride(hubs: int) -> int:
    """A step through all numbers that visits each once and leaves neighbours far apart."""
    step = max(1, int(hubs * 0.6180339887498949))
    while gcd(step, hubs) != 1:
        step += 1
    return step


def _blocks(hubs: int) -> list[_Block]:
    """The address blocks in order of address, each with its share of the hubs."""
    parts = sorted((oui, at, maker.share * share) for at, maker in enumerate(MAKERS) for oui, share in maker.blocks)
    ends = np.round(np.cumsum([share for *_, share in parts]) * hubs).astype(np.int64)
    starts = [0, *ends[:-1].tolist()]
    sizes = np.diff([*starts, hubs]).tolist()
    return [
        _Block(oui=oui, maker=at, start=start, step=max(1, min(97, 2**32 // max(1, size))))
        for (oui, at, _), start, size in zip(parts, starts, sizes, strict=True)
    ]


def _subsets(names: Sequence[str], always: str | None = None) -> _Dictionary:
    """Every subset of the names as a set's text; bit n of its number stands for name n."""
    base = [always] if always else []
    return _Dictionary(
        [
            "|".join(sorted([*base, *(n for at, n in enumerate(names) if bits >> at & 1)]))
            for bits in range(1 << len(names))
        ]
    )


def _configuration_sets(pairs: Sequence[tuple[Model, str]]) -> list[list[int]]:
    """Four sets for each (model, version); the newest images bear those that rule files name."""
    wanted = [int(name[3:]) - 1 for name in WANTED_SETS]
    result = []
    for at, (model, version) in enumerate(pairs):
        sets = [(at * 13 + n * 5) % CONFIGURATION_SETS for n in range(4)]
        if version in model.versions[-2:]:
            turn = at % len(wanted)
            sets[:2] = wanted[turn], wanted[(turn + 2) % len(wanted)]
        result.append(sets)
    return result
