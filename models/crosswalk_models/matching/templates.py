"""A first formula for an accepted pair: what usually turns the source's values into the target's.

Only a starting point: a person edits it, and the worked examples prove it. The forms come from the values:
dates written differently, decimals with the target's scale, code lists that need a lookup table.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosswalk_models.matching.sides import Side
from crosswalk_models.profile.kinds import NAMES

#: Identifiers that a formula must quote are left to the parser's own message; these never need it.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
#: A code list has few values that repeat; below this many distinct values it may be one.
CODES = 40
_DATE_FORMS = (
    (re.compile(r"\d{8}\Z"), "yyyyMMdd"),
    (re.compile(r"\d{4}-\d\d-\d\d\Z"), "yyyy-MM-dd"),
    (re.compile(r"\d\d/\d\d/\d{4}\Z"), "dd/MM/yyyy"),
    (re.compile(r"\d\d\.\d\d\.\d{4}\Z"), "dd.MM.yyyy"),
)


@dataclass(frozen=True, slots=True)
class Template:
    """A starting rule: `formula` for target `to` inside `collection` (``lines[]`` or none), from `each`."""

    to: str
    formula: str
    collection: str = ""
    each: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a suggestion's payload carries it."""
        found = {"to": self.to, "formula": self.formula}
        if self.collection:
            found["in"] = self.collection
        if self.each:
            found["each"] = self.each
        return found


def propose(sources: Side, row: int, targets: Side, col: int) -> Template:
    """The rule that maps field `row` of the source to field `col` of the target."""
    source_path, target_path = sources.fields[row].path, targets.fields[col].path
    collection, to = _split_collection(target_path)
    each = ""
    expression = _plain(source_path)
    source_collection, inner = _split_collection(source_path)
    if source_collection and collection:
        each = f"{_plain(source_collection)} AS row"
        expression = f"row.{_plain(inner)}" if inner else "row"
    elif source_collection:
        expression = f"MIN({expression})"
    return Template(to, _convert(expression, sources, row, targets, col), collection, each)


def _convert(expression: str, sources: Side, row: int, targets: Side, col: int) -> str:
    source_kind, target_kind = _main_kind(sources, row), _main_kind(targets, col)
    samples = targets.fields[col].samples
    if source_kind in ("datetime", "date") and (form := _date_form(samples)):
        written = _date_form(sources.fields[row].samples)
        if source_kind == "date" and written == form:
            return expression
        pattern = f", '{written}'" if source_kind == "date" and written not in ("", "yyyy-MM-dd") else ""
        reader = "TO_DATETIME" if source_kind == "datetime" else "TO_DATE"
        return f"FORMAT_DATE({reader}({expression}{pattern}), '{form}')"
    if target_kind == "decimal" or (source_kind == "decimal" and target_kind == "integer"):
        return f"TO_DECIMAL({expression}, {_scale(samples)})"
    if not _share_values(sources, row, targets, col) and _is_code_list(targets, col):
        if sources.fields[row].type == "boolean":
            return _by_flag(expression, samples)
        if _is_code_list(sources, row) and sources.fields[row].type != "number":
            return f"LOOKUP('{_table_name(targets, col)}', {expression})"
    if source_kind in ("word", "words", "mixed", "long"):
        return f"TRIM({expression})"
    return expression


def _split_collection(path: str) -> tuple[str, str]:
    """``lines[].ITNO`` → (``lines[]``, ``ITNO``); a path outside collections → (``""``, path)."""
    at = path.find("[]")
    return ("", path) if at < 0 else (path[: at + 2], path[at + 3 :])


def _plain(path: str) -> str:
    """The path as a formula writes it: no ``[]``, names quoted where they must be."""
    names = re.findall(r'"(?:[^"]|"")+"|[^.]+', path.replace("[]", ""))
    return ".".join(name if name.startswith('"') or _PLAIN.match(name) else f'"{name}"' for name in names)


def _main_kind(side: Side, index: int) -> str:
    kinds = side.forms.kinds[index]
    return NAMES[int(np.argmax(kinds))] if side.forms.present[index] else ""


def _date_form(samples: tuple[str, ...]) -> str:
    return next(
        (form for pattern, form in _DATE_FORMS if samples and all(pattern.match(value) for value in samples)),
        "",
    )


def _scale(samples: tuple[str, ...]) -> int:
    """The most decimals among the target's samples, at most 6; 2 when there are none."""
    decimals = [len(value.partition(".")[2]) for value in samples]
    return min(max(decimals, default=2), 6)


def _is_code_list(side: Side, index: int) -> bool:
    """Few distinct values that repeat: a status, a country, a warehouse."""
    count, unique = float(side.forms.count[index]), float(side.forms.unique[index])
    return count >= 10 and unique <= 0.5 and count * unique <= CODES


def _share_values(sources: Side, row: int, targets: Side, col: int) -> bool:
    mine, theirs = (
        {value.lower() for value in side.fields[at].samples} for side, at in ((sources, row), (targets, col))
    )
    return bool(mine & theirs)


def _by_flag(expression: str, samples: tuple[str, ...]) -> str:
    """One of two codes, by a flag; a target with more codes than that needs a person."""
    if len(samples) != 2:
        return expression
    yes, no = ("'" + sample.replace("'", "''") + "'" for sample in samples)
    return f"CASE WHEN {expression} THEN {yes} ELSE {no} END"


def _table_name(targets: Side, col: int) -> str:
    words = targets.names[col].leaf.split()
    return "_".join(re.sub(r"\W", "", word) for word in words if word)[:40].strip("_") or "codes"
