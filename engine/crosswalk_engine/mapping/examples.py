"""Worked examples of a mapping (`crosswalk/mapping-test@1`): given this record, expect that output.

They stand beside the mapping as ``<name>_test.yaml``, are run by ``crosswalk test`` and before every release.
Each is mapped by the compiled mapping and by the oracle, which must agree.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from pydantic import AwareDatetime, Field, model_validator

from crosswalk_engine.errors import ConfigError, MissingFileError, masked
from crosswalk_engine.mapping.result import MapResult, Problem
from crosswalk_engine.payload.codecs import ANY_XML, read_records
from crosswalk_engine.payload.documents import Document, Strict
from crosswalk_engine.payload.paths import parse_path, values
from crosswalk_engine.payload.xml_options import XmlOptions

FORMAT: Final = "crosswalk/mapping-test@1"
TEST_SUFFIX: Final = "_test"


class Mapper(Protocol):
    """A compiled mapping, as far as examples need it."""

    def apply(
        self,
        record: dict[str, Any],
        *,
        related: Mapping[str, Mapping[str, dict[str, Any]]] = ...,
        idmap: Callable[[str, str], str | None] | None = None,
        now: datetime | None = None,
    ) -> MapResult:
        """Map one record."""


class Given(Strict):
    """What the mapping sees: a record (written out, or a file of one), related records and id map by id."""

    record: dict[str, Any] | str
    related: dict[str, dict[str, dict[str, Any]]] = Field(default_factory=dict)
    idmap: dict[str, dict[str, str]] = Field(default_factory=dict)
    now: AwareDatetime | None = None


class ExpectedProblem(Strict):
    """One problem, by the parts that matter to the example."""

    path: str | None = None
    code: str | None = None
    value: str | None = None
    message: str | None = None


class Expect(Strict):
    """Either the output (a part of it: keys that are not named may hold anything) or the errors (all).

    `outputs` are those of a mapping that splits records, all of them; `absent` are paths that no output has.
    """

    output: dict[str, Any] | None = None
    outputs: tuple[dict[str, Any], ...] | None = Field(default=None, min_length=1)
    absent: tuple[str, ...] = ()
    errors: tuple[ExpectedProblem, ...] | None = None
    warnings: tuple[ExpectedProblem, ...] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Expect":
        if sum(part is not None for part in (self.output, self.outputs, self.errors)) != 1:
            raise ValueError("an example expects one of an output, outputs or errors")
        if self.absent and self.errors is not None:
            raise ValueError("`absent` is about outputs, and the example expects errors")
        for path in self.absent:
            try:
                parse_path(path)
            except ConfigError as error:
                raise ValueError(f"`absent` {masked(path, 40)}: {error.what}") from error
        return self


class Case(Strict):
    """One example."""

    name: str
    given: Given
    expect: Expect


class ExamplesDocument(Document):
    """The examples of one mapping."""

    format: Literal["crosswalk/mapping-test@1"] = FORMAT
    mapping: str
    cases: tuple[Case, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one example went; no `differences` means that it passed."""

    name: str
    where: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the mapping did what the example says."""
        return not self.differences


def run_examples(
    examples: ExamplesDocument,
    mapper: Mapper,
    *,
    root: Path,
    oracle: Mapper | None = None,
    xml: XmlOptions = ANY_XML,
) -> tuple[CaseResult, ...]:
    """Every case of `examples` through `mapper`; record files are looked up under `root`.

    With `oracle`, each case goes through that too, and the two must agree. `xml` says how XML is read.

    Raises:
        MissingFileError, RecordError, ConfigError: a record file is missing, unreadable or holds several.
    """
    return tuple(
        CaseResult(case.name, examples.at("cases", index), tuple(_run(case, mapper, oracle, root, xml)))
        for index, case in enumerate(examples.cases)
    )


def _run(case: Case, mapper: Mapper, oracle: Mapper | None, root: Path, xml: XmlOptions) -> Iterator[str]:
    given, expect = case.given, case.expect
    record = _record(given.record, root, xml) if isinstance(given.record, str) else given.record

    def idmap(entity: str, key: str) -> str | None:
        return given.idmap.get(entity, {}).get(key)

    result = mapper.apply(record, related=given.related, idmap=idmap, now=given.now)
    if expect.errors is not None:
        yield from _problem_differences("errors", expect.errors, result.errors)
    elif result.output is None:
        yield "expected an output, got errors:"
        yield from (f"  {_shown_problem(problem)}" for problem in result.errors)
    else:
        yield from _output_differences(expect, result)
    if expect.warnings is not None:
        yield from _problem_differences("warnings", expect.warnings, result.warnings)
    if oracle is not None:
        second = oracle.apply(record, related=given.related, idmap=idmap, now=given.now)
        if second != result:
            yield "the compiled mapping and the oracle do not agree: please report this"


def _output_differences(expect: Expect, result: MapResult) -> Iterator[str]:
    outputs = result.outputs
    if expect.outputs is None:
        if len(outputs) != 1:
            yield f"expected one output, got {len(outputs)}; write `outputs:`"
        yield from _differences(expect.output, outputs[0], "")
    else:
        if len(expect.outputs) != len(outputs):
            yield f"expected {len(expect.outputs)} outputs, got {len(outputs)}"
        for index, (left, right) in enumerate(zip(expect.outputs, outputs, strict=False)):
            yield from _differences(left, right, f"documents[{index}]")
    for path in expect.absent:
        for output in outputs:
            found = values(output, path)
            if found:
                yield f"{path}: expected nothing, got {_shown(found[0])}"


def _record(name: str, root: Path, xml: XmlOptions) -> dict[str, Any]:
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise MissingFileError("CW-FILE-MISSING", "the record's file lies outside the project", where=name)
    records = read_records(path, where=name, xml=xml).all_good()
    if len(records) != 1:
        raise ConfigError(
            "CW-EXAMPLE-RECORD", "the file of an example holds one record", where=name, got=f"{len(records)}"
        )
    return records[0]


def _differences(expected: Any, actual: Any, path: str) -> Iterator[str]:
    """Where `actual` is not `expected`; objects may have more keys, lists must have the same length."""
    here = path or "output"
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, inner in expected.items():
            below = f"{path}.{key}" if path else key
            if key not in actual:
                yield f"{below}: expected {_shown(inner)}, got nothing"
            else:
                yield from _differences(inner, actual[key], below)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{here}: expected {len(expected)} element(s), got {len(actual)}"
        for index, (left, right) in enumerate(zip(expected, actual, strict=False)):
            yield from _differences(left, right, f"{here}[{index}]")
    elif type(expected) is not type(actual) or expected != actual:
        hint = f'; write "{expected}" in quotes' if _is_unquoted(expected, actual) else ""
        yield f"{here}: expected {_shown(expected)}, got {_shown(actual)}{hint}"


def _is_unquoted(expected: Any, actual: Any) -> bool:
    return isinstance(actual, str) and not isinstance(expected, str) and str(expected) == actual


def _problem_differences(
    kind: str, expected: tuple[ExpectedProblem, ...], actual: tuple[Problem, ...]
) -> Iterator[str]:
    left = list(actual)
    for wanted in expected:
        found = next((problem for problem in left if _matches(wanted, problem)), None)
        if found is None:
            parts = wanted.model_dump(exclude_none=True)
            shown = ", ".join(f"{name} {_shown(part)}" for name, part in parts.items())
            yield f"{kind}: expected one with {shown}, got none"
        else:
            left.remove(found)
    for problem in left:
        yield f"{kind}: not expected: {_shown_problem(problem)}"


def _matches(wanted: ExpectedProblem, problem: Problem) -> bool:
    return all(getattr(problem, name) == part for name, part in wanted.model_dump(exclude_none=True).items())


def _shown_problem(problem: Problem) -> str:
    return f"{problem.path}: {problem.code} {problem.message}"


def _shown(value: Any) -> str:
    return f"'{masked(value)}'" if isinstance(value, str) else masked(value)
