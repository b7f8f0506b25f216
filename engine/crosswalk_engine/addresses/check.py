"""Check one address, or many: clean the fields, find the country, ask its engine, weigh the codes."""

from collections.abc import Iterable, Iterator

from crosswalk_engine.addresses.clean import MAX_FIELD, clean_field
from crosswalk_engine.addresses.codes import verdict_of
from crosswalk_engine.addresses.countries import country_code
from crosswalk_engine.addresses.gb import postcode as gb_postcode
from crosswalk_engine.addresses.gb.check import check_gb
from crosswalk_engine.addresses.gb.units import load_units
from crosswalk_engine.addresses.model import Address, AddressResult, AddressSuggestion, Verdict
from crosswalk_engine.addresses.postcode_form import in_usual_form
from crosswalk_engine.addresses.rules import load_rules
from crosswalk_engine.addresses.us.check import check_us
from crosswalk_engine.addresses.us.gazetteer import load_gazetteer
from crosswalk_engine.addresses.us.states import read_state
from crosswalk_engine.addresses.us.zip_code import read_zip
from crosswalk_engine.addresses.world import check_world

#: Results kept for a batch: the same address comes back often in orders.
_MEMORY = 1 << 13
#: Countries that write British postcodes.
_BRITISH = frozenset({"GB", "JE", "GG", "IM"})
#: How sure a country read from the rest of the address is (all of those measured were right).
COUNTRY_SURE = 0.95


def validate_address(address: Address) -> AddressResult:
    """Parse, verify and correct one address, deterministically and offline.

    Never raises on any text in the fields. The result's `address` is the input in normal form; what should be
    different stands in its suggestions only.

    Raises:
        ConfigError: the extra ``[addresses]`` is not installed.
    """
    values = address.as_dict()
    if any(len(value) > MAX_FIELD for value in values.values()):
        return _without_check(address, "ADR-TOO-LONG")
    cleaned = Address(**{name: clean_field(value) for name, value in values.items()})
    if not any(getattr(cleaned, name) for name in ("line1", "line2", "city", "state", "postcode")):
        return _without_check(cleaned, "ADR-EMPTY")
    if cleaned.country:
        cleaned = cleaned.with_fields(country=country_code(cleaned.country))
    result = _checked(cleaned)
    if result.address != address and "ADR-US-STATE-NAME" not in result.codes:
        codes = (*result.codes, "ADR-FORM")
        return AddressResult(verdict_of(codes), codes, result.address, result.components, result.suggestions)
    return result


def validate_batch(addresses: Iterable[Address]) -> Iterator[AddressResult]:
    """`validate_address` of each, in order; an address seen shortly before is not computed again."""
    seen: dict[Address, AddressResult] = {}
    for address in addresses:
        result = seen.get(address)
        if result is None:
            if len(seen) >= _MEMORY:
                seen.clear()
            result = seen[address] = validate_address(address)
        yield result


def _without_check(address: Address, code: str) -> AddressResult:
    return AddressResult(verdict_of([code]), (code,), address)


def _checked(address: Address) -> AddressResult:
    if not address.country:
        return _elsewhere(address, "ADR-COUNTRY-MISSING") or _without_check(address, "ADR-COUNTRY-MISSING")
    elsewhere = _elsewhere(address, "ADR-COUNTRY-WRONG")
    if elsewhere:
        return elsewhere
    if address.country == "US":
        return check_us(address)
    if address.country == "GB":
        return check_gb(address)
    rules = load_rules(address.country)
    if rules is None:
        return _without_check(address, "ADR-COUNTRY-UNKNOWN")
    return check_world(address, rules)


def _elsewhere(address: Address, code: str) -> AddressResult | None:
    """The address as one of another country, when its postcode does not fit its own but fits that one's."""
    found = None
    if address.country != "US" and _reads_as_us(address):
        found = check_us(address.with_fields(country="US"))
    elif address.country not in _BRITISH and _reads_as_gb(address):
        found = check_gb(address.with_fields(country="GB"))
    if found is None:
        return None
    reason = f"country: {address.country or 'blank'} → {found.address.country}"
    offers = found.suggestions
    if verdict_of(found.codes) is not Verdict.REVIEW:
        offers = (AddressSuggestion(found.address, 1.0, ()), *offers)
    codes = (code, *found.codes)
    return AddressResult(
        verdict_of(codes),
        codes,
        address,
        found.components,
        tuple(
            AddressSuggestion(
                offer.address, round(offer.probability * COUNTRY_SURE, 4), (reason, *offer.reasons)
            )
            for offer in offers
        ),
    )


def _own_form_fits(address: Address) -> bool:
    rules = load_rules(address.country) if address.country else None
    return bool(rules and rules.postcode and in_usual_form(address.postcode, rules))


def _reads_as_us(address: Address) -> bool:
    """A ZIP code that lies in the state given, in a country that writes its postcodes in another way."""
    if not (address.state and address.postcode) or _own_form_fits(address):
        return False
    state = read_state(address.state)
    if not state.code or state.finding == "ADR-US-STATE-TYPO":
        return False
    gazetteer = load_gazetteer()
    zipped = read_zip(address.postcode, state.code, gazetteer)
    area = gazetteer.zips.get(zipped.zip)
    return not zipped.finding and area is not None and area.state == state.code


def _reads_as_gb(address: Address) -> bool:
    """A live British postcode where the country writes its postcodes in another way."""
    typed = gb_postcode.bare(address.postcode)
    if not gb_postcode.GRAMMAR.fullmatch(typed) or _own_form_fits(address):
        return False
    return load_units().exists(typed)
