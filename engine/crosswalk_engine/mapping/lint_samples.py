"""A mapping tried on the samples of its source: keys that tables lack, lengths that lose something.

Nothing is judged as an error here: samples are not all that there is, and may be wrong themselves.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from crosswalk_engine.errors import Finding, RecordError
from crosswalk_engine.formula.env import Lookup
from crosswalk_engine.formula.functions import FUNCTIONS
from crosswalk_engine.formula.ir import Call, walk
from crosswalk_engine.mapping.compile import CompiledMapping
from crosswalk_engine.mapping.document import Rule
from crosswalk_engine.mapping.flat_rows import RowGroups
from crosswalk_engine.mapping.oracle import map_by_oracle
from crosswalk_engine.mapping.result import Problem
from crosswalk_engine.mapping.tree import AnyTree, EachTree, MappingTree, RuleTree
from crosswalk_engine.mapping.written import Examined, Written

#: Records that are mapped; more rarely show anything new, and linting must stay quick.
MAX_RECORDS: Final = 1_000
#: Records whose conditions are looked at one by one, which takes some hundred times as long.
MAX_WALKED: Final = 50
#: Rules that are tried; each takes about a millisecond to compile.
MAX_RULES: Final = 500
#: Values that one finding names.
_SHOWN = 5
#: Any fixed time: a trial must give the same findings every day.
_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
_INDEX = re.compile(r"\[[^\]]*\]")
#: A value that no table had and that nothing stands in for.
_LOST = re.compile(r"replaced by nothing: the lookup table '[^']*' has no such entry")
_LENGTH = re.compile(r"(?:cut: )?(?P<length>\d+) characters, the target takes (?P<most>\d+)")


@dataclass(frozen=True)
class Samples:
    """What a mapping can be tried on.

    Attributes:
        records: of the source's entity.
        related: name under ``with:`` -> id -> record.
        lookups: the tables.
    """

    records: Sequence[dict[str, Any]]
    related: Mapping[str, Mapping[str, dict[str, Any]]] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)


@dataclass
class _Told:
    """What the records say of one rule: how many of them, and the values in question."""

    records: int = 0
    values: dict[str, None] = field(default_factory=dict)
    longest: int = 0
    most: int = 0


def lint_samples(examined: Examined, samples: Samples) -> Iterator[Finding]:
    """What the samples show of a mapping."""
    tree = examined.tree
    samples = replace(samples, records=_gathered(tree, samples.records))
    if not samples.records:
        return
    by_target = {written.shown: written for written in examined.formulas if written.role == "value"}
    told = _told(tree, samples)
    for (target, code), found in told.items():
        written = by_target.get(target)
        if code == "CW-KEY-TWICE":
            yield from _same_key(examined, target, found)
        elif written is not None:
            yield _finding(written, code, found, len(samples.records[:MAX_RECORDS]))
    yield from _never(examined, samples)


def _gathered(tree: MappingTree, records: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The records that are tried; flat ones are put together as they are when a file of them is read."""
    group = tree.group
    if group is None or any(isinstance(record.get(group.name), list) for record in records):
        return records
    rows = RowGroups(group, "samples").records(enumerate(records, 1))
    return [record for _, record in rows if not isinstance(record, RecordError)]


def _told(tree: MappingTree, samples: Samples) -> dict[tuple[str, str], _Told]:
    rules = _worth_trying(tree.rules, [MAX_RULES])
    told: dict[tuple[str, str], _Told] = defaultdict(_Told)
    if not rules:
        return told
    mapping = CompiledMapping(replace(tree, rules=rules, checks=(), xml=None), samples.lookups)
    for record in samples.records[:MAX_RECORDS]:
        result = mapping.apply(record, related=samples.related, idmap=lambda entity, key: key, now=_NOW)
        seen: set[tuple[str, str]] = set()
        for problem in (*result.errors, *result.warnings):
            key = (_target(problem), _code(problem))
            if key[1] in _TOLD:
                _add(told[key], problem, first=key not in seen)
                seen.add(key)
    return told


#: Problems that say something about the mapping; of the others the samples themselves may be to blame.
_TOLD: Final = frozenset({"CW-LOOKUP-MISSING", "CW-LOOKUP-AMBIGUOUS", "CW-TOO-LONG", "CW-KEY-TWICE"})


def _code(problem: Problem) -> str:
    """The code of a problem; of a value that was cut or replaced, that of what was wrong with it."""
    if problem.code == "CW-CUT":
        return "CW-TOO-LONG"
    if problem.code == "CW-REPLACED" and _LOST.match(problem.message):
        return "CW-LOOKUP-MISSING"
    return problem.code


def _target(problem: Problem) -> str:
    """``lines[].ITNO`` for ``documents[1].lines[0].ITNO``."""
    return _INDEX.sub("[]", problem.path).removeprefix("documents[].")


def _add(told: _Told, problem: Problem, *, first: bool) -> None:
    told.records += first
    told.values.setdefault(problem.value)
    match = _LENGTH.match(problem.message)
    if match is not None:
        told.longest = max(told.longest, int(match["length"]))
        told.most = int(match["most"])


