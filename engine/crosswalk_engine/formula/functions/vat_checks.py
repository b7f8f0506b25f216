"""Check digits of VAT numbers, country by country, without the prefix.

Sources: the national rules, as VIES publishes them (Algorithms for the validation of VAT numbers, European
Commission, TAXUD), HMRC, the Swiss UID register and the Norwegian Brønnøysund registers. Each test takes a
number that has the form of its country.
"""

from collections.abc import Callable, Mapping

from crosswalk_engine.formula.functions.check_digits import luhn, rest97

#: Spain: the letter after a number, by its rest modulo 23, and that of a firm, by its digit.
_DNI, _CIF = "TRWAGMYFPDXBNJZSQVHLCKE", "JABCDEFGHI"
#: Ireland: the letter after a number, by its rest modulo 23; a second letter counts by its place too.
_IE = "WABCDEFGHIJKLMNOPQRSTUV"
#: Cyprus: what the digits on odd places count.
_CY_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)


def _weighed(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _has_luhn(digits: str) -> bool:
    return luhn(digits[:-1]) == digits[-1]


def _at(number: str) -> bool:
    # Luhn's sum with the weights the other way round, moved by 4 (BMF, Konstruktionsregeln der UID).
    return (int(luhn(number[1:8] + "0")) + 6) % 10 == int(number[8])


def _mod11_10(number: str) -> bool:
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


def _bg(number: str) -> bool:
    # Ten digits are those of persons, of which there are several kinds.
    if len(number) != 9:
        return True
    rest = _weighed(number, (1, 2, 3, 4, 5, 6, 7, 8)) % 11
    if rest == 10:
        rest = _weighed(number, (3, 4, 5, 6, 7, 8, 9, 10)) % 11
    return rest % 10 == int(number[8])


def _ch(number: str) -> bool:
    return _weighed(number[1:], (5, 4, 3, 2, 7, 6, 5, 4, 1)) % 11 == 0


def _cy(number: str) -> bool:
    total = sum(_CY_ODD[int(digit)] for digit in number[:8:2]) + sum(map(int, number[1:8:2]))
    return not number.startswith("12") and chr(total % 26 + ord("A")) == number[8]


def _cz(number: str) -> bool:
    if len(number) == 8:
        check = -_weighed(number, (8, 7, 6, 5, 4, 3, 2)) % 11
        return number[0] != "9" and (check or 1) % 10 == int(number[7])
    if len(number) == 10:
        return int(number[:9]) % 11 % 10 == int(number[9])
    # Persons born before 1954 have no check digit; other persons have a number that begins with 6.
    rest = _weighed(number[1:], (8, 7, 6, 5, 4, 3, 2)) % 11
    return number[0] != "6" or 8 - (10 - rest) % 11 == int(number[8])


def _el(number: str) -> bool:
    total = 0
    for digit in number[:8]:
        total = total * 2 + int(digit)
    return total * 2 % 11 % 10 == int(number[8])


def _es(number: str) -> bool:
    first, last = number[0], number[8]
    if first in "0123456789XYZKLM":
        digits = number[:8].translate(str.maketrans("XYZ", "012")).lstrip("KLM")
        return _DNI[int(digits) % 23] == last
    check = luhn(number[1:8])
    return first in "ABCDEFGHJNPQRSUVW" and last in (check, _CIF[int(check)])


def _ie(number: str) -> bool:
    if not number[1].isdigit():
        # The old form: its second character stands for the client, and does not count.
        number = f"0{number[2:7]}{number[0]}{number[7]}"
    second = _IE.index(number[8]) * 9 if len(number) == 9 else 0
    return _IE[(_weighed(number[:7], (8, 7, 6, 5, 4, 3, 2)) + second) % 23] == number[7]


def _lt(number: str) -> bool:
    body = number[:-1]
    check = sum((1 + at % 9) * int(digit) for at, digit in enumerate(body)) % 11
    if check == 10:
        check = sum((1 + (at + 2) % 9) * int(digit) for at, digit in enumerate(body)) % 11
    return number[-2] == "1" and check % 10 == int(number[-1])


def _lv(number: str) -> bool:
    # Those of persons begin with 0 to 3, and since 2017 have no check digit.
    return number[0] <= "3" or _weighed(number, (9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)) % 11 == 3


def _ro(number: str) -> bool:
    return _weighed(number[:-1].zfill(9), (7, 5, 3, 2, 1, 7, 5, 3, 2)) * 10 % 11 % 10 == int(number[-1])


def _si(number: str) -> bool:
    check = 11 - _weighed(number, (8, 7, 6, 5, 4, 3, 2)) % 11
    return check < 11 and check % 10 == int(number[7])


def _sk(number: str) -> bool:
    # Firms have one of some digits on the third place; persons may use their birth number: year, month, day.
    month = int(number[2:4]) % 50 % 20
    return int(number) % 11 == 0 and (number[2] in "234789" or 1 <= month <= 12)


#: Country prefix -> the test of the check digits in what follows it.
CHECKS: Mapping[str, Callable[[str], bool]] = {
    "AT": _at,
    "BE": lambda number: 97 - int(number[:8]) % 97 == int(number[8:]),
    "BG": _bg,
    "CH": _ch,
    "CY": _cy,
    "CZ": _cz,
    "DE": _mod11_10,
    "DK": lambda number: _weighed(number, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0,
    "EE": lambda number: _weighed(number, (3, 7, 1, 3, 7, 1, 3, 7, 1)) % 10 == 0,
    "EL": _el,
    "ES": _es,
    "FI": lambda number: _weighed(number, (7, 9, 10, 5, 8, 4, 2, 1)) % 11 == 0,
    "FR": _fr,
    "GB": _gb,
    "HR": _mod11_10,
    "HU": lambda number: _weighed(number, (9, 7, 3, 1, 9, 7, 3, 1)) % 10 == 0,
    "IE": _ie,
    "IT": _it,
    "LT": _lt,
    "LU": lambda number: int(number[:6]) % 89 == int(number[6:]),
    "LV": _lv,
    "MT": lambda number: _weighed(number, (3, 4, 6, 7, 8, 9, 10, 1)) % 37 == 0,
    "NL": _nl,
    "NO": lambda number: _weighed(number, (3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0,
    "PL": lambda number: _weighed(number, (6, 5, 7, 2, 3, 4, 5, 6, 7, -1)) % 11 == 0,
    "PT": _pt,
    "RO": _ro,
    "SE": lambda number: _has_luhn(number[:10]),
    "SI": _si,
    "SK": _sk,
    "XI": _gb,
}
