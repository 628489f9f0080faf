"""The analyst's part of a plan in DuckDB: one query, `CASE` by Supplier around `CASE` by rule, two threads."""

from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.analyst import CODES, EPOCH, Brief, Delay, Party
from benchmarks.duckdb_conditions import day, eligible, holds, midnight, moment, text

MICROSECONDS = pa.timestamp("us")


def plan_duckdb(brief: Brief, estate: Path, out: Path) -> None:
    """Write the analyst's schedule of an estate."""
    connection = duckdb.connect(config={"threads": 2})
    # By itself DuckDB makes a join out of every long IN: here that is ten times slower.
    connection.execute("SET disabled_optimizers = 'in_clause'")
    connection.register("steps", _steps(brief))
    connection.register("calendar", _calendar(brief))
    options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 1048576"
    connection.execute(f"COPY ({query(brief, estate)}) TO {text(str(out))} ({options})")
    connection.close()


def query(brief: Brief, estate: Path) -> str:
    """One row for each hub, in the estate's order."""
    return f"""
WITH hubs AS (
    SELECT guid, import_supplier, gas_supplier, holiday_division,
        {_code(brief, "import_supplier")} AS i_code,
        {_delay(brief, "import_supplier")} AS i_delay,
        CASE WHEN gas_supplier IS DISTINCT FROM import_supplier THEN {_code(brief, "gas_supplier")} ELSE 0 END AS g_own,
        CASE WHEN gas_supplier IS DISTINCT FROM import_supplier THEN {_delay(brief, "gas_supplier")} END AS g_delay,
        CASE WHEN {holds(brief.dcc_delay.when, brief)} THEN {midnight(brief.dcc_delay.day)} END AS dcc_until,
        NOT {eligible(brief)} AS ineligible
    FROM read_parquet({text(str(estate))})
),
sides AS (
    SELECT hubs.*, import_supplier IS NOT DISTINCT FROM gas_supplier AS same,
        {_until("i_delay")} AS i_until, {_until("g_delay")} AS g_until,
        i.opens IS NOT NULL AND (i_until IS NULL OR i_until < i.closes) AS i_consent,
        g.opens IS NOT NULL AND (g_until IS NULL OR g_until < g.closes) AS g_consent,
        greatest(i.opens, i_until) AS i_opens, i.closes AS i_closes, i.windows AS i_windows,
        greatest(g.opens, g_until) AS g_opens, g.closes AS g_closes, g.windows AS g_windows,
        CASE WHEN i.opens IS NOT NULL AND i_until >= i.closes THEN {_hold("i_delay")} ELSE i_code END AS i_final,
        CASE WHEN g.opens IS NOT NULL AND g_until >= g.closes THEN {_hold("g_delay")} ELSE g_own END AS g_final
    FROM hubs
    JOIN steps AS i ON i.code = i_code
    JOIN steps AS g ON g.code = g_own
),
agreed AS (
    SELECT *,
        NOT same AND import_supplier IS NOT NULL AND gas_supplier IS NOT NULL AND i_consent AND g_consent AS by_both,
        i_consent AND (same OR gas_supplier IS NULL) AS by_import,
        g_consent AND import_supplier IS NULL AS by_gas,
        least(i_closes, g_closes) AS earlier_close,
        greatest(i_opens, g_opens) AS later
    FROM sides
),
resolved AS (
    SELECT *,
        CASE WHEN by_both THEN 'BOTH_SUPPLIERS' WHEN by_import OR by_gas THEN 'SOLE_SUPPLIER'
            ELSE 'DCC_DEFAULT' END AS basis,
        CASE WHEN by_both THEN later WHEN by_import THEN i_opens WHEN by_gas THEN g_opens
            ELSE {moment(brief.default_opens)} END AS planned,
        CASE WHEN by_both THEN CASE WHEN earlier_close > later THEN earlier_close WHEN i_opens > g_opens THEN i_closes
                WHEN g_opens > i_opens THEN g_closes ELSE greatest(i_closes, g_closes) END
            WHEN by_import THEN i_closes WHEN by_gas THEN g_closes
            ELSE {moment(brief.default_closes)} END AS closes,
        CASE WHEN by_both THEN least(i_windows, g_windows) * {len(brief.windows)} + greatest(i_windows, g_windows)
            WHEN by_import THEN i_windows WHEN by_gas THEN g_windows ELSE 0 END AS pair
    FROM agreed
),
delayed AS (
    SELECT *, coalesce(dcc_until >= closes, false) AS late,
        CASE WHEN dcc_until < closes THEN greatest(planned, dcc_until) ELSE planned END AS opens
    FROM resolved
),
dated AS (
    SELECT delayed.*,
        CASE WHEN NOT late AND calendar.first < closes THEN greatest(calendar.first, opens) END AS window_opens
    FROM delayed
    LEFT JOIN calendar ON calendar.pair = delayed.pair
        AND calendar.holiday_division = coalesce(delayed.holiday_division, '')
        AND calendar.day = greatest(opens::DATE, {day(brief.earliest)})
)
SELECT guid,
    CASE WHEN ineligible THEN 'ineligible' WHEN window_opens IS NULL THEN 'infeasible' ELSE 'planned' END AS status,
    CASE WHEN NOT ineligible THEN basis END AS basis,
    CASE WHEN NOT ineligible THEN dated.opens END AS opens,
    CASE WHEN NOT ineligible THEN dated.closes END AS closes,
    CASE WHEN NOT ineligible THEN window_opens END AS window_opens,
    CASE WHEN NOT ineligible THEN window_opens::DATE END AS day,
    CASE WHEN NOT ineligible THEN r.rule END AS import_rule,
    CASE WHEN NOT ineligible THEN CASE WHEN same THEN r.rule ELSE s.rule END END AS gas_rule
FROM dated
JOIN steps AS r ON r.code = i_final
JOIN steps AS s ON s.code = g_final
"""