def _worth_trying(rules: tuple[AnyTree, ...], left: list[int]) -> tuple[AnyTree, ...]:
    """The rules whose trial can show something, at most `left[0]`."""
    kept: list[AnyTree] = []
    for rule in rules:
        if left[0] <= 0:
            break
        if isinstance(rule, EachTree):
            inner = _worth_trying(rule.rules, left)
            if inner or rule.keyed_by is not None:
                kept.append(replace(rule, rules=inner))
        elif rule.max_length is not None or _asks_table(rule):
            kept.append(replace(rule, required=False))
            left[0] -= 1
    return tuple(kept)


def _asks_table(rule: RuleTree) -> bool:
    return any(isinstance(node, Call) and FUNCTIONS[node.name].asks == "lookup" for node in walk(rule.node))


def _finding(written: Written, code: str, told: _Told, records: int) -> Finding:
    share = f"{told.records} of {records} samples"
    if code.startswith("CW-LOOKUP"):
        return _lookup(written, code, told, share)
    cut = isinstance(written.owner, Rule) and written.owner.on_too_long == "cut"
    what = f"the value has up to {told.longest} characters in {share}, the target takes {told.most}"
    hint = (
        "they are cut, and lose their end" if cut else "they are rejected; `on_too_long: cut` would keep them"
    )
    where = written.doc.at(*written.place[:-1], "max_length")
    return replace(written.finding("LENGTH", what, hint), where=where)


def _lookup(written: Written, code: str, told: _Told, share: str) -> Finding:
    tables = sorted(written.formula.lookups)
    names = " or ".join(f"'{name}'" for name in tables)
    values = [_key_of(value, tables) for value in told.values]
    shown = ", ".join(f"'{value}'" for value in values[:_SHOWN]) + (" …" if len(values) > _SHOWN else "")
    if code == "CW-LOOKUP-AMBIGUOUS":
        what = f"several keys of the table {names} lead to what {share} ask: {shown}"
        return written.finding("LOOKUP", what, "such records are rejected; use a table made for the way back")
    files = " or ".join(f"lookups/{name}.csv" for name in tables)
    what = f"the table {names} lacks what {share} ask: {shown}"
    rule = written.owner
    if isinstance(rule, Rule) and rule.on_invalid == "blank":
        return written.finding("LOOKUP", what, f"add it to {files}: nothing is written for such values")
    if isinstance(rule, Rule) and rule.default is not None:
        advice = (
            "; `default` is for null alone: give it to LOOKUP as third argument, or `on_invalid: default`"
        )
        return written.finding("LOOKUP", what, f"add it to {files}{advice}")
    return written.finding("LOOKUP", what, f"add it to {files}, or give LOOKUP a third argument")


def _key_of(value: str, tables: list[str]) -> str:
    """The key in ``table:key``; a masked value as it is."""
    table, colon, key = value.partition(":")
    return key if colon and table in tables else value


def _same_key(examined: Examined, target: str, told: _Told) -> Iterator[Finding]:
    for written in examined.formulas:
        if written.role == "keyed_by" and written.shown.removesuffix(" keyed_by") == target:
            values = ", ".join(f"'{value}'" for value in list(told.values)[:_SHOWN])
            what = f"{told.records} of the samples have the same key twice: {values}"
            yield written.finding("KEY", what, "such records are rejected; choose a key that is unique")


def _never(examined: Examined, samples: Samples) -> Iterator[Finding]:
    """Conditions that are true for no sample."""
    conditions = [written for written in examined.formulas if written.role in ("when", "where")]
    if not conditions or len(examined.formulas) > MAX_RULES:
        return
    seen: set[tuple[int, Hashable]] = set()
    records = samples.records[:MAX_WALKED]
    for record in records:
        map_by_oracle(
            examined.tree,
            record,
            lookups=samples.lookups,
            related=samples.related,
            idmap=lambda entity, key: key,
            now=_NOW,
            seen=seen,
        )
    truths = _truths(examined.tree, seen)
    for written in conditions:
        if truths.get(id(written.formula.node)) == {False}:
            what = f"no sample makes it true ({len(records)} were tried)"
            yield written.finding("NEVER", what, "add a sample that does, or mend the condition")


def _truths(tree: MappingTree, seen: Iterable[tuple[int, Hashable]]) -> dict[int, set[bool]]:
    """id of a condition's tree -> what it was."""
    ways: dict[int, set[Hashable]] = defaultdict(set)
    for part, how in seen:
        ways[part].add(how)
    found: dict[int, set[bool]] = {}
    for rule in tree.walk():
        if rule.when is not None:
            found[id(rule.when)] = {how != "off" for how in ways[id(rule)] if how != "error"}
        if isinstance(rule, EachTree) and rule.where is not None:
            found[id(rule.where)] = {how == "true" for how in ways[id(rule.where)]}
    return found
