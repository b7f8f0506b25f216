"""What differs between two releases: rules, checks, tables, flows, policies, id map, entry by entry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from crosswalk_engine.errors import masked
from crosswalk_engine.release.load import Release

What = Literal["added", "changed", "removed"]
_SIGN = {"added": "+", "changed": "~", "removed": "-"}
#: Where a rule came from is no part of what it does.
_IGNORED = frozenset({"origin", "note"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        kind: ``mapping``, ``rules`` (a rule set), ``lookup``, ``flow``, ``policy`` or ``idmap``.
        document: its name.
        path: what in it: a target path, a key of the table, a key path of the document; empty for all of it.
        what: added, changed or removed.
        before, after: the two values; `None` where there is none.
    """

    kind: str
    document: str
    path: str
    what: What
    before: Any = None
    after: Any = None

    def render(self) -> str:
        """``~ lines[].ITNO: UPPER(a) -> TRIM(a)``."""
        name = self.path or "the whole document"
        if self.what == "changed":
            return f"~ {name}: {_shown(self.before)} -> {_shown(self.after)}"
        value = self.after if self.what == "added" else self.before
        return f"{_SIGN[self.what]} {name}" + (f": {_shown(value)}" if self.path else "")

    def to_json(self) -> dict[str, Any]:
        """The form for programs."""
        return {
            "kind": self.kind,
            "document": self.document,
            "path": self.path,
            "what": self.what,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences from one release to another; none when they are the same."""

    before: str
    after: str
    changes: tuple[Change, ...]

    def render(self) -> str:
        """For people: one heading a document, one line a change."""
        lines = [f"{self.before[:12]} -> {self.after[:12]}: {len(self.changes)} change(s)"]
        heading = ("", "")
        for change in self.changes:
            if (change.kind, change.document) != heading:
                heading = (change.kind, change.document)
                lines.append(f"{change.kind} {change.document}")
            lines.append(f"  {change.render()}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The form for programs."""
        changes = [change.to_json() for change in self.changes]
        return {"before": self.before, "after": self.after, "changes": changes}


def diff_releases(before: Release, after: Release) -> Diff:
    """What changed from `before` to `after`, documents by kind and name."""
    changes = [
        *_documents("mapping", _mappings(before), _mappings(after)),
        *_documents("rules", _rule_sets(before), _rule_sets(after)),
        *_documents("lookup", _lookups(before), _lookups(after)),
        *_documents("flow", _flows(before), _flows(after)),
        *_documents("policy", _policies(before), _policies(after)),
        *_documents("idmap", _idmap(before), _idmap(after)),
    ]
    return Diff(before.hash, after.hash, tuple(changes))


def _documents(
    kind: str, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None:
            yield Change(kind, name, "", "added")
        if new is None:
            yield Change(kind, name, "", "removed")
        if old is not None and new is not None:
            yield from _entries(kind, name, old, new)


def _entries(kind: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for path in [*old, *(key for key in new if key not in old)]:
        if path not in new:
            yield Change(kind, name, path, "removed", before=old[path])
        elif path not in old:
            yield Change(kind, name, path, "added", after=new[path])
        elif old[path] != new[path]:
            yield Change(kind, name, path, "changed", old[path], new[path])


def _mappings(release: Release) -> dict[str, dict[str, Any]]:
    return {name: dict(_mapping(document)) for name, document in release.documents.items()}


def _rule_sets(release: Release) -> dict[str, dict[str, Any]]:
    return {
        name: {"parameters:": document.get("parameters", []), **dict(_rules(document["rules"], ""))}
        for name, document in release.rule_sets.items()
    }


def _mapping(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """``target path -> rule``, and what else the mapping says."""
    for part in ("source", "target", "empty", "documents"):
        if part in document:
            yield f"{part}:", document[part]
    for name, related in document.get("with", {}).items():
        yield f"with {name}", related
    yield from _rules(document["rules"], "")
    for check in document.get("checks", ()):
        yield f"check '{check['name']}'", _essence(_settings(check, "name"))


def _rules(rules: Sequence[Mapping[str, Any]], above: str) -> Iterator[tuple[str, Any]]:
    """Rules by their whole target path, those inside lists too."""
    for rule in rules:
        to = f"{above}{rule['to']}" if rule.get("to") else above.removesuffix(".")
        if "use" in rule:
            place = f" at {to}" if to else ""
            yield f"rules of {rule['use']}{place}", rule.get("given", {})
            continue
        yield to, _essence(_settings(rule, "to", "rules"))
        yield from _rules(rule.get("rules", ()), f"{to}.")


def _settings(rule: Mapping[str, Any], *without: str) -> dict[str, Any]:
    return {key: part for key, part in rule.items() if key not in _IGNORED.union(without)}


def _essence(settings: dict[str, Any]) -> Any:
    """Only the formula when a rule has nothing else."""
    return settings["formula"] if settings.keys() == {"formula"} else settings


def _lookups(release: Release) -> dict[str, dict[str, str]]:
    return {name: dict(table.entries) for name, table in release.lookups.items()}


def _flows(release: Release) -> dict[str, dict[str, Any]]:
    return {name: dict(_leaves(flow.to_json(), "")) for name, flow in release.flows.items()}


def _policies(release: Release) -> dict[str, dict[str, Any]]:
    return {name: dict(_leaves(policy, "")) for name, policy in release.policies.items()}


def _idmap(release: Release) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for entity, source, target in release.idmap:
        tables.setdefault(entity, {})[source] = target
    return tables


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and value:
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(part)}" for key, part in value.items())
    return masked("" if value is None else value, 200)
