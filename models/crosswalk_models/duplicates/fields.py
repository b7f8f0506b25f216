"""Records made comparable: per role one or more fields of normal values, with how telling each value is."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from crosswalk_models.duplicates.normal import folded, normal
from crosswalk_models.duplicates.records import Records
from crosswalk_models.duplicates.roles import Entity, Role

#: Roles whose columns are read as one line (``address_1`` and ``address_2``).
_JOINED = frozenset({Role.STREET, Role.TITLE, Role.DESCRIPTION, Role.FULL_NAME, Role.COMPANY})
#: Roles that may stand in several columns, each compared on its own.
REPEATED = frozenset({Role.TEXT, Role.CATEGORY, Role.CODE, Role.PHONE, Role.EMAIL, Role.DATE})
#: Roles that make up the record's text as a whole.
_WHOLE = tuple(role for role in Role if role not in (Role.IGNORED, Role.PRICE, Role.COUNTRY, Role.CATEGORY))


@dataclass(frozen=True)
class Field:
    """One comparable column: `values` are normal forms, `names` the columns they come from."""

    role: Role
    names: tuple[str, ...]
    values: tuple[str, ...]

    @cached_property
    def array(self) -> npt.NDArray[np.object_]:
        """`values` as an object array, (n,)."""
        return np.array(self.values, dtype=object)

    @cached_property
    def blank(self) -> npt.NDArray[np.bool_]:
        """Where nothing stands, (n,)."""
        return np.fromiter((not value for value in self.values), bool, len(self.values))

    @cached_property
    def rarity(self) -> npt.NDArray[np.float32]:
        """-ln of each value's share among the filled ones, (n,): how much an agreement on it tells."""
        counts = Counter(value for value in self.values if value)
        total = sum(counts.values())
        surprise = {value: -np.log(count / total) for value, count in counts.items()}
        return np.fromiter((surprise.get(value, 0.0) for value in self.values), np.float32, len(self.values))


@dataclass(frozen=True)
class Comparable:
    """All fields of the records, by role."""

    entity: Entity
    side: npt.NDArray[np.int8]
    fields: tuple[Field, ...]
    whole: tuple[str, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.whole)

    def of(self, role: Role) -> tuple[Field, ...]:
        """The fields of `role`, in column order."""
        return tuple(item for item in self.fields if item.role is role)

    def one(self, role: Role) -> Field | None:
        """The first field of `role`, or None."""
        return next((item for item in self.fields if item.role is role), None)


def make_comparable(records: Records, roles: dict[str, Role], entity: Entity) -> Comparable:
    """Normal values of each column, columns of one line joined, house numbers put before their street."""
    by_role: dict[Role, list[str]] = {}
    for name, role in roles.items():
        by_role.setdefault(role, []).append(name)
    if Role.STREET in by_role:
        by_role[Role.STREET] = [*by_role.pop(Role.NUMBER, []), *by_role[Role.STREET]]
    fields = []
    for role in Role:
        names = by_role.get(role, [])
        if role is Role.IGNORED or not names:
            continue
        groups = [names] if role in _JOINED else [[name] for name in names]
        for group in groups if role in REPEATED or role in _JOINED else groups[:1]:
            rows = zip(*(records.columns[name] for name in group), strict=True)
            values = tuple(normal(" ".join(filter(None, row)), role) for row in rows)
            if any(values):
                fields.append(Field(role, tuple(group), values))
    columns = [records.columns[name] for role in _WHOLE for name in by_role.get(role, [])]
    whole = (
        tuple(folded(" ".join(row)) for row in zip(*columns, strict=True))
        if columns
        else ("",) * len(records)
    )
    return Comparable(entity, records.side, tuple(fields), whole)
