"""Fuzz the formula language and mappings: ``python -m tests.fuzz.run [CASES] [SEED] [--only BATCH]``.

A case is one formula and one record, run by the tree walker (the specification), as a compiled formula, and
in a compiled mapping over dicts and over bytes. Exits 1 when two of them ever disagree; the report names the
seed of the batch, the smallest mapping or formula found, and the smallest record.
"""

import argparse
import os
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context

from crosswalk_engine.formula.functions import FUNCTIONS

from tests.fuzz.batch import Outcomes, run_batch, run_function
from tests.fuzz.texts import run_texts

#: Batches (mappings) that a process takes at once.
TASK = 20
#: Reports printed; the rest is only counted.
SHOWN = 10


def run_task(seed: str, first: int) -> Outcomes:
    """`TASK` batches, as many functions in turn, and some texts that are no formulas."""
    outcomes = Outcomes()
    for number in range(first, first + TASK):
        outcomes.add(run_batch(f"{seed}-{number}"))
        names = list(FUNCTIONS)
        outcomes.add(run_function(names[number % len(names)], f"{seed}-{number}"))
    reports = run_texts(f"{seed}-{first}", TASK)
    outcomes.found += len(reports)
    outcomes.reports += reports
    return outcomes


def run(cases: int, seed: str, processes: int) -> Outcomes:
    """Batches of `seed` until there were `cases` of them."""
    total = Outcomes()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        running: set[Future[Outcomes]] = set()
        first = 0
        while total.cases < cases or running:
            while total.cases < cases and len(running) < processes * 2:
                running.add(pool.submit(run_task, seed, first))
                first += TASK
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                total.add(future.result())
            if sys.stderr.isatty():
                print(
                    f"\r{total.cases:,} of {cases:,} cases, {total.found} differences",
                    end="",
                    file=sys.stderr,
                )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return total


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="?", type=int, default=100_000)
    parser.add_argument("seed", nargs="?", default="1")
    parser.add_argument("--only", metavar="BATCH", help="one batch, by the seed that a report names")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    given = parser.parse_args()
    total = run_batch(given.only) if given.only else run(given.cases, given.seed, given.processes)
    seen: set[str] = set()
    for report in total.reports:
        head = report.partition("(seed")[0] + report.partition("got:")[2][:80]
        if head not in seen and len(seen) < SHOWN:
            seen.add(head)
            print(report)
    values, errors = sum(total.values.values()), sum(total.errors.values())
    share = 100 * values / max(1, values + errors)
    print(f"{len(total.values)} functions gave values, {len(total.errors)} errors; {share:.0f} % values")
    mapped, rejected = total.outputs["mapped"], total.outputs["rejected"]
    print(f"mappings: {100 * mapped / max(1, mapped + rejected):.0f} % of the records came through")
    print(f"features of mappings: {', '.join(f'{name} {n:,}' for name, n in sorted(total.features.items()))}")
    print(f"fuzz: cases={total.cases} differences={total.found}")
    return 1 if total.found else 0


if __name__ == "__main__":
    sys.exit(main())
