"""Names taken apart: from ``parties.delivery.addressLine1`` or ``E1EDKA1[PARVW=WE]/STRAS`` to words.

Splits camelCase, snake_case, digits and separators; expands abbreviations; reads codes by a vocabulary;
notes what a name says about its place: parents, array level, party role.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crosswalk_models.matching.glossary import NO_VOCABULARY, Vocabulary, abbreviations, choose_vocabulary

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_BREAK = re.compile(r"[\W_]+")
_SEGMENT = re.compile(r"[^./\[\]]+(?:\[[^\]]*\])*|(?:\[[^\]]*\])+")
_BRACKET = re.compile(r"\[([^\]]*)\]")
_CODE_DASH = re.compile(r"([A-Z0-9_]{3,})-([A-Z0-9_]{2,})\Z")
#: Names that say "one of several" where the notation has no ``[]`` (field lists, XML paths).
_LINE_WORDS = frozenset({"line", "lines", "row", "rows", "item", "items", "lineitem", "lineitems"})

#: Descriptions of at most so many words are labels, when this share of the fields has one.
LABEL_WORDS = 8
LABELLED = 0.8

#: Words that tell whose party a field belongs to; order roles, not people.
ROLES: dict[str, frozenset[str]] = {
    "bill": frozenset(["bill", "billing", "billto", "invoice", "invoicing", "invoicee", "payer"]),
    "ship": frozenset(
        [
            "ship",
            "shipping",
            "shipto",
            "delivery",
            "deliver",
            "consignee",
            "recipient",
            "despatch",
            "dispatch",
        ]
    ),
    "customer": frozenset(["customer", "cust", "buyer", "soldto", "sold", "client"]),
    "supplier": frozenset(["supplier", "vendor", "seller", "payee", "creditor"]),
}


@dataclass(frozen=True, slots=True)
class Name:
    """A path taken apart.

    Attributes:
        path: as given.
        raw: the leaf's own words, not expanded: ``"cust no"``.
        leaf: the leaf's words, expanded: ``"customer number"``.
        near: words of the nearest parent, expanded.
        parents: words of all parents, expanded.
        group: everything above the leaf, verbatim; fields of one group stand together.
        level: how many collections the field stands in.
        roles: party roles named anywhere in the path.
        coded: whether the words come from a vocabulary, not from the name itself.
        spoken: what to call it in a sentence: parent and leaf as they are written, codes in words.
    """

    path: str
    raw: str
    leaf: str
    near: str
    parents: str
    group: str
    level: int
    roles: frozenset[str]
    coded: bool
    spoken: str

    @property
    def full(self) -> str:
        """Nearest parent and leaf."""
        return f"{self.near} {self.leaf}".strip()

    @property
    def long(self) -> str:
        """All parents and leaf."""
        return f"{self.parents} {self.leaf}".strip()


def split_words(text: str) -> list[str]:
    """The words of a name, lower case: ``shipToPostCode2`` → ``ship to post code 2``."""
    for pattern in (_CAMEL, _DIGITS):
        text = pattern.sub(" ", text)
    return [word for word in _BREAK.split(text.lower()) if word]


def expand(words: Iterable[str]) -> str:
    """`words` with abbreviations written out, as one text."""
    table = abbreviations()
    return " ".join(table.get(word, word) for word in words)


def split_path(path: str) -> list[tuple[str, tuple[str, ...]]]:
    """The segments of a path, each with what stands in its brackets (``""`` for ``[]``).

    Dots and slashes separate; a name with spaces is one segment (a column header); ``E2EDK01-BELNR`` is two.
    """
    text = path.strip()
    if not re.search(r"[./\[]", text):
        dashed = _CODE_DASH.match(text)
        return [(part, ()) for part in dashed.groups()] if dashed else [(text, ())]
    if re.search(r"\s", text):
        return [(text, tuple(_BRACKET.findall(text)))]
    segments: list[tuple[str, tuple[str, ...]]] = []
    for match in _SEGMENT.finditer(text):
        brackets = tuple(_BRACKET.findall(match[0]))
        name = match[0].split("[", 1)[0].strip('"')
        if name:
            segments.append((name, brackets))
        elif segments:
            segments[-1] = (segments[-1][0], segments[-1][1] + brackets)
    return segments or [(text, ())]


def read_name(path: str, vocabulary: Vocabulary = NO_VOCABULARY) -> Name:
    """Take `path` apart, reading codes by `vocabulary`."""
    segments = split_path(path)
    leaf_name, leaf_brackets = segments[-1]
    code = leaf_name.lstrip("@").upper()
    coded = code in vocabulary.fields
    own = split_words(leaf_name)
    index = [word for bracket in leaf_brackets for word in split_words(_qualifier(bracket, vocabulary))]
    leaf_words = vocabulary.fields[code] if coded else expand([*own, *index])
    parents = [_segment_words(name, brackets, vocabulary) for name, brackets in segments[:-1]]
    joined = " ".join(word for word in parents if word)
    everything = set(f"{joined} {leaf_words}".split()) | set(own)
    for name, _ in segments:
        everything |= set(split_words(name))
    return Name(
        path=path,
        raw=" ".join(own) or leaf_name,
        leaf=leaf_words or leaf_name,
        near=parents[-1] if parents else "",
        parents=joined,
        group=_group(path, leaf_name),
        level=_level(segments),
        roles=frozenset(role for role, words in ROLES.items() if words & everything),
        coded=coded,
        spoken=_spoken(segments, leaf_words if coded else " ".join(own)) or path,
    )


def read_names(paths: Sequence[str], descriptions: Sequence[str] = ()) -> tuple[Name, ...]:
    """All `paths` of one field set, with the vocabulary that fits them.

    Where nearly every field has a short description, these are labels ("Purchase Order Number" for
    ``BEG/e03``) and say more than the names do: they become the leaf's words.
    """
    vocabulary = choose_vocabulary([split_path(path)[-1][0].lstrip("@") for path in paths])
    names = [read_name(path, vocabulary) for path in paths]
    if descriptions and _are_labels(descriptions):
        names = [
            replace(name, leaf=expand(split_words(label)) or name.leaf, spoken=label) if label else name
            for name, label in zip(names, descriptions, strict=True)
        ]
    return tuple(names)


def _are_labels(descriptions: Sequence[str]) -> bool:
    short = sum(0 < len(text.split()) <= LABEL_WORDS for text in descriptions)
    return short >= LABELLED * len(descriptions)


def _spoken(segments: list[tuple[str, tuple[str, ...]]], leaf: str) -> str:
    near = " ".join(split_words(segments[-2][0])) if len(segments) > 1 else ""
    return f"{near} {leaf}".strip()


def _segment_words(name: str, brackets: tuple[str, ...], vocabulary: Vocabulary) -> str:
    words = vocabulary.segments.get(name.upper()) or expand(split_words(name))
    qualifiers = [_qualifier(bracket, vocabulary) for bracket in brackets if "=" in bracket]
    return " ".join([words, *(expand(split_words(text)) for text in qualifiers)]).strip()


def _qualifier(bracket: str, vocabulary: Vocabulary) -> str:
    """What a bracket says: a known qualifier's words, the value of an unknown one, or the index."""
    if bracket in vocabulary.qualifiers:
        return vocabulary.qualifiers[bracket]
    return bracket.split("=", 1)[1] if "=" in bracket else bracket


def _group(path: str, leaf_name: str) -> str:
    at = path.rfind(leaf_name)
    return path[: max(at, 0)].rstrip("./-")


def _level(segments: list[tuple[str, tuple[str, ...]]]) -> int:
    marked = sum(bracket == "" for _, brackets in segments for bracket in brackets)
    if marked:
        return marked
    return int(any(set(split_words(name)) & _LINE_WORDS for name, _ in segments[:-1]))