# --- each side ---


def _code(brief: Brief, column: str) -> str:
    """The step that decides for this side."""
    suppliers = "\n".join(f"WHEN {text(party.name)} THEN {_lines(party, brief)}" for party in brief.parties)
    return f"CASE {column} {suppliers} ELSE 0 END"


def _lines(party: Party, brief: Brief) -> str:
    lines = " ".join(f"WHEN {holds(when, brief)} THEN {code}" for when, code in party.lines)
    return f"CASE {lines} ELSE 0 END" if lines else "0"


def _delay(brief: Brief, column: str) -> str:
    suppliers = "\n".join(
        f"WHEN {text(party.name)} THEN greatest({', '.join(_number(delay, brief) for delay in party.delays)})"
        for party in brief.parties
        if party.delays
    )
    return f"CASE {column} {suppliers} ELSE NULL::BIGINT END" if suppliers else "NULL::BIGINT"


def _number(delay: Delay, brief: Brief) -> str:
    number = f"{delay.number}::BIGINT"
    if delay.of_hub:
        number = f"({number} + (installed_on - DATE '1970-01-01')::BIGINT * {CODES})"
    after = (brief.today - EPOCH).days * CODES
    return f"CASE WHEN {holds(delay.when, brief)} AND {number} > {after} THEN {number} END"


def _hold(delay: str) -> str:
    return f"({CODES} - {delay} % {CODES}) % {CODES}"


def _until(delay: str) -> str:
    return f"(DATE '1970-01-01' + (({delay} + {CODES - 1}) // {CODES})::INTEGER)::TIMESTAMP"


# --- tables ---


def _steps(brief: Brief) -> pa.Table:
    steps = brief.steps
    return pa.table(
        {
            "code": pa.array(range(len(steps)), pa.int32()),
            "rule": pa.array([step.rule for step in steps], pa.string()),
            "opens": pa.array([step.opens for step in steps], MICROSECONDS),
            "closes": pa.array([step.closes for step in steps], MICROSECONDS),
            "windows": pa.array([step.windows for step in steps], pa.int32()),
        }
    )


def _calendar(brief: Brief) -> pa.Table:
    days = brief.days
    return pa.table(
        {
            "pair": pa.array([one.pair for one in days], pa.int32()),
            "holiday_division": pa.array([one.division or "" for one in days], pa.string()),
            "day": pa.array([one.day for one in days], pa.date32()),
            "first": pa.array([one.first for one in days], MICROSECONDS),
        }
    )
