"""Texts that are no formulas, or not quite: reading them raises FormulaError or nothing."""

import random
import re
import time
from collections.abc import Callable

from crosswalk_engine.formula import FormulaError, compile_formula, formula_from_ir, parse_formula

from tests.fuzz.compare import scope_of
from tests.fuzz.formulas import Formulas
from tests.fuzz.grounds import record_ground
from tests.fuzz.values import NASTY

#: Seconds that reading one text may take, on a busy machine.
SLOW = 5.0
_WORDS = re.compile(r"\s+|\w+|'[^']*'|.", re.DOTALL)
_PIECES = (
    *(
        "(",
        ")",
        "((((",
        "))))",
        ",",
        "'",
        '"',
        "--",
        "/*",
        "*/",
        ";",
        "::",
        "[]",
        "[0]",
        "{}",
        "||",
        "->",
        ".",
        "..",
    ),
    *(
        "NOT ",
        "- ",
        "CASE ",
        "WHEN ",
        "THEN ",
        "ELSE ",
        "END",
        "AND ",
        " OR ",
        " IN (",
        " BETWEEN ",
        " LIKE ",
        " IS ",
    ),
    *(
        "SELECT ",
        "FROM x",
        "DROP TABLE t",
        "WHERE ",
        "FILTER (WHERE ",
        "OVER ()",
        "CAST(x AS int)",
        "INTERVAL '1 day'",
    ),
    *(
        "__import__('os')",
        "eval('1')",
        "lambda: 0",
        "{{x}}",
        "${x}",
        "%s",
        "\\",
        "\x00",
        "\ud800",
        "\u202e",
        "é",
        "1e999",
    ),
    *(
        "f(",
        "f(f(f(",
        "x.y.z",
        '"a"."b"',
        "a.b[].c",
        "EXISTS(",
        "ARRAY[1]",
        "ROW(1)",
        "DATE '2026-01-01'",
        "@x",
        ":x",
        "?",
    ),
)


def _shuffled(text: str, chance: random.Random) -> str:
    words = _WORDS.findall(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(words) + 1)
        action = chance.randrange(5)
        if action == 0 and words:
            del words[min(at, len(words) - 1)]
        elif action == 1:
            words.insert(at, chance.choice(_PIECES))
        elif action == 2 and words:
            words.insert(at, chance.choice(words))
        elif action == 3:
            chance.shuffle(words[at : at + 4])
            words = words[:at] + words[at : at + 4][::-1] + words[at + 4 :]
        else:
            words.insert(at, str(chance.choice(NASTY))[:40])
    return "".join(words)


def _characters(text: str, chance: random.Random) -> str:
    characters = list(text)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(characters) + 1)
        characters[at : at + chance.randint(0, 3)] = chance.choice(
            ["", chr(chance.randrange(0x250)), "'", "(", " ", "𝒳"]
        )
    return "".join(characters)


def _noise(text: str, chance: random.Random) -> str:
    raw = bytes(chance.randrange(256) for _ in range(chance.randint(0, 60)))
    return raw.decode(chance.choice(["latin-1", "utf-8"]), "surrogateescape")


def _deep(text: str, chance: random.Random) -> str:
    levels = chance.choice([10, 23, 24, 25, 26, 100, 2000])
    opened, closed = chance.choice(
        [("(", ")"), ("ABS(", ")"), ("NOT ", ""), ("- ", ""), ("CASE WHEN TRUE THEN ", " END")]
    )
    return opened * levels + text[:40] + closed * levels


def _long(text: str, chance: random.Random) -> str:
    sign = chance.choice([" + ", " AND ", " || ", ", ", " OR "])
    return sign.join([text[:30]] * chance.choice([10, 60, 70, 300, 5000]))


_SPOILERS: tuple[Callable[[str, random.Random], str], ...] = (
    *(_shuffled, _shuffled, _shuffled, _characters, _characters, _noise, _deep, _long),
)


def run_texts(seed: str, count: int) -> list[str]:
    """What went wrong with `count` texts drawn from `seed`; nothing, when all is well."""
    chance = random.Random(seed)
    formulas = Formulas(chance)
    ground = record_ground()
    reports = []
    for _ in range(count):
        text = formulas.draw(ground, depth=chance.randint(0, 3)).text
        text = chance.choice(_SPOILERS)(text, chance)
        wrong = _wrong(text)
        if wrong:
            reports.append(f"difference in: reading a text   (seed {seed})\n  {text[:600]!r}\n  {wrong}")
    return reports


def _wrong(text: str) -> str:
    started = time.process_time()
    try:
        formula = parse_formula(text, scope_of(()))
    except FormulaError as error:
        if (
            not all(problem.message and problem.start >= 1 for problem in error.problems)
            or not error.render()
        ):
            return f"a problem without a message or a place: {error.problems}"
    except Exception as error:  # noqa: BLE001  that is what is looked for
        return f"{type(error).__name__}: {str(error)[:200]}"
    else:
        try:
            compile_formula(formula)
        except Exception as error:  # noqa: BLE001  what can be read can be compiled
            return f"compiling it: {type(error).__name__}: {str(error)[:200]}"
        if formula_from_ir(formula.ir).ir != formula.ir:
            return "the stored form reads back as another one"
    took = time.process_time() - started
    return f"took {took:.1f} s" if took > SLOW else ""
