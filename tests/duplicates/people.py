"""A small seeded world of people with known duplicates, for the tests."""

import random
from itertools import product

_NAMES = """
anna berta carl dora emil frida georg hanna ivan julia karl lena max nora otto paula rolf sofie tim ute
"""
GIVEN = _NAMES.split()
_HEADS = ("ash", "brad", "cor", "dun", "elm", "fair", "grim", "holt")
_MIDDLES = ("a", "enk", "ing", "os", "ur", "iv")
_TAILS = ("ton", "ley", "field", "mouth", "wick", "ham")
#: Each surname stands once, until all are used.
SURNAMES = ["".join(parts) for parts in product(_HEADS, _MIDDLES, _TAILS)]
HOSTS = ["post", "northmail", "blue", "quick", "letterbox"]
STREETS = ["High Street", "Mill Lane", "Park Road", "Church Street", "Victoria Road", "Green Lane"]
TOWNS = [("Bristol", "BS"), ("Leeds", "LS"), ("Exeter", "EX"), ("York", "YO")]


def slip(word: str, chance: random.Random) -> str:
    """`word` with two neighbouring letters exchanged."""
    place = chance.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def make_people(count: int, doubled: int, seed: int) -> tuple[list[dict[str, str]], set[frozenset[str]]]:
    """`count` people, the first `doubled` of them twice, once with slips; and the true pairs of ids."""
    chance = random.Random(seed)
    surnames = SURNAMES * (count // len(SURNAMES) + 1)
    chance.shuffle(surnames)
    rows, truth = [], set()
    for number in range(count):
        given, surname = chance.choice(GIVEN), surnames[number]
        town, area = chance.choice(TOWNS)
        row = {
            "id": f"p{number}",
            "first_name": given,
            "last_name": surname,
            "email": f"{given}.{surname}@{chance.choice(HOSTS)}.example",
            "phone": f"0117 {chance.randrange(100000, 999999)}",
            "street": f"{chance.randrange(1, 200)} {chance.choice(STREETS)}",
            "city": town,
            "postcode": f"{area}{chance.randrange(1, 9)} {chance.randrange(1, 9)}AB",
        }
        rows.append(row)
        if number < doubled:
            again = {**row, "id": f"q{number}", "last_name": slip(surname, chance).upper()}
            again["email" if number % 2 else "phone"] = ""
            rows.append(again)
            truth.add(frozenset((row["id"], again["id"])))
    chance.shuffle(rows)
    return rows, truth
