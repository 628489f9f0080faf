"""The analyst's part of a plan in Polars: lazy, streaming, categoricals, nested when/then; two threads.

The number of threads is set by the environment before Polars is imported (see `measure`).
"""

from pathlib import Path

import polars as pl

from benchmarks.analyst import CODES, EPOCH, Brief, Delay, Party
from benchmarks.polars_conditions import eligible, flag_columns, holds


def plan_polars(brief: Brief, estate: Path, out: Path) -> None:
    """Write the analyst's schedule of an estate."""
    query(brief, estate).sink_parquet(out, compression="zstd", compression_level=1, row_group_size=1_000_000)


def query(brief: Brief, estate: Path) -> pl.LazyFrame:
    """One row for each hub, in the estate's order."""
    hubs = pl.scan_parquet(estate).with_columns(
        day=pl.col("installed_on").to_physical().cast(pl.Int64), **flag_columns(brief)
    )
    sides = {"i": "import_supplier", "g": "gas_supplier"}
    hubs = hubs.with_columns(
        **{f"{side}_code": _code(brief, column) for side, column in sides.items()},
        **{f"{side}_delay": _delay(brief, column) for side, column in sides.items()},
        dcc_delay=_days_of(brief.dcc_delay, brief),
        ineligible=~eligible(brief),
    )
    for side in sides:
        hubs = hubs.join(_steps(brief, side), on=f"{side}_code", how="left", maintain_order="left")
    for side in sides:
        hubs = _delayed(hubs, side).join(_rules(brief, side), on=f"{side}_code", how="left", maintain_order="left")
    return _dated(brief, _resolved(brief, hubs)).select(
        "guid",
        pl.when("ineligible")
        .then(pl.lit("ineligible"))
        .when(pl.col("window_opens").is_null())
        .then(pl.lit("infeasible"))
        .otherwise(pl.lit("planned"))
        .alias("status"),
        "basis",
        pl.when(~pl.col("ineligible")).then("opens").alias("opens"),
        pl.when(~pl.col("ineligible")).then("closes").alias("closes"),
        pl.when(~pl.col("ineligible")).then("window_opens").alias("window_opens"),
        pl.when(~pl.col("ineligible")).then(pl.col("window_opens").dt.date()).alias("day"),
        pl.when(~pl.col("ineligible")).then("i_rule").alias("import_rule"),
        pl.when(~pl.col("ineligible")).then("g_rule").alias("gas_rule"),
    )


# --- each side ---


def _code(brief: Brief, column: str) -> pl.Expr:
    """The step that decides for this side: a chain of rules within a chain of Suppliers."""
    none = pl.lit(0, pl.UInt16)
    chain = pl.when(pl.lit(False)).then(none)
    for party in brief.parties:
        chain = chain.when(pl.col(column) == party.name).then(_lines(party, brief))  # type: ignore[assignment]
    return chain.otherwise(none)


def _lines(party: Party, brief: Brief) -> pl.Expr:
    none = pl.lit(0, pl.UInt16)
    chain = pl.when(pl.lit(False)).then(none)
    for when, code in party.lines:
        chain = chain.when(holds(when, brief)).then(pl.lit(code, pl.UInt16))  # type: ignore[assignment]
    return chain.otherwise(none)


def _delay(brief: Brief, column: str) -> pl.Expr:
    none = pl.lit(None, pl.Int64)
    chain = pl.when(pl.lit(False)).then(none)
    for party in brief.parties:
        if party.delays:
            latest = pl.max_horizontal(_number(delay, brief) for delay in party.delays)
            chain = chain.when(pl.col(column) == party.name).then(latest)  # type: ignore[assignment]
    return chain.otherwise(none)


def _number(delay: Delay, brief: Brief) -> pl.Expr:
    number = pl.lit(delay.number, pl.Int64)
    if delay.of_hub:
        number = number + pl.col("day") * CODES
    return pl.when(holds(delay.when, brief) & (number > (brief.today - EPOCH).days * CODES)).then(number)


def _days_of(delay: Delay, brief: Brief) -> pl.Expr:
    """The DCC's hold, as a time."""
    return pl.when(holds(delay.when, brief)).then(pl.lit(delay.day, pl.Int32).cast(pl.Date).cast(pl.Datetime("us")))


def _steps(brief: Brief, side: str) -> pl.LazyFrame:
    """The table of rules, its columns named for one side."""
    steps = pl.DataFrame(
        {
            f"{side}_code": range(len(brief.steps)),
            f"{side}_opens": [step.opens for step in brief.steps],
            f"{side}_closes": [step.closes for step in brief.steps],
            f"{side}_windows": [step.windows for step in brief.steps],
        },
        schema={
            f"{side}_code": pl.UInt16,
            f"{side}_opens": pl.Datetime("us"),
            f"{side}_closes": pl.Datetime("us"),
            f"{side}_windows": pl.Int32,
        },
    )
    return steps.lazy()


