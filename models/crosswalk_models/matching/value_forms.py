"""What the values of each field look like, as arrays: computed in DuckDB, compared in NumPy.

Only distinct values count (at most 500 a field, in order of appearance), so a long file costs as much as a
short one.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crosswalk_models.profile.kinds import NAMES, kind_sql
from crosswalk_models.readers import FieldSet

Floats = npt.NDArray[np.float32]
#: Distinct values of a field that are looked at.
DISTINCT = 500
QUANTILES = 9
CLASSES = ("[0-9]", r"\p{L}", r"\p{Lu}", r"\s", r"[^\p{L}\p{N}\s]")


@dataclass(frozen=True, slots=True)
class ValueForms:
    """Forms of the values of n fields.

    Attributes:
        distinct: Arrow table (field, value): trimmed, lower case, distinct, non-blank.
        count: array (n,), non-blank values.
        filled: array (n,), share of non-blank among all values.
        unique: array (n,), distinct ÷ count.
        kinds: array (n, kinds), share of distinct values of each kind.
        characters: array (n, 5), share of digits, letters, capitals, spaces, signs.
        length: array (n,), mean characters.
        quantiles: array (n, 9), signed log of numeric quantiles; NaN where under 60 % are numbers.
    """

    distinct: pa.Table
    count: Floats
    filled: Floats
    unique: Floats
    kinds: Floats
    characters: Floats
    length: Floats
    quantiles: Floats

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """Which fields have values at all."""
        return self.count > 0


def value_forms(fields: FieldSet) -> ValueForms:
    """The forms of `fields`, in order."""
    size = len(fields.fields)
    with duckdb.connect(":memory:", config={"threads": "1"}) as base:
        base.register("raw", fields.values)
        base.execute(_DISTINCT_SQL)
        counts = base.sql(_COUNTS_SQL).to_arrow_table()
        kinds = base.sql(_KINDS_SQL).to_arrow_table()
        forms = base.sql(_FORMS_SQL).to_arrow_table()
        distinct = base.sql(
            "SELECT DISTINCT field, lower(value) AS value FROM cut ORDER BY ALL"
        ).to_arrow_table()
    count, filled, unique = (np.zeros(size, np.float32) for _ in range(3))
    place = counts["field"].to_numpy()
    count[place], filled[place], unique[place] = (counts[name].to_numpy() for name in ("n", "filled", "uniq"))
    kind_shares = np.zeros((size, len(NAMES)), np.float32)
    column = {name: index for index, name in enumerate(NAMES)}
    kind_shares[kinds["field"].to_numpy(), [column[name] for name in kinds["kind"].to_pylist()]] = kinds[
        "n"
    ].to_numpy()
    kind_shares /= np.maximum(kind_shares.sum(1, keepdims=True), 1)
    characters = np.zeros((size, len(CLASSES)), np.float32)
    length = np.zeros(size, np.float32)
    quantiles = np.full((size, QUANTILES), np.nan, np.float32)
    for row in forms.to_pylist():
        field = row["field"]
        length[field] = row["mean_length"]
        characters[field] = [row[f"c{index}"] or 0 for index in range(len(CLASSES))]
        if row["quantiles"] is not None and row["numeric"] >= 0.6:
            found = np.asarray(row["quantiles"], np.float64)
            quantiles[field] = np.sign(found) * np.log1p(np.abs(found))
    return ValueForms(distinct, count, filled, unique, kind_shares, characters, length, quantiles)


def overlaps(left: ValueForms, right: ValueForms) -> tuple[Floats, Floats, Floats]:
    """Shared values of each pair of fields: Jaccard, containment (÷ the smaller set), token containment.

    Arrays (n_left, n_right), in [0, 1].
    """
    sizes = (len(left.count), len(right.count))
    with duckdb.connect(":memory:", config={"threads": "1"}) as base:
        base.register("a", left.distinct)
        base.register("b", right.distinct)
        values = _shared(base, sizes, "a", "b")
        for name in ("a", "b"):
            base.execute(
                f"CREATE TABLE {name}_token AS SELECT DISTINCT field,"  # noqa: S608  fixed names
                f" unnest(regexp_extract_all(value, '[\\p{{L}}\\p{{N}}_]+')) AS value FROM {name}"
            )
        tokens = _shared(base, sizes, "a_token", "b_token")
        counts = [_sizes(base, name, size) for name, size in zip(("a", "b"), sizes, strict=True)]
        token_counts = [
            _sizes(base, f"{name}_token", size) for name, size in zip(("a", "b"), sizes, strict=True)
        ]
    union = counts[0][:, None] + counts[1][None, :] - values
    smaller = np.minimum(counts[0][:, None], counts[1][None, :])
    fewer = np.minimum(token_counts[0][:, None], token_counts[1][None, :])
    return tuple(  # type: ignore[return-value]
        (shared / np.maximum(whole, 1)).astype(np.float32)
        for shared, whole in ((values, union), (values, smaller), (tokens, fewer))
    )


def _shared(base: duckdb.DuckDBPyConnection, sizes: tuple[int, int], left: str, right: str) -> Floats:
    found = base.sql(
        f"SELECT a.field AS l, b.field AS r, count(*) AS n"  # noqa: S608  fixed names
        f" FROM {left} a JOIN {right} b USING (value) GROUP BY ALL"
    ).to_arrow_table()
    out = np.zeros(sizes, np.float32)
    out[found["l"].to_numpy(), found["r"].to_numpy()] = found["n"].to_numpy()
    return out


def _sizes(base: duckdb.DuckDBPyConnection, name: str, size: int) -> Floats:
    found = base.sql(f"SELECT field, count(*) AS n FROM {name} GROUP BY field").to_arrow_table()  # noqa: S608  fixed names
    out = np.zeros(size, np.float32)
    out[found["field"].to_numpy()] = found["n"].to_numpy()
    return out


_DISTINCT_SQL = f"""
CREATE TABLE distinct_value AS
SELECT field, trim(value) AS value, count(*) AS n, min(position) AS first
FROM (SELECT field, value, row_number() OVER () AS position FROM raw)
WHERE value IS NOT NULL AND trim(value) <> ''
GROUP BY ALL;
CREATE TABLE cut AS
SELECT field, value FROM distinct_value
QUALIFY row_number() OVER (PARTITION BY field ORDER BY first) <= {DISTINCT};
"""  # noqa: S608  fixed text
_COUNTS_SQL = """
SELECT field, filled.n AS n, filled.n / total.n AS filled, filled.uniq AS uniq
FROM (SELECT field, count(*) AS n FROM raw GROUP BY field) total
JOIN (
  SELECT field, sum(n) AS n, count(*) / sum(n) AS uniq FROM distinct_value GROUP BY field
) filled USING (field)
"""
_KINDS_SQL = f"SELECT field, {kind_sql('value')} AS kind, count(*) AS n FROM cut GROUP BY ALL"  # noqa: S608  fixed text
_CHARACTERS = ", ".join(
    f"1 - sum(length(regexp_replace(value, '{pattern}', '', 'g'))) / sum(length(value)) AS c{index}"
    for index, pattern in enumerate(CLASSES)
)
_PLACES = ", ".join(f"{step / (QUANTILES - 1):g}" for step in range(QUANTILES))
_FORMS_SQL = f"""
SELECT field, avg(length(value)) AS mean_length, {_CHARACTERS},
       count(number) / count(*) AS numeric, quantile_cont(number, [{_PLACES}]) AS quantiles
FROM (SELECT field, value, try_cast(replace(value, ',', '') AS DOUBLE) AS number FROM cut)
GROUP BY field
"""  # noqa: S608  fixed text
