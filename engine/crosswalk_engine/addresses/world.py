"""Every country without an engine of its own: required fields, form of the postcode, region ↔ postcode.

There is no place table behind this: a wrong digit that keeps the form cannot be seen.
"""

from crosswalk_engine.addresses.codes import sentence, verdict_of
from crosswalk_engine.addresses.junk import is_placeholder
from crosswalk_engine.addresses.model import Address, AddressResult, AddressSuggestion, Component, Level
from crosswalk_engine.addresses.postcode_form import in_usual_form, mend
from crosswalk_engine.addresses.rules import Rules

#: Rank-1 share of mended postcodes where the form leaves one answer; measured on look-alikes and lost zeros.
MENDED_SURE = 0.95
#: At most this many regions are offered for a postcode.
MOST_REGIONS = 3
#: An optional postcode this short was never one ("1", "D2"): people fill the field because a form asks.
_OPTIONAL_JUNK = 3


def check_world(address: Address, rules: Rules) -> AddressResult:
    """Check a cleaned address by its country's rules."""
    codes, suggestions = [], []
    if not address.line1 and not address.line2:
        codes.append("ADR-STREET-MISSING")
    elif is_placeholder(address.line1) and (not address.line2 or is_placeholder(address.line2)):
        codes.append("ADR-STREET-JUNK")
    if not address.city and "city" in rules.required:
        codes.append("ADR-CITY-MISSING")
    form = in_usual_form(address.postcode, rules) if address.postcode else None
    normal = address.with_fields(postcode=form) if form else address
    if not address.postcode:
        codes += ["ADR-POSTCODE-MISSING"] if "postcode" in rules.required else []
    elif form is None:
        code, found = _invalid_postcode(address, rules)
        codes.append(code)
        suggestions += found
    code, found, normal = _region(normal, rules, form)
    codes += [code] if code else []
    suggestions += found
    return AddressResult(
        verdict_of(codes), tuple(codes), normal, _components(normal, rules, codes), tuple(suggestions)
    )


def _invalid_postcode(address: Address, rules: Rules) -> tuple[str, list[AddressSuggestion]]:
    if "postcode" not in rules.required and len(address.postcode) <= _OPTIONAL_JUNK:
        return "ADR-POSTCODE-IGNORED", []
    mended = mend(address.postcode, rules)
    if mended is None:
        return "ADR-POSTCODE-INVALID", []
    better = address.with_fields(postcode=mended.postcode)
    change = f"postcode: {address.postcode} → {mended.postcode}"
    return "ADR-POSTCODE-INVALID", [AddressSuggestion(better, MENDED_SURE, (mended.reason, change))]


def _region(normal: Address, rules: Rules, form: str | None) -> tuple[str, list[AddressSuggestion], Address]:
    """Whether region and postcode agree; the region in its usual spelling where it is required."""
    if not rules.regions:
        return "", [], normal
    fitting = rules.regions_for(form) if form else ()
    offers = [
        AddressSuggestion(
            normal.with_fields(state=region.code),
            round(MENDED_SURE / len(fitting), 4),
            ("the postcode says the region", f"state: {normal.state or 'blank'} → {region.code}"),
        )
        for region in fitting[:MOST_REGIONS]
    ]
    if not normal.state:
        if "state" not in rules.required:
            return "", [], normal
        return ("ADR-STATE-OMITTED" if fitting else "ADR-STATE-MISSING"), offers, normal
    region = rules.region(normal.state)
    if region is None:
        return ("ADR-STATE-UNKNOWN" if "state" in rules.required else ""), offers, normal
    if form and region.postcodes and not region.postcodes.match(form):
        return "ADR-STATE-POSTCODE-MISMATCH", offers, normal
    if "state" in rules.required:
        normal = normal.with_fields(state=region.code)
    return "", [], normal


def _components(normal: Address, rules: Rules, codes: list[str]) -> tuple[Component, ...]:
    parts = []
    for name in ("line1", "line2", "city", "state", "postcode"):
        value = getattr(normal, name)
        about = [code for code in codes if _FIELD_WORDS[name] in code]
        if value:
            level = Level.SUSPICIOUS if about else Level.PLAUSIBLE
        elif name in rules.required or about:
            level = Level.MISSING
        else:
            continue
        parts.append(Component(name, value, value, level, "; ".join(map(sentence, about))))
    return (*parts, Component("country", normal.country, normal.country, Level.CONFIRMED))


_FIELD_WORDS = {"line1": "STREET", "line2": "LINE2", "city": "CITY", "state": "STATE", "postcode": "POSTCODE"}
