"""Which postcodes exist: every live unit of Great Britain as one bit, packed into a data file.

File: the sectors (``AB101``) joined by line feeds, a zero byte, then 50 bytes a sector; bit 20·i + j stands
for the unit whose last two letters are the i-th and j-th of `LETTERS`. LZMA-compressed. Source and terms:
``addresses/data/NOTICE.md``. Northern Ireland (BT) is not in it: its units carry terms of their own.
"""

import lzma
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

#: The letters that the second half of a postcode is written in (no C, I, K, M, O, V).
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
#: When the list was drawn up; newer postcodes are not in it.
DATA_VERSION = "ONS Postcode Directory, February 2025"
_INDEX = {letter: i for i, letter in enumerate(LETTERS)}
_BYTES = len(LETTERS) ** 2 // 8
#: Northern Ireland, British Forces and the non-geographic BX are judged by their form alone.
_BY_FORM = re.compile(r"(BT[1-9][0-9]?|BF1|BX[0-9])[0-9][A-Z]{2}")


class Units:
    """The live postcodes, written without blank: ``BS82DJ``."""

    def __init__(self, packed: bytes) -> None:
        head, _, self._bits = packed.partition(b"\0")
        self._sectors = {sector: i for i, sector in enumerate(head.decode("ascii").split("\n"))}
        self.districts = frozenset(sector[:-1] for sector in self._sectors)

    def exists(self, postcode: str) -> bool:
        """Whether `postcode` (upper case, no blank) was live when the list was drawn up."""
        if _BY_FORM.fullmatch(postcode):
            return True
        sector = self._sectors.get(postcode[:-2])
        if sector is None or postcode[-2] not in _INDEX or postcode[-1] not in _INDEX:
            return False
        bit = _INDEX[postcode[-2]] * len(LETTERS) + _INDEX[postcode[-1]]
        return bool(self._bits[sector * _BYTES + (bit >> 3)] >> (7 - (bit & 7)) & 1)

    def has_sector(self, sector: str) -> bool:
        """Whether ``AB101`` is a sector in use."""
        return sector in self._sectors


def pack(postcodes: Iterable[str]) -> bytes:
    """The file's bytes before compression; postcodes in any order, upper case, no blank."""
    sectors: dict[str, bytearray] = {}
    for postcode in postcodes:
        if postcode[-2] in _INDEX and postcode[-1] in _INDEX:
            bits = sectors.setdefault(postcode[:-2], bytearray(_BYTES))
            bit = _INDEX[postcode[-2]] * len(LETTERS) + _INDEX[postcode[-1]]
            bits[bit >> 3] |= 1 << (7 - (bit & 7))
    ordered = sorted(sectors)
    return "\n".join(ordered).encode("ascii") + b"\0" + b"".join(bytes(sectors[sector]) for sector in ordered)


@cache
def load_units() -> Units:
    """The packed list, read once (tens of milliseconds, about a megabyte)."""
    data = files("crosswalk_engine.addresses") / "data" / "gb_units.bin.xz"
    return Units(lzma.decompress(data.read_bytes()))
