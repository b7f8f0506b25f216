"""Editing a mapping document: one rule's lines change, everything else stays as the person wrote it.

A document is read in pull requests, so an edit must be a small diff: comments, order and spelling of the
other rules are kept. Where the lines cannot be told apart (flow style, two rules on one line), the whole
document is written anew; what it says is the same either way, and that is checked.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from crosswalk_engine.mapping.document import MappingDocument, load_mapping
from crosswalk_engine.payload.yaml import dump_yaml, load_yaml

from crosswalk_studio.errors import StaleError

Place = tuple[str | int, ...]
_DASH = re.compile(r"^(?P<indent> *)- ")


def split_target(target: str) -> tuple[str | None, str]:
    """``lines[].ITNO`` as ``("lines[]", "ITNO")``; a target outside lists has `None` first.

    In a list in a list, the list is the innermost one: ``("lines[].serials[]", "NO")``.
    """
    head, mark, tail = target.rpartition("[].")
    return (f"{head}[]", tail) if mark else (None, target)


def find_rule(data: Mapping[str, Any], target: str) -> Mapping[str, Any] | None:
    """The rule for `target` in a mapping's plain data; ``lines[]`` finds the `each` rule itself."""
    place = _place(data, target)
    return None if place is None else _at(data, place)


def with_rule(data: Mapping[str, Any], target: str, rule: Mapping[str, Any] | None) -> dict[str, Any]:
    """`data` with `rule` for `target`: replaced where it stands, else appended to its list; `None` removes.

    Raises:
        StaleError: the list that `target` belongs to has no `each` rule yet.
    """
    group, name = split_target(target)
    changed: dict[str, Any] = deepcopy(dict(data))
    owner = _owner(changed, group)
    if owner is None:
        raise StaleError(target, f"there is no rule that makes {group} yet")
    rules = _at(changed, owner)
    index = _index(rules, name)
    if rule is None:
        if index is not None:
            del rules[index]
    elif index is None:
        rules.append(dict(rule))
    else:
        rules[index] = dict(rule)
    return changed


def edit_text(text: str, target: str, rule: Mapping[str, Any] | None, *, where: str) -> str:
    """The document's text with `rule` for `target` (`None` removes it).

    Raises:
        FindingsError: the text is no mapping, or the edited one would not be.
        StaleError: as `with_rule`.
    """
    before = load_mapping(text, where=where)
    wanted = with_rule(before.to_json(), target, rule)
    edited = _patched(text, before.to_json(), target, rule, where)
    if edited is None or not _says(edited, wanted, where):
        edited = dump_yaml(wanted)
    load_mapping(edited, where=where)
    return edited


def _says(text: str, wanted: Mapping[str, Any], where: str) -> bool:
    try:
        return load_mapping(text, where=where) == _document(wanted, where)
    except Exception:  # noqa: BLE001  whatever is wrong with the patch, the whole document is written instead
        return False


def _document(data: Mapping[str, Any], where: str) -> MappingDocument:
    return load_mapping(dump_yaml(data), where=where)


def _patched(
    text: str, data: Mapping[str, Any], target: str, rule: Mapping[str, Any] | None, where: str
) -> str | None:
    """`text` with only the lines of one rule replaced, or `None` where they cannot be told apart."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    numbers = load_yaml(text, where=where).lines
    place = _place(data, target)
    owner = _owner(data, split_target(target)[0]) or ("rules",)
    siblings = list(_at(data, owner))
    anchor = place if place is not None else ((*owner, len(siblings) - 1) if siblings else None)
    if anchor is None:
        return None
    start = numbers[anchor] - 1
    dash = _DASH.match(lines[start])
    if dash is None:
        return None
    end = _end_of(lines, start, len(dash["indent"]))
    new = [] if rule is None else _block(rule, dash["indent"])
    if place is None:
        return "".join([*lines[:end], *new, *lines[end:]]) if rule is not None else text
    return "".join([*lines[:start], *new, *lines[end:]])


def _end_of(lines: list[str], start: int, indent: int) -> int:
    """The line after the item that begins at `start`; comments before what follows are not its own."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        line = lines[number]
        bare = line.strip()
        if bare and not bare.startswith("#"):
            if len(line) - len(line.lstrip(" ")) <= indent:
                break
            end = number + 1
    return end


def _block(rule: Mapping[str, Any], indent: str) -> list[str]:
    return [indent + line for line in dump_yaml([dict(rule)]).splitlines(keepends=True)]


def _place(data: Mapping[str, Any], target: str) -> Place | None:
    group, name = split_target(target)
    owner = _owner(data, group)
    found = None if owner is None else _index(_at(data, owner), name)
    return None if owner is None or found is None else (*owner, found)


def _owner(data: Mapping[str, Any], group: str | None) -> Place | None:
    """The place of the rules that make the elements of the list `group`; of the head without one."""
    if group is None:
        return ("rules",)
    place = _place(data, group)
    return None if place is None or "rules" not in _at(data, place) else (*place, "rules")


def _index(rules: Sequence[Mapping[str, Any]], name: str) -> int | None:
    """Which rule fills `name`; one that brings in a rule set fills no single target."""
    return next((i for i, item in enumerate(rules) if "use" not in item and item["to"] == name), None)


def _at(data: Any, place: Place) -> Any:
    for step in place:
        data = data[step]
    return data
