"""The order of a formula's words: what may stand after what, told in plain words before the parser runs.

The parser is more generous than our grammar (it reads `1 IN (1,)` and `CASE WHEN TRUE 1 END`); what it would
guess is refused here, so that the grammar of the documentation is the one that holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from crosswalk_engine.errors import masked
from crosswalk_engine.formula.lexer import KEYWORDS, Token
from crosswalk_engine.formula.problems import NAME_SHOWN, FormulaError, FormulaProblem

_COMPARE = frozenset(["=", "<>", "!=", "<", "<=", ">", ">="])
_BETWEEN_VALUES = frozenset(["+", "-", "*", "/", "%", "||"])
_VALUES = frozenset(["TRUE", "FALSE", "NULL"])
_OF_CASE = frozenset(["WHEN", "THEN", "ELSE", "END"])
#: Operators of other languages, by what stands here in their place.
_ELSEWHERE = {
    "CONTAINS": "write CONTAINS(text, part)",
    "DIV": "write / (of two whole numbers it drops the fraction)",
    "EQ": "write =",
    "GLOB": "write GLOB(text, 'pattern')",
    "ISNULL": "write IS NULL",
    "MATCHES": "write MATCHES(text, 'pattern')",
    "MOD": "write % or MOD(a, b)",
    "NE": "write <>",
    "NOTNULL": "write IS NOT NULL",
    "REGEXP": "write LIKE '…', GLOB(text, '…') or MATCHES(text, '…')",
    "RLIKE": "write LIKE '…', GLOB(text, '…') or MATCHES(text, '…')",
    "XOR": "compare two conditions with <>",
}
_FITS_NOT = "an operator or a bracket before it may be missing"


@dataclass(slots=True)
class _Open:
    """A bracket or a CASE that is open: `kind` is group, call, in, filter, or the last keyword of the CASE.

    `test` is the comparison that was met in the current condition (`complete`, when no value follows it any
    more), `between` the BETWEEN that waits for AND.
    """

    kind: str
    token: Token | None
    test: Token | None = None
    between: Token | None = None
    complete: bool = False

    def next_condition(self) -> None:
        self.test, self.complete = None, False


def check_order(formula: str, tokens: Sequence[Token]) -> None:
    """Nothing, when each word may stand where it stands.

    Raises:
        FormulaError: CW-FORMULA-SYNTAX, for the first word that may not.
    """
    _Reader(formula, tokens).read()


class _Reader:
    """Goes over the words, expecting either a value or what may follow one."""

    def __init__(self, formula: str, tokens: Sequence[Token]) -> None:
        self.formula = formula
        self.tokens = tokens
        self.at = 0
        self.open = [_Open("", None)]
        self.after_value = False

    def read(self) -> None:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if self.after_value:
                self._follow(token)
            else:
                self._value(token)
            self.at += 1
        last, top = self.tokens[-1], self.open[-1]
        if not self.after_value:
            self._missing_after(last)
        self._close_between(top)
        if top.token is not None:
            missing = ")" if top.kind in ("group", "call", "in", "filter") else "END"
            self._wrong(last, f"`{missing}` is missing after {_shown(last)}")

    def _word(self, ahead: int = 0) -> str:
        """The word (or sign) `ahead` of the current one, in capitals; empty beyond the end."""
        at = self.at + ahead
        if not 0 <= at < len(self.tokens):
            return ""
        token = self.tokens[at]
        return token.text.upper() if token.kind in ("word", "sign") else ""

    def _wrong(self, token: Token, message: str, advice: str = "") -> NoReturn:
        shown = masked(token.text, NAME_SHOWN)
        found = FormulaProblem(token.start + 1, token.end, "CW-FORMULA-SYNTAX", message, shown, advice)
        raise FormulaError(self.formula, [found])

    def _missing_after(self, token: Token) -> NoReturn:
        advice = ""
        if token.kind == "word":
            advice = f'if it is a field, write "{token.text}"'
        self._wrong(token, f"something is missing after {_shown(token)}", advice)

    # A value: a field, a call, a constant, a bracket, CASE, or what stands before one.

    def _value(self, token: Token) -> None:
        word = self._word()
        if token.kind == "name" and self._word(1) == "(":
            advice = f"write {masked(token.text[1:-1], NAME_SHOWN)}(…)"
            self._wrong(token, f"{_shown(token)} is a field; functions stand without quotes", advice)
        if token.kind in ("text", "number", "name") or word in _VALUES:
            self.after_value = True
        elif word == "CASE":
            self.open.append(_Open("CASE", token))
        elif word in _OF_CASE and self.open[-1].kind == "CASE" and self._word(-1) == "CASE":
            self._case(token, word)
        elif word == "NOT":
            self._not(token)
        elif token.kind == "word" and word not in KEYWORDS:
            self._name(token)
        elif word == "(":
            self.open.append(_Open("group", token))
        elif word not in ("-", "+"):
            self._no_value(token, word)

    def _name(self, token: Token) -> None:
        """A field, or a function with its bracket."""
        if self._word(1) != "(":
            self.after_value = True
            return
        if token.text.upper() in ("ANY", "SOME", "ALL") and self.at and self._word(-1) in _COMPARE:
            self._wrong(token, f"{_shown(token)} is not in the language", "write IN (…) to compare with many")
        self.at += 1
        if self._word(1) == ")":
            self.at += 1
            self.after_value = True
        else:
            self.open.append(_Open("call", token))

    def _not(self, token: Token) -> None:
        before = self._word(-1) if self.at else "("
        of_between = before == "AND" and self.open[-1].test is not None
        if before not in ("(", ",", "AND", "OR", "NOT", "WHERE", "CASE", *_OF_CASE) or of_between:
            self._wrong(token, f"{_shown(token)} does not fit here", "put brackets around it: (NOT …)")

    def _no_value(self, token: Token, word: str) -> NoReturn:
        before = self.tokens[self.at - 1] if self.at else None
        if word == ")" and before is not None and before.text == "(":
            if self.open[-1].kind == "in":
                self._wrong(before, "IN needs a list of values", "write IN ('a', 'b')")
            self._wrong(before, "there is nothing in the brackets", "write a value between them")
        if word in (")", ",") and before is not None and before.text != "(":
            if before.text == ",":
                self._wrong(before, "a value is missing after the comma", "write it, or leave the comma out")
            self._missing_after(before)
        if word == "*" and before is not None and before.text == "(":
            self._wrong(token, "`*` stands only between numbers", "name the repeated part")
        if before is not None and before.text == "=" and word in ("=", ">"):
            advice = "write = once" if word == "=" else "write >= or, in a call, the value alone"
            self._wrong(token, f"`={word}` is not in the language", advice)
        if word in _OF_CASE and not self._in_case():
            self._outside_case(token)
        advice = f'if it is a field, write "{token.text}"' if token.kind == "word" else "write one there"
        self._wrong(token, f"a value is missing before {_shown(token)}", advice)

    # After a value: an operator, a comma, the end of a bracket or of a part of CASE.

    def _follow(self, token: Token) -> None:
        word, top = self._word(), self.open[-1]
        if word in _BETWEEN_VALUES:
            if top.complete and top.test is not None:
                advice = "put brackets around the comparison"
                self._wrong(token, f"{_shown(token)} follows {_shown(top.test)}", advice)
            self.after_value = False
        elif word in _COMPARE or word in ("IS", "IN", "LIKE", "BETWEEN", "NOT"):
            self._test(token, word)
        elif word in ("AND", "OR"):
            self._and_or(top, word)
        elif word == ",":
            self._comma(token)
        elif word == ")":
            self._close(token)
        elif word in _OF_CASE:
            self._case(token, word)
        elif word == ".":
            self._dot(token)
        elif word == "FILTER" and self._word(-1) == ")":
            self._filter(token)
        else:
            self._does_not_fit(token)

    def _test(self, token: Token, word: str) -> None:
        top = self.open[-1]
        if top.test is not None:
            advice = "put brackets around the first, or AND between them"
            self._wrong(token, f"{_shown(token)} follows another comparison, {_shown(top.test)}", advice)
        top.test = token
        if word == "NOT":
            word = self._word(1)
            if word not in ("IN", "LIKE", "BETWEEN"):
                advice = "write IS NOT NULL, NOT IN, NOT LIKE or NOT BETWEEN"
                self._wrong(token, f"{_shown(token)} does not fit here", advice)
            self.at += 1
        if word == "IS":
            self.at += 1 if self._word(1) == "NOT" else 0
            if self._word(1) not in _VALUES:
                self._wrong(token, "IS is followed by NULL, TRUE or FALSE", "write = to compare")
            self.at += 1
            top.complete = True
            return
        if word == "IN":
            if self._word(1) != "(":
                self._wrong(self.tokens[self.at], "IN needs a list of values", "write IN ('a', 'b')")
            self.at += 1
            self.open.append(_Open("in", self.tokens[self.at]))
            top.complete = True
        top.between = token if word == "BETWEEN" else None
        self.after_value = False

    def _and_or(self, top: _Open, word: str) -> None:
        if word == "AND" and top.between is not None:
            top.between = None
        else:
            self._close_between(top)
            top.next_condition()
        self.after_value = False

    def _close_between(self, top: _Open) -> None:
        if top.between is not None:
            advice = "write BETWEEN 1 AND 9"
            self._wrong(top.between, f"`AND` is missing after {_shown(top.between)}", advice)

    def _comma(self, token: Token) -> None:
        top = self.open[-1]
        if top.kind not in ("call", "in"):
            advice = "a formula gives one value; || joins texts"
            self._wrong(token, "a comma stands only between the arguments of a function", advice)
        self._close_between(top)
        top.next_condition()
        self.after_value = False

    def _close(self, token: Token) -> None:
        top = self.open[-1]
        self._close_between(top)
        if top.token is None:
            self._wrong(token, "no bracket is open that this one closes", "leave it out")
        if top.kind not in ("group", "call", "in", "filter"):
            self._wrong(token, f"`END` is missing before `)`, after {_shown(top.token)}")
        self.open.pop()

    def _in_case(self) -> bool:
        return any(part.kind in ("CASE", *_OF_CASE) for part in self.open)

    def _outside_case(self, token: Token) -> NoReturn:
        advice = f'if it is a field, write "{token.text}"'
        self._wrong(token, f"{_shown(token)} stands only in CASE WHEN … THEN … END", advice)

    def _case(self, token: Token, word: str) -> None:
        top = self.open[-1]
        self._close_between(top)
        if not self._in_case():
            self._outside_case(token)
        if top.kind in ("group", "call", "in", "filter"):
            self._wrong(token, f"`)` is missing before {_shown(token)}")
        if word == "THEN" and top.kind != "WHEN":
            self._wrong(token, f"`WHEN` is missing before {_shown(token)}", "write CASE WHEN … THEN … END")
        if word != "THEN" and top.kind == "WHEN":
            self._wrong(token, f"`THEN` is missing before {_shown(token)}", "write WHEN … THEN …")
        if top.kind == "CASE" and word != "WHEN":
            self._wrong(token, f"`WHEN` is missing before {_shown(token)}", "write CASE WHEN … THEN … END")
        if top.kind == "ELSE" and word != "END":
            self._wrong(token, f"{_shown(token)} follows ELSE, which is the last", "put it before ELSE")
        if word == "END":
            self.open.pop()
            return
        top.kind, self.after_value = word, False
        top.next_condition()

    def _dot(self, token: Token) -> None:
        before = self.tokens[self.at - 1]
        if before.kind not in ("word", "name"):
            self._wrong(token, "`.` leads only from a field to a field", "write e.g. parties.customer.email")
        if self.at + 1 == len(self.tokens) or self.tokens[self.at + 1].kind not in ("word", "name"):
            self._wrong(
                token, "the name of a field is missing after `.`", "write e.g. parties.customer.email"
            )
        self.at += 1
        if self._word(1) == "(":
            name = self.tokens[self.at]
            advice = f"write {masked(name.text, NAME_SHOWN)}({masked(before.text, NAME_SHOWN)}, …)"
            self._wrong(name, "a function stands before its arguments, not after a dot", advice)

    def _filter(self, token: Token) -> None:
        if self._word(1) != "(":
            self._wrong(token, f"`(` is missing after {_shown(token)}", "write FILTER (WHERE …)")
        self.at += 1
        if self._word(1) != "WHERE":
            self._wrong(self.tokens[self.at], "`WHERE` is missing after `(`", "write FILTER (WHERE …)")
        self.open.append(_Open("filter", self.tokens[self.at]))
        self.at += 1
        self.after_value = False

    def _does_not_fit(self, token: Token) -> NoReturn:
        before = self.tokens[self.at - 1]
        elsewhere = _ELSEWHERE.get(self._word()) if self.at + 1 < len(self.tokens) else None
        if elsewhere is not None:
            self._wrong(token, f"there is no operator {_shown(token)}", elsewhere)
        if token.kind == "text" and before.kind == "text":
            self._wrong(token, "two texts stand side by side", "write || between them")
        if self.open[-1].kind == "WHEN":
            advice = "write WHEN … THEN …"
            self._wrong(token, f"`THEN` or an operator is missing before {_shown(token)}", advice)
        self._wrong(token, f"{_shown(token)} does not fit here", _FITS_NOT)


def _shown(token: Token) -> str:
    return f"`{masked(token.text, NAME_SHOWN)}`"
