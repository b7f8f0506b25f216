"""What can be wrong with a formula (`FormulaError`) and with a value that it meets (`EvalError`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crosswalk_engine.errors import ConfigError, RecordError, masked


@dataclass(frozen=True, slots=True, order=True)
class FormulaProblem:
    """One problem in a formula's text.

    Attributes:
        start: the first column, from 1.
        end: the last column, from 1 and included.
        code: stable, e.g. ``CW-FORMULA-FIELD``.
        message: one plain sentence.
        found: the text that the span covers, at most 60 characters.
        suggestion: what to write instead; may be empty.
    """

    start: int
    end: int
    code: str
    message: str
    found: str = ""
    suggestion: str = ""

    def render(self) -> str:
        """``message at 5-8; suggestion``."""
        place = f"{self.start}-{self.end}" if self.end > self.start else f"{self.start}"
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{self.message} at {place}{hint}"


#: Characters of a name (or of any word) in a message.
NAME_SHOWN = 60
#: Characters of a whole message and of a suggestion; what is longer was put together from too much.
_SENTENCE = 240
#: The longest row of carets, and the longest formula that is shown with them.
_CARETS = 200
_SHOWN = 400
#: Problems that are shown of one formula; more of them have one cause.
_MOST = 20
#: The next step where a problem has no better one.
_NEXT: Mapping[str, str] = {
    "CW-FORMULA-SYNTAX": "a formula is fields, values, functions and operators: UPPER(name) || '-' || code",
    "CW-FORMULA-LENGTH": "split it into several rules",
    "CW-FORMULA-NESTING": "split it into several rules, or use fewer brackets",
    "CW-FORMULA-FIELD": "look into a sample for its name",
    "CW-FORMULA-FUNCTION": "look it up in the list of functions",
    "CW-FORMULA-TYPE": "convert it, or use another field",
    "CW-FORMULA-AGGREGATE": "put the rule into an `each`, or take the function out",
    "CW-FORMULA-LOOKUP": "add the table, lookups/<name>.csv",
    "CW-FORMULA-IDMAP": "use the name of an entity of the project",
}


def _complete(text: str, problem: FormulaProblem) -> FormulaProblem:
    """The problem with what was found and the next step, where it did not say them itself."""
    return replace(
        problem,
        message=masked(problem.message, _SENTENCE),
        found=masked(problem.found or text[problem.start - 1 : problem.end], NAME_SHOWN),
        suggestion=masked(problem.suggestion or _NEXT.get(problem.code, ""), _SENTENCE),
    )


class FormulaError(ConfigError):
    """A formula that cannot be used; holds every problem that was found in it."""

    def __init__(self, text: str, problems: Iterable[FormulaProblem]) -> None:
        self.text = text
        self.problems = tuple(sorted(_complete(text, problem) for problem in problems))
        first = self.problems[0]
        more = len(self.problems) - 1
        super().__init__(
            first.code,
            first.message + (f" (and {more} more)" if more else ""),
            where=f"column {first.start}" + (f"-{first.end}" if first.end > first.start else ""),
            got=first.found,
            fix=first.suggestion,
        )

    def __str__(self) -> str:
        more = [f"and {len(self.problems) - _MOST} more"] if len(self.problems) > _MOST else []
        return "; ".join([*(problem.render() for problem in self.problems[:_MOST]), *more])

    def render(self) -> str:
        """The one-line form, then the formula with carets under each problem."""
        lines = [super().render()]
        shown = "".join(c if c.isprintable() else " " for c in self.text)
        more = [f"  … and {len(self.problems) - _MOST} more"] if len(self.problems) > _MOST else []
        if len(shown) > _SHOWN:
            return "\n".join(
                [*lines, *(f"  {problem.render()}" for problem in self.problems[1:_MOST]), *more]
            )
        lines.append(f"  {shown}")
        for problem in self.problems[:_MOST]:
            width = min(problem.end, len(shown)) - problem.start + 1
            caret = " " * (problem.start - 1) + "^" * min(max(1, width), _CARETS)
            hint = f"; {problem.suggestion}" if problem.suggestion else ""
            lines.append(f"  {caret} {problem.message}{hint}")
        return "\n".join(lines + more)


class EvalError(RecordError):
    """A value that a formula cannot work with: this record's data is wrong.

    Attributes:
        code: stable, e.g. ``CW-BAD-DECIMAL``.
        value: what was met, shortened; the caller masks it when its source field is personal.
        message: one plain sentence.
    """

    def __init__(self, code: str, value: object, message: str) -> None:
        self.value = "" if value is None else masked(value)
        self.message = message
        super().__init__(code, message, got=self.value)

    def key(self) -> tuple[str, str, str]:
        """Code, value and message: what two backends must agree on."""
        return (self.code, self.value, self.message)
