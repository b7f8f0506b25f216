"""Counting what records hold: the workhorse under `crosswalk_engine.payload.shape`.

A `Tally` sees one value after another of the same field and keeps counts. Of texts it keeps the values too,
as long as they are few and short: `crosswalk_engine.payload.vocabulary` says which of them a shape may hold.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crosswalk_engine.payload.vocabulary import LONGEST_VALUE, MOST_VALUES

#: Objects whose keys are all digits are kept aside, at most so many a field, until it is clear whether
#: the field is keyed by id; one plain object among them turns the field into an ordinary object.
KEPT_OBJECTS = 1_000
#: Elements of one id-keyed object are alike when some key stands in at least this share of them.
ALIKE = 0.8
#: So many texts a field give example patterns; more would add nothing but time.
PATTERN_TEXTS = 200
PATTERN_LENGTH = 24
MAX_PATTERNS = 3


class _Pattern(dict[int, str]):
    """Translation table: letters become A or a, digits 9, all else stays: the form is seen, the data not."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isdigit():
            shown = "9"
        elif char.isalpha():
            shown = "A" if char.isupper() else "a"
        else:
            shown = char if char.isprintable() else "?"
        self[code] = shown
        return shown


_PATTERN = _Pattern()


def pattern(text: str) -> str:
    """The form of `text` without its content: ``BS8 2DJ`` gives ``AA9 9AA``; at most 24 characters."""
    shown = text[:PATTERN_LENGTH].translate(_PATTERN)
    return shown + "…" if len(text) > PATTERN_LENGTH else shown


class Tally:
    """Counts of the values of one field.

    Attributes:
        seen: values counted, nulls among them.
        kinds: JSON kind -> how many values were of it.
        blank: texts that are empty or only spaces.
        longest: characters of the longest text.
        patterns: form of a text or number -> how often (of the first 200 values).
        words: text -> how often; `None` once there were too many different ones, or a long one.
        fields: key -> tally, over the plain objects; `objects` counts those.
        element: tally of the elements of arrays and of id-keyed objects; `None` when there were none.
    """

    __slots__ = (
        "arrays", "blank", "element", "fields", "keyed", "keyed_seen", "kinds", "longest", "objects",
        "patterns", "seen", "words",
    )  # fmt: skip

    def __init__(self) -> None:
        self.seen = 0
        self.kinds: dict[str, int] = {}
        self.blank = 0
        self.longest = 0
        self.patterns: dict[str, int] = {}
        self.words: dict[str, int] | None = {}
        self.fields: dict[str, Tally] = {}
        self.objects = 0
        self.arrays = 0
        self.keyed: list[dict[str, Any]] = []
        self.keyed_seen = 0
        self.element: Tally | None = None

    def add(self, value: Any) -> None:
        """Count one value."""
        self.seen += 1
        kind = _KINDS.get(type(value)) or kind_of(value)  # the call alone would cost a third more
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == "text":
            self._add_text(value)
        elif kind == "object":
            self._add_object(value)
        elif kind == "array":
            self.arrays += 1
            self._add_elements(value)
        elif kind in ("integer", "number") and self.seen <= PATTERN_TEXTS:
            self._add_pattern(str(value))

    def add_record(self, record: Mapping[str, Any]) -> None:
        """Count one whole record: an object, even when all its keys are digits."""
        self.seen += 1
        self.kinds["object"] = self.kinds.get("object", 0) + 1
        self._add_fields(record)

    def _add_text(self, value: str) -> None:
        if not value or value.isspace():
            self.blank += 1
            return
        if len(value) > self.longest:
            self.longest = len(value)
        if self.seen <= PATTERN_TEXTS:
            self._add_pattern(value)
        words = self.words
        if words is not None:
            words[value] = words.get(value, 0) + 1
            if len(words) > MOST_VALUES or len(value) > LONGEST_VALUE:
                self.words = None

    def _add_pattern(self, value: str) -> None:
        shown = pattern(value)
        self.patterns[shown] = self.patterns.get(shown, 0) + 1

    def _add_object(self, value: dict[str, Any]) -> None:
        if value and not self.fields and _looks_keyed(value):
            self.keyed_seen += 1
            if len(self.keyed) < KEPT_OBJECTS:
                self.keyed.append(value)
            self._add_elements(value.values())
        elif value and self.keyed_seen:
            self._become_plain()
            self._add_fields(value)
        else:
            self._add_fields(value)

    def _add_fields(self, value: Mapping[str, Any]) -> None:
        self.objects += 1
        fields = self.fields
        for key, inner in value.items():
            tally = fields.get(key)
            if tally is None:
                tally = fields[key] = Tally()
            tally.add(inner)

    def _add_elements(self, elements: Iterable[Any]) -> None:
        if self.element is None:
            self.element = Tally()
        add = self.element.add
        for element in elements:
            add(element)

    def _become_plain(self) -> None:
        kept, self.keyed, self.keyed_seen, self.element = self.keyed, [], 0, None
        for value in kept:
            self._add_fields(value)

    def settle(self) -> None:
        """Decide, when all values are counted, whether digit-keyed objects really are keyed by id."""
        if self.keyed_seen and not self.arrays and self.element is not None and not _alike(self.element):
            self._become_plain()
        for tally in self.fields.values():
            tally.settle()
        if self.element is not None:
            self.element.settle()

    @property
    def repeated(self) -> str | None:
        """``array``, ``keyed`` or `None`.

        An array in one record and an id-keyed object in another is keyed; an empty array beside plain
        objects is how some systems write an empty object, so that is an object.
        """
        if self.keyed_seen:
            return "keyed"
        holds_elements = self.element is not None and self.element.seen > 0
        return "array" if self.arrays and (holds_elements or not self.fields) else None

    def common_patterns(self) -> tuple[str, ...]:
        """The most frequent forms, at most three."""
        ranked = sorted(self.patterns.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(shown for shown, _ in ranked[:MAX_PATTERNS])


_KINDS: dict[type, str] = {
    str: "text", int: "integer", bool: "boolean", dict: "object", list: "array", float: "number",
    type(None): "null",
}  # fmt: skip


def kind_of(value: Any) -> str:
    """The JSON kind of a decoded value; a decimal is a number."""
    exact = _KINDS.get(type(value))
    if exact is not None:
        return exact
    for known, kind in _KINDS.items():
        if isinstance(value, known):
            return kind
    return "number"


def _looks_keyed(value: dict[str, Any]) -> bool:
    return all(key.isdecimal() and type(inner) is dict for key, inner in value.items())


def _alike(element: Tally) -> bool:
    if element.repeated == "keyed":
        return True
    threshold = ALIKE * max(element.objects, 1)
    return not element.fields or any(field.seen >= threshold for field in element.fields.values())
