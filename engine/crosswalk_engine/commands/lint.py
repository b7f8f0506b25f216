"""`crosswalk` commands: lint and test."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crosswalk_engine.errors import Finding
    from crosswalk_engine.project.examples import ExamplesResult


def register(app: typer.Typer) -> None:
    """Add this group's commands to `app`."""
    app.command("lint")(show_findings)
    app.command("test")(run_examples)


def show_findings(
    path: Path = typer.Argument(help="A project folder, or one mapping, test or flow file."),
    json_out: bool = typer.Option(False, "--json", help="Print the findings as one JSON list."),
) -> None:
    """Check documents without running anything; every finding at once, with file and line."""
    from crosswalk_engine.commands.opening import findings_of
    from crosswalk_engine.project.lint import in_order

    findings = in_order(findings_of(path))
    if json_out:
        _print_json(findings)
    else:
        for finding in findings:
            typer.echo(finding.render())
        errors = sum(finding.level == "error" for finding in findings)
        typer.echo(f"{errors} error(s), {len(findings) - errors} warning(s)")
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)


def run_examples(
    path: Path = typer.Argument(help="A project folder, a mapping file, or one file of examples."),
    coverage: bool = typer.Option(False, "--coverage", help="List the rules and branches not exercised."),
    fail_under: float = typer.Option(
        0.0,
        "--fail-under",
        min=0,
        max=100,
        metavar="PERCENT",
        help="Fail when a mapping's coverage is below.",
    ),
    json_out: bool = typer.Option(False, "--json", help="Print results and coverage as one JSON object."),
) -> None:
    """Run worked examples; show what differs from what they expect, and what of the rules they exercise."""
    from crosswalk_engine.commands.opening import results_of

    results = results_of(path)
    low = [result for result in results if result.coverage and result.coverage.percent < fail_under]
    failed = sum(not case.passed for result in results for case in result.cases)
    if json_out:
        _print_results(results)
    else:
        for result in results:
            _print_result(result)
        for result in results:
            _print_coverage(result, listed=coverage)
        for result in low:
            typer.echo(f"coverage of {result.mapping} is below {fail_under:g} %")
        total = sum(len(result.cases) for result in results)
        typer.echo(
            f"{total - failed} of {total} example(s) passed" if total else "there are no examples here"
        )
    if failed or low:
        raise typer.Exit(1)


def _print_result(result: "ExamplesResult") -> None:
    for case in result.cases:
        typer.echo(f"{'ok  ' if case.passed else 'FAIL'} {result.mapping}: {case.name}")
        if not case.passed:
            typer.echo(f"     at {case.where}")
        for line in case.differences:
            typer.echo(f"     {line}")


def _print_coverage(result: "ExamplesResult", *, listed: bool) -> None:
    covered = result.coverage
    if covered is None:
        return
    rules, branches = covered.rules, covered.branches
    figures = f"{rules[0]} of {rules[1]} rules, {branches[0]} of {branches[1]} branches"
    typer.echo(f"coverage {result.mapping}: {covered.percent:.1f} % ({figures})")
    for way in covered.missing if listed else ():
        typer.echo(f"     {way.render()}")


def _print_results(results: "Iterable[ExamplesResult]") -> None:
    import json
    from dataclasses import asdict

    cases = [
        {"mapping": result.mapping, **asdict(case), "passed": case.passed}
        for result in results
        for case in result.cases
    ]
    covered = [result.coverage.to_json() for result in results if result.coverage is not None]
    typer.echo(json.dumps({"examples": cases, "coverage": covered}, ensure_ascii=False))


def _print_json(findings: "Iterable[Finding]") -> None:
    import json
    from dataclasses import asdict

    typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
