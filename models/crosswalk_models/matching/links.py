"""Linked records: when both files hold the same orders, their values say which fields belong together.

A pair of unique fields that share many values (an order reference, or the digits of one) links the records.
Then, for each pair of fields, two questions: how often do linked records agree, beyond what unlinked ones do?
And does the source's value determine the target's, as a code list does (warehouse 2 is always ``BRS``)?
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from crosswalk_models.readers import FieldSet

Floats = npt.NDArray[np.float32]
#: Fewer linked records prove nothing.
LEAST = 20
#: A key field repeats at most this little.
UNIQUE = 0.95
#: So many of the smaller file's records must find their partner.
SHARED = 0.5
#: A code list has at most so many codes.
CODES = 40


@dataclass(frozen=True, slots=True)
class Links:
    """What linked records say.

    Attributes:
        source_key, target_key: paths that link the records.
        count: linked records.
        agreement: array (sources, targets), agreement beyond chance in [0, 1]; 0 where it cannot be told.
        determines: array (sources, targets), share of the target's variation that the source's code explains
            (Goodman & Kruskal's lambda, less one record a code to spare); 0 where either is no code list.
        compared: array (sources, targets), linked records in which both have a value.
        constant: array (targets,), whether the target has one and the same value in all linked records.
    """

    source_key: str
    target_key: str
    count: int
    agreement: Floats
    determines: Floats
    compared: Floats
    constant: npt.NDArray[np.bool_]


def find_links(source: FieldSet, target: FieldSet) -> Links | None:
    """Links between two sets of records; `None` when they do not hold the same records."""
    if source.kind != "records" or target.kind != "records" or min(source.records, target.records) < LEAST:
        return None
    with duckdb.connect(":memory:", config={"threads": "1"}) as base:
        for name, fields in (("s", source), ("t", target)):
            base.register(f"{name}_raw", fields.values)
            flat = [index for index, field in enumerate(fields.fields) if "[]" not in field.path]
            base.execute(f"CREATE TABLE {name}_flat AS SELECT unnest(?::INTEGER[]) AS field", [flat])
            base.execute(_FORMS_SQL.format(side=name))
            base.execute(_KEYS_SQL.format(side=name, unique=UNIQUE, least=LEAST))
        key = base.execute(_BEST_KEY_SQL).fetchone()
        if key is None or key[2] < max(LEAST, SHARED * min(source.records, target.records)):
            return None
        base.execute(_LINK_SQL, {"s": key[0], "t": key[1]})
        base.execute(_SHIFTED_SQL)
        size = (len(source.fields), len(target.fields))
        compared = _matrix(base, _BOTH_SQL, size)
        constant = np.zeros(size[1], bool)
        constant[[row[0] for row in base.sql(_CONSTANT_SQL.format(least=LEAST)).fetchall()]] = True
        return Links(
            source.fields[key[0]].path,
            target.fields[key[1]].path,
            int(key[2]),
            _agreement(base, compared),
            _determines(base, size),
            compared,
            constant,
        )


def _agreement(base: duckdb.DuckDBPyConnection, compared: Floats) -> Floats:
    """(observed - by chance) ÷ (1 - by chance); chance from links shifted by a third of all records."""
    observed, chance = (
        _matrix(base, _AGREE_SQL.format(link=link), compared.shape) for link in ("link", "shifted")
    )
    rate, luck = observed / np.maximum(compared, 1), chance / np.maximum(compared, 1)
    beyond = (rate - luck) / np.maximum(1 - luck, 1e-6)
    telling = (compared >= LEAST) & (luck < 0.9)
    found: Floats = np.where(telling, np.clip(beyond, 0, 1), 0.0).astype(np.float32)
    return found


def _determines(base: duckdb.DuckDBPyConnection, size: tuple[int, int]) -> Floats:
    found = np.zeros(size, np.float32)
    base.execute(_CODES_SQL.format(side="s", column="s_record", codes=CODES))
    base.execute(_CODES_SQL.format(side="t", column="t_record", codes=CODES))
    for source, target, explained in base.sql(_LAMBDA_SQL.format(least=LEAST)).fetchall():
        found[source, target] = max(float(explained), 0.0)
    return found


def _matrix(base: duckdb.DuckDBPyConnection, query: str, size: tuple[int, ...]) -> Floats:
    found = base.sql(query).to_arrow_table()
    out = np.zeros(size, np.float32)
    out[found["s"].to_numpy(), found["t"].to_numpy()] = found["n"].to_numpy()
    return out


# Every value in the forms in which two systems may write the same thing: text without case and double spaces,
# number without trailing zeros, the day of a date, the digits of a number with a prefix, the end of a phone
# number. Distinct a record, so that a collection counts once.
_FORMS_SQL = r"""
CREATE TABLE {side}_form AS
SELECT DISTINCT field, record, form FROM (
  SELECT field, record, unnest([
    't' || regexp_replace(lower(trim(value)), '\s+', ' ', 'g'),
    CASE WHEN regexp_full_match(trim(value), '-?\d{{1,15}}(\.\d{{1,8}})?')
         THEN 'n' || rtrim(rtrim(CAST(CAST(trim(value) AS DECIMAL(38, 8)) AS VARCHAR), '0'), '.') END,
    CASE WHEN regexp_matches(trim(value), '^(19|20)\d\d-\d\d-\d\d')
         THEN 'd' || replace(left(trim(value), 10), '-', '')
         WHEN regexp_full_match(trim(value), '(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d') THEN 'd' || trim(value) END,
    'x' || nullif(regexp_extract(trim(value), '^[A-Za-z]*0*(\d{{5,}})$', 1), ''),
    CASE WHEN regexp_full_match(trim(value), '[+(]?\d[\d\s().\-/]{{8,}}')
         THEN 'p' || right(regexp_replace(value, '\D', '', 'g'), 9) END
  ]) AS form FROM {side}_raw WHERE value IS NOT NULL AND trim(value) <> ''
) WHERE form IS NOT NULL;
"""
# Candidates for keys: fields outside collections that hardly repeat; by text, and by their digits alone.
_KEYS_SQL = r"""
CREATE TABLE {side}_key AS
SELECT field, record, key FROM (
  SELECT field, record, unnest([
    lower(trim(value)), nullif(regexp_extract(trim(value), '^[A-Za-z]*(\d{{5,}})$', 1), '')
  ]) AS key
  FROM {side}_raw SEMI JOIN {side}_flat USING (field) WHERE value IS NOT NULL AND trim(value) <> ''
) WHERE key IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY field, key) = 1;
DELETE FROM {side}_key WHERE field NOT IN (
  SELECT field FROM {side}_raw WHERE value IS NOT NULL AND trim(value) <> '' GROUP BY field
  HAVING count(*) >= {least} AND count(DISTINCT value) >= {unique} * count(*)
);
"""
_BEST_KEY_SQL = """
SELECT s.field, t.field, count(DISTINCT t.record) AS n
FROM s_key s JOIN t_key t USING (key) GROUP BY ALL ORDER BY n DESC, s.field, t.field LIMIT 1
"""
_LINK_SQL = """
CREATE TABLE link AS
SELECT any_value(s.record ORDER BY s.record) AS s_record, t.record AS t_record
FROM s_key s JOIN t_key t USING (key) WHERE s.field = $s AND t.field = $t GROUP BY t.record ORDER BY t_record
"""
_SHIFTED_SQL = """
CREATE TABLE shifted AS
WITH numbered AS (
  SELECT *, row_number() OVER (ORDER BY t_record) - 1 AS place, count(*) OVER () AS total FROM link
)
SELECT a.s_record, b.t_record FROM numbered a
JOIN numbered b ON b.place = (a.place + greatest(a.total // 3, 1)) % a.total;
"""
_AGREE_SQL = """
SELECT s, t, count(*) AS n FROM (
  SELECT DISTINCT a.field AS s, b.field AS t, l.t_record
  FROM {link} l
  JOIN s_form a ON a.record = l.s_record
  JOIN t_form b ON b.record = l.t_record AND b.form = a.form
) GROUP BY ALL
"""
_BOTH_SQL = """
SELECT a.field AS s, b.field AS t, count(*) AS n
FROM link l
JOIN (SELECT DISTINCT field, record FROM s_form) a ON a.record = l.s_record
JOIN (SELECT DISTINCT field, record FROM t_form) b ON b.record = l.t_record
GROUP BY ALL
"""
_CONSTANT_SQL = """
SELECT field FROM t_form JOIN link ON link.t_record = record WHERE form[1] = 't'
GROUP BY field HAVING count(DISTINCT form) = 1 AND count(DISTINCT record) >= {least}
"""
# Codes: one value a record (in collections too, where it is the same on every line), few values in all.
_CODES_SQL = """
CREATE TABLE {side}_code AS
SELECT field, record, any_value(form) AS code
FROM {side}_form JOIN link ON link.{column} = record WHERE form[1] = 't'
GROUP BY field, record HAVING count(*) = 1;
DELETE FROM {side}_code WHERE field NOT IN (
  SELECT field FROM {side}_code GROUP BY field HAVING count(DISTINCT code) BETWEEN 2 AND {codes}
);
"""
_LAMBDA_SQL = """
WITH cell AS (
  SELECT a.field AS s, b.field AS t, a.code AS sc, b.code AS tc, count(*) AS n
  FROM link l JOIN s_code a ON a.record = l.s_record JOIN t_code b ON b.record = l.t_record GROUP BY ALL
), best AS (SELECT s, t, sc, max(n) AS m FROM cell GROUP BY ALL),
explained AS (SELECT s, t, sum(m) AS right, count(*) AS codes FROM best GROUP BY ALL),
marginal AS (SELECT s, t, tc, sum(n) AS n FROM cell GROUP BY ALL),
most AS (SELECT s, t, max(n) AS mode, sum(n) AS total, count(*) AS target_codes FROM marginal GROUP BY ALL)
SELECT s, t, (e.right - m.mode - greatest(e.codes - m.target_codes, 0)) / (m.total - m.mode)
FROM explained e JOIN most m USING (s, t)
WHERE m.total >= {least} AND m.total > m.mode
"""
