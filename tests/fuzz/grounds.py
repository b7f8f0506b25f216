"""What formulas may name at each place of a mapping over the sample orders."""

from collections.abc import Mapping, Sequence
from functools import cache

from tests.fuzz.formulas import Ground
from tests.fuzz.records import COLLECTIONS, fields

#: Related records: name -> (entity, where its id stands, a few of its fields by kind).
RELATED: Mapping[str, tuple[str, str, Mapping[str, Sequence[str]]]] = {
    "contact": (
        "contact",
        "parties.customer.contactId",
        {
            "TEXT": (
                "contact.organisation.name",
                "contact.firstName",
                "contact.communication.emails.PRI.email",
            ),
            "INTEGER": ("contact.financialDetails.creditTermDays", "contact.contactId"),
            "time": ("contact.updatedOn",),
        },
    ),
    "product": (
        "product",
        "orderRows[].productId",
        {
            "TEXT": ("product.identity.sku", "product.identity.ean"),
            "INTEGER": ("product.id", "product.brandId"),
        },
    ),
    "list": (
        "price_list",
        "contact.financialDetails.priceListId",
        {"TEXT": ("list.name.text", "list.code"), "INTEGER": ("list.id",)},
    ),
}


def plus(*parts: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """The fields of all, by kind."""
    kinds = dict.fromkeys(kind for part in parts for kind in part)
    return {kind: tuple(path for part in parts for path in part.get(kind, ())) for kind in kinds}


def prefixed(found: Mapping[str, Sequence[str]], prefix: str) -> Mapping[str, Sequence[str]]:
    """The fields, each below `prefix`."""
    return {kind: tuple(f"{prefix}.{path}" for path in paths) for kind, paths in found.items()}


@cache
def record_ground() -> Ground:
    """Formulas of the whole record."""
    own = plus(fields(), RELATED["contact"][2], RELATED["list"][2])
    return Ground(own, {path: prefixed(fields(path), path) for path in ("orderRows", "invoices")})


@cache
def row_ground(aliases: tuple[tuple[str, str], ...]) -> Ground:
    """Formulas inside `each` rules: (collection, alias) of each level, the outermost first.

    Fields of the innermost element count twice; its collections can be folded by its alias.
    """
    outer = record_ground()
    parts = [prefixed(fields(path), alias) for path, alias in aliases]
    last_path, last_alias = aliases[-1]
    own = plus(outer.fields, *parts, parts[-1], parts[-1])
    if aliases[0][0] == "orderRows":
        own = plus(own, RELATED["product"][2])
    inner = {
        f"{last_alias}.{path.removeprefix(f'{last_path}.')}": prefixed(
            fields(path), f"{last_alias}.{path.removeprefix(f'{last_path}.')}"
        )
        for path, above in COLLECTIONS.items()
        if above == last_path
    }
    return Ground(own, {**outer.collections, **inner}, row=True)
