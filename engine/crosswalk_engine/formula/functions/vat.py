"""VAT numbers of the European Union, the United Kingdom, Norway and Switzerland, with their country prefix.

Sources: forms by the European Commission (VIES, frequently asked questions, Q11), HMRC, and the Swiss and
Norwegian registers; check digits by `vat_checks`.
"""

import re
from collections.abc import Mapping

from crosswalk_engine.formula.functions.vat_checks import CHECKS

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
    "MT": "[1-9][0-9]{7}",
    "NL": "[0-9]{9}B(?!00)[0-9]{2}",
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
#: All prefixes; the check digits of each are tested.
PREFIXES = tuple(_FORMS)


def is_vat(text: str) -> bool:
    """Whether `text` is a VAT number without spaces, by form and by check digits."""
    country, number = text[:2], text[2:]
    match = _COMPILED.get(country)
    return match is not None and match(number) is not None and CHECKS[country](number)
