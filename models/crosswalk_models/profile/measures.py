"""The measuring, in DuckDB: a few set-wise questions over all fields at once.

Everything is counted on distinct values with their frequencies, so that a long file with few codes is cheap.
Numbers are compared as DECIMAL, never as floating point.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import duckdb

from crosswalk_models.profile.kinds import kind_sql
from crosswalk_models.readers import FieldSet

TOP, EXAMPLES, PATTERNS, BINS = 8, 5, 3, 10
#: Characters of a pattern; longer texts are cut, as in the engine's shapes.
PATTERN_LENGTH = 24


@dataclass
class Measured:
    """Raw figures of one field, as DuckDB gives them."""

    total: int = 0
    nulls: int = 0
    blanks: int = 0
    filled: int = 0
    distinct: int = 0
    shortest: int = 0
    longest: int = 0
    least_text: str = ""
    most_text: str = ""
    least_number: str = ""
    most_number: str = ""
    decimals: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    patterns: list[tuple[str, int]] = field(default_factory=list)
    top: list[tuple[str, int]] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    numbers: list[tuple[str, int]] = field(default_factory=list)
    dates: list[tuple[str, int]] = field(default_factory=list)


def measure(fields: FieldSet) -> list[Measured]:
    """Figures of every field of `fields`, in order."""
    found: dict[int, Measured] = defaultdict(Measured)
    with duckdb.connect(":memory:", config={"threads": "1"}) as base:
        base.register("raw", fields.values)
        base.execute(_DISTINCT)
        for row in _rows(base, _COUNTS):
            item = found[row.pop("field")]
            for name, value in row.items():
                setattr(item, name, value if value is not None else getattr(item, name))
        for row in _rows(base, _KINDS):
            found[row["field"]].kinds[row["kind"]] = row["n"]
        for name, query in (
            ("patterns", _PATTERNS),
            ("top", _TOP),
            ("numbers", _NUMBERS),
            ("dates", _DATES),
        ):
            for row in _rows(base, query):
                getattr(found[row["field"]], name).append((row["value"], row["n"]))
        for row in _rows(base, _EXAMPLES):
            found[row["field"]].examples.append(row["value"])
    return [found[number] for number in range(len(fields.fields))]


def _rows(base: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = base.sql(query).to_arrow_table().to_pylist()
    return rows


_DISTINCT = f"""
CREATE TABLE v AS
SELECT field, value, n, first, {kind_sql("value")} AS kind,
       try_cast(replace(value, ',', '.') AS DECIMAL(38, 8)) AS number,
       coalesce(try_cast(left(value, 10) AS DATE), try_strptime(value, '%Y%m%d')::DATE) AS day
FROM (
  SELECT field, trim(value) AS value, count(*) AS n, min(place) AS first
  FROM (SELECT field, value, row_number() OVER () AS place FROM raw)
  WHERE value IS NOT NULL AND trim(value) <> '' GROUP BY ALL
);
"""  # noqa: S608  fixed text
_COUNTS = r"""
SELECT field, total, nulls, blanks,
       coalesce(filled, 0)::BIGINT AS filled, coalesce(d.distinct, 0) AS distinct,
       shortest, longest, least_text, most_text, decimals,
       rtrim(rtrim(least::VARCHAR, '0'), '.') AS least_number,
       rtrim(rtrim(most::VARCHAR, '0'), '.') AS most_number
FROM (
  SELECT field, count(*) AS total, count(*) FILTER (value IS NULL) AS nulls,
         count(*) FILTER (trim(value) = '') AS blanks FROM raw GROUP BY field
) c LEFT JOIN (
  SELECT field, sum(n) AS filled, count(*) AS distinct, min(length(value)) AS shortest,
         max(length(value)) AS longest, min(value) AS least_text, max(value) AS most_text,
         min(number) FILTER (kind IN ('integer', 'decimal', 'date')) AS least,
         max(number) FILTER (kind IN ('integer', 'decimal', 'date')) AS most,
         coalesce(
           max(length(regexp_extract(value, '[.,](\d+)$', 1))) FILTER (kind = 'decimal'), 0
         ) AS decimals
  FROM v GROUP BY field
) d USING (field)
"""
_KINDS = "SELECT field, kind, sum(n)::BIGINT AS n FROM v GROUP BY ALL"
_SHAPE = (
    f"regexp_replace(regexp_replace(regexp_replace(left(value, {PATTERN_LENGTH}), "
    r"'\p{Lu}', 'A', 'g'), '[^\P{L}A]', 'a', 'g'), '\p{Nd}', '9', 'g')"
)
_PATTERNS = f"""
SELECT field, value, n FROM (
  SELECT field, {_SHAPE} AS value, sum(n)::BIGINT AS n FROM v GROUP BY ALL
)
QUALIFY row_number() OVER (PARTITION BY field ORDER BY n DESC, value) <= {PATTERNS}
ORDER BY field, n DESC, value
"""  # noqa: S608  fixed text
_TOP = f"""
SELECT field, value, n::BIGINT AS n FROM v
QUALIFY row_number() OVER (PARTITION BY field ORDER BY n DESC, first) <= {TOP} ORDER BY field, n DESC, first
"""  # noqa: S608  fixed text
_EXAMPLES = f"""
SELECT field, value FROM v
QUALIFY row_number() OVER (PARTITION BY field ORDER BY first) <= {EXAMPLES} ORDER BY field, first
"""  # noqa: S608  fixed text
# Equal ranges between the least and the greatest number; the last one includes its end.
_NUMBERS = f"""
WITH numeric AS (SELECT field, number, n FROM v WHERE number IS NOT NULL AND kind IN ('integer', 'decimal')),
span AS (
  SELECT field, min(number) AS least, max(number) AS most FROM numeric
  GROUP BY field HAVING min(number) < max(number)
),
step AS (SELECT field, least, (most - least) / {BINS}.0 AS width FROM span),
bins AS (
  SELECT s.field, b.bin, s.least + b.bin * s.width AS low, s.least + (b.bin + 1) * s.width AS high
  FROM step s CROSS JOIN (SELECT unnest(range({BINS})) AS bin) b
), counted AS (
  SELECT n.field, least(floor((n.number - s.least) / s.width), {BINS - 1})::BIGINT AS bin,
         sum(n.n)::BIGINT AS n
  FROM numeric n JOIN step s USING (field) GROUP BY ALL
)
SELECT b.field, format('{{:.6g}} to {{:.6g}}', b.low::DOUBLE, b.high::DOUBLE) AS value, coalesce(c.n, 0) AS n
FROM bins b LEFT JOIN counted c USING (field, bin) ORDER BY b.field, b.bin
"""  # noqa: S608  fixed text
_DATES = f"""
WITH days AS (SELECT field, day, n FROM v WHERE day IS NOT NULL AND kind IN ('date', 'datetime')),
span AS (
  SELECT field, min(day) AS least, greatest(ceil((max(day) - min(day) + 1) / {BINS}.0), 1)::INTEGER AS width
  FROM days GROUP BY field
), counted AS (
  SELECT d.field, (d.day - s.least) // s.width AS bin, sum(d.n)::BIGINT AS n
  FROM days d JOIN span s USING (field) GROUP BY ALL
)
SELECT field, strftime(s.least + (c.bin * s.width)::INTEGER, '%Y-%m-%d') AS value, c.n AS n
FROM counted c JOIN span s USING (field) ORDER BY field, c.bin
"""  # noqa: S608  fixed text
