"""International bank account numbers: their form by country and their check digits.

Source: ISO 13616 and the IBAN registry of SWIFT, release 101; the check is ISO 7064 MOD 97-10.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from crosswalk_engine.formula.functions.check_digits import mod97

_Match: TypeAlias = Callable[[str], object]
#: Country and the parts of the account number: n digits, a capitals, c digits and capitals.
_FORMS = """
    AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c
    CR18n CY8n16c CZ20n DE18n DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n
    GB4a14n GE2a16n GI4a15c GL14n GR7n16c GT24c HN4a20n HR17n HU24n IE4a14n IL19n IQ4a15n IS22n
    IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c LT16n LU3n13c LV4a13c LY21n MC10n11c2n
    MD20c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n OM3n16c PK4a16c PL24n
    PS4a21c PT21n QA4a21c RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c
    SO19n ST21n SV4a20n TL19n TN20n TR6n16c UA6n19c VA18n VG4a16n XK16n YE4a4n18c
""".split()  # noqa: SIM905
_KINDS = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}


def _compiled(form: str) -> _Match:
    parts = re.findall(r"([0-9]+)([nac])", form[2:])
    shape = "".join(f"{_KINDS[kind]}{{{count}}}" for count, kind in parts)
    return re.compile(f"{form[:2]}[0-9]{{2}}{shape}").fullmatch


#: Country -> the test of an IBAN's form.
FORMS: Mapping[str, _Match] = {form[:2]: _compiled(form) for form in _FORMS}


def is_iban(text: str) -> bool:
    """Whether `text` is an IBAN without spaces: the form of its country, and right check digits.

    They are computed anew: 00, 01 and 99 leave the same rest as 97, 98 and 02, but no bank gives them.
    """
    match = FORMS.get(text[:2])
    return match is not None and match(text) is not None and mod97(text[4:] + text[:2]) == text[2:4]
