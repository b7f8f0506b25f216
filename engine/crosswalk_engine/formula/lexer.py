"""The words of a formula, checked before the parser sees them: size, nesting, foreign characters.

The parser gets a text in which every name stands in double quotes, so that it never takes a field or a
function for one of its many own keywords, and in which a place leads back to the column that was written.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from crosswalk_engine.errors import masked
from crosswalk_engine.formula.problems import NAME_SHOWN, FormulaError, FormulaProblem

#: Bytes of a formula.
MAX_BYTES = 4_096
#: Fields, constants, functions and operators of a formula.
MAX_PARTS = 500
#: Levels of brackets, CASE and prefixes (NOT, -, +); the parser needs up to 25 Python frames for each.
MAX_NESTING = 24

KEYWORDS = frozenset(
    "AND BETWEEN CASE ELSE END FALSE IN IS LIKE NOT NULL OR THEN TRUE WHEN WHERE".split()  # noqa: SIM905
)
#: Words that PostgreSQL reserves (its documentation, appendix C) and those that begin a statement.
RESERVED = KEYWORDS | frozenset(
    """ALL ANALYSE ANALYZE ANY ARRAY AS ASC ASYMMETRIC BOTH CAST CHECK COLLATE COLUMN CONSTRAINT CREATE
    CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEFAULT DEFERRABLE
    DELETE DESC DISTINCT DO DROP EXCEPT EXISTS FETCH FOR FOREIGN FROM GRANT GROUP HAVING ILIKE INITIALLY
    INSERT INTERSECT INTO LATERAL LEADING LIMIT LOCALTIME LOCALTIMESTAMP OFFSET ON ONLY ORDER PLACING PRIMARY
    REFERENCES RETURNING SELECT SESSION_USER SET SIMILAR SOME SYMMETRIC TABLE TO TRAILING UNION UNIQUE UPDATE
    USER USING VALUES VARIADIC WINDOW WITH""".split()  # noqa: SIM905
)
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")+")
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![\w.]))
    |(?P<word>[^\W\d]\w*)
    |(?P<comment>--|/\*)
    |(?P<bracket>\[[^\]]*\]?)
    |(?P<cast>::)
    |(?P<sign><>|!=|<=|>=|\|\||[-+*/%=<>(),.])""",
    re.VERBOSE,
)
_ADVICE = {
    "AS": "convert with TO_TEXT, TO_INTEGER, TO_DECIMAL or TO_DATE",
    "DISTINCT": "there is no DISTINCT",
    "FOR": "write the arguments with commas",
    "FROM": "write the arguments with commas",
    "ILIKE": "write UPPER(…) LIKE '…'",
    "SELECT": "a formula is one expression, not a query",
}
#: A text may hold tabs and line breaks.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FOREIGN = {
    ";": "a formula is one expression, without `;`",
    "[": "`[]` stands only in paths; here, write the name alone, in an aggregate or an `each`",
    "{": "a formula has no braces",
    "‘": "use the straight quote '",
    "’": "use the straight quote '",
    "“": 'use the straight quote "',
    "”": 'use the straight quote "',
    ":": "convert with TO_TEXT, TO_INTEGER, TO_DECIMAL or TO_DATE",
    "#": 'a name with other characters stands in "double quotes"',
    "@": 'a name with other characters stands in "double quotes"',
    "$": 'a name with other characters stands in "double quotes"',
    "~": "there are no regular expressions; use LIKE",
}


_REFUSED = ("comment", "bracket", "cast", "glued")


@dataclass(frozen=True, slots=True)
class Token:
    """One word; `start` and `end` are offsets from 0 into the formula, `end` excluded."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """The text for the parser, and for each token its start there."""

    text: str
    tokens: tuple[Token, ...]
    starts: tuple[int, ...]

    def original(self, start: int) -> Token:
        """The token that covers offset `start` of the parser's text (the last one when beyond the end)."""
        return self.tokens[max(0, bisect_right(self.starts, start) - 1)]

    def words(self, first: int, last: int) -> tuple[str, ...]:
        """The words that stand in the columns from `first` to `last` of the formula."""
        begin = bisect_left(self.tokens, first - 1, key=_start)
        return tuple(token.text for token in self.tokens[begin : bisect_left(self.tokens, last, key=_start)])


def _start(token: Token) -> int:
    return token.start


