"""Types compared: a date never belongs into a price."""

from collections.abc import Mapping

import numpy as np

from crosswalk_models.matching.comparators.base import BOTTOM, Comparator, Floats, Level
from crosswalk_models.matching.sides import Comparison, Side
from crosswalk_models.profile.kinds import NAMES
from crosswalk_models.readers import Field

#: Families of value kinds; a field's family is that of most of its values, else of its declared type.
FAMILIES: dict[str, tuple[str, ...]] = {
    "number": ("integer", "decimal"),
    "time": ("date", "datetime"),
    "flag": ("boolean",),
    "address": ("email", "url"),
    "text": (
        "code",
        "code2",
        "code3",
        "hex",
        "uuid",
        "phone",
        "postcode",
        "word",
        "words",
        "mixed",
        "long",
        "time",
    ),
}
_DECLARED = {
    "integer": "number", "int": "number", "number": "number", "decimal": "number", "float": "number",
    "monetary": "number", "money": "number", "double": "number", "boolean": "flag", "bool": "flag",
    "date": "time", "datetime": "time", "date-time": "time", "timestamp": "time",
}  # fmt: skip
_ORDER = (*FAMILIES, "unknown")
#: Agreement of two families in [0, 1]: a number may be written into a text, a date hardly into a number.
_MIXED = {
    frozenset({"number", "text"}): 0.4,
    frozenset({"time", "text"}): 0.3,
    frozenset({"address", "text"}): 0.4,
    frozenset({"flag", "text"}): 0.4,
    frozenset({"flag", "number"}): 0.4,
}
_SHARE = 0.8
#: Agreement below this is a clash.
CLASH = 0.2


def families(side: Side) -> list[str]:
    """The family of each field."""
    shares = {
        family: side.forms.kinds[:, [NAMES.index(kind) for kind in kinds]].sum(1)
        for family, kinds in FAMILIES.items()
    }
    found = []
    for index, field in enumerate(side.fields):
        by_values = next((name for name, share in shares.items() if share[index] >= _SHARE), None)
        found.append(
            by_values or _DECLARED.get(field.type.lower(), "unknown" if not field.samples else "text")
        )
    return found


class TypeAgreement(Comparator):
    """Whether the two fields hold the same kind of thing."""

    name = "type"
    lead = "type_agreement"
    nothing = "type unknown"
    ladder = (
        Level("the same type", 0.99, "Both hold the same type of value."),
        Level("may be converted", CLASH, "The types differ, but one can be written as the other."),
        Level("types clash", BOTTOM, "The types do not go together."),
    )

    def readings(self, comparison: Comparison) -> Mapping[str, Floats]:
        """Agreement of the families, NaN where one is not known; whether they clash."""
        table = np.zeros((len(_ORDER), len(_ORDER)), np.float32)
        for row, left in enumerate(_ORDER):
            for col, right in enumerate(_ORDER):
                known = 1.0 if left == right else _MIXED.get(frozenset({left, right}), 0.0)
                table[row, col] = np.nan if "unknown" in (left, right) else known
        left_index = np.asarray([_ORDER.index(name) for name in families(comparison.sources)], np.intp)
        right_index = np.asarray([_ORDER.index(name) for name in families(comparison.targets)], np.intp)
        agreement = table[left_index[comparison.pairs.rows], right_index[comparison.pairs.cols]]
        return {"type_agreement": agreement, "type_clash": (agreement < CLASH).astype(np.float32)}

    def examples(self, source: Field, target: Field) -> tuple[str, ...]:
        """One value of each side."""
        return (*source.samples[:1], *target.samples[:1])
