"""VAT numbers of the European Union, the United Kingdom, Norway and Switzerland, with their country prefix.

Sources: forms by the European Commission (VIES, frequently asked questions, Q11), HMRC, and the Swiss and
Norwegian registers; check digits by the national rules, where `_CHECKS` names the country.
"""

import re
from collections.abc import Callable, Mapping

from crosswalk_engine.formula.functions.check_digits import luhn, rest97

#: Country prefix -> the form of what follows it.
_FORMS: Mapping[str, str] = {
    "AT": "U[0-9]{8}",
    "BE": "[01][0-9]{9}",
    "BG": "[0-9]{9,10}",
    "CH": "E[0-9]{9}(?:MWST|TVA|IVA)?",
    "CY": "[0-9]{8}[A-Z]",
    "CZ": "[0-9]{8,10}",
    "DE": "[1-9][0-9]{8}",
    "DK": "[1-9][0-9]{7}",
    "EE": "[0-9]{9}",
    "EL": "[0-9]{9}",
    "ES": "[A-Z][0-9]{7}[A-Z0-9]|[0-9]{8}[A-Z]",
    "FI": "[0-9]{8}",
    "FR": "[A-HJ-NP-Z0-9]{2}[0-9]{9}",
    "GB": "[0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2}",
    "HR": "[0-9]{11}",
    "HU": "[0-9]{8}",
    "IE": "[0-9]{7}[A-W][A-IW]?|[0-9][A-Z+*][0-9]{5}[A-W]",
    "IT": "[0-9]{11}",
    "LT": "[0-9]{9}|[0-9]{12}",
    "LU": "[0-9]{8}",
    "LV": "[0-9]{11}",
    "MT": "[0-9]{8}",
    "NL": "[0-9]{9}B[0-9]{2}",
    "NO": "[89][0-9]{8}(?:MVA)?",
    "PL": "[0-9]{10}",
    "PT": "[1-9][0-9]{8}",
    "RO": "[1-9][0-9]{1,9}",
    "SE": "[0-9]{12}",
    "SI": "[1-9][0-9]{7}",
    "SK": "[1-9][0-9]{9}",
    "XI": "[0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2}",
}
_COMPILED = {country: re.compile(form).fullmatch for country, form in _FORMS.items()}


def _weighed(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _has_luhn(digits: str) -> bool:
    return luhn(digits[:-1]) == digits[-1]


def _at(number: str) -> bool:
    # Luhn's sum with the weights the other way round, moved by 4 (BMF, Konstruktionsregeln der UID).
    return (int(luhn(number[1:8] + "0")) + 6) % 10 == int(number[8])


def _de(number: str) -> bool:
    # ISO 7064 MOD 11,10.
    product = 10
    for digit in number[:-1]:
        added = (int(digit) + product) % 10 or 10
        product = 2 * added % 11
    return (11 - product) % 10 == int(number[-1])


def _fr(number: str) -> bool:
    key, siren = number[:2], number[2:]
    # Numbers of Monaco (000…) are no SIREN; keys with letters are checked by the tax office alone.
    if not siren.startswith("000") and not _has_luhn(siren):
        return False
    return not key.isdigit() or int(siren + "12") % 97 == int(key)


def _gb(number: str) -> bool:
    if not number.isdigit():
        return True
    # HMRC: modulus 97; numbers given since 2009 begin at 100 and may be moved by 55 either way.
    rest = _weighed(number, (8, 7, 6, 5, 4, 3, 2, 10, 1)) % 97
    return rest == 0 or (rest in (42, 55) and int(number[:3]) >= 100)


def _it(number: str) -> bool:
    # Seven digits of the firm, three of the tax office, one to check.
    office = int(number[7:10])
    return (
        int(number[:7]) > 0 and (1 <= office <= 100 or office in (120, 121, 888, 999)) and _has_luhn(number)
    )


def _nl(number: str) -> bool:
    # Firms have a number modulo 11; since 2020 sole traders have one modulo 97.
    old = _weighed(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0
    return old or rest97("NL" + number) == 1


def _pt(number: str) -> bool:
    return -_weighed(number, (9, 8, 7, 6, 5, 4, 3, 2)) % 11 % 10 == int(number[8])


#: Country prefix -> the test of the check digits in what follows it.
_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "AT": _at,
    "BE": lambda number: 97 - int(number[:8]) % 97 == int(number[8:]),
    "DE": _de,
    "DK": lambda number: _weighed(number, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0,
    "FI": lambda number: _weighed(number, (7, 9, 10, 5, 8, 4, 2, 1)) % 11 == 0,
    "FR": _fr,
    "GB": _gb,
    "IT": _it,
    "LU": lambda number: int(number[:6]) % 89 == int(number[6:]),
    "NL": _nl,
    "PL": lambda number: _weighed(number, (6, 5, 7, 2, 3, 4, 5, 6, 7, -1)) % 11 == 0,
    "PT": _pt,
    "SE": lambda number: _has_luhn(number[:10]),
    "XI": _gb,
}
#: Prefixes whose check digits are tested too, for the description.
CHECKED = tuple(_CHECKS)


def is_vat(text: str) -> bool:
    """Whether `text` is a VAT number without spaces, by form and, for some countries, by check digits."""
    country, number = text[:2], text[2:]
    match = _COMPILED.get(country)
    if match is None or match(number) is None:
        return False
    check = _CHECKS.get(country)
    return check is None or check(number)
