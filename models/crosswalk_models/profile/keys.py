"""Foreign keys guessed between files: a field whose values are ids of another file's records."""

from collections.abc import Sequence

import duckdb

from crosswalk_models.matching.names import split_words
from crosswalk_models.profile.model import FileProfile, ForeignKey
from crosswalk_models.readers import FieldSet

#: So much of a field's distinct values must be found in the other file.
COVERED = 0.9
#: With fewer distinct values a name must agree: small numbers are contained in any list of ids.
TELLING = 20
_ID_WORDS = frozenset({"id", "identifier", "no", "number", "code", "key", "sku"})


def find_foreign_keys(files: Sequence[tuple[FieldSet, FileProfile]]) -> tuple[ForeignKey, ...]:
    """Guesses over all pairs of files, the best one a field, in order of file and field."""
    found: list[ForeignKey] = []
    with duckdb.connect(":memory:", config={"threads": "1"}) as base:
        base.execute("CREATE TABLE v (file INTEGER, field INTEGER, value VARCHAR)")
        for number, (fields, _) in enumerate(files):
            base.register("raw", fields.values)
            base.execute(
                "INSERT INTO v SELECT DISTINCT ?, field, trim(value) FROM raw"
                " WHERE value IS NOT NULL AND trim(value) NOT IN ('', '0')",
                [number],
            )
        keys = [
            (number, place)
            for number, (_, profile) in enumerate(files)
            for place, item in enumerate(profile.fields)
            if item.key and item.distinct >= 2
        ]
        base.execute("CREATE TABLE k (file INTEGER, field INTEGER)")
        if keys:
            base.executemany("INSERT INTO k VALUES (?, ?)", keys)
        rows = base.sql(_COVERAGE).fetchall()
    best: dict[tuple[int, int], tuple[tuple[int, float], ForeignKey]] = {}
    for file, field, to_file, to_field, shared, distinct in rows:
        guess = _guess(files, (file, field), (to_file, to_field), shared / distinct, distinct)
        if guess is None:
            continue
        rank = (_agree(guess), guess.coverage)
        if (file, field) not in best or rank > best[file, field][0]:
            best[file, field] = (rank, guess)
    found += [best[place][1] for place in sorted(best)]
    return tuple(found)


def _guess(
    files: Sequence[tuple[FieldSet, FileProfile]],
    here: tuple[int, int],
    there: tuple[int, int],
    coverage: float,
    distinct: int,
) -> ForeignKey | None:
    item = files[here[0]][1].fields[here[1]]
    other = files[there[0]][1].fields[there[1]]
    if (
        coverage < COVERED
        or item.type != other.type
        or item.type in ("date", "datetime", "decimal", "boolean")
    ):
        return None
    guess = ForeignKey(
        files[here[0]][1].name, item.path, files[there[0]][1].name, other.path, coverage, distinct
    )
    return guess if _agree(guess) or distinct >= TELLING else None


def _agree(guess: ForeignKey) -> int:
    """How well names agree: 2 for equal words, 1 for a shared one, 0 for none."""
    here = {_singular(word) for word in split_words(guess.path.split(".")[-1])} - _ID_WORDS
    leaf = {_singular(word) for word in split_words(guess.to_path.split(".")[-1])} - _ID_WORDS
    there = leaf or {_singular(word) for word in split_words(guess.to_file.split(".")[0])}
    if not here:
        return 0
    return 2 if here == there else int(bool(here & there))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


_COVERAGE = """
WITH size AS (SELECT file, field, count(*) AS n FROM v GROUP BY ALL)
SELECT a.file, a.field, k.file, k.field, count(*) AS shared, any_value(s.n) AS n
FROM k JOIN v b ON b.file = k.file AND b.field = k.field
JOIN v a ON a.value = b.value AND NOT (a.file = k.file AND a.field = k.field)
JOIN size s ON s.file = a.file AND s.field = a.field
WHERE a.file <> k.file
GROUP BY ALL ORDER BY ALL
"""