def prepare(formula: str) -> Prepared:
    """The formula's tokens and the text for the parser.

    Raises:
        FormulaError: CW-FORMULA-LENGTH, CW-FORMULA-NESTING, CW-FORMULA-SYNTAX, CW-FORMULA-RESERVED; as many
            problems as can be told at once.
    """
    if len(formula.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        whole = FormulaProblem(
            1, len(formula), "CW-FORMULA-LENGTH", f"a formula has at most {MAX_BYTES:,} bytes"
        )
        raise FormulaError(formula[:80], [whole])
    tokens, problems = _split(formula)
    problems += _reserved(tokens)
    if not tokens and not problems:
        problems.append(FormulaProblem(1, 1, "CW-FORMULA-SYNTAX", "the formula is empty"))
    problems += _nesting(tokens)
    if sum(1 for index in range(len(tokens)) if _is_part(tokens, index)) > MAX_PARTS:
        problems.append(too_many_parts(formula))
    if problems:
        raise FormulaError(formula, problems)
    return _quoted(tokens)


def too_many_parts(formula: str) -> FormulaProblem:
    """The problem of a formula with more than `MAX_PARTS`."""
    message = f"a formula has at most {MAX_PARTS} parts"
    return FormulaProblem(1, len(formula), "CW-FORMULA-LENGTH", message, "", "split it")


def _is_part(tokens: list[Token], index: int) -> bool:
    """Whether a word is surely a part of its own: a constant, a function or the first name of a field."""
    token = tokens[index]
    if token.kind not in ("text", "number", "name", "word") or (index and tokens[index - 1].text == "."):
        return False
    return token.kind != "word" or not _is_keyword(tokens, index)


def _split(formula: str) -> tuple[list[Token], list[FormulaProblem]]:
    tokens: list[Token] = []
    problems: list[FormulaProblem] = []
    at = 0
    while at < len(formula):
        match = _TOKEN.match(formula, at)
        kind = match.lastgroup if match else None
        if kind == "text" and tokens and tokens[-1].kind == "word" and tokens[-1].end == at:
            kind = "glued"
        if match is None or kind in _REFUSED:
            end = at + 1 if match is None else match.end()
            problems.append(_foreign(formula, at, end, kind))
            if kind == "comment":
                break
            at = problems[-1].end
            continue
        if kind == "text" and _INVISIBLE.search(match[0]):
            message = "a text holds a character that cannot be seen"
            problems.append(FormulaProblem(at + 1, match.end(), "CW-FORMULA-SYNTAX", message))
        elif kind and kind != "space":
            tokens.append(Token(kind, match[0], at, match.end()))
        at = match.end()
    return tokens, problems


def _foreign(formula: str, at: int, end: int, kind: str | None) -> FormulaProblem:
    character = formula[at]
    message, advice = (
        f"`{masked(formula[at:end], NAME_SHOWN)}` has no meaning here",
        _FOREIGN.get(character, ""),
    )
    if kind == "comment":
        message, advice = "a formula has no comments", "use the rule's note"
    elif kind == "glued":
        message, advice = "a text begins right after a word", "put an operator or a comma between"
    elif character in "'\"" and kind is None:
        what = "text" if character == "'" else "name"
        message, advice = (
            f"the {what} that begins here never ends (or is empty)",
            f"close it with {character}",
        )
        end = len(formula)
    elif character.isdigit() or character == ".":
        while end < len(formula) and (formula[end].isalnum() or formula[end] in "._"):
            end += 1
        message, advice = "this is not a number that formulas know", "write digits such as 1000 or 0.25"
    return FormulaProblem(at + 1, end, "CW-FORMULA-SYNTAX", message, masked(formula[at:end]), advice)


def _reserved(tokens: list[Token]) -> list[FormulaProblem]:
    problems = []
    for index, token in enumerate(tokens):
        upper = token.text.upper()
        if token.kind != "word" or upper not in RESERVED:
            continue
        # Beside a dot it can only be a name (`order.total`); before a bracket, a function's.
        if index and tokens[index - 1].text == ".":
            continue
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if after != "." if upper in KEYWORDS else after in ("(", "."):
            continue
        message = f"`{token.text}` is a reserved word"
        advice = _ADVICE.get(upper, "")
        advice += ("; " if advice else "") + f'if it is a field, write "{token.text}"'
        problems.append(
            FormulaProblem(token.start + 1, token.end, "CW-FORMULA-RESERVED", message, token.text, advice)
        )
    return problems


def _nesting(tokens: list[Token]) -> list[FormulaProblem]:
    open_now, prefixes = 0, 0
    for token in tokens:
        upper = token.text.upper() if token.kind == "word" else token.text
        if upper in ("NOT", "-", "+"):
            prefixes += 1
        else:
            prefixes = 0
        if upper in ("(", "CASE"):
            open_now += 1
        elif upper in (")", "END"):
            open_now -= 1
        if open_now + prefixes > MAX_NESTING:
            message = f"the formula is nested too deeply, more than {MAX_NESTING} levels"
            return [FormulaProblem(token.start + 1, token.end, "CW-FORMULA-NESTING", message, token.text)]
    return []


def _quoted(tokens: list[Token]) -> Prepared:
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for index, token in enumerate(tokens):
        text = token.text
        after_dot = index > 0 and tokens[index - 1].text == "."
        if token.kind == "word" and (after_dot or not _is_keyword(tokens, index)):
            text = f'"{text}"'
        elif token.kind == "number" and text[0] == ".":
            text = f"0{text}"
        starts.append(length)
        pieces.append(text)
        length += len(text) + 1
    return Prepared(" ".join(pieces), tuple(tokens), tuple(starts))


def _is_keyword(tokens: list[Token], index: int) -> bool:
    upper = tokens[index].text.upper()
    if upper == "FILTER":
        return index > 0 and tokens[index - 1].text == ")"
    return upper in KEYWORDS
