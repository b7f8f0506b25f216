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
) -> None:
    """Run worked examples and show, case by case, what differs from what they expect."""
    from crosswalk_engine.commands.opening import results_of

    results = results_of(path)
    for result in results:
        _print_result(result)
    failed = sum(not case.passed for result in results for case in result.cases)
    total = sum(len(result.cases) for result in results)
    typer.echo(f"{total - failed} of {total} example(s) passed" if total else "there are no examples here")
    if failed:
        raise typer.Exit(1)


def _print_result(result: "ExamplesResult") -> None:
    for case in result.cases:
        typer.echo(f"{'ok  ' if case.passed else 'FAIL'} {result.mapping}: {case.name}")
        if not case.passed:
            typer.echo(f"     at {case.where}")
        for line in case.differences:
            typer.echo(f"     {line}")


def _print_json(findings: "Iterable[Finding]") -> None:
    import json
    from dataclasses import asdict

    typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