def _delayed(hubs: pl.LazyFrame, side: str) -> pl.LazyFrame:
    """A hold on a date moves the opening; one that outlasts the period decides, and there is no consent."""
    opens, closes, until = (pl.col(f"{side}_{part}") for part in ("opens", "closes", "until"))
    delay = pl.col(f"{side}_delay")
    day = ((delay + (CODES - 1)) // CODES).cast(pl.Int32).cast(pl.Date)
    hubs = hubs.with_columns(**{f"{side}_until": day.cast(pl.Datetime("us"))})
    past = (opens.is_not_null() & (until >= closes)).fill_null(False)
    hold = ((-delay) % CODES).cast(pl.UInt16)
    return hubs.with_columns(
        **{
            f"{side}_consent": opens.is_not_null() & ~past,
            f"{side}_opens": pl.when(opens.is_not_null()).then(pl.max_horizontal(opens, until)),
            f"{side}_code": pl.when(past).then(hold).otherwise(f"{side}_code"),
        }
    )


def _rules(brief: Brief, side: str) -> pl.LazyFrame:
    """What the rules are called."""
    columns = {f"{side}_code": range(len(brief.steps)), f"{side}_rule": [step.rule for step in brief.steps]}
    return pl.DataFrame(columns, schema={f"{side}_code": pl.UInt16, f"{side}_rule": pl.Categorical}).lazy()


# --- both sides ---


def _resolved(brief: Brief, hubs: pl.LazyFrame) -> pl.LazyFrame:
    """BR4.3: the later of the two; one missing consent is the DCC's date."""
    imports, gas = pl.col("import_supplier"), pl.col("gas_supplier")
    no_import, no_gas, same = imports.is_null(), gas.is_null(), (imports == gas).fill_null(False)
    i_says, g_says = pl.col("i_consent"), pl.col("g_consent")
    i_opens, g_opens, i_closes, g_closes = (pl.col(f"{s}_{p}") for p in ("opens", "closes") for s in "ig")
    i_windows, g_windows = pl.col("i_windows"), pl.col("g_windows")
    by_gas = no_import & g_says
    by_import = (no_gas | same) & i_says
    both = ~no_import & ~no_gas & ~same & i_says & g_says
    later = pl.max_horizontal(i_opens, g_opens)
    earlier_close = pl.min_horizontal(i_closes, g_closes)
    close_of_later = (
        pl.when(i_opens > g_opens)
        .then(i_closes)
        .when(g_opens > i_opens)
        .then(g_closes)
        .otherwise(pl.max_horizontal(i_closes, g_closes))
    )
    pair = pl.min_horizontal(i_windows, g_windows) * len(brief.windows) + pl.max_horizontal(i_windows, g_windows)
    hubs = hubs.with_columns(
        basis=pl.when("ineligible")
        .then(None)
        .when(both)
        .then(pl.lit("BOTH_SUPPLIERS"))
        .when(by_import | by_gas)
        .then(pl.lit("SOLE_SUPPLIER"))
        .otherwise(pl.lit("DCC_DEFAULT")),
        opens=pl.when(both)
        .then(later)
        .when(by_import)
        .then(i_opens)
        .when(by_gas)
        .then(g_opens)
        .otherwise(pl.lit(brief.default_opens)),
        closes=pl.when(both)
        .then(pl.when(earlier_close > later).then(earlier_close).otherwise(close_of_later))
        .when(by_import)
        .then(i_closes)
        .when(by_gas)
        .then(g_closes)
        .otherwise(pl.lit(brief.default_closes)),
        pair=pl.when(both).then(pair).when(by_import).then(i_windows).when(by_gas).then(g_windows).otherwise(0),
    )
    until = pl.col("dcc_delay")
    fits = (until < pl.col("closes")).fill_null(False)
    return hubs.with_columns(
        late=(until >= pl.col("closes")).fill_null(False),
        opens=pl.when(fits).then(pl.max_horizontal("opens", until)).otherwise("opens"),
    )


def _dated(brief: Brief, hubs: pl.LazyFrame) -> pl.LazyFrame:
    """The first possible day, out of the calendar."""
    calendar = pl.DataFrame(
        {
            "pair": [day.pair for day in brief.days],
            "holiday_division": [day.division or "" for day in brief.days],
            "from": [day.day for day in brief.days],
            "first": [day.first for day in brief.days],
        },
        schema={"pair": pl.Int32, "holiday_division": pl.Categorical, "from": pl.Date, "first": pl.Datetime("us")},
    )
    hubs = hubs.with_columns(
        pl.col("holiday_division").fill_null(""),
        pl.max_horizontal(pl.col("opens").dt.date(), pl.lit(brief.earliest)).alias("from"),
    )
    hubs = hubs.join(calendar.lazy(), on=["pair", "holiday_division", "from"], how="left", maintain_order="left")
    first = pl.max_horizontal("first", "opens")
    usable = pl.col("first").is_not_null() & ~pl.col("late") & (first < pl.col("closes"))
    return hubs.with_columns(window_opens=pl.when(usable).then(first))
