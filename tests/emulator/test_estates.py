"""Estates that look like the real one, the same for the same seed."""

import hashlib
import tracemalloc
from datetime import date
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from chfw_core.errors import UsageError
from chfw_core.model.estate import ESTATE_COLUMNS
from chfw_core.model.hubs import CSP_REGIONS, HOLIDAY_DIVISIONS, SmiStatus
from chfw_core.model.parties import is_supplier
from chfw_emulator import draws
from chfw_emulator.estates import NEWEST, SCHEMA, generate_estate, supplier_ids
from chfw_emulator.products import MAKERS, SUPPLIER_IDS, WANTED_SETS

HUBS = 40_000


def estate(hubs: int = HUBS, seed: int = 7, **more: object) -> pa.Table:
    return pa.Table.from_batches(list(generate_estate(hubs, seed, **more)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole() -> pa.Table:
    return estate()


def texts(table: pa.Table, name: str) -> list[str | None]:
    values: list[str | None] = table.column(name).to_pylist()
    return values


def share(table: pa.Table, name: str, value: str | None) -> float:
    found = texts(table, name)
    return found.count(value) / len(found)


def test_the_same_seed_is_the_same_estate_in_chunks_of_any_size(whole: pa.Table) -> None:
    """NF5: hub number n depends on seed and n alone."""
    assert estate(chunk_rows=7_001).to_pydict() == whole.to_pydict()
    assert estate(seed=8).to_pydict() != whole.to_pydict()


def test_the_estate_is_pinned() -> None:
    """NF5: a change of these bytes makes every published example another one: note it in the changelog."""
    found = hashlib.sha256(repr(estate(500, 7).to_pydict()).encode()).hexdigest()
    assert found == "e1c52fd07584d916a1dfe445dc2fd95daa188ca7fa2a92749c34d540da56e3c2"


def test_columns_are_those_of_an_estate(whole: pa.Table) -> None:
    assert whole.schema == SCHEMA
    assert SCHEMA.names == [column.name for column in ESTATE_COLUMNS]
    for column in ESTATE_COLUMNS:
        assert column.nullable or not whole.column(column.name).null_count


def test_dictionaries_are_in_order_and_have_no_value_twice() -> None:
    batch = next(generate_estate(1_000, 7))
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            values = column.dictionary.to_pylist()
            assert values == sorted(set(values))
            assert "" not in values


def test_guids_are_unique_in_order_real_and_beyond_2_to_the_63(whole: pa.Table) -> None:
    guids = whole.column("guid").to_numpy()
    assert (guids[1:] > guids[:-1]).all()
    assert {int(g) >> 40 for g in guids} == {oui for maker in MAKERS for oui, _ in maker.blocks}
    assert (guids > np.uint64(2**63)).mean() > 0.5
    assert {int(g) >> 32 & 0xFF for g in guids} == {0x90}


def test_a_hubs_two_devices_differ_in_one_byte(whole: pa.Table) -> None:
    """As 88-73-84-90-6A-10-02-DB and 88-73-84-CC-6A-10-02-DB do."""
    guids, others = whole.column("guid").to_numpy(), whole.column("gpf_guid").to_numpy()
    assert (guids ^ others == np.uint64((0x90 ^ 0xCC) << 32)).all()


def test_shuffled_rows_are_the_same_hubs_in_another_order(whole: pa.Table) -> None:
    shuffled = estate(shuffle=True)
    assert shuffled.sort_by("guid").to_pydict() == whole.to_pydict()
    guids = shuffled.column("guid").to_numpy()
    assert (guids[1:] > guids[:-1]).mean() < 0.7


def test_models_and_versions_belong_together(whole: pa.Table) -> None:
    real = {
        (maker.cpl_id, model.device_model, version)
        for maker in MAKERS
        for model in maker.models
        for version in model.versions
    }
    found = set(
        zip(texts(whole, "manufacturer"), texts(whole, "device_model"), texts(whole, "firmware_version"), strict=True)
    )
    assert found <= real
    assert len(found) > len(real) / 2


def test_words_are_those_of_the_code(whole: pa.Table) -> None:
    assert set(texts(whole, "csp_region")) <= set(CSP_REGIONS)
    assert set(texts(whole, "holiday_division")) <= set(HOLIDAY_DIVISIONS)
    assert set(texts(whole, "smi_status")) == {status.value for status in SmiStatus}


def test_most_hubs_can_be_upgraded_some_cannot(whole: pa.Table) -> None:
    assert 0.95 < share(whole, "smi_status", "Commissioned") < 0.98


def test_the_north_spans_two_divisions(whole: pa.Table) -> None:
    pairs = list(zip(texts(whole, "csp_region"), texts(whole, "holiday_division"), strict=True))
    north = [division for region, division in pairs if region == "North"]
    assert 0.4 < north.count("scotland") / len(north) < 0.5
    assert {division for region, division in pairs if region == "South"} == {"england_and_wales"}


def test_suppliers_are_zipf_like_and_invented(whole: pa.Table) -> None:
    counts = {name: texts(whole, "import_supplier").count(name) for name in supplier_ids(20)}
    assert list(counts)[:6] == sorted(counts, key=lambda name: -counts[name])[:6]
    assert next(iter(counts)) == "NWND"
    assert counts["NWND"] > 10 * min(counts.values())
    assert all(is_supplier(name) and len(name) == 4 for name in SUPPLIER_IDS)


@pytest.mark.parametrize("split_share", [0.0, 0.15, 0.6])
def test_the_share_of_split_hubs_is_the_one_asked_for(split_share: float) -> None:
    found = estate(split_share=split_share)
    imports, gas = (found.column(name).cast(pa.string()) for name in ("import_supplier", "gas_supplier"))
    split = pc.sum(pc.fill_null(pc.not_equal(imports, gas), False)).as_py() / HUBS
    assert abs(split - split_share) < 0.01
    assert found.column("import_supplier").null_count > 0
    assert found.column("gas_supplier").null_count > 0


def test_some_hubs_have_nobody(whole: pa.Table) -> None:
    nobody = pc.and_(whole.column("import_supplier").is_null(), whole.column("gas_supplier").is_null())
    assert 0.001 < pc.sum(nobody).as_py() / HUBS < 0.01


@pytest.mark.parametrize("count", [1, 2, 35, 700])
def test_any_number_of_suppliers(count: int) -> None:
    found = set(texts(estate(20_000, suppliers=count), "import_supplier")) - {None}
    assert found <= set(supplier_ids(count))
    assert len(set(supplier_ids(count))) == count
    assert len(found) == count if count < 700 else len(found) > 600


def test_flags_and_devices_are_sets_in_order(whole: pa.Table) -> None:
    for name in ("flags", "han_device_types"):
        for value in set(texts(whole, name)) - {None}:
            assert value is not None
            assert value.split("|") == sorted(set(value.split("|")))
    flat = [flag for value in texts(whole, "flags") for flag in (value or "").split("|")]
    assert {flag: round(flat.count(flag) / HUBS, 2) for flag in ("psr", "prepay")} == {"psr": 0.08, "prepay": 0.14}
    assert {"medical", "staff_home", "defect_triage"} <= set(flat)
    gas_meters = ["GSME" in (value or "") for value in texts(whole, "han_device_types")]
    assert gas_meters == [value is not None for value in texts(whole, "gas_supplier")]


def test_configuration_sets_that_rule_files_name_are_common(whole: pa.Table) -> None:
    for name in WANTED_SETS:
        assert share(whole, "configuration_set", name) > 0.05
    assert 0.005 < share(whole, "configuration_set", None) < 0.02


def test_a_configuration_set_goes_with_few_images(whole: pa.Table) -> None:
    pairs = zip(
        texts(whole, "device_model"), texts(whole, "firmware_version"), texts(whole, "configuration_set"), strict=True
    )
    sets: dict[tuple[str | None, str | None], set[str]] = {}
    for model, version, name in pairs:
        if name is not None:
            sets.setdefault((model, version), set()).add(name)
    assert max(len(found) for found in sets.values()) <= 4


def test_installation_lies_in_the_models_years(whole: pa.Table) -> None:
    models = {model.device_model: model for maker in MAKERS for model in maker.models}
    days: list[date | None] = whole.column("installed_on").to_pylist()
    for model, day in zip(texts(whole, "device_model"), days, strict=True):
        assert day is None or models[str(model)].first <= day <= (models[str(model)].last or NEWEST)
    recent = sum(day is not None and (NEWEST - day).days < 28 for day in days)
    assert recent > 50
    assert 0 < days.count(None) < 0.01 * HUBS


def test_an_early_newest_day_cuts_the_years_short() -> None:
    days = estate(5_000, newest=date(2018, 1, 1)).column("installed_on").drop_null().to_pylist()
    assert max(days) == date(2018, 1, 1)


@pytest.mark.parametrize(
    "wrong", [{"hubs": 0}, {"suppliers": 0}, {"suppliers": 20_000}, {"split_share": 1.0}, {"chunk_rows": 0}]
)
def test_what_is_no_estate_is_refused_at_once(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="at least one hub"):
        generate_estate(**{"hubs": 10, "seed": 1, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [1, 2, 10, 1_000])
def test_shuffling_loses_no_hub_of_a_small_estate(count: int) -> None:
    found = estate(count, shuffle=True).column("guid").to_pylist()
    assert sorted(found) == estate(count).column("guid").to_pylist()


def test_a_huge_estate_comes_in_pieces() -> None:
    tracemalloc.start()
    try:
        for batch in islice(generate_estate(30_000_000, 7, chunk_rows=50_000), 3):
            assert batch.num_rows == 50_000
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_a_table_of_shares_is_exact_to_its_step() -> None:
    found = draws.table([1, 2, 1])
    assert [int((found == choice).sum()) for choice in range(3)] == [16_384, 32_768, 16_384]


def test_the_four_lanes_of_a_word_are_even() -> None:
    word = draws.words(7, "test", np.arange(200_000, dtype=np.uint64))
    for which in range(4):
        assert abs(draws.lane(word, which).mean() / 65_536 - 0.5) < 0.005
